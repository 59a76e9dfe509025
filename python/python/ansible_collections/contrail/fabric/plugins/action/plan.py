"""What has to change in a fabric."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.contrail.fabric.plugins.plugin_utils.question import Question


class ActionModule(Question):
    """Gives every way that works, and the reasons against the others."""

    def answer(self, fabric: Any, options: Mapping[str, Any]) -> dict[str, Any]:
        plan = fabric.plan()
        best = None if plan.best is None else plan.best.to_dict()
        return plan.to_dict() | {"best": best, "text": str(plan)}
