//! [`contrail_fuzz::bgp_message`] under libFuzzer.
#![cfg_attr(fuzzing, no_main)]

contrail_fuzz::target!(bgp_message);
