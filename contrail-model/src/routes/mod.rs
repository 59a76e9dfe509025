//! What BGP must carry for a fabric: each route of each speaker, as `contrail-wire` values with their attributes.
//!
//! | who | announces |
//! |---|---|
//! | device | type 3 for each network that it takes part in; types 1 and 4 for each Ethernet segment; type 2 for each server behind it, and for gateways that are advertised; type 5 for the subnets and hosts that a logical router has there; L3VPN, if it is a DC gateway that is reached by MPLS |
//! | vRouter | type 2, type 5 and L3VPN for each workload and each virtual service with a member there; type 3, where it does VXLAN; the address itself under IP fabric forwarding |
//! | active service node | type 3 for each overlay network that ports of devices carry |
//!
//! # What is derived how
//!
//! - Devices announce what they bridge with the route distinguisher `<loopback>:7999` and the network's route target. As
//!   all their networks share that, the Ethernet tag is the VNI (RFC 8365 section 5.1.3).
//! - A vRouter's route distinguisher is `<vhost0>:<number of the VRF>`. With VXLAN first in `encapsulation_priority` its
//!   type-2 routes say VXLAN alone, with the VNI as label and tag; otherwise GRE and UDP, with a label and tag 0. L3VPN
//!   routes never say VXLAN.
//! - Type-5 routes carry the VNI of the logical router and the router's MAC address. Contrail has leaves announce hosts
//!   by them (IPv4 only), and not by a second label in type 2: no type-2 route has one, in either release. Each device
//!   with the IRB announces each server's, also where it knows the server by another device's type-2 route alone.
//! - A DC gateway says MPLS over UDP in the community that Contrail's templates put there, and MPLS over GRE by none. Its
//!   L3VPN routes have the route targets of all networks of the logical router, which import them.
//!
//! # What the document does not settle
//!
//! Contrail counts these as it creates things, and the document says no more than their order:
//!
//! - Route targets: `target:<AS>:<8000000 + n>` (`target:<AS>:<8000 + n>` for an AS number of four octets), where `n` is
//!   counted from 1 over the networks and then the logical routers.
//! - VRFs: those of a logical router on a device are numbered by logical router (Junos chooses that number), those of a
//!   vRouter by its networks and then their logical routers, from 1.
//! - Labels, and MAC addresses that the document leaves out, are those of the [trace](crate::trace).
//!
//! Taken from the RFCs, as the Tungsten Fabric sources leave it to the devices: a segment as a whole has the route
//! distinguisher `<loopback>:0`, the auto-discovery route of a network on it is told for each network (RFC 7432 section
//! 6.3), and there is no split horizon label (RFC 8365 section 8.3.1). A leaf tells each MAC address alone and with its
//! IP address.
//!
//! Left out, as there is nothing to derive it from: the segment of a port group without UUID (see
//! [`Routes::left_out`]); type 3 of a vRouter that does MPLS, whose label the control node gives; the default route of a
//! DC gateway; type 5 that a device with the IRB makes of a vRouter's type-2 route, as nothing says which of the two the
//! others would take; the origin network, security groups and sequence numbers among communities; whatever has a speaker
//! without an IPv4 address.

mod device;
mod diff;
mod drift;
mod entry;
mod observed;
mod segment;
mod serialize;
mod target;
mod vrouter;

use std::collections::BTreeSet;
use std::fmt;

use contrail_wire::bgp::evpn::Route;
use contrail_wire::bgp::{Nlri, PmsiFlags, Update};
use serde::Serialize;

pub use self::diff::{Changed, Difference};
pub use self::drift::Drift;
pub use self::entry::{Destination, Origin, Replication, RouteEntry};
pub use self::observed::{Observed, ReadError};
use crate::fabric::{Fabric, Name};

/// All routes of a fabric, or of what its speakers really hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Routes {
    /// In the order of the document's devices and servers, and for each in the order of the routes.
    pub entries: Vec<RouteEntry>,
    /// What should be among them and cannot be derived, and why.
    pub left_out: Vec<String>,
}

