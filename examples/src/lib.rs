//! What the programs of this package share; the programs themselves are in `src/bin`.

pub mod announcement;
pub mod dissect;
pub mod evpn_dump;
pub mod lab;
pub mod program;
pub mod session;

/// The examples of the README are tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
