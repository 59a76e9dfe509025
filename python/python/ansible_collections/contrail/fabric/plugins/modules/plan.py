# Apache-2.0 OR MIT
"""The documentation of an action, which runs on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: plan
short_description: Says where the pieces of a Contrail fabric may be connected, and why not elsewhere
version_added: 0.1.0
description:
  - Gives every way to make the flows work that a fabric requires, with what each costs and changes, and the reasons
    against the ways that do not work.
  - Nothing is changed, so that it does the same in check mode.
extends_documentation_fragment:
  - contrail.fabric.fabric
  - contrail.fabric.fabric.unchanging
seealso:
  - module: contrail.fabric.check
  - module: contrail.fabric.trace
"""

EXAMPLES = r"""
- name: Where may the router of Octavia go?
  contrail.fabric.plan:
    src: fabric.yaml
  register: placement

- name: Stop if it may go nowhere
  ansible.builtin.assert:
    that: placement.best is not none
    fail_msg: "{{ placement.text }}"
"""

RETURN = r"""
best:
  description: The cheapest way that works, the first of RV(candidates); null if none does.
  returned: always
  type: dict
candidates:
  description: The ways that work, the cheapest first.
  returned: always
  type: list
  elements: dict
  contains:
    break_outs:
      description: How overlay and underlay meet; one unless networks go different ways.
      type: list
      elements: dict
      contains:
        networks: {description: The overlay networks., type: list, elements: str, sample: [octavia]}
        approach: {description: How they meet the underlay., type: str, sample: router_on_leaves}
        devices: {description: On which devices; empty where that is each hypervisor., type: list, elements: str}
        alike: {description: Other devices that would do as well., type: list, elements: list}
    changes:
      description: What to change, in an order in which it can be done; RV(ignore:message) is each in a sentence.
      type: list
      elements: dict
    cost: {description: What it costs; RV(ignore:total) is the weighted sum., type: dict}
rejected:
  description: The ways that do not work, with RV(ignore:break_outs) and RV(ignore:reasons).
  returned: always
  type: list
  elements: dict
impossible:
  description: Where nothing works, which required flows forbid it and what would lift it.
  returned: always
  type: list
  elements: dict
weights:
  description: What costs were weighed with.
  returned: always
  type: dict
text:
  description: The same for people.
  returned: always
  type: str
"""
