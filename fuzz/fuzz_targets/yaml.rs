//! [`contrail_fuzz::yaml`] under libFuzzer.
#![cfg_attr(fuzzing, no_main)]

contrail_fuzz::target!(yaml);
