//! The lab's end point of MPLS tunnels against the MPLS of Linux, which runs as a process of this machine (user-mode Linux).
//!
//! ```text
//! web-1 --- VRF ~~~ compute1 === MPLSoUDP or MPLSoGRE there, MPLSoGRE back === Linux: dcgw1, outside1
//! ```

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use contrail_examples::lab;
use contrail_model::Fabric;
use contrail_model::document::Document;
use contrail_model::routes::Destination;
use contrail_wire::capture::Reader;
use contrail_wire::{Decoder, MplsPayload, Tunnel};

const LINUX: &str = "/usr/bin/linux.uml";
const BUSYBOX: &str = "/usr/bin/busybox";
const LAB: &str = env!("CARGO_BIN_EXE_lab");

const VROUTER: &str = "10.1.1.21";
const GATEWAY: &str = "10.255.0.21";
const WORKLOAD: &str = "10.50.0.11";
const SERVER: &str = "198.51.100.11";
const PORT: &str = "443";

/// What the helpers of the lab say when they are up.
const READY: &str = "ready";

const PATIENCE: Duration = Duration::from_secs(120);

/// A process that ends with its owner.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Namespaces, and the Linux that is connected to one of them.
struct Bench {
    folder: PathBuf,
    linux: Option<Running>,
}

