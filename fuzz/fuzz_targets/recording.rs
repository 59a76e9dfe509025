//! [`contrail_fuzz::recording`] under libFuzzer.
#![cfg_attr(fuzzing, no_main)]

contrail_fuzz::target!(recording);
