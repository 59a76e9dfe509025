//! [`contrail_fuzz::edit`] under libFuzzer.
#![cfg_attr(fuzzing, no_main)]

contrail_fuzz::target!(edit);
