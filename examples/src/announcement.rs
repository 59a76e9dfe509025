//! Routes to announce, as a YAML document says them.
//!
//! ```
//! use contrail_examples::announcement::Document;
//!
//! let document = Document::from_yaml("
//! neighbor: 10.0.0.2
//! announcements:
//!   - next_hop: 10.0.0.1
//!     route_targets: ['64512:5001']
//!     encapsulation: vxlan
//!     routes:
//!       - mac-ip: {rd: '10.0.0.1:7', mac: '02:aa:00:00:00:11', ip: 10.99.0.11, labels: [{vni: 5001}]}
//!       - inclusive-multicast: {rd: '10.0.0.1:7', originator: 10.0.0.1}
//! ")?;
//! let routes: Vec<_> = document.announcements[0].routes().map(|route| route.to_string()).collect();
//! assert_eq!(
//!     routes,
//!     ["10.0.0.1:7:[2]:[0]:[48]:[02:aa:00:00:00:11]:[32]:[10.99.0.11]", "10.0.0.1:7:[3]:[0]:[32]:[10.0.0.1]"]
//! );
//! # Ok::<(), contrail_model::Problem>(())
//! ```

mod route;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use contrail_model::{Place, Problem};
use contrail_wire::bgp::{
    AsPath, Attribute, Community, ExtendedCommunity, LargeCommunity, NextHop, Nlri, Origin, PmsiFlags,
    PmsiTunnel, PmsiTunnelType, SegmentType, SessionKind, TunnelType, UpdateBuilder,
};
use contrail_wire::{LabelField, RouteTarget};
use serde::Deserialize;
use serde::de::{Deserializer, Error};

use crate::session::{Ended, Peer, socket_address};
use route::RouteDocument;

/// What to announce, to whom, and as whom.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// The neighbor, as `ADDRESS[:PORT]`.
    #[serde(default, deserialize_with = "neighbor")]
    pub neighbor: Option<SocketAddr>,
    /// Our AS number.
    #[serde(rename = "as")]
    pub asn: Option<u32>,
    /// Our identifier.
    pub router_id: Option<Ipv4Addr>,
    /// Routes with what is said of them.
    pub announcements: Vec<Announcement>,
}

/// Routes, and what is said of them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Announcement {
    /// Where their traffic goes.
    pub next_hop: IpAddr,
    #[serde(default = "usual_origin")]
    origin: Origin,
    /// AS numbers behind ours.
    #[serde(default)]
    as_path: Vec<u32>,
    med: Option<u32>,
    /// Told within our autonomous system only.
    #[serde(default = "usual_preference")]
    local_preference: u32,
    #[serde(default)]
    communities: Vec<Community>,
    #[serde(default)]
    large_communities: Vec<LargeCommunity>,
    /// Who imports them.
    #[serde(default)]
    pub route_targets: Vec<RouteTarget>,
    /// What their traffic is encapsulated in; MPLS if it is not told.
    pub encapsulation: Option<TunnelType>,
    /// Further extended communities.
    #[serde(default)]
    extended_communities: Vec<ExtendedCommunity>,
    /// Where broadcasts are sent to.
    ingress_replication: Option<IngressReplication>,
    routes: Vec<RouteDocument>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct IngressReplication {
    label: LabelField,
    endpoint: IpAddr,
}

fn neighbor<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SocketAddr>, D::Error> {
    let text = String::deserialize(deserializer)?;
    socket_address(&text).map(Some).map_err(Error::custom)
}

const fn usual_origin() -> Origin {
    Origin::Igp
}

const fn usual_preference() -> u32 {
    100
}

