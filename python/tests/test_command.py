import io
import json
import pickle
import subprocess
import sys

import pytest

from contrail_fabric import Fabric
from contrail_fabric.__main__ import main
from contrail_fabric._streams import Progress
from contrail_fabric.bgp import InclusiveMulticastRoute, decode_message, encode_update, encode_withdrawal
from contrail_fabric.errors import RoutesReadError
from contrail_fabric.wire import Capture


@pytest.fixture
def run(capsys):
    def run(*words):
        status = main([str(word) for word in words])
        output = capsys.readouterr()
        return status, output.out, output.err

    return run


@pytest.mark.parametrize(("command", "status"), [("check", 1), ("plan", 0), ("trace", 1), ("routes", 0)])
def test_each_command_prints_what_the_library_says(run, octavia, octavia_path, command, status):
    expected = {
        "check": octavia.check(),
        "plan": octavia.plan(),
        "trace": octavia.trace_required(),
        "routes": octavia.routes(),
    }[command]
    is_trace = command == "trace"
    text = "\n".join(map(str, expected)) if is_trace else str(expected)
    assert run(command, octavia_path) == (status, text.rstrip("\n") + "\n", "")
    data = [trace.to_dict() for trace in expected] if is_trace else expected.to_dict()
    answer = run(command, octavia_path, "--json")
    assert (answer[0], json.loads(answer[1]), answer[2]) == (status, data, "")


def test_all_is_well(run, solved_path):
    assert run("check", solved_path) == (0, "no findings\n", "")
    assert run("trace", solved_path)[0] == 0
    status, text, _ = run("trace", solved_path, "octavia-worker", "amphora-1", "--tcp", 9443)
    assert status == 0 and text.startswith("octavia-worker to amphora-1, TCP 9443\n")
    assert run("trace", solved_path, "octavia-worker", "amphora-1", "--tcp", 9443, "--without", "leaf1")[0] == 0
    down = run("trace", solved_path, "octavia-worker", "amphora-1", "--tcp", 9443, "--without", "leaf1", "--without", "leaf2")
    assert down[0] == 1 and "leaf1 and leaf2 are down" in down[1]


def test_a_page_is_printed_or_written(run, octavia, octavia_path, tmp_path):
    assert run("render", octavia_path) == (0, octavia.render().rstrip("\n") + "\n", "")
    page = tmp_path / "page.html"
    assert run("render", octavia_path, "--without", "leaf1", "-o", page) == (0, "", "")
    assert page.read_text(encoding="utf-8") == octavia.without(["leaf1"]).render()
    status, _, error = run("render", octavia_path, "-o", page / "below")
    assert status == 2 and str(page) in error


def test_no_way_works(run, small, tmp_path):
    small["devices"] = [device | {"overlay_roles": ["lean"]} for device in small["devices"]]
    del small["networks"][0]["subnets"][0]["gateway"]
    path = tmp_path / "small.json"
    path.write_text(json.dumps(small), encoding="utf-8")
    status, text, _ = run("plan", path)
    assert status == 1 and text.startswith("no way works\n")


def test_bad_input(run, octavia_path, tmp_path):
    path = tmp_path / "broken.yaml"
    path.write_text("fabric: dc1\nnetworks:\n  - {name: a, vni: 0}\n", encoding="utf-8")
    status, text, error = run("check", path)
    assert (status, text) == (2, "") and error.startswith(f"contrail-fabric: {path}: line 3, column ") and "networks[0].vni" in error
    assert run("check", tmp_path / "nowhere.yaml")[0] == 2
    path.write_bytes(b"\xff\xfe\xff")
    status, _, error = run("check", path)
    assert status == 2 and error.startswith(f"contrail-fabric: {path}: 'utf-8' codec")
    status, _, error = run("trace", octavia_path, "ctl1", "nobody", "--tcp", "22")
    assert status == 2 and "`nobody`" in error
    status, _, error = run("routes", octavia_path, "--without", "leaf9")
    assert status == 2 and "`leaf9`" in error
    assert run("trace", octavia_path, "ctl1", "amphora-1", "--tcp", "65536")[0] == 2


@pytest.mark.parametrize(
    "words", [[], ["check"], ["trace", "f", "a"], ["trace", "f", "a", "b"], ["trace", "f", "--tcp", "1"], ["fly", "f"],
        ["dissect", "f", "--mpls-payload", "cake"]]
)
def test_arguments_that_do_not_go_together(run, capsys, words):
    with pytest.raises(SystemExit) as caught:
        run(*words)
    assert caught.value.code == 2 and capsys.readouterr().err.startswith("usage: contrail-fabric")


def test_it_runs_as_a_module_and_a_reader_may_go_away(octavia_path):
    command = [sys.executable, "-m", "contrail_fabric", "routes", octavia_path]
    whole = subprocess.run(command, capture_output=True, text=True, check=True)
    assert whole.stdout == str(Fabric.load(octavia_path).routes())
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert process.stderr.read() == b""


