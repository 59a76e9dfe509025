"""Where the logical router of Octavia may go, device by device, and what has to change for it, as Markdown.

    python placement.py fabric.yaml > placement.md
"""

import sys

from contrail_fabric import Fabric


def main() -> int:
    if len(sys.argv) != 2:
        print("usage: placement.py FABRIC", file=sys.stderr)
        return 2
    fabric = Fabric.load(sys.argv[1])
    plan = fabric.plan()
    print(f"# Placement in fabric {fabric.name}\n\n{plan.to_markdown()}")
    if plan.best is None:
        return 1

    print("## With the best way\n")
    changed = fabric.apply(plan.best)
    for trace in changed.trace_required():
        shortest = trace.out.paths[0]
        largest = min(budget.largest for budget in trace.budget())
        nodes = " - ".join(hop.node for hop in shortest.hops)
        print(f"- {trace.from_} to {trace.to}, {trace.service}: {nodes}; packets of up to {largest} bytes pass")
    print("\n## What BGP carries then\n")
    titles = {"missing": "no more", "unexpected": "new", "different": "other than now"}
    for difference in fabric.routes().diff(changed.routes()):
        print(f"- {difference.entry.speaker}, {titles[difference.kind]}: {difference.entry}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
