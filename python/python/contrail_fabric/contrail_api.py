"""Fabrics from what Contrail tells of them, and plans as what has to be done in it.

>>> from contrail_fabric import contrail_api
>>> network = {"virtual-network": {"fq_name": ["default-domain", "admin", "octavia"], "virtual_network_network_id": 5}}
>>> imported = contrail_api.read(network, over="fabric: dc1")
>>> imported.document["networks"]
[{'name': 'octavia', 'network_id': 5}]
>>> imported.missing
('fabric: nothing is required of it: give `integrations` or `flows`',)
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contrail_fabric import _native as native
from contrail_fabric._data import Data
from contrail_fabric._document import as_json
from contrail_fabric.fabric import Fabric
from contrail_fabric.results import Candidate, Change

__all__ = ["Action", "Exported", "Imported", "Procedure", "Step", "export", "procedure", "read"]

Source = str | os.PathLike[str] | Mapping[str, Any] | Sequence[Any]


@dataclass(frozen=True, slots=True)
class Imported:
    """What objects of Contrail make together."""

    document: dict[str, Any]
    """The fabric's document, as far as it is known."""
    findings: tuple[str, ...]
    """What leads nowhere, with both ends named. None of it keeps the rest from being read."""
    missing: tuple[str, ...]
    """What nothing says and somebody has to, by name, before traces and plans mean something."""
    tally: str
    """How many objects of each type were read, and what was passed over."""

    def fabric(self) -> Fabric:
        """The fabric. Raises ``LoadError`` with every problem of the document."""
        return Fabric.from_dict(self.document)


def read(*sources: Source, over: str | Mapping[str, Any] | Sequence[str | Mapping[str, Any]] = ()) -> Imported:
    """Reads what Contrail's config API answers, or dumps of its database.

    Each source is a path of a file, packed or not, of a folder or an archive of files; or an object, a list or a list's
    answer as Python has it. Over what they make documents are laid in order, each text in YAML or JSON or a mapping: what
    they say wins, object by object and field by field.

    Raises ``ContrailReadError`` with the object and field that cannot be read, and ``LoadError`` for what is laid over it.
    """
    named: list[tuple[str, str | None]] = []
    for number, source in enumerate(sources, 1):
        match source:
            case str() | os.PathLike():
                named.append((os.fspath(source), None))
            case _:
                named.append((f"object {number}", as_json(source)))
    layers = [over] if isinstance(over, (str, Mapping)) else over
    texts = [layer if isinstance(layer, str) else as_json(layer) for layer in layers]
    document, findings, missing, tally = native.read_contrail(named, texts)
    return Imported(json.loads(document), tuple(findings), tuple(missing), tally)


@dataclass(frozen=True, slots=True)
class Exported:
    """A document as objects of Contrail."""

    lists: dict[str, Any]
    """What the API answers for each type when it is asked for the list with all fields."""
    database_dump: dict[str, Any]
    """A dump of the config database, as ``db_json_exim.py`` writes it."""
    rest: dict[str, Any]
    """What Contrail has no place for, as a document to lay over what is read again."""


def export(document: Mapping[str, Any]) -> Exported:
    """The objects that a document stands for. Raises ``LoadError`` if it does not have the form of one."""
    lists, dump, rest = native.export_contrail(as_json(document))
    return Exported(json.loads(lists), json.loads(dump), json.loads(rest))


class Step(Data):
    """One change, and how it is made."""

    change: Change
    """What changes."""
    actions: tuple[Action, ...]
    """What is done for it, in order."""
    undo: tuple[Action, ...]
    """What is done to have it as it was before, in order."""
    breaks: tuple[str, ...]
    """Required flows that work before and not after it, until a later step; empty unless no order can do without."""
    repairs: tuple[str, ...]
    """Required flows that work from this step on."""


class Action(Data):
    """One thing that is done: a ``call`` of the config API, a line of ``junos`` configuration, or a command on a ``host``."""

    kind: str
    """Which of these; it decides what else there is."""


@dataclass(frozen=True, slots=True)
class Procedure:
    """What has to be done for a candidate of a plan, in an order in which nothing breaks that works."""

    steps: tuple[Step, ...]
    """Step by step."""
    patch: str
    """The fabric's document changes by this, to be laid over it, in JSON."""
    ansible_tasks: list[dict[str, Any]] = field(repr=False, hash=False)
    """The same as a list of tasks for Ansible; the variable ``contrail_api`` is the address of the API."""
    text: str = field(repr=False)
    """The same for people."""

    def __str__(self) -> str:
        return self.text


def procedure(fabric: Fabric, candidate: Candidate) -> Procedure:
    """What has to be done for a candidate of a fabric's plan."""
    (data, text), tasks = candidate._procedure_in(fabric._native)
    made = json.loads(data)
    return Procedure(tuple(map(Step, made["steps"])), made["patch"], json.loads(tasks), text)
