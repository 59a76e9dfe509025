"""What the classes say that they are made of is what the data has: nothing less and nothing more."""

import re
from functools import cache
from typing import get_type_hints
from xml.etree import ElementTree

import pytest

from contrail_fabric import Fabric, results
from contrail_fabric._data import Data, Tagged
from conftest import FABRICS


def parts(value):
    """A result and all that it is made of."""
    if isinstance(value, Data):
        yield value
        for part in vars(value).values():
            yield from parts(part)
    elif isinstance(value, tuple):
        for item in value:
            yield from parts(item)


@pytest.fixture(scope="module")
def everything(observed):
    found = []
    for path in sorted(FABRICS.glob("*.yaml")):
        fabric = Fabric.load(path)
        plan = fabric.plan()
        solved = fabric.apply(plan.best)
        without = solved.without([part for part in solved.parts if part.startswith("leaf1")][:1])
        answers = [fabric.check(), plan, solved.routes()]
        for trace in [*fabric.trace_required()[:2], *solved.trace_required()[:2], *without.trace_required()[:1]]:
            answers += [trace.out.paths[0], trace.back, *trace.budget()]
        expectation = trace.expectation()
        sent = solved.trace_required()[-1].out.paths[0].hops[0].sent
        answers += [expectation.locate(bytes.fromhex(sent.bytes)), expectation.locate(bytes(14))]
        answers += [*solved.routes().diff(without.routes()), *fabric.flow_changes(solved)]
        if path.stem == "octavia":
            answers.append(solved.drift(*observed))
        found += [part for answer in answers for part in parts(answer)]
    return found


@cache
def names(result):
    return {name for name in get_type_hints(result) if not name.startswith("_")}


def test_every_class_is_reached_and_says_all_that_it_has(everything):
    reached = set()
    for part in everything:
        kind = type(part)
        reached.add(kind)
        has = {name for name in vars(part) if not name.startswith("_")}
        if issubclass(kind, Tagged):
            assert {"kind", "message"} <= has, part
        elif kind not in (Data, results.Route):
            assert has == names(kind), part
    by_name = {getattr(results, name) for name in results.__all__} - {results.write_pcapng}
    # Two are no part of anything; nothing in the examples is impossible.
    beside = {results.Trace, results.Expectation, results.Impossible, results.Lift}
    assert by_name - reached == beside
    assert all(str(part) for part in everything)


def test_tables(everything):
    tables = [part for part in everything if hasattr(part, "to_markdown")]
    assert {type(part) for part in tables} == {results.Report, results.Plan, results.Routes, results.Drift}
    octavia = Fabric.load(FABRICS / "octavia.yaml")
    for table in [*tables, octavia, octavia.without(["leaf1"]), *octavia.trace_required()]:
        headings, _, *rows = table.to_markdown().splitlines()
        shown = table._repr_mimebundle_()
        assert shown["text/plain"] == str(table)
        page = ElementTree.fromstring(shown["text/html"].replace("<br>", "<br/>"))
        page = page if page.tag == "table" else page.find("table")
        assert len(page.findall("thead/tr/th")) == len(re.findall(r"(?<!\\)\|", headings)) - 1
        assert len(page.findall("tbody/tr")) == len(rows)
        for row, in_page in zip(rows, page.findall("tbody/tr"), strict=True):
            cells = [" ".join(cell.itertext()) for cell in in_page]
            in_markdown = [re.sub(r"\\(.)", r"\1", cell.strip()) for cell in re.split(r"(?<!\\)\|", row)[1:-1]]
            assert [cell.replace("<br>", " ") for cell in in_markdown] == cells


def test_nothing_in_a_cell_is_markup(small):
    small["workloads"][0]["name"] = "<b>*vm|1*</b>"
    small["flows"][0]["to"] = "<b>*vm|1*</b>"
    (trace,) = Fabric.from_dict(small).trace_required()
    assert "&lt;b&gt;*vm|1*&lt;/b&gt;" in trace._repr_mimebundle_()["text/html"]
    assert r"\<b>\*vm\|1\*\</b>" in trace.to_markdown()
