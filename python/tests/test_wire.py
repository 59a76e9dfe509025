import copy
import mmap
import pickle
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, ip_address

import pytest

from contrail_fabric import wire
from contrail_fabric.bgp import LabelField, MacIpRoute, OtherRoute, encode_update
from contrail_fabric.bulk import scan
from contrail_fabric.errors import DecodeError, EncodeError, InvalidValueError
from contrail_fabric.wire import (
    Arp,
    ControlWord,
    Decoder,
    Encapsulation,
    Ethernet,
    EthernetSegmentId,
    Gre,
    Icmp,
    Icmpv6,
    Ipv4,
    Ipv6,
    Ipv6Extension,
    LinuxSll,
    LinuxSll2,
    MacAddr,
    Mpls,
    Policy,
    RouteDistinguisher,
    RouteKey,
    RouteTarget,
    Tcp,
    Udp,
    Vlan,
    Vxlan,
    VxlanGpe,
    decode,
    frame,
)

# One of each, with no field as it is by itself.
HEADERS = [
    Ethernet(destination_address="02:00:00:00:00:02", source_address="02:00:00:00:00:01", ethertype=0x0800),
    LinuxSll(packet_type=4, arphrd_type=1, address_length=6, address=bytes(range(8)), protocol_type=0x86DD),
    LinuxSll2(
        protocol_type=0x0800,
        reserved=1,
        interface_index=3,
        arphrd_type=1,
        packet_type=4,
        address_length=6,
        address=bytes(range(8)),
    ),
    Vlan(priority_code_point=5, drop_eligible=True, vlan_id=200, ethertype=0x0800),
    Arp(
        hardware_type=6,
        protocol_type=0x0801,
        hardware_length=8,
        protocol_length=5,
        operation=2,
        sender_hardware_address="02:00:00:00:00:01",
        sender_protocol_address="10.0.0.1",
        target_hardware_address="02:00:00:00:00:02",
        target_protocol_address="10.0.0.2",
    ),
    Ipv4(
        dscp=46,
        ecn=1,
        total_length=1500,
        identification=7,
        reserved_flag=True,
        dont_fragment=True,
        more_fragments=True,
        fragment_offset=0x1FFF,
        time_to_live=3,
        protocol=17,
        header_checksum=0xBEEF,
        source_address="10.0.0.1",
        destination_address=IPv4Address("10.0.0.2"),
        options=b"\x01\x01\x01\x00",
    ),
    Ipv6(
        traffic_class=0xB8,
        flow_label=0xFEDCB,
        payload_length=9,
        next_header=17,
        hop_limit=3,
        source_address="2001:db8::1",
        destination_address=IPv6Address("2001:db8::2"),
    ),
    Ipv6Extension(kind=60, next_header=17, hdr_ext_len=1, data=b"\x01\x0c" + bytes(12)),
    Udp(source_port=50000, destination_port=4789, length=8, checksum=0xBEEF),
    Tcp(
        source_port=40000,
        destination_port=9443,
        sequence_number=1 << 31,
        acknowledgment_number=7,
        reserved=3,
        flags=0x12,
        window=512,
        checksum=0xBEEF,
        urgent_pointer=1,
        options=b"\x02\x04\x05\xb4",
    ),
    Icmp(icmp_type=8, code=1, checksum=0xBEEF),
    Icmpv6(icmp_type=135, code=1, checksum=0xBEEF),
    Vxlan(flags=0x88, reserved1=b"\x01\x02\x03", vni=5001, reserved2=9),
    VxlanGpe(flags=0x0D, reserved1=1, next_protocol=1, vni=5001, reserved2=9),
    Mpls(label=299_776, traffic_class=5, bottom_of_stack=True, ttl=3),
    ControlWord(reserved=0x0123, sequence_number=9),
    Gre(reserved0=0x0008, protocol_type=0x6558, checksum=(0xBEEF, 1), key=5001, sequence_number=7),
]

VALUES = [
    MacAddr("02:aa:00:00:00:11"),
    RouteDistinguisher("10.0.0.1:7999"),
    RouteTarget("target:64512:5001"),
    EthernetSegmentId("03:44:38:39:ff:ff:01:00:00:01"),
]

