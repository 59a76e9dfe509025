"""What crosses the border between overlay and underlay, byte by byte.

A frame is decoded level by level, and whatever it holds is told as plain values:

>>> packet = decode(frame([Ethernet(ethertype=0x0800), Ipv4(source_address="10.1.2.21", protocol=17), Udp()]))
>>> packet.source_ip
IPv4Address('10.1.2.21')

Numbers, VNI and label among them, are ``int``; addresses of IP are those of ``ipaddress``, given as such or as text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, field, fields
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, TypeAlias

from contrail_fabric._native import (
    Arp,
    Capture,
    ControlWord,
    Decoder,
    Ethernet,
    EthernetSegmentId,
    Frame,
    Gre,
    Icmp,
    Icmpv6,
    Ipv4,
    Ipv6,
    Ipv6Extension,
    LinuxSll,
    LinuxSll2,
    MacAddr,
    Mpls,
    Packet,
    RouteDistinguisher,
    RouteKey,
    RouteTarget,
    Tcp,
    Template,
    Udp,
    Vlan,
    Vxlan,
    VxlanGpe,
    frame,
)

if TYPE_CHECKING:
    from typing_extensions import Buffer

__all__ = [
    "Arp",
    "Capture",
    "ControlWord",
    "Decoder",
    "Encapsulation",
    "Ethernet",
    "EthernetSegmentId",
    "Frame",
    "Gre",
    "Header",
    "Icmp",
    "Icmpv6",
    "Ipv4",
    "Ipv6",
    "Ipv6Extension",
    "LinuxSll",
    "LinuxSll2",
    "MacAddr",
    "Mpls",
    "Packet",
    "Policy",
    "RouteDistinguisher",
    "RouteKey",
    "RouteTarget",
    "Tcp",
    "Udp",
    "Vlan",
    "Vxlan",
    "VxlanGpe",
    "decode",
    "frame",
]

Header: TypeAlias = (
    Arp
    | ControlWord
    | Ethernet
    | Gre
    | Icmp
    | Icmpv6
    | Ipv4
    | Ipv6
    | Ipv6Extension
    | LinuxSll
    | LinuxSll2
    | Mpls
    | Tcp
    | Udp
    | Vlan
    | Vxlan
    | VxlanGpe
)
"""Any header. It is built from its fields by name, and is a value: it can be compared, hashed, pickled and printed."""

Address: TypeAlias = IPv4Address | IPv6Address | str

decode: Final = Decoder().decode
"""The outermost level of a frame, with VXLAN on port 4789 only and without knowing what MPLS carries.

A `Decoder` is told what else the bytes alone do not say.
"""


def _restore_packet(decoder: Decoder, frame: bytes, link: str, original_length: int | None, depth: int) -> Packet | None:
    packet: Packet | None = decoder.decode(frame, link=link, original_length=original_length)
    for _ in range(depth):
        packet = packet and packet.inner
    return packet


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What an encapsulating end may choose: how the outer headers follow from the inner packet.

    The default is what every receiver can take without being asked first. A field counts only where the header is that
    it is about. ``"uniform"`` is the value of the inner packet instead of a fixed one.
    """

    VROUTER: ClassVar[Policy]
    """What a vRouter of Contrail does in the Linux kernel, as far as it does not depend on its configuration."""

    fragmentation: Literal["refused", "allowed", "inner"] = "refused"
    """Whether routers may fragment the outer IPv4 packet: no, yes, or as the inner one says."""
    identification: Literal["given", "inner"] = "given"
    """Of an outer IPv4 packet that may be fragmented: the number given for each packet, or that of the inner one."""
    ttl: int | Literal["uniform"] = 64
    """The TTL of IPv4, the hop limit of IPv6."""
    dscp: int | Literal["uniform"] = 0
    """The differentiated services code point of IPv4 and IPv6, 0 to 63."""
    ecn: Literal["normal", "compatibility"] = "compatibility"
    """Whether the ECN bits are copied (RFC 6040)."""
    mpls_ttl: int | Literal["uniform"] = 64
    """The TTL of each label stack entry."""
    mpls_traffic_class: int | Literal["uniform"] = 0
    """The traffic class of each label stack entry, 0 to 7."""
    source_port: int | None = None
    """The source port of UDP; without it that of a hash of the inner flow, 49152 to 65535."""
    udp_checksum: Literal["required", "zero", "computed"] = "required"
    """Whether there is one: over IPv6 only, never, or always."""
    flow_label: Literal["flow", "zero"] = "flow"
    """Of IPv6: from a hash of the inner flow, or 0."""
    hash_seed: int = 0
    """Another seed gives other source ports and flow labels."""
    symmetric: bool = False
    """Whether both directions of a flow have the same hash."""


