//! Colours and kinds of line.
//!
//! Networks have colours of the palette of Okabe and Ito, which those who see fewer colours can tell apart; its yellow and
//! black are left out, as they vanish on white and on black. The kind of line says the same without any colour.

use std::collections::BTreeMap;

/// Colours of networks.
const COLOURS: [&str; 6] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];

/// Lengths of dashes and gaps, in pixels; none for a whole line.
const DASHES: [&str; 4] = ["", "6 3", "2 3", "8 3 2 3"];

/// What is drawn how; light first, then what is different in the dark.
const RULES: &str = "\
text{font-family:'DejaVu Sans Mono',Menlo,Consolas,'Liberation Mono',monospace;fill:#1b1f24;white-space:pre}
.heading{font-weight:bold}
.name{font-weight:bold}
.small,.interface{fill:#59636e}
.good{fill:#0a5c36;font-weight:bold}
.bad{fill:#a40e26}
.page{fill:#ffffff}
.box{fill:#f6f8fa;stroke:#59636e;stroke-width:1}
.device{fill:#e9eef5;stroke:#3d4d61;stroke-width:1.5}
.port{fill:#ffffff;stroke:#8c959f;stroke-width:.75}
.rack{fill:none;stroke:#8c959f;stroke-dasharray:2 4}
.group{fill:#ffffff;stroke:#8c959f}
.workload{fill:#ffffff;stroke:#59636e}
.cable{stroke:#59636e;stroke-width:1.25;fill:none}
.down{stroke:#a40e26;stroke-dasharray:4 4}
.faint{opacity:.45}
.mark{stroke-width:3;fill:none}
.outer{fill:#fbe9c6}
.band{stroke:#e69f00;stroke-opacity:.5;stroke-width:12;stroke-linejoin:round;fill:none}
.way{stroke:#1b1f24;stroke-width:3.5;stroke-linejoin:round;fill:none}
path.back{stroke-dasharray:7 4}
.end{fill:#1b1f24}
.cross{stroke:#a40e26;stroke-width:4;fill:none}
circle.number{fill:#1b1f24;stroke:#1b1f24}
circle.number.back{fill:#ffffff}
text.number{fill:#ffffff;font-weight:bold}
text.number.back{fill:#1b1f24}
";

const DARK: &str = "\
text{fill:#e6edf3}
.small,.interface{fill:#a3adb8}
.good{fill:#7ee2b8}
.bad{fill:#ff9492}
.page{fill:#15191f}
.box{fill:#1f252d;stroke:#8c959f}
.device{fill:#243244;stroke:#9fb3cc}
.port,.group,.workload{fill:#15191f;stroke:#8c959f}
.cable{stroke:#a3adb8}
.down{stroke:#ff9492}
.outer{fill:#4d3b12}
.way{stroke:#e6edf3}
.end{fill:#e6edf3}
.cross{stroke:#ff9492}
circle.number{fill:#e6edf3;stroke:#e6edf3}
circle.number.back{fill:#15191f}
text.number{fill:#15191f}
text.number.back{fill:#e6edf3}
";

/// What pictures look like, as a style sheet.
pub(crate) fn style_sheet() -> String {
    format!("\n{RULES}{}@media (prefers-color-scheme:dark){{\n{DARK}}}\n", networks())
}

/// The rules for the lines of networks.
fn networks() -> String {
    let mut rules = String::new();
    for (index, colour) in COLOURS.iter().enumerate() {
        rules.push_str(&format!(".c{index}{{stroke:{colour}}}\n"));
    }
    for (index, dashes) in DASHES.iter().enumerate().skip(1) {
        rules.push_str(&format!(".d{index}{{stroke-dasharray:{dashes}}}\n"));
    }
    rules
}

/// What is declared in the light for these selectors, property by property; what a later one says counts.
pub(super) fn declared(selectors: &[impl AsRef<str>]) -> BTreeMap<String, String> {
    let networks = networks();
    let mut declared = BTreeMap::new();
    for selector in selectors {
        for rule in RULES.lines().chain(networks.lines()) {
            let Some((of, body)) = rule.trim_end_matches('}').split_once('{') else { continue };
            if of.split(',').any(|of| of == selector.as_ref()) {
                for (property, value) in body.split(';').filter_map(|one| one.split_once(':')) {
                    declared.insert(property.to_owned(), value.to_owned());
                }
            }
        }
    }
    declared
}

/// Colour and kind of line of the network at a place of the legend, by index: 24 pairs, then again.
fn pair(place: usize) -> [usize; 2] {
    let (colours, dashes) = (COLOURS.len(), DASHES.len());
    [place % colours, (place + place / 12) % dashes]
}

/// The classes of the line that stands for a network.
pub(super) fn classes(place: usize) -> String {
    let [colour, dash] = pair(place);
    format!("mark c{colour} d{dash}")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::pair;

    #[test]
    fn the_first_networks_all_look_different() {
        assert_eq!((0..24).map(pair).collect::<HashSet<_>>().len(), 24);
    }

    #[test]
    fn networks_that_follow_each_other_differ_without_their_colour_too() {
        assert!((0..24).all(|place| pair(place)[1] != pair(place + 1)[1]));
    }
}
