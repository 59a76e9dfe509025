"""How an EVPN table differs from one that was recorded, change by change as it comes.

    python evpn_diff.py before.mrt now.bmp
    nc -l 11019 | python evpn_diff.py before.mrt /dev/stdin

Either side is a capture, an MRT file or BMP messages. A router that speaks BMP and was told to connect to this machine is
shown live: what it announces and withdraws is compared when it comes. When that ends, with it or with Ctrl-C, routes of the
recorded table are named that have not been announced. It needs pyarrow, and ends with 0 if there is no difference, with 1 if
there is, and with 2 if a file cannot be read.
"""

import sys
from collections.abc import Iterator
from typing import Any

import pyarrow

from contrail_fabric.bulk import scan_routes

# What is told of a route beside its identity, and may change.
TOLD = ["next_hop", "encapsulation", "vni", "vrf_vni", "mpls_label", "esi", "gateway", "route_targets"]
Row = dict[str, Any]


def routes(path: str) -> Iterator[Row]:
    """A row for each route, as soon as it is there; what cannot be read goes to standard error."""
    scanned = scan_routes(path, ["number", "timestamp", "action", "route", *TOLD, "error"], batch_rows=1)
    for batch in pyarrow.RecordBatchReader.from_stream(scanned):
        for row in batch.to_pylist():
            if row["error"]:
                print(f"{path}, {row['number']}: {row['error']}", file=sys.stderr)
            else:
                yield row


def told(row: Row) -> Row:
    """A VNI and a label are two ways to read the same bits: only what the encapsulation says counts."""
    other = "mpls_label" if row["encapsulation"] == "vxlan" else "vni"
    return {name: row[name] for name in TOLD if row[name] is not None and name != other}


def table(path: str) -> dict[str, Row]:
    """What holds in the end, by the routes' texts."""
    known: dict[str, Row] = {}
    for row in routes(path):
        if row["action"] == "announce":
            known[row["route"]] = told(row)
        else:
            known.pop(row["route"], None)
    return known


def change(row: Row, before: dict[str, Row]) -> str | None:
    """How a route differs from the recorded one, if it does."""
    route, old = row["route"], before.get(row["route"])
    if row["action"] == "withdraw":
        return None if old is None else f"- {route}"
    new = told(row)
    if old is None:
        return f"+ {route} " + ", ".join(f"{name} {value}" for name, value in new.items() if value != "")
    changed = [name for name in TOLD if old.get(name) != new.get(name)]
    if not changed:
        return None
    return f"~ {route} " + ", ".join(f"{name} {old.get(name)} is {new.get(name)}" for name in changed)


def main() -> int:
    if len(sys.argv) != 3:
        print("usage: evpn_diff.py BEFORE NOW", file=sys.stderr)
        return 2
    changes: dict[str, str | None] = {}
    try:
        before = table(sys.argv[1])
        missing = dict(before)
        try:
            for row in routes(sys.argv[2]):
                route = row["route"]
                line = change(row, before)
                missing.pop(route, None)
                if line != changes.get(route):
                    when = f"{row['timestamp']:%H:%M:%S} " if row["timestamp"] else ""
                    print(when + (line or f"= {route} as before"), flush=True)
                changes[route] = line
        except KeyboardInterrupt:
            pass
    except (OSError, pyarrow.ArrowException) as error:
        print(error, file=sys.stderr)
        return 2

    for route in missing:
        print(f"not announced: {route}")
    return int(bool(missing) or any(changes.values()))


if __name__ == "__main__":
    sys.exit(main())
