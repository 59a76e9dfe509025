//! [`contrail_fuzz::attribute`] under libFuzzer.
#![cfg_attr(fuzzing, no_main)]

contrail_fuzz::target!(attribute);
