import gzip
import json
import os
import pickle
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

import duckdb
import polars
import pyarrow
import pytest
from files import START, bgp_open, bmp, mrt, pcap, segment

from contrail_fabric.bgp import (
    EthernetAutoDiscoveryRoute,
    EthernetSegmentRoute,
    InclusiveMulticastRoute,
    IpPrefixRoute,
    LabelField,
    MacIpRoute,
    Messages,
    SelectiveMulticastRoute,
    decode_message,
    encode_update,
    encode_withdrawal,
)
from contrail_fabric.bulk import RouteScan, scan, scan_routes
from contrail_fabric.errors import MessageError
from contrail_fabric.wire import Capture, Tcp

SHARED = Path(__file__).resolve().parents[3] / "shared"
corpus = pytest.mark.skipif(not SHARED.is_dir(), reason="the corpus ../shared is not beside the project")

RD, ESI, MAC = "10.0.0.1:7", "00:11:22:33:44:55:66:77:88:99", "02:aa:00:00:00:11"
VXLAN = ["target:64512:5001", "target:64512:9001", "encapsulation:vxlan"]
MAC_IP = MacIpRoute(rd=RD, esi=ESI, ethernet_tag=4, mac=MAC, ip="10.99.0.11", label1=5001, label2=9001)
MULTICAST = InclusiveMulticastRoute(rd=RD, originator="10.0.0.1")
PREFIX = IpPrefixRoute(rd=RD, prefix="10.99.0.0/24", gateway="10.99.0.1", label=LabelField.of_mpls(16))
OTHERS = [
    EthernetAutoDiscoveryRoute(rd=RD, esi=ESI, label=LabelField.of_mpls(299_776)),
    EthernetSegmentRoute(rd=RD, esi=ESI, originator="10.0.0.1"),
    SelectiveMulticastRoute(rd=RD, group="239.0.0.1", originator="2001:db8::1"),
]
MESSAGES = [
    *encode_update([MAC_IP], "10.0.0.1", communities=VXLAN),
    *encode_update([MULTICAST], "10.0.0.1", communities=VXLAN, ingress_replication=(5001, "10.0.0.1")),
    *encode_update([PREFIX, *OTHERS], "2001:db8::1"),
    *encode_withdrawal([MAC_IP, MULTICAST]),
]
KEEPALIVE = bytes([0xFF] * 16) + bytes((0, 19, 4))


def update_of(body):
    return bytes([0xFF] * 16) + (19 + len(body)).to_bytes(2) + bytes((2,)) + body


def attributes_of(attributes):
    return update_of(bytes(2) + len(attributes).to_bytes(2) + attributes)


def reach_of(value):
    usual = bytes.fromhex("40010100 400200 40050400000064")
    return attributes_of(usual + bytes((0x90, 14)) + len(value).to_bytes(2) + value)


# How the rest of a message goes around each kind of vector.
WHOLE = {
    "bgp_update": lambda message: message,
    "update_body": update_of,
    "path_attributes": attributes_of,
    "mp_reach_value": reach_of,
    "evpn_nlri": lambda route: reach_of(bytes.fromhex("0019 46 04 0a000001 00") + route),
}


def rows(scanned):
    return pyarrow.table(scanned).to_pylist()


def with_routes_of(messages, number):
    """The columns that do not depend on where messages are recorded, by the objects of `contrail_fabric.bgp`."""
    for at, bytes_ in enumerate(messages):
        message = decode_message(bytes_)
        for route in message.withdrawn:
            yield {"number": number(at), "action": "withdraw", **columns(route, None)}
        for route in message.routes:
            yield {"number": number(at), "action": "announce", **columns(route, message)}


def text(value):
    return None if value is None else str(value)


