//! What is to be built, as lines for `ip` and `bridge`: the same for every run.
//!
//! The kernel of the machine may lack VLAN tags, VRF devices and bonds. So each VLAN of a port has a veth of its own, a VRF is
//! a namespace (a VXLAN device that was made in another keeps its outer socket there), and a server has the same addresses on
//! each of its cables, with equal-cost routes over them.

mod device;
mod server;

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use contrail_wire::MacAddr;

pub(super) use self::device::{cable_addresses, device_of, place};
use super::configured::Configured;
use super::end_point::interface;
use super::l3vpn::LabelledVrf;
use super::namespaces::full_name;

/// What the whole lab is made of.
#[derive(Default)]
pub(super) struct Blueprint {
    /// By name: what is part of another stands behind it, and is set up after it.
    pub(super) namespaces: BTreeMap<String, Namespace>,
    pub(super) wires: Vec<Wire>,
    pub(super) control: Option<Control>,
    /// MAC addresses on ports that a device shares with others.
    pub(super) shared: Vec<(String, MacAddr)>,
    pub(super) hosts: Vec<Host>,
    pub(super) snooped: Vec<Snooped>,
    /// Namespaces, and lines for `ip` when the daemons are up.
    pub(super) preferred: Vec<(String, String)>,
    pub(super) dhcp_servers: Vec<DhcpServer>,
    pub(super) end_points: Vec<EndPoint>,
}

/// Who announces the routes of vRouters and service nodes: a namespace with a cable to a route reflector.
pub(super) struct Control {
    pub(super) address: Ipv4Addr,
    pub(super) reflector: String,
    pub(super) reflector_address: Ipv4Addr,
}

/// A namespace, and how it is set up.
#[derive(Default)]
pub(super) struct Namespace {
    /// Lines for `ip`.
    pub(super) ip: Vec<String>,
    /// Lines for `bridge`.
    pub(super) bridge: Vec<String>,
    /// Lines for `nft`.
    pub(super) nft: Vec<String>,
}

/// Two ends that are cabled to each other.
pub(super) struct Wire {
    /// A port that it is in, or as a trace calls it.
    pub(super) link: String,
    /// The VLAN that this stands for.
    pub(super) vlan: Option<u16>,
    pub(super) ends: [End; 2],
}

/// One end of a wire.
pub(super) struct End {
    /// The device, server or workload.
    pub(super) node: String,
    pub(super) namespace: String,
    pub(super) interface: String,
}

/// A server's interface in a network, over one or several cables.
pub(super) struct Host {
    pub(super) name: String,
    pub(super) network: String,
    pub(super) mac: Option<MacAddr>,
    pub(super) address: String,
    pub(super) legs: Vec<String>,
    /// Destinations and next hops.
    pub(super) routes: Vec<(String, String)>,
    /// Whether it has its address and routes by DHCP.
    pub(super) by_dhcp: bool,
}

/// What a leaf that has no gateway in a network sees in ARP of others. FRR does not look there, but takes it from the kernel.
pub(super) struct Snooped {
    pub(super) namespace: String,
    /// Whose MAC address it now knows.
    pub(super) address: String,
    /// For `ip`, when the daemons are up.
    pub(super) line: String,
}

/// Where a service node answers DHCP in a network.
pub(super) struct DhcpServer {
    pub(super) namespace: String,
    pub(super) network: String,
    pub(super) interface: String,
}

/// Who ends MPLS tunnels: in the namespace of a vRouter or DC gateway.
pub(super) struct EndPoint {
    pub(super) node: String,
    /// The VRFs.
    pub(super) inside: Vec<LabelledPart>,
}

/// A VRF that is the inside of MPLS tunnels.
pub(super) struct LabelledPart {
    pub(super) namespace: String,
    /// Its TUN device.
    pub(super) interface: String,
    /// Lines for `ip`, when the daemons are up.
    pub(super) lines: Vec<String>,
}

/// The namespace of a VRF or of a network at a device or server.
pub(super) fn part_of(node: &str, part: &str) -> String {
    format!("{node}.{part}")
}

pub(super) const CONTROL: &str = "control";

impl Blueprint {
    pub(super) fn new(fabric: &Configured<'_>) -> Self {
        let mut blueprint = Self::default();
        let document = fabric.document;
        for device in &document.devices {
            blueprint.device(fabric, device);
        }
        for (index, [one, other]) in document.links.iter().enumerate() {
            blueprint.cable(fabric, index, one, other);
        }
        if let Some(reflector) = super::frr::first_reflector(document) {
            blueprint.control_node(&reflector.name);
        }
        for server in &document.servers {
            blueprint.server(fabric, server);
        }
        for workload in &document.workloads {
            blueprint.workload(fabric, workload);
        }
        for speaker in fabric.routes.speakers() {
            blueprint.end_point(fabric, speaker);
        }
        blueprint
    }

    /// The namespace of a name, which is made where it is not there yet.
    fn namespace(&mut self, name: &str) -> &mut Namespace {
        self.namespaces.entry(name.to_owned()).or_default()
    }

    /// The end of a speaker's MPLS tunnels, if it has any.
    fn end_point(&mut self, fabric: &Configured<'_>, speaker: &str) {
        let inside = fabric.labelled_vrfs(speaker).into_iter().map(|labelled| {
            let LabelledVrf { vrf, .. } = &labelled;
            let interface = interface(vrf.vni);
            // As the routes of BGP that they are, which FRR takes for its own and does not announce out of the VRF.
            let routes = labelled.prefixes().map(|to| format!("route add {to} dev {interface} proto bgp"));
            let lines = [format!("link set {interface} up")].into_iter().chain(routes).collect();
            LabelledPart { namespace: part_of(speaker, &vrf.router), interface, lines }
        });
        let inside: Vec<LabelledPart> = inside.collect();
        if !inside.is_empty() {
            self.end_points.push(EndPoint { node: speaker.to_owned(), inside });
        }
    }

    /// Makes a VXLAN device in one namespace and takes it to another.
    fn vxlan(&mut self, vni: u32, local: &str, [outside, inside]: [&str; 2], options: &str) {
        self.namespace(inside);
        let ip = &mut self.namespace(outside).ip;
        ip.push(format!(
            "link add vx{vni} type vxlan id {vni} local {local} dstport 4789 srcport 49152 65535 {options}"
        ));
        if inside != outside {
            ip.push(format!("link set vx{vni} netns {}", full_name(inside)));
        }
    }
}
