//! [`contrail_fuzz::import`] under libFuzzer.
#![cfg_attr(fuzzing, no_main)]

contrail_fuzz::target!(import);
