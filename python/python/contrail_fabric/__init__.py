"""A Contrail / Tungsten Fabric EVPN-VXLAN fabric, and the packets in it."""

from contrail_fabric import bgp, bulk, contrail_api, distributed, errors, results, wire
from contrail_fabric._native import __version__
from contrail_fabric.fabric import Fabric, Flow

__all__ = [
    "Fabric",
    "Flow",
    "__version__",
    "bgp",
    "bulk",
    "contrail_api",
    "distributed",
    "errors",
    "results",
    "wire",
]
