//! `evpn_listen` and `evpn_announce`, with each other and with neighbors that misbehave.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;

use contrail_wire::bgp::{Capabilities, Message, Notification, Open};
use serde_json::Value;

pub(crate) const EVERY_TYPE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/routes/every-type.yaml");

pub(crate) fn listen(arguments: &[&str]) -> Child {
    start(env!("CARGO_BIN_EXE_evpn_listen"), arguments)
}

pub(crate) fn announce(arguments: &[&str]) -> Child {
    start(env!("CARGO_BIN_EXE_evpn_announce"), arguments)
}

fn start(program: &str, arguments: &[&str]) -> Child {
    Command::new(program).args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// An address that nobody listens on.
pub(crate) fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// What a listener with these options prints of all routes in the example.
fn exchanged(options: &[&str], withdraw: &[&str]) -> (Output, Output) {
    let address = free_address();
    let listener = listen(&[&["--listen", &address, "--timeout", "30"], options].concat());
    let announcer = [&[EVERY_TYPE, "--neighbor", &address, "--timeout", "1"], withdraw].concat();
    let announcer = announce(&announcer).wait_with_output().unwrap();
    (announcer, listener.wait_with_output().unwrap())
}

#[test]
fn what_is_announced_comes_and_goes_again() {
    let (announcer, listener) = exchanged(&[], &["--withdraw-after", "0"]);
    assert!(announcer.status.success(), "{announcer:?}");
    assert_eq!(text(&announcer.stderr), "evpn_announce: 21 routes announced to AS 64512\n");
    let printed = text(&listener.stdout);
    let announced: Vec<&str> = printed.lines().filter_map(|line| line.strip_prefix("+ ")).collect();
    let withdrawn: Vec<&str> = printed.lines().filter_map(|line| line.strip_prefix("- ")).collect();
    let routes: Vec<&str> = announced.iter().map(|line| line.split(" via ").next().unwrap()).collect();
    assert_eq!((routes.len(), &routes), (21, &withdrawn), "{printed}");
    assert_eq!(announced.len() + withdrawn.len(), printed.lines().count(), "{printed}");
    for line in [
        "10.255.0.11:5001:[2]:[0]:[48]:[02:aa:00:00:00:13]:[32]:[10.99.0.13] via 10.255.0.11 vni 5001 vni 9001 \
         target:64512:5001 target:64512:9001 encapsulation:vxlan router-mac:02:00:00:00:00:0b mac-mobility:7",
        "10.255.0.11:9001:[5]:[0]:[64]:[2001:db8:99::] via 10.255.0.11 vni 9001 target:64512:9001 \
         encapsulation:vxlan router-mac:02:00:00:00:00:0b",
        "64512:8001:10.1.10.0/24 via 10.255.0.21 label 299776 target:64512:8001",
        "2001:db8:f::/48 via 2001:db8::21",
    ] {
        assert!(announced.contains(&line), "{line}\nis not among\n{printed}");
    }
    let ended = "the neighbor ended the session: cease: administrative shutdown (6/2)";
    assert_eq!(text(&listener.stderr), format!("evpn_listen: {ended}\n"));
    assert_eq!(listener.status.code(), Some(2));
}

#[test]
fn a_count_and_json_as_of_a_dump() {
    let (_, listener) = exchanged(&["--json", "--count", "3", "--family", "l2vpn-evpn"], &[]);
    assert!(listener.status.success(), "{listener:?}");
    let updates: Vec<Value> =
        text(&listener.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let routes: Vec<&Value> =
        updates.iter().flat_map(|update| update["routes"].as_array().unwrap()).collect();
    assert_eq!(routes.len(), 3);
    assert_eq!((&routes[1]["type"], &routes[1]["mac"]), (&2.into(), &"02:aa:00:00:00:11".into()));
    assert_eq!(updates[0]["errors"], Value::Array(Vec::new()));
}

#[test]
fn another_autonomous_system_is_told_the_path_and_no_preference() {
    let (announcer, listener) = exchanged(&["--json", "--as", "4200000001"], &["--family", "ipv4-unicast"]);
    assert_eq!(
        text(&announcer.stderr),
        "evpn_announce: 1 routes announced to AS 4200000001; 20 are of families that the neighbor does not speak\n"
    );
    let update: Value = serde_json::from_str(text(&listener.stdout).lines().next().unwrap()).unwrap();
    let attributes = update["attributes"].as_array().unwrap();
    let types: Vec<&str> = attributes.iter().map(|attribute| attribute["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["origin", "as_path", "next_hop", "communities"]);
    assert_eq!(attributes[1]["segments"][0]["numbers"], serde_json::json!([64512]));
    assert_eq!(update["errors"], Value::Array(Vec::new()));
}

#[test]
fn path_identifiers_are_there_if_both_ask_for_them() {
    let (_, listener) =
        exchanged(&["--add-path", "--count", "1"], &["--add-path", "--family", "ipv6-unicast"]);
    assert_eq!(text(&listener.stdout), "+ 2001:db8:f::/48 path 0 via 2001:db8::21\n", "{listener:?}");
    let (_, listener) = exchanged(&["--add-path", "--count", "1"], &["--family", "ipv6-unicast"]);
    assert_eq!(text(&listener.stdout), "+ 2001:db8:f::/48 via 2001:db8::21\n", "{listener:?}");
}

/// A neighbor that reads an OPEN, answers with `messages` and closes.
fn neighbor(messages: Vec<Message<'static>>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        assert!(stream.read(&mut [0; 4096]).unwrap() >= 29);
        for message in messages {
            let mut buffer = [0; 4096];
            let room = message.encode(&mut buffer).unwrap().len();
            stream.write_all(&buffer[..4096 - room]).unwrap();
        }
    });
    address
}

#[test]
fn why_there_is_no_session_is_said_in_words() {
    let open = Open::new(64512, [10, 0, 0, 2].into(), Capabilities::NONE);
    let bad_as = Notification { code: 2, subcode: 2, data: &[] };
    let shutdown = Notification { code: 6, subcode: 2, data: b"\x0bmaintenance" };
    for (messages, why) in [
        (vec![bad_as.into()], "the neighbor ended the session: open message error: bad peer AS (2/2)"),
        (
            vec![open.into(), shutdown.into()],
            "the neighbor ended the session: cease: administrative shutdown, \"maintenance\" (6/2)",
        ),
        (vec![Message::Keepalive], "the neighbor sent a message that must not come at this point"),
        (vec![], "the neighbor closed the connection without a word"),
    ] {
        let address = neighbor(messages).to_string();
        let output = listen(&[&address]).wait_with_output().unwrap();
        assert_eq!(text(&output.stderr), format!("evpn_listen: {address}: {why}\n"));
        assert_eq!(output.status.code(), Some(2));
    }
    let address = free_address();
    let output = listen(&[&address]).wait_with_output().unwrap();
    assert!(
        text(&output.stderr).starts_with(&format!("evpn_listen: {address}: Connection refused")),
        "{output:?}"
    );
}

fn written(name: &str, yaml: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, yaml).unwrap();
    path
}

#[test]
fn what_is_wrong_with_a_file_is_told_with_its_place() {
    let route = |text: &str| {
        format!("neighbor: 10.0.0.2\nannouncements:\n  - next_hop: 10.0.0.1\n    routes:\n      - {text}\n")
    };
    for (yaml, problem) in [
        (
            route("mac-ip: {rd: '10.0.0.1:7', mac: '02:aa:00:00:00', labels: [{vni: 5001}]}"),
            "line 5, column 41: announcements[0].routes[0].mac-ip.mac: not a MAC address: expected six hex pairs, 00:11:22:33:44:55",
        ),
        (
            route("inclusive-multicast: {rd: '10.0.0.1:7'}"),
            "line 5, column 31: announcements[0].routes[0].inclusive-multicast: missing field `originator`",
        ),
        (
            route("vpn: {rd: '10.0.0.1:7', prefix: 10.0.0.0/8, labels: [{mpls: 1048576}]}"),
            "line 5, column 69: announcements[0].routes[0].vpn.labels[0].mpls: MPLS label is 1048576, expected 0 to 1048575",
        ),
        (route("mac: {}"), "line 5, column 9: announcements[0].routes[0]: "),
        ("neighbor: nobody\nannouncements: []\n".to_owned(), "line 1, column 11: neighbor: "),
    ] {
        let path = written("wrong.yaml", &yaml);
        let output = announce(&[path.to_str().unwrap()]).wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        let expected = format!("evpn_announce: {}: {problem}", path.display());
        assert!(text(&output.stderr).starts_with(&expected), "{}\n{expected}", text(&output.stderr));
    }
}