impl Document {
    /// Reads YAML; what is wrong with it is told with its path, line and column.
    pub fn from_yaml(text: &str) -> Result<Self, Problem> {
        let mut path = String::new();
        let document = serde_saphyr::with_deserializer_from_str(text, |deserializer| {
            serde_path_to_error::deserialize(deserializer).map_err(|error| {
                path = error.path().to_string();
                error.into_inner()
            })
        });
        document.map_err(|error| {
            let place = error.location().map(|at| Place { line: at.line(), column: at.column() });
            let message = error.without_snippet().to_string();
            // The place stands in front.
            let message = message.split(" at line ").next().unwrap_or(&message).to_owned();
            Problem { path, place, message }
        })
    }
}

impl Announcement {
    /// The wish for the routes of all route targets.
    pub fn wish_for_everything(next_hop: IpAddr) -> Self {
        Self {
            next_hop,
            origin: usual_origin(),
            as_path: Vec::new(),
            med: None,
            local_preference: usual_preference(),
            communities: Vec::new(),
            large_communities: Vec::new(),
            route_targets: Vec::new(),
            encapsulation: None,
            extended_communities: Vec::new(),
            ingress_replication: None,
            routes: vec![RouteDocument::everything()],
        }
    }

    /// The routes.
    pub fn routes(&self) -> impl Iterator<Item = Nlri<'_>> {
        self.routes.iter().map(RouteDocument::nlri)
    }

    /// Announces the routes of families that the neighbor speaks, and says how many they are.
    pub fn send(&self, peer: &mut Peer) -> Result<usize, Ended> {
        let session = peer.session();
        let internal = session.kind == SessionKind::Internal;
        let path: Vec<u32> =
            (!internal).then_some(peer.our_asn()).into_iter().chain(self.as_path.iter().copied()).collect();
        let mut room = vec![0; 2 + 4 * path.len() + 2 * (path.len() / 0xff)];
        let path = match &path[..] {
            [] => AsPath::EMPTY,
            path => AsPath::encode_segments(&[(SegmentType::SEQUENCE, path)], &mut room)?,
        };
        let mut extended: Vec<ExtendedCommunity> =
            self.route_targets.iter().copied().map(Into::into).collect();
        extended.extend(self.encapsulation.map(ExtendedCommunity::from));
        extended.extend(&self.extended_communities);
        let endpoint = self.ingress_replication.as_ref().map(|tunnel| match tunnel.endpoint {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets().to_vec(),
        });

        let mut attributes = vec![Attribute::Origin(self.origin), Attribute::AsPath(path)];
        attributes.extend(self.med.map(Attribute::MultiExitDisc));
        attributes.extend(internal.then_some(Attribute::LocalPref(self.local_preference)));
        if !self.communities.is_empty() {
            attributes.push(Attribute::Communities(&self.communities));
        }
        if !extended.is_empty() {
            attributes.push(Attribute::ExtendedCommunities(&extended));
        }
        if let (Some(tunnel), Some(identifier)) = (&self.ingress_replication, &endpoint) {
            attributes.push(Attribute::PmsiTunnel(PmsiTunnel {
                flags: PmsiFlags::empty(),
                tunnel_type: PmsiTunnelType::INGRESS_REPLICATION,
                label: tunnel.label,
                identifier,
            }));
        }
        if !self.large_communities.is_empty() {
            attributes.push(Attribute::LargeCommunities(&self.large_communities));
        }
        let next_hop = NextHop::from(self.next_hop);
        let routes: Vec<_> = self.spoken(peer).collect();
        let count = routes.len();
        peer.send_updates(UpdateBuilder::announce(&session, next_hop, &attributes, routes))?;
        Ok(count)
    }

    /// Withdraws them again.
    pub fn withdraw(&self, peer: &mut Peer) -> Result<(), Ended> {
        let session = peer.session();
        let routes: Vec<_> = self.spoken(peer).collect();
        peer.send_updates(UpdateBuilder::withdraw(&session, routes))
    }

    /// The routes of families that the neighbor speaks.
    fn spoken(&self, peer: &Peer) -> impl Iterator<Item = Nlri<'_>> {
        let families = peer.session().families;
        self.routes().filter(move |route| families.contains(route.family()))
    }
}
