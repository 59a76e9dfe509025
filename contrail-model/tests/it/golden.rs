//! Texts that are compared whole. `UPDATE_GOLDEN=1 cargo test` writes them anew; read the difference before you commit.

use std::path::Path;

/// Compares with `golden/<name>.txt`.
pub(crate) fn assert_golden(name: &str, actual: &str) {
    assert_generated(&format!("tests/it/golden/{name}.txt"), actual);
}

/// Compares with a file of the repository that is made and not written; `path` is relative to the crate.
pub(crate) fn assert_generated(path: &str, actual: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&file, actual).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(&file).unwrap_or_default();
    if expected == actual {
        return;
    }
    let line = expected.lines().zip(actual.lines()).take_while(|(a, b)| a == b).count();
    let show = |text: &str| text.lines().nth(line).unwrap_or("(end)").to_owned();
    panic!(
        "{path}: line {} differs\n  expected: {}\n  actual:   {}\n(UPDATE_GOLDEN=1 writes the new text)",
        line + 1,
        show(&expected),
        show(actual)
    );
}
