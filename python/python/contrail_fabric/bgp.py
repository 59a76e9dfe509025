"""EVPN routes, and the BGP messages that carry them.

Routes are values with a class for each type; their text is their identity, as FRR prints it, behind the route distinguisher:

>>> route = MacIpRoute(rd="10.0.0.1:7", mac="02:aa:00:00:00:11", ip="10.99.0.11", label1=5001)
>>> (bytes_,) = encode_update([route], "10.0.0.1", communities=["target:64512:5001", "encapsulation:vxlan"])
>>> message = decode_message(bytes_)
>>> for route in message.routes:
...     match route:
...         case MacIpRoute(mac=mac, label1=label):
...             print(route, mac, label.vni, message.next_hop)
10.0.0.1:7:[2]:[0]:[48]:[02:aa:00:00:00:11]:[32]:[10.99.0.11] 02:aa:00:00:00:11 5001 10.0.0.1
"""

from __future__ import annotations

from typing import TypeAlias

from contrail_fabric._native import (
    EthernetAutoDiscoveryRoute,
    EthernetSegmentRoute,
    InclusiveMulticastRoute,
    IpPrefixRoute,
    LabelField,
    LeaveSynchRoute,
    MacIpRoute,
    MembershipReportSynchRoute,
    Message,
    Messages,
    OtherRoute,
    PerRegionRoute,
    SPmsiRoute,
    SelectiveMulticastRoute,
    decode_message,
    decode_route,
    encode_update,
    encode_withdrawal,
)

__all__ = [
    "EthernetAutoDiscoveryRoute",
    "EthernetSegmentRoute",
    "InclusiveMulticastRoute",
    "IpPrefixRoute",
    "LabelField",
    "LeaveSynchRoute",
    "MacIpRoute",
    "MembershipReportSynchRoute",
    "Message",
    "Messages",
    "OtherRoute",
    "PerRegionRoute",
    "Route",
    "SPmsiRoute",
    "SelectiveMulticastRoute",
    "decode_message",
    "decode_route",
    "encode_update",
    "encode_withdrawal",
]

Route: TypeAlias = (
    EthernetAutoDiscoveryRoute
    | EthernetSegmentRoute
    | InclusiveMulticastRoute
    | IpPrefixRoute
    | LeaveSynchRoute
    | MacIpRoute
    | MembershipReportSynchRoute
    | OtherRoute
    | PerRegionRoute
    | SPmsiRoute
    | SelectiveMulticastRoute
)
"""An EVPN route of any type."""


def _restore_message(message: bytes, four_octet_as: bool, add_path: bool) -> Message:
    return decode_message(message, four_octet_as=four_octet_as, add_path=add_path)
