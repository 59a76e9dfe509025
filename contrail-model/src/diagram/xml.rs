//! XML, as much of it as pictures need: elements, attributes, text. What stands where is known when it is written, so a
//! crate would only add a second way to spell it.

use std::fmt::{Display, Write};

/// A document that is being written.
#[derive(Debug, Default)]
pub(super) struct Xml {
    text: String,
    open: Vec<&'static str>,
}

impl Xml {
    /// Begins an element that has others in it.
    pub(super) fn begin(&mut self, name: &'static str, attributes: &[(&str, &dyn Display)]) {
        self.tag(name, attributes, ">\n");
        self.open.push(name);
    }

    /// Ends the element that was begun last.
    pub(super) fn end(&mut self) {
        if let Some(name) = self.open.pop() {
            self.indent();
            self.push(format_args!("</{name}>\n"));
        }
    }

    /// An element with nothing in it.
    pub(super) fn empty(&mut self, name: &str, attributes: &[(&str, &dyn Display)]) {
        self.tag(name, attributes, "/>\n");
    }

    /// An element with text in it.
    pub(super) fn text(&mut self, name: &str, attributes: &[(&str, &dyn Display)], text: &str) {
        self.tag(name, attributes, ">");
        let text = escaped(text);
        self.push(format_args!("{text}</{name}>\n"));
    }

    /// The document, with all elements ended.
    pub(super) fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.end();
        }
        self.text
    }

    fn tag(&mut self, name: &str, attributes: &[(&str, &dyn Display)], end: &str) {
        self.indent();
        self.push(format_args!("<{name}"));
        for (attribute, value) in attributes {
            let value = escaped(&value.to_string());
            self.push(format_args!(" {attribute}=\"{value}\""));
        }
        self.text.push_str(end);
    }

    fn indent(&mut self) {
        self.text.extend(self.open.iter().map(|_| ' '));
    }

    fn push(&mut self, text: std::fmt::Arguments<'_>) {
        // A string takes all that is written to it.
        let _ = self.text.write_fmt(text);
    }
}

/// Text as it may stand between elements and in attributes. What no XML document can have (XML 1.0, 2.2) becomes U+FFFD.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // An attribute would lose them.
            '\t' | '\n' | '\r' => escaped.push(' '),
            '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' => escaped.push(char::REPLACEMENT_CHARACTER),
            _ => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::Xml;

    #[test]
    fn what_has_a_meaning_in_xml_loses_it() {
        let mut xml = Xml::default();
        xml.begin("a", &[("b", &"\"<&>\n")]);
        xml.text("c", &[], "<d/> & \u{1} \u{7f}");
        assert_eq!(
            xml.finish(),
            "<a b=\"&quot;&lt;&amp;&gt; \">\n <c>&lt;d/&gt; &amp; \u{fffd} \u{7f}</c>\n</a>\n"
        );
    }
}
