//! What was recorded as BGP has it: MRT files, and BMP streams.

use std::collections::BTreeMap;

use contrail_wire::bgp::bmp::{BmpMessage, BmpMessages};
use contrail_wire::bgp::mrt::{Body, Records, Rib};
use contrail_wire::bgp::{Message, Session};

use super::{Observed, ReadError, Said, Shown};
use crate::fabric::Fabric;
use crate::routes::Destination;

/// The version that a BMP message begins with; of an MRT file it would be a time in the year 1971.
const BMP: u8 = 3;

pub(super) fn read(fabric: &Fabric, bytes: &[u8]) -> Result<Observed, ReadError> {
    let mut observed = Observed::default();
    let rest = if bytes.first() == Some(&BMP) {
        bmp(fabric, bytes, &mut observed)?
    } else {
        mrt(fabric, bytes, &mut observed)?
    };
    if rest.is_empty() {
        return Ok(observed);
    }
    let at = bytes.len() - rest.len();
    let expected = if at == 0 {
        "what FRR, GoBGP or Junos print, MRT records or BMP messages"
    } else {
        "a whole record"
    };
    Err(ReadError::new(format!("byte {at}"), format!("expected {expected}")))
}

/// All routes of a dump, and what messages announce and withdraw; what is left.
fn mrt<'b>(fabric: &Fabric, bytes: &'b [u8], observed: &mut Observed) -> Result<&'b [u8], ReadError> {
    let mut records = Records::new(bytes);
    for record in records.by_ref() {
        let at = |error: &dyn std::fmt::Display| ReadError::new(format!("byte {}", record.offset()), error);
        match record.decode().map_err(|error| at(&error))? {
            Body::Message(message) if !message.sent => {
                if let Message::Update(update) = message.decode().map_err(|error| at(&error))? {
                    observed.update(fabric, &update);
                }
            }
            Body::Rib(rib) => rib_entries(fabric, &rib, observed),
            _ => {}
        }
    }
    Ok(records.rest())
}

/// The neighbours' routes to a destination.
fn rib_entries(fabric: &Fabric, rib: &Rib<'_>, observed: &mut Observed) {
    observed.families = observed.families.with(rib.family);
    let session = Session::default();
    for entry in rib.entries() {
        let next_hop = entry.next_hop().and_then(|next_hop| next_hop.address());
        let (Some(destination), Some(next_hop)) = (Destination::of(&rib.route), next_hop) else { continue };
        let attributes = entry.attributes.filter_map(Result::ok);
        let said = Said::of(attributes.filter_map(|attribute| attribute.decode(&session).ok()));
        observed.add(fabric, Shown { destination, next_hop, said, not_shown: Vec::new() });
    }
}

/// What a router tells of its neighbours' routes; what is left.
fn bmp<'b>(fabric: &Fabric, bytes: &'b [u8], observed: &mut Observed) -> Result<&'b [u8], ReadError> {
    let mut sessions = BTreeMap::new();
    let mut messages = BmpMessages::new(bytes);
    for message in messages.by_ref() {
        match message.map_err(|error| ReadError::new("", error))? {
            BmpMessage::PeerUp { peer, up } => {
                sessions.insert((peer.peer_distinguisher, peer.address()), up.session().unwrap_or_default());
            }
            BmpMessage::RouteMonitoring { peer, update } => {
                let agreed = sessions.get(&(peer.peer_distinguisher, peer.address()));
                let session = peer.session(agreed.copied().unwrap_or_default());
                let message = update.decode(session).map_err(|error| ReadError::new("", error))?;
                if let Message::Update(update) = message {
                    observed.update(fabric, &update);
                }
            }
            _ => {}
        }
    }
    Ok(messages.rest())
}
