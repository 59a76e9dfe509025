"""The scripts of examples/python on fabrics, as somebody runs them."""

import subprocess
import sys

import pytest

from conftest import FABRICS
from contrail_fabric import Fabric

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
