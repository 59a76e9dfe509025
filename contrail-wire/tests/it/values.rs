//! Laws of the values: what is written is read, and what is out of range is not made.

use contrail_wire::{EtherType, IpProtocol, Ipv4Octets, Ipv6Octets, Label, MacAddr, Vni};
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
    fn addresses_and_registries_too(v4 in any::<u32>(), v6 in any::<u128>(), ethertype in any::<u16>()) {
        let (v4, v6) = (Ipv4Octets::from(std::net::Ipv4Addr::from(v4)), Ipv6Octets::from(std::net::Ipv6Addr::from(v6)));
        prop_assert_eq!(v4.to_string().parse(), Ok(v4));
        prop_assert_eq!(v6.to_string().parse(), Ok(v6));
        for number in [ethertype, 0x0800, 0x0806, 0x6558, 0x8100, 0x86dd, 0x8847, 0x8848, 0x88a8, 0x9100] {
            let known = EtherType::new(number);
            prop_assert_eq!(known.to_string().parse(), Ok(known));
            prop_assert_eq!(number.to_string().parse(), Ok(known));
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC*|[0-9a-fA-F:.x-]{0,20}") {
        let _ = (text.parse::<MacAddr>(), text.parse::<Vni>(), text.parse::<Label>());
        let _ = (text.parse::<Ipv4Octets>(), text.parse::<Ipv6Octets>());
        let _ = (text.parse::<EtherType>(), text.parse::<IpProtocol>());
    }

    #[test]
    fn numbers_out_of_range_are_refused(number in any::<u32>()) {
        prop_assert_eq!(Vni::new(number).is_ok(), number <= Vni::MAX.get());
        prop_assert_eq!(Label::new(number).is_ok(), number <= Label::MAX.get());
        prop_assert_eq!(number.to_string().parse::<Vni>().is_ok(), number <= Vni::MAX.get());
        prop_assert_eq!(number.to_string().parse::<Label>().is_ok(), number <= Label::MAX.get());
    }
}

#[test]
fn a_protocol_is_known_by_name_and_by_number() {
    for number in 0..=255_u8 {
        let protocol = IpProtocol(number);
        assert_eq!(protocol.to_string().parse(), Ok(protocol));
        assert_eq!(number.to_string().parse(), Ok(protocol));
    }
    for wrong in ["256", "", "GRE", "0x2f"] {
        let error = wrong.parse::<IpProtocol>().unwrap_err();
        assert_eq!(error.to_string(), "not a name or number of a protocol: expected one such as gre or 47");
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
    let known: (EtherType, IpProtocol) = serde_json::from_str(r#"["0x8847", "47"]"#).unwrap();
    assert_eq!(serde_json::to_string(&known).unwrap(), r#"["mpls","gre"]"#);
    let address: Ipv6Octets = serde_json::from_str("\"2001:DB8:0::1\"").unwrap();
    assert_eq!(serde_json::to_string(&address).unwrap(), "\"2001:db8::1\"");
    assert!(serde_json::from_str::<Ipv4Octets>("\"10.0.0\"").is_err());
    assert!(serde_json::from_str::<Label>("1048576").is_err());
    assert!(serde_json::from_str::<MacAddr>("\"00:11:22\"").is_err());
}
