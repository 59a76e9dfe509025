//! The law of texts: what is read from a text is written as a text that reads as the same.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use contrail_wire::bgp::evpn::RouteKey;
use contrail_wire::bgp::{Community, ExtendedCommunity, LargeCommunity, TunnelType};
use contrail_wire::{
    AssignedNumber, EtherType, EthernetSegmentId, EthernetTag, IpNet, IpProtocol, Ipv4Octets, Ipv6Octets,
    Label, LabelField, MacAddr, RouteDistinguisher, RouteTarget, Vni,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::told;

/// Any text, taken for each value that an operator writes.
pub fn text(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let forms: [fn(&str); 16] = [
        form::<MacAddr>,
        form::<Vni>,
        form::<Label>,
        form::<EthernetTag>,
        form::<EtherType>,
        form::<IpProtocol>,
        form::<Ipv4Octets>,
        form::<Ipv6Octets>,
        form::<IpNet>,
        form::<RouteDistinguisher>,
        form::<RouteTarget>,
        form::<EthernetSegmentId>,
        form::<ExtendedCommunity>,
        form::<Community>,
        form::<LargeCommunity>,
        form::<TunnelType>,
    ];
    forms.iter().for_each(|form| form(text));
    read::<AssignedNumber>(text);
    form::<RouteKey<'static>>(text);
    data::<LabelField>(text);
}

fn form<T>(text: &str)
where
    T: FromStr<Err: Display> + Display + Debug + PartialEq + Serialize + DeserializeOwned,
{
    read::<T>(text).iter().for_each(told::value);
    // Values that data has as numbers are not read from text there.
    if let Ok(value) = serde_json::from_value::<T>(Value::String(text.to_owned())) {
        assert_eq!(text.parse::<T>().ok(), Some(value), "data reads {text:?} as text is read");
    }
    data::<T>(text);
}

fn read<T: FromStr<Err: Display> + Display + Debug + PartialEq>(text: &str) -> Option<T> {
    let read = text.parse::<T>();
    match &read {
        Ok(value) => {
            let written = value.to_string();
            assert_eq!(written.parse::<T>().ok().as_ref(), Some(value), "{text:?} is written {written:?}");
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    read.ok()
}

/// Any text as JSON.
fn data<T: Debug + PartialEq + Serialize + DeserializeOwned>(text: &str) {
    match serde_json::from_str::<T>(text) {
        Ok(value) => told::value(&value),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
