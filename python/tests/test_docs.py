"""What the pages of `docs/` and README.md show runs, page by page, in a folder that has the examples."""

import json
import re
import shlex
from pathlib import Path

import pytest
import yaml
from conftest import FABRICS

from contrail_fabric import contrail_api
from contrail_fabric.__main__ import main

DOCS = Path(__file__).resolve().parents[1] / "docs"


def blocks(page, language):
    return re.findall(rf"```{language}\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture(autouse=True)
def beside_the_examples(monkeypatch, tmp_path):
    (tmp_path / "examples").symlink_to(FABRICS.parents[0])
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("page", sorted(page.name for page in DOCS.glob("*.md")))
def test_what_a_page_shows_in_python_runs(page):
    names = {}
    for block in blocks(page, "python"):
        exec(block, names)


@pytest.mark.parametrize("page", [*sorted(page.name for page in DOCS.glob("*.md")), "../../README.md"])
def test_what_a_page_shows_in_the_shell_runs(page, octavia_path, capsys):
    """Each line with `contrail-fabric`; `examples/tests/it/readme.rs` has the others."""
    exported = contrail_api.export(yaml.safe_load(octavia_path.read_text(encoding="utf-8")))
    Path("db-dump.json").write_text(json.dumps(exported.database_dump), encoding="utf-8")
    Path("fabric.yaml").write_text(yaml.safe_dump(exported.rest), encoding="utf-8")
    Path("messages.hex").write_text("ff" * 16 + "001304\n", encoding="utf-8")
    for line in "".join(blocks(page, "sh")).splitlines():
        if not line.startswith("contrail-fabric "):
            continue
        arguments = shlex.split(line, comments=True)[1:]
        arguments, output = (arguments[:-2], arguments[-1]) if ">" in arguments else (arguments, None)
        assert main(arguments) in (0, 1), line
        printed = capsys.readouterr()
        assert "error" not in printed.err, line
        assert printed.out or "-o" in arguments or "--pcap" in arguments, line
        if output is not None:
            Path(output).write_text(printed.out, encoding="utf-8")


def test_each_page_is_in_the_navigation():
    navigation = (DOCS.parent / "mkdocs.yml").read_text(encoding="utf-8")
    assert sorted(re.findall(r": (\w+\.md)$", navigation, re.MULTILINE)) == sorted(page.name for page in DOCS.glob("*.md"))
