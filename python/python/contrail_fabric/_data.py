"""What all results have in common."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_interface
from typing import Any, ClassVar, NoReturn, Self, get_args, get_type_hints


class Frozen:
    """What cannot be changed, and so is its own copy."""

    __slots__ = ()

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} cannot be changed")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} cannot be changed")

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self


class Data(Frozen):
    """A result that cannot be changed. What it is made of stands in the annotations of its class."""

    _text: str | None
    # Fields that hold addresses and prefixes of IP, ``via``; or such of one kind only, ``translate.to``.
    _addresses: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, data: Mapping[str, Any], text: str | None = None) -> None:
        parts, kind = _parts(type(self)), data.get("kind")
        for name, value in data.items():
            frozen = _frozen(value, parts.get(name, Data))
            is_address = name in self._addresses or f"{kind}.{name}" in self._addresses
            self.__dict__[name] = _address(frozen) if is_address else frozen
        self.__dict__["_text"] = text

    def to_dict(self) -> dict[str, Any]:
        """The same as ``dict``, ``list``, ``str``, ``int``, ``bool`` and ``None``."""
        return {name: _plain(value) for name, value in self._items()}

    def _items(self) -> list[tuple[str, Any]]:
        return [(name, value) for name, value in self.__dict__.items() if not name.startswith("_")]

    def __str__(self) -> str:
        text = self._text if self._text is not None else self.__dict__.get("message")
        return text if isinstance(text, str) else repr(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self._items())})"

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._items() == other._items()

    def __hash__(self) -> int:
        return hash(tuple(self._items()))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.to_dict(), self._text)


class Tagged(Data):
    """A result of one of several kinds, each with fields of its own beside the common ones."""

    kind: str
    """Which kind, ``add_static_route``; it decides what else there is."""
    message: str
    """The same in a sentence."""

    def __getattr__(self, name: str) -> Any:
        # What Python reserves has a line behind it, ``from_``.
        if name.endswith("_") and name[:-1] in self.__dict__:
            return self.__dict__[name[:-1]]
        kind = self.__dict__.get("kind")
        raise AttributeError(f"a {type(self).__name__} of kind {kind!r} has no {name!r}", name=name, obj=self)


_known_parts: dict[type, dict[str, type[Data]]] = {}


def _parts(result: type) -> dict[str, type[Data]]:
    """Which class the parts of a result are of."""
    known = _known_parts.get(result)
    if known is not None:
        return known
    parts = {}
    for name, hint in get_type_hints(result).items():
        for kind in (hint, *get_args(hint)):
            if isinstance(kind, type) and issubclass(kind, Data):
                parts[name] = kind
    _known_parts[result] = parts
    return parts


def _frozen(value: Any, part: type[Data]) -> Any:
    match value:
        case dict():
            return part(value)
        case list():
            return tuple(_frozen(item, part) for item in value)
    return value


def _address(value: Any) -> Any:
    """What texts are that name addresses and prefixes; what is no text stays as it is."""
    match value:
        case str() if "/" in value:
            # Networks, and addresses of interfaces with the length of their prefix.
            interface = ip_interface(value)
            return interface.network if interface.ip == interface.network.network_address else interface
        case str():
            return ip_address(value)
        case tuple():
            return tuple(map(_address, value))
    return value


def _plain(value: Any) -> Any:
    match value:
        case IPv4Address() | IPv6Address() | IPv4Network() | IPv6Network():
            return str(value)
        case Data():
            return value.to_dict()
        case tuple():
            return [_plain(item) for item in value]
    return value
