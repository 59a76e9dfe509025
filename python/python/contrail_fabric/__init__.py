"""A Contrail / Tungsten Fabric EVPN-VXLAN fabric, and the packets in it."""

from contrail_fabric import wire
from contrail_fabric._native import __version__

__all__ = ["__version__", "wire"]
