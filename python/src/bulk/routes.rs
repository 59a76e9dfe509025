//! EVPN routes of captures and of recorded BGP as rows.

use std::fmt;
use std::fs::File;
use std::io::{Cursor, Read};
use std::mem;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::vec;

use arrow_schema::ArrowError;
use contrail_wire::bgp::evpn::Route;
use contrail_wire::bgp::{self, Attribute, AttributeType, Message, Update};
use contrail_wire::capture::Reader;
use contrail_wire::{EthernetSegmentId, LabelField};

use super::column::{Column, Source, Value, failed};
use super::recorded::{Format, Recorded};
use super::stream::Capture;
use super::text::{show, write, write_ip, write_pairs, write_rd};

/// The EVPN routes of some files, of whatever kind each is.
pub(super) struct EvpnRoutes {
    paths: vec::IntoIter<PathBuf>,
    open: Option<(String, Input)>,
    attributes: Attributes,
}

enum Input {
    Capture(Capture),
    Recorded(Recorded),
}

/// Who said something and when.
#[derive(Clone, Copy, Default)]
pub(super) struct Said {
    /// The frame or record in which it ends, counted from 1.
    pub(super) number: i64,
    /// In microseconds since 1970.
    pub(super) timestamp: Option<i64>,
    pub(super) peer: Option<IpAddr>,
    pub(super) peer_as: Option<u32>,
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

/// What the last UPDATE that announces routes says of all of them, as text where it is shown.
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
    fn read(&mut self, update: &Update<'_>) {
        self.next_hop = update.next_hop().and_then(|next_hop| next_hop.address());
        let before = self.read.len();
        for attribute in update.attributes().map_while(Result::ok) {
            if !matches!(attribute.kind, AttributeType::MP_REACH_NLRI | AttributeType::MP_UNREACH_NLRI) {
                self.read.push(attribute.kind.0);
                self.read.extend_from_slice(&attribute.value.len().to_be_bytes());
                self.read.extend_from_slice(attribute.value);
            }
        }
        let (known, read) = self.read.split_at(before);
        let is_known = known == read;
        self.read.drain(..before);
        if is_known {
            return;
        }
        let targets = update.extended_communities().iter().filter_map(|it| it.route_target());
        self.route_targets = targets.map(|target| target.to_string()).collect::<Vec<_>>().join(" ");
        self.encapsulation = update.encapsulation().map(|encapsulation| encapsulation.to_string());
        self.pmsi_label = match update.attribute(AttributeType::PMSI_TUNNEL) {
            Some(Attribute::PmsiTunnel(tunnel)) => Some(tunnel.label),
            _ => None,
        };
    }
}

/// Shows what messages say to whoever gathers rows.
pub(super) struct Teller<'t> {
    path: &'t str,
    pub(super) said: Said,
    /// Where what is read starts in the file, for errors.
    pub(super) offset: usize,
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
    pub(super) fn broken(&mut self, error: &dyn fmt::Display) {
        self.row(None, None, Some(error.to_string()));
    }

    fn misread(&mut self, mut error: bgp::Error) {
        error.offset += self.offset;
        self.broken(&error);
    }

    fn route(&mut self, route: &Result<Route<'_>, bgp::Error>, of: Option<&Attributes>) {
        match route {
            Ok(route) => self.row(Some(route), of, None),
            Err(error) => self.misread(*error),
        }
    }

    pub(super) fn message(&mut self, message: Result<Message<'_>, bgp::Error>) {
        let update = match message {
            Ok(Message::Update(update)) => update,
            Ok(_) => return,
            Err(error) => return self.misread(error),
        };
        for route in update.evpn_withdrawn() {
            self.route(&route, None);
        }
        if update.evpn_routes().next().is_some() {
            let mut attributes = mem::take(self.attributes);
            attributes.read(&update);
            for route in update.evpn_routes() {
                self.route(&route, Some(&attributes));
            }
            *self.attributes = attributes;
        }
    }
}

impl Input {
    /// Opens a file, or a pipe, as what its first bytes say.
    fn open(path: &Path) -> Result<Self, String> {
        let (mut file, mut start) = (File::open(path).map_err(|error| error.to_string())?, Vec::new());
        file.by_ref().take(6).read_to_end(&mut start).map_err(|error| error.to_string())?;
        if let [0x0a, 0x0d, 0x0d, 0x0a, ..]
        | [0xa1, 0xb2, 0xc3 | 0x3c, ..]
        | [0xd4 | 0x4d, 0xc3 | 0x3c, 0xb2, 0xa1, ..] = *start
        {
            let reader = Reader::new(Cursor::new(start).chain(file)).map_err(|error| error.to_string())?;
            return Ok(Self::Capture(Capture::new(reader)));
        }
        let format = Format::of(&start).ok_or("neither a capture nor MRT records nor BMP messages")?;
        Ok(Self::Recorded(Recorded::new(start, file, format)))
    }

    /// Tells of what is next. Says whether there was anything.
    fn next(&mut self, teller: &mut Teller<'_>) -> Result<bool, String> {
        match self {
            Self::Capture(capture) => capture.next(teller),
            Self::Recorded(recorded) => recorded.next(teller),
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
            let Some((path, input)) = open else {
                let Some(path) = paths.next() else { return Ok(()) };
                let name = path.display().to_string();
                let input = Input::open(&path).map_err(|error| failed(&name, error))?;
                *open = Some((name, input));
                continue;
            };
            let mut teller =
                Teller { path, said: Said::default(), offset: 0, attributes, each, has_room: true };
            let went_on = input.next(&mut teller);
            let has_room = teller.has_room;
            if !went_on.map_err(|error| failed(path, error))? {
                *open = None;
            }
            if !has_room {
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
