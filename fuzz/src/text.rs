//! The law of texts: what is read from a text is written as a text that reads as the same.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use contrail_wire::bgp::evpn::RouteKey;
use contrail_wire::bgp::{Community, ExtendedCommunity, LargeCommunity, TunnelType};
use contrail_wire::{
    AssignedNumber, EtherType, EthernetSegmentId, EthernetTag, IpNet, IpProtocol, Ipv4Octets, Ipv6Octets,
    Label, MacAddr, RouteDistinguisher, RouteTarget, Vni,
};

/// Any text, taken for each value that an operator writes.
pub fn text(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let forms: [fn(&str); 17] = [
        form::<MacAddr>,
        form::<Vni>,
        form::<Label>,
        form::<EthernetTag>,
        form::<EtherType>,
        form::<IpProtocol>,
        form::<Ipv4Octets>,
        form::<Ipv6Octets>,
        form::<IpNet>,
        form::<AssignedNumber>,
        form::<RouteDistinguisher>,
        form::<RouteTarget>,
        form::<EthernetSegmentId>,
        form::<ExtendedCommunity>,
        form::<Community>,
        form::<LargeCommunity>,
        form::<TunnelType>,
    ];
    forms.iter().for_each(|form| form(text));
    form::<RouteKey<'static>>(text);
}

fn form<T: FromStr<Err: Display> + Display + Debug + PartialEq>(text: &str) {
    match text.parse::<T>() {
        Ok(value) => {
            let written = value.to_string();
            assert_eq!(written.parse::<T>().ok().as_ref(), Some(&value), "{text:?} is written {written:?}");
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
