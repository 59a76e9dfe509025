//! What is to be done with an UPDATE in which something is wrong ([RFC
//! 7606](https://www.rfc-editor.org/rfc/rfc7606)).

use crate::bgp::attribute::{Attribute, AttributeFlags, AttributeType, PathAttribute};
use crate::bgp::community::ExtendedCommunityKind;
use crate::bgp::error::{At, Disposition, Element, Error};
use crate::bgp::nlri::{Nlri, Route, Routes, evpn};
use crate::bgp::session::SessionKind;
use crate::bgp::update::Update;

impl Update<'_> {
    /// Reads all of the message, and says what RFC 7606 has a receiver do with it: `None` if it may be used as it is, or
    /// else the strongest disposition of all errors. `report` is given each error.
    ///
    /// With [`AttributeDiscard`](Disposition::AttributeDiscard) the message is used without the attributes of which
    /// there was an error. With [`TreatAsWithdraw`](Disposition::TreatAsWithdraw) the routes that it announces are taken
    /// for withdrawn. An error of a single route that treats this one as withdrawn is only reported, since the others
    /// may be used.
    ///
    /// ```
    /// use contrail_wire::bgp::{Disposition, Message, Session, SessionKind};
    /// # let bytes = contrail_wire::doc::EVPN_UPDATE;
    /// let external = Session { kind: SessionKind::External, ..Session::default() };
    /// let (message, _) = Message::decode(bytes, external)?;
    /// let mut texts = Vec::new();
    /// let disposition = message.update().unwrap().validate(|error| texts.push(error.to_string()));
    /// assert_eq!(disposition, Some(Disposition::AttributeDiscard));
    /// assert_eq!(texts, ["local_pref at byte 81: type is 5, expected none from an external neighbour (RFC 7606 7.5)"]);
    /// # Ok::<(), contrail_wire::bgp::Error>(())
    /// ```
    pub fn validate(&self, report: impl FnMut(Error)) -> Option<Disposition> {
        let mut validation = Validation { update: self, report, strongest: None };
        validation.routes(self.ipv4_withdrawn(), |_, _| Ok(()));
        let seen = validation.attributes();
        validation.routes(self.ipv4_routes(), |_, _| Ok(()));
        validation.what_is_missing(&seen);
        validation.strongest
    }
}

const UNREACH: Element = Element::Attribute(AttributeType::MP_UNREACH_NLRI);

struct Validation<'u, 'a, F> {
    update: &'u Update<'a>,
    report: F,
    strongest: Option<Disposition>,
}

/// What there was among the attributes.
#[derive(Default)]
struct Seen {
    /// A bit for each type.
    kinds: [u128; 2],
    /// Routes are announced in MP_REACH_NLRI.
    reaches: bool,
    /// There is an attribute other than MP_UNREACH_NLRI.
    more_than_unreach: bool,
}

impl Seen {
    /// Whether the type was seen before.
    fn insert(&mut self, kind: AttributeType) -> bool {
        let bit = 1 << (kind.0 % 128);
        let [low, high] = &mut self.kinds;
        let kinds = if kind.0 < 128 { low } else { high };
        let before = *kinds & bit != 0;
        *kinds |= bit;
        before
    }

    const fn contains(&self, kind: AttributeType) -> bool {
        let [low, high] = self.kinds;
        let kinds = if kind.0 < 128 { low } else { high };
        kinds & (1 << (kind.0 % 128)) != 0
    }
}

impl<F: FnMut(Error)> Validation<'_, '_, F> {
    fn error(&mut self, error: Error) {
        self.strongest = self.strongest.max(Some(error.disposition));
        (self.report)(error);
    }

    fn attributes(&mut self) -> Seen {
        let mut seen = Seen::default();
        let session = self.update.session;
        for attribute in self.update.attributes() {
            let attribute = match attribute {
                Ok(attribute) => attribute,
                Err(error) => {
                    seen.more_than_unreach |= error.element() != UNREACH;
                    self.error(error);
                    break;
                }
            };
            seen.more_than_unreach |= attribute.kind != AttributeType::MP_UNREACH_NLRI;
            if seen.insert(attribute.kind) {
                self.error(repeated(&attribute));
                continue;
            }
            if let Err(error) = may_be_there(&attribute, session.kind, session.four_octet_as) {
                self.error(error);
                if error.disposition != Disposition::TreatAsWithdraw {
                    continue;
                }
            }
            match attribute.decode(&session) {
                Ok(Attribute::MpReach(reach)) => {
                    seen.reaches = !reach.routes.bytes().is_empty();
                    let communities = self.update.extended_communities();
                    let router_mac = communities.iter().find_map(|it| match it.kind() {
                        ExtendedCommunityKind::RouterMac(mac) => Some(mac),
                        _ => None,
                    });
                    self.routes(reach.routes, |prefix, offset| prefix.check(offset, router_mac));
                }
                Ok(Attribute::MpUnreach(unreach)) => self.routes(unreach.routes, |_, _| Ok(())),
                Ok(_) => {}
                Err(error) => self.error(error),
            }
        }
        seen
    }