def columns(route, message):
    pmsi = None
    if message is not None and isinstance(route, InclusiveMulticastRoute):
        attributes = message.to_dict().get("attributes", [])
        pmsi = next((it["label"]["vni"] for it in attributes if it["type"] == "pmsi_tunnel"), None)
    label = getattr(route, "label1", getattr(route, "label", None))
    label2 = getattr(route, "label2", None)
    return {
        "route": str(route),
        "rd": text(getattr(route, "rd", None)),
        "ethernet_tag": getattr(route, "ethernet_tag", None),
        "esi": text(getattr(route, "esi", None)),
        "mac": text(getattr(route, "mac", None)),
        "ip": text(getattr(route, "ip", None)),
        "prefix": text(getattr(route, "prefix", None)),
        "gateway": text(getattr(route, "gateway", None)),
        "originator": text(getattr(route, "originator", None)),
        "vni": pmsi if label is None else label.vni,
        "vrf_vni": label2.vni if label2 is not None else None,
        "next_hop": text(message.next_hop) if message else None,
        "encapsulation": message.encapsulation if message else None,
        "route_targets": " ".join(map(str, message.route_targets)) if message else None,
    }


CHECKED = ["number", "action", *columns(MULTICAST, None)]


@pytest.fixture
def write(tmp_path):
    def written(content, name="some.file"):
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    return written


def test_a_route_is_a_row(write):
    path = write(mrt(MESSAGES))
    mac_ip, multicast, prefix, *_ = rows(scan_routes(path))
    assert mac_ip == {
        "path": str(path),
        "number": 1,
        "timestamp": datetime.fromtimestamp(START, UTC),
        "peer": "10.0.0.1",
        "peer_as": 64512,
        "action": "announce",
        "route": "10.0.0.1:7:[2]:[4]:[48]:[02:aa:00:00:00:11]:[32]:[10.99.0.11]",
        "route_type": 2,
        "rd": RD,
        "ethernet_tag": 4,
        "esi": ESI,
        "mac": MAC,
        "ip": "10.99.0.11",
        "prefix": None,
        "gateway": None,
        "originator": None,
        "vni": 5001,
        "mpls_label": 312,
        "vrf_vni": 9001,
        "next_hop": "10.0.0.1",
        "encapsulation": "vxlan",
        "route_targets": "target:64512:5001 target:64512:9001",
        "error": None,
    }
    assert (multicast["originator"], multicast["vni"]) == ("10.0.0.1", 5001), "the label of the PMSI tunnel"
    assert (prefix["prefix"], prefix["gateway"], prefix["mpls_label"]) == ("10.99.0.0/24", "10.99.0.1", 16)
    assert (prefix["next_hop"], prefix["encapsulation"], prefix["route_targets"]) == ("2001:db8::1", None, "")


def test_route_distinguishers_of_each_kind_are_written_as_they_are_shown(write):
    rds = ["64512:7", "10.0.0.1:7", "255.0.10.199:65535", "4200000000:7", "64512L:7", "0x00ff000000000007"]
    routes = [MacIpRoute(rd=rd, mac=MAC) for rd in rds]
    table = pyarrow.table(scan_routes(write(mrt(encode_update(routes, "10.0.0.1"))), ["rd"]))
    assert table["rd"].to_pylist() == [str(route.rd) for route in routes] == rds


