//! EVPN routes of captures and of recorded BGP as rows.

use std::fmt;
use std::mem;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;
use std::vec;

use arrow_schema::ArrowError;
use contrail_wire::bgp::evpn::Route;
use contrail_wire::bgp::mrt::{Peer, Rib};
use contrail_wire::bgp::recorded::{Content, Entry, Recording};
use contrail_wire::bgp::{self, Attribute, AttributeType, Message, NextHop, Nlri, Session, Update};
use contrail_wire::{EthernetSegmentId, LabelField};

use super::column::{Column, Source, Value, failed};
use super::file;
use super::text::{show, write, write_ip, write_pairs, write_rd};

/// The EVPN routes of some files, of whatever kind each is.
pub(super) struct EvpnRoutes {
    paths: vec::IntoIter<PathBuf>,
    open: Option<(String, Recording<'static>)>,
    attributes: Attributes,
}

/// Who said something and when.
#[derive(Clone, Copy, Default)]
struct Said {
    /// The frame or record in which it ends, counted from 1.
    number: i64,
    /// In microseconds since 1970.
    timestamp: Option<i64>,
    peer: Option<IpAddr>,
    peer_as: Option<u32>,
}

impl Said {
    fn of(entry: &Entry<'_>) -> Self {
        Self {
            number: i64::try_from(entry.number).unwrap_or(i64::MAX),
            timestamp: entry.timestamp.and_then(microseconds),
            peer: entry.peer,
            peer_as: entry.peer_as,
        }
    }
}

fn microseconds(since: Duration) -> Option<i64> {
    i64::try_from(since.as_micros()).ok()
}

/// A route that is announced or withdrawn, or why one cannot be read.
pub(super) struct Row<'a> {
    path: &'a str,
    said: Said,
    route: Option<&'a Route<'a>>,
    /// Of a route that is announced.
    of: Option<&'a Attributes>,
    error: Option<String>,
}

/// What the last UPDATE or dump that has routes says of all of them, as text where it is shown.
#[derive(Default)]
struct Attributes {
    /// Types, lengths and values of those attributes that have no routes. Many UPDATEs have the same, and then the texts stay.
    read: Vec<u8>,
    next_hop: Option<IpAddr>,
    encapsulation: Option<String>,
    route_targets: String,
    /// Of the broadcast domain, for those who want its broadcasts.
    pmsi_label: Option<LabelField>,
}

impl Attributes {
    fn read(&mut self, next_hop: Option<NextHop<'_>>, attributes: bgp::Attributes<'_>) {
        self.next_hop = next_hop.and_then(|next_hop| next_hop.address());
        if self.is_known(attributes) {
            return;
        }
        let targets = attributes.extended_communities().iter().filter_map(|it| it.route_target());
        self.route_targets = targets.map(|target| target.to_string()).collect::<Vec<_>>().join(" ");
        self.encapsulation = attributes.encapsulation().map(|encapsulation| encapsulation.to_string());
        let mut tunnels = attributes.filter_map(Result::ok);
        let tunnel = tunnels.find(|attribute| attribute.kind == AttributeType::PMSI_TUNNEL);
        self.pmsi_label = match tunnel.map(|tunnel| tunnel.decode(&Session::default())) {
            Some(Ok(Attribute::PmsiTunnel(tunnel))) => Some(tunnel.label),
            _ => None,
        };
    }

    /// Whether these are the attributes that were read last; they are from now on.
    fn is_known(&mut self, attributes: bgp::Attributes<'_>) -> bool {
        let before = self.read.len();
        for attribute in attributes.map_while(Result::ok) {
            if !matches!(attribute.kind, AttributeType::MP_REACH_NLRI | AttributeType::MP_UNREACH_NLRI) {
                self.read.push(attribute.kind.0);
                self.read.extend_from_slice(&attribute.value.len().to_be_bytes());
                self.read.extend_from_slice(attribute.value);
            }
        }
        let (known, read) = self.read.split_at(before);
        let is_known = known == read;
        self.read.drain(..before);
        is_known
    }
}

/// Shows what entries say to whoever gathers rows.
struct Teller<'t> {
    path: &'t str,
    said: Said,
    attributes: &'t mut Attributes,
    each: &'t mut dyn FnMut(&Row<'_>) -> bool,
    has_room: bool,
}

