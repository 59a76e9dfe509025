//! The hostile and odd messages, one by one: each costs what the RFC says, and no more.

pub(super) mod inputs;

use std::collections::BTreeMap;
use std::fmt::Write;

use contrail_wire::bgp::{AttributeType, Disposition, Message, Messages, Session, SessionKind};

use crate::malformed::listed;

/// For each input: how many routes can be read, what is to be done, and each error with what it costs.
const OUTCOMES: &str = include_str!("malformed.tsv");

/// Inputs of which the corpus says something else than the RFC, and what that says.
const THE_RFC_SAYS_OTHERWISE: [(&str, &str); 2] =
    [("B40", NO_ROUTE_THAT_THE_ERROR_COULD_BE_OF), ("B41", NO_ROUTE_THAT_THE_ERROR_COULD_BE_OF)];

/// RFC 7606 section 5.2.
const NO_ROUTE_THAT_THE_ERROR_COULD_BE_OF: &str = "the message announces nothing, so that routes cannot be treated as \
    withdrawn: of an error that costs more than an attribute, session reset MUST be used";

/// What is agreed on where such a message is sent: only an internal neighbour sends LOCAL_PREF.
pub(super) fn session(bytes: &[u8]) -> Session {
    let internal = Messages::new(bytes, Session { extended_message: true, ..Session::default() })
        .filter_map(|message| message.ok()?.update())
        .any(|update| update.attribute(AttributeType::LOCAL_PREF).is_some());
    let kind = if internal { SessionKind::Internal } else { SessionKind::External };
    Session { kind, extended_message: bytes.len() > 4096, ..Session::default() }
}

struct Outcome {
    disposition: Option<Disposition>,
    /// Announced and withdrawn routes that can be read.
    routes: [usize; 2],
    /// Bytes that are still to come.
    needed: usize,
    errors: Vec<String>,
}

impl Outcome {
    fn of(bytes: &[u8], session: Session) -> Self {
        let mut messages = Messages::new(bytes, session);
        let mut outcome = Self { disposition: None, routes: [0; 2], needed: 0, errors: vec![] };
        for message in &mut messages {
            match message {
                Ok(Message::Update(update)) => {
                    let disposition = update.validate(|error| {
                        outcome.errors.push(format!("{error}: {}", error.disposition));
                    });
                    outcome.disposition = outcome.disposition.max(disposition);
                    outcome.routes[0] += update.announced().filter(Result::is_ok).count();
                    outcome.routes[1] += update.withdrawn().filter(Result::is_ok).count();
                }
                Ok(_) => {}
                Err(error) => {
                    outcome.disposition = outcome.disposition.max(Some(error.disposition));
                    outcome.errors.push(format!("{error}: {}", error.disposition));
                }
            }
        }
        outcome.needed = if messages.rest().is_empty() { 0 } else { messages.needed() };
        outcome
    }

    fn line(&self) -> String {
        let disposition = match self.disposition {
            Some(disposition) => disposition.to_string(),
            None if self.needed > 0 => format!("{} bytes to come", self.needed),
            None => "use".into(),
        };
        let [announced, withdrawn] = self.routes;
        format!("{announced}\t{withdrawn}\t{disposition}\t{}", self.errors.join("; "))
    }

    /// Whether it is what the corpus says must happen, read as text.
    fn is(&self, expected: &str) -> bool {
        let reset = matches!(self.disposition, Some(Disposition::SessionReset { .. }));
        let withdraws = self.errors.iter().any(|error| error.ends_with(": treat as withdraw"));
        if let Some((_, numbers)) =
            expected.split_once("(NOTIFICATION) ").filter(|(_, rest)| rest.starts_with(char::is_numeric))
        {
            let end = numbers.find([',', ' ']).unwrap_or(numbers.len());
            return self.line().contains(&format!("\tsession reset {}\t", &numbers[..end]));
        }
        match expected {
            _ if expected.starts_with("AFI/SAFI disable") => {
                reset || matches!(self.disposition, Some(Disposition::DisableFamily(_)))
            }
            _ if expected.starts_with("session reset") => reset,
            _ if expected.contains("must not panic; reject") => self.disposition.is_some(),
            _ if expected.contains("treat-as-withdraw") => {
                withdraws && self.disposition.is_none_or(|it| it == Disposition::TreatAsWithdraw)
            }
            _ if expected.contains("discard") && !expected.starts_with("Ok") => {
                self.disposition == Some(Disposition::AttributeDiscard)
            }
            _ if expected.starts_with("Incomplete(need 41") => {
                self.disposition.is_none() && self.needed == 41
            }
            _ if expected.starts_with("Ok") => self.disposition.is_none() && self.needed == 0,
            _ => false,
        }
    }
}

#[test]
fn each_input_costs_what_the_rfc_says() {
    let mut outcomes: BTreeMap<_, _> = OUTCOMES
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split_once('\t').unwrap())
        .collect();
    let mut wrong = String::new();
    for (id, bytes) in inputs::all() {
        let outcome = Outcome::of(&bytes, session(&bytes));
        if outcomes.remove(id) != Some(&outcome.line()) {
            writeln!(wrong, "{id}\t{}", outcome.line()).unwrap();
        }
    }
    assert!(outcomes.is_empty(), "no such inputs: {:?}", outcomes.keys());
    assert!(wrong.is_empty(), "{wrong}");
}

/// The list has grown out of reports about other programs: none of its inputs is forgotten here, and what it says
/// is the RFC's.
#[test]
fn each_input_of_the_list_is_built_and_costs_what_that_says() {
    let Some(listed) = listed("bgp") else { return };
    let mut built: BTreeMap<_, _> = inputs::all().into_iter().collect();
    let mut wrong = String::new();
    for input in &listed {
        let (id, bytes, expected) = (input.text("id"), input.bytes(), input.text("expect"));
        if built.remove(id).as_ref() != Some(&bytes) {
            writeln!(wrong, "{id}: built as something else").unwrap();
        }
        let outcome = Outcome::of(&bytes, session(&bytes));
        let other = THE_RFC_SAYS_OTHERWISE.iter().find(|(other, _)| *other == id);
        if outcome.is(expected) == other.is_some() {
            writeln!(wrong, "{id}: {expected:?}, listed as {other:?}: {}", outcome.line()).unwrap();
        }
    }
    assert!(built.is_empty(), "not listed: {:?}", built.keys());
    assert!(wrong.is_empty(), "{wrong}");
}
