//! The peers, each in the way that its documentation shows.

pub mod netgauze {
    use std::net::IpAddr;

    use netgauze_bgp_pkt::BgpMessage;
    use netgauze_bgp_pkt::nlri::{L2EvpnRoute, RouteDistinguisher};
    use netgauze_bgp_pkt::path_attribute::{MpReach, PathAttributeValue};
    use netgauze_bgp_pkt::wire::deserializer::BgpParsingContext;
    use netgauze_parse_utils::reader::SliceReader;
    use netgauze_parse_utils::traits::ParseFromWithOneInput;

    use crate::bgp::fields::{Fields, and, digest};

    #[inline(never)]
    pub fn read(message: &[u8]) -> Option<u64> {
        let mut context = BgpParsingContext::default();
        let message = BgpMessage::parse(&mut SliceReader::new(message), &mut context).ok()?;
        let BgpMessage::Update(update) = message else { return None };
        let (mut local_pref, mut reach) = (None, None);
        for attribute in update.path_attributes() {
            match attribute.value() {
                PathAttributeValue::LocalPreference(value) => local_pref = Some(value.metric()),
                PathAttributeValue::MpReach(value) => reach = Some(value),
                _ => {}
            }
        }
        let Some(MpReach::L2Evpn { next_hop: IpAddr::V4(next_hop), nlri }) = reach else { return None };
        let mut total = 0;
        for route in nlri {
            let L2EvpnRoute::MacIpAdvertisement(route) = route.route() else { return None };
            let RouteDistinguisher::Ipv4Administrator { ip, number } = route.rd() else { return None };
            let ([a, b, c, d], [e, f]) = (ip.octets(), number.to_be_bytes());
            let Some(IpAddr::V4(ip)) = route.ip() else { return None };
            let [g, h, i] = *route.mpls_label1().value();
            let fields = Fields {
                rd: [0, 1, a, b, c, d, e, f],
                esi: *route.segment_id().value(),
                ethernet_tag: route.tag().value(),
                mac: *route.mac().value(),
                ip: ip.octets(),
                label: u32::from_be_bytes([0, g, h, i]),
            };
            total = and(total, fields.digest());
        }
        Some(digest(next_hop.octets(), local_pref?, total))
    }
}

pub mod rustbgpd {
    use std::net::IpAddr;

    use bytes::Bytes;
    use rustbgpd_wire::{EvpnRoute, Message, PathAttribute, decode_message};

    use crate::bgp::fields::{Fields, and, digest};

    #[inline(never)]
    pub fn read(message: &[u8]) -> Option<u64> {
        let mut bytes = Bytes::copy_from_slice(message);
        let Message::Update(update) = decode_message(&mut bytes, 4096).ok()? else { return None };
        let parsed = update.parse_revised(true, true, false, &[]).ok()?;
        let (mut local_pref, mut reach) = (None, None);
        for attribute in &parsed.update.attributes {
            match attribute {
                PathAttribute::LocalPref(value) => local_pref = Some(*value),
                PathAttribute::MpReachNlri(value) => reach = Some(value),
                _ => {}
            }
        }
        let reach = reach?;
        let IpAddr::V4(next_hop) = reach.next_hop else { return None };
        let mut total = 0;
        for route in &reach.evpn_announced {
            let EvpnRoute::MacIp(route) = route else { return None };
            let Some(IpAddr::V4(ip)) = route.ip else { return None };
            let fields = Fields {
                rd: route.rd.0,
                esi: route.esi.0,
                ethernet_tag: route.ethernet_tag.0,
                mac: route.mac.0,
                ip: ip.octets(),
                label: route.label1.0,
            };
            total = and(total, fields.digest());
        }
        Some(digest(next_hop.octets(), local_pref?, total))
    }
}

pub mod zettabgp {
    use std::net::{IpAddr, Ipv4Addr};

    use zettabgp::prelude::*;

    use crate::bgp::fields::{Fields, and, digest};

    thread_local! {
        static SESSION: BgpSessionParams = {
            let mut session =
                BgpSessionParams::new(64512, 90, BgpTransportMode::IPv4, Ipv4Addr::new(10, 0, 0, 2), vec![]);
            session.fuzzy_pathid = false;
            session
        };
    }

    #[inline(never)]
    pub fn read(message: &[u8]) -> Option<u64> {
        SESSION.with(|session| {
            let (_, length) = session.decode_message_head(message).ok()?;
            let mut update = BgpUpdateMessage::new();
            update.decode_from(session, message.get(19..19 + length)?).ok()?;
            let (mut local_pref, mut reach) = (None, None);
            for attribute in &update.attrs {
                match attribute {
                    BgpAttrItem::LocalPref(value) => local_pref = Some(value.value),
                    BgpAttrItem::MPUpdates(value) => reach = Some(value),
                    _ => {}
                }
            }
            let reach = reach?;
            let BgpAddr::V4(next_hop) = reach.nexthop else { return None };
            let BgpAddrs::EVPN(routes) = &reach.addrs else { return None };
            let mut total = 0;
            for route in routes {
                let BgpEVPN::EVPN2(route) = route else { return None };
                let Some(IpAddr::V4(ip)) = route.ip else { return None };
                let ([a, b, c, d], [e, f, g, h]) = (route.rd.rdh.to_be_bytes(), route.rd.rdl.to_be_bytes());
                let mut esi = [route.esi_type; 10];
                esi[1..].copy_from_slice(&route.esi.v);
                // It keeps the octets in reverse order.
                let mut mac = route.mac.mac_address;
                mac.reverse();
                let fields = Fields {
                    rd: [a, b, c, d, e, f, g, h],
                    esi,
                    ethernet_tag: route.ether_tag,
                    mac,
                    ip: ip.octets(),
                    // It reads labels as those of MPLS; the lowest bits are those of the last one.
                    label: route.labels.labels.first()? << 4 | 1,
                };
                total = and(total, fields.digest());
            }
            Some(digest(next_hop.octets(), local_pref?, total))
        })
    }
}
