//! [`contrail_fuzz::capture`] under libFuzzer.
#![cfg_attr(fuzzing, no_main)]

contrail_fuzz::target!(capture);
