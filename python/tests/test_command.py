import json
import subprocess
import sys

import pytest

from contrail_fabric import Fabric
from contrail_fabric.__main__ import main


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
    assert run("check", path)[0] == 2
    status, _, error = run("trace", octavia_path, "ctl1", "nobody", "--tcp", "22")
    assert status == 2 and "`nobody`" in error
    status, _, error = run("routes", octavia_path, "--without", "leaf9")
    assert status == 2 and "`leaf9`" in error
    assert run("trace", octavia_path, "ctl1", "amphora-1", "--tcp", "65536")[0] == 2


@pytest.mark.parametrize(
    "words", [[], ["check"], ["trace", "f", "a"], ["trace", "f", "a", "b"], ["trace", "f", "--tcp", "1"], ["fly", "f"]]
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
