"""What crosses the border between overlay and underlay, byte by byte."""

from contrail_fabric._native import MacAddr

__all__ = ["MacAddr"]
