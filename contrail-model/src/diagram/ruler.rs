//! Headers as the figures of RFCs have them, bit by bit, with the values that are there.

use std::fmt::{self, Write};

use contrail_wire::Header;

use super::scene::Place;
use super::{svg, theme};

/// Bits in a row.
const ROW: usize = 32;

/// Rows of a field at most; of a longer one the rest is not drawn.
const ROWS: usize = 4;

/// The headers of a packet as bit rulers, as text and as SVG.
///
/// ```
/// use contrail_model::diagram::Ruler;
/// use contrail_wire::Header;
/// use contrail_wire::net::udp::UdpHeader;
///
/// let udp = UdpHeader::new(54321, 4789);
/// assert_eq!(
///     Ruler::of([Header::Udp(udp)]).to_string(),
///     "\
/// udp, 8 octets
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |       source_port 54321       |     destination_port 4789     |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |           length 0            |        checksum 0x0000        |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// "
/// );
/// ```
///
/// A field that has no room for its name and value has a letter there, and both below.
#[derive(Clone, Debug)]
pub struct Ruler {
    headers: Vec<Figure>,
}

#[derive(Clone, Debug)]
struct Figure {
    name: &'static str,
    octets: usize,
    fields: Vec<Field>,
}

#[derive(Clone, Debug)]
struct Field {
    /// Empty if it is reserved.
    name: &'static str,
    value: String,
    bits: usize,
}

/// The part of a field that is in one row.
#[derive(Clone, Copy)]
struct Piece {
    /// By its index.
    field: usize,
    row: usize,
    /// The first bit, and the one behind the last.
    from: usize,
    to: usize,
    /// Whether it is where the field is named.
    is_named: bool,
}

impl Ruler {
    /// Of headers, outermost first: `trace`'s [`PacketHeaders::headers`](crate::trace::PacketHeaders::headers), or what
    /// [`Packet::headers`](contrail_wire::Packet::headers) reads.
    pub fn of<'h>(headers: impl IntoIterator<Item = Header<'h>>) -> Self {
        Self { headers: headers.into_iter().map(|header| Figure::of(&header)).collect() }
    }

    /// An SVG document that needs nothing beside it, light or dark as the reader prefers.
    pub fn svg(&self) -> String {
        let names: Vec<&str> = self.headers.iter().map(|header| header.name).collect();
        let title = format!("Packet: {}", names.join(", "));
        let mut description = String::new();
        let mut height = TOP;
        for header in &self.headers {
            let notes = header.labels(Field::fits_box).iter().flatten().count();
            let rows = header.rows();
            height += TITLE + pixels(rows, HEIGHT) + pixels(notes, NOTE) + GAP;
            for field in header.fields.iter().filter(|field| !field.name.is_empty()) {
                description += &format!("{} {}, ", field.name, field.value);
            }
        }
        description.truncate(description.trim_end_matches(", ").len());
        let page = Place { x: 0, y: 0, width: 2 * LEFT + pixels(ROW, BIT), height };
        let mut xml = svg::begun(&title, &description, page, Some(&theme::style_sheet()));
        xml.empty("rect", &[("class", &"page"), ("width", &page.width), ("height", &page.height)]);
        let mut top = TOP;
        for header in &self.headers {
            let text = format!("{}, {} octets", header.name, header.octets);
            xml.text(
                "text",
                &[("x", &LEFT), ("y", &(top + 12)), ("font-size", &13), ("class", &"name")],
                &text,
            );
            top += TITLE;
            let labels = header.labels(Field::fits_box);
            for piece in header.pieces() {
                let (x, width) = (LEFT + pixels(piece.from, BIT), pixels(piece.to - piece.from, BIT));
                let y = top + pixels(piece.row, HEIGHT);
                let place: [(&str, &dyn fmt::Display); 5] =
                    [("class", &"box"), ("width", &width), ("height", &HEIGHT), ("x", &x), ("y", &y)];
                xml.empty("rect", &place);
                let (Some(field), true) = (header.fields.get(piece.field), piece.is_named) else { continue };
                let mut line = |text: &str, below: i32, size: i32, class: &str| {
                    let middle = x + width / 2;
                    let attributes: [(&str, &dyn fmt::Display); 5] = [
                        ("x", &middle),
                        ("y", &(y + below)),
                        ("font-size", &size),
                        ("text-anchor", &"middle"),
                        ("class", &class),
                    ];
                    xml.text("text", &attributes, text);
                };
                match labels.get(piece.field).copied().flatten() {
                    Some(letter) => line(&letter.to_string(), 22, 11, "name"),
                    None if field.name.is_empty() => {}
                    None => {
                        line(field.name, 13, 9, "small");
                        line(&field.value, 28, 11, "name");
                    }
                }
            }
            top += pixels(header.rows(), HEIGHT);
            for (field, letter) in header.fields.iter().zip(&labels) {
                let Some(letter) = letter else { continue };
                let text = format!("{letter}  {} {}", field.name, field.value);
                xml.text("text", &[("x", &LEFT), ("y", &(top + 12)), ("font-size", &11)], &text);
                top += NOTE;
            }
            top += GAP;
        }
        xml.finish()
    }
}

/// Of an SVG document, in pixels.
const TOP: i32 = 16;
const LEFT: i32 = 24;
const BIT: i32 = 22;
const HEIGHT: i32 = 34;
const TITLE: i32 = 20;
const NOTE: i32 = 15;
const GAP: i32 = 14;

/// What so many rows, bits or letters take; they are few.
fn pixels(count: usize, each: i32) -> i32 {
    i32::try_from(count).unwrap_or_default() * each
}

