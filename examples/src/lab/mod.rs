//! A fabric built on this machine, to hold traces against what real packets do there.
//!
//! Devices, servers, vRouters and workloads are network namespaces, cables are veths, VTEPs are the kernel's VXLAN and
//! bridges, and FRR on each device speaks BGP: eBGP in the underlay, EVPN with the route reflectors. What stands in for what:
//!
//! | in the fabric | in the lab |
//! |---|---|
//! | VLAN of a port | a veth of its own; captures get the tag back |
//! | VRF of a device | a namespace, which zebra takes for a VRF (`zebra -n`) |
//! | port group on two devices | two cables with equal-cost routes; the server's MAC address is static on both devices |
//! | ARP over any cable of a port group | over the first; neighbours on the others are set |
//! | ARP that a leaf without gateway looks into | what FRR is told by the kernel's table of neighbours |
//! | MAC address of a gateway on another device | static on a leaf without gateway: FRR takes no route for one that it has itself |
//! | host routes of a VRF | routes in the kernel, which FRR redistributes |
//! | route of a workload by type 2, which Junos prefers to type 5 | a route in the kernel, from the model |
//! | vRouter | VXLAN of the kernel in a namespace for each logical router, with the routes of the model; with VXLAN preferred, a bridge for each network |
//! | distributed SNAT | nftables, for workloads that no logical router joins |
//! | MPLSoUDP and MPLSoGRE of vRouters and DC gateways | this program, between the kernel's routing tables (`end_point.rs`) |
//! | route reflectors | heard one after the other, the first alone until its routes are there (`frr.rs`, `is_later`) |
//! | control node | our own BGP session, which announces what vRouters and service nodes announce |
//! | service node, DHCP client | dnsmasq behind VXLAN, udhcpc |
//!
//! What is derived and not given by the document, such as MAC addresses of ports and of routers, is set as the model has it.
//! The lab touches namespaces of its own only, and takes them away again.

mod blueprint;
mod capture;
mod comparison;
mod configured;
mod conversation;
mod dhcp;
mod document;
mod end_point;
mod frr;
mod helper;
mod l3vpn;
mod namespaces;
mod report;
mod running;
mod tables;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use contrail_model::document::Document;
use contrail_model::{Fabric, Flow, Trace};
use serde_json::Value;

pub use self::capture::Captured;
pub use self::comparison::{Comparison, compare};
use self::configured::Configured;
pub use self::conversation::Conversation;
pub use self::helper::{Helper, Transport};
use self::namespaces::{full_name, printed};
pub use self::report::{Report, Row};
use self::running::Lab;
use self::tables::FloodLists;
pub use self::tables::Match;
use crate::program::Stop;

/// How long daemons and routes may take to come up.
const PATIENCE: Duration = Duration::from_secs(30);

/// Why no lab can be built here, if so.
pub fn obstacle() -> Option<String> {
    for program in ["zebra", "bgpd"] {
        if !Path::new(frr::FOLDER).join(program).exists() {
            return Some(format!("FRR's {program} is not installed (.ci/run installs it)"));
        }
    }
    for (program, option) in [
        ("ip", "-V"),
        ("bridge", "-V"),
        ("tcpdump", "--version"),
        ("dnsmasq", "--version"),
        ("udhcpc", "--help"),
        ("nft", "--version"),
    ] {
        if Command::new(program).arg(option).output().is_err() {
            return Some(format!("{program} is not installed (.ci/run installs it)"));
        }
    }
    let probe = full_name("probe");
    let ip = |arguments: &str| printed(Command::new("ip").args(arguments.split_whitespace()));
    let tried = ip(&format!("netns add {probe}")).and_then(|_| {
        ip(&format!("-n {probe} link add br0 type bridge"))?;
        ip(&format!("-n {probe} link add vx0 type vxlan id 1 dstport 4789"))?;
        ip(&format!("netns exec {probe} nft add table ip probe"))
    });
    let _ = ip(&format!("netns delete {probe}"));
    match tried {
        Err(Stop::Failed(why)) => Some(why),
        _ => None,
    }
}

/// What happened in a fabric that was built.
#[derive(Clone, Debug)]
pub struct Recording {
    /// The flows beside the required ones.
    more: Vec<Flow>,
    talks: Vec<Talk>,
    captured: Vec<Captured>,
    /// The EVPN table of a route reflector.
    shown: Value,
    flood_lists: FloodLists,
    /// Whose MPLS tunnels ended in a program of our own.
    own_tunnels: Vec<String>,
    /// What was not as it should be when the fabric came up.
    remarks: Vec<String>,
}

