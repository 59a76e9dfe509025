//! [`contrail_fuzz::frame`] under libFuzzer.
#![cfg_attr(fuzzing, no_main)]

contrail_fuzz::target!(frame);
