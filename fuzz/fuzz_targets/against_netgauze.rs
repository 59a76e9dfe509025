//! [`contrail_fuzz::against_netgauze`] under libFuzzer.
#![cfg_attr(fuzzing, no_main)]

contrail_fuzz::target!(against_netgauze);
