//! Why tshark's reading of a frame may differ from ours. Each rule is a condition on one frame, as narrow as the
//! reason that `known_differences.tsv` gives for it.

use serde_json::Value;

use super::Ours;
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
    ("overrun", |frame| message(frame).contains(" claims ") && goes_on_with(frame, |_| true)),
    ("bad-header", |frame| {
        let refused = frame.ours.error.as_ref().and_then(|error| error["layer"].as_str());
        let shown = |next: &str| Some(next) == refused.map(token) || next == "data";
        ["needs", "version", "ihl", "data_offset", "hardware_length", "protocol_length"]
            .iter()
            .any(|problem| message(frame).starts_with(problem))
            && frame.theirs_goes_on()
            && match frame.beyond().as_deref() {
                Some([]) => true,
                // A trailer may be found behind the whole frame.
                Some([next] | [next, "f5ethtrailer"]) => shown(next),
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
            && frame.ours.layers.last().is_some_and(|udp| udp["destination_port"] == 4754)
            && goes_on_with(frame, |next| next == "gre")
    }),
    ("next-protocol", |frame| {
        let without_flag = |layer: &Value| {
            let has_flag = layer["flags"].as_u64().is_some_and(|flags| flags & 0x04 != 0);
            layer["layer"] == "vxlan_gpe" && !has_flag && layer["next_protocol"] != 0
        };
        let header = frame.ours.layers.iter().position(without_flag);
        header.is_some_and(|header| theirs_goes_on_behind(frame, header + 1))
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

/// What happens besides to frames that nobody would send.
const ODD_RULES: [(&str, Condition); 9] = [
    // What MPLS carries is a guess, and tshark takes what starts like a known vendor's address for no control word.
    ("guess", |frame| {
        let control_word = frame.ours.layers.iter().position(|layer| layer["layer"] == "control_word");
        frame.protocols().contains(&"pwethnocw")
            && control_word.is_some_and(|word| theirs_goes_on_behind(frame, word))
    }),
    // tshark shows a VXLAN header without the I flag, whose VNI RFC 7348 calls invalid.
    ("vxlan-flag", |frame| {
        error_in(frame, "vxlan")
            && message(frame).starts_with("flags")
            && goes_on_with(frame, |next| next == "vxlan")
    }),
    // tshark hands IPv4 with version 6 to IPv6, and shows both.
    ("other-version", |frame| {
        message(frame).starts_with("version") && goes_on_with(frame, |next| next == "ip")
    }),
    // RFC 3032 gives labels 0 and 2 to IPv4 and IPv6; tshark guesses behind them too.
    ("explicit-null", |frame| {
        message(frame).starts_with("version")
            && frame.ours.layers.last().is_some_and(|layer| layer["label"] == 0 || layer["label"] == 2)
            && frame.theirs_goes_on()
    }),
    // tshark shows no more of IPv4 than a total length that is less than the header's.
    ("total-length", |frame| message(frame).starts_with("total_length is") && frame.ours_goes_on()),
    // A total length of 0 is shown as what the frame holds.
    ("segmentation-offload", |frame| {
        frame.differs_only_in(&["ip.len"]) && frame.ours.layers.iter().any(|layer| layer["total_length"] == 0)
    }),
    // tshark does not read on behind a routing header that is not at its end.
    ("routing", |frame| {
        let segments_left = |layer: &Value| {
            let data = layer["data"].as_str().unwrap_or_default();
            layer["layer"] == "ipv6_extension" && data.get(2..4).is_some_and(|left| left != "00")
        };
        frame.ours_goes_on()
            && frame.ours.layers.iter().any(segments_left)
            && frame.protocols().last() == Some(&"ipv6.routing")
    }),
    // Ethernet in IP (protocols 97 and 143), and by GRE protocol types other than 0x6558.
    ("ethernet-in", |frame| {
        let last = frame.ours.layers.last();
        frame.ours.error.is_none()
            && last.is_some_and(|last| {
                ["protocol", "next_header"].iter().any(|field| last[field] == 97 || last[field] == 143)
                    || last["layer"] == "gre"
            })
            && goes_on_with(frame, |next| matches!(next, "eth" | "etherip"))
    }),
    ("carrier", |frame| frame.ours.error.is_none() && goes_on_with(frame, |next| !OURS.contains(&next))),
];

/// tshark's names of what is decoded here.
const OURS: [&str; 11] =
    ["eth", "vlan", "ieee8021ad", "arp", "ip", "ipv6", "udp", "tcp", "vxlan", "mpls", "gre"];

/// As [`of`], for frames of which nothing is known: whatever tshark finds behind all that we show is fine.
pub(crate) fn of_any_frame(frame: &Comparison<'_>) -> Option<&'static str> {
    let mut all = RULES.iter().chain(&ODD_RULES);
    all.find(|(_, holds)| holds(frame)).map(|(name, _)| *name)
}

/// Whether tshark shows all that we show, and behind it more, that starts with a protocol for which `starts` holds.
fn goes_on_with(frame: &Comparison<'_>, starts: impl Fn(&str) -> bool) -> bool {
    frame.theirs_goes_on()
        && frame.beyond().is_some_and(|beyond| beyond.first().is_some_and(|next| starts(next)))
}

/// Whether tshark shows all that our first `count` layers show, and more of the same.
fn theirs_goes_on_behind(frame: &Comparison<'_>, count: usize) -> bool {
    let layers = frame.ours.layers[..count].to_vec();
    Comparison::new(&Ours { layers, error: None, ..*frame.ours }, frame.theirs).theirs_goes_on()
}

fn error_in(frame: &Comparison<'_>, layer: &str) -> bool {
    frame.ours.error.as_ref().is_some_and(|error| error["layer"] == layer)
}

fn message<'c>(frame: &'c Comparison<'_>) -> &'c str {
    frame.ours.error.as_ref().and_then(|error| error["message"].as_str()).unwrap_or_default()
}

fn ends_in_fragment(frame: &Comparison<'_>) -> bool {
    let layers = &frame.ours.layers;
    let is_ip = |layer: &Value| matches!(layer["layer"].as_str(), Some("ipv4" | "ipv6"));
    let Some(innermost) = layers.iter().rposition(is_ip) else { return false };
    if layers[innermost]["layer"] == "ipv4" {
        return layers[innermost]["more_fragments"] == true || layers[innermost]["fragment_offset"] != 0;
    }
    layers[innermost..].windows(2).any(|pair| {
        // Of a fragment header: offset, reserved bits and the M flag come first.
        let bits = pair[1]["data"].as_str().and_then(|data| u16::from_str_radix(data.get(..4)?, 16).ok());
        pair[0]["next_header"] == 44 && bits.is_some_and(|bits| bits & 0xfff9 != 0)
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
