//! [`contrail_fuzz::bgp`] under libFuzzer.
#![cfg_attr(fuzzing, no_main)]

contrail_fuzz::target!(bgp);
