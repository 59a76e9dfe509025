//! Extended communities as people write them.

use core::fmt;
use core::str::FromStr;

use crate::bgp::community::{ContrailCommunity, ExtendedCommunity, ExtendedCommunityKind as Kind};
use crate::value::octets_from_hex;
use crate::{AssignedNumber, ValueError};

impl fmt::Display for ExtendedCommunity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind();
        if Self::from(kind) != *self {
            return hex(*self, f);
        }
        match kind {
            Kind::RouteTarget(target) => fmt::Display::fmt(&target, f),
            Kind::SiteOfOrigin(number) => write!(f, "origin:{number}"),
            Kind::SourceAs(number) => write!(f, "source-as:{number}"),
            Kind::VrfRouteImport(number) => write!(f, "vrf-route-import:{number}"),
            Kind::LinkBandwidth { asn, bytes_per_second } if bytes_per_second.is_finite() => {
                write!(f, "link-bandwidth:{asn}:{bytes_per_second}")
            }
            Kind::Color(color) => write!(f, "color:{color}"),
            Kind::Encapsulation(tunnel) => write!(f, "encapsulation:{tunnel}"),
            Kind::DefaultGateway => f.write_str("default-gateway"),
            Kind::MacMobility { sticky, sequence } => {
                write!(f, "mac-mobility:{sequence}{}", if sticky { ":sticky" } else { "" })
            }
            Kind::EsiLabel { single_active, label } => {
                write!(f, "esi-label:{label}{}", if single_active { ":single-active" } else { "" })
            }
            Kind::EsImport(mac) => write!(f, "es-import:{mac}"),
            Kind::RouterMac(mac) => write!(f, "router-mac:{mac}"),
            Kind::Layer2Attributes { flags, mtu } => write!(f, "l2-attributes:{flags:#06x}:{mtu}"),
            Kind::ETree { leaf, leaf_label } => {
                write!(f, "e-tree:{leaf_label}{}", if leaf { ":leaf" } else { "" })
            }
            Kind::DfElection { algorithm, capabilities } => {
                write!(f, "df-election:{algorithm}:{capabilities:#06x}")
            }
            Kind::MulticastFlags(flags) => write!(f, "multicast-flags:{flags:#06x}"),
            Kind::Contrail(ContrailCommunity::OriginVn(number)) => write!(f, "origin-vn:{number}"),
            Kind::Contrail(ContrailCommunity::SecurityGroup(number)) => write!(f, "security-group:{number}"),
            Kind::Contrail(ContrailCommunity::Tag(number)) => write!(f, "tag:{number}"),
            Kind::Contrail(ContrailCommunity::SubCluster(number)) => write!(f, "sub-cluster:{number}"),
            Kind::LinkBandwidth { .. } | Kind::Contrail(_) | Kind::Unknown(_) => hex(*self, f),
        }
    }
}

fn hex(community: ExtendedCommunity, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "0x{:016x}", u64::from_be_bytes(community.octets()))
}

impl FromStr for ExtendedCommunity {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        if let Some(octets) = octets_from_hex(text) {
            return Ok(Self::new(octets));
        }
        let (word, value) = text.split_once(':').unwrap_or((text, ""));
        let assigned = || value.parse::<AssignedNumber>();
        // The last part may be a word.
        let flagged = |flag: &str| match value.rsplit_once(':') {
            Some((number, last)) if last == flag => (number, true),
            _ => (value, false),
        };
        let kind = match word {
            "target" => Kind::RouteTarget(value.parse()?),
            "origin" => Kind::SiteOfOrigin(assigned()?),
            "source-as" => Kind::SourceAs(match assigned()? {
                AssignedNumber::Ipv4 { .. } => return Err(SYNTAX),
                number => number,
            }),
            "vrf-route-import" => Kind::VrfRouteImport(match assigned()? {
                number @ AssignedNumber::Ipv4 { .. } => number,
                _ => return Err(SYNTAX),
            }),
            "link-bandwidth" => {
                let (asn, bytes_per_second) = two(value)?;
                Kind::LinkBandwidth { asn: number(asn)?, bytes_per_second: number(bytes_per_second)? }
            }
            "color" => Kind::Color(number(value)?),
            "encapsulation" => Kind::Encapsulation(value.parse()?),
            "default-gateway" if value.is_empty() => Kind::DefaultGateway,
            "mac-mobility" => {
                let (sequence, sticky) = flagged("sticky");
                Kind::MacMobility { sticky, sequence: number(sequence)? }
            }
            "esi-label" => {
                let (label, single_active) = flagged("single-active");
                Kind::EsiLabel { single_active, label: crate::LabelField::new(number(label)?)? }
            }
            "es-import" => Kind::EsImport(value.parse()?),
            "router-mac" => Kind::RouterMac(value.parse()?),
            "l2-attributes" => {
                let (flags, mtu) = two(value)?;
                Kind::Layer2Attributes { flags: hex_number(flags)?, mtu: number(mtu)? }
            }
            "e-tree" => {
                let (label, leaf) = flagged("leaf");
                Kind::ETree { leaf, leaf_label: crate::LabelField::new(number(label)?)? }
            }
            "df-election" => {
                let (algorithm, capabilities) = two(value)?;
                let algorithm = number(algorithm)?;
                if algorithm > 0x1f {
                    return Err(SYNTAX);
                }
                Kind::DfElection { algorithm, capabilities: hex_number(capabilities)? }
            }
            "multicast-flags" => Kind::MulticastFlags(hex_number(value)?),
            "origin-vn" => Kind::Contrail(ContrailCommunity::OriginVn(of_as(assigned()?)?)),
            "security-group" => Kind::Contrail(ContrailCommunity::SecurityGroup(of_as(assigned()?)?)),
            "tag" => Kind::Contrail(ContrailCommunity::Tag(of_as(assigned()?)?)),
            "sub-cluster" => Kind::Contrail(ContrailCommunity::SubCluster(of_as(assigned()?)?)),
            _ => return Err(SYNTAX),
        };
        Ok(kind.into())
    }
}

