use zerocopy::IntoBytes;
use zerocopy::network_endian::U16;

use crate::bgp::attribute::{
    AS_TRANS, Aggregator, Attribute, AttributeType, Attributes, MergedPath, MpReach, MpUnreach, NextHop,
};
use crate::bgp::community::{ExtendedCommunity, TunnelType};
use crate::bgp::cursor::Cursor;
use crate::bgp::error::{At, Disposition, Element, Error};
use crate::bgp::family::Family;
use crate::bgp::nlri::{Route, Routes, evpn};
use crate::bgp::session::Session;
use crate::bgp::writer::{Writer, too_long};
use crate::{Bound, EncodeError};

/// UPDATE ([RFC 4271](https://www.rfc-editor.org/rfc/rfc4271) section 4.3): routes that are announced or withdrawn, and
/// what is said of those that are announced.
///
/// ```text
/// +-----------------------------------------------------+
/// |   Withdrawn Routes Length (2 octets)                |
/// +-----------------------------------------------------+
/// |   Withdrawn Routes (variable)                       |
/// +-----------------------------------------------------+
/// |   Total Path Attribute Length (2 octets)            |
/// +-----------------------------------------------------+
/// |   Path Attributes (variable)                        |
/// +-----------------------------------------------------+
/// |   Network Layer Reachability Information (variable) |
/// +-----------------------------------------------------+
/// ```
///
/// Routes of the message itself are IPv4 unicast; those of other families stand in the attributes MP_REACH_NLRI and
/// MP_UNREACH_NLRI. Refused: lengths that claim more than the message has. All else is read where it is asked for, and
/// [`Update::validate`] says what RFC 7606 makes of the message as a whole.
///
/// ```
/// use contrail_wire::bgp::{Message, Session, TunnelType, evpn};
/// # let bytes = contrail_wire::doc::EVPN_UPDATE;
/// let (message, _) = Message::decode(bytes, Session::default())?;
/// let update = message.update().unwrap();
/// assert_eq!(update.validate(|error| println!("{error}")), None);
/// assert_eq!(update.encapsulation(), Some(TunnelType::VXLAN));
/// let Some(Ok(evpn::Route::MacIp(route))) = update.evpn_routes().next() else { panic!() };
/// assert_eq!(route.mac.to_string(), "02:aa:00:00:00:11");
/// assert_eq!(route.label1.vni().get(), 5001);
/// assert_eq!(update.next_hop().unwrap().to_string(), "10.0.0.1");
/// # Ok::<(), contrail_wire::bgp::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Update<'a> {
    pub(super) session: Session,
    /// Where the message starts.
    pub(super) offset: usize,
    withdrawn: Cursor<'a>,
    attributes: Cursor<'a>,
    routes: Cursor<'a>,
}

impl<'a> Update<'a> {
    #[inline(always)]
    pub(super) fn read(mut body: Cursor<'a>, offset: usize, session: Session) -> Result<Self, Error> {
        let withdrawn = Self::part(&mut body, offset, "withdrawn_routes_length")?;
        let attributes = Self::part(&mut body, offset, "total_path_attribute_length")?;
        Ok(Self { session, offset, withdrawn, attributes, routes: body })
    }

