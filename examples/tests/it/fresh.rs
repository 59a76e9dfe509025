//! tshark asked afresh: for frames made at random, and for captures with damage that no file shows.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use contrail_wire::capture::{Reader, Writer};
use contrail_wire::{Header, LinkType};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use crate::corpus;
use crate::generated::{Generated, frames};
use crate::oracle::columns::{COMPARED, Comparison, Row};
use crate::oracle::{dissected, rules};

const LINKS: [LinkType; 4] = [LinkType::Ethernet, LinkType::RawIp, LinkType::LinuxSll, LinkType::LinuxSll2];

/// In these, 0 is what tshark calls bad.
const CHECKSUMS: [&str; 5] = [
    "ip.checksum.status",
    "udp.checksum.status",
    "tcp.checksum.status",
    "icmp.checksum.status",
    "icmpv6.checksum.status",
];

/// Where tshark is not, nothing is compared.
fn tshark(capture: &Path) -> Option<String> {
    let mut command = Command::new("tshark");
    command.args(["-n", "-d", "udp.port==8472,vxlan", "-d", "udp.port==51234,mpls"]);
    for protocol in ["ip", "udp", "tcp"] {
        command.args(["-o", &format!("{protocol}.check_checksum:TRUE")]);
    }
    command.args(["-T", "fields", "-E", "header=y", "-E", "occurrence=a", "-E", "aggregator=|"]);
    for column in
        ["frame.len", "frame.cap_len", "frame.protocols"].into_iter().chain(COMPARED).chain(CHECKSUMS)
    {
        command.args(["-e", column]);
    }
    command.arg("-r").arg(capture);
    let Ok(output) = command.output() else {
        corpus::skipped("tshark is not installed");
        return None;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

fn written<'f>(name: &str, frames: impl Iterator<Item = (LinkType, &'f [u8])>) -> PathBuf {
    let path = file(name);
    let mut writer = Writer::new(BufWriter::new(File::create(&path).unwrap())).unwrap();
    let interfaces = LINKS.map(|link| (link, writer.interface(&format!("{link:?}"), link).unwrap()));
    for (number, (link, bytes)) in frames.enumerate() {
        let (_, interface) = interfaces.iter().find(|(known, _)| *known == link).unwrap();
        let timestamp = Duration::from_secs(u64::try_from(number).unwrap());
        writer.frame(*interface, timestamp, bytes, "").unwrap();
    }
    path
}

/// Fails on a difference that no rule explains.
fn agrees(capture: &Path, rows: &[Row<'_>]) {
    let ours = dissected(capture);
    assert_eq!(rows.len(), ours.len());
    let mut agreeing = 0;
    let mut explained = BTreeMap::<&str, usize>::new();
    let mut unexplained = String::new();
    for (index, (ours, row)) in ours.iter().zip(rows).enumerate() {
        let comparison = Comparison::new(ours, row);
        if comparison.agrees() {
            agreeing += 1;
        } else if let Some(rule) = rules::of_any_frame(&comparison) {
            *explained.entry(rule).or_default() += 1;
        } else {
            writeln!(unexplained, "{} frame {}: {comparison}", capture.display(), index + 1).unwrap();
        }
    }
    println!("{} frames, {agreeing} agree, {explained:?}", ours.len());
    assert!(unexplained.is_empty(), "no rule explains these differences:\n{unexplained}");
}

#[test]
fn frames_made_at_random_are_read_as_tshark_reads_them() {
    // What MPLS carries both would have to guess, so that it is compared only where it is IP, which both find.
    let is_ip_in_mpls = |frame: &Generated| {
        frame.headers.windows(2).all(|pair| match pair {
            [Header::Mpls(_), behind] => {
                matches!(behind, Header::Mpls(_) | Header::Ipv4(..) | Header::Ipv6(_))
            }
            _ => true,
        }) && !matches!(frame.headers.last(), Some(Header::Mpls(_)))
    };
    let mut runner = TestRunner::deterministic();
    let frames: Vec<Generated> = std::iter::repeat_with(|| frames().new_tree(&mut runner).unwrap().current())
        .filter(is_ip_in_mpls)
        .take(1000)
        .collect();
    let path = written("generated.pcapng", frames.iter().map(|frame| (frame.link, &frame.bytes[..])));
    let Some(table) = tshark(&path) else { return };
    let rows = Row::parse(&table);
    agrees(&path, &rows);
    for column in CHECKSUMS {
        assert!(rows.iter().any(|row| row.text(column).contains('1')), "tshark has verified no {column}");
    }
    for (frame, row) in frames.iter().zip(&rows) {
        let is_bad = |column: &&'static str| row.text(column).split('|').any(|status| status == "0");
        assert_eq!(CHECKSUMS.into_iter().find(is_bad), None, "{frame:?}");
    }
}

/// Of each capture the first frames, in one file.
fn first_frames(captures: &Path) -> PathBuf {
    let mut first = Vec::new();
    for path in corpus::files(captures) {
        let Ok(mut capture) = Reader::new(File::open(&path).unwrap()) else { continue };
        let mut left = 40;
        while let Ok(Some(frame)) = capture.next_frame()
            && left > 0
        {
            let Some(link) = frame.link() else { continue };
            first.push((link, frame.bytes.to_vec()));
            left -= 1;
        }
    }
    written("first.pcapng", first.iter().map(|(link, bytes)| (*link, &bytes[..])))
}

#[test]
fn damaged_captures_are_read_as_tshark_reads_them() {
    let Some(captures) = corpus::part("captures") else { return };
    let whole = first_frames(&captures);
    for seed in ["1", "2", "3"] {
        let damaged = file(&format!("damaged-{seed}.pcapng"));
        let mut command = Command::new("editcap");
        let Ok(output) = command.args(["-E", "0.02", "--seed", seed]).args([&whole, &damaged]).output()
        else {
            return corpus::skipped("editcap is not installed");
        };
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let Some(table) = tshark(&damaged) else { return };
        agrees(&damaged, &Row::parse(&table));
    }
}