const SYNTAX: ValueError = ValueError::Syntax {
    what: "an extended community",
    expected: "target:64512:100, encapsulation:vxlan or the like, or 0x with 16 hex digits",
};

/// Contrail has none that an IPv4 address assigns.
fn of_as(number: AssignedNumber) -> Result<AssignedNumber, ValueError> {
    if matches!(number, AssignedNumber::Ipv4 { .. }) { Err(SYNTAX) } else { Ok(number) }
}

fn two(text: &str) -> Result<(&str, &str), ValueError> {
    text.split_once(':').ok_or(SYNTAX)
}

fn number<N: FromStr>(text: &str) -> Result<N, ValueError> {
    text.parse().map_err(|_| SYNTAX)
}

fn hex_number(text: &str) -> Result<u16, ValueError> {
    let digits = text.strip_prefix("0x").ok_or(SYNTAX)?;
    u16::from_str_radix(digits, 16).map_err(|_| SYNTAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn a_word_says_all_or_hex_does() {
        for (octets, text) in [
            ([0x00, 0x02, 0xfc, 0x00, 0, 0, 0, 100], "target:64512:100"),
            ([0x02, 0x03, 0, 0, 0xfc, 0x00, 0, 100], "origin:64512L:100"),
            ([0x01, 0x0b, 10, 0, 0, 1, 0, 7], "vrf-route-import:10.0.0.1:7"),
            ([0x40, 0x04, 0xfc, 0x00, 0x4c, 0xee, 0x6b, 0x28], "link-bandwidth:64512:125000000"),
            ([0x03, 0x0c, 0, 0, 0, 0, 0, 13], "encapsulation:mpls-in-udp"),
            ([0x03, 0x0c, 0, 0, 0, 0, 1, 13], "encapsulation:269"),
            ([0x03, 0x0d, 0, 0, 0, 0, 0, 0], "default-gateway"),
            ([0x06, 0x00, 1, 0, 0, 0, 0, 7], "mac-mobility:7:sticky"),
            ([0x06, 0x00, 0, 0, 0, 0, 0, 7], "mac-mobility:7"),
            ([0x06, 0x00, 2, 0, 0, 0, 0, 7], "0x0600020000000007"),
            ([0x06, 0x01, 1, 0, 0, 0, 0x13, 0x89], "esi-label:5001:single-active"),
            ([0x06, 0x02, 0x44, 0x38, 0x39, 0xff, 0xff, 1], "es-import:44:38:39:ff:ff:01"),
            ([0x06, 0x03, 2, 0, 0, 0, 0, 1], "router-mac:02:00:00:00:00:01"),
            ([0x06, 0x04, 0, 2, 0x05, 0xdc, 0, 0], "l2-attributes:0x0002:1500"),
            ([0x06, 0x05, 1, 0, 0, 0, 0, 0], "e-tree:0:leaf"),
            ([0x06, 0x06, 2, 0x40, 0, 0, 0, 0], "df-election:2:0x4000"),
            ([0x06, 0x09, 0, 1, 0, 0, 0, 0], "multicast-flags:0x0001"),
            ([0x80, 0x71, 0xfc, 0, 0, 0, 0, 7], "origin-vn:64512:7"),
            ([0x82, 0x71, 0, 0, 0xfc, 0, 0, 7], "origin-vn:64512L:7"),
            ([0x80, 0x04, 0xfc, 0, 0, 0, 0, 8], "security-group:64512:8"),
            ([0x80, 0x84, 0xfc, 0, 0, 0, 0, 8], "tag:64512:8"),
            ([0x80, 0x85, 0xfc, 0, 0, 0, 0, 8], "sub-cluster:64512:8"),
            ([0x03, 0xaa, 0xfc, 0, 0, 0, 0, 8], "0x03aafc0000000008"),
            ([0x43, 0x06, 0, 0, 0, 0, 0, 0], "0x4306000000000000"),
        ] {
            let community = ExtendedCommunity::new(octets);
            assert_eq!(community.to_string(), text);
            assert_eq!(text.parse(), Ok(community), "{text}");
        }
    }
}
