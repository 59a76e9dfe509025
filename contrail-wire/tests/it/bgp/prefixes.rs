//! Messages of the corpus cut anywhere and changed anywhere: what is cut is waited for or refused, and nothing panics,
//! goes on for ever, or says of a byte that is not there.

use std::fmt::Write;
use std::fs;

use contrail_wire::bgp::{Attribute, Message, Messages, Nlri, Session, SessionKind, Update};

use super::malformed;
use super::vectors;
use crate::corpus;

const HEADER: usize = 19;

/// All messages of vectors and hostile inputs, with what is agreed on.
fn messages() -> Vec<(Vec<u8>, Session)> {
    let vectors = vectors::vectors().into_iter().filter(vectors::Vector::is_message);
    let mut all: Vec<_> = vectors.map(|vector| (vector.message.clone(), vector.session())).collect();
    let hostile = malformed::inputs::all().into_iter().map(|(_, bytes)| bytes);
    all.extend(
        hostile.filter(|bytes| bytes.len() < 4096).map(|bytes| (bytes.clone(), malformed::session(&bytes))),
    );
    all
}

/// Those, and what fuzzers of other projects found worth keeping.
fn messages_and_seeds() -> Vec<(Vec<u8>, Session)> {
    let Some(folder) = corpus::part("fuzz-seeds") else { return messages() };
    let seeds = corpus::files(&folder).into_iter().map(|path| fs::read(path).unwrap());
    let seeds = seeds.filter(|bytes| bytes.starts_with(&[0xff; 16]) && bytes.len() < 4096);
    messages().into_iter().chain(seeds.map(|bytes| (bytes, Session::default()))).collect()
}

/// Reads all there is to read, and returns how much that was.
fn read_all(bytes: &[u8], session: Session) -> usize {
    let mut items = 0;
    let mut messages = Messages::new(bytes, session);
    let mut before = bytes.len();
    while let Some(message) = messages.next() {
        items += 1;
        let length = before - messages.rest().len();
        match message {
            Ok(message) => {
                let start = bytes.len() - before;
                let mut buffer = vec![0xa5; length];
                message.encode(&mut buffer).unwrap();
                assert_eq!(buffer, bytes[start..][..length], "what is accepted is written as it was");
                items += read_message(&message, bytes.len());
            }
            Err(error) => assert!(error.offset <= bytes.len(), "{error}"),
        }
        before = messages.rest().len();
    }
    items
}

fn read_message(message: &Message<'_>, end: usize) -> usize {
    let mut text = String::new();
    match message {
        Message::Open(open) => {
            let _ = Session::negotiate(open, open);
            for capability in open.capabilities.iter() {
                write!(text, "{capability:?}").unwrap();
            }
        }
        Message::Update(update) => return read_update(update, end),
        Message::Notification(notification) => {
            write!(text, "{notification} {:?}", notification.shutdown_communication()).unwrap();
        }
        Message::Keepalive => {}
        Message::RouteRefresh(refresh) => assert!(refresh.filters.len() < end),
    }
    text.len()
}

fn read_update(update: &Update<'_>, end: usize) -> usize {
    let mut items = 0;
    update.validate(|error| {
        assert!(error.offset <= end, "{error}");
        items += 1;
    });
    let mut text = String::new();
    let attributes = update.attributes().filter_map(Result::ok);
    for attribute in attributes.filter_map(|raw| raw.decode(&update.session()).ok()) {
        items += 1;
        match attribute {
            Attribute::AsPath(path) | Attribute::As4Path(path) => {
                write!(text, "{path} {:?} {:?}", path.origin(), path.neighbour()).unwrap();
            }
            Attribute::TunnelEncapsulation(tunnels) => {
                items += tunnels.tunnels().map(|tunnel| 1 + tunnel.sub_tlvs().count()).sum::<usize>();
            }
            Attribute::DPath(path) => items += path.domains().count(),
            Attribute::PmsiTunnel(tunnel) => write!(text, "{:?}", tunnel.endpoint()).unwrap(),
            Attribute::ExtendedCommunities(communities) => {
                communities.iter().for_each(|it| write!(text, "{it} {:?}", it.kind()).unwrap());
            }
            _ => {}
        }
    }
    for route in update.announced().chain(update.withdrawn()) {
        items += 1;
        match route {
            Ok(route) => {
                assert_eq!(route.key().key(), route.key());
                write!(text, "{route}").unwrap();
                if let Nlri::Evpn(route) = route.nlri {
                    write!(text, "{}", route.key().contrail()).unwrap();
                }
            }
            Err(error) => assert!(error.offset <= end, "{error}"),
        }
    }
    let _ = (update.encapsulation(), update.end_of_rib(), update.next_hop());
    assert!(text.len() <= 400 * (end + items), "text is in proportion");
    items
}

