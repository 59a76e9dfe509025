"""Times the package beside its peers: the same bytes, the same fields, in one run; each line says how often a second.

Every contender first shows that it reads what the others read. Of what is short, rounds of all contenders alternate, and
the best of each counts; of what is long, the best of three. A peer that is not installed is left out, with a line. How
many times a peer's rate ours has to be stands beside it; if one is missed, the exit status is 1.
"""

from __future__ import annotations

import argparse
import importlib
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import contrail_python_bare as bare
import dpkt
import pyarrow

from contrail_fabric import bgp, bulk
from contrail_fabric.wire import Encapsulation, Ethernet, Ipv4, Tcp, decode, frame

COLUMNS = [
    "outer_source",
    "outer_destination",
    "outer_source_port",
    "vni",
    "source_mac",
    "destination_mac",
    "source",
    "destination",
    "source_port",
    "destination_port",
    "payload_length",
]
Row = tuple[Any, ...]


def frames(count: int) -> list[bytes]:
    """Frames in VXLAN between some VTEPs, of as many flows as there are frames."""
    numbers = random.Random(1)
    made = []
    for _ in range(count):
        inner = frame(
            [
                Ethernet(destination_address="02:aa:00:00:00:11", source_address="00:00:5e:01:00:01", ethertype=0x0800),
                Ipv4(
                    source_address=IPv4Address(0x0A010000 | numbers.getrandbits(16)),
                    destination_address=IPv4Address(0x0A630000 | numbers.getrandbits(16)),
                    protocol=6,
                ),
                Tcp(source_port=numbers.getrandbits(16), destination_port=9443, flags=0x18),
            ],
            bytes(64),
        )
        tunnel = Encapsulation.vxlan(
            5000 + numbers.randrange(50),
            f"10.1.2.{numbers.randrange(1, 20)}",
            f"10.255.0.{numbers.randrange(1, 20)}",
            source_mac="02:00:00:00:00:01",
            destination_mac="02:00:00:00:00:02",
        )
        made.append(tunnel.encapsulate(inner))
    return made


def by_us(frame: bytes) -> Row:
    outer = decode(frame)
    inner = outer.inner
    assert inner is not None
    return (
        outer.source_ip,
        outer.destination_ip,
        outer.source_port,
        outer.vni,
        inner.source_mac,
        inner.destination_mac,
        inner.source_ip,
        inner.destination_ip,
        inner.source_port,
        inner.destination_port,
        inner.payload_length,
    )


def by_bare_binding(frame: bytes) -> Row:
    it = bare.decode(frame)
    return (
        it.outer_source,
        it.outer_destination,
        it.outer_source_port,
        it.vni,
        it.source_mac,
        it.destination_mac,
        it.source,
        it.destination,
        it.source_port,
        it.destination_port,
        it.payload_length,
    )


def by_dpkt(frame: bytes) -> Row:
    outer = dpkt.ethernet.Ethernet(frame).data
    udp = outer.data
    vxlan = udp.data
    if udp.dport != 4789 or not vxlan[0] & 0x08:
        raise ValueError("no VXLAN")
    link = dpkt.ethernet.Ethernet(vxlan[8:])
    inner = link.data
    tcp = inner.data
    vni = int.from_bytes(vxlan[4:7], "big")
    ends = outer.src, outer.dst, udp.sport, vni, link.src, link.dst
    return *ends, inner.src, inner.dst, tcp.sport, tcp.dport, len(tcp.data)


def by_scapy(frame: bytes) -> Row:
    from scapy.layers.inet import IP, TCP, UDP
    from scapy.layers.l2 import Ether
    from scapy.layers.vxlan import VXLAN

    packet = Ether(frame)
    outer, vxlan = packet[IP], packet[VXLAN]
    link = vxlan.payload
    inner, tcp = link[IP], link[TCP]
    ends = outer.src, outer.dst, packet[UDP].sport, vxlan.vni, link.src, link.dst
    return *ends, inner.src, inner.dst, tcp.sport, tcp.dport, len(tcp.payload)


def plain(row: Row) -> tuple[str, ...]:
    """A row whatever its values are made of: text, bytes or objects."""

    def text(value: Any) -> str:
        if isinstance(value, bytes):
            return value.hex(":") if len(value) == 6 else str(IPv4Address(value))
        return str(value)

    return tuple(map(text, row))


def best(contenders: dict[str, Callable[[], int]], seconds: float) -> dict[str, float]:
    """How many a second, of the best of alternating rounds. A contender does some and says how many."""
    rates: dict[str, list[float]] = {name: [] for name in contenders}
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or min(map(len, rates.values())) < 3:
        for name, work in contenders.items():
            started = time.perf_counter()
            count = work()
            rates[name].append(count / (time.perf_counter() - started))
    return {name: max(found) for name, found in rates.items()}


