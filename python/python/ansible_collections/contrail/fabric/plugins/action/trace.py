"""What a packet does in a fabric."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.contrail.fabric.plugins.plugin_utils.library import library
from ansible_collections.contrail.fabric.plugins.plugin_utils.question import Question


class ActionModule(Question):
    """Traces one flow, or all that are required."""

    options = {
        "from": {"type": "str"},
        "to": {"type": "str"},
        "protocol": {"type": "str", "choices": ["tcp", "udp", "dhcp"], "default": "tcp"},
        "port": {"type": "int"},
        "ipv6": {"type": "bool", "default": False},
        "hops": {"type": "bool", "default": False},
    }
    required = {"required_together": [("from", "to")], "required_by": {"port": ("from",)}}

    def answer(self, fabric: Any, options: Mapping[str, Any]) -> dict[str, Any]:
        traces = [fabric.trace(_flow(options))] if options["from"] is not None else fabric.trace_required()
        return {
            "delivered": all(trace.delivered for trace in traces),
            "traces": [trace.to_dict() if options["hops"] else _in_brief(trace) for trace in traces],
            "text": "\n".join(map(str, traces)),
        }


def _flow(options: Mapping[str, Any]) -> Any:
    flow, from_, to = library().Flow, options["from"], options["to"]
    if options["protocol"] == "dhcp":
        return flow.dhcp(from_, to)
    flow = flow(from_, to, options["protocol"], options["port"])
    return flow.over_ipv6() if options["ipv6"] else flow


def _in_brief(trace: Any) -> dict[str, Any]:
    ends = {"from": trace.from_, "to": trace.to, "service": trace.service, "why": trace.why}
    ways = {name: _way(way) for name, way in (("out", trace.out), ("back", trace.back))}
    return ends | {"delivered": trace.delivered} | ways


def _way(way: Any) -> dict[str, Any]:
    paths = [{"nodes": [hop.node for hop in path.hops], "verdict": path.verdict.to_dict()} for path in way.paths]
    return {"delivered": way.delivered, "cut": way.cut, "paths": paths}
