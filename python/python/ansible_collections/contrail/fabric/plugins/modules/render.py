# Apache-2.0 OR MIT
"""The documentation of an action, which runs on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: render
short_description: Writes a report of what a Contrail fabric answers
version_added: 0.1.0
description:
  - Puts findings, plan, traces and routes into one report, which is returned and, with O(dest), written to a file.
options:
  dest:
    description:
      - The file on the controller to write. Without it the report is returned only.
    type: path
  format:
    description:
      - Text as the command line prints it, JSON for programs, Markdown with tables, or a page of HTML with pictures, tables to
        sort and filter, and hops to open. That page needs nothing beside it.
    type: str
    choices: [text, json, markdown, html]
    default: text
  sections:
    description:
      - What is in it, in this order; a page of HTML has its own order, and no V(routes). V(traces) are those of the flows
        that the fabric requires.
    type: list
    elements: str
    choices: [check, plan, traces, routes]
    default: [check, plan, traces]
extends_documentation_fragment:
  - contrail.fabric.fabric
attributes:
  check_mode:
    description: Says whether the file would change, and leaves it alone.
    support: full
  diff_mode:
    description: Shows how the file changes.
    support: full
seealso:
  - module: contrail.fabric.check
  - module: contrail.fabric.plan
  - module: contrail.fabric.trace
"""

EXAMPLES = r"""
- name: Keep a placement report beside the inventory
  contrail.fabric.render:
    src: fabric.yaml
    dest: "{{ playbook_dir }}/placement.md"
    format: markdown
    sections: [check, plan]

- name: Write a page that can be passed on
  contrail.fabric.render:
    src: fabric.yaml
    dest: "{{ playbook_dir }}/fabric.html"
    format: html
"""

RETURN = r"""
content:
  description: The report.
  returned: always
  type: str
dest:
  description: The file that holds it.
  returned: if O(dest) is given
  type: str
"""
