//! x
pub(crate) struct Rule { pub(crate) id: &'static str }
pub(crate) const ALL: &[Rule] = &[];