INNER = frame(
    [
        Ethernet(destination_address="02:aa:00:00:00:11", source_address="00:00:5e:01:00:01", ethertype=0x0800),
        Ipv4(source_address="10.1.10.11", destination_address="10.99.0.11", protocol=6, time_to_live=63),
        Tcp(source_port=40000, destination_port=9443, flags=2),
    ],
    b"hello",
)
TUNNEL = Encapsulation.vxlan(
    5001, "10.1.2.21", "10.255.0.11", source_mac="02:00:00:00:00:01", destination_mac="02:00:00:00:00:02"
)
OUTER = TUNNEL.encapsulate(INNER)


def kind(value):
    return type(value).__name__


def test_one_of_each_header_is_tried():
    assert {type(header) for header in HEADERS} == set(wire.Header.__args__)


@pytest.mark.parametrize("value", [*HEADERS, *VALUES], ids=kind)
def test_headers_and_values_are_values(value):
    again = eval(repr(value), {**vars(wire), "IPv4Address": IPv4Address, "IPv6Address": IPv6Address})
    for other in (again, pickle.loads(pickle.dumps(value)), copy.copy(value), copy.deepcopy(value)):
        assert other == value
        assert hash(other) == hash(value)
        assert bytes(other) == bytes(value)
    assert len({value, again}) == 1
    assert str(value)
    assert value != bytes(value)
    with pytest.raises(AttributeError):
        value.anything = 1


@pytest.mark.parametrize("header", HEADERS, ids=kind)
def test_every_field_is_of_the_header(header):
    fields = header.to_dict()
    assert type(header)(**fields) == header
    empty = type(header)()
    assert len(header) == len(bytes(header)) >= len(empty)
    for field, value in fields.items():
        assert getattr(header, field) == value
        assert value != getattr(empty, field), f"{field} is as it is by itself"
        assert type(header)(**{field: value}) != empty, field


@pytest.mark.parametrize("value", VALUES, ids=kind)
def test_values_are_made_of_text_and_of_bytes(value):
    assert type(value)(str(value)) == type(value)(bytes(value)) == type(value)(value) == value
    assert not value < value <= value
    for wrong in (b"", 5, None, bytes(value) + b"\x00"):
        with pytest.raises(TypeError):
            type(value)(wrong)
    with pytest.raises(InvalidValueError):
        type(value)("nonsense")


def test_what_values_say_of_themselves():
    assert str(MacAddr("02AA.0000.0011")) == "02:aa:00:00:00:11" == str(MacAddr("02-aa-00-00-00-11"))
    assert MacAddr("ff:ff:ff:ff:ff:ff").is_group and not VALUES[0].is_group
    assert VALUES[1].kind == 1
    assert EthernetSegmentId(bytes(10)).is_zero and not VALUES[3].is_zero


@pytest.mark.parametrize("text", ["", "02:aa:00:00:00", "02:aa:00:00:00:11:00", "02:aa:00:00:00:gg"])
def test_what_is_no_mac_address_is_a_value_error(text):
    with pytest.raises(ValueError, match="^not a MAC address: expected six hex pairs"):
        MacAddr(text)


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: Vlan(vlan_id=4096), "VLAN is 4096, expected 0 to 4095"),
        (lambda: Vxlan(vni=1 << 24), "VNI is 16777216, expected 0 to 16777215"),
        (lambda: Mpls(label=1 << 20), "MPLS label is 1048576, expected 0 to 1048575"),
        (lambda: Mpls(traffic_class=8), "traffic class is 8, expected 0 to 7"),
        (lambda: Ipv4(options=b"123"), "not IPv4 options: expected 0 to 40 bytes in words of 4"),
        (lambda: Tcp(options=bytes(44)), "not TCP options: expected 0 to 40 bytes in words of 4"),
        (lambda: Ipv4(fragment_offset=0x2000), "fragment offset is 8192, expected 0 to 8191"),
        (lambda: Ipv6(flow_label=1 << 20), "flow label is 1048576, expected 0 to 1048575"),
        (lambda: Gre(reserved0=0x0400), "not reserved0: expected some of the bits 0x03f8"),
        (lambda: ControlWord(reserved=0x1000), "reserved is 4096, expected 0 to 4095"),
        (lambda: Encapsulation.vxlan(1 << 24, "10.0.0.1", "10.0.0.2"), "VNI is 16777216, expected 0 to 16777215"),
        (lambda: Encapsulation.mpls_over_udp([], "10.0.0.1", "10.0.0.2"), "depth of a label stack is 0"),
    ],
)
def test_what_does_not_fit_is_refused(make, expected):
    with pytest.raises(InvalidValueError, match=expected):
        make()