def best_of_three(work: Callable[[], int]) -> float:
    rates = []
    for _ in range(3):
        started = time.perf_counter()
        count = work()
        rates.append(count / (time.perf_counter() - started))
    return max(rates)


def show(title: str, rates: dict[str, float], wanted: dict[str, float]) -> bool:
    """Whether the first of the rates is so many times the others, of those that are there."""
    print(title)
    ours = next(iter(rates.values()))
    holds = True
    for name, rate in rates.items():
        times = f"  ours is {ours / rate:,.2f} times that; wanted: {wanted[name]:,}" if name in wanted else ""
        print(f"  {name:<34} {rate:>14,.0f}/s{times}")
        holds &= name not in wanted or ours / rate >= wanted[name]
    if not holds:
        print("  TOO SLOW")
    return holds


def each(read: Callable[[bytes], Any], of: list[bytes]) -> Callable[[], int]:
    def work() -> int:
        for one in of:
            read(one)
        return len(of)

    return work


def single_packets(made: list[bytes], seconds: float) -> bool:
    readers: dict[str, tuple[Callable[[bytes], Row], int]] = {
        "contrail_fabric": (by_us, 2000),
        "bare PyO3 binding": (by_bare_binding, 2000),
        "dpkt, tunnel by hand": (by_dpkt, 500),
        "scapy": (by_scapy, 50),
    }
    for name, (read, _) in readers.items():
        for one in made[:50]:
            assert plain(read(one)) == plain(by_us(one)), f"{name} reads something else"
    rates = best({name: each(read, made[:count]) for name, (read, count) in readers.items()}, seconds)
    wanted = {"bare PyO3 binding": 0.5, "dpkt, tunnel by hand": 10, "scapy": 200}
    return show("a packet, eleven fields read", rates, wanted)


