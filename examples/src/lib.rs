//! What the programs of this package share; the programs themselves are in `src/bin`.

pub mod dissect;
