//! EVPN routes as people write them: FRR's brackets, and Contrail's dashes.

use core::fmt;
use core::net::{IpAddr, Ipv4Addr};
use core::str::FromStr;

use ipnet::IpNet;

use crate::bgp::community::ExtendedCommunity;
use crate::bgp::nlri::evpn::{
    EthernetAutoDiscoveryRoute, EthernetSegmentRoute, InclusiveMulticastRoute, IpPrefixRoute,
    LeaveSynchRoute, MacIpRoute, MembershipReportSynchRoute, MulticastFlags, PerRegionRoute, Route,
    SPmsiRoute, SelectiveMulticastRoute,
};
use crate::{EthernetSegment, EthernetSegmentId, LabelField, MacAddr, RouteDistinguisher, ValueError};

const SYNTAX: ValueError = ValueError::Syntax {
    what: "an EVPN route",
    expected: "10.0.0.1:7:[2]:[0]:[48]:[02:aa:00:00:00:11] or 2-10.0.0.1:7-0-02:aa:00:00:00:11,0.0.0.0",
};

/// The route as FRR prints it, without the route distinguisher. Types that FRR does not print follow its manner.
pub(super) struct Prefix<'a>(pub(super) Route<'a>);

impl fmt::Display for Prefix<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}]", self.0.route_type().0)?;
        match &self.0 {
            // FRR's own key goes on with the address of the tunnel end point, which no route has, and a number.
            Route::EthernetAutoDiscovery(EthernetAutoDiscoveryRoute { ethernet_tag, esi, .. }) => {
                write!(f, ":[{ethernet_tag}]:[{esi}]:[32]:[0.0.0.0]:[0]")
            }
            Route::MacIp(MacIpRoute { ethernet_tag, mac, ip, .. }) => {
                write!(f, ":[{ethernet_tag}]:[48]:[{mac}]")?;
                ip.map_or(Ok(()), |ip| address(f, Some(ip)))
            }
            Route::InclusiveMulticast(InclusiveMulticastRoute { ethernet_tag, originator, .. }) => {
                write!(f, ":[{ethernet_tag}]")?;
                address(f, Some(*originator))
            }
            Route::EthernetSegment(EthernetSegmentRoute { esi, originator, .. }) => {
                write!(f, ":[{esi}]")?;
                address(f, Some(*originator))
            }
            Route::IpPrefix(IpPrefixRoute { ethernet_tag, prefix, .. }) => {
                write!(f, ":[{ethernet_tag}]:[{}]:[{}]", prefix.prefix_len(), prefix.addr())
            }
            Route::SelectiveMulticast(SelectiveMulticastRoute {
                ethernet_tag,
                source,
                group,
                originator,
                ..
            }) => {
                write!(f, ":[{ethernet_tag}]")?;
                addresses(f, [*source, Some(*group), Some(*originator)])
            }
            Route::MembershipReportSynch(MembershipReportSynchRoute {
                ethernet_tag,
                esi,
                source,
                group,
                originator,
                ..
            })
            | Route::LeaveSynch(LeaveSynchRoute { ethernet_tag, esi, source, group, originator, .. }) => {
                write!(f, ":[{ethernet_tag}]:[{esi}]")?;
                addresses(f, [*source, Some(*group), Some(*originator)])
            }
            Route::PerRegion(PerRegionRoute { ethernet_tag, region, .. }) => {
                write!(f, ":[{ethernet_tag}]:[0x{:016x}]", u64::from_be_bytes(region.octets()))
            }
            Route::SPmsi(SPmsiRoute { ethernet_tag, source, group, originator, .. }) => {
                write!(f, ":[{ethernet_tag}]")?;
                addresses(f, [*source, *group, Some(*originator)])
            }
            Route::Leaf(leaf) => {
                hex(f, leaf.route_key)?;
                address(f, Some(leaf.originator))
            }
            Route::Unknown(route) => hex(f, route.value),
        }
    }
}

fn address(f: &mut fmt::Formatter<'_>, address: Option<IpAddr>) -> fmt::Result {
    match address {
        None => f.write_str(":[0]:[*]"),
        Some(IpAddr::V4(address)) => write!(f, ":[32]:[{address}]"),
        Some(IpAddr::V6(address)) => write!(f, ":[128]:[{address}]"),
    }
}

fn addresses<const N: usize>(f: &mut fmt::Formatter<'_>, addresses: [Option<IpAddr>; N]) -> fmt::Result {
    addresses.into_iter().try_for_each(|it| address(f, it))
}

fn hex(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    f.write_str(":[0x")?;
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
    f.write_str("]")
}

/// A segment as Contrail prints it: by who assigned it, if that says all.
struct Segment(EthernetSegmentId);

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.kind() {
            EthernetSegment::RouterId { router_id, discriminator }
                if self.0 == EthernetSegmentId::router_id(router_id, discriminator) =>
            {
                write!(f, "{router_id}:{discriminator}")
            }
            EthernetSegment::AutonomousSystem { asn, discriminator }
                if self.0 == EthernetSegmentId::autonomous_system(asn, discriminator) =>
            {
                write!(f, "{asn}:{discriminator}")
            }
            _ => fmt::Display::fmt(&self.0, f),
        }
    }
}

