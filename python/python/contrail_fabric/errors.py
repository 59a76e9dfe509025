"""What can be wrong with a document, a question, or bytes. All of it is a ``ValueError``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

__all__ = [
    "CaptureError",
    "ContrailReadError",
    "DecodeError",
    "EncodeError",
    "FabricError",
    "FlowError",
    "InvalidValueError",
    "LoadError",
    "MessageError",
    "OutageError",
    "Problem",
    "RoutesReadError",
]


class FabricError(ValueError):
    """What all errors of this package have in common."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a document."""

    path: str
    """Where in the document, ``networks[3].vni``; empty if it could not be read that far."""
    line: int | None
    """The line, from 1, if it was read from text."""
    column: int | None
    """The column, in characters from 1, if it was read from text."""
    message: str
    """What is wrong."""

    def __str__(self) -> str:
        place = f"line {self.line}, column {self.column}: " if self.line is not None else ""
        return f"{place}{self.path}{': ' if self.path else ''}{self.message}"


class LoadError(FabricError):
    """A document that is no fabric, with everything that is wrong with it."""

    problems: tuple[Problem, ...]
    """In the order of the document; never empty."""
    file: str | None
    """The file that was read, if it was one."""

    def __init__(self, problems: Iterable[Problem], file: str | None = None) -> None:
        self.problems, self.file = tuple(problems), file
        at = f"{file}: " if file is not None else ""
        super().__init__("\n".join(f"{at}{problem}" for problem in self.problems))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.problems, self.file)


class ContrailReadError(FabricError):
    """Objects of Contrail's config API that cannot be read."""

    source: str
    """The file, or what the object was called."""
    line: int | None
    """The line, from 1, where it is no JSON."""
    column: int | None
    """The column, from 1, where it is no JSON."""
    object: str | None
    """Which object, ``virtual-network default-domain:admin:octavia``, as far as that can be told."""
    field: str | None
    """Which of its fields, as far as that can be told."""
    problem: str
    """What is wrong."""

    def __init__(
        self, source: str, line: int | None, column: int | None, object: str | None, field: str | None, problem: str
    ) -> None:
        place = f"line {line}, column {column}" if line is not None else None
        super().__init__(": ".join(part for part in (source, place, object, field, problem) if part is not None))
        self.source, self.line, self.column = source, line, column
        self.object, self.field, self.problem = object, field, problem

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.source, self.line, self.column, self.object, self.field, self.problem)


class RoutesReadError(FabricError):
    """Routes that others print or record, and that cannot be read."""

    place: str
    """``line 3, column 7``, a JSON pointer or ``byte 17``; empty for the whole."""
    problem: str
    """What is wrong, and what was expected."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}" if place else problem)
        self.place, self.problem = place, problem

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.place, self.problem)


class FlowError(FabricError):
    """A flow that cannot be traced, as its ends are not known or do not go together."""


class OutageError(FabricError):
    """Names of which a fabric has neither a device nor a cable."""

    unknown: tuple[str, ...]
    """All of them, in the order in which they were given."""

    def __init__(self, message: str, unknown: Iterable[str]) -> None:
        super().__init__(message)
        self.unknown = tuple(unknown)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.unknown)


class InvalidValueError(FabricError):
    """A number out of range, or a text that is not what it should be."""


class DecodeError(FabricError):
    """Bytes that are not the header they should be."""

    layer: str
    """The header that could not be read, ``ethernet``."""
    offset: int
    """Where that header starts, in bytes from the start of the frame."""
    problem: str
    """What is wrong with it."""

    def __init__(self, layer: str, offset: int, problem: str) -> None:
        super().__init__(f"{layer} at byte {offset}: {problem}")
        self.layer, self.offset, self.problem = layer, offset, problem

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.layer, self.offset, self.problem)


class MessageError(DecodeError):
    """Bytes that are not the BGP they should be."""

    disposition: str
    """What RFC 7606 has a receiver do about it: ``treat as withdraw``, ``session reset 1/2``, ..."""

    def __init__(self, layer: str, offset: int, problem: str, disposition: str) -> None:
        super().__init__(layer, offset, problem)
        self.disposition = disposition

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.layer, self.offset, self.problem, self.disposition)


class EncodeError(FabricError):
    """Headers or routes that cannot be written."""


class CaptureError(FabricError):
    """A capture file that cannot be read on."""

    offset: int
    """Where the record starts that cannot be read, in bytes."""
    frames: int
    """How many frames are before it."""

    def __init__(self, message: str, offset: int, frames: int) -> None:
        super().__init__(message)
        self.offset, self.frames = offset, frames

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.offset, self.frames)
