//! A fabric that is running, and what is done in it.

use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use contrail_model::{Fabric, Trace};
use serde_json::Value;

use super::blueprint::{Blueprint, CONTROL, EndPoint, Host, LabelledPart, Snooped};
use super::capture::{Captured, Captures};
use super::configured::Configured;
use super::conversation::Conversation;
use super::frr::Frr;
use super::helper::{self, Helper, Transport};
use super::namespaces::{Ground, Process, batch, create, failed, full_name, inside, printed, translate};
use super::{PATIENCE, Talk, dhcp, tables};
use crate::program::Stop;

/// How long a route may take from a device to another, when all are up.
const SOON: Duration = Duration::from_secs(5);

/// How long the last changes may take when all is there.
const SETTLED: Duration = Duration::from_secs(1);

/// How often it is looked whether a fabric has come up rightly, before it is taken as it is.
const TRIES: usize = 3;

/// How long the last frames of a flow may be on their way.
const UNDER_WAY: Duration = Duration::from_millis(50);

/// How often a flow is opened that should be answered, so that all of the equal-cost paths may be taken; and one that
/// should not, as each time takes until it is given up.
const TIMES: [u16; 2] = [16, 2];

/// A fabric that is running.
pub(super) struct Lab<'d> {
    fabric: &'d Configured<'d>,
    /// The program that has the helpers.
    program: &'d Path,
    blueprint: Blueprint,
    captures: Captures,
    daemons: Vec<(&'d str, Frr)>,
    _helpers: Vec<Process>,
    /// What was not as it should be when it came up.
    remarks: Vec<String>,
    // Behind what runs on it.
    ground: Ground,
}

impl<'d> Lab<'d> {
    pub(super) fn build(model: &Fabric, fabric: &'d Configured<'d>, program: &'d Path) -> Result<Self, Stop> {
        let ground = Ground::take()?;
        let blueprint = Blueprint::new(fabric);
        for name in blueprint.namespaces.keys() {
            create(name)?;
        }
        for wire in &blueprint.wires {
            let [one, other] = &wire.ends;
            let (here, there) = (&one.interface, &other.interface);
            let peer = full_name(&other.namespace);
            let line = format!("link add {here} type veth peer name {there} netns {peer}");
            batch("ip", &one.namespace, &[line])?;
        }
        for (name, namespace) in &blueprint.namespaces {
            batch("ip", name, &namespace.ip)?;
        }
        for (name, namespace) in &blueprint.namespaces {
            batch("bridge", name, &namespace.bridge)?;
        }
        for (name, namespace) in &blueprint.namespaces {
            translate(name, &namespace.nft)?;
        }
        let captures = Captures::start(&ground, &blueprint)?;
        let mut daemons = Vec::new();
        for device in &fabric.document.devices {
            daemons.push((device.name.as_str(), Frr::start(&ground, &blueprint, fabric, device)?));
        }
        let mut helpers = dhcp::answer(&ground, &blueprint, fabric)?;
        let file = write_document(&ground, fabric)?;
        helpers.push(control_node(&ground, &blueprint, &file, program)?);
        for end_point in &blueprint.end_points {
            helpers.push(end_tunnels(&ground, end_point, &file, program)?);
        }
        let remarks = Vec::new();
        let mut lab =
            Self { fabric, program, blueprint, captures, daemons, _helpers: helpers, remarks, ground };
        lab.come_up()?;
        for part in lab.blueprint.end_points.iter().flat_map(|end_point| &end_point.inside) {
            batch("ip", &part.namespace, &part.lines)?;
        }
        let snooped = lab.blueprint.snooped.iter().map(|Snooped { namespace, line, .. }| (namespace, line));
        let preferred = lab.blueprint.preferred.iter().map(|(namespace, line)| (namespace, line));
        for (namespace, line) in snooped.chain(preferred) {
            batch("ip", namespace, std::slice::from_ref(line))?;
        }
        lab.ground.watch(SOON, || {
            let missing = tables::routes(model, &lab.reflected())?.missing;
            let is_missing =
                |it: &Snooped| missing.iter().any(|route| route.contains(&format!(" {},", it.address)));
            Ok(!lab.blueprint.snooped.iter().any(is_missing))
        })?;
        Ok(lab)
    }

