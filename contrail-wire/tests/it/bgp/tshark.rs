//! What tshark would show of a message, made from what is decoded; and lists of where that is not so.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::IpAddr;

use contrail_wire::bgp::{
    Attribute, ExtendedCommunity, ExtendedCommunityKind, Message, Messages, NextHop, Nlri, Route, Session,
    TunnelType, Update, evpn,
};
use contrail_wire::{EthernetSegmentId, IpNet, LabelField};

/// The values of each field, in the order in which they stand in the message.
pub(super) type Fields = BTreeMap<&'static str, Vec<String>>;

/// All that are compared.
pub(super) const FIELDS: [&str; 41] = [
    "bgp.type",
    "bgp.length",
    "bgp.update.withdrawn_routes.length",
    "bgp.update.path_attributes.length",
    "bgp.update.path_attribute.flags",
    "bgp.update.path_attribute.type_code",
    "bgp.update.path_attribute.length",
    "bgp.update.path_attribute.next_hop",
    "bgp.update.path_attribute.mp_reach_nlri.afi",
    "bgp.update.path_attribute.mp_reach_nlri.safi",
    "bgp.update.path_attribute.mp_reach_nlri.next_hop.ipv4",
    "bgp.update.path_attribute.mp_reach_nlri.next_hop.ipv6",
    "bgp.update.path_attribute.mp_unreach_nlri.afi",
    "bgp.update.path_attribute.mp_unreach_nlri.safi",
    "bgp.update.path_attribute.pmsi.tunnel.flags",
    "bgp.update.path_attribute.pmsi.tunnel.type",
    "bgp.update.path_attribute.pmsi.ingress_rep_ip",
    "bgp.prefix_length",
    "bgp.nlri_prefix",
    "bgp.rd",
    "bgp.label_stack",
    "bgp.evpn.nlri.rt",
    "bgp.evpn.nlri.len",
    "bgp.evpn.nlri.rd",
    "bgp.evpn.nlri.esi",
    "bgp.evpn.nlri.etag",
    "bgp.evpn.nlri.maclen",
    "bgp.evpn.nlri.mac_addr",
    "bgp.evpn.nlri.iplen",
    "bgp.evpn.nlri.ip.addr",
    "bgp.evpn.nlri.ipv6.addr",
    "bgp.evpn.nlri.prefix_len",
    "bgp.evpn.nlri.ipv4.gtw_addr",
    "bgp.evpn.nlri.ipv6.gtw_addr",
    "bgp.evpn.nlri.mpls_ls1",
    "bgp.evpn.nlri.mpls_ls2",
    "bgp.evpn.nlri.vni",
    "bgp.evpn.nlri.or_length",
    "bgp.evpn.nlri.or_addr_ipv4",
    "bgp.evpn.nlri.or_addr_ipv6",
    "bgp.ext_com.tunnel_type",
];

