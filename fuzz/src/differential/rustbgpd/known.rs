//! Where rustbgpd and we differ, and who is right.

use contrail_wire::Problem;
use contrail_wire::bgp::{AttributeType, Element, Error, ExtendedCommunityKind, Families, Message, Route};
use rustbgpd_wire::DecodeError;
use rustbgpd_wire::evpn::EvpnRoute;

use super::{Case, ROUTES};
use crate::differential::Known;

/// Of messages that one of both refuses.
pub(super) fn of_messages(
    ours: &Result<Message<'_>, Error>,
    theirs: &Result<rustbgpd_wire::Message, DecodeError>,
) -> [Known; 4] {
    let our_field = |element: Element, fields: &[&str]| {
        let field = |problem| matches!(problem, Problem::Field { field, .. } if fields.contains(&field));
        theirs.is_ok() && ours.is_err_and(|error| error.element() == element && field(error.problem))
    };
    [
        (
            "theirs reads what filters a ROUTE-REFRESH has, which are bytes to us (RFC 5291 4)",
            theirs.is_err()
                && matches!(ours, Ok(Message::RouteRefresh(refresh)) if !refresh.filters.is_empty()),
        ),
        (
            "theirs takes filters in a ROUTE-REFRESH that starts or ends another; ours is right (RFC 7313 5)",
            our_field(Element::RouteRefresh, &["length"]),
        ),
        (
            "theirs refuses optional parameters that it does not know, as RFC 4271 6.2 has it; ours reads on",
            matches!(ours, Ok(Message::Open(_)))
                && matches!(theirs, Err(DecodeError::UnsupportedOptionalParameter { .. })),
        ),
        (
            "theirs leaves the values of an OPEN to its session (RFC 4271 6.2)",
            our_field(Element::Open, &["bgp_identifier", "hold_time", "my_autonomous_system"]),
        ),
    ]
}

