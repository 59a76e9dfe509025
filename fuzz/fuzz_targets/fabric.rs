//! [`contrail_fuzz::fabric`] under libFuzzer.
#![cfg_attr(fuzzing, no_main)]

contrail_fuzz::target!(fabric);
