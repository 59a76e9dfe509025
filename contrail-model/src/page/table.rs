//! Tables that a reader can sort and filter, of bounded length.

use maud::{Markup, html};

/// Rows, entries and the like that are shown of what may be very many.
pub(super) const MOST: usize = 500;

/// A table with a heading for each column; `rows` are `tr` elements.
pub(super) fn table(
    caption: &str,
    headings: &[&str],
    rows: impl Iterator<Item = Markup>,
    all: usize,
) -> Markup {
    html! {
        div .scrolls tabindex="0" {
            table .data {
                caption { (caption) }
                thead { tr { @for heading in headings { th scope="col" { (heading) } } } }
                tbody { @for row in rows.take(MOST) { (row) } }
            }
        }
        (left_out(all, MOST))
    }
}

/// `and 7 more`, if there are more than are shown.
pub(super) fn left_out(all: usize, shown: usize) -> Markup {
    html! { @if all > shown { p .more { "and " (all - shown) " more, which are left out here" } } }
}
