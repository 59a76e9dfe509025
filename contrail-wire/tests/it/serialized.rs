//! What was decoded, as JSON.

use contrail_wire::{Decoder, Header, LinkType, doc};
use serde_json::{Value, json, to_value};

use crate::generated::{decoder, frames};
use crate::packets::{headers, levels};
use proptest::prelude::*;

#[test]
fn a_frame_is_its_layers_and_why_they_end() {
    let mut frame = doc::VXLAN_FRAME.to_vec();
    frame[64] = 0x55;
    let decoder = Decoder::new();
    let decoded = decoder.captured(LinkType::Ethernet, &frame, frame.len());
    let json = to_value(decoded).unwrap();
    let names: Vec<_> = json["layers"].as_array().unwrap().iter().map(|layer| &layer["layer"]).collect();
    assert_eq!(names, ["ethernet", "ipv4", "udp", "vxlan", "ethernet"]);
    assert_eq!(
        json["error"],
        json!({ "layer": "ipv4", "offset": 64, "message": "version is 5, expected 4" })
    );
    let udp = json!({
        "layer": "udp", "offset": 34,
        "source_port": 49443, "destination_port": 4789, "length": 70, "checksum": 0,
    });
    assert_eq!(json["layers"][2], udp);

    let outermost = to_value(decoded.packet).unwrap();
    assert_eq!(outermost["layers"].as_array().unwrap(), &json["layers"].as_array().unwrap()[..4]);
    let Some((_, udp_alone @ Header::Udp(_))) = decoded.packet.headers().nth(2) else {
        panic!("{decoded:?}")
    };
    let mut without_offset = udp;
    without_offset.as_object_mut().unwrap().remove("offset");
    assert_eq!(to_value(udp_alone).unwrap(), without_offset);
}

proptest! {
    #[test]
    fn every_field_of_every_header_is_there(frame in frames()) {
        let decoder = decoder();
        let json = to_value(decoder.captured(frame.link, &frame.bytes, frame.bytes.len())).unwrap();
        prop_assert_eq!(&json["error"], &Value::Null);
        let headers = headers(&levels(&decoder, frame.link, &frame.bytes, frame.bytes.len()));
        let layers = json["layers"].as_array().unwrap();
        prop_assert_eq!(layers.len(), headers.len());
        for (layer, (offset, header)) in layers.iter().zip(headers) {
            prop_assert_eq!(layer["offset"].as_u64(), u64::try_from(offset).ok());
            let mut fields = 2;
            header.fields(&mut |name, value| {
                let shown = match &layer[name] {
                    Value::String(text) => text.clone(),
                    Value::Number(number) if value.to_string().starts_with("0x") => {
                        let digits = value.to_string().len() - 2;
                        format!("0x{:0digits$x}", number.as_u64().unwrap())
                    }
                    other => other.to_string(),
                };
                assert_eq!(shown, value.to_string(), "{name}");
                fields += 1;
            });
            prop_assert_eq!(layer.as_object().unwrap().len(), fields);
        }
    }
}
