"""How a bare-metal server boots: each of its required conversations, what it crosses, and where a broadcast is copied to;
with a capture of somebody's attempt, what is not as it should be.

    python ironic_boot.py fabric.yaml bms1 [capture.pcapng]
"""

import sys

from contrail_fabric import Fabric
from contrail_fabric.results import Trace


def tell(trace: Trace) -> None:
    print(f"{trace.from_} to {trace.to}, {trace.service}: {trace.why}")
    for title, way in (("out", trace.out), ("back", trace.back)):
        path = way.paths[0]
        print(f"  {title}: {path.verdict}")
        for hop in path.hops:
            tunnels = [step for step in hop.steps if step.kind in ("encapsulate", "decapsulate", "flood")]
            print(f"    {hop.node}" + "".join(f"; {step}" for step in tunnels))


def compare(traces: list[Trace], capture: str) -> int:
    """Holds each frame against the trace that it comes nearest to; says how many are not as predicted."""
    wrong = 0
    located = [list(trace.expectation().locate_all(capture)) for trace in traces]
    for sightings in zip(*located, strict=True):
        frame, nearest = min(sightings, key=lambda it: (not it[1].is_as_predicted, len(it[1].differences)))
        print(f"frame {frame.number}: {nearest}")
        wrong += not nearest.is_as_predicted
    return wrong


def main() -> int:
    if len(sys.argv) not in (3, 4):
        print("usage: ironic_boot.py FABRIC SERVER [CAPTURE]", file=sys.stderr)
        return 2
    fabric = Fabric.load(sys.argv[1])
    best = fabric.plan().best
    if best is not None:
        for change in best.changes:
            print(f"to do: {change}")
        fabric = fabric.apply(best)
    traces = [trace for trace in fabric.trace_required() if sys.argv[2] in (trace.from_, trace.to)]
    for trace in traces:
        tell(trace)
    wrong = compare(traces, sys.argv[3]) if len(sys.argv) == 4 else 0
    return int(wrong > 0 or not all(trace.delivered for trace in traces))


if __name__ == "__main__":
    sys.exit(main())