impl Figure {
    fn of(header: &Header<'_>) -> Self {
        let mut values = Vec::new();
        header.fields(&mut |_, value| values.push(value.to_string()));
        let mut values = values.into_iter();
        let mut fields = Vec::new();
        header.figure(&mut |name, bits| {
            let value = if name.is_empty() { None } else { values.next() };
            fields.push(Field { name, value: value.unwrap_or_default(), bits });
        });
        Self { name: header.layer().name(), octets: header.len(), fields }
    }

    fn pieces(&self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut at = 0;
        for (index, field) in self.fields.iter().enumerate() {
            // What is left out is whole rows.
            let most = ROWS * ROW;
            let bits = if field.bits > most { most - ROW + field.bits % ROW } else { field.bits };
            let end = at + bits;
            let first = pieces.len();
            while at < end {
                let row = at / ROW;
                let to = end.min((row + 1) * ROW);
                let (from, to_bit) = (at % ROW, to - row * ROW);
                pieces.push(Piece { field: index, row, from, to: to_bit, is_named: false });
                at = to;
            }
            let own = pieces.get_mut(first..).unwrap_or_default();
            // The first of the widest.
            if let Some(widest) = own.iter_mut().rev().max_by_key(|piece| piece.to - piece.from) {
                widest.is_named = true;
            }
        }
        pieces
    }

    fn rows(&self) -> usize {
        self.pieces().last().map_or(0, |last| last.row + 1)
    }

    /// For each field the letter that stands in its place, if it has no room for more.
    fn labels(&self, fits: fn(&Field, usize) -> bool) -> Vec<Option<char>> {
        let pieces = self.pieces();
        let mut letters = 'a'..='z';
        let labels = self.fields.iter().enumerate().map(|(index, field)| {
            let named = pieces.iter().find(|piece| piece.field == index && piece.is_named)?;
            let has_room = field.name.is_empty() || fits(field, named.to - named.from);
            if has_room { None } else { letters.next() }
        });
        labels.collect()
    }
}

impl Field {
    /// Whether name and value stand in one line of text.
    fn fits_line(&self, bits: usize) -> bool {
        self.line().chars().count() < 2 * bits
    }

    /// Whether they stand below each other in a box, in letters of 9 and 11 pixels, which are as wide as 0.602 of that.
    fn fits_box(&self, bits: usize) -> bool {
        let room = pixels(bits, BIT) - 4;
        let fits = |text: &str, size| pixels(text.chars().count(), size) * 602 < room * 1000;
        fits(self.name, 9) && fits(&self.value, 11)
    }

    fn line(&self) -> String {
        format!("{} {}", self.name, self.value)
    }
}

impl fmt::Display for Ruler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, header) in self.headers.iter().enumerate() {
            if index > 0 {
                f.write_char('\n')?;
            }
            fmt::Display::fmt(header, f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}, {} octets", self.name, self.octets)?;
        f.write_str(" 0                   1                   2                   3\n")?;
        f.write_str(" 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1\n")?;
        let (pieces, labels) = (self.pieces(), self.labels(Field::fits_line));
        let rows: Vec<&[Piece]> = pieces.chunk_by(|one, next| one.row == next.row).collect();
        let mut above: &[Piece] = &[];
        for row in rows {
            edge(f, above, row)?;
            for piece in row {
                let width = 2 * (piece.to - piece.from) - 1;
                let text = match (self.fields.get(piece.field), labels.get(piece.field)) {
                    _ if !piece.is_named => String::new(),
                    (_, Some(Some(letter))) => letter.to_string(),
                    (Some(field), _) if !field.name.is_empty() => field.line(),
                    _ => String::new(),
                };
                write!(f, "|{text:^width$}")?;
            }
            f.write_str("|\n")?;
            above = row;
        }
        edge(f, above, &[])?;
        for (field, letter) in self.fields.iter().zip(&labels) {
            if let Some(letter) = letter {
                writeln!(f, "{letter} {}", field.line())?;
            }
        }
        Ok(())
    }
}

/// The line between two rows, open where a field goes on.
fn edge(f: &mut fmt::Formatter<'_>, above: &[Piece], below: &[Piece]) -> fmt::Result {
    let field_at = |row: &[Piece], bit: usize| {
        row.iter().find(|piece| (piece.from..piece.to).contains(&bit)).map(|piece| piece.field)
    };
    let width =
        [above, below].iter().filter_map(|row| row.last()).map(|last| last.to).max().unwrap_or_default();
    let is_open = |bit: usize| field_at(above, bit).is_some() && field_at(above, bit) == field_at(below, bit);
    let mut line = String::from("+");
    for bit in 0..width {
        let is_open_behind = is_open(bit) && is_open(bit + 1);
        line.push(if is_open(bit) { ' ' } else { '-' });
        line.push(if is_open_behind { ' ' } else { '+' });
    }
    writeln!(f, "{line}")
}

#[cfg(test)]
mod tests {
    use contrail_wire::Header;
    use contrail_wire::net::ethernet::EthernetHeader;

    use super::Ruler;

    #[test]
    fn a_field_of_more_than_a_row_goes_on_in_the_next() {
        let ethernet = EthernetHeader {
            destination_address: "02:00:00:00:00:01".parse().unwrap_or_default(),
            ..EthernetHeader::default()
        };
        let expected = "\
ethernet, 14 octets
 0                   1                   2                   3
 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
|             destination_address 02:00:00:00:00:01             |
+                               +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
|                               |                               |
+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+                               +
|               source_address 00:00:00:00:00:00                |
+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
|       ethertype 0x0000        |
+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
";
        assert_eq!(Ruler::of([Header::Ethernet(ethernet)]).to_string(), expected);
    }
}
