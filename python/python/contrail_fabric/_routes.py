"""What BGP must carry, and what differs from it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv4Address, IPv6Address
from typing import Any, Self

from contrail_fabric import _native as native
from contrail_fabric._data import Data, Tagged
from contrail_fabric._tabular import Cell, Tabular
from contrail_fabric.bgp import Message
from contrail_fabric.errors import FabricError


class Origin(Tagged):
    """The object of the fabric that a route comes from: ``network``, ``server``, ``workload``, ..."""

    name: str | None
    network: str | None


class Route(Data):
    """What is announced: ``type`` for EVPN, ``family`` for others, and the fields of that kind of route."""

    _addresses = frozenset({"gateway", "group", "ip", "originator", "prefix", "source"})

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"this route has no {name!r}", name=name, obj=self)


class Replication(Data):
    """How broadcasts reach a speaker: the PMSI tunnel attribute."""

    _addresses = frozenset({"endpoint"})

    type: str
    """``pmsi_tunnel``."""
    flags: int
    """Bit by bit, as on the wire."""
    tunnel_type: str
    """``ingress-replication``, ..."""
    label: Data
    """The label as ``raw`` number of 24 bits, and as ``vni`` and ``mpls`` label."""
    identifier: str
    """Of the tunnel, two hex digits for each octet."""
    endpoint: IPv4Address | IPv6Address
    """Where copies are sent."""


class RouteEntry(Data):
    """A route of one speaker, with its attributes."""

    _addresses = frozenset({"next_hop"})

    speaker: str
    """The device or server that announces it."""
    next_hop: IPv4Address | IPv6Address
    """Where traffic goes: the speaker's end of tunnels."""
    key: str
    """The route's identity, by which it is found again: ``10.255.0.11:7999:[3]:[5002]:[32]:[10.255.0.11]``."""
    route: Route
    """The route itself."""
    replication: Replication | None
    """How broadcasts reach the speaker, in routes of type 3: the PMSI tunnel attribute."""
    communities: tuple[str, ...]
    """Extended communities, in order."""
    origin: Origin
    """What it stands for."""
    not_shown: tuple[str, ...]
    """Fields that whoever showed the route does not show: they are no difference."""
    message: str
    """All of it in a line."""


class FieldDifference(Data):
    """A field of a route that differs."""

    field: str
    """``next_hop``, ``segment``, ``label``, ``second_label``, ``gateway``, ``replication`` (the tunnel and its end),
    ``replication_label``, ``replication_flags`` or ``communities``."""
    expected: str
    """As expected; empty if the route should not have it."""
    found: str
    """As found; empty if the route has none."""


class RouteDifference(Data):
    """A route that two sets do not have alike."""

    kind: str
    """``missing``, ``unexpected``, or ``different`` where it is in both with other attributes."""
    entry: RouteEntry
    """The route as expected or, if it is not, as found."""
    fields: tuple[FieldDifference, ...]
    """What differs."""
    message: str
    """All of it in a line."""


class Routes(Tabular, Data):
    """All routes that BGP must carry, or those that were observed."""

    entries: tuple[RouteEntry, ...]
    """In the order of the document's devices and servers, and for each in the order of the routes."""
    left_out: tuple[str, ...]
    """What should be among them and cannot be derived, and why."""

    _native: native.Routes | None = None

    @classmethod
    def _of(cls, routes: native.Routes) -> Self:
        data, text = routes.told()
        this = cls(json.loads(data), text)
        this.__dict__["_native"] = routes
        return this

    @classmethod
    def observed(cls, messages: Iterable[tuple[str, Message]]) -> Self:
        """What speakers announced and did not withdraw, message by message: each with its speaker, by the name that it
        has in the document. Routes of kinds that a fabric has none of are passed over."""
        return cls._of(native.Routes.observed(list(messages)))

    def diff(self, found: Routes) -> tuple[RouteDifference, ...]:
        """What differs between what is expected, these routes, and what is found, speaker by speaker."""
        if self._native is None or found._native is None:
            raise FabricError("routes that were pickled cannot be compared: ask the fabric again")
        return tuple(map(_difference, self._native.diff(found._native)))

    def of(self, speaker: str) -> tuple[RouteEntry, ...]:
        """The routes that a device or server announces."""
        return tuple(entry for entry in self.entries if entry.speaker == speaker)

    def _table(self) -> tuple[Sequence[str], Iterable[Sequence[Cell]]]:
        return ("Speaker", "Route"), [(entry.speaker, entry.message) for entry in self]

    def __iter__(self) -> Iterator[RouteEntry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)


class DriftCause(Data):
    """Differences with one cause."""

    cause: str
    """What follows from it, and why: ``leaf1 is not in the flood list of api (VNI 5002): its type-3 route is missing``."""
    differences: tuple[RouteDifference, ...]
    """The routes that differ."""


class Drift(Tabular, Data):
    """How the routes that speakers hold differ from those that a fabric needs, by cause."""

    causes: tuple[DriftCause, ...]
    """Empty where there is no drift."""
    found: Routes
    """The routes that were found."""
    families: tuple[str, ...]
    """The families that were shown, ``l2vpn evpn``; nothing is said of others."""
    not_shown: tuple[str, ...]
    """What was not shown of routes, and so is not compared: ``type-5 routes: gateway, label``."""

    @classmethod
    def _of(cls, told: _ToldDrift) -> Self:
        causes, routes, families, not_shown = told
        found = Routes._of(routes)
        data = {
            "causes": [
                {"cause": cause, "differences": [_plain_difference(difference) for difference in differences]}
                for cause, differences in causes
            ],
            "found": found.to_dict(),
            "families": families,
            "not_shown": not_shown,
        }
        lines = [line for cause, told in causes for line in (cause, *(f"  {text}" for *_, text in told))]
        lines += [f"not shown of {what}" for what in not_shown]
        lines.append(f"{len(causes)} causes of drift; {len(found)} routes found ({', '.join(families)})")
        drift = cls(data, "\n".join(lines))
        drift.__dict__["found"] = found
        return drift

    def _table(self) -> tuple[Sequence[str], Iterable[Sequence[Cell]]]:
        return ("Cause", "Routes"), [(cause.cause, [str(it) for it in cause.differences]) for cause in self]

    def __iter__(self) -> Iterator[DriftCause]:
        return iter(self.causes)

    def __len__(self) -> int:
        return len(self.causes)


_ToldDifference = tuple[str, str, list[tuple[str, str, str]], str]
_ToldDrift = tuple[list[tuple[str, list[_ToldDifference]]], native.Routes, list[str], list[str]]


def _plain_difference(told: _ToldDifference) -> dict[str, Any]:
    kind, entry, fields, message = told
    names = ("field", "expected", "found")
    return {
        "kind": kind,
        "entry": json.loads(entry),
        "fields": [dict(zip(names, field, strict=True)) for field in fields],
        "message": message,
    }


def _difference(told: _ToldDifference) -> RouteDifference:
    return RouteDifference(_plain_difference(told))
