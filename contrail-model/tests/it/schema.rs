//! The published schema: kept current, and every field of it described.

use contrail_model::document::Document;
use serde_json::Value;

use crate::golden::assert_generated;

#[test]
fn the_published_schema_is_current() {
    let schema = serde_json::to_string_pretty(&Document::json_schema()).unwrap();
    assert_generated("schema/fabric.schema.json", &format!("{schema}\n"));
}

#[test]
fn every_field_says_what_it_is_and_what_stands_for_it_when_it_is_absent() {
    let schema = Document::json_schema();
    let objects: Vec<&Value> = schema["$defs"].as_object().unwrap().values().chain([&schema]).collect();
    let mut fields = 0;
    for object in objects {
        let Some(properties) = object["properties"].as_object() else { continue };
        assert!(object["description"].is_string(), "{object}");
        assert_eq!(object["additionalProperties"], false, "{object}");
        let required: Vec<&str> =
            object["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        for (name, property) in properties {
            let description = property["description"].as_str().unwrap_or_default();
            assert!(!description.is_empty(), "{name} has no description: {object}");
            assert!(
                !description.contains("]("),
                "{name}: a link leads nowhere outside of Rust: {description}"
            );
            let says_default = description.contains("Default: ");
            assert_ne!(says_default, required.contains(&name.as_str()), "{name}: {description}");
            fields += 1;
        }
    }
    assert!(fields >= 60, "only {fields} fields were found");
}
