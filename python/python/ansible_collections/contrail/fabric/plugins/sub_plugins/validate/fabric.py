"""An engine for ``ansible.utils.validate``: whether data is the document of a sound fabric."""

from __future__ import annotations

DOCUMENTATION = r"""
name: fabric
short_description: Validates data as the document of a Contrail fabric
version_added: 0.1.0
description:
  - An engine of C(ansible.utils.validate). Each problem of the document is an error. If there is none, each finding is one
    whose severity is in C(criteria), a list of V(error), V(warning) and V(advice), and all others are warnings.
"""

EXAMPLES = r"""
- ansible.utils.validate:
    data: "{{ fabric }}"
    criteria: [error]
    engine: contrail.fabric.fabric
"""

from typing import Any

from ansible.errors import AnsibleError

from ansible_collections.ansible.utils.plugins.plugin_utils.base.validate import ValidateBase

from ansible_collections.contrail.fabric.plugins.plugin_utils.library import fabric_of, library

_SEVERITIES = {"error", "warning", "advice"}


class Validate(ValidateBase):
    """What ``ansible.utils`` looks for."""

    def validate(self) -> dict[str, Any]:
        """Errors and warnings, each with its message and its place in the document."""
        criteria = self._criteria if isinstance(self._criteria, list) else [self._criteria]
        unknown = [it for it in criteria if it not in _SEVERITIES]
        if unknown:
            raise AnsibleError(f"criteria: expected severities, {', '.join(sorted(_SEVERITIES))}, found {unknown[0]!r}")
        try:
            report = fabric_of(self._data).check()
        except library().errors.LoadError as error:
            problems = [{"message": it.message, "data_path": it.path} for it in error.problems]
            return {"errors": problems, "msg": str(error)}
        errors = [it for it in report if it.severity in criteria]
        result: dict[str, Any] = {"warnings": [str(it) for it in report if it.severity not in criteria]}
        if errors:
            result["errors"] = [it.to_dict() | {"data_path": it.path} for it in errors]
            result["msg"] = "".join(map(str, errors))
        return result