/// The route as Contrail's control node prints it, for the types that it knows.
pub(super) struct Contrail<'a>(pub(super) Route<'a>);

impl fmt::Display for Contrail<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Route::EthernetAutoDiscovery(EthernetAutoDiscoveryRoute { rd, esi, ethernet_tag, .. }) => {
                write!(f, "1-{rd}-{}-{ethernet_tag}", Segment(*esi))
            }
            Route::MacIp(MacIpRoute { rd, ethernet_tag, mac, ip, .. }) => {
                let ip = ip.unwrap_or(Ipv4Addr::UNSPECIFIED.into());
                write!(f, "2-{rd}-{ethernet_tag}-{mac},{ip}")
            }
            Route::InclusiveMulticast(InclusiveMulticastRoute { rd, ethernet_tag, originator }) => {
                write!(f, "3-{rd}-{ethernet_tag}-{originator}")
            }
            Route::EthernetSegment(EthernetSegmentRoute { rd, esi, originator }) => {
                write!(f, "4-{rd}-{}-{originator}", Segment(*esi))
            }
            Route::IpPrefix(IpPrefixRoute { rd, ethernet_tag, prefix, .. }) => {
                write!(f, "5-{rd}-{ethernet_tag}-{prefix}")
            }
            Route::SelectiveMulticast(SelectiveMulticastRoute {
                rd,
                ethernet_tag,
                source,
                group,
                originator,
                ..
            }) => {
                write!(f, "6-{rd}-{ethernet_tag}")?;
                source.map_or(Ok(()), |source| write!(f, "-{source}"))?;
                write!(f, "-{group}-{originator}")
            }
            other => fmt::Display::fmt(&other.key(), f),
        }
    }
}

/// A route in either manner, with its route distinguisher.
pub(super) fn parse(text: &str) -> Result<Route<'static>, ValueError> {
    match text.find(":[") {
        Some(_) => {
            let (rd, prefix) = text.split_once(":[").ok_or(SYNTAX)?;
            // From the bracket on, which the split has taken off.
            let prefix = text.get(text.len() - prefix.len() - 1..).ok_or(SYNTAX)?;
            from_prefix(rd.parse()?, prefix)
        }
        None => from_contrail(text),
    }
}

/// A route in FRR's manner, without its route distinguisher.
pub(super) fn from_prefix(rd: RouteDistinguisher, text: &str) -> Result<Route<'static>, ValueError> {
    let text = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).ok_or(SYNTAX)?;
    let mut parts = Brackets(text.split("]:["));
    let route = match parts.next()? {
        "1" => {
            let (ethernet_tag, esi) = (parts.parse()?, parts.parse()?);
            for _ in 0..3 {
                // The end point and the number that FRR puts here.
                let _ = parts.0.next();
            }
            EthernetAutoDiscoveryRoute { rd, esi, ethernet_tag, label: LabelField::ZERO }.into()
        }
        "2" => {
            let ethernet_tag = parts.parse()?;
            if parts.next()? != "48" {
                return Err(SYNTAX);
            }
            let mac = parts.parse()?;
            let ip = if parts.0.clone().next().is_some() { parts.address()? } else { None };
            mac_ip(rd, ethernet_tag, mac, ip).into()
        }
        "3" => {
            let ethernet_tag = parts.parse()?;
            let originator = parts.address()?.ok_or(SYNTAX)?;
            InclusiveMulticastRoute { rd, ethernet_tag, originator }.into()
        }
        "4" => {
            let esi = parts.parse()?;
            EthernetSegmentRoute { rd, esi, originator: parts.address()?.ok_or(SYNTAX)? }.into()
        }
        "5" => {
            let ethernet_tag = parts.parse()?;
            let (length, address) = (parts.parse_number()?, parts.parse_number()?);
            ip_prefix(rd, ethernet_tag, IpNet::new(address, length).map_err(|_| SYNTAX)?).into()
        }
        "6" => {
            let ethernet_tag = parts.parse()?;
            let (source, group, originator) = parts.source_group_originator()?;
            smet(rd, ethernet_tag, source, group, originator).into()
        }
        "7" => {
            let (ethernet_tag, esi) = (parts.parse()?, parts.parse()?);
            let (source, group, originator) = parts.source_group_originator()?;
            let flags = MulticastFlags::empty();
            MembershipReportSynchRoute { rd, esi, ethernet_tag, source, group, originator, flags }.into()
        }
        "8" => {
            let (ethernet_tag, esi) = (parts.parse()?, parts.parse()?);
            let (source, group, originator) = parts.source_group_originator()?;
            LeaveSynchRoute {
                rd,
                esi,
                ethernet_tag,
                source,
                group,
                originator,
                reserved: [0; 4],
                maximum_response_time: 0,
                flags: MulticastFlags::empty(),
            }
            .into()
        }
        "9" => {
            let ethernet_tag = parts.parse()?;
            let region = crate::value::octets_from_hex(parts.next()?).ok_or(SYNTAX)?;
            PerRegionRoute { rd, ethernet_tag, region: ExtendedCommunity::new(region) }.into()
        }
        "10" => {
            let ethernet_tag = parts.parse()?;
            let (source, group) = (parts.address()?, parts.address()?);
            let originator = parts.address()?.ok_or(SYNTAX)?;
            SPmsiRoute { rd, ethernet_tag, source, group, originator }.into()
        }
        _ => return Err(SYNTAX),
    };
    if parts.0.next().is_some() { Err(SYNTAX) } else { Ok(route) }
}

