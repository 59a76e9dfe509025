//! A frame in tshark's columns, once from tshark and once from `dissect --json`.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use serde_json::Value;

use super::Ours;
use super::rules::token;

/// tshark's columns for the formats that are compared.
pub(crate) const COMPARED: [&str; 43] = [
    "eth.dst",
    "eth.src",
    "eth.type",
    "vlan.id",
    "vlan.priority",
    "vlan.etype",
    "ieee8021ad.id",
    "arp.opcode",
    "ip.version",
    "ip.hdr_len",
    "ip.len",
    "ip.id",
    "ip.flags.mf",
    "ip.frag_offset",
    "ip.ttl",
    "ip.proto",
    "ip.checksum",
    "ip.src",
    "ip.dst",
    "ipv6.plen",
    "ipv6.nxt",
    "ipv6.hlim",
    "ipv6.src",
    "ipv6.dst",
    "udp.srcport",
    "udp.dstport",
    "udp.length",
    "udp.checksum",
    "tcp.srcport",
    "tcp.dstport",
    "gre.flags_and_version",
    "gre.proto",
    "gre.checksum",
    "gre.key",
    "gre.sequence_number",
    "vxlan.flags",
    "vxlan.gbp",
    "vxlan.vni",
    "vxlan.reserved8",
    "mpls.label",
    "mpls.exp",
    "mpls.bottom",
    "mpls.ttl",
];

/// One line of tshark's table.
pub(crate) struct Row<'t> {
    fields: BTreeMap<&'t str, &'t str>,
}

impl<'t> Row<'t> {
    pub(crate) fn parse(table: &'t str) -> Vec<Self> {
        let mut lines = table.split('\n');
        let names: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
        lines
            .filter(|line| !line.is_empty())
            .map(|line| Self { fields: names.iter().copied().zip(line.split('\t')).collect() })
            .collect()
    }

    pub(crate) fn text(&self, column: &str) -> &'t str {
        self.fields.get(column).copied().unwrap_or_default()
    }

    fn values(&self, column: &str) -> Vec<String> {
        match self.text(column) {
            "" => Vec::new(),
            text => text.split('|').map(normal).collect(),
        }
    }
}

/// Numbers in decimal, addresses as the standard library writes them.
fn normal(text: &str) -> String {
    if let Some(hex) = text.strip_prefix("0x") {
        return u64::from_str_radix(hex, 16).map_or_else(|_| text.to_owned(), |number| number.to_string());
    }
    if let Ok(address) = text.parse::<Ipv6Addr>() {
        return address.to_string();
    }
    match text.parse::<Ipv4Addr>() {
        Ok(address) => address.to_string(),
        Err(_) => text.to_owned(),
    }
}

/// What both say of a frame.
pub(crate) struct Comparison<'c> {
    pub(crate) ours: &'c Ours,
    pub(crate) theirs: &'c Row<'c>,
    pub(crate) differing: Vec<Column>,
}

/// A column in which they differ.
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) ours: Vec<String>,
    pub(crate) theirs: Vec<String>,
}

impl<'c> Comparison<'c> {
    pub(crate) fn new(ours: &'c Ours, theirs: &'c Row<'c>) -> Self {
        let mut columns = columns(&ours.layers);
        columns.entry("frame.len").or_default().push(ours.length.to_string());
        columns.entry("frame.cap_len").or_default().push(ours.captured.to_string());
        let differing = COMPARED
            .into_iter()
            .chain(["frame.len", "frame.cap_len"])
            .map(|name| Column {
                name,
                ours: columns.remove(name).unwrap_or_default(),
                theirs: theirs.values(name),
            })
            .filter(|column| column.ours != column.theirs)
            .collect();
        assert!(columns.is_empty(), "columns that are not compared: {columns:?}");
        Self { ours, theirs, differing }
    }

    pub(crate) fn agrees(&self) -> bool {
        self.differing.is_empty()
    }

    pub(crate) fn differs_in(&self, name: &str) -> bool {
        self.differing.iter().any(|column| column.name == name)
    }

