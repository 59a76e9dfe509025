//! `contrail-wire`, as a user would write it.

use std::net::IpAddr;

use contrail_wire::bgp::evpn::{self, MacIpRoute};
use contrail_wire::bgp::{Attribute, AttributeType, Message, Session, Update};

use crate::bgp::fields::{Fields, and, digest};

static SESSION: std::sync::LazyLock<Session> = std::sync::LazyLock::new(Session::default);

/// Message, attributes and routes.
#[inline(never)]
pub fn read(message: &[u8]) -> Option<u64> {
    let (message, _) = Message::decode(message, *SESSION).ok()?;
    fields(&message.update()?)
}

/// The same behind what RFC 7606 asks for.
#[inline(never)]
pub fn validate_and_read(message: &[u8]) -> Option<u64> {
    let (message, _) = Message::decode(message, *SESSION).ok()?;
    let update = message.update()?;
    if update.validate(|_| {}).is_some() {
        return None;
    }
    fields(&update)
}

#[inline(always)]
fn fields(update: &Update<'_>) -> Option<u64> {
    let Some(Attribute::LocalPref(local_pref)) = update.attribute(AttributeType::LOCAL_PREF) else {
        return None;
    };
    let Some(IpAddr::V4(next_hop)) = update.next_hop()?.address() else { return None };
    let mut total = 0;
    for route in update.evpn_routes() {
        let Ok(evpn::Route::MacIp(route)) = route else { return None };
        let MacIpRoute { rd, esi, ethernet_tag, mac, ip: Some(IpAddr::V4(ip)), label1, .. } = route else {
            return None;
        };
        let fields = Fields {
            rd: rd.octets(),
            esi: esi.octets(),
            ethernet_tag: ethernet_tag.get(),
            mac: mac.octets(),
            ip: ip.octets(),
            label: label1.get(),
        };
        total = and(total, fields.digest());
    }
    Some(digest(next_hop.octets(), local_pref, total))
}
