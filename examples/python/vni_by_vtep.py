"""Which networks cross the underlay between which VTEPs: from captures, frames of each VNI by pair of VTEPs.

    python vni_by_vtep.py capture.pcapng... [--vni 5001]...

Frames are counted as they are read, so captures may be longer than memory; only the table is kept. It needs duckdb. It ends
with 2 if a capture cannot be read.
"""

import argparse
import sys
from collections import defaultdict

import duckdb

from contrail_fabric.bulk import scan

COLUMNS = ["outer_source", "outer_destination", "vni", "error"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("captures", nargs="+", help="pcap or pcapng")
    parser.add_argument("--vni", action="append", type=int, help="only this network; can be given more than once")
    arguments = parser.parse_args()
    packets = scan(arguments.captures, COLUMNS, vni=arguments.vni)
    try:
        counted = duckdb.sql(
            """
            select outer_source, outer_destination, vni, count(*), count(error)
            from packets group by all order by all
            """
        ).fetchall()
    except duckdb.Error as error:
        print(error, file=sys.stderr)
        return 2

    table: dict[tuple[str, str], dict[int, int]] = defaultdict(dict)
    for source, destination, vni, frames, _ in counted:
        if vni is not None:
            table[source, destination][vni] = frames
    vnis = sorted({vni for row in table.values() for vni in row})
    print(f"{'from':<15}  {'to':<15}" + "".join(f"  {vni:>8}" for vni in vnis))
    for (source, destination), row in table.items():
        print(f"{source:<15}  {destination:<15}" + "".join(f"  {row.get(vni, '-'):>8}" for vni in vnis))
    one_way = [ends for ends in table if ends[::-1] not in table]
    for source, destination in one_way:
        print(f"nothing comes back from {destination} to {source}")

    others = sum(frames for *_, vni, frames, _ in counted if vni is None)
    broken = sum(errors for *_, errors in counted)
    print(f"{others} frames have no VNI, {broken} of all cannot be read to their end")
    return 0


if __name__ == "__main__":
    sys.exit(main())
