//! [`contrail_fuzz::mrt`] under libFuzzer.
#![cfg_attr(fuzzing, no_main)]

contrail_fuzz::target!(mrt);
