//! [`contrail_fuzz::json`] under libFuzzer.
#![cfg_attr(fuzzing, no_main)]

contrail_fuzz::target!(json);
