//! What holds for what is told of packets and messages: it is all there, and of what is there.

use std::fmt::Debug;

use contrail_wire::bgp::Message;
use contrail_wire::net::ipv6::extension::Ipv6Extension;
use contrail_wire::{Decoded, Header, Packet};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A frame as data has each header that was read; each can be drawn and is as long as its figure; what is odd is in one of
/// them, or behind them.
pub(crate) fn frame(decoded: &Decoded<'_>, length: usize) {
    let mut headers = 0;
    let mut next = Some(*decoded);
    while let Some(level) = next {
        headers += level.packet.headers().count();
        level.packet.headers().for_each(|(_, header)| figure(&header));
        options(&level.packet);
        level.packet.anomalies(&mut |anomaly| {
            assert!((level.packet.offset()..length).contains(&anomaly.offset), "{anomaly}");
            assert_ne!(anomaly.found, anomaly.expected, "{anomaly}");
            as_data(&anomaly);
        });
        next = level.packet.inner_decoded().filter(|_| level.error.is_none());
    }
    let data = as_data(decoded);
    let layers = data.get("layers").and_then(Value::as_array).map(Vec::len);
    assert_eq!(layers, Some(headers), "each header is told: {data}");
}

fn figure(header: &Header<'_>) {
    let mut bits = 0;
    header.figure(&mut |_, size| bits += size);
    assert_eq!(bits, 8 * header.len(), "the figure of {} has all its bits", header.layer());
}

/// Options take a byte each at least, and nothing follows one that is broken.
fn options(level: &Packet<'_>) {
    let ends = |broken: Vec<bool>, room: usize| {
        assert!(broken.len() <= room, "more options than bytes");
        assert!(broken.iter().rev().skip(1).all(|broken| !broken), "nothing follows a broken option");
    };
    if let Some(ip) = level.ipv4() {
        ends(ip.options().map(|it| it.is_err()).collect(), 40);
        let _ = ip.final_destination();
    }
    if let Some(tcp) = level.tcp() {
        ends(tcp.options().map(|it| it.is_err()).collect(), 40);
    }
    if let Some(ip) = level.ipv6() {
        let of = |extension: Ipv6Extension<'_>| (extension.options().count(), extension.data.len());
        assert!(ip.extensions().map(of).all(|(options, room)| options <= room));
        let _ = ip.final_destination();
    }
}

/// A message as data says what it is.
pub(crate) fn message(message: &Message<'_>) {
    let data = as_data(message);
    assert!(data.get("type").is_some_and(Value::is_string), "{data}");
}

/// A value as data is read as the same value.
pub(crate) fn value<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let data = as_data(value);
    let again = serde_json::from_value(data.clone());
    assert_eq!(again.as_ref().ok(), Some(value), "{data}: {again:?}");
}

/// What is serialized is JSON.
pub(crate) fn as_data(value: &impl Serialize) -> Value {
    let text = serde_json::to_string(value).expect("what was read can be told");
    serde_json::from_str(&text).expect("and that is JSON")
}
