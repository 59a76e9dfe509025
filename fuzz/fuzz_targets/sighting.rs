//! [`contrail_fuzz::sighting`] under libFuzzer.
#![cfg_attr(fuzzing, no_main)]

contrail_fuzz::target!(sighting);
