"""What scapy and dpkt make of our packets, and we of theirs."""

import io
from ipaddress import ip_address

import dpkt
import pytest
from scapy.all import ARP, GRE, ICMP, IP, TCP, UDP, Dot1AD, Dot1Q, ICMPv6EchoRequest, IPv6, IPv6ExtHdrDestOpt, Raw
from scapy.all import Ether as ScapyEther
from scapy.contrib.mpls import MPLS
from scapy.layers.vxlan import VXLAN
from scapy.utils import PcapNgWriter, PcapWriter

from contrail_fabric import wire
from contrail_fabric.wire import (
    Arp,
    Capture,
    Decoder,
    Encapsulation,
    Ethernet,
    Gre,
    Icmp,
    Icmpv6,
    Ipv4,
    Ipv6,
    Ipv6Extension,
    MacAddr,
    Mpls,
    Tcp,
    Udp,
    Vlan,
    Vxlan,
    frame,
)

MAC1, MAC2 = "02:00:00:00:00:01", "02:00:00:00:00:02"
LINK = ScapyEther(src=MAC1, dst=MAC2)
OUR_LINK = Ethernet(source_address=MAC1, destination_address=MAC2, ethertype=0x0800)
TO = {"source_address": "10.0.0.1", "destination_address": "10.0.0.2"}
TO6 = {"source_address": "2001:db8::1", "destination_address": "2001:db8::2"}
IP4, IP6 = IP(src="10.0.0.1", dst="10.0.0.2", id=7), IPv6(src="2001:db8::1", dst="2001:db8::2", fl=0x12345)
INNER = LINK / IP(src="10.99.0.1", dst="10.99.0.2", id=1) / TCP(sport=40000, dport=22, flags="S", window=512)
OUR_INNER = [
    OUR_LINK,
    Ipv4(source_address="10.99.0.1", destination_address="10.99.0.2", protocol=6, identification=1),
    Tcp(source_port=40000, destination_port=22, flags=2, window=512),
]


def link(ethertype):
    return Ethernet(source_address=MAC1, destination_address=MAC2, ethertype=ethertype)


def ip(protocol):
    return Ipv4(**TO, protocol=protocol, identification=7)


CASES = {
    "tcp": (INNER / Raw(b"hello"), OUR_INNER, b"hello"),
    "udp": (
        LINK / IP4 / UDP(sport=5000, dport=5001) / Raw(b"hello"),
        [OUR_LINK, ip(17), Udp(source_port=5000, destination_port=5001)],
        b"hello",
    ),
    "icmp": (LINK / IP4 / ICMP(type=8), [OUR_LINK, ip(1), Icmp(icmp_type=8)], bytes(4)),
    "vlan": (
        LINK / Dot1AD(vlan=300, prio=3) / Dot1Q(vlan=200) / IP4 / UDP(sport=1, dport=2),
        [
            link(0x88A8),
            Vlan(vlan_id=300, priority_code_point=3, ethertype=0x8100),
            Vlan(vlan_id=200, ethertype=0x0800),
            ip(17),
            Udp(source_port=1, destination_port=2),
        ],
        b"",
    ),
    "arp": (
        LINK / ARP(op=2, hwsrc=MAC1, hwdst=MAC2, psrc="10.0.0.1", pdst="10.0.0.2"),
        [
            link(0x0806),
            Arp(
                operation=2,
                sender_hardware_address=MAC1,
                sender_protocol_address="10.0.0.1",
                target_hardware_address=MAC2,
                target_protocol_address="10.0.0.2",
            ),
        ],
        b"",
    ),
    "ipv6": (
        LINK / IP6 / IPv6ExtHdrDestOpt() / UDP(sport=5000, dport=5001) / Raw(b"hello"),
        [
            link(0x86DD),
            Ipv6(**TO6, flow_label=0x12345, next_header=60),
            Ipv6Extension(kind=60, next_header=17, data=b"\x01\x04\x00\x00\x00\x00"),
            Udp(source_port=5000, destination_port=5001),
        ],
        b"hello",
    ),
    "icmpv6": (
        LINK / IP6 / ICMPv6EchoRequest(),
        [link(0x86DD), Ipv6(**TO6, flow_label=0x12345, next_header=58), Icmpv6(icmp_type=128)],
        bytes(4),
    ),
    "vxlan": (
        LINK / IP4 / UDP(sport=50000, dport=4789, chksum=0) / VXLAN(vni=5001, flags="Instance") / INNER,
        [OUR_LINK, ip(17), Udp(source_port=50000, destination_port=4789), Vxlan(vni=5001), *OUR_INNER],
        b"",
    ),
    "mpls over udp": (
        LINK
        / IP4
        / UDP(sport=50000, dport=6635, chksum=0)
        / MPLS(label=16, cos=5, s=0, ttl=9)
        / MPLS(label=299_776, s=1, ttl=64)
        / INNER[IP],
        [
            OUR_LINK,
            ip(17),
            Udp(source_port=50000, destination_port=6635),
            Mpls(label=16, traffic_class=5, ttl=9),
            Mpls(label=299_776, bottom_of_stack=True),
            *OUR_INNER[1:],
        ],
        b"",
    ),
    "mpls over gre": (
        LINK / IP4 / GRE(proto=0x8847) / MPLS(label=299_776, s=1, ttl=64) / INNER[IP],
        [OUR_LINK, ip(47), Gre(protocol_type=0x8847), Mpls(label=299_776, bottom_of_stack=True), *OUR_INNER[1:]],
        b"",
    ),
    "gre with a key": (
        LINK / IP4 / GRE(proto=0x6558, key_present=1, key=5001, seqnum_present=1, sequence_number=9) / INNER,
        [OUR_LINK, ip(47), Gre(protocol_type=0x6558, key=5001, sequence_number=9), *OUR_INNER],
        b"",
    ),
}
DECODER = Decoder(mpls_payload="ip")


