import pickle
from datetime import UTC, datetime

import duckdb
import pandas
import polars
import pyarrow
import pyarrow.parquet
import pytest
from files import pcap

from contrail_fabric.bulk import PacketScan, scan
from contrail_fabric.wire import Capture, Decoder, Encapsulation, Ethernet, Icmp, Ipv4, Ipv6, Tcp, Udp, Vlan, frame

MAC1, MAC2 = "02:00:00:00:00:01", "02:00:00:00:00:02"
FROM_TO = {"source_address": MAC1, "destination_address": MAC2}
PAYLOADS = {5001: b"hello", 5002: b""}


def inner(vni):
    to = {"source_address": "10.1.10.11", "destination_address": f"10.99.{vni - 5000}.255"}
    link = Ethernet(source_address="02:aa:00:00:00:11", destination_address="00:00:5e:01:00:01", ethertype=0x0800)
    return frame([link, Ipv4(**to, protocol=6), Tcp(source_port=40000, destination_port=9443)], PAYLOADS[vni])


def vxlan(vni):
    return Encapsulation.vxlan(vni, "10.1.2.21", "10.255.0.11", source_mac=MAC1, destination_mac=MAC2, vlans=(200,))


MPLS = Encapsulation.mpls_over_gre([16, 299_776], "10.1.2.21", "10.255.0.12", source_mac=MAC1, destination_mac=MAC2)
FRAMES = [
    vxlan(5001).encapsulate(inner(5001), source_port=50001),
    vxlan(5002).encapsulate(inner(5002), source_port=50002),
    MPLS.encapsulate(inner(5001)[14:]),
    frame(
        [
            Ethernet(**FROM_TO, ethertype=0x8100),
            Vlan(vlan_id=300, ethertype=0x86DD),
            Ipv6(source_address="2001:db8::1", destination_address="2001:db8::2", next_header=17),
            Udp(source_port=1, destination_port=2),
        ]
    ),
    frame([Ethernet(**FROM_TO, ethertype=0x0800), Ipv4(protocol=1), Icmp(icmp_type=8)], bytes(4)),
    vxlan(5001).encapsulate(inner(5001), source_port=50001)[:80],
]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("captures") / "some.pcap"
    path.write_bytes(pcap(FRAMES))
    return path


@pytest.fixture(scope="module")
def rows(path):
    return pyarrow.table(scan(path)).to_pylist()


def test_a_frame_in_a_tunnel_is_a_row_of_both_levels(rows, path):
    assert rows[0] == {
        "path": str(path),
        "number": 1,
        "timestamp": datetime.fromtimestamp(1_700_000_000.25, UTC),
        "interface": 0,
        "length": len(FRAMES[0]),
        "outer_source_mac": MAC1,
        "outer_destination_mac": MAC2,
        "outer_vlan": 200,
        "outer_source": "10.1.2.21",
        "outer_destination": "10.255.0.11",
        "outer_source_port": 50001,
        "outer_destination_port": 4789,
        "tunnel": "vxlan",
        "vni": 5001,
        "label": None,
        "source_mac": "02:aa:00:00:00:11",
        "destination_mac": "00:00:5e:01:00:01",
        "vlan": None,
        "source": "10.1.10.11",
        "destination": "10.99.1.255",
        "protocol": 6,
        "source_port": 40000,
        "destination_port": 9443,
        "payload_length": 5,
        "error": None,
    }


def test_what_a_frame_does_not_have_is_null(rows):
    mpls, plain, icmp, cut = rows[2:]
    assert (mpls["tunnel"], mpls["vni"], mpls["label"], mpls["outer_source_port"]) == (
        "mpls_over_gre",
        None,
        299_776,
        None,
    )
    assert (mpls["outer_destination"], mpls["destination"]) == ("10.255.0.12", None), "nobody said what MPLS carries"
    assert [name for name, value in plain.items() if name.startswith("outer_") and value is not None] == []
    assert (plain["vlan"], plain["source"], plain["protocol"], plain["tunnel"]) == (300, "2001:db8::1", 17, None)
    assert (icmp["source"], icmp["protocol"], icmp["source_port"]) == ("0.0.0.0", 1, None)
    assert cut["error"] == "ipv4 at byte 18: total_length claims 95 bytes, 62 left in the frame"


def test_rows_say_what_packets_say(path):
    decoder = Decoder(mpls_payload="ip")
    table = pyarrow.table(scan(path, decoder=decoder))
    assert table.num_rows == len(FRAMES)
    for row, captured in zip(table.to_pylist(), Capture(path)):
        levels = list(captured.decode(decoder).levels)
        innermost, outer = levels[-1], (levels[-2] if len(levels) > 1 else None)
        assert row["source"] == str(innermost.source_ip)
        assert row["destination"] == str(innermost.destination_ip)
        assert row["source_mac"] == (str(innermost.source_mac) if innermost.source_mac else None)
        assert (row["source_port"], row["destination_port"]) == (innermost.source_port, innermost.destination_port)
        assert (row["protocol"], row["payload_length"]) == (innermost.protocol, innermost.payload_length)
        assert row["vni"] == (outer and outer.vni)
        assert row["tunnel"] == (outer and outer.tunnel)
        assert row["outer_source_port"] == (outer and outer.source_port)
        assert row["outer_source"] == (outer and str(outer.source_ip))


