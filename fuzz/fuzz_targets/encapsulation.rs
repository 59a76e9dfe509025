//! [`contrail_fuzz::encapsulation`] under libFuzzer.
#![cfg_attr(fuzzing, no_main)]

contrail_fuzz::target!(encapsulation);
