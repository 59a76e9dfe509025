//! [`contrail_fuzz::against_etherparse`] under libFuzzer.
#![cfg_attr(fuzzing, no_main)]

contrail_fuzz::target!(against_etherparse);