def test_traces_are_written_and_dissected(run, solved_path, tmp_path):
    capture = tmp_path / "all.pcapng"
    assert run("trace", solved_path, "--pcap", capture)[0] == 0
    frames = list(Capture(capture))
    expected = [len(budget.links) for trace in Fabric.load(solved_path).trace_required() for budget in trace.budget()]
    assert len(expected) < len(frames) <= sum(expected)
    status, text, error = run("dissect", capture)
    lines = text.splitlines()
    assert (status, len(lines), error) == (0, len(frames), "")
    tunnelled = next(line for line in lines if "VNI 9001" in line)
    assert ", 10.255.0.11 > 10.1.2.21, udp " in tunnelled
    assert tunnelled.endswith(", 10.1.10.11 > 10.99.0.11, tcp 40000 > 9443, 0 bytes")
    status, text, _ = run("dissect", capture, "--json")
    told = [json.loads(line) for line in text.splitlines()]
    assert status == 0 and [frame["layers"] for frame in told] == [frame.decode().to_dict()["layers"] for frame in frames]
    assert run("trace", solved_path, "--pcap", tmp_path / "nowhere" / "all.pcapng")[0] == 2


def test_frames_that_cannot_be_read(run, solved_path, tmp_path):
    capture = tmp_path / "cut.pcapng"
    run("trace", solved_path, "octavia-worker@ctl1", "amphora-1", "--tcp", 9443, "--pcap", capture)
    whole = capture.read_bytes()
    # The first IPv4 header says that it is longer than its packet.
    header = next(Capture(capture)).bytes[18:38]
    capture.write_bytes(whole.replace(header, b"\x4f" + header[1:], 1))
    status, text, _ = run("dissect", capture)
    assert status == 1 and "\n  ipv4 at byte 18: " in text
    status, text, _ = run("dissect", capture, "--json")
    assert status == 1 and json.loads(text.splitlines()[0])["error"] is not None
    capture.write_bytes(whole[:-7])
    status, text, error = run("dissect", capture)
    assert status == 2 and text.count("\n") > 1 and error.startswith(f"contrail-fabric: {capture}: ")
    assert run("dissect", tmp_path / "nowhere.pcap")[0] == 2


def test_messages_of_bgp(run, monkeypatch, tmp_path):
    route = InclusiveMulticastRoute(rd="10.0.0.1:7", ethernet_tag=0, originator="10.0.0.1")
    messages = [*encode_update([route], "10.0.0.1"), *encode_withdrawal([route])]
    path = tmp_path / "messages.hex"
    path.write_text("\n\n".join(message.hex() for message in messages), encoding="ascii")
    key = "10.0.0.1:7:[3]:[0]:[32]:[10.0.0.1]"
    assert run("evpn", path) == (0, f"1: update\n  {key} via 10.0.0.1\n3: update\n  {key} withdrawn\n", "")
    status, text, _ = run("evpn", path, "--json")
    told = [json.loads(line) for line in text.splitlines()]
    assert status == 0 and told == [decode_message(message).to_dict() for message in messages]
    monkeypatch.setattr("sys.stdin", io.StringIO("ff ff\nnothing\n"))
    status, text, _ = run("evpn", "-")
    assert status == 1
    assert [line.split(":")[0] for line in text.splitlines()] == ["1", "2"] and "two hex digits" in text
    assert run("evpn", tmp_path / "nowhere.hex")[0] == 2


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_long_capture_tells_how_far_it_is(run, monkeypatch, solved_path, tmp_path):
    capture, terminal = tmp_path / "all.pcapng", Terminal()
    run("trace", solved_path, "--pcap", capture)
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setattr(Progress, "shown_after", 60)
    assert run("dissect", capture)[0] == 0 and terminal.getvalue() == ""
    monkeypatch.setattr(Progress, "shown_after", 0)
    assert run("dissect", capture)[0] == 0
    shown = terminal.getvalue()
    assert shown.startswith("\r[") and "%" in shown and shown.endswith(" \r")


def test_drift_is_told_by_cause_from_what_speakers_print(run, solved, octavia_path, observed):
    frr, gobgp = observed
    for printed in observed:
        drift = solved.drift(printed)
        assert [cause.cause for cause in drift] == [
            "the type-5 route of compute1 for workload amphora-1 differs in communities",
            "leaf1 is not in the flood list of octavia (VNI 5001): its type-3 route is missing",
        ]
        (changed,), (missing,) = (cause.differences for cause in drift)
        assert (changed.kind, [field.field for field in changed.fields]) == ("different", ["communities"])
        assert (missing.kind, missing.entry.speaker, drift.families) == ("missing", "leaf1", ("l2vpn evpn",))
        assert drift.not_shown[0].startswith("type-3 routes: ")
        assert str(drift).endswith(f"2 causes of drift; {len(drift.found)} routes found (l2vpn evpn)")
    assert solved.drift(frr.read_text(encoding="utf-8")) == solved.drift(frr.read_bytes()) == solved.drift(frr)

    status, text, _ = run("drift", octavia_path, frr)
    assert status == 1 and text.startswith("the type-5 route of compute1 for workload amphora-1 differs in communities\n  ")
    status, data, _ = run("drift", octavia_path, frr, gobgp, "--json")
    assert status == 1 and json.loads(data)["families"] == ["l2vpn evpn"]
    status, _, error = run("drift", octavia_path, octavia_path)
    assert status == 2 and error.startswith("contrail-fabric: expected what FRR, GoBGP or Junos print")


def test_routes_that_cannot_be_read_say_where(octavia):
    with pytest.raises(RoutesReadError) as caught:
        octavia.drift('{"10.0.0.1:7": {"[3]:[0]:[32]:[10.0.0.1]": {"paths": [{}]}}}')
    assert caught.value.place == "/10.0.0.1:7/[3]:[0]:[32]:[10.0.0.1]/paths/0"
    assert caught.value.problem == "missing field `nexthops`"
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
