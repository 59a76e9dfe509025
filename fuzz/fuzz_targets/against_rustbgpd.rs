//! [`contrail_fuzz::against_rustbgpd`] under libFuzzer.
#![cfg_attr(fuzzing, no_main)]

contrail_fuzz::target!(against_rustbgpd);
