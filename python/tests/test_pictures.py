"""Pictures, pages, and what notebooks show."""

import json
import pickle
import subprocess
import sys
from base64 import b64decode
from xml.etree import ElementTree

import pytest

from contrail_fabric import Fabric
from contrail_fabric.wire import decode
from conftest import FABRICS

EXAMPLES = FABRICS.parent
PICTURES = EXAMPLES / "pictures"


def kept(name):
    return (PICTURES / name).read_text(encoding="utf-8")


def sent(fabric, hop):
    """What this hop of its first required flow sends."""
    return decode(bytes.fromhex(fabric.trace_required()[0].out.paths[0].hops[hop].sent.bytes))


def test_pictures_are_those_that_the_library_draws(octavia, solved):
    for form, name in {"svg": "octavia.svg", "mermaid": "octavia.mmd", "dot": "octavia.dot", "drawio": "octavia.drawio"}.items():
        assert octavia.diagram(form) == kept(name)
    assert octavia.diagram(plan=True) == kept("octavia-plan.svg")
    assert octavia.trace_required()[0].diagram() == kept("octavia-dropped.svg")
    trace = solved.trace_required()[0]
    assert trace.diagram("mermaid") == kept("octavia-trace.mmd")
    assert pickle.loads(pickle.dumps(trace)).diagram("dot") == kept("octavia-trace.dot")


def test_a_packet_is_drawn_as_rfcs_draw_it(solved):
    packet = sent(solved, 1)
    text = packet.diagram("text")
    assert (text, packet.diagram()) == (kept("packet-vxlan.txt"), kept("packet-vxlan.svg"))
    assert [line.split(",")[0] for line in text.splitlines() if line.endswith("octets")] == [
        *("ethernet", "ipv4", "udp", "vxlan"),
        *("ethernet", "ipv4", "tcp"),
    ], "with what is inside the tunnel"
    assert packet.inner.diagram("text") == text[text.index("ethernet", 1) :]
    with pytest.raises(ValueError, match='form is "png", expected one of svg, text'):
        packet.diagram("png")


def test_layers_are_left_out(octavia):
    whole, cables = octavia.diagram(), octavia.diagram(layers=["underlay"])
    assert "amphora-1" in whole and "VNI 5001" in whole
    assert "amphora-1" in cables and "VNI 5001" not in cables and "et-0/0/48" in cables
    assert octavia.trace_required()[0].diagram(layers=[]) != octavia.trace_required()[0].diagram()
    with pytest.raises(ValueError, match='no layer "vlans", expected some of underlay, port_groups, logical_routers'):
        octavia.diagram(layers=["underlay", "vlans"])
    with pytest.raises(ValueError, match='form is "png", expected one of svg, mermaid, dot, drawio'):
        octavia.diagram("png")


def test_notebooks_show_pictures(octavia, solved):
    plan = octavia.plan()
    trace = octavia.trace_required()[0]
    for shown, picture in [(octavia, "octavia.svg"), (plan, "octavia-plan.svg"), (trace, "octavia-dropped.svg")]:
        bundle = shown._repr_mimebundle_(include=None, exclude=None)
        assert bundle["image/svg+xml"] == kept(picture)
        page = ElementTree.fromstring(bundle["text/html"].replace("<br>", "<br/>"))
        kind, source = page.find("img").attrib["src"].split(",")
        assert (kind, b64decode(source).decode()) == ("data:image/svg+xml;base64", kept(picture))
    assert set(pickle.loads(pickle.dumps(plan))._repr_mimebundle_()) == {"text/plain", "text/html"}, "its fabric is not known"
    packet = sent(solved, 0)
    assert packet._repr_mimebundle_(include=None) == {"text/plain": str(packet), "image/svg+xml": packet.diagram()}


def test_a_notebook_runs(tmp_path):
    notebook = EXAMPLES / "python" / "fabric.ipynb"
    given = json.loads(notebook.read_text(encoding="utf-8"))
    assert all(not cell.get("outputs") for cell in given["cells"]), "it is kept without what it shows"
    command = [sys.executable, "-m", "jupyter", "execute", f"--output={tmp_path / 'run.ipynb'}", str(notebook)]
    run = subprocess.run(command, capture_output=True, text=True, cwd=EXAMPLES / "python", check=False)
    assert run.returncode == 0, run.stderr
    cells = json.loads((tmp_path / "run.ipynb").read_text(encoding="utf-8"))["cells"]
    results = [cell["outputs"][-1]["data"] for cell in cells if cell.get("outputs")]
    kinds = [sorted(result) for result in results]
    picture, table = ["image/svg+xml", "text/html", "text/plain"], ["text/html", "text/plain"]
    assert kinds == [picture, table, picture, picture, ["image/svg+xml", "text/plain"]]
    assert "".join(results[0]["image/svg+xml"]) == kept("octavia.svg")


def test_a_page_has_the_sections_and_traces_that_are_asked_for(octavia, tmp_path):
    def headings(page):
        return [heading for heading in ("findings", "ways", "flows", "solved", "traces") if f'id="{heading}"' in page]

    page = octavia.render(tmp_path / "octavia.html")
    assert page == (tmp_path / "octavia.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>") and headings(page) == ["findings", "ways", "flows", "solved"]
    assert headings(octavia.render(sections=["check"])) == ["findings"]
    assert headings(octavia.render(sections=[], traces=octavia.trace_required()[:1])) == ["traces"]
    with pytest.raises(ValueError, match='section is "routes", expected one of check, plan, traces'):
        octavia.render(sections=["routes"])
    assert Fabric.load(FABRICS / "octavia.yaml").render() == page
