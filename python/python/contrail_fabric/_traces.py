"""What packets do: traces, their MTU budgets, and captures held against them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from os import PathLike
from typing import TYPE_CHECKING, Any

from contrail_fabric import _native as native
from contrail_fabric._data import Data, Frozen, Tagged
from contrail_fabric._tabular import Cell, Tabular
from contrail_fabric.wire import Capture, Frame

if TYPE_CHECKING:
    from typing_extensions import Buffer


class Table(Tagged):
    """A routing table: ``host``, ``vrouter``, ``ip_fabric``, ``underlay`` or ``vrf``."""


class Drop(Tagged):
    """Why a packet is dropped: ``no_route``, ``vxlan_behind_access``, ``loop``, ..."""

    _addresses = frozenset({"address", "destination", "gateway", "to", "via"})

    rule: str | None
    """The rule that it breaks, if it is one of the placement limits."""
    table: Table
    consequence: Drop


class Verdict(Tagged):
    """How a path ends: ``delivered``, ``dropped`` or ``undetermined``."""

    reason: Drop


class TableRoute(Data):
    """A route that is chosen in a table."""

    _addresses = frozenset({"to"})

    to: IPv4Network | IPv6Network
    """The destination."""
    kind: str
    """``connected``, ``static``, ``underlay``, ``evpn_prefix``, ..."""
    next_hop: str
    """Where packets are sent, in words."""


class Step(Tagged):
    """One thing that a node does: ``receive``, ``lookup``, ``resolve``, ``bridge``, ``encapsulate``, ..."""

    _addresses = frozenset({"address", "between", "destination", "translate.from", "translate.to"})

    table: Table
    chosen: TableRoute


class Source(Tagged):
    """Where a value comes from; ``usual`` if it is not this fabric and flow that decide it."""

    _addresses = frozenset({"address", "gateway"})


class Field(Data):
    """A field of a header."""

    name: str
    """Named as in the RFC's figure, in snake case."""
    value: int | bool | str | IPv4Address | IPv6Address
    """Its value."""
    source: Source
    """Where the value comes from."""

    def __init__(self, data: Mapping[str, Any], text: str | None = None) -> None:
        super().__init__(data, text)
        value = self.__dict__["value"]
        # A MAC address is an address too.
        if self.name.endswith("address") and isinstance(value, str):
            with suppress(ValueError):
                self.__dict__["value"] = ip_address(value)


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


class LinkBudget(Data):
    """What a link leaves for the packet inside."""

    node: str
    """Who sends on it."""
    link: str
    """The link, by its two ends."""
    mtu: int
    """The largest IP packet that both ends take, in bytes."""
    overhead: int
    """By how many bytes the IP packet on the link is larger than the one inside: 0 where nothing is tunnelled."""
    room: int
    """The largest packet inside that passes, in bytes from its IP header on."""


class Budget(Data):
    """The MTU budget of a path: what the fabric adds on each link, and what is left for the packet inside."""

    links: tuple[LinkBudget, ...]
    """From the sender on."""
    largest: int
    """The largest packet that passes on every link, in bytes from its IP header on; 0 if there are no links."""
    wanted: int
    """The largest packet that the ends of the path take from their own links, in bytes."""

    @property
    def too_small(self) -> tuple[LinkBudget, ...]:
        """The links on which what the ends can send does not pass."""
        return tuple(link for link in self.links if link.room < self.wanted)


class Spot(Data):
    """A place on a trace."""

    is_answer: bool
    """Whether it is on the way of the answer."""
    paths: tuple[int, ...]
    """On which of the way's paths, numbered from 1: equal-cost paths have hops in common."""
    hop: int
    """Which hop of these sends it, numbered from 1."""
    node: str
    """That hop."""
    to: str
    """Who receives it."""
    link: str
    """The link, by its two ends."""
    message: str
    """All of it in a line."""


class Difference(Data):
    """Something about a captured frame that is not as predicted."""

    kind: str
    """``field`` if a field has another value; ``missing`` and ``unexpected`` of a whole header."""
    layer: str
    """The header."""
    is_outer: bool | None
    """Whether it is the outer one, if there are several of its kind."""
    field: str | None
    """Named as in the RFC's figure, in snake case."""
    expected: str | None
    """What is predicted: a value, or in words which values."""
    found: str | None
    """What is there."""
    message: str
    """All of it in a line."""


class Sighting(Data):
    """Where a captured frame belongs."""

    spots: tuple[Spot, ...]
    """The places where such a frame is predicted or, if there are differences, those that come nearest to it."""
    differences: tuple[Difference, ...]
    """What is not as predicted there."""
    error: str | None
    """Why the frame could not be read to its end."""

    @property
    def is_as_predicted(self) -> bool:
        """Whether nothing differs."""
        return not self.differences and self.error is None


