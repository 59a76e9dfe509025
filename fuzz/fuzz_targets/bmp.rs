//! [`contrail_fuzz::bmp`] under libFuzzer.
#![cfg_attr(fuzzing, no_main)]

contrail_fuzz::target!(bmp);
