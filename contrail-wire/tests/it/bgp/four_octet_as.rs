//! AS numbers of four octets behind a speaker that knows two only (RFC 6793 section 4.2.3).

use contrail_wire::bgp::{Aggregator, AsPath, Attribute, Message, Nlri, Session, UpdateBuilder};

const TRANS: u32 = 23456;

/// Path and aggregator of an UPDATE with these attributes, as a session of two octets or four reads them.
fn read(four_octet_as: bool, attributes: &[Attribute<'_>]) -> (Option<String>, Option<u32>) {
    let session = Session { four_octet_as, ..Session::default() };
    let routes = [Nlri::Unicast("10.0.0.0/8".parse().unwrap())];
    let mut buffer = [0xa5; 256];
    let mut builder = UpdateBuilder::announce(&session, [10, 0, 0, 1].into(), attributes, routes);
    let bytes = builder.encode_next(&mut buffer).unwrap().unwrap();
    let update = Message::decode(bytes, session).unwrap().0.update().unwrap();
    let text = update.full_path().map(|it| it.to_string());
    let numbers = update.full_path().map(|it| it.numbers().map(|asn| asn.to_string()).collect::<Vec<_>>());
    assert_eq!(numbers.map(|it| it.join(" ")), text, "there are no sets in it");
    (text, update.full_aggregator().map(|it| it.asn))
}

fn by(asn: u32) -> Aggregator {
    Aggregator { asn, address: [10, 0, 0, 1].into() }
}

#[test]
fn an_aggregator_of_two_octets_makes_the_others_out_of_date() {
    let path = Attribute::AsPath(AsPath::decode(&[2, 2, 0xfc, 0, 0x5b, 0xa0], false).unwrap());
    let as4_path = Attribute::As4Path(AsPath::decode(&[2, 1, 0, 1, 0, 0], true).unwrap());
    let [own, trans] = [64512, TRANS].map(|asn| Attribute::Aggregator(by(asn)));
    let full = Attribute::As4Aggregator(by(65536));
    for (attributes, path, aggregator) in [
        (&[path, as4_path, trans, full][..], "64512 65536", Some(65536)),
        (&[path, as4_path, own, full], "64512 23456", Some(64512)),
        (&[path, as4_path, own], "64512 65536", Some(64512)),
        (&[path, as4_path, trans], "64512 65536", Some(TRANS)),
        (&[path, as4_path, full], "64512 65536", None),
        (&[path, trans, full], "64512 23456", Some(65536)),
    ] {
        assert_eq!(read(false, attributes), (Some(path.to_owned()), aggregator), "{attributes:?}");
    }
    assert_eq!(read(false, &[as4_path]), (None, None));
}

#[test]
fn where_as_numbers_have_four_octets_nothing_is_restored() {
    let path = AsPath::decode(&[2, 2, 0, 0, 0xfc, 0, 0, 0, 0x5b, 0xa0], true).unwrap();
    let as4_path = AsPath::decode(&[2, 1, 0, 1, 0, 0], true).unwrap();
    let attributes = [
        Attribute::AsPath(path),
        Attribute::As4Path(as4_path),
        Attribute::Aggregator(by(TRANS)),
        Attribute::As4Aggregator(by(65536)),
    ];
    assert_eq!(read(true, &attributes), (Some("64512 23456".to_owned()), Some(TRANS)));
}

#[test]
fn a_path_says_how_long_its_numbers_are() {
    for four_octets in [false, true] {
        assert_eq!(AsPath::decode(&[], four_octets).unwrap().has_four_octets(), four_octets);
    }
}
