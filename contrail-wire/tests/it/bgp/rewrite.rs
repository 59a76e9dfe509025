//! What is decoded, written again from its values.

use contrail_wire::bgp::{Attribute, Message, MpReach, MpUnreach, PathAttribute, Route, Routes, Session};

/// What is not the same when the message is written again: each part, and its bytes in hex before and after.
pub(super) fn differences(message: &Message<'_>) -> Vec<String> {
    let mut differences = Vec::new();
    if let Message::Update(update) = message {
        let session = update.session();
        for (part, routes) in [("withdrawn", update.ipv4_withdrawn()), ("routes", update.ipv4_routes())] {
            compare(&mut differences, part, routes.bytes(), &written(routes));
        }
        for raw in update.attributes() {
            let raw = raw.unwrap();
            let value = value(&raw, &session);
            compare(&mut differences, &raw.kind.to_string(), raw.value, &value);
            let mut buffer = vec![0xa5; 0x1_0000];
            let again = PathAttribute::new(raw.flags, raw.kind, &value);
            let room = Attribute::Raw(again).encode(&session, &mut buffer).unwrap().len();
            let attribute = &buffer[..buffer.len() - room];
            let next = contrail_wire::bgp::Attributes::new(attribute).next().unwrap().unwrap();
            assert_eq!(next, again);
        }
    }
    differences
}

/// The value of an attribute from what it is decoded to, and its routes one by one.
fn value(raw: &PathAttribute<'_>, session: &Session) -> Vec<u8> {
    let attribute = raw.decode(session).unwrap();
    let (bytes, attribute) = match attribute {
        Attribute::MpReach(reach) => (written(reach.routes), attribute),
        Attribute::MpUnreach(unreach) => (written(unreach.routes), attribute),
        _ => (vec![], attribute),
    };
    let attribute = match attribute {
        Attribute::MpReach(reach) => {
            let routes = Routes::new(reach.family, &bytes, session.add_path_receive.contains(reach.family));
            Attribute::MpReach(MpReach { routes, ..reach })
        }
        Attribute::MpUnreach(unreach) => {
            let routes =
                Routes::new(unreach.family, &bytes, session.add_path_receive.contains(unreach.family));
            Attribute::MpUnreach(MpUnreach { routes, ..unreach })
        }
        other => other,
    };
    let mut buffer = vec![0xa5; 0x1_0010];
    let room = attribute.encode(session, &mut buffer).unwrap().len();
    let whole = &buffer[..buffer.len() - room];
    contrail_wire::bgp::Attributes::new(whole).next().unwrap().unwrap().value.to_vec()
}

fn written(routes: Routes<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for route in routes {
        let Route { path_id, nlri } = route.unwrap();
        if let Some(path_id) = path_id {
            bytes.extend(path_id.to_be_bytes());
        }
        let mut buffer = vec![0xa5; 0x1_0000];
        let room = nlri.encode(&mut buffer).unwrap().len();
        bytes.extend(&buffer[..buffer.len() - room]);
    }
    bytes
}

fn compare(differences: &mut Vec<String>, part: &str, before: &[u8], after: &[u8]) {
    if before != after {
        differences.push(format!("{part}\t{}\t{}", hex(before), hex(after)));
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
