//! What others print or record of the routes that they hold, to be compared with what a fabric needs.
//!
//! | read | from | not shown there |
//! |---|---|---|
//! | FRR | `show bgp l2vpn evpn json`, with `route` or `route detail` as well; `show bgp ipv4 vpn json`, `show bgp ipv4 unicast json` and those of IPv6 | the gateway of prefixes, the end of a PMSI tunnel and its flags; labels but in `route detail`; communities of families other than EVPN |
//! | GoBGP | `gobgp global rib -a evpn -j`, or another family | flags of a PMSI tunnel |
//! | Junos | `show route table bgp.evpn.0 extensive`, or `detail`, with `display json` or `display xml` | segments, labels and gateways, the PMSI tunnel; next hops and communities but in `detail` and `extensive` |
//! | MRT | TABLE_DUMP_V2 and BGP4MP (RFC 6396) | |
//! | BMP | the messages of one router, one behind the other (RFC 7854) | |
//! | captures | the BGP sessions in a pcap or pcapng file | |
//!
//! The shapes are those that FRR 8.4 and GoBGP 3.10 print; that of Junos is taken from its documentation, and no device was
//! asked. What a text does not show is no difference:
//! [`Observed::not_shown`] tells it. Each route is of the speaker at its next hop or, where the fabric has none there, of
//! that address. Where a table has several paths to a destination, the best is read. Of what was recorded, each session
//! counts on its own: what is withdrawn in one, or ends with it, still is there if another has it.

mod error;
mod frr;
mod gobgp;
mod json;
mod junos;
mod recorded;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use contrail_wire::RouteDistinguisher;
use contrail_wire::bgp::{Attribute, ExtendedCommunity, Families, Family, Nlri, PmsiTunnel, Update};
use serde_json::Value;

pub use self::error::ReadError;
use self::json::Part;
use super::{Destination, Replication, RouteEntry, Routes};
use crate::fabric::{Fabric, Name};
use crate::routes::Origin;

/// The routes that were found, and of which families.
///
/// ```
/// use contrail_model::{Fabric, routes::Observed};
/// # let text = include_str!("../../../../examples/fabrics/octavia.yaml");
/// # let printed = include_bytes!("../../../tests/it/observed/frr-octavia.json");
/// let fabric = Fabric::from_yaml(text)?;
/// let mut observed = Observed::default();
/// observed.read(&fabric, printed)?; // show bgp l2vpn evpn json
/// let (expected, found) = (fabric.routes().of_families(observed.families), observed.routes());
/// for drift in expected.drift(&found) {
///     println!("{drift}");
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Observed {
    held: BTreeMap<Told, Held>,
    /// How many came, those among them that are gone.
    came: usize,
    /// The families that were shown. Nothing is known of the routes of others.
    pub families: Families,
}

/// The paths that were told in a session, each with its place in the order in which all came.
type Held = BTreeMap<(Option<u32>, Nlri<'static>), (usize, RouteEntry)>;

/// In which session something was said: with whom, in which VRF, and in which direction; nothing where a table was printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Told {
    peer: Option<IpAddr>,
    distinguisher: Option<RouteDistinguisher>,
    sent: bool,
}

/// A path to a destination, as far as it is shown.
struct Shown {
    destination: Destination,
    next_hop: IpAddr,
    said: Said,
    /// Fields of a [`RouteEntry`] that would not be shown if there were any.
    not_shown: Vec<&'static str>,
}

/// What is said of a route.
#[derive(Clone, Default)]
pub(super) struct Said {
    /// In order.
    pub(super) communities: Vec<ExtendedCommunity>,
    pub(super) replication: Option<Replication>,
}

impl Observed {
    /// Adds what a text or file shows, of which the first octets tell what it is.
    ///
    /// # Errors
    ///
    /// What is none of these, or is not as they are: with its JSON pointer, or its place in the text or file. Nothing is
    /// added then.
    pub fn read(&mut self, fabric: &Fabric, bytes: &[u8]) -> Result<(), ReadError> {
        let read = match bytes.trim_ascii_start().first() {
            Some(b'{') => {
                let document = serde_json::from_slice(bytes).map_err(|error| ReadError::syntax(&error))?;
                printed(fabric, &document)?
            }
            Some(b'<') => printed(fabric, &junos::from_xml(bytes)?)?,
            _ => recorded::read(fabric, bytes)?,
        };
        if read.families == Families::NONE {
            return Err(ReadError::whole("no route is shown, and so not of which family there are none"));
        }
        let came = self.came;
        for (told, held) in read.held {
            let held = held.into_iter().map(|(path, (place, entry))| (path, (came + place, entry)));
            self.held.entry(told).or_default().extend(held);
        }
        self.came += read.came;
        self.families = read.families.iter().fold(self.families, Families::with);
        Ok(())
    }

