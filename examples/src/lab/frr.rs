//! FRR on each device: bgpd and zebra, which give the kernel the underlay's routes, and EVPN what is in the kernel.
//!
//! The underlay is eBGP with an AS of each device's own, as Contrail has it, and the overlay iBGP with the route reflectors.

use std::fmt::Write as _;
use std::fs;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::process::Command;

use contrail_model::document::{Device, Document};
use contrail_wire::MacAddr;
use serde_json::Value;

use super::blueprint::{Blueprint, cable_addresses, device_of, part_of, place};
use super::configured::{Configured, Segment, Vrf};
use super::namespaces::{Ground, Process, failed, full_name, inside, printed};
use crate::program::Stop;

/// Where Debian has the daemons.
pub(super) const FOLDER: &str = "/usr/lib/frr";

const ROUTE_REFLECTOR: &str = "Route-Reflector";

fn is_reflector(device: &Device) -> bool {
    device.overlay_roles.iter().any(|role| role == ROUTE_REFLECTOR)
}

/// The route reflector whose routes all prefer to those of the others, as its address is the lowest.
pub(super) fn first_reflector(document: &Document) -> Option<&Device> {
    let address = |device: &&Device| device.loopback.as_ref()?.parse::<Ipv4Addr>().ok();
    document.devices.iter().filter(|device| is_reflector(device)).min_by_key(address)
}

/// A device's daemons.
pub(super) struct Frr {
    folder: PathBuf,
    overlay_as: u32,
    /// The route reflectors that it hears after the first.
    later: Vec<String>,
    _daemons: [Process; 2],
}

impl Frr {
    /// Starts the daemons of a device in its namespace. In their view the VRFs' namespaces are all there are, each with the
    /// logical router's name.
    pub(super) fn start(
        ground: &Ground,
        blueprint: &Blueprint,
        fabric: &Configured<'_>,
        device: &Device,
    ) -> Result<Self, Stop> {
        let folder = ground.folder().join(&device.name);
        printed(Command::new("install").args(["-d", "-o", "frr", "-g", "frr"]).arg(&folder))?;
        let vrfs = fabric.vrfs(&device.name);
        let write = |name: &str, text: &str| {
            let file = folder.join(name);
            fs::write(&file, text).map_err(|error| failed(file.display(), error))
        };
        write("zebra.conf", &zebra_configuration(&vrfs))?;
        write("bgpd.conf", &bgpd_configuration(blueprint, fabric, device, &vrfs))?;
        let mut script = "set -e\n".to_owned();
        if !vrfs.is_empty() {
            script += "mkdir -p netns\n";
            for vrf in &vrfs {
                let (name, namespace) = (&vrf.router, full_name(&part_of(&device.name, &vrf.router)));
                let _ =
                    writeln!(script, "touch netns/{name}\nmount --bind /run/netns/{namespace} netns/{name}");
            }
            script += "mount --rbind netns /run/netns\n";
        }
        script += "exec \"$@\"\n";
        write("start.sh", &script)?;
        let daemon = |name: &str, options: &[&str]| {
            let mut command = inside(&device.name, "sh");
            let in_folder = |file: String| folder.join(file).into_os_string();
            command.current_dir(&folder).arg("start.sh").arg(format!("{FOLDER}/{name}")).args(options);
            command.args(["-u", "frr", "-g", "frr", "-A", "127.0.0.1"]);
            command.arg("-f").arg(in_folder(format!("{name}.conf")));
            command.arg("-i").arg(in_folder(format!("{name}.pid")));
            command.arg("-z").arg(in_folder("zserv".to_owned())).arg("--vty_socket").arg(&folder);
            Process::start(&mut command, &folder.join(format!("{name}.log")))
        };
        let zebra = daemon("zebra", if vrfs.is_empty() { &[] } else { &["-n"] })?;
        let socket = folder.join("zserv");
        ground.wait(&format!("zebra of {}", device.name), super::PATIENCE, || socket.exists())?;
        let bgpd = daemon("bgpd", &[])?;
        let neighbours = neighbours(blueprint, fabric, device).into_iter();
        let later = neighbours.filter(|neighbour| neighbour.is_later).map(|it| it.address).collect();
        Ok(Self { folder, overlay_as: overlay_as(fabric), later, _daemons: [bgpd, zebra] })
    }

    /// Whether bgpd can be told something.
    pub(super) fn listens(&self) -> bool {
        self.folder.join("bgpd.vty").exists()
    }