Policy.VROUTER = Policy(fragmentation="allowed", identification="inner", mpls_ttl="uniform", udp_checksum="zero")


@dataclass(frozen=True)
class Encapsulation:
    """The outer headers of a tunnel, prepared once; `vxlan`, `mpls_over_udp` and `mpls_over_gre` are short for one.

    >>> tunnel = Encapsulation.vxlan(5001, "10.1.2.21", "10.255.0.11")
    >>> tunnel.overhead
    36
    >>> decode(tunnel.encapsulate(bytes(60)), link="ip").vni
    5001
    """

    tunnel: Literal["vxlan", "mpls_over_udp", "mpls_over_gre"]
    """What is put in front of the inner frame or packet."""
    source: Address
    """The end of the tunnel that sends."""
    destination: Address
    """The end of the tunnel that receives."""
    _: KW_ONLY
    vni: int | None = None
    """Of VXLAN."""
    labels: tuple[int, ...] = ()
    """Of MPLS, the outermost first."""
    payload: str = "ip"
    """What stands behind the labels, as a `Decoder` has it; with a control word one of zeros is written."""
    source_mac: MacAddr | str | None = None
    """Of the Ethernet header in front; without MAC addresses what is encapsulated starts with IP."""
    destination_mac: MacAddr | str | None = None
    """The same of the receiver."""
    vlans: tuple[int, ...] = ()
    """IEEE 802.1Q tags behind the Ethernet header, outermost first."""
    destination_port: int | None = None
    """Of UDP, if it is not the usual one."""
    policy: Policy = field(default_factory=Policy)
    """How the outer headers follow from the inner packet."""
    _template: Template = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_template", Template(self))

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore_encapsulation, ({it.name: getattr(self, it.name) for it in fields(self) if it.init},)

    @classmethod
    def vxlan(cls, vni: int, source: Address, destination: Address, **others: Any) -> Encapsulation:
        """VXLAN: the inner is an Ethernet frame."""
        return cls("vxlan", source, destination, vni=vni, **others)

    @classmethod
    def mpls_over_udp(
        cls, labels: Sequence[int], source: Address, destination: Address, **others: Any
    ) -> Encapsulation:
        """MPLS in UDP: these labels in front of an IP packet, or of what `payload` says."""
        return cls("mpls_over_udp", source, destination, labels=tuple(labels), **others)

    @classmethod
    def mpls_over_gre(
        cls, labels: Sequence[int], source: Address, destination: Address, **others: Any
    ) -> Encapsulation:
        """MPLS in GRE: these labels in front of an IP packet, or of what `payload` says."""
        return cls("mpls_over_gre", source, destination, labels=tuple(labels), **others)

    @property
    def headroom(self) -> int:
        """Bytes that the outer headers take in front of the inner."""
        return self._template.headroom

    @property
    def overhead(self) -> int:
        """Bytes that the tunnel takes of an underlay's MTU, which does not count the headers of the link."""
        return self._template.overhead

    def max_inner(self, mtu: int) -> int:
        """The largest inner, in bytes, whose outer IP packet fits into `mtu`; 0 if none does."""
        return self._template.max_inner(mtu)

    def encapsulate(self, inner: Buffer, *, identification: int = 0, source_port: int | None = None) -> bytes:
        """The inner frame or packet with the outer headers in front, lengths, checksums and entropy put in.

        `identification` is of IPv4 where the policy asks for one, and `source_port` of UDP instead of the policy's.
        """
        return self._template.stamp(inner, identification, source_port)


def _restore_encapsulation(fields: dict[str, Any]) -> Encapsulation:
    return Encapsulation(**fields)
