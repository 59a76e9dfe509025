//! Objects of the config API, with the properties and references that a fabric follows from.
//!
//! The names of all fields are those of the API (tf-api-client, `schema/yaml`), and the same types are read and written.

use std::collections::HashSet;
use std::fmt;

use foldhash::fast::RandomState;
use serde::de::{DeserializeOwned, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use uuid::Uuid;

/// Reads null as if nothing were there, as the API says it after a property was taken away.
fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(from: D) -> Result<T, D::Error> {
    Option::<T>::deserialize(from).map(Option::unwrap_or_default)
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// What every object has.
pub(super) trait Object: DeserializeOwned + Serialize + Clone + Default {
    /// As in the address of the object, `virtual-network`.
    const TYPE: &'static str;

    fn uuid(&self) -> Option<Uuid>;

    /// The names of its parents and its own.
    fn fq_name(&self) -> &[String];

    /// What it is called: the last of its names.
    fn name(&self) -> &str {
        self.fq_name().last().map_or("", String::as_str)
    }

    /// `default-domain:admin:octavia`
    fn full_name(&self) -> String {
        self.fq_name().join(":")
    }
}

/// A part of objects: a property with fields of its own.
macro_rules! properties {
    ($($(#[$doc:meta])* $name:ident { $($(#[$of_field:meta])* $field:ident: $type:ty,)* })*) => { $(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        pub(super) struct $name {
            $(
                $(#[$of_field])*
                #[serde(default, deserialize_with = "or_default", skip_serializing_if = "is_default")]
                pub(super) $field: $type,
            )*
        }
    )* };
}

/// The types of objects that are read, each with the plural of the list that holds all of them.
macro_rules! objects {
    ($($(#[$doc:meta])* $name:ident $type:literal $list:ident { $($field:ident: $property:ty,)* })*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
            pub(super) struct $name {
                #[serde(default, skip_serializing_if = "is_default")]
                pub(super) uuid: Option<Uuid>,
                /// When it was written, where a dump tells that, in microseconds.
                #[serde(skip)]
                pub(super) written: u64,
                #[serde(default, deserialize_with = "or_default")]
                pub(super) fq_name: Vec<String>,
                #[serde(default, deserialize_with = "or_default", skip_serializing_if = "is_default")]
                pub(super) parent_type: String,
                #[serde(default, skip_serializing_if = "is_default")]
                pub(super) parent_uuid: Option<Uuid>,
                #[serde(default, deserialize_with = "or_default", skip_serializing_if = "is_default")]
                pub(super) display_name: String,
                $(
                    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "is_default")]
                    pub(super) $field: $property,
                )*
            }

            impl Object for $name {
                const TYPE: &'static str = $type;

                fn uuid(&self) -> Option<Uuid> {
                    self.uuid
                }

                fn fq_name(&self) -> &[String] {
                    &self.fq_name
                }
            }
        )*

        /// All objects that were read or are to be written, by type.
        #[derive(Clone, Debug, Default)]
        pub(super) struct Objects {
            $(pub(super) $list: Vec<$name>,)*
        }

        impl Objects {
            /// Whether objects of a type are read.
            pub(super) fn has_type(of: &str) -> bool {
                [$($type),*].contains(&of)
            }

            /// Adds an object that is read from JSON.
            pub(super) fn read<'de, D: Deserializer<'de>>(
                &mut self,
                of: &str,
                written: u64,
                from: D,
            ) -> Result<(), D::Error> {
                match of {
                    $($type => self.$list.push($name { written, ..$name::deserialize(from)? }),)*
                    _ => {}
                }
                Ok(())
            }

            /// Puts the objects of each type into the order in which they were written.
            pub(super) fn sort(&mut self) {
                $(self.$list.sort_by_key(|object| object.written);)*
            }

            /// Whether a property or reference of a type is read.
            pub(super) fn has_field(of: &str, field: &str) -> bool {
                match of {
                    $($type => [$(stringify!($field)),*].contains(&field),)*
                    _ => false,
                }
            }

            /// Which type an object is of that does not say so, by a property that only this type has.
            pub(super) fn type_with(property: &str) -> Option<&'static str> {
                let is_own = |names: &[&str]| names.contains(&property) && !property.ends_with("_refs");
                $(if is_own(&[$(stringify!($field)),*]) {
                    return Some($type);
                })*
                None
            }

            /// Leaves out what was read again later; how many that are.
            pub(super) fn drop_repeated(&mut self) -> usize {
                let mut repeated = 0;
                $(repeated += drop_repeated(&mut self.$list);)*
                repeated
            }

            /// Calls with each object, as its type and its JSON.
            pub(super) fn each<E>(&self, mut each: impl FnMut(&'static str, &[String], serde_json::Value) -> Result<(), E>)
                -> Result<(), E>
            where
                E: From<serde_json::Error>,
            {
                $(for object in &self.$list {
                    each($type, &object.fq_name, serde_json::to_value(object)?)?;
                })*
                Ok(())
            }
        }
    };
}

/// Leaves out all but the last of the objects that are the same by UUID, or by name where they have none.
fn drop_repeated<O: Object>(objects: &mut Vec<O>) -> usize {
    let before = objects.len();
    let (mut uuids, mut names) =
        (HashSet::with_capacity_and_hasher(before, RandomState::default()), HashSet::new());
    let mut is_first = |object: &O| match object.uuid() {
        Some(uuid) => uuids.insert(uuid),
        None => names.insert(object.full_name()),
    };
    let mut keep: Vec<bool> = objects.iter().rev().map(&mut is_first).collect();
    objects.retain(|_| keep.pop().unwrap_or(true));
    before - objects.len()
}

/// The UUID of an object for which nobody has given one. Those who read it back know that nobody has.
pub(super) fn derived_uuid(of: &str, fq_name: &[String]) -> Uuid {
    let name = format!("https://contrail-model/{of}/{}", fq_name.join(":"));
    Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes())
}

/// A reference to another object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound(deserialize = "A: Deserialize<'de>"))]
pub(super) struct Ref<A> {
    /// The other's names; a database dump has the UUID only.
    #[serde(default, deserialize_with = "or_default")]
    pub(super) to: Vec<String>,
    #[serde(default)]
    pub(super) uuid: Option<Uuid>,
    #[serde(default = "none")]
    pub(super) attr: Option<A>,
}

const fn none<T>() -> Option<T> {
    None
}

impl<A> Ref<A> {
    pub(super) fn new(to: &[String], uuid: Uuid, attr: Option<A>) -> Self {
        Self { to: to.to_vec(), uuid: Some(uuid), attr }
    }
}

/// A reference whose own properties do not matter.
pub(super) type Plain = Ref<Nothing>;

/// Properties that do not matter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Nothing {}

/// A number that some write as text: the VNI of a logical router, the VLAN among bindings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Number(pub(super) Option<u64>);

impl Number {
    /// The number in a text; none in `""`, `"None"` and `"null"`, with which some say that there is none.
    pub(super) fn in_text(text: &str) -> Result<Self, std::num::ParseIntError> {
        match text.trim() {
            "" | "None" | "null" => Ok(Self(None)),
            number => number.parse().map(|number| Self(Some(number))),
        }
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct NumberOrText;
        impl Visitor<'_> for NumberOrText {
            type Value = Number;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number, or a text with a number")
            }
            fn visit_u64<E>(self, number: u64) -> Result<Number, E> {
                Ok(Number(Some(number)))
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Number, E> {
                Number::in_text(text).map_err(|_| E::invalid_value(serde::de::Unexpected::Str(text), &self))
            }
        }
        from.deserialize_any(NumberOrText)
    }
}

impl Serialize for Number {
    /// As the text that a logical router has.
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Some(number) => to.collect_str(&number),
            None => to.serialize_none(),
        }
    }
}

