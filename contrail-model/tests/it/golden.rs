//! Texts that are compared whole. `UPDATE_GOLDEN=1 cargo test` writes them anew; read the difference before you commit.

use std::path::Path;

/// Compares with `golden/<name>.txt`.
pub(crate) fn assert_golden(name: &str, actual: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/golden").join(format!("{name}.txt"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, actual).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    if expected == actual {
        return;
    }
    let line = expected.lines().zip(actual.lines()).take_while(|(a, b)| a == b).count();
    let show = |text: &str| text.lines().nth(line).unwrap_or("(end)").to_owned();
    panic!(
        "{name}: line {} differs\n  expected: {}\n  actual:   {}\n(UPDATE_GOLDEN=1 writes the new text)",
        line + 1,
        show(&expected),
        show(actual)
    );
}