    /// Waits until all that is configured has come about, by the first route reflector and then by all. What does not in time is a
    /// difference, and told as one.
    fn come_up(&mut self) -> Result<(), Stop> {
        for tries in 1..=TRIES {
            let first = self.wait_for(Self::missing)?;
            let listen = || self.daemons.iter().all(|(_, daemon)| daemon.listens());
            self.ground.wait("bgpd of all devices", PATIENCE, listen)?;
            for (_, daemon) in &self.daemons {
                daemon.hear_all()?;
            }
            let are_up = |lab: &Self| lab.daemons.iter().all(|(_, daemon)| daemon.is_up());
            let all =
                self.wait_for(|lab| (!are_up(lab)).then_some("the BGP sessions").or_else(|| lab.missing()))?;
            if let Some(missing) = first.or(all) {
                self.remarks.push(format!("{missing} did not come about in {} s", PATIENCE.as_secs()));
                break;
            }
            thread::sleep(SETTLED);
            let forgetful = tables::without_router_macs(self.fabric);
            if forgetful.is_empty() {
                break;
            }
            let whose = forgetful.join(" and ");
            self.remarks.push(format!("FRR of {whose} had type-5 routes without their router's MAC address"));
            if tries < TRIES {
                for (_, daemon) in self.daemons.iter().filter(|(device, _)| forgetful.contains(device)) {
                    daemon.learn_anew()?;
                }
                thread::sleep(SETTLED);
            }
        }
        Ok(())
    }

    /// What is missing when it has had the time to come about.
    fn wait_for(&self, look: impl Fn(&Self) -> Option<&'static str>) -> Result<Option<&'static str>, Stop> {
        let mut missing = None;
        self.ground.watch(PATIENCE, || {
            missing = look(self);
            Ok(missing.is_none())
        })?;
        Ok(missing)
    }

    /// The first of the things in the kernels' tables that are not there yet.
    fn missing(&self) -> Option<&'static str> {
        // Where a device has hosts on ports that it shares, it announces them unasked.
        let shared = || self.blueprint.hosts.iter().filter(|host| host.legs.len() > 1).collect::<Vec<_>>();
        let fabric = self.fabric;
        let things: [(&str, &dyn Fn() -> bool); 4] = [
            ("the flood lists", &|| tables::has_flood_lists(fabric)),
            ("the routes of VRFs", &|| tables::has_prefixes(fabric)),
            ("the MAC addresses of workloads", &|| tables::has_workloads(fabric)),
            ("the MAC addresses of servers", &|| tables::has_hosts(fabric, &shared())),
        ];
        things.into_iter().find(|(_, is_there)| !is_there()).map(|(what, _)| what)
    }

    /// Has a flow happen.
    pub(super) fn talk(
        &self,
        flow: usize,
        trace: &Trace,
        conversation: Conversation,
        is_cut_off: bool,
    ) -> Result<Talk, Stop> {
        let from = now();
        let [many, few] = TIMES;
        let (times, asked, answered) = if conversation.is_dhcp() {
            let mut clients = self.blueprint.hosts.iter();
            let is_client = |host: &&Host| host.by_dhcp && host.name == conversation.opener;
            let got = match clients.find(is_client) {
                Some(host) => {
                    let got = dhcp::ask(&self.ground, self.fabric, host)?;
                    self.ground.watch(SOON, || Ok(tables::has_hosts(self.fabric, &[host])))?;
                    got
                }
                None => false,
            };
            (1, got.into(), got.into())
        } else {
            let times = if trace.is_delivered() { many } else { few };
            let transport = if trace.service().starts_with("TCP") { Transport::Tcp } else { Transport::Udp };
            let log = self.ground.folder().join("answer.log");
            let _ = fs::remove_file(&log);
            let answerer = Helper::Answer(transport, conversation.server());
            let mut answerer = start(self.program, &answerer, &conversation.answerer, &log)?;
            let said = |word: &str| has_said(&log, word);
            // A server that got no address has none to answer at.
            self.ground.wait("an answerer", PATIENCE, || said(helper::READY) > 0 || answerer.has_ended())?;
            let ask = Helper::Ask(transport, conversation.server(), times);
            let printed = self.have_done(&conversation.opener, &ask)?;
            drop(answerer);
            (times, said(helper::ASKED), printed.trim().parse().unwrap_or_default())
        };
        thread::sleep(UNDER_WAY);
        self.ground.go_on()?;
        Ok(Talk { flow, conversation, is_cut_off, time: [from, now()], times, asked, answered })
    }

    /// What a helper prints.
    fn have_done(&self, namespace: &str, helper: &Helper) -> Result<String, Stop> {
        printed(inside(namespace, self.program).args(helper.arguments()))
    }

