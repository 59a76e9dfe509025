//! The laws of fabrics that are nearly right: generated ones, of which something is changed.

use arbitrary::Unstructured;
use contrail_model::document::Document;
use serde_json::Value;

use crate::document::json;

/// The generator of the planner's proof.
#[path = "../../contrail-model/tests/it/brute_force/generate.rs"]
mod generate;
#[path = "../../contrail-model/tests/it/brute_force/random.rs"]
mod random;

/// Any bytes, made into a fabric, in whose document then some values are taken away, doubled, or replaced by others of it.
pub fn fabric(bytes: &[u8]) {
    // Too few bytes make nothing.
    let _ = made(&mut Unstructured::new(bytes));
}

fn made(input: &mut Unstructured<'_>) -> arbitrary::Result<()> {
    let document: Document = generate::fabric(input.arbitrary::<u16>()?.into());
    let mut value = serde_json::to_value(&document).expect("a document is JSON");
    while !input.is_empty() {
        let place = pointer(&value, input)?;
        let other = value.pointer(&pointer(&value, input)?).cloned().unwrap_or_default();
        let choice = input.int_in_range(0..=3)?;
        let Some(target) = value.pointer_mut(&place) else { continue };
        match (choice, target) {
            (0, target) => *target = Value::Null,
            (1, Value::Array(items)) => {
                let copy = items.first().cloned();
                items.extend(copy);
            }
            (2, Value::Array(items)) => drop(items.pop()),
            (2, Value::Object(fields)) => {
                let name = fields.keys().next().cloned().unwrap_or_default();
                fields.remove(&name);
            }
            (_, target) => *target = other,
        }
    }
    json(value.to_string().as_bytes());
    Ok(())
}

/// The place of a value in the document: down as far as choices say.
fn pointer(value: &Value, input: &mut Unstructured<'_>) -> arbitrary::Result<String> {
    let (mut place, mut at) = (String::new(), value);
    loop {
        let (name, next) = match at {
            Value::Object(fields) if !fields.is_empty() => {
                let index = input.choose_index(fields.len())?;
                match fields.iter().nth(index) {
                    Some((name, next)) => (name.replace('~', "~0").replace('/', "~1"), next),
                    None => return Ok(place),
                }
            }
            Value::Array(items) if !items.is_empty() => {
                let index = input.choose_index(items.len())?;
                match items.get(index) {
                    Some(next) => (index.to_string(), next),
                    None => return Ok(place),
                }
            }
            _ => return Ok(place),
        };
        if input.ratio(1, 8)? {
            return Ok(place);
        }
        place = format!("{place}/{name}");
        at = next;
    }
}