/// What stands behind `kind` in the lines of a list that begin with it.
pub(super) fn lines(list: &'static str, kind: &str) -> impl Iterator<Item = Vec<&'static str>> {
    let start = format!("{kind}\t");
    list.lines().filter_map(move |line| Some(line.strip_prefix(&start)?.split('\t').collect()))
}

/// Each rule of a list, which gives a reason, has lines of these kinds that name it, and they name no other.
pub(super) fn assert_each_rule_is_used(list: &'static str, kinds: &[&str]) {
    let first = |kind: &str| lines(list, kind).map(|line| line[0]).collect::<Vec<_>>();
    let used: BTreeSet<_> = kinds.iter().flat_map(|kind| first(kind)).collect();
    assert_eq!(used, first("rule").into_iter().collect());
}

/// All messages in `bytes`.
pub(super) fn fields(bytes: &[u8], session: Session) -> Fields {
    let mut shown = Shown::default();
    shown.stream(bytes, session);
    shown.fields
}

#[derive(Default)]
pub(super) struct Shown {
    pub(super) fields: Fields,
}

impl Shown {
    /// The messages of a stream, and how many they are.
    pub(super) fn stream(&mut self, bytes: &[u8], session: Session) -> usize {
        let (mut messages, mut rest, mut count) = (Messages::new(bytes, session), bytes.len(), 0);
        while let Some(Ok(message)) = messages.next() {
            let length = rest - messages.rest().len();
            rest = messages.rest().len();
            self.message(&message, length);
            count += 1;
        }
        count
    }

    fn put(&mut self, field: &'static str, value: impl fmt::Display) {
        self.fields.entry(field).or_default().push(value.to_string());
    }

    fn message(&mut self, message: &Message<'_>, length: usize) {
        let kind = match message {
            Message::Open(_) => 1,
            Message::Update(_) => 2,
            Message::Notification(_) => 3,
            Message::Keepalive => 4,
            Message::RouteRefresh(_) => 5,
        };
        self.put("bgp.type", kind);
        self.put("bgp.length", length);
        if let Message::Update(update) = message {
            self.update(update);
        }
    }

    fn update(&mut self, update: &Update<'_>) {
        let has_vni = update.encapsulation().is_some_and(TunnelType::has_vni);
        self.put("bgp.update.withdrawn_routes.length", update.ipv4_withdrawn().bytes().len());
        for route in update.ipv4_withdrawn().filter_map(Result::ok) {
            if let Nlri::Unicast(net) = route.nlri {
                self.put("bgp.prefix_length", net.prefix_len());
            }
        }
        self.put("bgp.update.path_attributes.length", update.attributes().bytes().len());
        for raw in update.attributes().filter_map(Result::ok) {
            self.put("bgp.update.path_attribute.flags", format!("0x{:02x}", raw.flags.bits()));
            self.put("bgp.update.path_attribute.type_code", raw.kind.0);
            self.put("bgp.update.path_attribute.length", raw.value.len());
            if let Ok(attribute) = raw.decode(&update.session()) {
                self.attribute(&attribute, has_vni);
            }
        }
        for route in update.ipv4_routes().filter_map(Result::ok) {
            if let Nlri::Unicast(net) = route.nlri {
                self.put("bgp.prefix_length", net.prefix_len());
                self.put("bgp.nlri_prefix", net.network());
            }
        }
    }

    fn attribute(&mut self, attribute: &Attribute<'_>, has_vni: bool) {
        match attribute {
            Attribute::NextHop(address) => self.put("bgp.update.path_attribute.next_hop", address),
            Attribute::MpReach(reach) => {
                self.put("bgp.update.path_attribute.mp_reach_nlri.afi", reach.family.afi.get());
                self.put("bgp.update.path_attribute.mp_reach_nlri.safi", reach.family.safi.0);
                match reach.next_hop {
                    NextHop::Unknown(_) => {}
                    next_hop => match next_hop.address() {
                        Some(IpAddr::V4(address)) => {
                            self.put("bgp.update.path_attribute.mp_reach_nlri.next_hop.ipv4", address);
                        }
                        Some(IpAddr::V6(address)) => {
                            self.put("bgp.update.path_attribute.mp_reach_nlri.next_hop.ipv6", address);
                        }
                        None => {}
                    },
                }
                reach.routes.filter_map(Result::ok).for_each(|route| self.route(&route, has_vni));
            }
            Attribute::MpUnreach(unreach) => {
                self.put("bgp.update.path_attribute.mp_unreach_nlri.afi", unreach.family.afi.get());
                self.put("bgp.update.path_attribute.mp_unreach_nlri.safi", unreach.family.safi.0);
                unreach.routes.filter_map(Result::ok).for_each(|route| self.route(&route, has_vni));
            }
            Attribute::ExtendedCommunities(communities) => {
                communities.iter().for_each(|community| self.community(*community));
            }
            Attribute::PmsiTunnel(tunnel) => {
                self.put("bgp.update.path_attribute.pmsi.tunnel.flags", tunnel.flags.bits());
                self.put("bgp.update.path_attribute.pmsi.tunnel.type", tunnel.tunnel_type.0);
                if let Some(address) = tunnel.endpoint() {
                    self.put("bgp.update.path_attribute.pmsi.ingress_rep_ip", address);
                }
            }
            _ => {}
        }
    }

    fn community(&mut self, community: ExtendedCommunity) {
        if let ExtendedCommunityKind::Encapsulation(tunnel) = community.kind() {
            self.put("bgp.ext_com.tunnel_type", tunnel.get());
        }
    }

    fn route(&mut self, route: &Route<'_>, has_vni: bool) {
        match route.nlri {
            Nlri::Unicast(net) => self.put("bgp.prefix_length", net.prefix_len()),
            Nlri::Vpn(route) => {
                if let IpNet::V4(net) = route.prefix {
                    let bits = route.labels.len() * 24 + 64 + usize::from(net.prefix_len());
                    self.put("bgp.prefix_length", bits);
                    self.put("bgp.rd", route.rd);
                }
                self.put("bgp.label_stack", stack(route.labels));
            }
            Nlri::RouteTarget(membership) => self.put("bgp.prefix_length", membership.prefix_length()),
            Nlri::Evpn(route) => self.evpn(&route, has_vni),
            _ => {}
        }
    }

    fn evpn(&mut self, route: &evpn::Route<'_>, has_vni: bool) {
        let mut buffer = [0xa5; 300];
        let room = route.encode(&mut buffer).unwrap().len();
        self.put("bgp.evpn.nlri.rt", route.route_type().0);
        self.put("bgp.evpn.nlri.len", buffer.len() - room - 2);
        if let Some(rd) = route.rd() {
            self.put("bgp.evpn.nlri.rd", hex(&rd.octets(), ""));
        }
        match *route {
            evpn::Route::EthernetAutoDiscovery(route) => {
                self.segment(route.esi);
                self.put("bgp.evpn.nlri.etag", route.ethernet_tag);
                self.label("bgp.evpn.nlri.mpls_ls1", route.label, has_vni);
            }
            evpn::Route::MacIp(route) => {
                self.segment(route.esi);
                self.put("bgp.evpn.nlri.etag", route.ethernet_tag);
                self.put("bgp.evpn.nlri.maclen", 48);
                self.put("bgp.evpn.nlri.mac_addr", route.mac);
                self.address(route.ip);
                self.label("bgp.evpn.nlri.mpls_ls1", route.label1, has_vni);
                if let Some(label) = route.label2 {
                    self.label("bgp.evpn.nlri.mpls_ls2", label, has_vni);
                }
            }
            evpn::Route::InclusiveMulticast(route) => {
                self.put("bgp.evpn.nlri.etag", route.ethernet_tag);
                self.address(Some(route.originator));
            }
            evpn::Route::EthernetSegment(route) => {
                self.segment(route.esi);
                self.address(Some(route.originator));
            }
            evpn::Route::IpPrefix(route) => {
                self.segment(route.esi);
                self.put("bgp.evpn.nlri.etag", route.ethernet_tag);
                self.put("bgp.evpn.nlri.prefix_len", route.prefix.prefix_len());
                match route.prefix.addr() {
                    IpAddr::V4(address) => {
                        self.put("bgp.evpn.nlri.ip.addr", address);
                        let gateway = route.gateway.unwrap_or([0; 4].into());
                        self.put("bgp.evpn.nlri.ipv4.gtw_addr", gateway);
                    }
                    IpAddr::V6(address) => {
                        self.put("bgp.evpn.nlri.ipv6.addr", address);
                        let gateway = route.gateway.unwrap_or([0; 16].into());
                        self.put("bgp.evpn.nlri.ipv6.gtw_addr", gateway);
                    }
                }
                if has_vni {
                    self.label("", route.label, true);
                }
            }
            evpn::Route::SelectiveMulticast(route) => {
                self.put("bgp.evpn.nlri.etag", route.ethernet_tag);
                self.originator(route.originator);
            }
            evpn::Route::MembershipReportSynch(route) => {
                self.segment(route.esi);
                self.put("bgp.evpn.nlri.etag", route.ethernet_tag);
                self.originator(route.originator);
            }
            evpn::Route::LeaveSynch(route) => {
                self.segment(route.esi);
                self.put("bgp.evpn.nlri.etag", route.ethernet_tag);
                self.originator(route.originator);
            }
            evpn::Route::PerRegion(route) => self.put("bgp.evpn.nlri.etag", route.ethernet_tag),
            evpn::Route::SPmsi(route) => {
                self.put("bgp.evpn.nlri.etag", route.ethernet_tag);
                self.originator(route.originator);
            }
            evpn::Route::Leaf(route) => self.originator(route.originator),
            _ => {}
        }
    }

    fn segment(&mut self, esi: EthernetSegmentId) {
        self.put("bgp.evpn.nlri.esi", hex(&esi.octets(), ":"));
    }

    fn label(&mut self, field: &'static str, label: LabelField, has_vni: bool) {
        if has_vni {
            self.put("bgp.evpn.nlri.vni", label.vni());
        } else {
            self.put(field, label.mpls_label());
        }
    }

    fn address(&mut self, address: Option<IpAddr>) {
        match address {
            None => self.put("bgp.evpn.nlri.iplen", 0),
            Some(IpAddr::V4(address)) => {
                self.put("bgp.evpn.nlri.iplen", 32);
                self.put("bgp.evpn.nlri.ip.addr", address);
            }
            Some(IpAddr::V6(address)) => {
                self.put("bgp.evpn.nlri.iplen", 128);
                self.put("bgp.evpn.nlri.ipv6.addr", address);
            }
        }
    }

    fn originator(&mut self, originator: IpAddr) {
        match originator {
            IpAddr::V4(address) => {
                self.put("bgp.evpn.nlri.or_length", 32);
                self.put("bgp.evpn.nlri.or_addr_ipv4", address);
            }
            IpAddr::V6(address) => {
                self.put("bgp.evpn.nlri.or_length", 128);
                self.put("bgp.evpn.nlri.or_addr_ipv6", address);
            }
        }
    }
}

fn stack(labels: &[LabelField]) -> String {
    let labels: Vec<_> = labels
        .iter()
        .map(|label| {
            let number = label.mpls_label();
            match *label {
                LabelField::ZERO | LabelField::WITHDRAWN => "0 (withdrawn)".into(),
                label if label.is_bottom() => format!("{number} (bottom)"),
                _ => number.to_string(),
            }
        })
        .collect();
    labels.join(",")
}

fn hex(octets: &[u8], between: &str) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect::<Vec<_>>().join(between)
}