/// Of parts of an UPDATE that one of both refuses.
pub(super) fn of_updates(case: &Case<'_>) -> [Known; 24] {
    let flags_of_theirs = matches!(&case.theirs, Some(DecodeError::UpdateAttributeError { subcode: 4, .. }));
    let their_detail = match &case.theirs {
        Some(
            DecodeError::UpdateAttributeError { detail, .. } | DecodeError::MalformedField { detail, .. },
        ) => detail,
        _ => "",
    };
    let says = |text| their_detail.contains(text);
    let our_field = |name: &str| {
        case.ours.is_some_and(|error| matches!(error.problem, Problem::Field { field, .. } if field == name))
    };
    [
        (
            "theirs reads attributes that are bytes to us: their flags and values",
            case.part.flags().is_none() && case.ours.is_none(),
        ),
        (
            "an unknown well-known attribute is one to theirs when it validates (RFC 4271 6.3)",
            case.part.flags().is_none() && our_field("type"),
        ),
        ("theirs does not read AIGP", case.part == AttributeType::AIGP && case.ours.is_some()),
        (
            "theirs takes AS_SETs for an error, as RFC 9774 3 has it; ours tells of them",
            case.part == AttributeType::AS_PATH
                && matches!(case.theirs, Some(DecodeError::ProhibitedAsSet { .. })),
        ),
        (
            "theirs knows no confederations; ours reads their segments (RFC 5065 3)",
            case.part == AttributeType::AS_PATH && says("unknown AS_PATH segment type"),
        ),
        (
            "theirs looks at empty segments of a path when it validates (RFC 7606 7.2)",
            case.part == AttributeType::AS_PATH && our_field("path_segment_length"),
        ),
        (
            "theirs leaves these to the session with an external neighbour (RFC 7606 7.5, 7.9, 7.10)",
            matches!(
                case.part,
                AttributeType::LOCAL_PREF | AttributeType::ORIGINATOR_ID | AttributeType::CLUSTER_LIST
            ) && our_field("type"),
        ),
        (
            "the partial bit is none of those that RFC 7606 3 c has a receiver look at: ours is right",
            flags_of_theirs && case.ours.is_none() && case.part.flags().is_some(),
        ),
        (
            "routes of a family that is not known are bytes to us, and theirs refuses those of which it knows more, or none \
             (RFC 4760 6)",
            case.part == ROUTES && case.ours.is_none() && has_unknown_family(case),
        ),
        (
            "theirs takes labels of a VPN route up to one with the bottom bit; ours too, or ends at those of withdrawn routes, or \
             takes one label of which the bit means nothing (RFC 8277 2.2, 2.4)",
            case.part == ROUTES
                && case.ours.is_none()
                && (says("vpnv4") || says("vpnv6"))
                && ["bottom-of-stack", "label stack", "label field", "before Route Distinguisher"]
                    .into_iter()
                    .any(says),
        ),
        (
            "theirs wants a route distinguisher of 0 in next hops, as RFC 4364 4.3.2 has it; ours tells of it",
            case.part == ROUTES && says("VPN next-hop RD must be all zero"),
        ),
        (
            "theirs refuses bits behind the prefix of a route target, and a source of one IP and a group of another; ours keeps \
             them",
            case.part == ROUTES && (says("RTC NLRI has non-zero bits") || says("wildcard shape disagree")),
        ),
        (
            "theirs drops extended communities with wrong flags before it looks for a router's MAC in them; the message is to be \
             treated as withdrawn by both",
            case.part == ROUTES
                && says("zero ESI, gateway IP, Router's MAC")
                && case
                    .update
                    .extended_communities()
                    .iter()
                    .any(|it| matches!(it.kind(), ExtendedCommunityKind::RouterMac(_))),
        ),
        (
            "theirs leaves EVPN types from 7 on, which ours reads (RFC 9251, RFC 9572)",
            matches!(case.ours.map(|error| error.element()), Some(Element::Evpn(kind)) if kind.0 >= 7),
        ),
        (
            "theirs wants a route distinguisher in the next hop of a VPN (RFC 8950 3); ours takes one without as well, as RFC 5549 3 \
             had it",
            case.part == ROUTES && ["VPN next-hop length 16", "VPN next-hop length 32"].into_iter().any(says),
        ),
        (
            "theirs takes a next hop of one address for EVPN; ours one with a link-local address behind it as well (RFC 2545 3)",
            case.part == ROUTES && says("MP_REACH_NLRI L2VPN next-hop length 32"),
        ),
        (
            "theirs refuses a segment route of segment 0, which is none that others share; ours shows it, as RFC 7432 8.1.1 names \
             no error",
            case.part == ROUTES && says("EVPN Type 4 ES route with all-zero ESI"),
        ),
        (
            "theirs drops a MAC/IP route with a MAC address of length 0 and goes on; ours tells of it (RFC 7432 7.2)",
            case.part == ROUTES
                && case.ours.is_some_and(|error| {
                    matches!(error.problem, Problem::Field { field: "mac_length", found: 0, .. })
                }),
        ),
        ("theirs refuses an empty D-PATH", case.part == AttributeType::D_PATH && says("non-empty domain")),
        (
            "theirs refuses a tunnel encapsulation of no tunnels",
            case.part == AttributeType::TUNNEL_ENCAPSULATION && says("no Tunnel TLVs"),
        ),
        (
            "theirs refuses types of P-tunnels that are not assigned, as RFC 6514 5 has it; ours keeps their bytes",
            case.part == AttributeType::PMSI_TUNNEL && says("is unassigned or invalid"),
        ),
        (
            "theirs refuses an identifier where there is no tunnel, as RFC 6514 5 has it; ours keeps its bytes",
            case.part == AttributeType::PMSI_TUNNEL && says("requires an empty identifier"),
        ),
        (
            "theirs refuses flags that no SMET route may have (RFC 9251 9.1); ours tells of them",
            case.part == ROUTES && says("EVPN Type 6 invalid announcement profile"),
        ),
        (
            "theirs does not look at the identifiers of these P-tunnels",
            case.part == AttributeType::PMSI_TUNNEL && our_field("tunnel_identifier_length"),
        ),
    ]
}

/// Of EVPN routes that one of both refuses.
pub(super) fn of_routes(
    bytes: &[u8],
    ours: &Result<Vec<Route<'_>>, Error>,
    theirs: &Result<Vec<EvpnRoute>, DecodeError>,
) -> [Known; 1] {
    [(
        "theirs leaves types from 7 on, which ours reads (RFC 9251, RFC 9572)",
        matches!(bytes, [7..=11, ..]) && matches!(theirs, Ok(routes) if routes.is_empty()) && ours.is_err(),
    )]
}

fn has_unknown_family(case: &Case<'_>) -> bool {
    let reach = case.update.mp_reach().map(|reach| reach.family);
    let unreach = case.update.mp_unreach().map(|unreach| unreach.family);
    reach.into_iter().chain(unreach).any(|family| !Families::ALL.contains(family))
}