@pytest.mark.parametrize(
    "make",
    [
        lambda: Vxlan(vni=True),
        lambda: Ipv4(time_to_live=False),
        lambda: Gre(key=True),
        lambda: Gre(checksum=(1, True)),
        lambda: LabelField(True),
        lambda: LabelField.of_mpls(True),
        lambda: MacIpRoute(rd="10.0.0.1:7", mac="02:aa:00:00:00:11", ethernet_tag=True),
        lambda: MacIpRoute(rd="10.0.0.1:7", mac="02:aa:00:00:00:11", label1=True),
        lambda: OtherRoute(route_type=True, value=b""),
        lambda: encode_update([], "10.0.0.1", local_pref=True),
        lambda: Encapsulation.vxlan(True, "10.0.0.1", "10.0.0.2"),
        lambda: Encapsulation.mpls_over_udp([True], "10.0.0.1", "10.0.0.2"),
        lambda: Encapsulation.vxlan(5001, "10.0.0.1", "10.0.0.2", destination_port=True),
        lambda: Encapsulation.vxlan(5001, "10.0.0.1", "10.0.0.2", policy=Policy(ttl=True)),
        lambda: Decoder(vxlan_ports=[True]),
        lambda: scan("some.pcap", vni=True),
        lambda: scan("some.pcap", protocol=True),
    ],
)
def test_booleans_are_no_numbers(make):
    with pytest.raises(TypeError) as raised:
        make()
    causes, error = [], raised.value
    while error is not None:
        causes.append(str(error))
        error = error.__cause__
    assert "expected a number, found a boolean" in "".join(causes)


def test_addresses_that_would_lose_something_are_refused():
    with pytest.raises(TypeError, match="found an interface with a prefix"):
        Ipv4(source_address=IPv4Interface("10.0.0.1/24"))
    with pytest.raises(ValueError, match="expected an address without a scope"):
        Ipv6(source_address=IPv6Address("fe80::1%eth0"))
    with pytest.raises(ValueError, match='not an IP address: "fe80::1%eth0"'):
        Ipv6(source_address="fe80::1%eth0")
    with pytest.raises(ValueError, match="expected an IPv4 address"):
        Ipv4(source_address="::1")
    with pytest.raises(ValueError):
        Ipv4(source_address=5)


def test_a_frame_is_decoded_level_by_level():
    outer = decode(OUTER)
    assert (outer.offset, outer.tunnel, outer.vni, outer.labels) == (0, "vxlan", 5001, [])
    assert (outer.source_ip, outer.destination_ip) == (ip_address("10.1.2.21"), ip_address("10.255.0.11"))
    assert (outer.source_mac, outer.destination_mac) == (MacAddr("02:00:00:00:00:01"), MacAddr("02:00:00:00:00:02"))
    assert (outer.protocol, outer.destination_port, outer.payload_kind) == (17, 4789, "ethernet")
    assert outer.source_port >= 49152
    assert (outer.vlans, outer.error, outer.anomalies()) == ([], None, [])
    assert [type(header) for header in outer.headers] == [Ethernet, Ipv4, Udp, Vxlan]
    assert [offset for offset, _ in outer.layers] == [0, 14, 34, 42]
    assert outer.header(Vxlan) == Vxlan(vni=5001)
    assert outer.header(Tcp) is None

    inner = outer.inner
    assert (inner.offset, inner.payload_offset, inner.payload_length, inner.payload_kind) == (50, 104, 5, "opaque")
    assert (inner.source_port, inner.destination_port, inner.protocol) == (40000, 9443, 6)
    assert (inner.vni, inner.tunnel, inner.inner) == (None, None, None)
    assert bytes(inner.payload) == b"hello"
    assert bytes(inner.trailer) == b""
    assert [level.offset for level in outer.levels] == [0, 50]
    assert [level.offset for level in inner.levels] == [50]
    assert frame([*outer.headers, *inner.headers], inner.payload, complete=False) == OUTER
    assert "vxlan: flags 0x08, reserved1 000000, vni 5001, reserved2 0" in str(outer)
    assert repr(inner) == "<Packet at byte 50: Ethernet/Ipv4/Tcp, payload of 5 bytes>"
    assert outer.to_dict()["layers"][3]["vni"] == 5001