/// What came of a flow.
#[derive(Clone, Debug)]
struct Talk {
    /// Its place among all flows.
    flow: usize,
    conversation: Conversation,
    /// Whether the servers had lost their static routes.
    is_cut_off: bool,
    /// From when to when, since 1970.
    time: [Duration; 2],
    /// How often it was opened.
    times: u16,
    /// How often the answerer was reached, as he says.
    asked: usize,
    /// How often an answer came.
    answered: usize,
}

/// A document with the changes of its best plan, and what it predicts.
struct Planned {
    document: Document,
    fabric: Fabric,
    traces: Vec<Trace>,
    /// The same flows where no server has static routes.
    cut_off: Vec<Trace>,
}

impl Planned {
    fn new(document: &Document, more: &[Flow]) -> Result<Self, Stop> {
        let document = document::planned(document)?;
        let fabric = document::fabric(&document)?;
        let cut_off = document::fabric(&document::without_static_routes(&document))?;
        let (traces, cut_off) = (traces(&fabric, more)?, traces(&cut_off, more)?);
        Ok(Self { document, fabric, traces, cut_off })
    }

    fn configured(&self) -> Configured<'_> {
        Configured::new(&self.document, self.fabric.routes(), &self.traces)
    }
}

fn traces(fabric: &Fabric, more: &[Flow]) -> Result<Vec<Trace>, Stop> {
    let mut traces = fabric.trace_required();
    for flow in more {
        traces.push(fabric.trace(flow).map_err(|error| Stop::Failed(error.to_string()))?);
    }
    Ok(traces)
}

impl Recording {
    /// Builds the fabric of a document with the changes of its best plan, and has each required flow and those of `more`
    /// happen in it; then those again that need static routes, without these. `program` does what [`Helper`]s are for.
    pub fn new(program: &Path, document: &Document, more: &[Flow]) -> Result<Self, Stop> {
        let planned = Planned::new(document, more)?;
        let conversations: Vec<Conversation> = planned.traces.iter().filter_map(Conversation::of).collect();
        if conversations.len() != planned.traces.len() {
            return Err(Stop::Failed("not all flows arrive with the best plan".to_owned()));
        }
        let configured = planned.configured();
        let lab = Lab::build(&planned.fabric, &configured, program)?;
        let mut talks = Vec::new();
        for (flow, (trace, conversation)) in planned.traces.iter().zip(&conversations).enumerate() {
            talks.push(lab.talk(flow, trace, conversation.clone(), false)?);
        }
        let shown = lab.routes(&planned.fabric)?;
        let flood_lists = tables::flood_lists(&configured);
        lab.take_static_routes_away()?;
        for (flow, (trace, conversation)) in planned.cut_off.iter().zip(&conversations).enumerate() {
            if !trace.is_delivered() {
                talks.push(lab.talk(flow, trace, conversation.clone(), true)?);
            }
        }
        let (own_tunnels, remarks) = (lab.own_tunnels(), lab.remarks().to_vec());
        let captured = lab.stop()?;
        Ok(Self { more: more.to_vec(), talks, captured, shown, flood_lists, own_tunnels, remarks })
    }

    /// Holds it against what a document predicts with the changes of its best plan: the document that was built, or another
    /// one, to see that a wrong prediction is found.
    pub fn hold(&self, document: &Document) -> Result<Report, Stop> {
        let planned = Planned::new(document, &self.more)?;
        let configured = planned.configured();
        let mut rows = Vec::new();
        for talk in &self.talks {
            let traces = if talk.is_cut_off { &planned.cut_off } else { &planned.traces };
            let trace = traces.get(talk.flow);
            let trace = trace.ok_or_else(|| Stop::Failed("the other document has fewer flows".to_owned()))?;
            let frames = talk.conversation.frames(&self.captured, talk.time);
            let mut comparison = compare(trace, &frames);
            comparison.hold_replication(trace, &configured);
            rows.push(Row::new(trace, talk, comparison));
        }
        Ok(Report {
            fabric: planned.fabric.name().to_owned(),
            rows,
            resolutions: report::resolutions(&planned.traces, &self.captured),
            routes: tables::routes(&planned.fabric, &self.shown)?,
            flood_lists: tables::hold_flood_lists(&configured, &self.flood_lists),
            own_tunnels: self.own_tunnels.clone(),
            remarks: self.remarks.clone(),
        })
    }
}
