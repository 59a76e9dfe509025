//! [`contrail_fuzz::text`] under libFuzzer.
#![cfg_attr(fuzzing, no_main)]

contrail_fuzz::target!(text);
