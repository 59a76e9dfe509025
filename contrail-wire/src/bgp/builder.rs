use zerocopy::FromBytes;
use zerocopy::network_endian::U16;

use crate::EncodeError;
use crate::bgp::attribute::{Attribute, AttributeFlags, AttributeType, NextHop, Start};
use crate::bgp::error::Element;
use crate::bgp::family::Family;
use crate::bgp::message::{self, Message, MessageHeader};
use crate::bgp::nlri::{Nlri, Route, evpn};
use crate::bgp::session::Session;
use crate::bgp::update::Update;
use crate::bgp::writer::{Writer, not_so};

/// Makes UPDATE messages of routes, as few as the session's limit allows, one at a time in a buffer.
///
/// Each message announces or withdraws, and routes of one family only (RFC 7606 section 5.1): where the next route is of
/// another family, another message begins. MP_REACH_NLRI and MP_UNREACH_NLRI come first. IPv4 unicast routes stand in the
/// message itself if their next hop is an IPv4 address.
///
/// ```
/// use contrail_wire::bgp::{Attribute, AsPath, Message, Nlri, Origin, Session, TunnelType, UpdateBuilder};
/// # use contrail_wire::bgp::evpn::{InclusiveMulticastRoute, Route};
/// let session = Session::default();
/// let communities = ["target:64512:5001".parse()?, TunnelType::VXLAN.into()];
/// let attributes = [
///     Attribute::Origin(Origin::Igp),
///     Attribute::AsPath(AsPath::EMPTY),
///     Attribute::LocalPref(100),
///     Attribute::ExtendedCommunities(&communities),
/// ];
/// let rd = "10.0.0.1:7".parse()?;
/// let routes = (0..1000).map(|tag| {
///     let originator = [10, 0, 0, 1].into();
///     Route::from(InclusiveMulticastRoute { rd, ethernet_tag: contrail_wire::EthernetTag::new(tag), originator })
/// });
/// let mut builder = UpdateBuilder::announce(&session, [10, 0, 0, 1].into(), &attributes, routes);
/// let (mut buffer, mut messages) = ([0; 4096], 0);
/// while let Some(bytes) = builder.encode_next(&mut buffer)? {
///     let (message, _) = Message::decode(bytes, session).unwrap();
///     assert_eq!(message.update().unwrap().validate(|_| {}), None);
///     messages += 1;
/// }
/// assert_eq!(messages, 5);
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct UpdateBuilder<'s, 'r, I> {
    session: &'s Session,
    /// Of routes that are announced.
    announced: Option<(NextHop<'s>, &'s [Attribute<'s>])>,
    /// The route that is written next.
    next: Option<Route<'r>>,
    /// Those behind it.
    routes: I,
}

impl<'s, 'r, I: Iterator<Item: Into<Route<'r>> + Copy>> UpdateBuilder<'s, 'r, I> {
    /// Messages that announce routes. The attributes are all but MP_REACH_NLRI and NEXT_HOP.
    pub fn announce(
        session: &'s Session,
        next_hop: NextHop<'s>,
        attributes: &'s [Attribute<'s>],
        routes: impl IntoIterator<IntoIter = I>,
    ) -> Self {
        Self::new(session, Some((next_hop, attributes)), routes.into_iter())
    }

    /// Messages that withdraw routes.
    pub fn withdraw(session: &'s Session, routes: impl IntoIterator<IntoIter = I>) -> Self {
        Self::new(session, None, routes.into_iter())
    }

    fn new(
        session: &'s Session,
        announced: Option<(NextHop<'s>, &'s [Attribute<'s>])>,
        mut routes: I,
    ) -> Self {
        let next = routes.next().map(Into::into);
        Self { session, announced, next, routes }
    }

    /// Writes the next message to the start of `buffer`, with as many routes as fit into the buffer and the session's
    /// limit. `None` if there are no more routes. A route that does not even fit alone is an error, as is a next hop that
    /// the family cannot have.
    pub fn encode_next<'b>(&mut self, buffer: &'b mut [u8]) -> Result<Option<&'b [u8]>, EncodeError> {
        let Some(next) = &self.next else { return Ok(None) };
        let family = next.nlri.family();
        let limit = buffer.len().min(self.session.longest_message().into());
        let (room, _) = buffer.split_at_mut(limit);
        let mut writer = Writer::new(room, Element::Update);
        writer.put(&MessageHeader::new(Message::UPDATE))?;
        match self.announced {
            Some((next_hop, attributes)) => self.announcement(&mut writer, family, next_hop, attributes),
            None => self.withdrawal(&mut writer, family),
        }?;
        message::end(&mut writer)?;
        Ok(Some(writer.into_written()))
    }

    fn withdrawal(&mut self, writer: &mut Writer<'_>, family: Family) -> Result<(), EncodeError> {
        if family == Family::IPV4_UNICAST {
            let withdrawn = Length::of_what_follows(writer)?;
            let start = writer.len();
            // The length of attributes that there are none of.
            writer.put(&U16::ZERO)?;
            writer.set_aside(start);
            self.pack(writer, family)?;
            withdrawn.end(writer);
            writer.bring_back();
            return Ok(());
        }
        writer.put(&U16::ZERO)?;
        let attributes = Length::of_what_follows(writer)?;
        let flags = AttributeFlags::OPTIONAL;
        let unreach = Start::write(writer, flags, AttributeType::MP_UNREACH_NLRI, true)?;
        writer.put(&family)?;
        self.pack(writer, family)?;
        unreach.end(writer)?;
        attributes.end(writer);
        Ok(())
    }

    fn announcement(
        &mut self,
        writer: &mut Writer<'_>,
        family: Family,
        next_hop: NextHop<'s>,
        attributes: &'s [Attribute<'s>],
    ) -> Result<(), EncodeError> {
        writer.put(&U16::ZERO)?;
        let length = Length::of_what_follows(writer)?;
        let write = |writer: &mut Writer<'_>, next_hop: Option<Attribute<'_>>| {
            // In the order of types, as RFC 4271 section 5 would have it.
            let is_ahead = |attribute: &&Attribute<'_>| attribute.kind() < AttributeType::NEXT_HOP;
            let ahead = attributes.iter().filter(is_ahead);
            let behind = attributes.iter().filter(|attribute| !is_ahead(attribute));
            ahead.chain(&next_hop).chain(behind).try_for_each(|it| it.write(self.session, writer))
        };
        if let (Family::IPV4_UNICAST, NextHop::Ipv4(address)) = (family, next_hop) {
            write(writer, Some(Attribute::NextHop(address)))?;
            length.end(writer);
            return self.pack(writer, family);
        }
        // They stand behind the routes, and take the room that is left of the message then.
        let start = writer.len();
        write(writer, None)?;
        writer.set_aside(start);

        let next_hop = next_hop.of_family(family);
        if !next_hop.is_of(family) {
            return Err(not_so(
                Element::Update,
                "next_hop",
                "one that the family has (RFC 4760 3, RFC 8950)",
            ));
        }
        let reach = Start::write(writer, AttributeFlags::OPTIONAL, AttributeType::MP_REACH_NLRI, true)?;
        writer.put(&family)?;
        next_hop.write(writer)?;
        writer.put(&0_u8)?;
        self.pack(writer, family)?;
        reach.end(writer)?;
        writer.bring_back();
        length.end(writer);
        Ok(())
    }

    /// Writes routes of the family until there are no more, or the next one does not fit.
    fn pack(&mut self, writer: &mut Writer<'_>, family: Family) -> Result<(), EncodeError> {
        let add_path = self.session.add_path_send.contains(family);
        if let Some(first) = &self.next {
            first.write(writer, add_path)?;
            self.next = None;
        }
        let may_be_mac_ip = family == Family::EVPN && !add_path;
        loop {
            // MAC/IP routes are filled in where they belong, as long as there is room for the longest of them.
            let (mut filled, mut other) = (0, None);
            let room = if may_be_mac_ip { writer.rest() } else { &mut [] };
            while let Some((place, _)) =
                room.get_mut(filled..).and_then(|room| evpn::Longest::mut_from_prefix(room).ok())
            {
                let Some(route) = self.routes.next() else { break };
                let Some(length) = fill(route, place) else {
                    other = Some(route);
                    break;
                };
                filled += length;
            }
            writer.take(filled);
            let Some(route) = other.or_else(|| self.routes.next()) else { return Ok(()) };
            if !fits(&route.into(), writer, family, add_path) {
                self.next = Some(route.into());
                return Ok(());
            }
        }
    }
}