properties! {
    /// `encapsulation_priorities`
    Encapsulations { encapsulation: Vec<String>, }
    /// `port_translation_pools`
    PortTranslationPools { port_translation_pool: Vec<PortTranslationPool>, }
    PortTranslationPool { protocol: String, port_range: PortRange, port_count: Number, }
    PortRange { start_port: u16, end_port: u16, }
    /// `ip_fabric_subnets`
    Prefixes { subnet: Vec<Prefix>, }
    Prefix { ip_prefix: String, ip_prefix_len: u8, }
    /// `routing_bridging_roles`
    RoutingBridgingRoles { rb_roles: Vec<String>, }
    /// `virtual_network_properties`
    NetworkProperties { vxlan_network_identifier: Option<u64>, mtu: Option<u16>, forwarding_mode: String, }
    /// What a network has of an IPAM.
    NetworkSubnets { ipam_subnets: Vec<IpamSubnet>, }
    /// The subnets of an IPAM of its own (`ipam_subnet_method` is `flat-subnet`).
    IpamSubnets { subnets: Vec<IpamSubnet>, }
    IpamSubnet {
        subnet: Prefix,
        default_gateway: String,
        dns_server_address: String,
        enable_dhcp: Option<bool>,
        dhcp_option_list: DhcpOptions,
    }
    DhcpOptions { dhcp_option: Vec<DhcpOption>, }
    DhcpOption { dhcp_option_name: String, dhcp_option_value: String, }
    /// What a port group has of a physical interface.
    Aggregated { ae_num: Option<u8>, }
    /// What an interface has of a port group.
    VlanOfPortGroup { vlan_tag: Option<u16>, native_vlan_tag: Option<u16>, }
    /// `virtual_machine_interface_properties`
    InterfaceProperties { sub_interface_vlan_tag: Option<u16>, }
    /// `virtual_machine_interface_mac_addresses`
    MacAddresses { mac_address: Vec<String>, }
    /// `virtual_machine_interface_bindings`
    Bindings { key_value_pair: Vec<Binding>, }
    Binding { key: String, value: BindingValue, }
    /// What a logical router has of a network.
    RouterNetwork { logical_router_virtual_network_type: String, }
    /// `bms_port_info`
    BareMetalPort { address: String, local_link_connection: LocalLink, }
    LocalLink { switch_info: String, port_id: String, }
}

