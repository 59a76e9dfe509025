import copy
import io
import pickle
import threading

import pytest
from test_wire import INNER, OUTER, TUNNEL

from contrail_fabric.errors import CaptureError
from contrail_fabric.wire import Capture, Decoder, Frame, decode


def pcap(frames, magic=0xA1B2C3D4):
    file = bytearray(magic.to_bytes(4, "little") + bytes.fromhex("0200 0400 00000000 00000000 00000400 01000000"))
    for number, kept in enumerate(frames, 1):
        for field in (number, 250_000, len(kept), len(kept) + number):
            file += field.to_bytes(4, "little")
        file += kept
    return bytes(file)


def test_a_capture_is_read_frame_by_frame(tmp_path):
    path = tmp_path / "some.pcap"
    path.write_bytes(pcap([OUTER, INNER]))
    with open(path, "rb") as file:
        for capture in (Capture(path), Capture(str(path)), Capture(file), Capture(io.BytesIO(path.read_bytes()))):
            first, second = capture
            assert (first.number, first.bytes, first.original_length) == (1, OUTER, len(OUTER) + 1)
            assert (first.interface, first.link, first.timestamp_ns) == (0, "ethernet", 1_250_000_000)
            assert (second.number, len(second)) == (2, len(INNER))
            assert first.decode().vni == 5001
            assert first.decode(Decoder(vxlan_ports=[])).vni is None
            assert next(capture, None) is None
    assert pickle.loads(pickle.dumps(first)) == copy.copy(first) == first != second
    assert Frame(OUTER).decode().inner.error is None
    assert repr(first) == f"<Frame 1 of {len(OUTER)} bytes>"
    with pytest.raises(ValueError, match="frame 1 begins with nothing that is known here"):
        Frame(OUTER, link=None).decode()


class Refusing:
    def __init__(self, given):
        self.given = given

    def read(self, size):
        if isinstance(self.given, Exception):
            raise self.given
        return self.given


@pytest.mark.parametrize(
    ("file", "error", "expected"),
    [
        (io.BytesIO(b""), CaptureError, "the file is empty"),
        (io.BytesIO(b"no capture at all"), CaptureError, "not a pcap or pcapng file"),
        ("/does/not/exist", FileNotFoundError, "No such file"),
        (Refusing(RuntimeError("gone")), RuntimeError, "gone"),
        (Refusing("text"), TypeError, "read\\(\\) has to give bytes"),
        (Refusing(bytes(1 << 21)), ValueError, "read\\(\\) gave more than was asked for"),
        (5, TypeError, "int"),
    ],
)
def test_a_file_that_is_no_capture_is_refused(file, error, expected):
    with pytest.raises(error, match=expected):
        Capture(file)


def test_a_capture_that_breaks_off_gives_what_is_before():
    capture = Capture(io.BytesIO(pcap([OUTER, INNER])[:-1]))
    assert next(capture).bytes == OUTER
    with pytest.raises(CaptureError, match="cut off inside the record") as raised:
        next(capture)
    assert (raised.value.frames, raised.value.offset) == (1, 24 + 16 + len(OUTER))
    assert pickle.loads(pickle.dumps(raised.value)).offset == raised.value.offset


def test_eight_threads_may_do_it_at_once():
    capture = Capture(io.BytesIO(pcap([OUTER] * 4000)))
    wrong, numbers, start = [], [], threading.Barrier(8)

    def work():
        start.wait()
        for captured in capture:
            numbers.append(captured.number)
            outer = captured.decode()
            again = TUNNEL.encapsulate(outer.payload, source_port=outer.source_port)
            if again != OUTER or outer.inner.headers != decode(INNER).headers:
                wrong.append(captured.number)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert sorted(numbers) == list(range(1, 4001))
