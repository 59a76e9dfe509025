//! [`contrail_fuzz::nlri`] under libFuzzer.
#![cfg_attr(fuzzing, no_main)]

contrail_fuzz::target!(nlri);
