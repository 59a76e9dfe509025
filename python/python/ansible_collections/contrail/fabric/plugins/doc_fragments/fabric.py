"""What the documentation of actions has in common."""

from __future__ import annotations


class ModuleDocFragment:
    """The options that say which fabric is asked, and what holds of those that only ask."""

    DOCUMENTATION = r"""
options:
  fabric:
    description:
      - The fabric's document, as a mapping. A number may be given as text, V("5001"), and nothing else for a number.
      - Either this or O(src) is required.
    type: dict
  src:
    description:
      - The file with the document, on the controller, which is looked for as other files are. It is JSON if it is called
        so, and YAML otherwise, and is not templated. Problems are told with line and column.
    type: path
  apply_plan:
    description:
      - Ask the fabric as it will be with the changes of the cheapest way of its plan made. It is an error if no way works.
    type: bool
    default: false
  without:
    description:
      - Ask the fabric as it forwards with these devices and cables down, V(leaf1) or V(leaf1:et-0/0/48).
    type: list
    elements: str
    default: []
attributes:
  action:
    description: Runs on the controller, and connects to no host.
    support: full
notes:
  - The Python that runs Ansible needs the package C(contrail-fabric), of which this collection is a part.
author:
  - The contrail-fabric authors (!UNKNOWN)
"""

    UNCHANGING = r"""
attributes:
  check_mode:
    description: Changes nothing, in check mode and otherwise.
    support: full
  diff_mode:
    description: There is nothing to compare.
    support: none
"""