def test_captures_mrt_and_bmp_say_the_same(write):
    stream, frames, at = KEEPALIVE.join(MESSAGES), [], 0xFFFF_FF00
    while stream:
        frames.append(segment(stream[:100], at % (1 << 32)))
        stream, at = stream[100:], at + len(stream[:100])
    scans = {
        "mrt": scan_routes(write(mrt(MESSAGES), "mrt"), CHECKED),
        "bmp": scan_routes(write(b"".join(bmp(0, message) for message in MESSAGES), "bmp"), CHECKED),
        "pcap": scan_routes(write(pcap(frames), "pcap"), CHECKED),
    }
    expected = list(with_routes_of(MESSAGES, lambda at: at + 1))
    assert len(expected) == 8
    assert rows(scans["mrt"]) == rows(scans["bmp"]) == expected
    ends = [len(KEEPALIVE.join(MESSAGES[: at + 1])) for at in range(len(MESSAGES))]
    assert rows(scans["pcap"]) == list(with_routes_of(MESSAGES, lambda at: -(-ends[at] // 100)))


def test_what_gzip_has_made_smaller_is_read_as_it_was(write):
    packets, updates = pcap([segment(MESSAGES[0], 1)]), mrt(MESSAGES)
    for content, scanned in [(packets, scan), (packets, scan_routes), (updates, scan_routes)]:
        expected = rows(scanned(write(content)))
        half = len(content) // 2
        # Members one behind the other are one file.
        assert rows(scanned(write(gzip.compress(content[:half]) + gzip.compress(content[half:])))) == expected


@pytest.mark.parametrize("record", ["pcap", "bmp"])
def test_path_identifiers_are_read_where_both_ends_agreed_on_them(write, record):
    (update,) = encode_update([MAC_IP], "10.0.0.1")
    route = bytes(MAC_IP)
    at, attribute = update.index(route), update.index(bytes((0x90, 14)))
    with_id = bytearray(update[:at] + bytes((0, 0, 0, 9)) + update[at:])
    for place in (16, 21, attribute + 2):
        with_id[place : place + 2] = (int.from_bytes(update[place : place + 2]) + 4).to_bytes(2)
    opens = [bgp_open(bytes.fromhex("0104 0019 0046"), bytes.fromhex("4504 0019 4603")) for _ in range(2)]
    to_us = {"source": "10.0.0.2", "destination": "10.0.0.1", "ports": (40000, 179)}
    if record == "pcap":
        first, second = opens
        frames = [segment(first, 1), segment(second, 1, **to_us), segment(bytes(with_id), 1 + len(first))]
        path = write(pcap(frames))
    else:
        up = bmp(3, bytes(20) + b"".join(opens))
        path = write(up + bmp(0, bytes(with_id)))
    assert [row["route"] or row["error"] for row in rows(scan_routes(path))] == [str(MAC_IP)]
    without = write(pcap([segment(bytes(with_id), 1)]) if record == "pcap" else bmp(0, bytes(with_id)))
    found = [row["route"] for row in rows(scan_routes(without))]
    assert found and str(MAC_IP) not in found, "nobody has said that there are path identifiers"


def test_segments_that_come_again_are_read_once_and_a_gap_is_told(write):
    first, second, third = (encode_update([MacIpRoute(rd=RD, mac=f"02:00:00:00:00:0{it}")], "10.0.0.1")[0] for it in (1, 2, 3))
    starts = [1000, 1000 + len(first), 1000 + len(first + second)]
    whole = [segment(it, start) for it, start in zip((first, second, third), starts)]
    again = write(pcap([whole[0], whole[1][:-10], whole[0], whole[1], whole[1], whole[2]]), "again")
    assert [row["mac"] for row in rows(scan_routes(again, ["mac"]))] == [f"02:00:00:00:00:0{it}" for it in (1, 2, 3)]
    gap = rows(scan_routes(write(pcap([whole[0], whole[2]]), "gap")))
    missing = f"{len(second)} bytes of the connection are missing or out of order in front of this"
    assert [(row["number"], row["mac"], row["error"]) for row in gap] == [
        (1, "02:00:00:00:00:01", None),
        (2, None, missing),
        (2, "02:00:00:00:00:03", None),
    ]
    middle = write(pcap([segment(first[20:], 1020), whole[1]]), "middle")
    assert [row["mac"] for row in rows(scan_routes(middle))] == ["02:00:00:00:00:02"], "the capture began inside a message"


def test_a_table_of_mrt_has_a_row_for_each_neighbours_route(write):
    record = lambda subtype, body: START.to_bytes(4) + bytes((0, 13, 0, subtype)) + len(body).to_bytes(4) + body
    peers = [(2, "10.0.0.1", 64512), (2, "10.0.0.2", 64513)]
    index = ip_address("10.0.0.9").packed + bytes((0, 0)) + len(peers).to_bytes(2)
    for kind, address, number in peers:
        index += bytes((kind,)) + ip_address(address).packed * 2 + number.to_bytes(4)
    communities = bytes.fromhex("c0 10 10 0002 fc00 00001389 030c 000000000008")
    next_hop = bytes((0x80, 14, 5, 4)) + ip_address("10.0.0.1").packed
    entry = lambda peer, attributes: peer.to_bytes(2) + (START - 5 + peer).to_bytes(4) + len(attributes).to_bytes(2) + attributes
    entries = entry(0, communities + next_hop) + entry(1, next_hop)
    table = bytes(4) + bytes((0, 25, 70)) + bytes(MAC_IP) + (2).to_bytes(2) + entries
    unicast = bytes(4) + bytes((8, 10)) + (0).to_bytes(2)
    first, second = rows(scan_routes(write(record(1, index) + record(6, table) + record(2, unicast))))
    assert (first["number"], first["peer"], first["peer_as"]) == (2, "10.0.0.1", 64512)
    came = [datetime.fromtimestamp(it, UTC) for it in (START - 5, START - 4)]
    assert [first["timestamp"], second["timestamp"]] == came, "not when the table was written"
    assert (first["action"], first["route"], first["vni"]) == ("announce", str(MAC_IP), 5001)
    assert (first["next_hop"], first["encapsulation"]) == ("10.0.0.1", "vxlan")
    assert (first["route_targets"], second["route_targets"]) == ("target:64512:5001", "")
    assert (second["peer"], second["peer_as"], second["encapsulation"]) == ("10.0.0.2", 64513, None)


def test_a_new_connection_between_the_same_ends_begins_anew(write):
    (update,) = encode_update([MAC_IP], "10.0.0.1")
    frames = [segment(update[:-1], 5000), segment(b"", 99, flags=0x02), segment(update, 100)]
    assert [row["mac"] for row in rows(scan_routes(write(pcap(frames))))] == [MAC]


def test_what_cannot_be_read_has_its_place(write):
    (update,) = encode_update([MAC_IP], "10.0.0.1")
    at = update.index(bytes(MAC_IP))
    broken = bytearray(update)
    broken[at + 1] = 200
    with pytest.raises(MessageError) as error:
        raise decode_message(bytes(broken)).errors[0]
    recorded = mrt([update, bytes(broken), update])
    good, bad, last = rows(scan_routes(write(recorded)))
    assert (good["route"], last["route"], last["number"]) == (str(MAC_IP), str(MAC_IP), 3)
    record = 12 + 20 + len(update)
    expected = str(error.value).replace(f"byte {at}", f"byte {record + 32 + at}")
    assert bad["error"].split(": ")[0] == expected.split(": ")[0], "counted from the start of the file"
    said = {name for name, value in bad.items() if value is not None}
    assert said == {"path", "number", "timestamp", "peer", "peer_as", "error"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (mrt(MESSAGES)[:-1], f"cut off inside the record at byte {len(mrt(MESSAGES[:-1]))}$"),
        (bmp(0, MESSAGES[0]) + b"\x04\0\0\0\x07\0\0", f"bmp_message at byte {len(bmp(0, MESSAGES[0]))}: version is 4"),
        (bytes((3, 0, 0, 0, 5, 0)), "byte 0: message_length is 5"),
        (gzip.compress(mrt(MESSAGES))[:-9], "unexpected end of file|incomplete|corrupt"),
        (gzip.compress(b"BGP"), "neither a capture nor MRT records nor BMP messages$"),
        (b"BGP", "neither a capture nor MRT records nor BMP messages$"),
        (pcap([segment(MESSAGES[0], 1)])[:-1], "cut off inside the record at byte 24"),
    ],
)
def test_a_file_that_cannot_be_read_is_an_error_of_the_reader(write, content, said):
    with pytest.raises(Exception, match=f"some.file: .*{said}"):
        pyarrow.table(scan_routes(write(content)))
    with pytest.raises(Exception, match="no.file: No such file"):
        pyarrow.table(scan_routes("no.file"))


def test_columns_and_batches_are_those_asked_for(write):
    path = write(mrt(MESSAGES))
    some = scan_routes([path, str(path)], ["vni", "number"], batch_rows=3)
    assert isinstance(some, RouteScan)
    assert some.columns == ["vni", "number"]
    assert repr(some) == "<RouteScan of 2 files, 2 columns>"
    assert repr(scan_routes(path, ["vni"])) == "<RouteScan of 1 file, 1 column>"
    batches = list(pyarrow.RecordBatchReader.from_stream(some))
    # A batch has all that a message says.
    assert [batch.num_rows for batch in batches] == [6, 3, 5, 2]
    again = pickle.loads(pickle.dumps(some))
    assert pyarrow.table(again) == pyarrow.Table.from_batches(batches)
    assert rows(scan_routes(write(b"", "empty"))) == rows(scan_routes([])) == []
    with pytest.raises(ValueError, match='no column "label", expected some of path, number, timestamp'):
        scan_routes(path, ["label"])
    with pytest.raises(ValueError, match="expected one row or more in a batch"):
        scan_routes(path, batch_rows=0)


def test_whatever_reads_arrow_reads_it(write):
    routes = scan_routes(write(mrt(MESSAGES)))
    table = polars.DataFrame(routes)
    assert table["vni"].drop_nulls().to_list()[:2] == [5001, 5001]
    assert table["timestamp"].dtype == polars.Datetime("us", "UTC")
    assert duckdb.sql("select count(*) from routes where action = 'withdraw'").fetchall() == [(2,)]
    kinds = {str(kind) for kind in pyarrow.table(routes).schema.types}
    assert kinds == {"string", "int64", "int32", "timestamp[us, tz=UTC]"}


def test_memory_stays_flat(write):
    path = write(mrt(encode_update([MAC_IP], "10.0.0.1") * 60_000))
    before, count = pyarrow.total_allocated_bytes(), 0
    for batch in pyarrow.RecordBatchReader.from_stream(scan_routes(path, batch_rows=1000)):
        count += batch.num_rows
        assert batch.nbytes < 500_000
    assert count == 60_000
    assert pyarrow.total_allocated_bytes() - before < 1_000_000


@corpus
def test_captures_of_others_are_read_as_objects_read_them():
    captures = [
        *sorted((SHARED / "captures/openstack+os-ken/os_ken/tests/packet_data/bgp4").glob("evpn_*.pcap")),
        *sorted((SHARED / "captures/peer-lab").glob("evpn-*.pcap")),
        SHARED / "captures/the-tcpdump-group+tcpdump/tests/bgp-encap.pcap",
    ]
    found = 0
    for path in captures:
        expected = []
        for captured in Capture(path):
            packet = captured.decode()
            tcp = packet.header(Tcp)
            if tcp is not None and 179 in (tcp.source_port, tcp.destination_port):
                messages = [bytes(message) for message in Messages(bytes(packet.payload))]
                expected += with_routes_of(messages, lambda _, number=captured.number: number)
        assert rows(scan_routes(path, CHECKED)) == expected, path
        found += len(expected)
    assert found == 16


@corpus
def test_recorded_updates_of_others_are_read_as_objects_read_them(write):
    good = []
    for line in (SHARED / "vectors/dev-vectors.jsonl").read_text(encoding="utf-8").splitlines():
        vector = json.loads(line)
        whole = WHOLE.get(vector["kind"])
        try:
            update = whole and whole(bytes.fromhex(vector["hex"]))
            good += [update] if update and not decode_message(update).errors else []
        except (MessageError, OverflowError):
            continue
    expected = list(with_routes_of(good, lambda at: at + 1))
    assert len(expected) >= 40
    assert rows(scan_routes(write(mrt(good)), CHECKED)) == expected
    assert rows(scan_routes(write(b"".join(bmp(0, update) for update in good)), CHECKED)) == expected


# Of a collector that wrote neither family nor addresses in front of some messages.
BROKEN = {"updates.20001104.0124.gz": 63}


@corpus
def test_mrt_files_of_others_are_read_to_their_end():
    files = [path for path in (SHARED / "mrt").rglob("*") if path.suffix in ("", ".gz") and "expected" not in path.name]
    found = {path: rows(scan_routes(path)) for path in files if path.is_file()}
    assert len(found) >= 20
    for path, errors in found.items():
        assert len(errors) == BROKEN.get(path.name, 0), path
        assert all(row["error"] for row in errors), path