impl Fabric {
    /// What BGP must carry for the fabric.
    ///
    /// ```
    /// # let text = include_str!("../../../examples/fabrics/octavia.yaml");
    /// let fabric = contrail_model::Fabric::from_yaml(text)?;
    /// let routes = fabric.routes();
    /// let of_leaf1 = routes.of("leaf1").next().expect("it takes part in networks");
    /// assert_eq!(of_leaf1.next_hop, std::net::IpAddr::from([10, 255, 0, 11]));
    /// assert_eq!(routes.flood_list("api", "leaf1"), ["leaf2"]);
    /// # Ok::<(), contrail_model::LoadError>(())
    /// ```
    pub fn routes(&self) -> Routes {
        let mut announcer = Announcer { fabric: self, entries: Vec::new(), left_out: Vec::new() };
        announcer.devices();
        announcer.segments();
        announcer.vrouters();
        let Announcer { mut entries, left_out, .. } = announcer;
        entries.sort_by_cached_key(|(speaker, entry)| (*speaker, entry.destination.key()));
        entries.dedup_by(|(speaker, entry), (before, kept)| {
            speaker == before && entry.destination.key() == kept.destination.key()
        });
        Routes { entries: entries.into_iter().map(|(_, entry)| entry).collect(), left_out }
    }
}

impl Routes {
    /// The routes that a device or server announces.
    pub fn of(&self, speaker: &str) -> impl Iterator<Item = &RouteEntry> {
        self.entries.iter().filter(move |entry| &*entry.speaker == speaker)
    }

    /// Who announces any, in order.
    pub fn speakers(&self) -> Vec<&Name> {
        let mut speakers: Vec<&Name> = self.entries.iter().map(|entry| &entry.speaker).collect();
        speakers.dedup();
        speakers
    }

    /// To whom a device replicates broadcasts in a network: all others with a type-3 route for it, but for vRouters,
    /// which have a distribution tree of their own.
    pub fn flood_list(&self, network: &str, device: &str) -> Vec<&str> {
        let takes_part = |entry: &&RouteEntry| {
            matches!(&entry.destination, Destination::Evpn(Route::InclusiveMulticast(_)))
                && matches!(&entry.origin, Origin::Network(name) if &**name == network)
                && !entry
                    .replication
                    .as_ref()
                    .is_some_and(|it| it.flags.contains(PmsiFlags::EDGE_REPLICATION))
                && &*entry.speaker != device
        };
        self.entries.iter().filter(takes_part).map(|entry| &*entry.speaker).collect()
    }

    /// Adds what a real speaker itself announces, to compare it, and takes away what it withdraws. Routes of kinds that a fabric
    /// has none of, and those that cannot be read, are passed over.
    pub fn observe(&mut self, speaker: &str, update: &Update<'_>) {
        let speaker: Name = speaker.into();
        let withdrawn = update.withdrawn().filter_map(|route| Destination::of(&route.ok()?.nlri));
        let withdrawn: BTreeSet<Nlri<'_>> = withdrawn.map(|destination| destination.key()).collect();
        if !withdrawn.is_empty() {
            self.entries.retain(|entry| entry.speaker != speaker || !withdrawn.contains(&entry.key()));
        }
        self.entries.extend(RouteEntry::observed(&speaker, update).map(|(_, entry)| entry));
    }
}

impl fmt::Display for Routes {
    /// Each speaker with its routes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut before = None;
        for entry in &self.entries {
            if before != Some(&entry.speaker) {
                writeln!(f, "{}", entry.speaker)?;
            }
            writeln!(f, "  {entry}")?;
            before = Some(&entry.speaker);
        }
        self.left_out.iter().try_for_each(|what| writeln!(f, "left out: {what}"))
    }
}

/// Collects routes, each with the place of its speaker among all.
struct Announcer<'f> {
    fabric: &'f Fabric,
    entries: Vec<(usize, RouteEntry)>,
    left_out: Vec<String>,
}
