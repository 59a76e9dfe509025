"""What the command line reads piece by piece: frames of captures, messages of BGP."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from typing import IO, Any

from contrail_fabric.bgp import decode_message
from contrail_fabric.errors import CaptureError, DecodeError, FabricError, MessageError
from contrail_fabric.wire import Capture, Decoder, Frame, Packet

# (what is printed as text, what as JSON, whether all is well)
Piece = tuple[str, Any, bool]

_PROTOCOLS = {1: "icmp", 6: "tcp", 17: "udp", 47: "gre", 58: "icmpv6"}


class Progress:
    """A file that tells a terminal how far it was read, if that takes its time."""

    shown_after = 1.0
    """Seconds."""
    _width = 40

    def __init__(self, file: IO[bytes], terminal: IO[str]) -> None:
        self._file, self._terminal = file, terminal
        self._read, self._size = 0, os.fstat(file.fileno()).st_size
        self._next = time.monotonic() + self.shown_after
        self._is_shown = False

    def read(self, size: int = -1) -> bytes:
        """Reads on."""
        data = self._file.read(size)
        self._read += len(data)
        now = time.monotonic()
        if now >= self._next and self._size:
            done = min(self._read / self._size, 1)
            bar = "#" * int(done * self._width)
            self._terminal.write(f"\r[{bar:<{self._width}}] {done:4.0%}")
            self._terminal.flush()
            self._next, self._is_shown = now + 0.1, True
        return data

    def close(self) -> None:
        """Takes the bar away."""
        if self._is_shown:
            self._terminal.write("\r" + " " * (self._width + 7) + "\r")
            self._terminal.flush()


def decoder(mpls_payload: str) -> Decoder:
    """A decoder from what the command line says."""
    try:
        return Decoder(mpls_payload=mpls_payload)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def dissect(arguments: argparse.Namespace) -> Iterator[Piece]:
    """The frames of a capture."""
    with open(arguments.capture, "rb") as file:
        # Where the lines themselves are on the terminal, they are the progress.
        is_waited_for = sys.stderr.isatty() and not sys.stdout.isatty()
        progress = Progress(file, sys.stderr) if is_waited_for else None
        try:
            for frame in Capture(progress or file):
                yield _frame(frame, arguments.mpls_payload)
        except CaptureError as error:
            raise FabricError(f"{arguments.capture}: {error}") from error
        finally:
            if progress:
                progress.close()


def _frame(frame: Frame, decoder: Decoder) -> Piece:
    about = {"number": frame.number, "timestamp_ns": frame.timestamp_ns, "length": frame.original_length}
    try:
        packet = frame.decode(decoder)
    except ValueError as error:
        return f"{frame.number}: {error}", about | {"layers": [], "error": str(error)}, False
    levels = list(packet.levels)
    text = f"{frame.number}: {' | '.join(map(_level, levels))}, {levels[-1].payload_length} bytes"
    errors = [level.error for level in levels if level.error is not None]
    return "\n  ".join([text, *map(str, errors)]), about | packet.to_dict(), not errors


def _level(level: Packet) -> str:
    parts = []
    if level.source_mac is not None:
        parts.append(f"{level.source_mac} > {level.destination_mac}")
    parts += [f"vlan {vlan}" for vlan in level.vlans]
    if level.source_ip is not None:
        parts.append(f"{level.source_ip} > {level.destination_ip}")
    if level.protocol is not None:
        protocol = _PROTOCOLS.get(level.protocol, f"protocol {level.protocol}")
        ports = f" {level.source_port} > {level.destination_port}" if level.source_port is not None else ""
        parts.append(protocol + ports)
    if level.vni is not None:
        parts.append(f"VNI {level.vni}")
    parts += [f"label {label}" for label in level.labels]
    return ", ".join(parts) or "nothing that can be read"


def evpn(arguments: argparse.Namespace) -> Iterator[Piece]:
    """Messages of BGP in hex, one on each line."""
    if arguments.messages == "-":
        yield from _messages(sys.stdin)
        return
    with open(arguments.messages, encoding="ascii", errors="replace") as lines:
        yield from _messages(lines)


def _messages(lines: IO[str]) -> Iterator[Piece]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            message = decode_message(bytes.fromhex(line))
        except (DecodeError, MessageError) as error:
            yield f"{number}: {error}", {"type": "error", "line": number, "errors": [str(error)]}, False
            continue
        except ValueError:
            expected = "expected two hex digits for each octet"
            yield f"{number}: {expected}", {"type": "error", "line": number, "errors": [expected]}, False
            continue
        via = f" via {message.next_hop}" if message.next_hop is not None else ""
        told = [f"  {route}{via}" for route in message.routes]
        told += [f"  {route} withdrawn" for route in message.withdrawn]
        told += [f"  {error}" for error in message.errors]
        yield "\n".join([f"{number}: {message.kind}", *told]), message.to_dict(), not message.errors
