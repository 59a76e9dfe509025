//! What was decoded, as data for serde: nothing is allocated for it.

use core::iter;

use serde::ser::{Serialize, SerializeMap, SerializeSeq, SerializeStruct, Serializer};

use crate::{Anomaly, DecodeError, Decoded, FieldValue, Header, Layer, Packet};

/// Flags as booleans, numbers as numbers, all else as text.
impl Serialize for FieldValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Bool(flag) => serializer.serialize_bool(*flag),
            Self::Number(number) | Self::Hex(number, _) => serializer.serialize_u64(*number),
            Self::Text(text) => serializer.serialize_str(text),
            text => serializer.collect_str(text),
        }
    }
}

/// Its name.
impl Serialize for Layer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// Layer and fields.
impl Serialize for Header<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        LayerObject { offset: None, header: self }.serialize(serializer)
    }
}

/// The headers of this level, each with layer, offset and fields.
impl Serialize for Packet<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut level = serializer.serialize_struct("Packet", 1)?;
        level.serialize_field("layers", &Layers(iter::once(*self)))?;
        level.end()
    }
}

/// The headers of this level and those inside it, and the error that they end with.
impl Serialize for Decoded<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Decoded", 2)?;
        object.serialize_field("layers", &Layers(levels(*self).map(|level| level.packet)))?;
        object.serialize_field("error", &levels(*self).find_map(|level| level.error))?;
        object.end()
    }
}

/// Layer, offset and message.
impl Serialize for DecodeError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut error = serializer.serialize_struct("DecodeError", 3)?;
        error.serialize_field("layer", &self.layer)?;
        error.serialize_field("offset", &self.offset)?;
        error.serialize_field("message", &format_args!("{}", self.problem))?;
        error.end()
    }
}

/// Its fields.
impl Serialize for Anomaly {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut anomaly = serializer.serialize_struct("Anomaly", 6)?;
        anomaly.serialize_field("layer", &self.layer)?;
        anomaly.serialize_field("offset", &self.offset)?;
        anomaly.serialize_field("field", &self.field)?;
        anomaly.serialize_field("found", &self.found)?;
        anomaly.serialize_field("expected", &self.expected)?;
        anomaly.serialize_field("source", &self.source)?;
        anomaly.end()
    }
}

fn levels(outermost: Decoded<'_>) -> impl Iterator<Item = Decoded<'_>> + Clone {
    iter::successors(Some(outermost), |level| match level.error {
        Some(_) => None,
        None => level.packet.inner_decoded(),
    })
}

struct Layers<I>(I);

impl<'a, I: Iterator<Item = Packet<'a>> + Clone> Serialize for Layers<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut layers = serializer.serialize_seq(None)?;
        for (offset, header) in self.0.clone().flat_map(|level| level.headers()) {
            layers.serialize_element(&LayerObject { offset: Some(offset), header: &header })?;
        }
        layers.end()
    }
}

struct LayerObject<'h> {
    offset: Option<usize>,
    header: &'h Header<'h>,
}

impl Serialize for LayerObject<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut layer = serializer.serialize_map(None)?;
        layer.serialize_entry("layer", &self.header.layer())?;
        if let Some(offset) = self.offset {
            layer.serialize_entry("offset", &offset)?;
        }
        let mut result = Ok(());
        self.header.fields(&mut |name, value| {
            if result.is_ok() {
                result = layer.serialize_entry(name, &value);
            }
        });
        result?;
        layer.end()
    }
}