impl Teller<'_> {
    fn row(&mut self, route: Option<&Route<'_>>, of: Option<&Attributes>, error: Option<String>) {
        let row = Row { path: self.path, said: self.said, route, of, error };
        self.has_room &= (self.each)(&row);
    }

    /// Something that cannot be read.
    fn broken(&mut self, error: &dyn fmt::Display) {
        self.row(None, None, Some(error.to_string()));
    }

    fn route(&mut self, route: &Result<Route<'_>, bgp::Error>, of: Option<&Attributes>, offset: usize) {
        match route {
            Ok(route) => self.row(Some(route), of, None),
            Err(error) => {
                let mut error = *error;
                error.offset += offset;
                self.broken(&error);
            }
        }
    }

    fn entry(&mut self, entry: Entry<'_>) {
        // Where an UPDATE's own errors count from.
        let offset = entry.offset.unwrap_or_default();
        match entry.content {
            Content::Message { message: Ok(Message::Update(update)), .. } => self.update(&update, offset),
            Content::Message { message: Err(error), .. } => self.broken(&error),
            Content::Rib { rib, peers } => self.rib(&rib, peers),
            Content::Broken(why) => self.broken(&why),
            _ => {}
        }
    }

    fn update(&mut self, update: &Update<'_>, offset: usize) {
        for route in update.evpn_withdrawn() {
            self.route(&route, None, offset);
        }
        if update.evpn_routes().next().is_some() {
            let mut attributes = mem::take(self.attributes);
            attributes.read(update.next_hop(), update.attributes());
            for route in update.evpn_routes() {
                self.route(&route, Some(&attributes), offset);
            }
            *self.attributes = attributes;
        }
    }

    /// Each neighbour's route to a destination of a dump, and when it came.
    fn rib(&mut self, rib: &Rib<'_>, peers: &[Peer]) {
        let Nlri::Evpn(route) = rib.route else { return };
        for entry in rib.entries() {
            let peer = peers.get(usize::from(entry.peer_index));
            self.said.timestamp = microseconds(Duration::from_secs(entry.originated.into()));
            self.said.peer = peer.map(|peer| peer.address);
            self.said.peer_as = peer.map(|peer| peer.asn);
            let mut attributes = mem::take(self.attributes);
            attributes.read(entry.next_hop(), entry.attributes);
            self.row(Some(&route), Some(&attributes), None);
            *self.attributes = attributes;
        }
    }
}

impl EvpnRoutes {
    pub(super) fn new(paths: Vec<PathBuf>) -> Self {
        Self { paths: paths.into_iter(), open: None, attributes: Attributes::default() }
    }
}

impl Source for EvpnRoutes {
    type Row<'a> = Row<'a>;