    /// Whether tshark shows all that we show, and more of the same.
    pub(crate) fn theirs_goes_on(&self) -> bool {
        self.differing.iter().all(|column| column.theirs.starts_with(&column.ours))
    }

    /// Whether we show all that tshark shows, and more of the same.
    pub(crate) fn ours_goes_on(&self) -> bool {
        self.differing.iter().all(|column| column.ours.starts_with(&column.theirs))
    }

    pub(crate) fn differs_only_in(&self, names: &[&str]) -> bool {
        self.differing.iter().all(|column| names.contains(&column.name))
    }

    pub(crate) fn our_layers(&self) -> Vec<&str> {
        self.ours.layers.iter().map(|layer| layer["layer"].as_str().unwrap()).collect()
    }

    pub(crate) fn protocols(&self) -> Vec<&'c str> {
        self.theirs.text("frame.protocols").split(':').collect()
    }

    /// The protocols that tshark names behind those that we name; `None` if it names others.
    pub(crate) fn beyond(&self) -> Option<Vec<&'c str>> {
        // What is no header, or is said twice.
        let mut theirs = self
            .protocols()
            .into_iter()
            .filter(|name| !matches!(*name, "" | "ethertype" | "raw" | "pwethheuristic" | "pwethnocw"));
        for ours in tokens(&self.ours.layers) {
            if theirs.next() != Some(ours) {
                return None;
            }
        }
        Some(theirs.collect())
    }
}

/// The layers as tshark's `frame.protocols` names them.
fn tokens(layers: &[Value]) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut next = 0;
    let mut above = "";
    let mut second_of_two = false;
    for layer in layers {
        let name = layer["layer"].as_str().unwrap();
        match name {
            "mpls" if above == "mpls" => {}
            // tshark does not name it.
            "vxlan_gpe" => {}
            "vlan" if second_of_two => second_of_two = false,
            "vlan" if next == 0x88a8 => {
                tokens.push("ieee8021ad");
                second_of_two = layer["ethertype"] == 0x88a8;
            }
            "ipv6_extension" => tokens.push(match next {
                0 => "ipv6.hopopts",
                43 => "ipv6.routing",
                44 => "ipv6.fraghdr",
                60 => "ipv6.dstopts",
                _ => "ah",
            }),
            name => tokens.push(token(name)),
        }
        above = name;
        let names_next = ["ethertype", "protocol_type", "next_header"];
        next = names_next.iter().find_map(|field| layer[field].as_u64()).unwrap_or(0);
    }
    tokens
}

impl fmt::Display for Comparison<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ours {}", self.theirs.text("frame.protocols"), self.our_layers().join(":"))?;
        if let Some(error) = &self.ours.error {
            write!(f, " error {error}")?;
        }
        for column in &self.differing {
            write!(f, "; {} {} tshark {}", column.name, column.ours.join("|"), column.theirs.join("|"))?;
        }
        Ok(())
    }
}