/// What came of questions.
#[derive(Debug, PartialEq)]
struct Outcome {
    answered: u16,
    /// Who sent what into which tunnel, with which label.
    seen: BTreeSet<(String, &'static str, u32)>,
}

const COMPUTE: &str = "contrail-mpls-compute1";
const VRF: &str = "contrail-mpls-vrf";
const WEB: &str = "contrail-mpls-web-1";

fn ip(line: &str) -> String {
    let output = Command::new("ip").args(line.split_whitespace()).output().unwrap();
    assert!(output.status.success(), "ip {line}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn inside(namespace: &str, program: &str) -> Command {
    let mut command = Command::new("ip");
    command.args(["netns", "exec", namespace, program]);
    command
}

impl Bench {
    fn new() -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("linux-mpls");
        let bench = Self { folder, linux: None };
        bench.clear();
        fs::create_dir_all(&bench.folder).unwrap();
        for namespace in [COMPUTE, VRF, WEB] {
            ip(&format!("netns add {namespace}"));
            let settings = [
                "net.ipv4.ip_forward=1",
                "net.ipv4.conf.all.rp_filter=0",
                "net.ipv4.conf.default.rp_filter=0",
            ];
            assert!(
                inside(namespace, "sysctl").args(["-q", "-w"]).args(settings).status().unwrap().success()
            );
        }
        for line in [
            format!("-n {COMPUTE} tuntap add dev to-linux mode tap"),
            format!("-n {COMPUTE} link set to-linux up"),
            format!("-n {COMPUTE} address add {VROUTER}/32 dev to-linux"),
            format!("-n {COMPUTE} route add {GATEWAY} dev to-linux"),
            format!("-n {VRF} link add tap type veth peer name eth0 netns {WEB}"),
            format!("-n {VRF} link set tap up"),
            format!("-n {VRF} address add 10.50.0.1/32 dev tap"),
            format!("-n {VRF} route add {WORKLOAD} dev tap"),
            format!("-n {WEB} link set eth0 up"),
            format!("-n {WEB} address add {WORKLOAD}/24 dev eth0"),
            format!("-n {WEB} route add default via 10.50.0.1"),
        ] {
            ip(&line);
        }
        bench
    }

    /// Has Linux be the gateway, with the labels of a fabric; whether it runs here, or what it says.
    fn boot(&mut self, fabric: &Fabric) -> Result<(), String> {
        let [there, back] = labels(fabric).map(|label| label.to_string());
        let mut linux = inside(COMPUTE, LINUX);
        linux.args([
            "rootfstype=hostfs",
            "rootflags=/",
            "ro",
            "mem=128M",
            "quiet",
            "con=null",
            "con0=null,fd:1",
        ]);
        linux.args(["vec0:transport=tap,ifname=to-linux,depth=64", "init=/bin/sh", "--"]);
        linux.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lab/linux.sh"));
        linux.args([LAB, GATEWAY, &there, VROUTER, &back, SERVER, PORT, WORKLOAD]);
        self.linux = Some(self.start("linux", &mut linux, READY)?);
        Ok(())
    }

    /// Has the workload ask the server, by the end point of a document's vRouter.
    fn ask(&self, document: &Document, times: u16) -> Outcome {
        let file = self.folder.join("fabric.json");
        fs::write(&file, serde_json::to_string(document).unwrap()).unwrap();
        let mut end_point = inside(COMPUTE, LAB);
        end_point.arg("--end-point").arg(&file).arg("compute1");
        let _end_point = self.start("end-point", &mut end_point, READY).unwrap();
        ip(&format!("-n {COMPUTE} link set mpls9010 netns {VRF}"));
        ip(&format!("-n {VRF} link set mpls9010 up"));
        ip(&format!("-n {VRF} route add 198.51.100.0/24 dev mpls9010"));
        let capture = self.folder.join("capture.pcap");
        let mut tcpdump = inside(COMPUTE, "tcpdump");
        tcpdump.args(["-i", "to-linux", "-U", "--immediate-mode", "-Z", "root", "-w"]).arg(&capture);
        let tcpdump = self.start("tcpdump", &mut tcpdump, "tcpdump: listening on").unwrap();
        let server = format!("{SERVER}:{PORT}");
        let asked = inside(WEB, LAB).args(["--ask", "tcp", &server, &times.to_string()]).output().unwrap();
        drop(tcpdump);
        let answered = String::from_utf8(asked.stdout).unwrap().trim().parse().unwrap();
        Outcome { answered, seen: tunnelled(&capture) }
    }

    /// Starts a program whose output goes to a file, and waits until a line there begins so; an error is what it says
    /// if it ends before.
    fn start(&self, name: &str, command: &mut Command, begins: &str) -> Result<Running, String> {
        let log = self.folder.join(name);
        let output = File::create(&log).unwrap();
        let errors = output.try_clone().unwrap();
        let child = command.stdin(Stdio::null()).stdout(output).stderr(errors).spawn().unwrap();
        let mut running = Running(child);
        let until = Instant::now() + PATIENCE;
        loop {
            let has_ended = running.0.try_wait().unwrap().is_some();
            let said = String::from_utf8_lossy(&fs::read(&log).unwrap()).into_owned();
            if said.lines().any(|line| line.starts_with(begins)) {
                return Ok(running);
            } else if has_ended {
                return Err(said);
            }
            assert!(Instant::now() < until, "{name} does not come up: {said}");
            sleep(Duration::from_millis(50));
        }
    }

    fn clear(&self) {
        let there = ip("netns list");
        for namespace in [COMPUTE, VRF, WEB].into_iter().filter(|name| there.contains(name)) {
            let processes = ip(&format!("netns pids {namespace}"));
            let _ = Command::new("kill").arg("-9").args(processes.split_whitespace()).output();
            ip(&format!("netns delete {namespace}"));
        }
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.clear();
    }
}

/// The labels that the gateway and the vRouter announce by L3VPN.
fn labels(fabric: &Fabric) -> [u32; 2] {
    let routes = fabric.routes();
    ["dcgw1", "compute1"].map(|speaker| {
        let mut labels = routes.of(speaker).filter_map(|entry| match entry.destination {
            Destination::Vpn { label, .. } => Some(label.mpls_label().get()),
            _ => None,
        });
        labels.next().unwrap()
    })
}

/// What a capture has in tunnels.
fn tunnelled(capture: &Path) -> BTreeSet<(String, &'static str, u32)> {
    let mut reader = Reader::new(BufReader::new(File::open(capture).unwrap())).unwrap();
    let decoder = Decoder::new().mpls_payload(&|_| MplsPayload::Ip);
    let mut seen = BTreeSet::new();
    while let Ok(Some(frame)) = reader.next_frame() {
        let Ok(packet) = decoder.ethernet(frame.bytes) else { continue };
        let (Some(from), Some(tunnel)) = (packet.source_ip(), packet.tunnel()) else { continue };
        let how = match tunnel {
            Tunnel::MplsOverUdp(_) => "MPLSoUDP",
            Tunnel::MplsOverGre(..) => "MPLSoGRE",
            _ => "something else",
        };
        let label = tunnel.labels().map_or(0, |labels| labels.top().label().get());
        seen.insert((from.to_string(), how, label));
    }
    seen
}

#[test]
fn the_mpls_of_linux_understands_ours_and_is_understood() {
    const TIMES: u16 = 8;
    let missing = [LINUX, BUSYBOX].into_iter().find(|program| !Path::new(program).exists());
    let missing = missing.map(|program| format!("{program} is not installed (.ci/run installs it)"));
    if let Some(why) = lab::obstacle().or(missing) {
        eprintln!("SKIPPED: MPLS against that of Linux: {why}");
        return;
    }
    let [in_udp, in_gre] =
        [super::text("dc-gateway"), super::in_gre()].map(|text| Document::from_yaml(&text).unwrap());
    let fabric = Fabric::from_document(&in_udp).unwrap();
    let [there, back] = labels(&fabric);
    let mut bench = Bench::new();
    if let Err(said) = bench.boot(&fabric) {
        assert!(!said.contains("Kernel panic"), "{said}");
        eprintln!("SKIPPED: MPLS against that of Linux: {LINUX} does not run here: {}", said.trim());
        return;
    }
    for (way, document) in [("MPLSoUDP", &in_udp), ("MPLSoGRE", &in_gre)] {
        let outcome = bench.ask(document, TIMES);
        let answered = outcome.answered;
        eprintln!("  {answered} of {TIMES} answered: our {way} to the MPLS of Linux, its MPLSoGRE back");
        let seen = [(VROUTER.to_owned(), way, there), (GATEWAY.to_owned(), "MPLSoGRE", back)].into();
        assert_eq!(outcome, Outcome { answered: TIMES, seen });
    }
    let (from, to) = super::ROUTER_BEFORE;
    let other = Document::from_yaml(&super::text("dc-gateway").replace(from, to)).unwrap();
    let seen = [(VROUTER.to_owned(), "MPLSoUDP", there + 1)].into();
    assert_eq!(bench.ask(&other, 1), Outcome { answered: 0, seen }, "a label that Linux does not know");
}
