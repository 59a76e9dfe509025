"""Results as tables: in notebooks, and in Markdown."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from html import escape

# What stands in a cell, a line each.
Cell = str | Sequence[str]


class Tabular:
    """What can be told as a table too, a row for each of its parts."""

    __slots__ = ()

    def _table(self) -> tuple[Sequence[str], Iterable[Sequence[Cell]]]:
        """The headings, and the rows below them."""
        raise NotImplementedError

    def to_markdown(self) -> str:
        """A table in Markdown, as GitHub and GitLab show it."""
        headings, rows = self._table()
        lines = [headings, ["---"] * len(headings), *rows]
        return "".join(f"| {' | '.join(_cell(cell, _in_markdown) for cell in line)} |\n" for line in lines)

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        """What a notebook shows, whatever it can."""
        picture = self._picture()
        if picture is None:
            return {"text/plain": str(self), "text/html": self._as_html()}
        # As an image it keeps its style sheet for itself.
        source = b64encode(picture.encode()).decode()
        page = f'<div>{self._as_html()}<img src="data:image/svg+xml;base64,{source}"/></div>'
        return {"text/plain": str(self), "text/html": page, "image/svg+xml": picture}

    def _picture(self) -> str | None:
        """An SVG document, if there is a picture."""
        return None

    def _as_html(self) -> str:
        headings, rows = self._table()
        head = "".join(f"<th>{escape(heading)}</th>" for heading in headings)
        body = "".join(f"<tr>{''.join(f'<td>{_cell(cell, escape)}</td>' for cell in row)}</tr>" for row in rows)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(cell: Cell, escaped: Callable[[str], str]) -> str:
    lines = [cell] if isinstance(cell, str) else cell
    return "<br>".join(map(escaped, lines))


def _in_markdown(text: str) -> str:
    for special in "\\`*_<[|":
        text = text.replace(special, f"\\{special}")
    return text.replace("\n", "<br>")