/// The value of a binding: text, or a number that should have been one.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(super) struct BindingValue(pub(super) String);

impl<'de> Deserialize<'de> for BindingValue {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Scalar;
        impl Visitor<'_> for Scalar {
            type Value = BindingValue;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text or a number")
            }
            fn visit_u64<E>(self, number: u64) -> Result<BindingValue, E> {
                Ok(BindingValue(number.to_string()))
            }
            fn visit_bool<E>(self, truth: bool) -> Result<BindingValue, E> {
                Ok(BindingValue(truth.to_string()))
            }
            fn visit_str<E>(self, text: &str) -> Result<BindingValue, E> {
                Ok(BindingValue(text.to_owned()))
            }
        }
        from.deserialize_any(Scalar)
    }
}

objects! {
    GlobalSystemConfig "global-system-config" global_system_configs {
        autonomous_system: Option<u32>,
        ip_fabric_subnets: Prefixes,
    }
    GlobalVrouterConfig "global-vrouter-config" global_vrouter_configs {
        encapsulation_priorities: Encapsulations,
        vxlan_network_identifier_mode: String,
        port_translation_pools: PortTranslationPools,
    }
    Fabric "fabric" fabrics {
        fabric_enterprise_style: bool,
        disable_vlan_vn_uniqueness_check: bool,
        virtual_network_refs: Vec<Plain>,
    }
    PhysicalRouter "physical-router" physical_routers {
        physical_router_role: String,
        routing_bridging_roles: RoutingBridgingRoles,
        physical_router_loopback_ip: String,
        physical_router_dataplane_ip: String,
        physical_router_product_name: String,
        fabric_refs: Vec<Plain>,
        virtual_network_refs: Vec<Plain>,
    }
    PhysicalInterface "physical-interface" physical_interfaces {
        physical_interface_refs: Vec<Plain>,
    }
    NetworkIpam "network-ipam" network_ipams {
        ipam_subnet_method: String,
        ipam_subnets: IpamSubnets,
    }
    VirtualNetwork "virtual-network" virtual_networks {
        virtual_network_network_id: Option<u64>,
        virtual_network_properties: NetworkProperties,
        is_provider_network: bool,
        fabric_snat: bool,
        virtual_network_refs: Vec<Plain>,
        network_ipam_refs: Vec<Ref<NetworkSubnets>>,
    }
    VirtualPortGroup "virtual-port-group" virtual_port_groups {
        virtual_port_group_lacp_enabled: Option<bool>,
        physical_interface_refs: Vec<Ref<Aggregated>>,
        virtual_machine_interface_refs: Vec<Plain>,
    }
    VirtualMachineInterface "virtual-machine-interface" virtual_machine_interfaces {
        virtual_machine_interface_mac_addresses: MacAddresses,
        virtual_machine_interface_properties: InterfaceProperties,
        virtual_machine_interface_bindings: Bindings,
        virtual_machine_interface_device_owner: String,
        virtual_network_refs: Vec<Plain>,
        virtual_port_group_refs: Vec<Ref<VlanOfPortGroup>>,
    }
    InstanceIp "instance-ip" instance_ips {
        instance_ip_address: String,
        virtual_machine_interface_refs: Vec<Plain>,
    }
    LogicalRouter "logical-router" logical_routers {
        logical_router_type: String,
        vxlan_network_identifier: Number,
        virtual_machine_interface_refs: Vec<Plain>,
        physical_router_refs: Vec<Plain>,
        virtual_network_refs: Vec<Ref<RouterNetwork>>,
    }
    VirtualRouter "virtual-router" virtual_routers {
        virtual_router_type: String,
        virtual_router_ip_address: String,
    }
    Node "node" nodes {
        node_type: String,
    }
    Port "port" ports {
        bms_port_info: BareMetalPort,
    }
}

impl PhysicalInterface {
    /// The device that it is on.
    pub(super) fn device(&self) -> &str {
        let device = self.fq_name.len().checked_sub(2).and_then(|place| self.fq_name.get(place));
        device.map_or("", String::as_str)
    }

    /// `leaf1:et-0/0/48`. In names Contrail writes `_` for the `:` of a channel.
    pub(super) fn port(&self) -> String {
        let interface = if self.display_name.is_empty() { self.name() } else { &self.display_name };
        format!("{}:{interface}", self.device())
    }
}

impl VirtualMachineInterface {
    /// The value of a binding.
    pub(super) fn binding(&self, key: &str) -> Option<&str> {
        let bindings = &self.virtual_machine_interface_bindings.key_value_pair;
        let binding = bindings.iter().find(|binding| binding.key == key)?;
        Some(binding.value.0.as_str()).filter(|value| !value.is_empty())
    }
}