    /// Whether all its sessions are up.
    pub(super) fn is_up(&self) -> bool {
        let shown = self.show("bgp summary");
        let families = shown.as_object().into_iter().flat_map(|families| families.values());
        let mut peers =
            families.filter_map(|family| family["peers"].as_object()).flat_map(|peers| peers.values());
        !shown.is_null() && peers.all(|peer| peer["state"] == "Established")
    }

    /// What it shows; null if it shows nothing yet.
    pub(super) fn show(&self, what: &str) -> Value {
        let shown = self.told(&[&format!("show {what} json")]).unwrap_or_default();
        serde_json::from_str(&shown).unwrap_or_default()
    }

    /// Lets it have its sessions with all route reflectors.
    pub(super) fn hear_all(&self) -> Result<(), Stop> {
        self.hear_later("no ")
    }

    /// Has it forget what it heard, and hear the first route reflector alone again.
    pub(super) fn learn_anew(&self) -> Result<(), Stop> {
        self.hear_later("")?;
        self.told(&["clear bgp l2vpn evpn *"]).map(|_| ())
    }

    fn hear_later(&self, no: &str) -> Result<(), Stop> {
        if self.later.is_empty() {
            return Ok(());
        }
        let router = format!("router bgp {}", self.overlay_as);
        let lines: Vec<String> = self.later.iter().map(|it| format!("{no}neighbor {it} shutdown")).collect();
        let commands = ["configure terminal", &router].into_iter().chain(lines.iter().map(String::as_str));
        self.told(&commands.collect::<Vec<_>>()).map(|_| ())
    }

    /// What it says to commands.
    fn told(&self, commands: &[&str]) -> Result<String, Stop> {
        let mut vtysh = Command::new("vtysh");
        vtysh.arg("--vty_socket").arg(&self.folder);
        printed(vtysh.args(commands.iter().flat_map(|command| ["-c", command])))
    }
}

/// Which VNI routes for which VRF: what is routed has type 5, and no second label in type 2.
fn zebra_configuration(vrfs: &[Vrf]) -> String {
    let mut text = String::new();
    for Vrf { router, vni, .. } in vrfs {
        let _ = writeln!(text, "vrf {router}\n vni {vni} prefix-routes-only\nexit-vrf");
    }
    text
}

/// The AS number of all in the overlay.
fn overlay_as(fabric: &Configured<'_>) -> u32 {
    fabric.document.autonomous_system.unwrap_or(64_512)
}

/// The AS number that a device has in the underlay.
fn underlay_as(fabric: &Configured<'_>, device: &str) -> usize {
    let place = fabric.document.devices.iter().position(|other| other.name == device);
    4_200_000_000 + place.unwrap_or_default()
}

