"""Actions that ask a fabric something."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.contrail.fabric.plugins.plugin_utils.library import fabric_of, library

_FABRIC = {
    "fabric": {"type": "dict"},
    "src": {"type": "path"},
    "apply_plan": {"type": "bool", "default": False},
    "without": {"type": "list", "elements": "str", "default": []},
}


class Question(ActionBase):
    """An action that runs on the controller, and connects to nothing."""

    TRANSFERS_FILES = False
    _requires_connection = False
    options: ClassVar[Mapping[str, Any]] = {}
    required: ClassVar[Mapping[str, Any]] = {}

    def answer(self, fabric: Any, options: Mapping[str, Any]) -> dict[str, Any]:
        """What the task returns, of plain types."""
        raise NotImplementedError

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Reads the fabric, and asks it."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        options = self.validate_argument_spec(
            argument_spec=_FABRIC | dict(self.options),
            required_one_of=[("fabric", "src")],
            mutually_exclusive=[("fabric", "src")],
            **self.required,
        )[1]
        try:
            return result | {"changed": False} | self.answer(self._fabric(options), options)
        except library().errors.FabricError as error:
            raise AnsibleActionFail(str(error)) from error

    def _fabric(self, options: Mapping[str, Any]) -> Any:
        if options["src"] is None:
            fabric = fabric_of(options["fabric"])
        else:
            fabric = library().Fabric.load(self._find_needle("files", options["src"]))
        if options["apply_plan"]:
            plan = fabric.plan()
            if plan.best is None:
                raise AnsibleActionFail(f"apply_plan: {plan}")
            fabric = fabric.apply(plan.best)
        return fabric.without(options["without"]) if options["without"] else fabric
