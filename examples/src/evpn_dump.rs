//! What `evpn_dump` does: BGP messages in hex in, one to a line, JSON objects out.
//!
//! ```
//! use contrail_examples::evpn_dump;
//! use contrail_wire::bgp::Session;
//!
//! let hex = "ffffffffffffffffffffffffffffffff001304\nffff\nof no use\n";
//! let mut objects = Vec::new();
//! let bad = evpn_dump::run(hex.as_bytes(), Session::default(), &mut objects)?;
//! assert_eq!(bad, 1);
//! assert_eq!(
//!     String::from_utf8(objects)?,
//!     r#"{"type":"keepalive"}
//! {"type":"error","errors":[{"layer":"bgp_header","offset":0,"message":"needs 19 bytes, 2 left in the frame","disposition":"session reset 1/2"}]}
//! {"type":"error","errors":[{"layer":"hex","offset":0,"message":"expected two hex digits for each octet","disposition":null}]}
//! "#,
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::io::{self, BufRead, Write};

use contrail_wire::bgp::{Error, Message, Session};
use serde::Serialize;

/// Writes an object for each line of `input` that is not blank, and says how many of them were not hex.
pub fn run(mut input: impl BufRead, session: Session, mut output: impl Write) -> io::Result<usize> {
    let (mut line, mut octets, mut bad) = (Vec::new(), Vec::new(), 0);
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            output.flush()?;
            return Ok(bad);
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let object = match from_hex(&line, &mut octets) {
            Ok(()) => object_of(&octets, session),
            Err(error) => {
                bad += 1;
                error.into()
            }
        };
        write_line(&mut output, &object)?;
    }
}

/// Writes `object` and ends the line.
pub fn write_line(output: &mut impl Write, object: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *output, object)?;
    output.write_all(b"\n")
}

/// What is printed for a line.
#[derive(Serialize)]
#[serde(untagged)]
enum Object<'a> {
    Message(Message<'a>),
    Errors { r#type: &'static str, errors: [ErrorObject; 1] },
}

/// What is wrong with a line.
#[derive(Serialize)]
#[serde(untagged)]
enum ErrorObject {
    Bgp(Error),
    Line { layer: &'static str, offset: usize, message: &'static str, disposition: () },
}

impl ErrorObject {
    /// An error that is none of BGP.
    const fn line(layer: &'static str, offset: usize, message: &'static str) -> Self {
        Self::Line { layer, offset, message, disposition: () }
    }
}

impl From<ErrorObject> for Object<'_> {
    fn from(error: ErrorObject) -> Self {
        Self::Errors { r#type: "error", errors: [error] }
    }
}

fn object_of(octets: &[u8], session: Session) -> Object<'_> {
    match Message::decode(octets, session) {
        Ok((message, [])) => Object::Message(message),
        Ok((_, rest)) => {
            let end = octets.len() - rest.len();
            ErrorObject::line("bgp_header", end, "the line goes on behind the message").into()
        }
        Err(error) => ErrorObject::Bgp(error).into(),
    }
}

/// The octets that `line` is, which may have blanks between them; where it is not hex is an error.
fn from_hex(line: &[u8], octets: &mut Vec<u8>) -> Result<(), ErrorObject> {
    octets.clear();
    let mut digits = line.iter().enumerate().filter(|(_, character)| !character.is_ascii_whitespace());
    while let Some((place, high)) = digits.next() {
        let low = digits.next().map(|(_, low)| *low);
        match (digit(*high), low.and_then(digit)) {
            (Some(high), Some(low)) => octets.push(high << 4 | low),
            _ => return Err(ErrorObject::line("hex", place, "expected two hex digits for each octet")),
        }
    }
    Ok(())
}

fn digit(character: u8) -> Option<u8> {
    char::from(character).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}
