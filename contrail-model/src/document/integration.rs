//! What has to work: integrations and flows.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
#[cfg(feature = "schema")]
use {crate::schema, schemars::JsonSchema};

/// A kind of integration: which services it has, and which flows have to work between them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct IntegrationKind {
    /// Its name, unique among kinds, those that are known included.
    #[cfg_attr(feature = "schema", schemars(with = "schema::Name"))]
    pub name: String,
    /// Services that must be placed. Default: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<String>,
    /// Services that may be placed; flows of one that is not are not needed. Default: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub optional_services: Vec<String>,
    /// What has to work. Default: nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flows: Vec<FlowTemplate>,
}

/// A flow that an integration needs, between each of one party and each of the other that is not on the same server.
///
/// A party is one of the kind's services, or `workloads` (those in the management network), `bare-metal` (those in
/// the management network), `service-node` (the one that is active), `virtual-service`, or `members` (its members).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FlowTemplate {
    /// Who opens it.
    pub from: String,
    /// Who answers.
    pub to: String,
    /// The transport protocol, `tcp` or `udp`, or `dhcp` from `bare-metal` to `service-node`.
    #[cfg_attr(feature = "schema", schemars(with = "schema::Conversation"))]
    pub protocol: String,
    /// The destination port. Default: 67 for `dhcp`, the service's for `virtual-service`; otherwise needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// What it is for. Default: empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}

/// A service of a known kind, with its required flows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Integration {
    /// Which integration: `octavia`, `ironic`, `kubernetes-keystone`, `openstack`, `kubernetes`, `vcenter`, or one of
    /// `integration_kinds`.
    pub kind: String,
    /// The overlay network whose workloads or bare-metal servers belong to the integration (Octavia: the amphorae's
    /// management network; Ironic: the network for cleaning and provisioning). Default: none, for kinds that need none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub management_network: Option<String>,
    /// The network that the services listen in. Default: the only one that the server has addresses in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_network: Option<String>,
    /// The virtual service that is reached. Default: none, for kinds that need none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub virtual_service: Option<String>,
    /// On which server or servers each service runs (Octavia: `worker`, `health-manager`). Default: none.
    #[serde(default)]
    pub services: BTreeMap<String, OneOrMany>,
}

/// A flow that must work, in addition to those of the integrations: over IPv4 and over IPv6, where both ends have addresses
/// of both in the network that they use.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Flow {
    /// Who opens it: a workload, a server or a service.
    pub from: String,
    /// Who answers: the same, or a virtual service.
    pub to: String,
    /// The transport protocol, `tcp` or `udp`, or `dhcp` from a bare-metal server to a service node.
    #[cfg_attr(feature = "schema", schemars(with = "schema::Conversation"))]
    pub protocol: String,
    /// The destination port. Default: 67 for `dhcp`; otherwise needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// What it is for, in your words. Default: empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}

/// One text, or a list of texts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(transparent)]
pub struct OneOrMany(#[cfg_attr(feature = "schema", schemars(with = "schema::OneOrMany"))] pub Vec<String>);

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Texts;
        impl<'de> Visitor<'de> for Texts {
            type Value = OneOrMany;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a list of texts")
            }

            fn visit_str<E>(self, text: &str) -> Result<OneOrMany, E> {
                Ok(OneOrMany(vec![text.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut texts: A) -> Result<OneOrMany, A::Error> {
                let mut list = Vec::new();
                while let Some(text) = texts.next_element()? {
                    list.push(text);
                }
                Ok(OneOrMany(list))
            }
        }
        deserializer.deserialize_any(Texts)
    }
}