    /// Adds what a route reflector hands on in an UPDATE, and takes away what it withdraws: each route is of the speaker at
    /// its next hop or, where the fabric has none there, of that address.
    pub fn update(&mut self, fabric: &Fabric, update: &Update<'_>) {
        self.hear(fabric, Told::default(), update);
    }

    fn hear(&mut self, fabric: &Fabric, told: Told, update: &Update<'_>) {
        for route in update.withdrawn().filter_map(Result::ok) {
            self.families = self.families.with(route.nlri.family());
            if let Some(destination) = Destination::of(&route.nlri) {
                self.held.entry(told).or_default().remove(&(route.path_id, destination.key()));
            }
        }
        for route in update.announced().filter_map(Result::ok) {
            self.families = self.families.with(route.nlri.family());
        }
        let Some(next_hop) = update.next_hop().and_then(|next_hop| next_hop.address()) else { return };
        let speaker = fabric.speaker_of(next_hop.to_canonical());
        for (path_id, entry) in RouteEntry::observed(&speaker, update) {
            self.hold(told, path_id, entry);
        }
    }

    /// A session has ended, and with it what was told in it.
    fn forget(&mut self, told: Told) {
        self.held.remove(&told);
    }

    fn hold(&mut self, told: Told, path_id: Option<u32>, entry: RouteEntry) {
        self.held.entry(told).or_default().insert((path_id, entry.key()), (self.came, entry));
        self.came += 1;
    }

    /// The routes that are held, in the order in which they came: what came later stands behind.
    pub fn routes(&self) -> Routes {
        let mut held: Vec<&(usize, RouteEntry)> = self.held.values().flat_map(Held::values).collect();
        held.sort_by_key(|(place, _)| *place);
        Routes { entries: held.into_iter().map(|(_, entry)| entry.clone()).collect(), left_out: Vec::new() }
    }

    /// What was not shown of the routes, by kind: `type-5 routes: gateway, label`.
    pub fn not_shown(&self) -> Vec<String> {
        let mut kinds: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let held = self.held.values().flat_map(Held::values).map(|(_, entry)| entry);
        for entry in held.filter(|entry| !entry.not_shown.is_empty()) {
            kinds.entry(entry.kind()).or_default().extend(&entry.not_shown);
        }
        let line = |(kind, fields): (&str, BTreeSet<&str>)| {
            let fields: Vec<&str> = fields.into_iter().collect();
            format!("{kind} routes: {}", fields.join(", "))
        };
        kinds.into_iter().map(line).collect()
    }

    fn show(&mut self, fabric: &Fabric, told: Told, path_id: Option<u32>, shown: Shown) {
        let Shown { destination, next_hop, said: Said { communities, replication }, not_shown } = shown;
        self.families = self.families.with(destination.nlri().family());
        let next_hop = next_hop.to_canonical();
        let (speaker, origin) = (fabric.speaker_of(next_hop), Origin::Observed);
        let entry =
            RouteEntry { speaker, next_hop, destination, replication, communities, origin, not_shown };
        self.hold(told, path_id, entry);
    }
}

/// What FRR, GoBGP or Junos print.
fn printed(fabric: &Fabric, document: &Value) -> Result<Observed, ReadError> {
    let document = Part::whole(document);
    let mut observed = Observed::default();
    let shown = if let Some(shown) = junos::read(&document)? {
        observed.families = Families::NONE.with(Family::EVPN);
        shown
    } else if document.members()?.all(|(_, part)| part.is_array()) {
        gobgp::read(&document)?
    } else {
        let (families, shown) = frr::read(&document)?;
        observed.families = families;
        shown
    };
    for shown in shown {
        observed.show(fabric, Told::default(), None, shown);
    }
    Ok(observed)
}

impl Said {
    /// What attributes say.
    pub(super) fn of<'a>(attributes: impl IntoIterator<Item = Attribute<'a>>) -> Self {
        let mut said = Self::default();
        for attribute in attributes {
            match attribute {
                Attribute::ExtendedCommunities(communities) => said.communities = communities.to_vec(),
                Attribute::PmsiTunnel(PmsiTunnel { flags, tunnel_type, label, identifier }) => {
                    let identifier = identifier.into();
                    said.replication = Some(Replication { flags, tunnel_type, label, identifier });
                }
                _ => {}
            }
        }
        said.communities.sort_unstable();
        said
    }
}

impl Fabric {
    /// The device or server at which tunnels to an address end, or the address where there is none.
    pub(super) fn speaker_of(&self, address: IpAddr) -> Name {
        self.tunnel_end(address).cloned().unwrap_or_else(|| address.to_string().into())
    }
}

impl Routes {
    /// Those of some families, to compare them with what shows only these.
    #[must_use]
    pub fn of_families(&self, families: Families) -> Self {
        let is_shown = |entry: &&RouteEntry| families.contains(entry.destination.nlri().family());
        Self {
            entries: self.entries.iter().filter(is_shown).cloned().collect(),
            left_out: self.left_out.clone(),
        }
    }
}