impl Update<'_> {
    /// Writes the message that says that all routes of a family have been announced (RFC 4724 section 2) to the start of
    /// `buffer`, and returns it. [`end_of_rib`](Self::end_of_rib) knows it.
    ///
    /// ```
    /// use contrail_wire::bgp::{Family, Message, Session, Update};
    /// let mut buffer = [0xa5; 29];
    /// let bytes = Update::encode_end_of_rib(Family::EVPN, &mut buffer)?;
    /// let (message, _) = Message::decode(bytes, Session::default()).unwrap();
    /// assert_eq!(message.update().unwrap().end_of_rib(), Some(Family::EVPN));
    /// # Ok::<(), contrail_wire::EncodeError>(())
    /// ```
    pub fn encode_end_of_rib(family: Family, buffer: &mut [u8]) -> Result<&[u8], EncodeError> {
        let mut writer = Writer::new(buffer, Element::Update);
        writer.put(&MessageHeader::new(Message::UPDATE))?;
        writer.put(&U16::ZERO)?;
        let attributes = Length::of_what_follows(&mut writer)?;
        if family != Family::IPV4_UNICAST {
            let flags = AttributeFlags::OPTIONAL;
            let unreach = Start::write(&mut writer, flags, AttributeType::MP_UNREACH_NLRI, false)?;
            writer.put(&family)?;
            unreach.end(&mut writer)?;
        }
        attributes.end(&mut writer);
        message::end(&mut writer)?;
        Ok(writer.into_written())
    }
}

