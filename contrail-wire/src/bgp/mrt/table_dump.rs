use core::net::{IpAddr, Ipv4Addr};

use zerocopy::network_endian::{U16, U32};

use super::{Body, LAYER, RecordReader};
use crate::bgp::attribute::{Attribute, AttributeType, Attributes, NextHop};
use crate::bgp::cursor::Cursor;
use crate::bgp::family::{Afi, Family, Safi};
use crate::bgp::nlri::{Nlri, Routes};
use crate::bgp::session::Session;
use crate::{DecodeError, Ipv4Octets, Ipv6Octets};

/// The neighbours that the routes of a dump are of (RFC 6396 section 4.3.1).
#[derive(Clone, Copy, Debug)]
pub struct PeerIndexTable<'a> {
    /// The collector.
    pub collector: Ipv4Addr,
    /// Of the view.
    pub view_name: &'a [u8],
    /// Checked peers.
    peers: Cursor<'a>,
}

/// A neighbour of the collector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Who he is.
    pub identifier: Ipv4Addr,
    /// Where he is.
    pub address: IpAddr,
    /// His autonomous system.
    pub asn: u32,
}

impl PeerIndexTable<'_> {
    /// The neighbours, in the order that [`RibEntry::peer_index`] counts.
    pub fn peers(&self) -> impl Iterator<Item = Peer> + Clone {
        let mut peers = RecordReader { body: self.peers, offset: 0 };
        core::iter::from_fn(move || peer(&mut peers).ok())
    }
}

fn peer(reader: &mut RecordReader<'_>) -> Result<Peer, DecodeError> {
    let kind = *reader.read::<u8>()?;
    let identifier = reader.read::<Ipv4Octets>()?.get();
    let address = if kind & 0x01 == 0 {
        reader.read::<Ipv4Octets>()?.get().into()
    } else {
        reader.read::<Ipv6Octets>()?.get().into()
    };
    let asn = if kind & 0x02 == 0 { reader.read::<U16>()?.get().into() } else { reader.read::<U32>()?.get() };
    Ok(Peer { identifier, address, asn })
}

/// A destination, and the neighbours' routes to it (RFC 6396 sections 4.3.2 and 4.3.3, RFC 8050 section 4).
#[derive(Clone, Copy, Debug)]
pub struct Rib<'a> {
    /// Counts the destinations.
    pub sequence: u32,
    /// The family, which may be one of multicast.
    pub family: Family,
    /// The destination.
    pub route: Nlri<'a>,
    add_path: bool,
    /// Checked entries.
    entries: Cursor<'a>,
}

/// A neighbour's route to a destination.
#[derive(Clone, Copy, Debug)]
pub struct RibEntry<'a> {
    /// Which of the [neighbours](PeerIndexTable::peers) he is.
    pub peer_index: u16,
    /// When the route came, in seconds since 1970.
    pub originated: u32,
    /// Which of the neighbour's paths it is.
    pub path_id: Option<u32>,
    /// What is said of the route, with AS numbers of four octets. MP_REACH_NLRI has a short form of its own, see
    /// [`next_hop`](Self::next_hop).
    pub attributes: Attributes<'a>,
    family: Family,
}

impl<'a> Rib<'a> {
    /// The neighbours' routes.
    pub fn entries(&self) -> impl Iterator<Item = RibEntry<'a>> + Clone {
        let (add_path, family) = (self.add_path, self.family);
        let mut entries = RecordReader { body: self.entries, offset: 0 };
        core::iter::from_fn(move || entry(&mut entries, add_path, family).ok())
    }
}

fn entry<'a>(
    reader: &mut RecordReader<'a>,
    add_path: bool,
    family: Family,
) -> Result<RibEntry<'a>, DecodeError> {
    let peer_index = reader.read::<U16>()?.get();
    let originated = reader.read::<U32>()?.get();
    let path_id = if add_path { Some(reader.read::<U32>()?.get()) } else { None };
    let length = reader.read::<U16>()?.get();
    let attributes = Attributes::at(reader.part(length.into())?);
    Ok(RibEntry { peer_index, originated, path_id, attributes, family })
}