    /// Has each server speak to its gateways, which then know it, and to the others of its subnet, over each of its cables: on
    /// all but the first neighbours are set, and who sends over another only would not ask by ARP.
    fn greet(&self) -> Result<(), Stop> {
        /// Discard: nobody answers there, which the gateway says.
        const PORT: u16 = 9;
        for host in &self.blueprint.hosts {
            let Some((_, prefix)) = self.fabric.subnet(&host.network, &host.address) else { continue };
            let others = self.fabric.macs_in(&host.network).into_iter().map(|(address, _)| address);
            let others = others.filter(|other| *other != host.address);
            let others = others.filter_map(|other| other.parse::<IpAddr>().ok());
            for other in others.filter(|other| prefix.contains(other)) {
                self.have_done(&host.name, &Helper::Greet((other, PORT).into()))?;
            }
        }
        Ok(())
    }

    /// The EVPN table of the first route reflector, when it is as a fabric needs or has had the time for it.
    pub(super) fn routes(&self, fabric: &Fabric) -> Result<Value, Stop> {
        self.greet()?;
        let mut shown = Value::Null;
        self.ground.watch(SOON, || {
            shown = self.reflected();
            Ok(tables::routes(fabric, &shown)?.is_whole())
        })?;
        Ok(shown)
    }

    fn reflected(&self) -> Value {
        let reflector = self.blueprint.control.as_ref().map(|control| control.reflector.as_str());
        let daemon = self.daemons.iter().find(|(name, _)| Some(*name) == reflector);
        daemon.map(|(_, daemon)| daemon.show("bgp l2vpn evpn")).unwrap_or_default()
    }

    pub(super) fn take_static_routes_away(&self) -> Result<(), Stop> {
        for server in &self.fabric.document.servers {
            let lines: Vec<String> =
                server.routes.iter().map(|route| format!("route delete {}", route.to)).collect();
            batch("ip", &server.name, &lines)?;
        }
        Ok(())
    }

    /// Whose MPLS tunnels end in a program of our own.
    pub(super) fn own_tunnels(&self) -> Vec<String> {
        self.blueprint.end_points.iter().map(|end_point| end_point.node.clone()).collect()
    }

    /// What was not as it should be when it came up.
    pub(super) fn remarks(&self) -> &[String] {
        &self.remarks
    }

    /// Ends it; all frames that were seen.
    pub(super) fn stop(self) -> Result<Vec<Captured>, Stop> {
        self.captures.stop()
    }
}

/// Where helpers read what is built.
fn write_document(ground: &Ground, fabric: &Configured<'_>) -> Result<PathBuf, Stop> {
    let file = ground.folder().join("fabric.json");
    let text = serde_json::to_string(fabric.document).map_err(|error| failed("the document", error))?;
    fs::write(&file, text).map_err(|error| failed(file.display(), error))?;
    Ok(file)
}

/// Starts who announces the routes of vRouters and service nodes.
fn control_node(
    ground: &Ground,
    blueprint: &Blueprint,
    document: &Path,
    program: &Path,
) -> Result<Process, Stop> {
    let Some(control) = &blueprint.control else {
        return Err(Stop::Failed("the lab needs a route reflector, whose routes it compares".to_owned()));
    };
    let helper = Helper::Control(document.to_owned(), (control.reflector_address, 179).into());
    let log = document.with_extension("log");
    let process = start(program, &helper, CONTROL, &log)?;
    ground.wait("the session of the control node", PATIENCE, || has_said(&log, helper::READY) > 0)?;
    Ok(process)
}

/// Starts who ends the MPLS tunnels of a vRouter or DC gateway, and takes its devices to the VRFs.
fn end_tunnels(
    ground: &Ground,
    end_point: &EndPoint,
    document: &Path,
    program: &Path,
) -> Result<Process, Stop> {
    let EndPoint { node, inside } = end_point;
    let log = ground.folder().join(format!("{node}.mpls.log"));
    let helper = Helper::EndPoint(document.to_owned(), node.clone());
    let process = start(program, &helper, node, &log)?;
    ground.wait(&format!("the tunnels of {node}"), PATIENCE, || has_said(&log, helper::READY) > 0)?;
    let take = |LabelledPart { namespace, interface, .. }: &LabelledPart| {
        format!("link set {interface} netns {}", full_name(namespace))
    };
    batch("ip", node, &inside.iter().map(take).collect::<Vec<_>>())?;
    Ok(process)
}

fn start(program: &Path, helper: &Helper, namespace: &str, log: &Path) -> Result<Process, Stop> {
    Process::start(inside(namespace, program).args(helper.arguments()), log)
}

/// How often a helper has said something.
fn has_said(log: &Path, word: &str) -> usize {
    let log = fs::read_to_string(log).unwrap_or_default();
    log.lines().filter(|line| *line == word).count()
}

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}
