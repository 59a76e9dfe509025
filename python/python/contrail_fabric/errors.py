"""What can be wrong with a document or with a question. All of it is a ``ValueError``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

__all__ = ["FabricError", "FlowError", "LoadError", "OutageError", "Problem"]


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

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.problems,)


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
