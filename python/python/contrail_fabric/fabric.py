"""A fabric and the questions it answers."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from contrail_fabric import _native as native
from contrail_fabric._data import Data, Frozen
from contrail_fabric._document import as_json
from contrail_fabric._tabular import Cell, Tabular
from contrail_fabric._traces import FlowChange, flow_changes
from contrail_fabric.errors import FlowError, LoadError
from contrail_fabric.results import Candidate, Drift, Plan, Report, Routes, Trace

__all__ = ["Fabric", "Flow"]


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow to trace, by the names of its ends: a workload, a server, or a service such as ``octavia-worker`` (or
    ``octavia-worker@ctl1``, where it runs on several servers)."""

    from_: str
    """Who opens it."""
    to: str
    """Who answers."""
    protocol: str
    """``tcp``, ``udp`` or ``dhcp``."""
    port: int
    """The port that it is opened to."""
    ipv6: bool = False
    """Whether over IPv6. Without this it is over IPv4, unless one of its ends has no IPv4 address."""

    def __post_init__(self) -> None:
        if self.protocol not in ("tcp", "udp", "dhcp"):
            raise FlowError(f"expected tcp, udp or dhcp as protocol, found {self.protocol!r}")
        if isinstance(self.port, bool) or not isinstance(self.port, int) or not 0 <= self.port <= 0xFFFF:
            raise FlowError(f"expected a port from 0 to 65535, found {self.port!r}")

    @classmethod
    def tcp(cls, from_: str, to: str, port: int) -> Self:
        """A TCP flow to this port."""
        return cls(from_, to, "tcp", port)

    @classmethod
    def udp(cls, from_: str, to: str, port: int) -> Self:
        """A UDP flow to this port."""
        return cls(from_, to, "udp", port)

    @classmethod
    def dhcp(cls, from_: str, to: str) -> Self:
        """The DHCP conversation of a bare-metal server with a service node."""
        return cls(from_, to, "dhcp", 67)

    def over_ipv6(self) -> Self:
        """The same over IPv6."""
        return replace(self, ipv6=True)


