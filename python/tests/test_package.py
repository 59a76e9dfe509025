import doctest
import json
import re
import runpy
from importlib.metadata import entry_points, files, version

import contrail_fabric
from conftest import FABRICS
from contrail_fabric import live
from contrail_fabric.__main__ import main
from files import mrt, pcap
from test_bulk import FRAMES
from test_route_tables import MESSAGES

MODULES = [getattr(contrail_fabric, name) for name in ("bgp", "bulk", "contrail_api", "distributed", "errors", "results", "wire")]


def test_the_version_is_that_of_the_distribution():
    assert contrail_fabric.__version__ == version("contrail-fabric")


def test_the_command_is_installed():
    (command,) = entry_points(group="console_scripts", name="contrail-fabric")
    assert command.load() is main


def test_every_public_name_is_there():
    for module in (contrail_fabric, live, *MODULES):
        for name in module.__all__:
            assert getattr(module, name).__doc__ or name == "__version__", f"{module.__name__}.{name}"


def test_what_the_readme_shows_runs(monkeypatch, capsys, tmp_path):
    root = FABRICS.parents[1]
    (tmp_path / "examples").symlink_to(root / "examples")
    monkeypatch.chdir(tmp_path)
    fabric, wire, bulk = re.findall(r"```python\n(.*?)```", (root / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    exec(fabric, {})
    assert "octavia-worker@ctl1 to amphora-1, TCP 9443\n" in capsys.readouterr().out
    exec(wire, {})
    assert "\n36 None 0.0.0.0 10.99.0.11\n" in capsys.readouterr().out
    (tmp_path / "some.pcapng").write_bytes(pcap(FRAMES))
    (tmp_path / "updates.mrt").write_bytes(mrt(MESSAGES))
    exec(bulk, {})
    printed = capsys.readouterr().out
    assert re.search(r"│ +5001 │ 10.1.2.21 +│ 10.255.0.11 +│ +1 │", printed)
    assert re.search(r"│ +5001 │ 10.0.0.1 +│ +1 │", printed)


def test_the_licences_of_others_are_in_the_wheel():
    script = runpy.run_path(str(FABRICS.parents[1] / "python" / "licences.py"))
    (file,) = [it for it in files("contrail-fabric") if it.name == "THIRD_PARTY_LICENSES.txt"]
    assert file.read_text(encoding="utf-8") == script["told"](), "python python/licences.py writes them anew"


def test_the_bill_of_materials_in_the_wheel_names_each_crate():
    """Maturin writes it after PEP 770."""
    script = runpy.run_path(str(FABRICS.parents[1] / "python" / "licences.py"))
    (file,) = [it for it in files("contrail-fabric") if it.parent.name == "sboms"]
    bill = json.loads(file.read_text(encoding="utf-8"))
    assert bill["bomFormat"] == "CycloneDX"
    named = {(it["name"], it["version"]) for it in bill["components"]}
    assert named >= {(it["name"], it["version"]) for it in script["crates"]()}


def test_what_docstrings_show_is_so():
    for module in (contrail_fabric.bgp, contrail_fabric.bulk, contrail_fabric.wire):
        failed, attempted = doctest.testmod(module)
        assert attempted and not failed
