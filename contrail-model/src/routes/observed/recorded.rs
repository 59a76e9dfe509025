//! What was recorded as BGP has it: captures, MRT files, and BMP streams.

use contrail_wire::bgp::mrt::{Peer, Rib};
use contrail_wire::bgp::recorded::{Content, Entry, Recording, RecordingError};
use contrail_wire::bgp::{Message, Session};

use super::{Observed, ReadError, Said, Shown, Told};
use crate::fabric::Fabric;
use crate::routes::Destination;

pub(super) fn read(fabric: &Fabric, bytes: &[u8]) -> Result<Observed, ReadError> {
    let mut observed = Observed::default();
    let mut recording = Recording::new(bytes).map_err(|error| whole(&error))?;
    while let Some(entry) = recording.next_entry().map_err(|error| whole(&error))? {
        let sent = matches!(entry.content, Content::Message { sent: true, .. });
        let told = Told { peer: entry.peer, distinguisher: entry.peer_distinguisher, sent };
        let place = place(&entry);
        match entry.content {
            Content::Message { message, .. } => {
                let message = message.map_err(|error| ReadError::new(place, error))?;
                if let Message::Update(update) = message {
                    observed.hear(fabric, told, &update);
                }
            }
            Content::Rib { rib, peers } => rib_entries(fabric, &rib, peers, &mut observed),
            Content::PeerDown => {
                [false, true].into_iter().for_each(|sent| observed.forget(Told { sent, ..told }));
            }
            Content::Broken(why) => return Err(ReadError::new(place, why)),
            _ => {}
        }
    }
    Ok(observed)
}

/// `byte 17` of a file with records, `frame 4` of a capture.
fn place(entry: &Entry<'_>) -> String {
    match entry.offset {
        Some(offset) => format!("byte {offset}"),
        None => format!("frame {}", entry.number),
    }
}

/// Of what cannot be read at all, or not be read on; what captures are broken at is in the text.
fn whole(error: &RecordingError) -> ReadError {
    match error {
        RecordingError::NotARecording => ReadError::whole(
            "expected what FRR, GoBGP or Junos print, a capture, MRT records or BMP messages",
        ),
        RecordingError::Cut { offset } => ReadError::new(format!("byte {offset}"), "expected a whole record"),
        other => ReadError::new("", other),
    }
}

/// The neighbours' routes to a destination.
fn rib_entries(fabric: &Fabric, rib: &Rib<'_>, peers: &[Peer], observed: &mut Observed) {
    observed.families = observed.families.with(rib.family);
    let session = Session::default();
    for entry in rib.entries() {
        let next_hop = entry.next_hop().and_then(|next_hop| next_hop.address());
        let (Some(destination), Some(next_hop)) = (Destination::of(&rib.route), next_hop) else { continue };
        let peer = peers.get(usize::from(entry.peer_index)).map(|peer| peer.address);
        let attributes = entry.attributes.filter_map(Result::ok);
        let said = Said::of(attributes.filter_map(|attribute| attribute.decode(&session).ok()));
        let shown = Shown { destination, next_hop, said, not_shown: Vec::new() };
        observed.show(fabric, Told { peer, ..Told::default() }, entry.path_id, shown);
    }
}
