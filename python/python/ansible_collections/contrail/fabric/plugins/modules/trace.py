# Apache-2.0 OR MIT
"""The documentation of an action, which runs on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: trace
short_description: Says what a packet does in a Contrail fabric, hop by hop, and its answer
version_added: 0.1.0
description:
  - Traces one flow or, without O(from) and O(to), all flows that the fabric requires. A flow that does not arrive fails
    no task; RV(delivered) says it.
  - Nothing is changed, so that it does the same in check mode.
options:
  from:
    description:
      - Who opens the flow, which is the name of a workload or server, or that of a service such as V(octavia-worker) or
        V(octavia-worker@ctl1).
      - Goes with O(to).
    type: str
  to:
    description:
      - Who answers.
    type: str
  protocol:
    description:
      - The protocol of the flow; V(dhcp) is the conversation of a bare-metal server with its service node.
    type: str
    choices: [tcp, udp, dhcp]
    default: tcp
  port:
    description:
      - The port that is opened, 0 to 65535, for TCP and UDP.
    type: int
  ipv6:
    description:
      - Over IPv6, where both ends have IPv4 addresses too.
    type: bool
    default: false
  hops:
    description:
      - Return each hop with what it does, and each packet with its headers and bytes; of a large fabric that is a lot.
    type: bool
    default: false
extends_documentation_fragment:
  - contrail.fabric.fabric
  - contrail.fabric.fabric.unchanging
seealso:
  - module: contrail.fabric.check
"""

EXAMPLES = r"""
- name: Does every required flow arrive once the plan is carried out, with leaf1 down?
  contrail.fabric.trace:
    src: fabric.yaml
    apply_plan: true
    without: [leaf1]
  register: flows
  failed_when: not flows.delivered

- name: One flow, in full
  contrail.fabric.trace:
    src: fabric.yaml
    from: octavia-worker@ctl1
    to: amphora-1
    port: 9443
    hops: true
"""

RETURN = r"""
delivered:
  description: Whether all flows arrive and are answered, whichever of the equal-cost paths they take.
  returned: always
  type: bool
traces:
  description: The flows, in the order of the document.
  returned: always
  type: list
  elements: dict
  contains:
    from: {description: Who opens the flow., type: str, sample: octavia-worker@ctl1}
    to: {description: Who answers., type: str, sample: amphora-1}
    service: {description: "Protocol and port; without O(hops).", type: str, sample: TCP 9443}
    why: {description: What it is for., type: str}
    delivered: {description: Whether it arrives and is answered., type: bool}
    out:
      description:
        - The way of the opening packet. Each of its RV(ignore:paths) has a RV(ignore:verdict) and the RV(ignore:nodes) that
          it passes; with O(hops), in the place of nodes, its RV(ignore:hops).
      type: dict
    back:
      description: The way of the answer, alike.
      type: dict
text:
  description: The same for people, hop by hop.
  returned: always
  type: str
"""
