//! The JSON Schema of documents: what a field may hold beyond its type, which alone would allow any text or number.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::document::Document;
use crate::{fabric, release, rules};

impl Document {
    /// The JSON Schema (draft 2020-12) of documents in JSON or YAML. What only the whole document can show, such as
    /// a name that leads nowhere, is not in it.
    pub fn json_schema() -> serde_json::Value {
        schemars::schema_for!(Document).to_value()
    }
}

/// Types that stand for the values of a field, here and nowhere else.
macro_rules! values {
    ($($name:ident = $schema:tt;)*) => {$(
        pub(crate) enum $name {}

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    )*};
}

values! {
    Address = { "type": "string", "anyOf": [{ "format": "ipv4" }, { "format": "ipv6" }] };
    AggregateNumber = { "type": "integer", "minimum": 0, "maximum": 127 };
    Conversation = { "enum": words(&fabric::Protocol::CONVERSATIONS) };
    DeviceManagerPython = { "enum": [2, 3] };
    Encapsulation = { "enum": fabric::TunnelKind::ALL.map(fabric::TunnelKind::name) };
    Mac = {
        "type": "string",
        "pattern": "^([0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}|[0-9A-Fa-f]{4}([.][0-9A-Fa-f]{4}){2})$"
    };
    Mtu = { "type": "integer", "minimum": 256, "maximum": 9216 };
    Name = { "type": "string", "pattern": "\\S" };
    OneOrMany = { "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] };
    OverlayRole = { "enum": words(&fabric::OverlayRoles::NAMES) };
    PhysicalRole = { "enum": words(&fabric::PhysicalRole::NAMES) };
    Port = { "type": "string", "pattern": "^[^:]+:.+$" };
    Ports = { "type": "array", "items": { "type": "string", "pattern": "^[^:]+:.+$" }, "minItems": 1 };
    Prefix = { "type": "string", "pattern": "^[0-9A-Fa-f.:]+/[0-9]{1,3}$" };
    Protocol = { "enum": words(&fabric::Protocol::NAMES) };
    Release = { "enum": release::Release::ALL.map(release::Release::name) };
    RouterType = { "enum": words(&fabric::RouterType::NAMES) };
    RuleId = { "enum": rules::RULES.iter().map(|rule| rule.id).collect::<Vec<_>>() };
    ServerKind = { "enum": words(&fabric::ServerKind::NAMES) };
    Style = { "enum": words(&fabric::Style::NAMES) };
    TransportPort = { "type": "integer", "minimum": 1, "maximum": 65535 };
    Uuid = { "type": "string", "pattern": "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$" };
    Vlan = { "type": "integer", "minimum": 1, "maximum": 4094 };
    Vni = { "type": "integer", "minimum": 1, "maximum": 16_777_215 };
    WorkloadAddress = {
        "anyOf": [
            { "type": "string", "anyOf": [{ "format": "ipv4" }, { "format": "ipv6" }] },
            {
                "type": "array",
                "items": { "type": "string", "anyOf": [{ "format": "ipv4" }, { "format": "ipv6" }] },
                "minItems": 1,
                "maxItems": 2
            }
        ]
    };
    VniMode = { "enum": words(&fabric::VniMode::NAMES) };
}

fn words<T>(names: &[(&'static str, T)]) -> Vec<&'static str> {
    names.iter().map(|(word, _)| *word).collect()
}
