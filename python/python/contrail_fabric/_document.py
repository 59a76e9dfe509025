"""Documents that come as Python objects."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any

from contrail_fabric.errors import LoadError, Problem

_DEEPEST = 32


def as_json(document: object) -> str:
    """The document as JSON text, read as Python reads it.

    Mappings and sequences such as Ansible's make their items when they are asked for. What C code finds in the ``dict``
    or ``list`` beneath them, ``json`` included, is something else.
    """
    reading = _Reading()
    plain = reading.plain(document, "", 0)
    if reading.problems:
        raise LoadError(reading.problems)
    return json.dumps(plain)


class _Reading:
    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def refuse(self, path: str, message: str) -> None:
        self.problems.append(Problem(path, None, None, message))

    def plain(self, value: object, path: str, depth: int) -> Any:
        if depth > _DEEPEST:
            # What holds itself has no end, and may double with each level.
            self.refuse(path, f"nested more than {_DEEPEST} deep")
            raise LoadError(self.problems)
        match value:
            case None | bool():
                return value
            case str():
                return self.same(value, str(value), str.__str__(value), path)
            case int():
                return self.same(value, int(value), int.__int__(value), path)
            case float() if math.isfinite(value):
                return self.same(value, float(value), float.__float__(value), path)
            case IPv4Address() | IPv6Address() | IPv4Network() | IPv6Network():
                return str(value)
            case Mapping():
                return self.mapping(value, path, depth)
            case Sequence() if not isinstance(value, (bytes, bytearray, memoryview)):
                items = enumerate(_items(value))
                return [self.plain(item, f"{path}[{index}]", depth + 1) for index, item in items]
        kind = type(value).__name__
        return self.refuse(path, f"expected a mapping, a list, text, a number or a boolean, found {kind} {value!r}")

    def same(self, value: object, told: Any, held: Any, path: str) -> Any:
        """What a value says of itself, if that is what it is for others too."""
        if told != held:
            self.refuse(path, f"{type(value).__name__} {held!r} says of itself that it is {told!r}")
        return told

    def mapping(self, value: Mapping[Any, Any], path: str, depth: int) -> dict[str, Any]:
        pairs = _pairs(value)
        if pairs is None:
            kind = type(value).__name__
            self.refuse(path, f"{kind} changes how some of a dict is read, but neither __getitem__ nor items()")
            return {}
        plain: dict[str, Any] = {}
        for key, item in pairs:
            if not isinstance(key, str):
                self.refuse(path, f"expected text as a key, found {type(key).__name__} {key!r}")
                continue
            name = self.same(key, str(key), str.__str__(key), path)
            at = f"{path}.{name}" if path else name
            if name in plain:
                self.refuse(at, "is there twice")
            plain[name] = self.plain(item, at, depth + 1)
        return plain


def _pairs(value: Mapping[Any, Any]) -> Iterable[tuple[Any, Any]] | None:
    """Keys and values by what the class itself has to say of them; nothing if that is not told."""
    kind = type(value)
    if not isinstance(value, dict) or kind.__getitem__ is not dict.__getitem__:
        return [(key, value[key]) for key in value]
    if kind.items is not dict.items:
        return value.items()
    is_plain = all(getattr(kind, name) is getattr(dict, name) for name in ("__iter__", "keys", "values", "get"))
    return value.items() if is_plain else None


def _items(value: Sequence[Any]) -> Iterable[Any]:
    """The same of a sequence: that of a list gives what is beneath, unless it is overridden too."""
    kind = type(value)
    for base in (list, tuple):
        is_overridden = isinstance(value, base) and kind.__getitem__ is not base.__getitem__
        if is_overridden and kind.__iter__ is base.__iter__:
            return [value[index] for index in range(len(value))]
    return value