def test_every_ipv4_octet_is_written_as_python_writes_it(tmp_path):
    octets = [bytes([octet, 255 - octet, octet // 2, octet ^ 0x55]) for octet in range(256)]
    link = Ethernet(ethertype=0x0800)
    frames = [frame([link, Ipv4(source_address=".".join(map(str, it)), protocol=99)]) for it in octets]
    macs = [frame([Ethernet(source_address=":".join(f"{it:02x}" for it in six))]) for six in zip(*[iter(range(252))] * 6)]
    (tmp_path / "octets.pcap").write_bytes(pcap(frames + macs))
    table = pyarrow.table(scan(tmp_path / "octets.pcap", ["source", "source_mac"]))
    assert table["source"].to_pylist()[:256] == [".".join(map(str, it)) for it in octets]
    assert table["source_mac"].to_pylist()[256:] == [bytes(six).hex(":") for six in zip(*[iter(range(252))] * 6)]


def test_columns_are_read_as_they_are_asked_for(path):
    some = scan(path, ["vni", "payload", "frame"])
    assert isinstance(some, PacketScan)
    assert some.columns == ["vni", "payload", "frame"]
    table = pyarrow.table(some)
    assert table["frame"].to_pylist() == FRAMES
    assert table["payload"].to_pylist()[:2] == [b"hello", b""]
    assert pyarrow.table(scan(path, [])).num_rows == len(FRAMES)
    assert set(scan(path).columns).isdisjoint({"payload", "frame"})
    with pytest.raises(ValueError, match='no column "vnis", expected some of path, number, timestamp'):
        scan(path, ["vnis"])


def test_types_are_those_that_everybody_reads(path):
    schema = pyarrow.table(scan(path, [*scan(path).columns, "frame"])).schema
    assert {str(kind) for kind in schema.types} == {"string", "int64", "int32", "timestamp[us, tz=UTC]", "binary"}


@pytest.mark.parametrize(
    ("filter", "numbers"),
    [
        ({"vni": 5001}, [1]),
        ({"vni": [5001, 5002]}, [1, 2]),
        ({"vni": []}, []),
        ({"protocol": "udp"}, [4, 6]),
        ({"protocol": 1}, [5]),
        ({"protocol": "tcp", "vni": 5002}, [2]),
    ],
)
def test_rows_are_left_out_where_they_are_read(path, filter, numbers):
    assert pyarrow.table(scan(path, ["number"], **filter))["number"].to_pylist() == numbers


def test_a_protocol_that_is_not_known_is_refused(path):
    with pytest.raises(ValueError, match="protocol is 'vxlan', expected a number or one of icmp, tcp, udp"):
        scan(path, protocol="vxlan")
    with pytest.raises(ValueError, match="expected one row or more in a batch"):
        scan(path, batch_rows=0)


def test_files_follow_each_other_in_batches(path, tmp_path):
    other = tmp_path / "other.pcap"
    other.write_bytes(pcap(FRAMES[:1]))
    both = scan([path, str(other), path], ["path", "number"], batch_rows=4)
    batches = list(pyarrow.RecordBatchReader.from_stream(both))
    assert [batch.num_rows for batch in batches] == [4, 4, 4, 1]
    assert pyarrow.Table.from_batches(batches)["number"].to_pylist() == [*range(1, 7), 1, *range(1, 7)]
    again = pickle.loads(pickle.dumps(both))
    assert pyarrow.table(again) == pyarrow.table(both) == pyarrow.Table.from_batches(batches)
    assert repr(both) == "<PacketScan of 3 files, 2 columns>"
    assert pyarrow.table(scan([])).num_rows == 0


def test_a_file_that_cannot_be_read_is_an_error_of_the_reader(path, tmp_path):
    missing = tmp_path / "missing.pcap"
    with pytest.raises(Exception, match="missing.pcap: No such file"):
        pyarrow.table(scan([path, missing]))
    cut = tmp_path / "cut.pcap"
    cut.write_bytes(pcap(FRAMES)[:-1])
    with pytest.raises(Exception, match=r"no\\0where: file name contained"):
        pyarrow.table(scan("no\0where"))
    with pytest.raises(Exception, match="cut.pcap: cut off inside the record at byte"):
        polars.DataFrame(scan(cut))


def test_whatever_reads_arrow_reads_it(path):
    packets = scan(path, ["outer_source", "outer_destination", "vni", "timestamp"], vni=[5001, 5002])
    expected = [("10.1.2.21", "10.255.0.11", 5001), ("10.1.2.21", "10.255.0.11", 5002)]
    assert polars.DataFrame(packets).select(polars.exclude("timestamp")).rows() == expected
    frame_ = pandas.DataFrame.from_arrow(packets)
    assert list(frame_.drop(columns="timestamp").itertuples(index=False, name=None)) == expected
    query = "select outer_source, outer_destination, vni from packets order by vni"
    assert duckdb.sql(query).fetchall() == expected
    assert pyarrow.table(packets).select([0, 1, 2]).to_pylist() == [
        dict(zip(["outer_source", "outer_destination", "vni"], row)) for row in expected
    ]


def test_memory_stays_flat(tmp_path):
    path = tmp_path / "long.pcap"
    path.write_bytes(pcap(FRAMES[:1] * 100_000))
    before = pyarrow.total_allocated_bytes()
    largest = rows = 0
    for batch in pyarrow.RecordBatchReader.from_stream(scan(path, batch_rows=1000)):
        rows += batch.num_rows
        largest = max(largest, batch.nbytes)
    assert rows == 100_000
    assert largest < 500_000
    assert pyarrow.total_allocated_bytes() - before < 1_000_000
