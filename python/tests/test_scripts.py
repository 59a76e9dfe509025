"""The scripts of examples/python on fabrics, as somebody runs them."""

import subprocess
import sys

import pytest

from conftest import FABRICS
from contrail_fabric import Fabric
from contrail_fabric.bgp import MacIpRoute, decode_message, encode_update, encode_withdrawal
from contrail_fabric.wire import Encapsulation
from files import bmp, mrt, pcap
from test_bulk import FRAMES, MAC1, MAC2, inner

SCRIPTS = FABRICS.parent / "python"


@pytest.fixture
def run():
    def run(script, *words):
        command = [sys.executable, SCRIPTS / f"{script}.py", *words]
        done = subprocess.run(command, capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr

    return run


def test_a_change_is_made_or_refused(run, octavia_path, solved_path, tmp_path):
    status, text, _ = run("preflight", octavia_path, solved_path, "--down", "leaf1")
    assert status == 0
    assert text.splitlines()[-1] == "the change may be made" and "\nmended: error L4 ctl1: ctl1 has no route to " in text
    status, text, _ = run("preflight", solved_path, octavia_path)
    assert status == 1
    assert text.splitlines()[-1] == "the change is refused" and "\nnew: error L4 ctl2: ctl2 has no route to " in text
    assert "\nlost: octavia-worker@ctl1 to amphora-1, TCP 9443: delivered then dropped at ctl1: " in text
    status, text, error = run("preflight", solved_path, solved_path, "--down", "leaf9")
    assert (status, text) == (2, "") and "`leaf9`" in error
    broken = tmp_path / "broken.yaml"
    broken.write_text("fabric: dc1\nnetworks:\n  - {name: a, vni: 0}\n", encoding="utf-8")
    status, text, error = run("preflight", octavia_path, broken)
    assert (status, text) == (2, "") and error.startswith(f"{broken}: line 3, column ")


def test_the_placement_report(run, golden, octavia_path):
    status, text, error = run("placement", octavia_path)
    assert (status, text, error) == (0, golden("placement.md", text), "")


def test_the_boot_of_a_bare_metal_server(run, golden, tmp_path):
    status, text, error = run("ironic_boot", FABRICS / "ironic.yaml", "bms1")
    assert (status, text, error) == (0, golden("ironic-boot.txt", text), "")


def test_a_boot_that_was_captured(run, tmp_path):
    fabric = Fabric.load(FABRICS / "ironic.yaml")
    boot = next(it for it in fabric.apply(fabric.plan().best).trace_required() if it.service == "DHCP 67")
    capture = tmp_path / "boot.pcapng"
    boot.write_pcapng(capture)
    status, text, _ = run("ironic_boot", FABRICS / "ironic.yaml", boot.from_, capture)
    assert status == 0 and "\nframe 1: out, " in text
    capture.write_bytes(capture.read_bytes().replace((5003).to_bytes(3, "big"), (5004).to_bytes(3, "big")))
    status, text, _ = run("ironic_boot", FABRICS / "ironic.yaml", boot.from_, capture)
    assert status == 1 and "\n  vxlan vni: expected 5003, found 5004" in text


def test_the_networks_between_vteps(run, golden, tmp_path):
    answer = Encapsulation.vxlan(5001, "10.255.0.11", "10.1.2.21", source_mac=MAC2, destination_mac=MAC1)
    first, second = tmp_path / "first.pcap", tmp_path / "second.pcap"
    first.write_bytes(pcap([*FRAMES, answer.encapsulate(inner(5001))]))
    second.write_bytes(pcap(FRAMES[:1]))
    status, text, error = run("vni_by_vtep", first, second)
    assert (status, text, error) == (0, golden("vni-by-vtep.txt", text), "")
    status, text, _ = run("vni_by_vtep", first, "--vni", "5002")
    assert status == 0 and "5002" in text and "5001" not in text
    status, text, error = run("vni_by_vtep", first, tmp_path / "missing.pcap")
    assert (status, text) == (2, "") and "missing.pcap: No such file" in error


def macs(*numbers, next_hop="10.0.0.1", vni=5001):
    routes = [MacIpRoute(rd="10.0.0.1:7", mac=f"02:aa:00:00:00:0{it}", label1=vni) for it in numbers]
    return encode_update(routes, next_hop, communities=["target:64512:5001", "encapsulation:vxlan"])


def test_a_table_that_is_another_than_recorded(run, golden, tmp_path):
    before, now = tmp_path / "before.mrt", tmp_path / "now.bmp"
    before.write_bytes(mrt(macs(1, 2, 3, 4, 5) + encode_withdrawal(decode_message(*macs(5)).routes)))
    moved, withdrawn = macs(2, next_hop="10.0.0.2"), encode_withdrawal(decode_message(*macs(1)).routes)
    messages = [*macs(1, 3), *macs(6, vni=5002), *moved, *withdrawn, *macs(2)]
    now.write_bytes(b"".join(bmp(0, message) for message in messages))
    status, text, error = run("evpn_diff", before, now)
    assert (status, text, error) == (1, golden("evpn-diff.txt", text), "")
    now.write_bytes(mrt(macs(1, 2) + macs(3, 4)))
    assert run("evpn_diff", before, now) == (0, "", "")
    status, text, error = run("evpn_diff", before, tmp_path / "missing.bmp")
    assert (status, text) == (2, "") and "missing.bmp: No such file" in error
    now.write_bytes(bmp(0, macs(1)[0][:-1]))
    status, text, error = run("evpn_diff", before, now)
    assert status == 1 and f"{now}, 1: " in error and "not announced: " in text


def test_differences_are_told_as_they_come(tmp_path):
    before = tmp_path / "before.mrt"
    before.write_bytes(mrt(macs(1)))
    command = [sys.executable, SCRIPTS / "evpn_diff.py", before, "/dev/stdin"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as live:
        for number in (2, 3):
            live.stdin.write(bmp(0, *macs(number)))
            live.stdin.flush()
            assert f"[02:aa:00:00:00:0{number}]".encode() in live.stdout.readline(), "before anything else comes"
        rest, _ = live.communicate(timeout=60)
    assert (live.returncode, rest) == (1, b"not announced: 10.0.0.1:7:[2]:[0]:[48]:[02:aa:00:00:00:01]\n")
