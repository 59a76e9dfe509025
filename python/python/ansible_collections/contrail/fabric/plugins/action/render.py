"""A report of what a fabric answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail

from ansible_collections.contrail.fabric.plugins.plugin_utils.question import Question

# What each section is called, and whom it asks.
_SECTIONS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "check": ("What is wrong", lambda fabric: [fabric.check()]),
    "plan": ("What has to change", lambda fabric: [fabric.plan()]),
    "traces": ("What packets do", lambda fabric: fabric.trace_required()),
    "routes": ("What BGP must carry", lambda fabric: [fabric.routes()]),
}


class ActionModule(Question):
    """Returns it, or writes it to a file of the controller."""

    _supports_check_mode = True
    options = {
        "dest": {"type": "path"},
        "format": {"type": "str", "choices": ["text", "json", "markdown", "html"], "default": "text"},
        "sections": {
            "type": "list",
            "elements": "str",
            "choices": list(_SECTIONS),
            "default": ["check", "plan", "traces"],
        },
    }

    def answer(self, fabric: Any, options: Mapping[str, Any]) -> dict[str, Any]:
        content = self._content(fabric, options["format"], options["sections"])
        if options["dest"] is None:
            return {"content": content}
        try:
            return {"content": content} | self._written(Path(options["dest"]), content)
        except (OSError, UnicodeDecodeError) as error:
            raise AnsibleActionFail(f"{options['dest']}: {error}") from error

    def _content(self, fabric: Any, format: str, sections: list[str]) -> str:
        if format != "html":
            told = {name: _SECTIONS[name][1](fabric) for name in sections}
            return _FORMATS[format](fabric.name, told)
        if "routes" in sections:
            raise AnsibleActionFail("sections: a page of HTML has no routes, expected some of check, plan, traces")
        page: str = fabric.render(sections=sections)
        return page

    def _written(self, path: Path, content: str) -> dict[str, Any]:
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        written: dict[str, Any] = {"dest": str(path), "changed": before != content}
        if self._task.diff:
            names = {"before_header": str(path), "after_header": str(path)}
            written["diff"] = {"before": before, "after": content} | names
        if written["changed"] and not self._task.check_mode:
            path.write_text(content, encoding="utf-8")
        return written


def _as_text(name: str, told: Mapping[str, Any]) -> str:
    parts = [f"fabric {name}\n"]
    for section, results in told.items():
        parts += [f"== {_SECTIONS[section][0]}\n", *map(str, results)]
    return "\n".join(parts)


def _as_markdown(name: str, told: Mapping[str, Any]) -> str:
    parts = [f"# Fabric {name}\n"]
    for section, results in told.items():
        parts.append(f"## {_SECTIONS[section][0]}\n")
        for result in results:
            if section == "traces":
                parts.append(f"### {result.from_} to {result.to}, {result.service}\n")
            parts.append(result.to_markdown())
    return "\n".join(parts)


def _as_json(name: str, told: Mapping[str, Any]) -> str:
    sections: dict[str, Any] = {"fabric": name}
    for section, results in told.items():
        data = [result.to_dict() for result in results]
        sections[section] = data if section == "traces" else data[0]
    return json.dumps(sections, indent=2) + "\n"


_FORMATS = {"text": _as_text, "markdown": _as_markdown, "json": _as_json}
