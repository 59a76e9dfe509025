"""What a fabric answers. Each result is an object for programs and, by ``str``, a text for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from contrail_fabric import _native as native
from contrail_fabric._data import Data, Tagged
from contrail_fabric._routes import (
    Drift,
    DriftCause,
    FieldDifference,
    Origin,
    Replication,
    Route,
    RouteDifference,
    RouteEntry,
    Routes,
)
from contrail_fabric._tabular import Cell, Tabular
from contrail_fabric._traces import (
    Budget,
    Difference,
    Drop,
    Expectation,
    Field,
    FlowChange,
    Header,
    Hop,
    LinkBudget,
    Path,
    Sent,
    Sighting,
    Source,
    Spot,
    Step,
    Table,
    TableRoute,
    Trace,
    Verdict,
    Way,
    write_pcapng,
)
from contrail_fabric.errors import FabricError

__all__ = [
    "BreakOut",
    "Budget",
    "Candidate",
    "Change",
    "Cost",
    "Difference",
    "Drift",
    "DriftCause",
    "Drop",
    "Expectation",
    "Field",
    "FieldDifference",
    "FlowChange",
    "Finding",
    "Header",
    "Hop",
    "Impossible",
    "Lift",
    "LinkBudget",
    "Origin",
    "Path",
    "Plan",
    "Reason",
    "Rejected",
    "Replication",
    "Report",
    "Route",
    "RouteDifference",
    "RouteEntry",
    "Routes",
    "Sent",
    "Sighting",
    "Source",
    "Spot",
    "Step",
    "Table",
    "TableRoute",
    "Trace",
    "Verdict",
    "Way",
    "Weights",
    "write_pcapng",
]


class Finding(Data):
    """One thing that a rule has found."""

    rule: str
    """The rule's id, which is never reused."""
    name: str
    """The rule's name."""
    severity: str
    """``error``, ``warning`` or ``advice``."""
    subject: str
    """The object that it is about, by its name."""
    path: str
    """Where that object stands in the document, ``logical_routers[0].extended_to[1]``."""
    message: str
    """What is wrong."""
    because: tuple[str, ...]
    """The facts that make it wrong."""
    fix: str
    """What to do."""
    references: tuple[str, ...]
    """Where the rule comes from."""


class Report(Tabular, Data):
    """All findings, in the order of the rules and then of the document."""

    findings: tuple[Finding, ...]
    """What was found."""
    ignored: tuple[str, ...]
    """Rules that the document switches off."""

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings of severity error."""
        return tuple(finding for finding in self.findings if finding.severity == "error")

    def _table(self) -> tuple[Sequence[str], Iterable[Sequence[Cell]]]:
        rows = [(it.severity, f"{it.rule} {it.name}", it.subject, it.path, it.message, it.fix) for it in self]
        return ("Severity", "Rule", "Object", "Place", "What is wrong", "What to do"), rows

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)


class BreakOut(Data):
    """How the networks of some required flows meet the underlay."""

    networks: tuple[str, ...]
    """The overlay networks."""
    approach: str
    """``as_it_is``, ``router_on_leaves``, ``router_on_dc_gateway``, ``ip_fabric_forwarding``, ..."""
    devices: tuple[str, ...]
    """The devices on which they do; empty where that is each hypervisor."""
    alike: tuple[tuple[str, ...], ...]
    """Other devices that would do as well, or as badly."""


class Change(Tagged):
    """One thing to change: ``extend_logical_router``, ``add_static_route``, ..."""

    _addresses = frozenset({"address", "gateway", "prefix", "to", "via"})

    by_hand: bool
    """Whether Contrail does not do this, so that somebody has to."""


class Cost(Data):
    """What a way costs."""

    underlay_links: int
    """Cables between devices that the longest required flow crosses, out and back."""
    devices: int
    """Devices whose configuration changes."""
    static_routes: int
    """Static routes to add on servers."""
    by_hand: int
    """Changes to make by hand."""
    lone_devices: int
    """Devices where overlay and underlay meet and that have no second one beside them."""
    total: int
    """The weighted sum."""


class Weights(Data):
    """What one of each thing costs."""

    underlay_link: int
    device: int
    static_route: int
    by_hand: int
    lone_device: int


class Candidate(Data):
    """A way that works. ``Fabric.apply`` makes its changes."""

    break_outs: tuple[BreakOut, ...]
    """How overlay and underlay meet; one unless networks go different ways."""
    changes: tuple[Change, ...]
    """What to change, in an order in which it can be done."""
    cost: Cost
    """What it costs."""

    _native: native.Candidate | None = None
    # The fabric whose plan it is of, and its place there.
    _of: tuple[Any, ...] = ()

    def _applied_to(self, fabric: native.Fabric) -> native.Fabric:
        if self._native is None:
            raise FabricError("a candidate that was pickled cannot be applied: plan again")
        return self._native.apply(fabric)

    def _procedure_in(self, fabric: native.Fabric) -> tuple[tuple[str, str], str]:
        if self._native is None:
            raise FabricError("nothing can be done for a candidate that was pickled: plan again")
        return self._native.procedure(fabric)


class Reason(Tagged):
    """Why a way does not work: ``dropped``, ``broken``, ``undetermined`` or ``down``."""

    rule: str | None
    """The rule that forbids it, if it is one."""
    reason: Drop
    finding: Finding


class Rejected(Data):
    """A way that does not work."""

    break_outs: tuple[BreakOut, ...]
    """How overlay and underlay would meet."""
    reasons: tuple[Reason, ...]
    """Why they cannot; never empty."""


class Lift(Tagged):
    """Something that could be built so that a way is there: ``dc_gateway`` or ``own_leaves``."""


class Impossible(Data):
    """What forbids every way, and what would lift it."""

    flows: tuple[str, ...]
    """Required flows that cannot be met together, while without any one of them the others can."""
    against: tuple[Rejected, ...]
    """What stands against each way, for these flows alone."""
    lifts: tuple[Lift, ...]
    """What was tried and would make a way; each alone suffices."""


class Plan(Tabular, Data):
    """The answer to "what has to change?"."""

    candidates: tuple[Candidate, ...]
    """The ways that work, the cheapest first."""
    rejected: tuple[Rejected, ...]
    """The ways that do not, and why."""
    impossible: tuple[Impossible, ...]
    """Where nothing works: what forbids it. Empty if there is a way."""
    weights: Weights
    """What costs were weighed with."""

    # Whose plan it is; none if it was pickled.
    _fabric: Any = None

    @property
    def best(self) -> Candidate | None:
        """The cheapest way that works."""
        return self.candidates[0] if self.candidates else None

    @property
    def alternatives(self) -> tuple[Candidate, ...]:
        """The other ways that work."""
        return self.candidates[1:]

    def _picture(self) -> str | None:
        picture: str | None = self._fabric and self._fabric.diagram(plan=True)
        return picture

    def _table(self) -> tuple[Sequence[str], Iterable[Sequence[Cell]]]:
        works = [(str(rank), *_way_and_why(way)) for rank, way in enumerate(self.candidates, start=1)]
        refused = [("refused", *_way_and_why(way)) for way in self.rejected]
        impossible = [("impossible", *_way_and_why(flows)) for flows in self.impossible]
        return ("Rank", "Way", "What to change, or why not"), works + refused + impossible


def _way_and_why(way: Data) -> tuple[Cell, Cell]:
    first, *others = str(way).splitlines()
    return first, [line.strip() for line in others]
