//! [`contrail_fuzz::overlay`] under libFuzzer.
#![cfg_attr(fuzzing, no_main)]

contrail_fuzz::target!(overlay);
