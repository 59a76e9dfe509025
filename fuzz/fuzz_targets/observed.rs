//! [`contrail_fuzz::observed`] under libFuzzer.
#![cfg_attr(fuzzing, no_main)]

contrail_fuzz::target!(observed);