class Expectation:
    """What a capture can show of a trace, everywhere or on one link."""

    __slots__ = ("_native",)
    _native: native.Expectation

    def __init__(self, expected: native.Expectation) -> None:
        self._native = expected

    def on(self, link: str) -> Expectation | None:
        """The same for a capture on one link, named by a port that it is in, ``leaf1:et-0/0/48``, or as in the trace;
        nothing if the flow should not be seen there."""
        expected = self._native.on(link)
        return None if expected is None else Expectation(expected)

    @property
    def spots(self) -> tuple[Spot, ...]:
        """The places where something is predicted, in the order in which it is sent."""
        return tuple(map(_spot, self._native.spots()))

    def locate(self, frame: Buffer | Frame, link: str = "ethernet") -> Sighting | None:
        """Where a captured frame belongs; nothing if nothing is predicted anywhere.

        Of a frame as bytes ``link`` says what it begins with, as in `Decoder.decode`. One that cannot be read to its end is
        held against the trace as far as it goes.
        """
        if isinstance(frame, Frame):
            found = self._native.locate(frame.bytes, frame.link) if frame.link is not None else None
        else:
            found = self._native.locate(frame, link)
        if found is None:
            return None
        spots, differences, error, text = found
        names = ("kind", "layer", "is_outer", "field", "expected", "found", "message")
        sighting = {
            "spots": [_spot(it).to_dict() for it in spots],
            "differences": [dict(zip(names, it, strict=True)) for it in differences],
            "error": error,
        }
        return Sighting(sighting, text)

    def locate_all(self, capture: str | PathLike[str]) -> Iterable[tuple[Frame, Sighting]]:
        """Where each frame of a capture file belongs."""
        for frame in Capture(capture):
            sighting = self.locate(frame)
            if sighting is not None:
                yield frame, sighting


def _spot(told: tuple[bool, list[int], int, str, str, str, str]) -> Spot:
    return Spot(dict(zip(("is_answer", "paths", "hop", "node", "to", "link", "message"), told, strict=True)))


class Trace(Tabular, Frozen):
    """A flow, traced out and back. Paths and packets are made into objects when they are asked for.

    A trace is pickled as its fabric and what it was asked, and traced again from these.
    """

    __slots__ = ("_made", "_native")
    _native: native.Trace
    _made: tuple[Callable[..., Trace], tuple[Any, ...]]

    def __init__(self, traced: native.Trace, made: tuple[Callable[..., Trace], tuple[Any, ...]]) -> None:
        object.__setattr__(self, "_native", traced)
        object.__setattr__(self, "_made", made)

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

    @property
    def path_counts(self) -> tuple[int, int]:
        """How many paths there are out, and how many back: at most 256 of each are told."""
        return self._native.path_counts

    def budget(self) -> tuple[Budget, ...]:
        """What the links of each path leave for the packet inside: of the paths out, and then of those back."""
        names = ("node", "link", "mtu", "overhead", "room")
        budgets = []
        for links, largest, wanted, text in self._native.budgets():
            told = [dict(zip(names, link, strict=True)) for link in links]
            budgets.append(Budget({"links": told, "largest": largest, "wanted": wanted}, text))
        return tuple(budgets)

    def expectation(self) -> Expectation:
        """What a capture can show of the flow: MAC addresses that the document does not give are left out."""
        return Expectation(self._native.expectation())

    def diagram(self, form: str = "svg", *, layers: Iterable[str] | None = None) -> str:
        """A picture of the way out and the way back, with the packet on each link, in the forms and with the layers that
        ``Fabric.diagram`` has."""
        return self._native.diagram(form, None if layers is None else list(layers))

    def _picture(self) -> str:
        return self.diagram()

    def write_pcapng(self, path: str | PathLike[str]) -> None:
        """Writes the frames of all paths, as they are on each link, as a capture file."""
        write_pcapng([self], path)

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

    def __reduce__(self) -> tuple[Any, ...]:
        return self._made


class FlowChange(Data):
    """A flow that does not end as it did before."""

    flow: str
    """Its ends and its service, ``octavia-worker@ctl1 to amphora-1, TCP 9443``."""
    before: bool | None
    """Whether it arrived and was answered; nothing if it was not required."""
    after: bool | None
    """The same afterwards."""
    message: str
    """All of it in a line, with where it is lost."""


def flow_changes(before: Iterable[Trace], after: Iterable[Trace]) -> tuple[FlowChange, ...]:
    """What differs between traces of the same flows in two fabrics, such as before and after a change."""
    told = [{f"{it.from_} to {it.to}, {it.service}": it for it in traces} for traces in (before, after)]
    changes = []
    for flow in dict.fromkeys((*told[0], *told[1])):
        traces = [traces.get(flow) for traces in told]
        ends = [trace and trace.delivered for trace in traces]
        if ends[0] != ends[1]:
            words = " then ".join(map(_end, traces))
            told_change = {"flow": flow, "before": ends[0], "after": ends[1], "message": f"{flow}: {words}"}
            changes.append(FlowChange(told_change))
    return tuple(changes)


def _end(trace: Trace | None) -> str:
    if trace is None:
        return "not required"
    verdicts = (path.verdict for way in (trace.out, trace.back) for path in way.paths)
    return next((verdict.message for verdict in verdicts if verdict.kind != "delivered"), "delivered")


def write_pcapng(traces: Iterable[Trace], path: str | PathLike[str]) -> None:
    """Writes the frames of all paths of traces, as they are on each link, as one capture file."""
    native.write_pcapng([trace._native for trace in traces], path)
