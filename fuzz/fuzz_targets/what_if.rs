//! [`contrail_fuzz::what_if`] under libFuzzer.
#![cfg_attr(fuzzing, no_main)]

contrail_fuzz::target!(what_if);