#[test]
fn a_cut_stream_is_waited_for() {
    let mut cuts = 0;
    for (bytes, session) in messages_and_seeds() {
        let whole: Vec<_> = Messages::new(&bytes, session).collect();
        for cut in 0..bytes.len() {
            let mut read = Messages::new(&bytes[..cut], session);
            let count = read.by_ref().inspect(|message| assert!(whole.contains(message))).count();
            assert!(count <= whole.len());
            let failed = whole[..count].last().is_some_and(Result::is_err);
            // Unless a header is wrong, what is left is the start of the next message.
            assert!(read.needed() > 0 || failed, "{cut} of {bytes:02x?}");
            assert!(read.needed() + read.rest().len() <= 0xffff);
            cuts += 1;
        }
    }
    assert!(cuts > 50_000 || corpus::part("vectors").is_none(), "{cuts}");
}

#[test]
fn a_cut_message_is_refused() {
    for (bytes, session) in messages_and_seeds() {
        let Ok((_, rest)) = Message::decode(&bytes, session) else { continue };
        let first = &bytes[..bytes.len() - rest.len()];
        for cut in 0..first.len() {
            let error = Message::decode(&first[..cut], session).unwrap_err();
            assert_eq!((error.layer.name(), error.offset), ("bgp_header", 0));
        }
    }
}

#[test]
fn a_message_that_says_it_is_shorter_survives() {
    for (bytes, session) in messages() {
        for end in HEADER..bytes.len().min(300) {
            let mut shorter = bytes[..end].to_vec();
            shorter[16..18].copy_from_slice(&u16::try_from(end).unwrap().to_be_bytes());
            // The attributes end where the message does, wherever that is.
            let items = read_all(&shorter, session);
            if end > HEADER + 4 && shorter[18] == 2 && shorter[19..21] == [0, 0] {
                let attributes = u16::try_from(end - HEADER - 4).unwrap();
                shorter[21..23].copy_from_slice(&attributes.to_be_bytes());
            }
            assert!(items + read_all(&shorter, session) <= 20 * end);
        }
    }
}

#[test]
fn a_changed_byte_survives() {
    for (bytes, session) in messages() {
        let mut bytes = bytes;
        bytes.truncate(200);
        for at in HEADER..bytes.len() {
            let before = bytes[at];
            for value in [0, 0xff, before ^ 0x80, before.wrapping_add(1)] {
                bytes[at] = value;
                read_all(&bytes, session);
            }
            bytes[at] = before;
        }
    }
}

#[test]
fn random_bytes_survive() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    // Xorshift: the same at each run.
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap() % below
    };
    let messages = messages_and_seeds();
    for (bytes, session) in &messages {
        let mut changed = bytes.clone();
        for round in 0..20 {
            if changed.len() <= HEADER {
                break;
            }
            match round % 3 {
                0 => {
                    let at = HEADER + random(changed.len() - HEADER);
                    changed[at] = u8::try_from(random(256)).unwrap();
                }
                1 => {
                    let at = HEADER + random(changed.len() - HEADER);
                    changed.insert(at, u8::try_from(random(256)).unwrap());
                }
                _ => {
                    // Two messages grown together.
                    let (other, _) = &messages[random(messages.len())];
                    let at = HEADER + random(changed.len() - HEADER);
                    changed.truncate(at);
                    changed.extend(other.iter().skip(HEADER + random(60)).take(500));
                }
            }
            let length = u16::try_from(changed.len()).unwrap();
            changed[16..18].copy_from_slice(&length.to_be_bytes());
            let kind = if random(2) == 0 { SessionKind::Internal } else { SessionKind::External };
            read_all(&changed, Session { kind, extended_message: true, ..*session });
        }
    }
}