/// Fills in the route, if it is a MAC/IP route, and returns its length. Never inlined: within here it is known that the
/// route does not stand where it is written to, so that its fields go there without a copy of them in between.
#[inline(never)]
fn fill<'r>(route: impl Into<Route<'r>>, place: &mut evpn::Longest) -> Option<usize> {
    match route.into().nlri {
        Nlri::Evpn(evpn::Route::MacIp(route)) => Some(route.fill(place)),
        _ => None,
    }
}

/// Writes the route, unless it is of another family or does not fit. What else it cannot be written for shows where it
/// comes first.
#[inline(never)]
fn fits(route: &Route<'_>, writer: &mut Writer<'_>, family: Family, add_path: bool) -> bool {
    let start = writer.len();
    let fits = route.nlri.family() == family && route.write(writer, add_path).is_ok();
    if !fits {
        writer.truncate(start);
    }
    fits
}

/// A length of two octets whose value comes later.
#[derive(Clone, Copy)]
struct Length {
    start: usize,
}

impl Length {
    fn of_what_follows(writer: &mut Writer<'_>) -> Result<Self, EncodeError> {
        writer.put(&U16::ZERO)?;
        Ok(Self { start: writer.len() })
    }

    /// No message has more than a length can say.
    fn end(self, writer: &mut Writer<'_>) {
        let length = u16::try_from(writer.len() - self.start).unwrap_or(u16::MAX);
        writer.patch(self.start - size_of::<U16>(), length.to_be_bytes());
    }
}
