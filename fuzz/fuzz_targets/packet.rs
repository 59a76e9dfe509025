//! [`contrail_fuzz::packet`] under libFuzzer.
#![cfg_attr(fuzzing, no_main)]

contrail_fuzz::target!(packet);