def test_the_payload_is_a_view_of_the_frame_and_keeps_it():
    outer = decode(OUTER)
    payload = outer.inner.payload
    assert payload.obj is OUTER is outer.frame
    del outer
    assert payload.readonly and bytes(payload) == b"hello"


def test_any_buffer_is_decoded_and_a_later_change_of_it_is_not_seen(tmp_path):
    changing = bytearray(OUTER)
    packet = decode(changing)
    changing[:] = bytes(len(changing))
    assert packet.vni == 5001
    assert decode(memoryview(b"xx" + OUTER)[2:]).vni == 5001
    assert decode(memoryview(bytes(byte for pair in zip(OUTER, OUTER) for byte in pair))[::2]).vni == 5001
    (tmp_path / "frame").write_bytes(OUTER)
    with open(tmp_path / "frame", "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        assert decode(mapped).vni == 5001
    for wrong in ("text", 5, None):
        with pytest.raises(TypeError):
            decode(wrong)


def test_a_packet_is_pickled_and_copied_at_its_depth():
    for packet in decode(OUTER).levels:
        for other in (pickle.loads(pickle.dumps(packet)), copy.copy(packet), copy.deepcopy(packet)):
            assert (other.frame, other.layers) == (packet.frame, packet.layers)


def test_what_cannot_be_decoded_says_where():
    broken = OUTER[:64] + b"\x55" + OUTER[65:]
    outer = decode(broken)
    with pytest.raises(DecodeError, match="^ipv4 at byte 64: version is 5, expected 4$") as raised:
        outer.inner
    error = raised.value
    assert (error.layer, error.offset, error.problem) == ("ipv4", 64, "version is 5, expected 4")
    assert pickle.loads(pickle.dumps(error)).args == error.args
    levels = iter(outer.levels)
    assert next(levels).offset == 0
    with pytest.raises(DecodeError):
        next(levels)
    assert list(levels) == []


def test_a_frame_that_was_cut_is_decoded_as_far_as_it_goes():
    cut = decode(OUTER[:70], original_length=len(OUTER))
    assert (cut.vni, cut.error) == (5001, None)
    assert cut.inner.source_mac == MacAddr("00:00:5e:01:00:01")
    assert str(cut.inner.error) == "ipv4 at byte 64: needs 20 bytes, 6 left in what the capture kept"
    assert cut.inner.inner is None
    with pytest.raises(DecodeError, match="total_length claims 95 bytes, 56 left in the frame"):
        decode(OUTER[:70])


def test_the_decoder_is_told_what_the_bytes_do_not_say():
    tunnel = Encapsulation.mpls_over_udp(
        [16, 299_776], "10.0.0.1", "10.0.0.2", payload="ethernet_with_control_word", destination_port=7000
    )
    carried = tunnel.encapsulate(INNER)
    assert decode(carried, link="ip").tunnel is None, "not the usual port"
    carried = Encapsulation.mpls_over_udp(
        [16, 299_776], "10.0.0.1", "10.0.0.2", payload="ethernet_with_control_word"
    ).encapsulate(INNER)
    assert decode(carried, link="ip").inner is None
    for payload in ("ethernet_with_control_word", {299_776: "ethernet_with_control_word"}, "guess"):
        decoder = Decoder(mpls_payload=payload)
        outer = decoder.decode(carried, link="ip")
        assert outer.labels == [16, 299_776]
        assert ControlWord() in outer.headers
        assert bytes(outer.inner.payload) == b"hello"
        assert decoder.mpls_payload == payload
        assert pickle.loads(pickle.dumps(decoder)) == decoder == copy.copy(decoder) != Decoder()
        assert eval(repr(decoder)) == decoder
    assert Decoder(mpls_payload={16: "ip"}).decode(carried, link="ip").inner is None
    older = Encapsulation.vxlan(5001, "10.0.0.1", "10.0.0.2", destination_port=8472).encapsulate(INNER)
    assert Decoder(vxlan_ports=[4789, 8472]).decode(older, link="ip").vni == 5001
    assert Decoder(vxlan_ports=[8472]).vxlan_ports == [8472]


@pytest.mark.parametrize(
    ("refused", "expected"),
    [
        (lambda: decode(OUTER, link="token ring"), 'link is "token ring", expected one of ethernet, ip, linux_sll'),
        (lambda: Decoder(mpls_payload="frames"), 'MPLS payload is "frames", expected one of opaque, ip, ipv4'),
        (lambda: tunnel(policy=Policy(ecn="both")), 'ecn is "both", expected one of normal, compatibility'),
        (lambda: tunnel(policy=Policy(ttl="pipe")), 'ttl is "pipe", expected one of uniform'),
        (lambda: tunnel(policy=Policy(dscp=64)), "DSCP is 64, expected 0 to 63"),
        (lambda: tunnel(destination="::1"), "source and destination have to be of one version of IP"),
        (lambda: tunnel(vlans=(5,)), "expected both MAC addresses, or none and no VLANs"),
        (lambda: tunnel(tunnel="mpls_over_udp"), "expected vxlan with a VNI, or mpls_over_udp or mpls_over_gre"),
    ],
)
def test_words_and_combinations_that_are_not_known_are_refused(refused, expected):
    with pytest.raises(ValueError, match=expected):
        refused()


def tunnel(**others):
    return Encapsulation(**{"tunnel": "vxlan", "source": "10.0.0.1", "destination": "10.0.0.2", "vni": 5001} | others)


def test_a_tunnel_puts_its_headers_in_front():
    assert OUTER.endswith(INNER)
    assert (TUNNEL.headroom, TUNNEL.overhead, TUNNEL.max_inner(1500)) == (50, 36, 1464)
    assert Encapsulation.mpls_over_gre((16,), "10.0.0.1", "10.0.0.2").overhead == 28
    assert pickle.loads(pickle.dumps(TUNNEL)) == copy.deepcopy(TUNNEL) == TUNNEL != tunnel()
    assert len({TUNNEL, copy.copy(TUNNEL)}) == 1
    assert TUNNEL.encapsulate(memoryview(INNER), source_port=5) != OUTER
    assert decode(TUNNEL.encapsulate(INNER, source_port=5)).source_port == 5
    with pytest.raises(EncodeError):
        TUNNEL.encapsulate(bytes(65536))


def test_a_policy_says_how_the_outer_headers_follow():
    vrouter = Encapsulation.mpls_over_udp([20], "10.0.0.1", "10.0.0.2", policy=Policy.VROUTER)
    outer = decode(vrouter.encapsulate(INNER[14:]), link="ip")
    assert outer.header(Mpls) == Mpls(label=20, bottom_of_stack=True, ttl=63)
    assert not outer.header(Ipv4).dont_fragment
    given = tunnel(policy=Policy(fragmentation="allowed", ttl=9, dscp=46, source_port=7, udp_checksum="computed"))
    outer = decode(given.encapsulate(INNER, identification=77), link="ip")
    ip = outer.header(Ipv4)
    assert (ip.identification, ip.time_to_live, ip.dscp, outer.source_port) == (77, 9, 46, 7)
    assert outer.header(Udp).checksum != 0
    over_ipv6 = tunnel(source="2001:db8::1", destination=IPv6Address("2001:db8::2"), policy=Policy(flow_label="zero"))
    outer = decode(over_ipv6.encapsulate(INNER), link="ip")
    assert (outer.source_ip, outer.header(Ipv6).flow_label) == (IPv6Address("2001:db8::1"), 0)
    ports = {decode(tunnel(policy=Policy(hash_seed=seed)).encapsulate(INNER), link="ip").source_port for seed in range(9)}
    assert len(ports) > 1


def test_headers_that_do_not_follow_each_other_are_refused():
    with pytest.raises(EncodeError, match="ethernet cannot be followed by udp"):
        frame([Ethernet(), Udp()])
    with pytest.raises(EncodeError, match="ipv4 cannot carry 65556 bytes: total_length holds at most 65535"):
        frame([Ipv4()], bytes(65536))
    with pytest.raises(TypeError, match="expected a header, found bytes"):
        frame([b"no header"])


def test_the_identity_of_a_route_is_a_value():
    key = RouteKey("2-10.0.0.1:7-0-02:aa:00:00:00:11,10.99.0.11")
    assert str(key) == "10.0.0.1:7:[2]:[0]:[48]:[02:aa:00:00:00:11]:[32]:[10.99.0.11]"
    assert key.contrail == "2-10.0.0.1:7-0-02:aa:00:00:00:11,10.99.0.11"
    again = RouteKey(str(key))
    assert key == again == pickle.loads(pickle.dumps(key)) == eval(repr(key)) and len({key, again}) == 1
    assert RouteKey("1-10.0.0.1:7-10.0.0.1:1-0") < key
    with pytest.raises(InvalidValueError, match="EVPN route: expected"):
        RouteKey("nonsense")
