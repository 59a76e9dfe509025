"""What a fabric answers. Each result is an object for programs and, by ``str``, a text for people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from os import PathLike
from typing import Any, NoReturn

from contrail_fabric import _native as native
from contrail_fabric._data import Data, Tagged
from contrail_fabric._tabular import Cell, Tabular
from contrail_fabric.errors import FabricError

__all__ = [
    "BreakOut",
    "Candidate",
    "Change",
    "Cost",
    "Drop",
    "Field",
    "Finding",
    "Header",
    "Hop",
    "Impossible",
    "Lift",
    "Origin",
    "Path",
    "Plan",
    "Reason",
    "Rejected",
    "Report",
    "Route",
    "RouteEntry",
    "Routes",
    "Sent",
    "Source",
    "Step",
    "Table",
    "Trace",
    "Verdict",
    "Way",
    "Weights",
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


class Table(Tagged):
    """A routing table: ``host``, ``vrouter``, ``ip_fabric``, ``underlay`` or ``vrf``."""


class Drop(Tagged):
    """Why a packet is dropped: ``no_route``, ``vxlan_behind_access``, ``loop``, ..."""

    rule: str | None
    """The rule that it breaks, if it is one of the placement limits."""
    table: Table
    consequence: Drop


class Verdict(Tagged):
    """How a path ends: ``delivered``, ``dropped`` or ``undetermined``."""

    reason: Drop


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

    def _applied_to(self, fabric: native.Fabric) -> native.Fabric:
        if self._native is None:
            raise FabricError("a candidate that was pickled cannot be applied: plan again")
        return self._native.apply(fabric)


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

    @property
    def best(self) -> Candidate | None:
        """The cheapest way that works."""
        return self.candidates[0] if self.candidates else None

    @property
    def alternatives(self) -> tuple[Candidate, ...]:
        """The other ways that work."""
        return self.candidates[1:]

    def _table(self) -> tuple[Sequence[str], Iterable[Sequence[Cell]]]:
        works = [(str(rank), *_way_and_why(way)) for rank, way in enumerate(self.candidates, start=1)]
        refused = [("refused", *_way_and_why(way)) for way in self.rejected]
        impossible = [("impossible", *_way_and_why(flows)) for flows in self.impossible]
        return ("Rank", "Way", "What to change, or why not"), works + refused + impossible


def _way_and_why(way: Data) -> tuple[Cell, Cell]:
    first, *others = str(way).splitlines()
    return first, [line.strip() for line in others]


class Step(Tagged):
    """One thing that a node does: ``receive``, ``lookup``, ``resolve``, ``bridge``, ``encapsulate``, ..."""

    table: Table


class Source(Tagged):
    """Where a value comes from; ``usual`` if it is not this fabric and flow that decide it."""


class Field(Data):
    """A field of a header."""

    name: str
    """Named as in the RFC's figure, in snake case."""
    value: int | bool | str
    """Its value."""
    source: Source
    """Where the value comes from."""


