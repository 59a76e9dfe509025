"""Captures and recorded BGP as tables: a row for each frame or EVPN route, in batches of Arrow, for whatever reads those.

>>> scan("some.pcapng").columns[:3]
['path', 'number', 'timestamp']
>>> scan_routes("updates.mrt", ["peer", "vni", "mac"])
<RouteScan of 1 file, 3 columns>

A scan has no rows of its own. It is given to polars (``polars.DataFrame(scan)``), pyarrow (``pyarrow.table(scan)``), pandas
(``pandas.DataFrame.from_arrow(scan)``) or duckdb (``duckdb.sql("select ... from scan")``), which read the files each time,
batch by batch in bounded memory and without holding Python's lock.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from os import PathLike
from typing import TypeAlias

from contrail_fabric._native import Decoder, PacketScan, RouteScan

__all__ = ["PacketScan", "RouteScan", "scan", "scan_routes"]

Path: TypeAlias = str | PathLike[str]

_PROTOCOLS = {"icmp": 1, "tcp": 6, "udp": 17, "gre": 47, "icmpv6": 58}


def scan(
    paths: Path | Iterable[Path],
    columns: Sequence[str] | None = None,
    *,
    protocol: int | str | None = None,
    vni: int | Iterable[int] | None = None,
    decoder: Decoder | None = None,
    batch_rows: int = 16384,
) -> PacketScan:
    """The frames of pcap and pcapng files, also compressed with gzip, as a table.

    Where there is a tunnel, the columns that begin with ``outer_``, and ``tunnel``, ``vni`` and ``label``, are of the
    innermost level that has one, and the others of what is inside. ``payload`` and ``frame`` are there only if they are
    asked for. With ``protocol``, a number or ``icmp``, ``tcp``, ``udp``, ``gre`` or ``icmpv6``, only frames that carry it
    innermost are rows, and with ``vni`` only those of these networks. ``decoder`` says what the bytes do not.

    A file that cannot be read is found when it is read, and then an error of whoever reads the table.
    """
    if isinstance(protocol, str):
        if protocol not in _PROTOCOLS:
            raise ValueError(f"protocol is {protocol!r}, expected a number or one of {', '.join(_PROTOCOLS)}")
        protocol = _PROTOCOLS[protocol]
    vnis = [vni] if isinstance(vni, int) else None if vni is None else list(vni)
    return PacketScan(_files(paths), columns, decoder or Decoder(), protocol, vnis, batch_rows)


def scan_routes(
    paths: Path | Iterable[Path],
    columns: Sequence[str] | None = None,
    *,
    batch_rows: int = 16384,
) -> RouteScan:
    """The EVPN routes that are announced and withdrawn in captures (BGP on port 179), MRT files and files of BMP messages,
    as a table. What a file is its first bytes say, also whether gzip has made it smaller.

    ``action`` is ``announce`` or ``withdraw``, and ``number`` the frame or record in which the message ends. ``vni`` and
    ``mpls_label`` are the two ways to read the label of the broadcast domain, for routes of type 3 that of the PMSI tunnel,
    for those of type 5 that of the VRF; ``encapsulation`` says which of them holds. ``next_hop``, ``encapsulation`` and
    ``route_targets``, with spaces between these, are of routes that are announced. What cannot be read is a row that has
    only ``error`` and its place. Of a table of MRT (TABLE_DUMP_V2) each neighbour's route is announced, when it
    came.

    A file that cannot be read is found when it is read, and then an error of whoever reads the table.
    """
    return RouteScan(_files(paths), columns, batch_rows)


def _files(paths: Path | Iterable[Path]) -> list[Path]:
    return [paths] if isinstance(paths, (str, PathLike)) else list(paths)
