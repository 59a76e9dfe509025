//! A trace as data for serde: both ways with all paths, hop by hop, each packet with its headers and where each value
//! comes from.

use std::fmt::Write;

use contrail_wire::FieldValue;
use serde::ser::{Error, Serialize, SerializeSeq, SerializeStruct, Serializer};

use super::source::usual;
use super::{Hop, Path, Sent, Trace, TracedHeader, Way};
use crate::fabric::Family;

/// The flow, with its address family where both ends have addresses of both, and both ways.
impl Serialize for Trace {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut trace = serializer.serialize_struct("Trace", 9)?;
        trace.serialize_field("from", self.from())?;
        trace.serialize_field("to", self.to())?;
        trace.serialize_field("protocol", self.protocol.name())?;
        trace.serialize_field("port", &self.port)?;
        trace.serialize_field("family", &self.family.map(Family::name))?;
        trace.serialize_field("why", self.why())?;
        trace.serialize_field("delivered", &self.is_delivered())?;
        trace.serialize_field("out", &self.out())?;
        trace.serialize_field("back", &self.back())?;
        trace.end()
    }
}

/// Its paths, and whether there are more.
impl Serialize for Way<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut way = serializer.serialize_struct("Way", 3)?;
        way.serialize_field("delivered", &self.is_delivered())?;
        way.serialize_field("cut", &self.is_cut())?;
        way.serialize_field("paths", &self.paths())?;
        way.end()
    }
}

/// How it ends, and its hops.
impl Serialize for Path<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut path = serializer.serialize_struct("Path", 3)?;
        path.serialize_field("verdict", self.verdict())?;
        path.serialize_field("underlay_links", &self.underlay_links())?;
        path.serialize_field("hops", &self.hops().collect::<Vec<_>>())?;
        path.end()
    }
}

/// What the node does and sends.
impl Serialize for Hop<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut hop = serializer.serialize_struct("Hop", 3)?;
        hop.serialize_field("node", self.node())?;
        hop.serialize_field("steps", &self.steps())?;
        hop.serialize_field("sent", &self.sent())?;
        hop.end()
    }
}

/// The link, the packet's headers, and its octets as two hex digits each.
impl Serialize for Sent<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let packet = self.packet();
        let mut hex = String::new();
        packet.bytes().iter().try_for_each(|octet| write!(hex, "{octet:02x}")).map_err(S::Error::custom)?;
        let mut sent = serializer.serialize_struct("Sent", 5)?;
        sent.serialize_field("to", self.to())?;
        sent.serialize_field("link", &self.link())?;
        sent.serialize_field("fabric_link", &self.is_fabric_link())?;
        sent.serialize_field("headers", &packet.headers().collect::<Vec<_>>())?;
        sent.serialize_field("bytes", &hex)?;
        sent.end()
    }
}

/// Its layer, and its fields in the order of the wire.
impl Serialize for TracedHeader<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut header = serializer.serialize_struct("TracedHeader", 2)?;
        header.serialize_field("layer", &self.header().layer())?;
        header.serialize_field("fields", &Fields(self))?;
        header.end()
    }
}

struct Fields<'h, 't>(&'h TracedHeader<'t>);

impl Serialize for Fields<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(header) = self;
        let mut fields = serializer.serialize_seq(None)?;
        let mut result = Ok(());
        header.header().fields(&mut |name, value| {
            if result.is_ok() {
                result = fields.serialize_element(&Field { header, name, value });
            }
        });
        result?;
        fields.end()
    }
}

struct Field<'h, 't, 'v> {
    header: &'h TracedHeader<'t>,
    name: &'static str,
    value: FieldValue<'v>,
}

/// Where a value comes from has a kind of its own if this fabric and flow decide it, and is `usual` otherwise.
impl Serialize for Field<'_, '_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { header, name, value } = self;
        let mut field = serializer.serialize_struct("Field", 3)?;
        field.serialize_field("name", name)?;
        field.serialize_field("value", value)?;
        match header.source(name) {
            Some(source) => field.serialize_field("source", &source)?,
            None => field.serialize_field("source", &Usual(usual(header.header(), name)))?,
        }
        field.end()
    }
}

/// Looks as a [`Source`](super::Source) does.
struct Usual(&'static str);

impl Serialize for Usual {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut source = serializer.serialize_struct("Usual", 2)?;
        source.serialize_field("kind", "usual")?;
        source.serialize_field("message", self.0)?;
        source.end()
    }
}

/// Which standard assigns the number of a [`Source::Assigned`](super::Source::Assigned).
pub(super) fn assigned<S: Serializer>(by: &&'static str, serializer: S) -> Result<S::Ok, S::Error> {
    let mut source = serializer.serialize_struct("Assigned", 1)?;
    source.serialize_field("by", by)?;
    source.end()
}
