//! Pages to read from top to bottom: what things are called, and how to do what one came for. Each example in them runs.

#[doc = include_str!("../guide/concepts.md")]
pub mod concepts {}

#[doc = include_str!("../guide/place_a_logical_router.md")]
pub mod place_a_logical_router {}

#[doc = include_str!("../guide/missing_way_back.md")]
pub mod missing_way_back {}

#[doc = include_str!("../guide/read_a_capture.md")]
pub mod read_a_capture {}

#[doc = include_str!("../guide/speak_evpn.md")]
pub mod speak_evpn {}

#[doc = include_str!("../guide/add_a_rule.md")]
pub mod add_a_rule {}
