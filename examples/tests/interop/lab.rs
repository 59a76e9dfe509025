//! Programs and daemons as processes, routes as they should be, and the comparison.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, LazyLock, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use contrail_examples::announcement::{Announcement, Document};
use contrail_wire::bgp::{Nlri, Route};
use serde_json::{Value, json};

/// Where routes are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Direction {
    /// In the table of the daemon.
    Table,
    /// At the listener, after the daemon took them from the announcer.
    Reflected,
    /// At the listener, after the daemon made them by its own configuration.
    Originated,
}

pub(crate) use Direction::{Originated, Reflected, Table};

/// What does not work: the kind of route, where, and why.
pub(crate) type Gap = (&'static str, Direction, &'static str);

/// How long the daemon has to show everything, or the test to find that it does not.
const PATIENCE: Duration = Duration::from_secs(30);

const EVERY_TYPE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/routes/every-type.yaml");

static DOCUMENT: LazyLock<Document> =
    LazyLock::new(|| Document::from_yaml(&fs::read_to_string(EVERY_TYPE).unwrap()).unwrap());

/// A route of the document, and what is said of it.
#[derive(Clone, Copy)]
pub(crate) struct Announced {
    pub(crate) route: Nlri<'static>,
    pub(crate) said: &'static Announcement,
}

/// All of them.
pub(crate) fn announced() -> impl Iterator<Item = Announced> {
    let announcements = DOCUMENT.announcements.iter();
    announcements.flat_map(|said| said.routes().map(move |route| Announced { route, said }))
}

/// `evpn 2`, `evpn 5 gateway` for a prefix that is behind one, or the name of the family.
pub(crate) fn kind(route: &Value) -> String {
    let gateway = if route["gateway"].is_string() { " gateway" } else { "" };
    match route["type"].as_u64() {
        Some(number) => format!("evpn {number}{gateway}"),
        None => route["family"].as_str().unwrap().to_owned(),
    }
}

pub(crate) fn object(route: Nlri<'_>) -> Value {
    serde_json::to_value(Route::from(route)).unwrap()
}

/// A route as text that is equal where it means the same: in the label field of VPN routes, the bits besides the label
/// are ignored (RFC 8277 section 2.2).
fn identity(route: &Value) -> String {
    let mut route = route.clone();
    if route["family"].as_str().is_some_and(|family| family.ends_with("vpn")) {
        for label in route["labels"].as_array_mut().into_iter().flatten() {
            *label = label["mpls"].clone();
        }
    }
    route.to_string()
}

/// A folder of one peer's test alone, empty.
pub(crate) fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("interop").join(name);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

/// Whether the daemon is installed; if not, that is said.
pub(crate) fn is_installed(program: &str) -> bool {
    let is_there = Path::new(program).exists()
        || Command::new("sh")
            .args(["-c", &format!("command -v {program}")])
            .output()
            .unwrap()
            .status
            .success();
    if !is_there {
        eprintln!("SKIPPED: {program} is not installed (.ci/run installs it)");
    }
    is_there
}

/// A process that ends with its owner.
pub(crate) struct Process(Child);

impl Process {
    pub(crate) fn start(command: &mut Command, log: &Path) -> Self {
        let log = fs::File::create(log).unwrap();
        let errors = log.try_clone().unwrap();
        Self(command.stdin(Stdio::null()).stdout(log).stderr(errors).spawn().unwrap())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What a command prints, which must not take long.
pub(crate) fn printed(program: &str, arguments: &[&str]) -> String {
    let output = Command::new("timeout").arg("10").arg(program).args(arguments).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The same as JSON; null if it is none.
pub(crate) fn printed_json(program: &str, arguments: &[&str]) -> Value {
    serde_json::from_str(&printed(program, arguments)).unwrap_or_default()
}

/// The listener, and the UPDATEs that it has printed.
pub(crate) struct Listener {
    _process: Process,
    updates: Arc<Mutex<Vec<Value>>>,
}

impl Listener {
    /// Waits for a neighbor at `address`.
    pub(crate) fn start(address: &str, options: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_evpn_listen"))
            .args(["--json", "--listen", address, "--timeout", "60", "--router-id", "10.255.0.12"])
            .args(options)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let updates = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&updates);
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                sink.lock().unwrap().push(serde_json::from_str(&line).unwrap());
            }
        });
        Self { _process: Process(child), updates }
    }

    /// Routes as objects, with the attributes that each came with.
    fn routes(&self) -> BTreeMap<String, Value> {
        let updates = self.updates.lock().unwrap();
        let pairs = updates.iter().flat_map(|update| {
            assert_eq!(update["errors"], Value::Array(Vec::new()), "{update}");
            let attributes = comparable(&update["attributes"]);
            update["routes"].as_array().unwrap().iter().map(move |it| (identity(it), attributes.clone()))
        });
        pairs.collect()
    }
}

/// The announcer.
pub(crate) fn announcer(neighbor: &str, log: &Path) -> Process {
    let mut command = Command::new(env!("CARGO_BIN_EXE_evpn_announce"));
    Process::start(command.args([EVERY_TYPE, "--neighbor", neighbor, "--timeout", "60"]), log)
}

