"""The library that all plugins ask, and what they have in common when they do."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from ansible.errors import AnsibleError

_missing: ImportError | None = None
try:
    import contrail_fabric
except ImportError as error:
    contrail_fabric = None
    _missing = error


def library() -> ModuleType:
    """The package ``contrail_fabric``, which only a plugin that is used needs."""
    if contrail_fabric is None:
        raise AnsibleError(
            f"contrail-fabric is missing or broken for {sys.executable}, the Python that runs Ansible: "
            f"{sys.executable} -m pip install contrail-fabric",
            orig_exc=_missing,
        )
    return contrail_fabric


def fabric_of(document: Any) -> Any:
    """The fabric of a document, which is a mapping of whatever class."""
    return library().Fabric.from_dict(document)