    /// What `check` finds is of one route only. Of routes that are withdrawn nothing but the syntax is looked at.
    fn routes(
        &mut self,
        mut routes: Routes<'_>,
        check: impl Fn(&evpn::IpPrefixRoute, usize) -> Result<(), Error>,
    ) {
        loop {
            // Most are MAC/IP routes, of which nothing is wrong if they can be read.
            while routes.take_mac_ip().is_some() {}
            let offset = routes.offset();
            match routes.next() {
                None => break,
                Some(Ok(Route { nlri: Nlri::Evpn(evpn::Route::IpPrefix(prefix)), .. })) => {
                    if let Err(error) = check(&prefix, offset) {
                        (self.report)(error);
                    }
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => self.error(error),
            }
        }
    }

    /// Mandatory attributes (section 3 d), and routes that the errors so far could be of (section 5.2).
    fn what_is_missing(&mut self, seen: &Seen) {
        let routes = !self.update.ipv4_routes().bytes().is_empty();
        let internal = self.update.session.kind == SessionKind::Internal;
        let at = |element, disposition| At { element, offset: self.update.offset, disposition };
        let mandatory = [
            (AttributeType::ORIGIN, routes || seen.reaches),
            (AttributeType::AS_PATH, routes || seen.reaches),
            (AttributeType::NEXT_HOP, routes),
            (AttributeType::LOCAL_PREF, internal && (routes || seen.reaches)),
        ];
        for (kind, is_mandatory) in mandatory {
            if is_mandatory && !seen.contains(kind) {
                let at = at(Element::Attribute(kind), Disposition::TreatAsWithdraw);
                self.error(at.field("type", 0, "one where routes are announced (RFC 7606 3)"));
            }
        }
        let cannot_be_withdrawn = seen.more_than_unreach && !routes && !seen.reaches;
        if self.strongest > Some(Disposition::AttributeDiscard) && cannot_be_withdrawn {
            let at = at(Element::Update, Disposition::MALFORMED_ATTRIBUTE_LIST);
            self.error(at.field("nlri", 0, "routes that the errors are of (RFC 7606 5.2)"));
        }
    }
}

/// The second attribute of a type (section 3 g).
fn repeated(attribute: &PathAttribute<'_>) -> Error {
    let is_multiprotocol =
        matches!(attribute.kind, AttributeType::MP_REACH_NLRI | AttributeType::MP_UNREACH_NLRI);
    let disposition =
        if is_multiprotocol { Disposition::MALFORMED_ATTRIBUTE_LIST } else { Disposition::AttributeDiscard };
    attribute.at(disposition).field("type", attribute.kind.0.into(), "one of each type (RFC 7606 3)")
}

/// What can be said without the value: flags, and who may send it.
fn may_be_there(attribute: &PathAttribute<'_>, kind: SessionKind, four_octets: bool) -> Result<(), Error> {
    let found = u32::from(attribute.kind.0);
    let discard = attribute.at(Disposition::AttributeDiscard);
    match (attribute.kind, kind) {
        (AttributeType::LOCAL_PREF, SessionKind::External) => {
            return Err(discard.field("type", found, "none from an external neighbour (RFC 7606 7.5)"));
        }
        (AttributeType::ORIGINATOR_ID, SessionKind::External) => {
            return Err(discard.field("type", found, "none from an external neighbour (RFC 7606 7.9)"));
        }
        (AttributeType::CLUSTER_LIST, SessionKind::External) => {
            return Err(discard.field("type", found, "none from an external neighbour (RFC 7606 7.10)"));
        }
        (AttributeType::AS4_PATH | AttributeType::AS4_AGGREGATOR, _) if four_octets => {
            return Err(discard.field(
                "type",
                found,
                "none where AS numbers have four octets (RFC 6793 4.1)",
            ));
        }
        _ => {}
    }
    let flags = attribute.flags.bits().into();
    match attribute.kind.flags() {
        None if !attribute.flags.contains(AttributeFlags::OPTIONAL) => {
            let at = attribute.at(Disposition::UNRECOGNIZED_WELL_KNOWN);
            Err(at.field("type", found, "a known one where the flags say well-known (RFC 4271 6.3)"))
        }
        Some(expected) if attribute.flags.intersection(AttributeFlags::KIND) != expected => {
            let at = match attribute.kind {
                // Then it is malformed (RFC 7311 section 3).
                AttributeType::AIGP => discard,
                _ => attribute.at(Disposition::TreatAsWithdraw),
            };
            Err(at.field("flags", flags, "optional and transitive as the type has them (RFC 7606 3)"))
        }
        _ => Ok(()),
    }
}
