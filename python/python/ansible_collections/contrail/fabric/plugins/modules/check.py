# Apache-2.0 OR MIT
"""The documentation of an action, which runs on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: check
short_description: Finds what is wrong with a Contrail fabric
version_added: 0.1.0
description:
  - Holds a fabric against all rules, and fails the task if something as severe as O(fail_on) is found.
  - Nothing is changed, so that it does the same in check mode.
options:
  fail_on:
    description:
      - The least severe finding that fails the task.
    type: str
    choices: [error, warning, advice, never]
    default: error
extends_documentation_fragment:
  - contrail.fabric.fabric
  - contrail.fabric.fabric.unchanging
seealso:
  - module: contrail.fabric.plan
"""

EXAMPLES = r"""
- name: Refuse the change if the fabric would break
  contrail.fabric.check:
    src: fabric.yaml

- name: What is lost while leaf1 is upgraded
  contrail.fabric.check:
    fabric: "{{ fabric }}"
    without: [leaf1]
    fail_on: never
  register: upgrade
"""

RETURN = r"""
findings:
  description: All that was found, in the order of the rules and then of the document.
  returned: always
  type: list
  elements: dict
  contains:
    rule: {description: The rule's id., type: str, sample: L4}
    name: {description: The rule's name., type: str, sample: way-back}
    severity: {description: How bad it is., type: str, sample: error}
    subject: {description: The object that it is about., type: str, sample: ctl1}
    path: {description: Where that object stands in the document., type: str, sample: "servers[0].routes"}
    message: {description: What is wrong., type: str, sample: ctl1 has no route to 10.99.0.11 in octavia}
    because: {description: The facts that make it wrong., type: list, elements: str}
    fix: {description: What to do., type: str, sample: add the route 10.99.0.0/24 via 10.1.10.1 to ctl1}
    references: {description: Where the rule comes from., type: list, elements: str}
ignored:
  description: Rules that the document switches off.
  returned: always
  type: list
  elements: str
text:
  description: The same for people.
  returned: always
  type: str
"""