    /// A length, and what it is of.
    #[inline(always)]
    fn part(body: &mut Cursor<'a>, offset: usize, field: &'static str) -> Result<Cursor<'a>, Error> {
        let at =
            || At { element: Element::Update, offset, disposition: Disposition::MALFORMED_ATTRIBUTE_LIST };
        let available = body.len();
        let Some(length) = body.read::<U16>() else {
            return Err(at().truncated(size_of::<U16>(), available, Bound::BgpMessageLength));
        };
        let claimed = length.get().into();
        body.split(claimed).ok_or_else(|| at().overrun(field, claimed, body.len(), Bound::BgpMessageLength))
    }

    /// What the session that the message came by has agreed on.
    pub const fn session(&self) -> Session {
        self.session
    }

    /// The path attributes, as they stand there.
    #[inline(always)]
    pub const fn attributes(&self) -> Attributes<'a> {
        Attributes::at(self.attributes)
    }

    /// IPv4 unicast routes that the message itself announces.
    pub const fn ipv4_routes(&self) -> Routes<'a> {
        let add_path = self.session.add_path_receive.contains(Family::IPV4_UNICAST);
        Routes::of_message(self.routes, add_path)
    }

    /// IPv4 unicast routes that the message itself withdraws.
    pub const fn ipv4_withdrawn(&self) -> Routes<'a> {
        let add_path = self.session.add_path_receive.contains(Family::IPV4_UNICAST);
        Routes::of_message(self.withdrawn, add_path)
    }

    /// The first attribute of a type, if it can be read; [`validate`](Self::validate) says why one cannot.
    #[inline(always)]
    pub fn attribute(&self, kind: AttributeType) -> Option<Attribute<'a>> {
        self.attributes().find(kind)?.decode(&self.session).ok()
    }

    /// Announced routes of other families, with their next hop.
    #[inline(always)]
    pub fn mp_reach(&self) -> Option<MpReach<'a>> {
        match self.attribute(AttributeType::MP_REACH_NLRI)? {
            Attribute::MpReach(reach) => Some(reach),
            _ => None,
        }
    }

    /// Withdrawn routes of other families.
    #[inline(always)]
    pub fn mp_unreach(&self) -> Option<MpUnreach<'a>> {
        match self.attribute(AttributeType::MP_UNREACH_NLRI)? {
            Attribute::MpUnreach(unreach) => Some(unreach),
            _ => None,
        }
    }

    /// All routes that are announced, of MP_REACH_NLRI and of the message itself.
    pub fn announced(&self) -> impl Iterator<Item = Result<Route<'a>, Error>> + Clone + use<'a> {
        self.mp_reach().map(|reach| reach.routes).into_iter().flatten().chain(self.ipv4_routes())
    }

    /// All routes that are withdrawn, of MP_UNREACH_NLRI and of the message itself.
    pub fn withdrawn(&self) -> impl Iterator<Item = Result<Route<'a>, Error>> + Clone + use<'a> {
        self.mp_unreach().map(|unreach| unreach.routes).into_iter().flatten().chain(self.ipv4_withdrawn())
    }

    /// EVPN routes that are announced.
    #[inline(always)]
    pub fn evpn_routes(&self) -> evpn::Routes<'a> {
        evpn::Routes::of(self.mp_reach().map(|reach| reach.routes))
    }

    /// EVPN routes that are withdrawn.
    #[inline(always)]
    pub fn evpn_withdrawn(&self) -> evpn::Routes<'a> {
        evpn::Routes::of(self.mp_unreach().map(|unreach| unreach.routes))
    }

    /// Where traffic for the announced routes goes: the next hop of MP_REACH_NLRI, or else the attribute NEXT_HOP.
    #[inline(always)]
    pub fn next_hop(&self) -> Option<NextHop<'a>> {
        if let Some(reach) = self.mp_reach() {
            return Some(reach.next_hop);
        }
        match self.attribute(AttributeType::NEXT_HOP)? {
            Attribute::NextHop(address) => Some(address.into()),
            _ => None,
        }
    }

    /// The path that the routes took: AS_PATH, with what AS4_PATH restores of it where AS numbers have two octets (RFC
    /// 6793 section 4.2.3).
    ///
    /// ```
    /// use contrail_wire::bgp::{AsPath, Attribute, Message, Nlri, Session, UpdateBuilder};
    /// let session = Session { four_octet_as: false, ..Session::default() };
    /// let path = AsPath::decode(&[2, 2, 0xfc, 0, 0x5b, 0xa0], false)?;
    /// let as4_path = AsPath::decode(&[2, 1, 0, 1, 0, 0], true)?;
    /// let attributes = [Attribute::AsPath(path), Attribute::As4Path(as4_path)];
    /// let routes = [Nlri::Unicast("10.0.0.0/8".parse()?)];
    /// let mut buffer = [0; 64];
    /// let mut builder = UpdateBuilder::announce(&session, [10, 0, 0, 1].into(), &attributes, routes);
    /// let (message, _) = Message::decode(builder.encode_next(&mut buffer)?.unwrap(), session)?;
    /// assert_eq!(message.update().unwrap().full_path().unwrap().to_string(), "64512 65536");
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn full_path(&self) -> Option<MergedPath<'a>> {
        let Some(Attribute::AsPath(path)) = self.attribute(AttributeType::AS_PATH) else { return None };
        match self.attribute(AttributeType::AS4_PATH) {
            Some(Attribute::As4Path(as4_path)) if self.restores() => Some(MergedPath::new(path, as4_path)),
            _ => Some(path.into()),
        }
    }

    /// Who made an aggregate of the routes: AGGREGATOR, or AS4_AGGREGATOR where AS numbers have two octets and that one's
    /// does not fit (RFC 6793 section 4.2.3).
    pub fn full_aggregator(&self) -> Option<Aggregator> {
        let aggregator = self.aggregator()?;
        match self.attribute(AttributeType::AS4_AGGREGATOR) {
            Some(Attribute::As4Aggregator(full)) if self.restores() => Some(full),
            _ => Some(aggregator),
        }
    }

    fn aggregator(&self) -> Option<Aggregator> {
        match self.attribute(AttributeType::AGGREGATOR)? {
            Attribute::Aggregator(aggregator) => Some(aggregator),
            _ => None,
        }
    }

    /// Whether AS4_PATH and AS4_AGGREGATOR count. They do not where AGGREGATOR has an AS number of its own and there is an
    /// AS4_AGGREGATOR too: then somebody who does not know them made an aggregate, and they are of what it was made of.
    fn restores(&self) -> bool {
        let has_own_as = || self.aggregator().is_some_and(|it| it.asn != AS_TRANS.into());
        let is_outdated = || self.attribute(AttributeType::AS4_AGGREGATOR).is_some() && has_own_as();
        !self.session.four_octet_as && !is_outdated()
    }

    /// The extended communities; none if there are none that can be read.
    pub fn extended_communities(&self) -> &'a [ExtendedCommunity] {
        self.attributes().extended_communities()
    }

    /// All encapsulations that the routes' traffic may come in: those of extended communities, and those of the tunnel
    /// encapsulation attribute (RFC 9012).
    pub fn encapsulations(&self) -> impl Iterator<Item = TunnelType> + Clone + use<'a> {
        self.attributes().encapsulations()
    }

    /// The encapsulation that says how to read [label fields](crate::LabelField): see [`Attributes::encapsulation`].
    pub fn encapsulation(&self) -> Option<TunnelType> {
        self.attributes().encapsulation()
    }

    /// The family of which all routes have been announced, if that is what the message says (RFC 4724 section 2).
    pub fn end_of_rib(&self) -> Option<Family> {
        if !self.withdrawn.is_empty() || !self.routes.is_empty() {
            return None;
        }
        if self.attributes.is_empty() {
            return Some(Family::IPV4_UNICAST);
        }
        let mut attributes = self.attributes();
        let (Some(Ok(only)), None) = (attributes.next(), attributes.next()) else { return None };
        match only.decode(&self.session) {
            Ok(Attribute::MpUnreach(unreach)) if unreach.routes.bytes().is_empty() => Some(unreach.family),
            _ => None,
        }
    }

    pub(super) fn write(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        for (field, part) in [
            ("withdrawn_routes_length", self.withdrawn.rest()),
            ("total_path_attribute_length", self.attributes.rest()),
        ] {
            let Ok(length) = u16::try_from(part.len()) else {
                return Err(too_long(writer.element, field, part.len(), 0xffff));
            };
            writer.put(&U16::new(length))?;
            writer.put(part.as_bytes())?;
        }
        writer.put(self.routes.rest())
    }
}

/// The same bytes, read the same way; where they stand does not matter.
impl PartialEq for Update<'_> {
    fn eq(&self, other: &Self) -> bool {
        let parts = |update: &Self| [update.withdrawn.rest(), update.attributes.rest(), update.routes.rest()];
        (self.session, parts(self)) == (other.session, parts(other))
    }
}
