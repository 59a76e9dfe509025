#!/bin/bash -eu
# Puts each target into $OUT, with its seeds and its longest input. The builder sets $SRC, $OUT and $WORK.
set -o pipefail
cd "$SRC/contrail"
cargo fuzz build -O --debug-assertions
# The builder's flags are for targets, and would make a fuzzer of this.
seeds() {
    RUSTFLAGS='' cargo run --quiet --manifest-path fuzz/Cargo.toml --target-dir "$WORK/seeds-build" --example seeds -- "$@"
}
seeds "$WORK/seeds"
seeds | while read -r target longest; do
    cp "fuzz/target/x86_64-unknown-linux-gnu/release/$target" "$OUT/"
    zip --quiet --junk-paths --recurse-paths "$OUT/${target}_seed_corpus.zip" "$WORK/seeds/$target"
    printf '[libfuzzer]\nmax_len = %s\ntimeout = 20\n' "$longest" >"$OUT/$target.options"
done
