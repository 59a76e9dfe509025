"""Filters for values of EVPN and VXLAN: each gives its value as it is usually written, or says why it is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleError

from ansible_collections.contrail.fabric.plugins.plugin_utils.library import library


def _text(value: Any) -> str:
    if isinstance(value, str):
        return str(value)
    raise AnsibleError(f"expected text, found {type(value).__name__} {value!r}")


def vni(value: Any) -> int:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if not is_number and not (isinstance(value, str) and value.isascii() and value.isdigit()):
        raise AnsibleError(f"expected a number or its digits, found {type(value).__name__} {value!r}")
    # The header knows which numbers it can hold.
    return library().wire.Vxlan(vni=int(value)).vni


def esi(value: Any) -> str:
    return str(library().wire.EthernetSegmentId(_text(value)))


def route_target(value: Any) -> str:
    return str(library().wire.RouteTarget(_text(value)))


def rd(value: Any) -> str:
    return str(library().wire.RouteDistinguisher(_text(value)))


def evpn_route(value: Any, style: str = "frr") -> str:
    key = library().wire.RouteKey(_text(value))
    match style:
        case "frr":
            return str(key)
        case "contrail":
            return key.contrail
    raise AnsibleError(f"expected frr or contrail as style, found {style!r}")


class FilterModule:
    """What Ansible looks for."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters by their names."""
        return {"vni": vni, "esi": esi, "route_target": route_target, "rd": rd, "evpn_route": evpn_route}
