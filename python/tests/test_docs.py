"""What the pages of `docs/` show runs, page by page, in a folder that has the examples."""

import re
import shlex
from pathlib import Path

import pytest
from conftest import FABRICS

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


def test_what_a_page_shows_in_the_shell_runs(capsys):
    lines = [line for block in blocks("shell.md", "sh") for line in block.splitlines()]
    assert len(lines) > 5
    for line in lines:
        command, *arguments = shlex.split(line)
        assert command == "contrail-fabric"
        assert main(arguments) in (0, 1), line
        printed = capsys.readouterr()
        assert printed.out and not printed.err, line


def test_each_page_is_in_the_navigation():
    navigation = (DOCS.parent / "mkdocs.yml").read_text(encoding="utf-8")
    assert sorted(re.findall(r": (\w+\.md)$", navigation, re.MULTILINE)) == sorted(page.name for page in DOCS.glob("*.md"))
