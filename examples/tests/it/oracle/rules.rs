//! Why tshark's reading of a frame may differ from ours. Each rule is a condition on one frame, as narrow as the
//! reason that `known_differences.tsv` gives for it.

use serde_json::Value;

use super::columns::Comparison;

/// tshark's list of frames is another one.
pub(crate) const CONTAINER: &str = "container";

type Condition = fn(&Comparison<'_>) -> bool;

/// The first that holds is the reason.
const RULES: [(&str, Condition); 14] = [
    ("container", |frame| frame.differs_in("frame.cap_len")),
    ("frame-length", |frame| {
        // tshark keeps the length as a signed number.
        frame.differs_only_in(&["frame.len"]) && frame.ours.length > 0x7fff_ffff
    }),
    ("link-type", |frame| error_in(frame, "link")),
    ("icmp-quote", |frame| {
        let quotes: &[u64] = match frame.our_layers().last() {
            Some(&"icmp") => &[3, 4, 5, 11, 12],
            Some(&"icmpv6") => &[1, 2, 3, 4],
            _ => &[],
        };
        let message = frame.ours.layers.last().and_then(|layer| layer["type"].as_u64());
        message.is_some_and(|message| quotes.contains(&message))
            && goes_on_with(frame, |next| matches!(next, "ip" | "ipv6"))
    }),
    ("fragment", |frame| {
        // tshark puts fragments together and shows the whole in the last of them.
        ends_in_fragment(frame) && (goes_on_with(frame, |_| true) || first_fragment_not_read(frame))
    }),
    ("gre-refused", |frame| {
        error_in(frame, "gre")
            && ["version", "routing present", "reserved0"]
                .iter()
                .any(|field| message(frame).starts_with(field))
            && goes_on_with(frame, |next| next == "gre")
    }),
    ("vxlan-flag", |frame| {
        error_in(frame, "vxlan")
            && message(frame).starts_with("flags")
            && goes_on_with(frame, |next| next == "vxlan")
    }),
    ("overrun", |frame| message(frame).contains(" claims ") && goes_on_with(frame, |_| true)),
    ("bad-header", |frame| {
        let refused = frame.ours.error.as_ref().and_then(|error| error["layer"].as_str());
        let shown = |next: &str| Some(next) == refused.map(token) || next == "data";
        ["needs", "version", "ihl", "data_offset"].iter().any(|problem| message(frame).starts_with(problem))
            && frame.theirs_goes_on()
            && match frame.beyond().as_deref() {
                Some([]) => true,
                Some([next]) => shown(next),
                _ => false,
            }
    }),
    ("udp-length", |frame| {
        error_in(frame, "udp") && message(frame).starts_with("length is ") && frame.ours_goes_on()
    }),
    ("source-port", |frame| {
        frame.ours.error.is_none()
            && frame.ours.layers.last().is_some_and(|udp| match udp["source_port"].as_u64() {
                Some(4789 | 8472) => goes_on_with(frame, |next| next == "vxlan"),
                Some(6635 | 51234) => goes_on_with(frame, |next| next == "mpls"),
                Some(4790) => goes_on_with(frame, is_in_vxlan_gpe),
                _ => false,
            })
    }),
    ("udp-port", |frame| {
        frame.ours.error.is_none()
            && frame.ours.layers.last().is_some_and(|udp| match udp["destination_port"].as_u64() {
                Some(4754) => goes_on_with(frame, |next| next == "gre"),
                Some(4790) => goes_on_with(frame, is_in_vxlan_gpe),
                _ => false,
            })
    }),
    ("fabricpath", |frame| {
        let [ethernet] = frame.ours.layers.as_slice() else { return false };
        ethernet["ethertype"] == 0x8903
            && frame.beyond().is_some_and(|beyond| beyond.starts_with(&["cfp", "eth"]))
    }),
    ("carrier", |frame| frame.ours.error.is_none() && goes_on_with(frame, |next| CARRIERS.contains(&next))),
];

/// Protocols that tshark looks into and that are payload for us.
const CARRIERS: [&str; 12] = [
    "ah",
    "avsp",
    "cmd",
    "erspan",
    "geneve",
    "gtp",
    "ieee8021ah",
    "nsh",
    "pppoes",
    "sflow",
    "teredo",
    "wlan",
];

pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    RULES.iter().map(|(name, _)| *name)
}

pub(crate) fn of(frame: &Comparison<'_>) -> Option<&'static str> {
    RULES.iter().find(|(_, holds)| holds(frame)).map(|(name, _)| *name)
}

/// tshark does not name VXLAN-GPE itself in its list of protocols.
fn is_in_vxlan_gpe(next: &str) -> bool {
    matches!(next, "ip" | "ipv6" | "eth" | "nsh")
}

/// Whether tshark shows all that we show, and behind it more, that starts with a protocol for which `starts` holds.
fn goes_on_with(frame: &Comparison<'_>, starts: impl Fn(&str) -> bool) -> bool {
    frame.theirs_goes_on()
        && frame.beyond().is_some_and(|beyond| beyond.first().is_some_and(|next| starts(next)))
}

fn error_in(frame: &Comparison<'_>, layer: &str) -> bool {
    frame.ours.error.as_ref().is_some_and(|error| error["layer"] == layer)
}

fn message<'c>(frame: &'c Comparison<'_>) -> &'c str {
    frame.ours.error.as_ref().and_then(|error| error["message"].as_str()).unwrap_or_default()
}

fn ends_in_fragment(frame: &Comparison<'_>) -> bool {
    let is_network = |layer: &&Value| matches!(layer["layer"].as_str(), Some("ipv4" | "ipv6_extension"));
    frame.ours.layers.iter().rfind(is_network).is_some_and(|layer| {
        if layer["layer"] == "ipv4" {
            layer["more_fragments"] == true || layer["fragment_offset"] != 0
        } else {
            layer["data"].as_str().is_some_and(|data| {
                // Of a fragment header: offset, reserved bits and the M flag come first.
                data.len() == 12 && u16::from_str_radix(&data[..4], 16).is_ok_and(|bits| bits & 0xfff9 != 0)
            })
        }
    })
}

/// We show the transport header that the first fragment has, tshark shows it in the last.
fn first_fragment_not_read(frame: &Comparison<'_>) -> bool {
    frame.ours_goes_on()
        && frame
            .differing
            .iter()
            .all(|column| ["udp.", "tcp."].iter().any(|transport| column.name.starts_with(transport)))
}

/// A layer's name as tshark writes it.
pub(crate) fn token(layer: &str) -> &str {
    match layer {
        "ethernet" => "eth",
        "ipv4" => "ip",
        "linux_sll" => "sll",
        "control_word" => "pwethcw",
        same => same,
    }
}