/// What stands in FRR's brackets, one by one.
struct Brackets<'t>(core::str::Split<'t, &'static str>);

impl<'t> Brackets<'t> {
    fn next(&mut self) -> Result<&'t str, ValueError> {
        self.0.next().ok_or(SYNTAX)
    }

    fn parse<T: FromStr<Err = ValueError>>(&mut self) -> Result<T, ValueError> {
        self.next()?.parse()
    }

    fn parse_number<T: FromStr>(&mut self) -> Result<T, ValueError> {
        self.next()?.parse().map_err(|_| SYNTAX)
    }

    /// A length, and the address that has it.
    fn address(&mut self) -> Result<Option<IpAddr>, ValueError> {
        let length = self.next()?;
        let address = self.next()?;
        match (length, address.parse()) {
            ("0", Err(_)) if address == "*" => Ok(None),
            ("32", Ok(address @ IpAddr::V4(_))) | ("128", Ok(address @ IpAddr::V6(_))) => Ok(Some(address)),
            _ => Err(SYNTAX),
        }
    }

    fn source_group_originator(&mut self) -> Result<(Option<IpAddr>, IpAddr, IpAddr), ValueError> {
        let source = self.address()?;
        Ok((source, self.address()?.ok_or(SYNTAX)?, self.address()?.ok_or(SYNTAX)?))
    }
}

/// A route in Contrail's manner.
fn from_contrail(text: &str) -> Result<Route<'static>, ValueError> {
    let (kind, rest) = text.split_once('-').ok_or(SYNTAX)?;
    let (rd, rest) = rest.split_once('-').ok_or(SYNTAX)?;
    let rd = rd.parse()?;
    let (first, rest) = rest.split_once('-').ok_or(SYNTAX)?;
    let ip = |text: &str| text.parse::<IpAddr>().map_err(|_| SYNTAX);
    Ok(match kind {
        "1" => {
            let (esi, ethernet_tag) = (first.parse()?, rest.parse()?);
            EthernetAutoDiscoveryRoute { rd, esi, ethernet_tag, label: LabelField::ZERO }.into()
        }
        "2" => {
            let (mac, address) = rest.rsplit_once(',').ok_or(SYNTAX)?;
            let address = Some(ip(address)?).filter(|address| !address.is_unspecified());
            mac_ip(rd, first.parse()?, mac.parse()?, address).into()
        }
        "3" => InclusiveMulticastRoute { rd, ethernet_tag: first.parse()?, originator: ip(rest)? }.into(),
        "4" => EthernetSegmentRoute { rd, esi: first.parse()?, originator: ip(rest)? }.into(),
        "5" => ip_prefix(rd, first.parse()?, rest.parse().map_err(|_| SYNTAX)?).into(),
        "6" => {
            let (addresses, originator) = rest.rsplit_once('-').ok_or(SYNTAX)?;
            // The source is left out where there is none.
            let (source, group) = match addresses.split_once('-') {
                Some((source, group)) => (Some(ip(source)?), group),
                None => (None, addresses),
            };
            let source = source.filter(|source| !source.is_unspecified());
            smet(rd, first.parse()?, source, ip(group)?, ip(originator)?).into()
        }
        _ => return Err(SYNTAX),
    })
}

const fn mac_ip(
    rd: RouteDistinguisher,
    ethernet_tag: crate::EthernetTag,
    mac: MacAddr,
    ip: Option<IpAddr>,
) -> MacIpRoute {
    let (esi, label1, label2) = (EthernetSegmentId::ZERO, LabelField::ZERO, None);
    MacIpRoute { rd, esi, ethernet_tag, mac, ip, label1, label2 }
}

const fn ip_prefix(rd: RouteDistinguisher, ethernet_tag: crate::EthernetTag, prefix: IpNet) -> IpPrefixRoute {
    let (esi, gateway, label) = (EthernetSegmentId::ZERO, None, LabelField::ZERO);
    IpPrefixRoute { rd, esi, ethernet_tag, prefix, gateway, label }
}

const fn smet(
    rd: RouteDistinguisher,
    ethernet_tag: crate::EthernetTag,
    source: Option<IpAddr>,
    group: IpAddr,
    originator: IpAddr,
) -> SelectiveMulticastRoute {
    let flags = MulticastFlags::empty();
    SelectiveMulticastRoute { rd, ethernet_tag, source, group, originator, flags }
}