def headers_and_payload(bytes_):
    levels = list(DECODER.decode(bytes_).levels)
    return [header for level in levels for header in level.headers], bytes(levels[-1].payload)


@pytest.mark.parametrize("case", CASES)
def test_a_packet_is_what_scapy_builds(case):
    theirs, ours, payload = CASES[case]
    assert frame(ours, payload) == bytes(theirs)


@pytest.mark.parametrize("case", CASES)
def test_a_packet_of_scapy_is_decoded_to_what_builds_it(case):
    theirs, ours, expected = CASES[case]
    headers, payload = headers_and_payload(bytes(theirs))
    assert payload == expected
    assert [type(header) for header in headers] == [type(header) for header in ours]
    assert frame(headers, payload, complete=False) == bytes(theirs)


@pytest.mark.parametrize("case", CASES)
def test_scapy_finds_in_our_packet_what_it_was_built_of(case):
    theirs, ours, payload = CASES[case]
    read = ScapyEther(frame(ours, payload))
    again = ScapyEther(bytes(theirs))
    assert read.layers() == again.layers()
    assert read == again


def test_scapy_reads_our_tunnels():
    vxlan = Encapsulation.vxlan(5001, "10.0.0.1", "10.0.0.2", source_mac=MAC1, destination_mac=MAC2, vlans=(200,))
    read = ScapyEther(vxlan.encapsulate(bytes(INNER)))
    assert (read[Dot1Q].vlan, read[IP].dst, read[VXLAN].vni) == (200, "10.0.0.2", 5001)
    assert bytes(read[VXLAN].payload) == bytes(INNER)
    assert read[UDP].chksum == 0
    checked = read[IP].copy()
    del checked.chksum
    assert IP(bytes(checked)).chksum == read[IP].chksum
    mpls = Encapsulation.mpls_over_gre([299_776], "10.0.0.1", "10.0.0.2")
    read = IP(mpls.encapsulate(bytes(INNER[IP])))
    assert (read[GRE].proto, read[MPLS].label, read[MPLS].s) == (0x8847, 299_776, 1)
    assert bytes(read[MPLS].payload) == bytes(INNER[IP])


def test_dpkt_reads_our_packets_and_we_its():
    ours = frame(OUR_INNER, b"hello")
    read = dpkt.ethernet.Ethernet(ours)
    packet = wire.decode(ours)
    assert (read.src, read.dst) == (bytes(packet.source_mac), bytes(packet.destination_mac))
    assert (read.ip.src, read.ip.dst) == (packet.source_ip.packed, packet.destination_ip.packed)
    assert (read.ip.tcp.sport, read.ip.tcp.dport, read.ip.tcp.data) == (40000, 22, b"hello")
    tagged = dpkt.ethernet.Ethernet(frame(CASES["vlan"][1]))
    assert [tag.id for tag in tagged.vlan_tags] == [300, 200]

    theirs = dpkt.ethernet.Ethernet(
        src=bytes(MacAddr(MAC1)),
        dst=bytes(MacAddr(MAC2)),
        type=0x0800,
        data=dpkt.ip.IP(
            src=ip_address("10.0.0.1").packed,
            dst=ip_address("10.0.0.2").packed,
            p=47,
            data=dpkt.gre.GRE(p=0x8847, data=bytes(Mpls(label=20, bottom_of_stack=True)) + bytes(INNER[IP])),
        ),
    )
    outer = DECODER.decode(bytes(theirs))
    assert (outer.tunnel, outer.labels, outer.anomalies()) == ("mpls_over_gre", [20], [])
    assert outer.inner.destination_ip == ip_address("10.99.0.2")


@pytest.mark.parametrize("writer", [PcapWriter, PcapNgWriter], ids=["pcap", "pcapng"])
def test_captures_of_scapy_are_read(writer, tmp_path):
    path = tmp_path / "of-scapy"
    with writer(str(path)) as file:
        for number, (theirs, _, _) in enumerate(CASES.values()):
            theirs.time = 1_700_000_000 + number / 4
            file.write(theirs)
    read = list(Capture(path))
    assert [captured.bytes for captured in read] == [bytes(theirs) for theirs, _, _ in CASES.values()]
    assert [captured.timestamp_ns for captured in read] == [
        1_700_000_000_000_000_000 + number * 250_000_000 for number in range(len(CASES))
    ]
    dpkt_file = io.BytesIO()
    dpkt.pcap.Writer(dpkt_file).writepkts([(1.5, bytes(INNER))])
    dpkt_file.seek(0)
    (captured,) = Capture(dpkt_file)
    assert (captured.bytes, captured.timestamp_ns) == (bytes(INNER), 1_500_000_000)