class Fabric(Tabular, Frozen):
    """A fabric with every name resolved. It never changes; what-if and plans give another one.

    A fabric is pickled as its document and what was done to it: its plan is made again for each candidate that was applied.
    """

    __slots__ = ("_made", "_native")
    _native: native.Fabric
    _made: tuple[Callable[..., Fabric], tuple[Any, ...]]

    def __init__(self) -> None:
        raise TypeError("a fabric is read: Fabric.load, from_yaml, from_json or from_dict")

    @classmethod
    def _of(cls, resolved: native.Fabric, made: Callable[..., Fabric], *arguments: Any) -> Self:
        fabric = cls.__new__(cls)
        object.__setattr__(fabric, "_native", resolved)
        object.__setattr__(fabric, "_made", (made, arguments))
        return fabric

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Reads a file: JSON if it is called so, and YAML otherwise.

        Raises ``LoadError`` with every problem, and ``OSError`` or ``UnicodeDecodeError`` if it cannot be read.
        """
        path = Path(path)
        text = path.read_text(encoding="utf-8")
        try:
            return cls.from_json(text) if path.suffix == ".json" else cls.from_yaml(text)
        except LoadError as error:
            raise LoadError(error.problems, str(path)) from None

    @classmethod
    def from_yaml(cls, text: str) -> Self:
        """Reads YAML, of which JSON is a part. Raises ``LoadError`` with every problem, its line and column."""
        return cls._of(native.Fabric.from_yaml(text), cls.from_yaml, text)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Reads JSON. Raises ``LoadError`` with every problem."""
        return cls._of(native.Fabric.from_json(text), cls.from_json, text)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """Reads a document of mappings, sequences, text, numbers and booleans, of whatever classes: each is read by the
        protocols of Python, so that those of Ansible that make their items late give them here too. Addresses and
        prefixes may be of ``ipaddress``.

        Raises ``LoadError`` with every problem; a boolean or text instead of a number is one.
        """
        return cls._from_plain(as_json(document))

    @classmethod
    def _from_plain(cls, json: str) -> Self:
        return cls._of(native.Fabric.from_document(json), cls._from_plain, json)

    @property
    def name(self) -> str:
        """What the fabric is called."""
        return self._native.name

    @property
    def release(self) -> str:
        """Whose account of forwarding it follows: ``article`` or ``r2011``."""
        return self._native.release

    def check(self) -> Report:
        """What is wrong, why, and what to do."""
        (data, text), texts = self._native.check()
        report = Report(json.loads(data), text)
        _tell(report.findings, texts)
        return report

    def plan(self) -> Plan:
        """Every way to make the required flows work, and why the others do not."""
        (data, text), candidates, rejected, impossible = self._native.plan()
        plan = Plan(json.loads(data), text)
        _tell(plan.candidates, [text for _, text in candidates])
        for rank, (candidate, (of_native, _)) in enumerate(zip(plan.candidates, candidates, strict=True)):
            candidate.__dict__.update(_native=of_native, _of=(self, rank))
        _tell(plan.rejected, rejected)
        _tell(plan.impossible, impossible)
        plan.__dict__["_fabric"] = self
        return plan

    def apply(self, candidate: Candidate) -> Self:
        """The fabric with the changes of one of its plan's candidates made."""
        return type(self)._of(candidate._applied_to(self._native), _with_change, self, *candidate._of)

    def trace(self, flow: Flow) -> Trace:
        """Traces a flow out and back. Raises ``FlowError`` if its ends are not known or do not go together."""
        traced = self._native.trace(flow.from_, flow.to, flow.protocol, flow.port, flow.ipv6)
        return Trace(traced, (Fabric.trace, (self, flow)))

    def trace_required(self) -> tuple[Trace, ...]:
        """Traces every flow that the document requires, in its order."""
        return tuple(_RequiredTraces(self))

    def flow_changes(self, after: Fabric) -> tuple[FlowChange, ...]:
        """Required flows that do not end in another fabric as they do in this one: those that a change mends or costs."""
        return flow_changes(self.trace_required(), after.trace_required())

    def routes(self) -> Routes:
        """What BGP must carry, speaker by speaker."""
        return Routes._of(self._native.routes())

    def drift(self, *sources: str | bytes | os.PathLike[str]) -> Drift:
        """How the routes that speakers hold differ from those of the fabric: each source is what FRR
        (``show bgp l2vpn evpn route detail json``), GoBGP (``gobgp global rib -a evpn -j``) or Junos (``show route table
        bgp.evpn.0 extensive | display json``, or ``display xml``) print, an MRT file, a BMP stream or a capture, as text or
        bytes, or the path of a file with it.

        Raises ``RoutesReadError`` where one cannot be read.
        """
        return Drift._of(self._native.drift([_content(source) for source in sources]))

    def diagram(self, form: str = "svg", *, plan: bool = False, layers: Iterable[str] | None = None) -> str:
        """A picture, tier by tier: ``svg``, or a text for ``mermaid``, ``dot`` (Graphviz) or ``drawio``.

        ``layers`` are some of ``underlay``, ``port_groups``, ``logical_routers``, ``networks`` and ``subnets``. With ``plan``
        it shows where the ways of the plan put logical routers, and where none may be and why. ``Trace.diagram`` shows
        the way of packets.
        """
        return self._native.diagram(form, None if layers is None else list(layers), plan)

    def render(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        sections: Iterable[str] = ("check", "plan", "traces"),
        traces: Iterable[Trace] = (),
    ) -> str:
        """A page with pictures, tables that can be sorted and filtered, and hops that can be opened: one HTML file that
        needs nothing beside it, which is written if there is a path.

        ``traces`` are shown beside those of the required flows, which are a section.
        """
        page = self._native.page(list(sections), [trace._native for trace in traces])
        if path is not None:
            Path(path).write_text(page, encoding="utf-8")
        return page

    def _picture(self) -> str:
        return self.diagram()

    def without(self, parts: Iterable[str]) -> Self:
        """The fabric as it forwards with devices and cables down: ``leaf1``, ``leaf1:et-0/0/48``.

        Raises ``OutageError`` with all names that no device and no cable has.
        """
        if isinstance(parts, str):
            raise TypeError("expected names of devices and cables, found one text")
        names = list(parts)
        return type(self)._of(self._native.without(names), Fabric.without, self, names)

    @property
    def parts(self) -> tuple[str, ...]:
        """Everything that can be down, by name."""
        return tuple(self._native.parts)

    @property
    def down(self) -> tuple[str, ...]:
        """What is down, in the order in which it was named."""
        return tuple(self._native.down)

    def _table(self) -> tuple[Sequence[str], Iterable[Sequence[Cell]]]:
        devices = [part for part in self.parts if ":" not in part]
        return ("Fabric", "Release", "Devices", "Down"), [(self.name, self.release, devices, self.down)]

    def __repr__(self) -> str:
        return f"<Fabric {self.name}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return self._made


def _with_change(fabric: Fabric, planned: Fabric, rank: int) -> Fabric:
    """A fabric with the changes of the candidate that has this place in a plan."""
    return fabric.apply(planned.plan().candidates[rank])


class _RequiredTraces(Sequence[Trace]):
    """The traces of all required flows of a fabric: pickled together, they are traced again once."""

    def __init__(self, fabric: Fabric) -> None:
        self._fabric = fabric
        traced = fabric._native.trace_required()
        self._traces = [Trace(trace, (_trace_at, (self, index))) for index, trace in enumerate(traced)]

    def __getitem__(self, index: Any) -> Any:
        return self._traces[index]

    def __len__(self) -> int:
        return len(self._traces)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._fabric,)


def _trace_at(traces: _RequiredTraces, index: int) -> Trace:
    trace: Trace = traces[index]
    return trace


def _tell(results: tuple[Data, ...], texts: list[str]) -> None:
    for result, text in zip(results, texts, strict=True):
        result.__dict__["_text"] = text


def _content(source: str | bytes | os.PathLike[str]) -> bytes:
    match source:
        case bytes():
            return source
        case str():
            return source.encode()
    return Path(source).read_bytes()
