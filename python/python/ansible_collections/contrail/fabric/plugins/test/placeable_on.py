"""The test ``placeable_on``."""

from __future__ import annotations

DOCUMENTATION = r"""
name: placeable_on
short_description: Whether an overlay network may meet the underlay on these devices
version_added: 0.1.0
description:
  - Whether the plan of a fabric has a way that works in which the network meets the underlay on exactly these devices, by
    whatever approach. M(contrail.fabric.plan) has the ways and, where there is none, the reasons.
positional: devices, fabric
options:
  _input:
    description: The name of a network that a required flow leaves.
    type: str
    required: true
  devices:
    description: The name of a device, or a list of names.
    type: raw
    required: true
  fabric:
    description: The fabric's document, as a mapping.
    type: dict
    required: true
"""

EXAMPLES = r"""
- ansible.builtin.assert:
    that: "'octavia' is contrail.fabric.placeable_on(['leaf1', 'leaf2'], fabric)"
"""

RETURN = r"""
_value:
  description: Whether there is such a way. A network that no required flow leaves is an error.
  type: bool
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleError

from ansible_collections.contrail.fabric.plugins.plugin_utils.library import fabric_of


def placeable_on(network: str, devices: Any, fabric: Mapping[str, Any]) -> bool:
    wanted = {devices} if isinstance(devices, str) else set(devices)
    asked = fabric_of(fabric)
    plan = asked.plan()
    unknown = sorted(wanted - set(asked.parts))
    if unknown:
        raise AnsibleError(f"fabric {asked.name} has no device called {', '.join(unknown)}")
    ways = [it for way in (*plan.candidates, *plan.rejected) for it in way.break_outs]
    if not any(network in it.networks for it in ways):
        raise AnsibleError(f"no required flow of fabric {asked.name} leaves a network called {network}")
    working = [it for way in plan.candidates for it in way.break_outs if network in it.networks]
    return any(wanted == set(places) for it in working for places in (it.devices, *it.alike))


class TestModule:
    """What Ansible looks for."""

    def tests(self) -> dict[str, Callable[..., bool]]:
        """The test by its name."""
        return {"placeable_on": placeable_on}