def write_pcap(path: Path, made: list[bytes], count: int) -> None:
    with path.open("wb") as file:
        file.write(bytes.fromhex("d4c3b2a1 0200 0400 00000000 00000000 00000400 01000000"))
        for number in range(count):
            kept = made[number % len(made)]
            for field in (1_700_000_000 + number // 1000, number % 1000 * 1000, len(kept), len(kept)):
                file.write(field.to_bytes(4, "little"))
            file.write(kept)


def scanned(path: Path) -> int:
    rows = 0
    for batch in pyarrow.RecordBatchReader.from_stream(bulk.scan(path, COLUMNS)):
        rows += batch.num_rows
    return rows


def columns_by_dpkt(path: Path) -> int:
    with path.open("rb") as file:
        rows = [by_dpkt(one) for _, one in dpkt.pcap.Reader(file)]
    table = pyarrow.table(list(map(list, zip(*rows))), names=COLUMNS)
    return int(table.num_rows)


def columns_by_scapy(path: Path) -> int:
    from scapy.utils import RawPcapReader

    with RawPcapReader(str(path)) as file:
        rows = [by_scapy(one) for one, _ in file]
    table = pyarrow.table(list(map(list, zip(*rows))), names=COLUMNS)
    return int(table.num_rows)


TSHARK_FIELDS = ["ip.src", "ip.dst", "udp.srcport", "vxlan.vni", "eth.src", "eth.dst", "tcp.srcport", "tcp.dstport", "tcp.len"]


def columns_by_tshark(path: Path) -> int:
    command = ["tshark", "-n", "-r", str(path), "-T", "fields"]
    for field in TSHARK_FIELDS:
        command += ["-e", field]
    return subprocess.run(command, check=True, capture_output=True).stdout.count(b"\n")


def captures(made: list[bytes], rows: int, folder: Path) -> bool:
    sizes = {"long": rows, "tshark": 20_000, "dpkt": 20_000, "scapy": 2_000}
    paths = {name: folder / f"{name}.pcap" for name in sizes}
    for name, count in sizes.items():
        write_pcap(paths[name], made, count)
    read = pyarrow.table(bulk.scan(paths["scapy"], COLUMNS)).to_pylist()
    for row, one in zip(read, made):
        assert plain(tuple(row.values())) == plain(by_us(one))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rates = {"contrail_fabric.bulk.scan": best_of_three(lambda: scanned(paths["long"]))}
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    rates["dpkt, tunnel by hand, to Arrow"] = best_of_three(lambda: columns_by_dpkt(paths["dpkt"]))
    if shutil.which("tshark"):
        rates["tshark -T fields"] = best_of_three(lambda: columns_by_tshark(paths["tshark"]))
    else:
        print("SKIPPED: tshark is not installed")
    rates["scapy, to Arrow"] = best_of_three(lambda: columns_by_scapy(paths["scapy"]))
    wanted = {"dpkt, tunnel by hand, to Arrow": 50, "tshark -T fields": 150, "scapy, to Arrow": 1000}
    holds = show(f"a capture of {rows:,} packets to eleven columns of Arrow", rates, wanted)
    size = paths["long"].stat().st_size
    print(f"  memory: {grown / 1024:.0f} MiB more at most while {size / 2**20:.0f} MiB were read; wanted: 64 or less")
    return holds and grown <= 64 * 1024


def updates(count: int) -> list[bytes]:
    """UPDATEs of ten MAC/IP routes each, of which no two are the same: ExaBGP keeps what it has read last."""

    def route(number: int) -> bgp.MacIpRoute:
        mac = (0x02AA << 32 | number).to_bytes(6, "big")
        ip = IPv4Address(0x0A630000 | number)
        return bgp.MacIpRoute(rd="10.0.0.1:7", mac=mac, ip=ip, label1=5001)

    communities = ["target:64512:5001", "encapsulation:vxlan"]
    made = []
    for first in range(0, 10 * count, 10):
        made += bgp.encode_update(list(map(route, range(first, first + 10))), "10.0.0.1", communities=communities)
    return made


def routes_by_us(message: bytes) -> list[tuple[str, ...]]:
    routes = bgp.decode_message(message).routes
    return [(str(route.mac), str(route.ip)) for route in routes if isinstance(route, bgp.MacIpRoute)]


def exabgp_reader() -> Callable[[bytes], Iterable[Any]] | None:
    """How ExaBGP reads an UPDATE of EVPN, or nothing if it is not installed."""
    try:
        update = importlib.import_module("exabgp.bgp.message.update")
        family = importlib.import_module("exabgp.protocol.family")
        message = importlib.import_module("exabgp.bgp.message")
        negotiated = importlib.import_module("exabgp.bgp.message.open.capability.negotiated")
        log = importlib.import_module("exabgp.logger").log
        environment = importlib.import_module("exabgp.environment")
    except ImportError as error:
        print(f"SKIPPED: ExaBGP is not installed ({error})")
        return None
    log.init(environment.getenv())
    session = negotiated.Negotiated({"capability": {"aigp": False}})
    session.asn4 = True
    session.families = [(family.AFI.l2vpn, family.SAFI.evpn)]

    def read(bytes_: bytes) -> Iterable[Any]:
        return update.Update.unpack_message(bytes_[19:], message.direction.Direction.IN, session).nlris

    return read


ROUTE_COLUMNS = ["route_type", "rd", "ethernet_tag", "esi", "mac", "ip", "vni", "next_hop", "encapsulation", "route_targets"]


def write_mrt(path: Path, made: list[bytes], count: int) -> None:
    ends = bytes.fromhex("0000fc00 0000fc00 0000 0001 0a000001 0a000002")
    with path.open("wb") as file:
        for number in range(count):
            body = ends + made[number % len(made)]
            file.write((1_700_000_000).to_bytes(4, "big") + bytes((0, 16, 0, 4)) + len(body).to_bytes(4, "big") + body)


def columns_of_routes(path: Path, messages: int) -> int:
    rows = 0
    for batch in pyarrow.RecordBatchReader.from_stream(bulk.scan_routes(path, ROUTE_COLUMNS)):
        rows += batch.num_rows
    assert rows == 10 * messages
    return messages


def messages(seconds: float, folder: Path) -> bool:
    made = updates(500)
    path = folder / "updates.mrt"
    write_mrt(path, made, 20_000)
    contenders = {"contrail_fabric.bgp": each(lambda it: bgp.decode_message(it).routes, made)}
    read = exabgp_reader()
    if read is not None:
        for one in made[:50]:
            theirs = [str(route).lower() for route in read(one)]
            for text, route in zip(theirs, routes_by_us(one), strict=True):
                assert all(part in text for part in route), f"ExaBGP reads something else: {text}"
        contenders["exabgp"] = each(read, made[:50])
    first = pyarrow.table(bulk.scan_routes(path, ["mac", "ip"])).slice(0, 10).to_pylist()
    assert [tuple(row.values()) for row in first] == routes_by_us(made[0])
    contenders["contrail_fabric.bulk.scan_routes"] = lambda: columns_of_routes(path, 20_000)
    rates = best(contenders, seconds)
    columns = rates.pop("contrail_fabric.bulk.scan_routes")
    holds = show("UPDATEs of ten EVPN routes to objects", rates, {"exabgp": 20})
    rates = {"contrail_fabric.bulk.scan_routes": columns} | {name: rates[name] for name in rates if name == "exabgp"}
    title = f"the same from an MRT file to {len(ROUTE_COLUMNS)} columns of Arrow"
    return show(title, rates, {"exabgp": 100}) and holds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="packets of the long capture")
    parser.add_argument("--seconds", type=float, default=5.0, help="for what is short")
    arguments = parser.parse_args()
    made = frames(5000)
    with tempfile.TemporaryDirectory() as folder:
        all_hold = [
            single_packets(made, arguments.seconds),
            captures(made, arguments.rows, Path(folder)),
            messages(arguments.seconds, Path(folder)),
        ]
    sys.exit(0 if all(all_hold) else 1)


if __name__ == "__main__":
    main()
