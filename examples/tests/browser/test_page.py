"""A page clicked through: sorted, filtered, opened."""

import os
from pathlib import Path

import pytest

PAGE = Path(os.environ["PAGE"])
TABLE = 'document.querySelector("#findings").parentElement'


@pytest.fixture
def page(chromium):
    chromium.open(PAGE.as_uri(), 1280, 900)
    return chromium


def rows(page, column):
    """What stands in a column of the findings, in those rows that are to be seen."""
    return page.evaluate(f"""[...{TABLE}.querySelectorAll("tbody tr")]
        .filter((row) => row.checkVisibility()).map((row) => row.cells[{column}].innerText)""")


def heading(name):
    return f'[...{TABLE}.querySelectorAll("th button")].find((button) => button.textContent === "{name}")'


def test_it_needs_nothing_else_and_its_script_has_no_errors(page):
    assert page.requested == [PAGE.as_uri()]
    assert page.errors == []


def test_a_heading_sorts_up_and_down(page):
    before = rows(page, 2)
    page.click(heading("object"))
    assert rows(page, 2) == sorted(before) != before
    page.click(heading("object"))
    assert rows(page, 2) == sorted(before, reverse=True)
    assert page.evaluate(f"{heading('object')}.parentElement.ariaSort") == "descending"


def test_severities_are_sorted_by_how_much_they_matter(page):
    page.click(heading("severity"))
    found = rows(page, 0)
    assert set(found) == {"error", "warning"}
    assert found == sorted(found, key=["error", "warning"].index)


def test_a_filter_leaves_the_rows_that_have_all_its_words(page):
    every = rows(page, 2)
    page.click(f'{TABLE}.querySelector("input")')
    page.type("way-back CTL1")
    assert rows(page, 2) == ["ctl1"]
    assert page.evaluate(f'{TABLE}.querySelector("[role=status]").innerText') == f"1 of {len(every)} rows"


def test_a_hop_is_opened_with_what_it_does_and_sends(page):
    flow = 'document.querySelector("#solved").parentElement.querySelector(".trace")'
    hop = f'{flow}.querySelectorAll(".hops details")[1]'
    assert not page.evaluate(f"{hop}.checkVisibility()")
    page.click(f'{flow}.querySelector("summary")')
    assert page.evaluate(f"{hop}.checkVisibility()")
    packet = f'{hop}.querySelector(".packet")'
    assert not page.evaluate(f"{packet}.checkVisibility()")
    page.click(f'{hop}.querySelector("summary")')
    assert page.evaluate(f"{packet}.checkVisibility()")
    assert "destination_address" in page.evaluate(f"{packet}.innerText")


def test_all_hops_of_a_way_are_opened_at_once(page):
    flow = 'document.querySelector("#solved").parentElement.querySelector(".trace")'
    page.click(f'{flow}.querySelector("summary")')
    page.click(f'{flow}.querySelector(".tools button")')
    hops = f'[...{flow}.querySelector(".hops").querySelectorAll("details")].map((hop) => hop.open)'
    assert page.evaluate(hops) == [True] * page.evaluate(f"{hops}.length")


def test_a_picture_keeps_its_colours_in_the_page(page):
    fill = 'getComputedStyle(document.querySelector(".picture rect.device")).fill'
    light = page.evaluate(fill)
    page.open(PAGE.as_uri(), 1280, 900, is_dark=True)
    assert (light, page.evaluate(fill)) == ("rgb(233, 238, 245)", "rgb(36, 50, 68)")