    fn rows(&mut self, each: &mut dyn FnMut(&Row<'_>) -> bool) -> Result<(), ArrowError> {
        let Self { paths, open, attributes } = self;
        loop {
            let Some((path, recording)) = open else {
                let Some(path) = paths.next() else { return Ok(()) };
                let name = path.display().to_string();
                let file = file::open(&path).map_err(|error| failed(&name, error))?;
                let recording = Recording::new(file).map_err(|error| failed(&name, error))?;
                *open = Some((name, recording));
                continue;
            };
            let Some(entry) = recording.next_entry().map_err(|error| failed(path, error))? else {
                *open = None;
                continue;
            };
            let mut teller = Teller { path, said: Said::of(&entry), attributes, each, has_room: true };
            teller.entry(entry);
            if !teller.has_room {
                return Ok(());
            }
        }
    }

    const COLUMNS: &'static [Column<Self>] = &[
        column("path", Value::Text(|row, text| write(row.path, text))),
        column("number", Value::Int64(|row| Some(row.said.number))),
        column("timestamp", Value::Time(|row| row.said.timestamp)),
        column("peer", Value::Text(|row, text| write_ip(row.said.peer, text))),
        column("peer_as", Value::Int64(|row| row.said.peer_as.map(i64::from))),
        column(
            "action",
            Value::Text(|row, text| {
                row.route?;
                write(if row.of.is_some() { "announce" } else { "withdraw" }, text)
            }),
        ),
        column("route", Value::Text(|row, text| show(row.route?, text))),
        column("route_type", Value::Int32(|row| Some(row.route?.route_type().0.into()))),
        column("rd", Value::Text(|row, text| write_rd(row.route?.rd()?, text))),
        column("ethernet_tag", Value::Int64(|row| Some(ethernet_tag(row.route?)?.into()))),
        column("esi", Value::Text(|row, text| write_pairs(esi(row.route?)?.octets(), text))),
        column(
            "mac",
            Value::Text(|row, text| match row.route? {
                Route::MacIp(route) => write_pairs(route.mac.octets(), text),
                _ => None,
            }),
        ),
        column(
            "ip",
            Value::Text(|row, text| match row.route? {
                Route::MacIp(route) => write_ip(route.ip, text),
                _ => None,
            }),
        ),
        column(
            "prefix",
            Value::Text(|row, text| match row.route? {
                Route::IpPrefix(route) => show(route.prefix, text),
                _ => None,
            }),
        ),
        column(
            "gateway",
            Value::Text(|row, text| match row.route? {
                Route::IpPrefix(route) => write_ip(route.gateway, text),
                _ => None,
            }),
        ),
        column("originator", Value::Text(|row, text| write_ip(originator(row.route?), text))),
        column("vni", Value::Int64(|row| labels(row)[0].map(|label| label.vni().get().into()))),
        column("mpls_label", Value::Int64(|row| labels(row)[0].map(|label| label.mpls_label().get().into()))),
        column("vrf_vni", Value::Int64(|row| labels(row)[1].map(|label| label.vni().get().into()))),
        column("next_hop", Value::Text(|row, text| write_ip(row.of?.next_hop, text))),
        column("encapsulation", Value::Text(|row, text| write(row.of?.encapsulation.as_ref()?, text))),
        column("route_targets", Value::Text(|row, text| write(&row.of?.route_targets, text))),
        column("error", Value::Text(|row, text| write(row.error.as_ref()?, text))),
    ];
}

const fn column(name: &'static str, value: Value<EvpnRoutes>) -> Column<EvpnRoutes> {
    Column { name, is_large: false, value }
}

fn ethernet_tag(route: &Route<'_>) -> Option<u32> {
    let tag = match route {
        Route::EthernetAutoDiscovery(route) => route.ethernet_tag,
        Route::MacIp(route) => route.ethernet_tag,
        Route::InclusiveMulticast(route) => route.ethernet_tag,
        Route::IpPrefix(route) => route.ethernet_tag,
        Route::SelectiveMulticast(route) => route.ethernet_tag,
        Route::MembershipReportSynch(route) => route.ethernet_tag,
        Route::LeaveSynch(route) => route.ethernet_tag,
        Route::PerRegion(route) => route.ethernet_tag,
        Route::SPmsi(route) => route.ethernet_tag,
        _ => return None,
    };
    Some(tag.get())
}

fn esi(route: &Route<'_>) -> Option<EthernetSegmentId> {
    let esi = match route {
        Route::EthernetAutoDiscovery(route) => route.esi,
        Route::MacIp(route) => route.esi,
        Route::EthernetSegment(route) => route.esi,
        Route::IpPrefix(route) => route.esi,
        Route::MembershipReportSynch(route) => route.esi,
        Route::LeaveSynch(route) => route.esi,
        _ => return None,
    };
    Some(esi)
}

fn originator(route: &Route<'_>) -> Option<IpAddr> {
    let originator = match route {
        Route::InclusiveMulticast(route) => route.originator,
        Route::EthernetSegment(route) => route.originator,
        Route::SelectiveMulticast(route) => route.originator,
        Route::MembershipReportSynch(route) => route.originator,
        Route::LeaveSynch(route) => route.originator,
        Route::SPmsi(route) => route.originator,
        _ => return None,
    };
    Some(originator)
}

/// Of the broadcast domain, and of the VRF; where there is one label only, it is the first.
fn labels(row: &Row<'_>) -> [Option<LabelField>; 2] {
    match row.route {
        Some(Route::EthernetAutoDiscovery(route)) => [Some(route.label), None],
        Some(Route::MacIp(route)) => [Some(route.label1), route.label2],
        Some(Route::InclusiveMulticast(_)) => [row.of.and_then(|of| of.pmsi_label), None],
        Some(Route::IpPrefix(route)) => [Some(route.label), None],
        _ => [None, None],
    }
}