/// Attributes in an order of their own, without those that a route reflector adds, and without a MULTI_EXIT_DISC of 0,
/// which is the same as none (RFC 4271 section 9.1.2.2).
fn comparable(attributes: &Value) -> Value {
    let mut list: Vec<Value> = attributes.as_array().unwrap().clone();
    let no_med = json!({ "type": "multi_exit_disc", "value": 0 });
    let of_reflector =
        |attribute: &Value| ["originator_id", "cluster_list"].iter().any(|it| attribute["type"] == *it);
    list.retain(|attribute| !of_reflector(attribute) && *attribute != no_med);
    for attribute in &mut list {
        if let Some(values) = attribute.get_mut("value").and_then(Value::as_array_mut) {
            values.sort_by_key(Value::to_string);
        }
    }
    list.sort_by_key(Value::to_string);
    Value::Array(list)
}

/// What the announcer sends, as the listener prints it if no daemon stands between them.
fn sent() -> BTreeMap<String, Value> {
    let address = "127.0.0.12:17902";
    let listener = Listener::start(address, &[]);
    let _announcer = announcer(address, &folder("direct").join("announcer"));
    let all = announced().count();
    let until = Instant::now() + PATIENCE;
    loop {
        let routes = listener.routes();
        if routes.len() == all {
            return routes;
        }
        assert!(Instant::now() < until, "{} of {all} routes came", routes.len());
        thread::sleep(Duration::from_millis(100));
    }
}

/// A route that a daemon is told to originate: as an object, and some of its attributes.
pub(crate) type Origination = (Value, Vec<Value>);

/// Compares until exactly what is listed does not work, and fails if that does not come about.
///
/// `table` is called for a snapshot of the daemon's table, which says of a route whether it is there with the same values.
pub(crate) fn compare<T: Fn(&Announced) -> bool>(
    peer: &str,
    gaps: &[Gap],
    listener: &Listener,
    originated: &[Origination],
    table: impl Fn() -> T,
) {
    static SENT: Mutex<Option<BTreeMap<String, Value>>> = Mutex::new(None);
    let sent = SENT.lock().unwrap().get_or_insert_with(sent).clone();
    let expected: BTreeSet<(&str, Direction)> = gaps.iter().map(|(kind, place, _)| (*kind, *place)).collect();
    let until = Instant::now() + PATIENCE;
    let mut looks = 0;
    loop {
        let report = Report::of(&sent, listener, originated, table());
        let failed: BTreeSet<_> =
            report.failed.iter().map(|((kind, place), _)| (kind.as_str(), *place)).collect();
        // What should not come gets the time to come all the same.
        looks = if failed == expected { looks + 1 } else { 0 };
        if looks == 3 || Instant::now() > until {
            report.print(peer, gaps);
            let unlisted: Vec<_> = failed
                .difference(&expected)
                .map(|it| (it, &report.failed[&(it.0.to_owned(), it.1)]))
                .collect();
            let working: Vec<_> = expected.difference(&failed).collect();
            assert!(unlisted.is_empty(), "{peer} does not do what it should: {unlisted:#?}");
            assert!(working.is_empty(), "{peer} does what is listed as a gap: {working:?}");
            return;
        }
        thread::sleep(Duration::from_millis(500));
    }
}

/// What was looked for, and what of it was not found.
#[derive(Default)]
struct Report {
    all: BTreeSet<(String, Direction)>,
    failed: BTreeMap<(String, Direction), Vec<String>>,
}

impl Report {
    fn of(
        sent: &BTreeMap<String, Value>,
        listener: &Listener,
        originated: &[Origination],
        is_in_table: impl Fn(&Announced) -> bool,
    ) -> Self {
        let mut report = Self::default();
        let heard = listener.routes();
        for announced in announced() {
            let object = object(announced.route);
            let text = identity(&object);
            report.look(kind(&object), Table, is_in_table(&announced), || text.clone());
            let (came, went) = (heard.get(&text), &sent[&text]);
            report.look(kind(&object), Reflected, came == Some(went), || match came {
                None => format!("{text} did not come; these did: {:#?}", heard.keys()),
                Some(came) => format!("{text} came with {came:#}, and was sent with {went:#}"),
            });
        }
        for (route, attributes) in originated {
            let came = heard.get(&identity(route));
            let has = |attributes: &Value, wanted: &Value| attributes.as_array().unwrap().contains(wanted);
            let is_equal = came.is_some_and(|came| attributes.iter().all(|wanted| has(came, wanted)));
            report
                .look(kind(route), Originated, is_equal, || format!("{route} {came:#?} {:#?}", heard.keys()));
        }
        report
    }

    fn look(&mut self, kind: String, place: Direction, is_there: bool, why: impl Fn() -> String) {
        self.all.insert((kind.clone(), place));
        if !is_there {
            self.failed.entry((kind, place)).or_default().push(why());
        }
    }

    /// A line for each kind of route: what works where, and why the rest does not.
    fn print(&self, peer: &str, gaps: &[Gap]) {
        let mut text = format!("{peer:22} table  reflected  originated\n");
        let kinds: BTreeSet<&String> = self.all.iter().map(|(kind, _)| kind).collect();
        for kind in kinds {
            let mark = |place| match (
                self.all.contains(&(kind.clone(), place)),
                &self.failed.get(&(kind.clone(), place)),
            ) {
                (false, _) => "-",
                (true, None) => "yes",
                (true, Some(_)) => "no",
            };
            let why: BTreeSet<&str> = gaps.iter().filter(|gap| gap.0 == kind).map(|gap| gap.2).collect();
            let why: Vec<&str> = why.into_iter().collect();
            text += &format!(
                "  {kind:20} {:6} {:10} {:10} {}\n",
                mark(Table),
                mark(Reflected),
                mark(Originated),
                why.join("; ")
            );
        }
        eprint!("{text}");
    }
}