impl<'a> RibEntry<'a> {
    /// Where the route's traffic goes. In a dump MP_REACH_NLRI holds only the next hop (RFC 6396 section 4.3.4), though
    /// some collectors write all of it.
    pub fn next_hop(&self) -> Option<NextHop<'a>> {
        let session = Session::default();
        let attributes = || self.attributes.map_while(Result::ok);
        let Some(reach) = attributes().find(|it| it.kind == AttributeType::MP_REACH_NLRI) else {
            return attributes().find_map(|attribute| match attribute.decode(&session) {
                Ok(Attribute::NextHop(address)) => Some(address.into()),
                _ => None,
            });
        };
        match reach.value.split_first() {
            Some((length, octets)) if usize::from(*length) == octets.len() => {
                // A multicast route's next hop is like that of a unicast route.
                let safi = if self.family.safi == Safi::MULTICAST { Safi::UNICAST } else { self.family.safi };
                NextHop::decode(Family { safi, ..self.family }, octets).ok()
            }
            _ => match reach.decode(&session) {
                Ok(Attribute::MpReach(reach)) => Some(reach.next_hop),
                _ => None,
            },
        }
    }
}

pub(super) fn read<'a>(subtype: u16, mut reader: RecordReader<'a>) -> Result<Body<'a>, DecodeError> {
    let unknown = Body::Unknown(reader.body.rest());
    let of = |afi, safi| Some(Family { afi, safi });
    let (family, add_path) = match subtype {
        1 => return peer_index_table(reader).map(Body::PeerIndexTable),
        2 => (of(Afi::IPV4, Safi::UNICAST), false),
        3 => (of(Afi::IPV4, Safi::MULTICAST), false),
        4 => (of(Afi::IPV6, Safi::UNICAST), false),
        5 => (of(Afi::IPV6, Safi::MULTICAST), false),
        6 => (None, false),
        8 => (of(Afi::IPV4, Safi::UNICAST), true),
        9 => (of(Afi::IPV4, Safi::MULTICAST), true),
        10 => (of(Afi::IPV6, Safi::UNICAST), true),
        11 => (of(Afi::IPV6, Safi::MULTICAST), true),
        12 => (None, true),
        _ => return Ok(unknown),
    };
    let sequence = reader.read::<U32>()?.get();
    let family = match family {
        Some(family) => family,
        None => *reader.read::<Family>()?,
    };
    let readable = if family.safi == Safi::MULTICAST { Safi::UNICAST } else { family.safi };
    let mut routes = Routes::at(Family { safi: readable, ..family }, reader.body, false);
    let route = match routes.next() {
        Some(route) => route?.nlri,
        None => return Err(reader.short(1, 0)),
    };
    if let Nlri::Unknown { .. } = route {
        return Ok(unknown);
    }
    reader.body = routes.cursor();
    let count = reader.read::<U16>()?.get();
    let entries = reader.body;
    for _ in 0..count {
        entry(&mut reader, add_path, family)?;
    }
    end(&reader)?;
    Ok(Body::Rib(Rib { sequence, family, route, add_path, entries }))
}

fn peer_index_table<'a>(mut reader: RecordReader<'a>) -> Result<PeerIndexTable<'a>, DecodeError> {
    let collector = reader.read::<Ipv4Octets>()?.get();
    let length = reader.read::<U16>()?.get();
    let view_name = reader.part(length.into())?.rest();
    let count = reader.read::<U16>()?.get();
    let peers = reader.body;
    for _ in 0..count {
        peer(&mut reader)?;
    }
    end(&reader)?;
    Ok(PeerIndexTable { collector, view_name, peers })
}

/// Nothing may be left.
fn end(reader: &RecordReader<'_>) -> Result<(), DecodeError> {
    let left = reader.body.len();
    if left == 0 {
        return Ok(());
    }
    let found = crate::bgp::error::length(left);
    Err(DecodeError::field(LAYER, reader.offset, "length", found, "what its parts take, with nothing behind"))
}
