//! The programs against captures made by others, and against tshark's reading of them.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should fail where it stands"
)]

#[path = "../../../contrail-wire/tests/it/corpus.rs"]
mod corpus;
mod demo;
mod diagram;
mod evpn_drift;
mod evpn_dump;
mod fresh;
#[expect(dead_code, reason = "the tests of contrail-wire use more of it")]
#[path = "../../../contrail-wire/tests/it/generated.rs"]
mod generated;
mod oracle;
mod program;
mod readme;
mod render;
mod schema;
mod sessions;
