"""Before a change: what it mends, what it breaks, and which required flows it costs.

    python preflight.py before.yaml after.yaml [--down leaf1]...

It ends with 0 if the change may be made, with 1 if it may not, and with 2 if a document is wrong.
"""

import argparse
import sys

from contrail_fabric import Fabric
from contrail_fabric.errors import FabricError


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("before", help="the fabric as it is")
    parser.add_argument("after", help="the fabric with the change made")
    parser.add_argument("--down", action="append", default=[], help="a device or cable that is down while it is made")
    arguments = parser.parse_args()
    try:
        before = Fabric.load(arguments.before)
        after = Fabric.load(arguments.after)
        meanwhile = after.without(arguments.down)
    except (FabricError, OSError) as error:
        print(error, file=sys.stderr)
        return 2

    known = set(before.check())
    found = set(after.check())
    for title, findings in (("mended", known - found), ("new", found - known)):
        for finding in sorted(findings, key=lambda it: (it.rule, it.path, it.message)):
            print(f"{title}: {finding.severity} {finding.rule} {finding.subject}: {finding.message}")

    lost = [change for change in before.flow_changes(meanwhile) if change.before and not change.after]
    for change in lost:
        print(f"lost: {change}")

    is_refused = bool(lost) or any(finding.severity == "error" for finding in found - known)
    print("the change is refused" if is_refused else "the change may be made")
    return int(is_refused)


if __name__ == "__main__":
    sys.exit(main())
