"""The lookup ``evpn_routes``."""

from __future__ import annotations

DOCUMENTATION = r"""
name: evpn_routes
short_description: The EVPN routes that devices and servers must announce
version_added: 0.1.0
description:
  - Gives the EVPN routes that BGP must carry for a fabric, each with its attributes and what it stands for.
options:
  _terms:
    description: The devices and servers whose routes are wanted; all if none is named.
    type: list
    elements: str
  fabric:
    description: The fabric's document, as a mapping. Either this or O(src) is required.
    type: dict
  src:
    description: The file with the document, which is looked for as other files are.
    type: path
  types:
    description: The route types that are wanted, 1 to 5; all if none is named.
    type: list
    elements: int
    default: []
"""

EXAMPLES = r"""
- ansible.builtin.debug:
    msg: "{{ query('contrail.fabric.evpn_routes', 'leaf1', src='fabric.yaml', types=[3]) | map(attribute='message') }}"
"""

RETURN = r"""
_list:
  description: The routes, speaker by speaker.
  type: list
  elements: dict
  contains:
    speaker: {description: Who announces it., type: str, sample: leaf1}
    next_hop: {description: Where traffic goes., type: str, sample: 10.255.0.11}
    route: {description: "The route: its type, rd and the fields of that type.", type: dict}
    replication: {description: "How broadcasts reach the speaker, in routes of type 3.", type: dict}
    communities: {description: Extended communities., type: list, elements: str}
    origin: {description: What it stands for., type: dict}
    message: {description: All of it in a line., type: str}
"""

from typing import Any

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from ansible_collections.contrail.fabric.plugins.plugin_utils.library import fabric_of, library


class LookupModule(LookupBase):
    """What Ansible looks for."""

    def run(self, terms: list[str], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[dict[str, Any]]:
        """The routes of these speakers."""
        self.set_options(var_options=variables, direct=kwargs)
        fabric = self._fabric(variables)
        known = {part for part in fabric.parts if ":" not in part} | {entry.speaker for entry in fabric.routes()}
        unknown = sorted(set(terms) - known)
        if unknown:
            raise AnsibleLookupError(f"fabric {fabric.name} has nobody who announces routes called {', '.join(unknown)}")
        types = self.get_option("types") or range(1, 12)
        return [
            entry.to_dict()
            for entry in fabric.routes()
            if getattr(entry.route, "type", None) in types and (not terms or entry.speaker in terms)
        ]

    def _fabric(self, variables: dict[str, Any] | None) -> Any:
        fabric, src = self.get_option("fabric"), self.get_option("src")
        if (fabric is None) == (src is None):
            raise AnsibleLookupError("expected one of fabric and src")
        if src is None:
            return fabric_of(fabric)
        return library().Fabric.load(self.find_file_in_search_path(variables, "files", src))