class Header(Data):
    """A header of a packet."""

    layer: str
    """``ethernet``, ``ipv4``, ``vxlan``, ..."""
    fields: tuple[Field, ...]
    """In the order of the wire."""

    def __getitem__(self, name: str) -> Field:
        """The field of this name."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)


class Sent(Data):
    """A packet on a link."""

    to: str
    """Who receives it."""
    link: str
    """The link, by its two ends."""
    fabric_link: bool
    """Whether the link is a cable between devices."""
    headers: tuple[Header, ...]
    """Outermost first."""
    bytes: str
    """The whole packet, two hex digits for each octet."""


class Hop(Data):
    """A node on a path."""

    node: str
    """The workload, server or device."""
    steps: tuple[Step, ...]
    """What it does, in order."""
    sent: Sent | None
    """What it sends on, if it does."""


class Path(Data):
    """One way through the fabric."""

    verdict: Verdict
    """How it ends."""
    underlay_links: int
    """Cables between devices that the packet crosses."""
    hops: tuple[Hop, ...]
    """From the sender on; the last is where the path ends."""


class Way(Data):
    """All paths that a packet may take."""

    delivered: bool
    """Whether the packet arrives on every path."""
    cut: bool
    """Whether there are more paths than are told."""
    paths: tuple[Path, ...]
    """One for each combination of equal-cost choices, the shortest first."""


class Trace(Tabular):
    """A flow, traced out and back. Paths and packets are made into objects when they are asked for."""

    __slots__ = ("_native",)
    _native: native.Trace

    def __init__(self, traced: native.Trace) -> None:
        object.__setattr__(self, "_native", traced)

    @property
    def from_(self) -> str:
        """Who opens the flow, as the flow calls it."""
        return self._native.flow[0]

    @property
    def to(self) -> str:
        """Who answers, as the flow calls it."""
        return self._native.flow[1]

    @property
    def service(self) -> str:
        """``TCP 9443``; ``TCP 9443 over IPv6`` where both ends have addresses of both families."""
        return self._native.flow[2]

    @property
    def why(self) -> str:
        """What the flow is for; empty if the document does not say."""
        return self._native.flow[3]

    @property
    def delivered(self) -> bool:
        """Whether the opening packet and its answer arrive, whichever of the equal-cost paths they take."""
        return self._native.delivered

    @property
    def out(self) -> Way:
        """The way of the packet that opens the flow."""
        return Way(json.loads(self._native.out()))

    @property
    def back(self) -> Way:
        """The way of the answer."""
        return Way(json.loads(self._native.back()))

    def write_pcapng(self, path: str | PathLike[str]) -> None:
        """Writes the frames of all paths, as they are on each link, as a capture file."""
        self._native.write_pcapng(path)

    def _table(self) -> tuple[Sequence[str], Iterable[Sequence[Cell]]]:
        rows = [
            (name, " - ".join(hop.node for hop in path.hops), path.verdict.message)
            for name, way in (("out", self.out), ("back", self.back))
            for path in way.paths
        ]
        return ("Way", "Path", "How it ends"), rows

    def to_dict(self) -> dict[str, Any]:
        """All of it as ``dict``, ``list``, ``str``, ``int``, ``bool`` and ``None``."""
        data: dict[str, Any] = json.loads(self._native.json())
        return data

    def __str__(self) -> str:
        return str(self._native)

    def __repr__(self) -> str:
        return f"<Trace {self.from_} to {self.to}, {self.service}, delivered={self.delivered}>"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Trace):
            return NotImplemented
        return self._native.json() == other._native.json()

    def __hash__(self) -> int:
        return hash(self._native.flow)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("Trace cannot be changed")


class Origin(Tagged):
    """The object of the fabric that a route comes from: ``network``, ``server``, ``workload``, ..."""

    name: str | None
    network: str | None


class Route(Data):
    """What is announced: ``type`` for EVPN, ``family`` for others, and the fields of that kind of route."""

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"this route has no {name!r}", name=name, obj=self)


class RouteEntry(Data):
    """A route of one speaker, with its attributes."""

    speaker: str
    """The device or server that announces it."""
    next_hop: str
    """Where traffic goes: the speaker's end of tunnels."""
    route: Route
    """The route itself."""
    replication: Data | None
    """How broadcasts reach the speaker, in routes of type 3: the PMSI tunnel attribute."""
    communities: tuple[str, ...]
    """Extended communities, in order."""
    origin: Origin
    """What it stands for."""
    message: str
    """All of it in a line."""


class Routes(Tabular, Data):
    """All routes that BGP must carry."""

    entries: tuple[RouteEntry, ...]
    """In the order of the document's devices and servers, and for each in the order of the routes."""
    left_out: tuple[str, ...]
    """What should be among them and cannot be derived, and why."""

    def of(self, speaker: str) -> tuple[RouteEntry, ...]:
        """The routes that a device or server announces."""
        return tuple(entry for entry in self.entries if entry.speaker == speaker)

    def _table(self) -> tuple[Sequence[str], Iterable[Sequence[Cell]]]:
        return ("Speaker", "Route"), [(entry.speaker, entry.message) for entry in self]

    def __iter__(self) -> Iterator[RouteEntry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)