fn bgpd_configuration(
    blueprint: &Blueprint,
    fabric: &Configured<'_>,
    device: &Device,
    vrfs: &[Vrf],
) -> String {
    let document = fabric.document;
    let overlay_as = overlay_as(fabric);
    let loopback = device.loopback.as_deref().unwrap_or_default();
    let shared = shared_macs(blueprint, &device.name);
    let mut text = not_ours(&shared);
    let _ = write!(
        text,
        "router bgp {overlay_as}\n bgp router-id {loopback}\n no bgp default ipv4-unicast\n \
         no bgp ebgp-requires-policy\n no bgp network import-check\n bgp bestpath as-path multipath-relax\n"
    );
    let mut underlay = format!(" address-family ipv4 unicast\n  maximum-paths 64\n  network {loopback}/32\n");
    let mut overlay = " address-family l2vpn evpn\n  advertise-all-vni\n".to_owned();

    for (index, ports) in document.links.iter().enumerate() {
        let ends = ports.iter().map(|port| device_of(port)).zip(cable_addresses(index));
        let (here, there): (Vec<_>, Vec<_>) = ends.partition(|(end, _)| *end == device.name);
        if let ([_], [(neighbour, address)]) = (here.as_slice(), there.as_slice()) {
            let (own, other) = (underlay_as(fabric, &device.name), underlay_as(fabric, neighbour));
            let _ = write!(
                text,
                " neighbor {address} remote-as {other}\n neighbor {address} local-as {own} no-prepend replace-as\n \
                 neighbor {address} timers connect 1\n neighbor {address} advertisement-interval 0\n"
            );
            let _ = writeln!(underlay, "  neighbor {address} activate");
        }
    }
    for network in document.networks.iter().filter(|network| network.underlay_irb.contains(&device.name)) {
        for subnet in &network.subnets {
            let _ = writeln!(underlay, "  network {}", subnet.prefix);
        }
    }
    for Neighbour { address, source, is_client, is_passive, is_later } in
        neighbours(blueprint, fabric, device)
    {
        let _ = write!(
            text,
            " neighbor {address} remote-as {overlay_as}\n neighbor {address} update-source {source}\n \
             neighbor {address} timers connect 1\n"
        );
        if is_passive {
            let _ = writeln!(text, " neighbor {address} passive");
        }
        if is_later {
            let _ = writeln!(text, " neighbor {address} shutdown");
        }
        let _ = writeln!(overlay, "  neighbor {address} activate");
        if is_client {
            let _ = writeln!(overlay, "  neighbor {address} route-reflector-client");
        }
        if !shared.is_empty() {
            let _ = writeln!(overlay, "  neighbor {address} route-map not-ours in");
        }
    }
    for Segment { network, vni, target } in fabric.segments(&device.name) {
        let gateway = if place(fabric, &device.name, &network) == device.name {
            ""
        } else {
            "   advertise-default-gw\n"
        };
        let _ = write!(
            overlay,
            "  vni {vni}\n   rd {loopback}:{vni}\n   route-target both {target}\n{gateway}  exit-vni\n"
        );
    }
    text += &format!("{underlay} exit-address-family\n{overlay} exit-address-family\nexit\n");
    for Vrf { router, target, rd, .. } in vrfs {
        text += &format!(
            "router bgp {overlay_as} vrf {router}\n bgp router-id {loopback}\n address-family ipv4 unicast\n  \
             redistribute connected\n  redistribute kernel\n  maximum-paths ibgp 64\n exit-address-family\n \
             address-family l2vpn evpn\n  advertise ipv4 unicast\n  rd {rd}\n  route-target both {target}\n \
             exit-address-family\nexit\n"
        );
    }
    text
}

/// The MAC addresses that a device has on ports which it shares with another one. Of what a segment identifier would say,
/// that the other has them too and they have not moved there, FRR is told so: it does not listen.
fn shared_macs(blueprint: &Blueprint, device: &str) -> Vec<MacAddr> {
    let shared = blueprint.shared.iter().filter(|(at, _)| at == device);
    shared.map(|(_, mac)| *mac).collect()
}

/// What keeps the routes of MAC addresses out. It stands in front of who needs it: a route map that is not there yet denies all,
/// and what was denied comes in some seconds later only, from one route reflector after the other.
fn not_ours(macs: &[MacAddr]) -> String {
    let mut text = String::new();
    for (index, mac) in macs.iter().enumerate() {
        let _ = writeln!(text, "mac access-list shared seq {} permit {mac}", index + 1);
    }
    if !macs.is_empty() {
        text += "route-map not-ours deny 1\n match evpn route-type macip\n match mac address shared\nexit\n\
                 route-map not-ours permit 2\nexit\n";
    }
    text
}

/// An iBGP neighbour.
struct Neighbour {
    address: String,
    source: String,
    is_client: bool,
    /// Whether the session is opened by the other.
    is_passive: bool,
    /// Whether it waits until the first route reflector's routes are there. When the best path of a type-5 route changes from a
    /// reflector to another, bgpd removes the route and adds it at once, and zebra then forgets the MAC address of its router,
    /// which it has just been told (FRR 8.4.4).
    is_later: bool,
}

/// Route reflectors have sessions with everybody, and one of them with the control node.
fn neighbours(blueprint: &Blueprint, fabric: &Configured<'_>, device: &Device) -> Vec<Neighbour> {
    let first = first_reflector(fabric.document).map_or(&device.name, |first| &first.name);
    let others = fabric.document.devices.iter().filter(|other| other.name != device.name);
    let others = others.filter(|other| is_reflector(device) || is_reflector(other)).map(|other| Neighbour {
        address: other.loopback.clone().unwrap_or_default(),
        source: "lo".to_owned(),
        is_client: is_reflector(device) && !is_reflector(other),
        is_passive: false,
        is_later: is_reflector(other) && ![&device.name, &other.name].contains(&first),
    });
    let control = blueprint.control.as_ref().filter(|control| control.reflector == device.name);
    let control = control.map(|control| Neighbour {
        address: control.address.to_string(),
        source: control.reflector_address.to_string(),
        is_client: true,
        is_passive: true,
        is_later: false,
    });
    others.chain(control).collect()
}
