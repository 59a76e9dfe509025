"""The Ansible collection, under Ansible: as it is installed by the wheel, and nothing else."""

import copy
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import contrail_fabric
from ansible_collections.contrail.fabric.plugins.filter.values import FilterModule
from config_api import ConfigApi
from conftest import FABRICS
from contrail_fabric import Fabric, contrail_api
from contrail_fabric.live import Api

HERE = Path(__file__).parent / "ansible"
EXAMPLES = FABRICS.parent / "ansible"
COLLECTION = Path(contrail_fabric.__file__).parents[1] / "ansible_collections" / "contrail" / "fabric"


@pytest.fixture
def ansible(tmp_path):
    """Runs a command of Ansible; gives its status, and what it prints without what differs from run to run."""

    def run(command, *words, **environment):
        settings = {
            "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml",
            "ANSIBLE_HOME": tmp_path / "home",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_NOCOLOR": "true",
            "COLUMNS": "80",
            **environment,
        }
        done = subprocess.run(
            [Path(sys.executable).with_name(command), *words],
            cwd=EXAMPLES,
            env=os.environ | {name: str(value) for name, value in settings.items()},
            capture_output=True,
            text=True,
        )
        return done.returncode, (done.stdout + done.stderr).replace(str(EXAMPLES), "examples/ansible")

    return run


@pytest.mark.parametrize(
    ("name", "words", "status"),
    [
        ("preflight", ["preflight.yaml"], 0),
        ("preflight-refused", ["preflight.yaml", "-e", '{"extended_to": ["leaf3", "leaf4"]}'], 2),
        ("placement", ["placement.yaml", "--diff", "--check"], 0),
    ],
)
def test_an_example_prints_what_it_always_did(ansible, golden, name, words, status):
    answer = ansible("ansible-playbook", *words)
    assert answer == (status, golden(f"ansible-{name}.txt", answer[1]))


def test_what_the_readme_shows_runs(ansible, solved_path, tmp_path):
    (tasks,) = re.findall(r"```yaml\n(.*?)```", (FABRICS.parents[1] / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    play = {"hosts": "localhost", "gather_facts": False, "tasks": yaml.safe_load(tasks.replace("fabric.yaml", str(solved_path)))}
    playbook = tmp_path / "playbook.yaml"
    playbook.write_text(yaml.safe_dump([play]), encoding="utf-8")
    status, output = ansible("ansible-playbook", playbook)
    assert status == 0 and "ok=2" in output, output


def test_what_the_plugins_do(ansible, octavia_path, tmp_path):
    broken = tmp_path / "broken.yaml"
    broken.write_text("fabric: dc1\nnetworks:\n  - {name: a, vni: 0}\n", encoding="utf-8")
    given = {"source": str(octavia_path), "broken": str(broken), "report": str(tmp_path / "report.txt")}
    status, output = ansible("ansible-playbook", HERE / "behaviour.yaml", "-e", json.dumps(given))
    assert status == 0, output


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("'octavia' is contrail.fabric.placeable_on('leaf9', octavia)", "no device called leaf9"),
        ("'nothing' is contrail.fabric.placeable_on('leaf1', octavia)", "a network called nothing"),
        ("query('contrail.fabric.evpn_routes', 'leaf1', 'leaf9', fabric=octavia)", "called leaf9"),
        ("query('contrail.fabric.evpn_routes')", "expected one of fabric and src"),
        ("query('contrail.fabric.evpn_routes', fabric=octavia, src='octavia.yaml')", "expected one of fabric and src"),
        ("true | contrail.fabric.vni", "found bool True"),
        ("'5001x' | contrail.fabric.vni", "found str '5001x'"),
        ("16777216 | contrail.fabric.vni", "expected 0 to 16777215"),
        ("5001 | contrail.fabric.rd", "found int 5001"),
        ("'nonsense' | contrail.fabric.evpn_route", "EVPN route: expected"),
        ("'3-10.0.0.1:7-0-10.0.0.1' | contrail.fabric.evpn_route('junos')", "found 'junos'"),
    ],
)
def test_what_is_refused_in_a_template(ansible, octavia_path, expression, message):
    octavia = "{{ lookup('ansible.builtin.file', '%s') | from_yaml }}" % octavia_path
    given = json.dumps({"octavia": octavia})
    words = ["localhost", "-e", given, "-m", "ansible.builtin.debug", "-a", f'msg="{{{{ {expression} }}}}"']
    status, output = ansible("ansible", *words)
    assert status == 2 and message in " ".join(output.split()), output


KINDS = {
    kind: sorted(f"contrail.fabric.{path.stem}" for path in (COLLECTION / "plugins").glob(pattern))
    for kind, pattern in {"module": "modules/*.py", "filter": "filter/*.yml", "test": "test/*.py", "lookup": "lookup/*.py"}.items()
}


def test_there_is_documentation_for_each_plugin(ansible):
    actions = {f"contrail.fabric.{path.stem}" for path in (COLLECTION / "plugins/action").glob("*.py")}
    assert actions == set(KINDS["module"])
    assert {f"contrail.fabric.{name}" for name in FilterModule().filters()} == set(KINDS["filter"])
    for kind, names in KINDS.items():
        status, output = ansible("ansible-doc", "--json", "--type", kind, *names)
        assert status == 0, output
        documentation = json.loads(output)
        assert sorted(documentation) == names
        for name, told in documentation.items():
            assert told["doc"]["short_description"] and told["examples"] and told["return"], name
        status, output = ansible("ansible-doc", "--type", kind, *names)
        assert status == 0 and "EXAMPLES" in output


def test_what_is_missing_is_named_with_the_interpreter(ansible, tmp_path):
    (tmp_path / "contrail_fabric.py").write_text("raise ImportError('no such library here')", encoding="utf-8")
    status, output = ansible("ansible-playbook", "placement.yaml", PYTHONPATH=tmp_path)
    assert status == 2
    assert f"contrail-fabric is missing or broken for {sys.executable}" in " ".join(output.split())
    assert f"{sys.executable} -m pip install contrail-fabric" in " ".join(output.split())


@pytest.mark.parametrize("name", ["octavia", "ironic", "kubernetes-keystone"])
def test_the_calls_of_a_procedure_as_tasks_make_the_flows_work_and_change_nothing_twice(ansible, tmp_path, name):
    document = yaml.safe_load((FABRICS / f"{name}.yaml").read_text(encoding="utf-8"))
    planned, exported = Fabric.from_dict(document), contrail_api.export(document)
    procedure = contrail_api.procedure(planned, planned.plan().best)
    by_hand = {"servers": json.loads(procedure.patch)["servers"]}
    # Those of hosts are for hosts: this one keeps its routes.
    calls = [task for task in procedure.ansible_tasks if "ansible.builtin.uri" in task]
    play = tmp_path / "play.json"
    play.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": calls}]), encoding="utf-8")
    standin = ConfigApi(exported.lists)
    before = copy.deepcopy(standin.objects)
    with standin.served() as url, Api(url) as api:
        states = []
        for _ in range(2):
            status, printed = ansible("ansible-playbook", play, "-e", f"contrail_api={url}")
            assert status == 0, printed
            states.append(copy.deepcopy(standin.objects))
        assert states[0] != before and states[1] == states[0]
        fabric = api.fetch().read(over=[exported.rest, by_hand]).fabric()
    assert not fabric.check().errors
    assert all(trace.delivered for trace in fabric.trace_required())
