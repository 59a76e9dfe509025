"""What is wrong with a fabric."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.contrail.fabric.plugins.plugin_utils.question import Question

_SEVERITIES = ["error", "warning", "advice"]


class ActionModule(Question):
    """Finds it, and fails where it is severe."""

    options = {"fail_on": {"type": "str", "choices": [*_SEVERITIES, "never"], "default": "error"}}

    def answer(self, fabric: Any, options: Mapping[str, Any]) -> dict[str, Any]:
        report = fabric.check()
        answer = report.to_dict() | {"text": str(report)}
        fail_on = options["fail_on"]
        severe = [] if fail_on == "never" else _SEVERITIES[: _SEVERITIES.index(fail_on) + 1]
        found = [finding for finding in report if finding.severity in severe]
        if found:
            told = [f"{it.rule} {it.subject} ({it.path}): {it.message}" for it in found]
            answer |= {"failed": True, "msg": f"fabric {fabric.name}: {'; '.join(told)}"}
        return answer
