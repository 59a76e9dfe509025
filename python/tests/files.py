"""Files as others write them: captures of frames, and BGP in captures, MRT and BMP."""

from ipaddress import ip_address

from contrail_fabric.wire import Ethernet, Ipv4, Tcp, frame

START = 1_700_000_000
AS = 64512


def pcap(frames):
    file = bytearray.fromhex("d4c3b2a1 0200 0400 00000000 00000000 00000400 01000000")
    for number, kept in enumerate(frames):
        for field in (START + number, 250_000, len(kept), len(kept)):
            file += field.to_bytes(4, "little")
        file += kept
    return bytes(file)


def segment(payload, sequence, source="10.0.0.1", destination="10.0.0.2", ports=(179, 40000), flags=0x18):
    """A frame with what one end of a BGP session sends."""
    tcp = Tcp(source_port=ports[0], destination_port=ports[1], sequence_number=sequence, flags=flags)
    ip = Ipv4(source_address=source, destination_address=destination, protocol=6)
    return frame([Ethernet(ethertype=0x0800), ip, tcp], payload)


def mrt(messages, peer="10.0.0.1"):
    """Records of type BGP4MP, AS numbers of four octets."""
    ends = AS.to_bytes(4) * 2 + bytes((0, 0, 0, 1)) + ip_address(peer).packed + ip_address("10.0.0.2").packed
    bodies = [ends + message for message in messages]
    return b"".join(
        (START + number).to_bytes(4) + bytes((0, 16, 0, 4)) + len(body).to_bytes(4) + body
        for number, body in enumerate(bodies)
    )


def bmp(kind, body, peer="10.0.0.1"):
    """A message about a neighbour."""
    header = bytes(10) + bytes(12) + ip_address(peer).packed + AS.to_bytes(4) + bytes(4) + START.to_bytes(4) + bytes(4)
    return bytes((3,)) + (6 + len(header) + len(body)).to_bytes(4) + bytes((kind,)) + header + body


def bgp_open(*capabilities):
    """An OPEN with capabilities, each with its number and length."""
    optional = b"".join(bytes((2, len(it))) + it for it in capabilities)
    body = bytes((4,)) + AS.to_bytes(2) + (90).to_bytes(2) + bytes((10, 0, 0, 1, len(optional))) + optional
    return bytes([0xFF] * 16) + (19 + len(body)).to_bytes(2) + bytes((1,)) + body
