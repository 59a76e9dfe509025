//! Laws of the values: what is written is read, and what is out of range is not made.

use contrail_wire::{Label, MacAddr, Vni};
use proptest::prelude::*;

proptest! {
    #[test]
    fn text_is_read_as_it_is_written(octets in any::<[u8; 6]>(), vni in 0..1_u32 << 24, label in 0..1_u32 << 20) {
        let (mac, vni, label) = (MacAddr::new(octets), Vni::new(vni).unwrap(), Label::new(label).unwrap());
        prop_assert_eq!(mac.to_string().parse(), Ok(mac));
        prop_assert_eq!(vni.to_string().parse(), Ok(vni));
        prop_assert_eq!(label.to_string().parse(), Ok(label));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC*|[0-9a-fA-F:.-]{0,20}") {
        let _ = (text.parse::<MacAddr>(), text.parse::<Vni>(), text.parse::<Label>());
    }

    #[test]
    fn numbers_out_of_range_are_refused(number in any::<u32>()) {
        prop_assert_eq!(Vni::new(number).is_ok(), number <= Vni::MAX.get());
        prop_assert_eq!(Label::new(number).is_ok(), number <= Label::MAX.get());
        prop_assert_eq!(number.to_string().parse::<Vni>().is_ok(), number <= Vni::MAX.get());
        prop_assert_eq!(number.to_string().parse::<Label>().is_ok(), number <= Label::MAX.get());
    }
}

#[cfg(feature = "serde")]
#[test]
fn in_a_document_values_are_what_an_operator_types() {
    let mac: MacAddr = serde_json::from_str("\"0011.22AA.bbff\"").unwrap();
    assert_eq!(serde_json::to_string(&mac).unwrap(), "\"00:11:22:aa:bb:ff\"");
    let vni: Vni = serde_json::from_str("5001").unwrap();
    assert_eq!(serde_json::to_string(&vni).unwrap(), "5001");
    let error = serde_json::from_str::<Vni>("16777216").unwrap_err();
    assert!(error.to_string().starts_with("VNI is 16777216, expected 0 to 16777215"), "{error}");
    assert!(serde_json::from_str::<Label>("1048576").is_err());
    assert!(serde_json::from_str::<MacAddr>("\"00:11:22\"").is_err());
}