/// The layers' fields under tshark's names.
fn columns(layers: &[Value]) -> BTreeMap<&'static str, Vec<String>> {
    let mut columns = BTreeMap::<_, Vec<String>>::new();
    let mut tag_is_802_1ad = false;
    // Of two 802.1ad tags in a row tshark makes one header, whose fields have other names.
    let mut second_of_two = false;
    for layer in layers {
        let mut add = |column: &'static str, value: String| columns.entry(column).or_default().push(value);
        let number = |field: &str| layer[field].as_u64().unwrap();
        let text = |field: &str| layer[field].as_str().unwrap().to_owned();
        let type_behind = |column, add: &mut dyn FnMut(&'static str, String)| {
            let ethertype = layer["ethertype"].as_u64().unwrap();
            // Below, tshark shows a length.
            if ethertype >= 0x0600 {
                add(column, ethertype.to_string());
            }
        };
        match layer["layer"].as_str().unwrap() {
            "ethernet" => {
                add("eth.dst", text("destination_address"));
                add("eth.src", text("source_address"));
                type_behind("eth.type", &mut add);
                tag_is_802_1ad = number("ethertype") == 0x88a8;
            }
            "vlan" => {
                let first_of_two = tag_is_802_1ad && !second_of_two && number("ethertype") == 0x88a8;
                if first_of_two || second_of_two {
                } else if tag_is_802_1ad {
                    add("ieee8021ad.id", number("vlan_id").to_string());
                } else {
                    add("vlan.id", number("vlan_id").to_string());
                    add("vlan.priority", number("priority_code_point").to_string());
                    type_behind("vlan.etype", &mut add);
                }
                second_of_two = first_of_two;
                tag_is_802_1ad = number("ethertype") == 0x88a8;
            }
            "arp" => add("arp.opcode", number("operation").to_string()),
            "ipv4" => {
                add("ip.version", number("version").to_string());
                add("ip.hdr_len", (number("ihl") * 4).to_string());
                add("ip.len", number("total_length").to_string());
                add("ip.id", number("identification").to_string());
                add("ip.flags.mf", u8::from(layer["more_fragments"].as_bool().unwrap()).to_string());
                add("ip.frag_offset", number("fragment_offset").to_string());
                add("ip.ttl", number("time_to_live").to_string());
                add("ip.proto", number("protocol").to_string());
                add("ip.checksum", number("header_checksum").to_string());
                add("ip.src", text("source_address"));
                add("ip.dst", text("destination_address"));
            }
            "ipv6" => {
                add("ip.version", number("version").to_string());
                add("ipv6.plen", number("payload_length").to_string());
                add("ipv6.nxt", number("next_header").to_string());
                add("ipv6.hlim", number("hop_limit").to_string());
                add("ipv6.src", text("source_address"));
                add("ipv6.dst", text("destination_address"));
            }
            "udp" => {
                add("udp.srcport", number("source_port").to_string());
                add("udp.dstport", number("destination_port").to_string());
                add("udp.length", number("length").to_string());
                add("udp.checksum", number("checksum").to_string());
            }
            "tcp" => {
                add("tcp.srcport", number("source_port").to_string());
                add("tcp.dstport", number("destination_port").to_string());
            }
            "gre" => {
                let flag = |field: &str, bit: u64| if layer[field].as_bool().unwrap() { bit } else { 0 };
                let flags = flag("checksum_present", 0x8000)
                    | flag("key_present", 0x2000)
                    | flag("sequence_number_present", 0x1000)
                    | number("reserved0")
                    | number("version");
                add("gre.flags_and_version", flags.to_string());
                add("gre.proto", number("protocol_type").to_string());
                for (column, field) in [
                    ("gre.checksum", "checksum"),
                    ("gre.key", "key"),
                    ("gre.sequence_number", "sequence_number"),
                ] {
                    if let Some(value) = layer[field].as_u64() {
                        add(column, value.to_string());
                    }
                }
            }
            "vxlan" => {
                let reserved = u64::from_str_radix(&text("reserved1"), 16).unwrap();
                add("vxlan.flags", (number("flags") << 8 | reserved >> 16).to_string());
                add("vxlan.gbp", (reserved & 0xffff).to_string());
                add("vxlan.vni", number("vni").to_string());
                add("vxlan.reserved8", number("reserved2").to_string());
            }
            "vxlan_gpe" => {
                add("vxlan.flags", number("flags").to_string());
                add("vxlan.vni", number("vni").to_string());
                add("vxlan.reserved8", number("reserved2").to_string());
            }
            "mpls" => {
                add("mpls.label", number("label").to_string());
                add("mpls.exp", number("traffic_class").to_string());
                add("mpls.bottom", u8::from(layer["bottom_of_stack"].as_bool().unwrap()).to_string());
                add("mpls.ttl", number("ttl").to_string());
            }
            "linux_sll" => tag_is_802_1ad = number("protocol_type") == 0x88a8,
            "ipv6_extension" | "icmp" | "icmpv6" | "control_word" => {}
            other => panic!("no columns for {other}"),
        }
    }
    columns
}
