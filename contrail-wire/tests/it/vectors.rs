//! Frames and packets that other projects test with: their headers read as tshark reads them. Where that is not so,
//! `vectors.tsv` says why.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;

use contrail_wire::tunnel::mpls::LabelStack;
use contrail_wire::{Decoder, Header, LinkType, MplsPayload};
use serde_json::Value;

use crate::{corpus, packets};

/// Vector, field, and why it differs.
const KNOWN: &str = include_str!("vectors.tsv");

const FIELDS: [&str; 22] = [
    "eth.src",
    "eth.dst",
    "vlan.id",
    "ip.len",
    "ip.id",
    "ip.ttl",
    "ip.proto",
    "ip.checksum",
    "ip.src",
    "ip.dst",
    "ipv6.plen",
    "ipv6.hlim",
    "ipv6.src",
    "ipv6.dst",
    "udp.srcport",
    "udp.dstport",
    "udp.length",
    "tcp.srcport",
    "tcp.dstport",
    "vxlan.vni",
    "mpls.label",
    "gre.proto",
];

fn guess(_: &LabelStack<'_>) -> MplsPayload {
    MplsPayload::GuessByFirstNibble
}

fn fields(link: LinkType, frame: &[u8]) -> BTreeMap<&'static str, Vec<String>> {
    let mut fields = BTreeMap::<_, Vec<String>>::new();
    let mut put = |field: &'static str, value: String| fields.entry(field).or_default().push(value);
    let decoder = Decoder::new().vxlan_ports(&[4789, 8472]).mpls_payload(&guess);
    let levels = packets::levels(&decoder, link, frame, frame.len());
    for (_, header) in packets::headers(&levels) {
        match header {
            Header::Ethernet(ethernet) => {
                put("eth.src", ethernet.source_address.to_string());
                put("eth.dst", ethernet.destination_address.to_string());
            }
            Header::Vlan(tag) => put("vlan.id", tag.vlan_id().to_string()),
            Header::Ipv4(ip, _) => {
                put("ip.len", ip.total_length.to_string());
                put("ip.id", format!("{:#06x}", ip.identification.get()));
                put("ip.ttl", ip.time_to_live.to_string());
                put("ip.proto", ip.protocol.0.to_string());
                put("ip.checksum", format!("{:#06x}", ip.header_checksum.get()));
                put("ip.src", ip.source_address.get().to_string());
                put("ip.dst", ip.destination_address.get().to_string());
            }
            Header::Ipv6(ip) => {
                put("ipv6.plen", ip.payload_length.to_string());
                put("ipv6.hlim", ip.hop_limit.to_string());
                put("ipv6.src", ip.source_address.get().to_string());
                put("ipv6.dst", ip.destination_address.get().to_string());
            }
            Header::Udp(udp) => {
                put("udp.srcport", udp.source_port.to_string());
                put("udp.dstport", udp.destination_port.to_string());
                put("udp.length", udp.length.to_string());
            }
            Header::Tcp(tcp, _) => {
                put("tcp.srcport", tcp.source_port.to_string());
                put("tcp.dstport", tcp.destination_port.to_string());
            }
            Header::Vxlan(vxlan) => put("vxlan.vni", vxlan.vni.get().to_string()),
            Header::Mpls(entry) => put("mpls.label", entry.label().get().to_string()),
            Header::Gre(gre, _) => put("gre.proto", format!("{:#06x}", gre.protocol_type.get())),
            _ => {}
        }
    }
    fields
}

#[test]
fn each_frame_reads_as_tshark_reads_it() {
    let Some(folder) = corpus::part("vectors") else { return };
    let read = |name: &str| {
        let text = fs::read_to_string(folder.join(name)).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>()
    };
    let mut known: BTreeSet<_> = KNOWN
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split('\t').collect::<Vec<_>>())
        .flat_map(|line| line[1].split(' ').map(move |field| (line[0].to_owned(), field)).collect::<Vec<_>>())
        .collect();
    let (mut wrong, mut frames, mut agree) = (String::new(), 0, 0);
    for (vector, theirs) in read("dev-vectors.jsonl").into_iter().zip(read("dev.tshark.jsonl")) {
        assert_eq!(vector["id"], theirs["id"]);
        let link = match vector["kind"].as_str().unwrap() {
            "ethernet_frame" => LinkType::Ethernet,
            "ip_packet" => LinkType::RawIp,
            _ => continue,
        };
        frames += 1;
        let id = vector["id"].as_str().unwrap().to_owned();
        let ours = fields(link, &crate::hex::bytes(vector["hex"].as_str().unwrap()));
        let differs = |field: &&str| {
            ours.get(field).map(|values| values.join("|")).as_deref() != theirs["tshark"][field].as_str()
        };
        let different: Vec<_> = FIELDS.into_iter().filter(differs).collect();
        agree += usize::from(different.is_empty());
        let unknown: Vec<_> =
            different.into_iter().filter(|field| !known.remove(&(id.clone(), *field))).collect();
        if !unknown.is_empty() {
            writeln!(wrong, "{id}\t{}", unknown.join(" ")).unwrap();
            for field in unknown {
                writeln!(wrong, "    {field} {:?} {}", ours.get(field), theirs["tshark"][field]).unwrap();
            }
        }
    }
    println!("{agree} of {frames} agree in all fields");
    assert_eq!(frames, 130);
    assert!(wrong.is_empty(), "{wrong}");
    assert!(known.is_empty(), "no longer differ: {known:?}");
}
