//! Results as data for serde. The types say their fields themselves; here is what they have in common: an object that
//! there is a sentence of has it as `message`.

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

use crate::fabric::TunnelKind;
use crate::plan::{Change, Lift, Reason};
use crate::report::Finding;
use crate::trace::{Drop, Source, Step, Table, Verdict};

/// An object's own fields, what follows from them, and its sentence.
macro_rules! with_message {
    ($($type:ident { $($name:ident: $follows:ty = $how:path)? })*) => {$(
        /// Its kind, its fields, and its text as `message`.
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                /// The object with its message.
                #[derive(Serialize)]
                struct Told<'a> {
                    #[serde(flatten, serialize_with = "fields")]
                    fields: &'a $type,
                    $($name: $follows,)?
                    message: String,
                }
                /// What `remote = "Self"` derives: a function of the type, not of the trait.
                fn fields<S: Serializer>(object: &&$type, serializer: S) -> Result<S::Ok, S::Error> {
                    <$type>::serialize(object, serializer)
                }
                Told { fields: self, $($name: $how(self),)? message: self.to_string() }.serialize(serializer)
            }
        }
    )*};
}
with_message! {
    Change { by_hand: bool = Change::is_by_hand }
    Drop { rule: Option<&'static str> = Drop::rule }
    Lift {}
    Reason { rule: Option<&'static str> = Reason::rule }
    Source {}
    Step {}
    Table {}
    Verdict {}
}

/// As Contrail spells it.
impl Serialize for TunnelKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// A finding as a field of what names it, since it has a rule and a message too.
pub(crate) fn finding<S: Serializer>(finding: &Finding, serializer: S) -> Result<S::Ok, S::Error> {
    let mut object = serializer.serialize_struct("Broken", 1)?;
    object.serialize_field("finding", finding)?;
    object.end()
}
