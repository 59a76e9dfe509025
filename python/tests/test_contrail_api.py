import copy
import json
import pickle
import tarfile

import pytest
import yaml

from contrail_fabric import Fabric, contrail_api
from contrail_fabric.__main__ import main
from contrail_fabric.errors import ContrailReadError, LoadError


@pytest.fixture(scope="session")
def document(octavia_path):
    return yaml.safe_load(octavia_path.read_text(encoding="utf-8"))


def test_what_is_exported_comes_back_from_objects_and_files(document, octavia, tmp_path):
    exported = contrail_api.export(document)
    dump, archive = tmp_path / "db-dump.json", tmp_path / "lists.tar.gz"
    dump.write_text(json.dumps(exported.database_dump), encoding="utf-8")
    with tarfile.open(archive, "w:gz") as packed:
        for kind, answer in exported.lists.items():
            file = tmp_path / f"{kind}.json"
            file.write_text(json.dumps(answer), encoding="utf-8")
            packed.add(file, file.name)
    expected = (str(octavia.check()), str(octavia.plan()))
    for sources in ([*exported.lists.values()], [dump], [str(archive)]):
        imported = contrail_api.read(*sources, over=exported.rest)
        assert imported.findings == imported.missing == ()
        fabric = imported.fabric()
        assert (str(fabric.check()), str(fabric.plan())) == expected
        assert imported.tally.startswith("read: 1 fabric, 1 global-system-config")
        assert pickle.loads(pickle.dumps(imported)) == imported


def test_documents_are_laid_over_in_order():
    network = {"fq_name": ["default-domain", "admin", "red"], "virtual_network_network_id": 5}
    over = ["networks: [{name: red, vni: 5001}]", {"networks": [{"name": "red", "vni": 5002}]}]
    (red,) = contrail_api.read({"virtual-network": network}, over=over).document["networks"]
    assert red == {"name": "red", "vni": 5002, "network_id": 5}
    with pytest.raises(LoadError, match=r"networks\[0\].vni"):
        contrail_api.read({"virtual-network": network}, over="networks: [{name: red, vni: many}]")


def test_what_cannot_be_read_is_named(tmp_path):
    router = {"logical-router": {"fq_name": ["d", "p", "lr"], "physical_router_refs": [{"uuid": "7"}]}}
    with pytest.raises(ContrailReadError) as raised:
        contrail_api.read(router)
    error = raised.value
    assert (error.source, error.object, error.field) == ("object 1", "logical-router d:p:lr", "physical_router_refs[0].uuid")
    assert str(copy.copy(error)) == str(pickle.loads(pickle.dumps(error))) == str(error)
    cut = tmp_path / "cut.json"
    cut.write_text('{"virtual-networks": [{"virtual-network": {"fq_name": ["d", "p", "red"], "vi', encoding="utf-8")
    with pytest.raises(ContrailReadError) as raised:
        contrail_api.read(cut)
    assert (raised.value.line, raised.value.object) == (1, "d:p:red")
    with pytest.raises(ContrailReadError, match="No such file"):
        contrail_api.read(tmp_path / "none.json")


def test_a_procedure_says_what_has_to_be_done(document, octavia):
    procedure = contrail_api.procedure(octavia, octavia.plan().best)
    assert [step.change.kind for step in procedure.steps] == [
        "extend_logical_router",
        "add_static_route",
        "add_static_route",
    ]
    call = procedure.steps[0].actions[0]
    assert (call.kind, call.method, call.path) == ("call", "POST", "/ref-update")
    route = procedure.steps[1].actions[0]
    assert (route.server, route.command) == ("ctl1", "ip route replace 10.99.0.0/24 via 10.1.10.1")
    assert procedure.steps[1].repairs and not any(step.breaks for step in procedure.steps)
    assert str(procedure).startswith("1. extend logical router octavia to leaf1, leaf2\n")
    assert procedure.ansible_tasks[-1]["ansible.builtin.command"] == {"cmd": "ip route replace 10.99.0.0/24 via 10.1.10.1"}
    exported = contrail_api.export(document)
    changed = contrail_api.read(*exported.lists.values(), over=[exported.rest, procedure.patch]).fabric()
    assert isinstance(changed, Fabric) and all(trace.delivered for trace in changed.trace_required())
    assert pickle.loads(pickle.dumps(procedure)) == procedure


def test_the_command_imports_and_says_what_has_to_be_done(document, octavia, octavia_path, tmp_path, capsys):
    exported = contrail_api.export(document)
    dump, over, imported = tmp_path / "dump.json", tmp_path / "over.json", tmp_path / "fabric.json"
    dump.write_text(json.dumps(exported.database_dump), encoding="utf-8")
    over.write_text(json.dumps(exported.rest), encoding="utf-8")
    assert main(["import", str(dump), "--over", str(over)]) == 0
    told = capsys.readouterr()
    assert told.err.startswith("read: 1 fabric, ")
    imported.write_text(told.out, encoding="utf-8")
    expected = contrail_api.procedure(octavia, octavia.plan().best)
    for file in (imported, octavia_path):
        assert main(["procedure", str(file)]) == 0
        assert capsys.readouterr().out == str(expected)
    assert main(["procedure", str(octavia_path), "--ansible"]) == 0
    assert json.loads(capsys.readouterr().out) == expected.ansible_tasks
    assert main(["procedure", str(octavia_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["patch"] == expected.patch
    assert main(["import", str(over)]) == 2
    assert "is none of Contrail's" in capsys.readouterr().err
