import copy
import pickle
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import pytest

from contrail_fabric import bgp
from contrail_fabric.bgp import (
    EthernetAutoDiscoveryRoute,
    EthernetSegmentRoute,
    InclusiveMulticastRoute,
    IpPrefixRoute,
    LabelField,
    LeaveSynchRoute,
    MacIpRoute,
    MembershipReportSynchRoute,
    Messages,
    OtherRoute,
    PerRegionRoute,
    SelectiveMulticastRoute,
    SPmsiRoute,
    decode_message,
    decode_route,
    encode_update,
    encode_withdrawal,
)
from contrail_fabric.errors import DecodeError, EncodeError, InvalidValueError, MessageError
from contrail_fabric.wire import EthernetSegmentId, MacAddr, RouteDistinguisher, RouteTarget

RD = "10.0.0.1:7"
ESI = "03:44:38:39:ff:ff:01:00:00:01"
GROUP = {"group": "239.1.1.1", "source": "10.99.0.1", "originator": "10.0.0.1"}

# One of each type, the route, its text behind the route distinguisher, and how many bytes it takes with type and length.
ROUTES = [
    (
        EthernetAutoDiscoveryRoute(rd=RD, esi=ESI, ethernet_tag=5, label=5001),
        f"[1]:[5]:[{ESI}]:[32]:[0.0.0.0]:[0]",
        2 + 25,
    ),
    (
        MacIpRoute(
            rd=RD, esi=ESI, ethernet_tag=5, mac="02:aa:00:00:00:11", ip="10.99.0.11", label1=5001, label2=LabelField(9001)
        ),
        "[2]:[5]:[48]:[02:aa:00:00:00:11]:[32]:[10.99.0.11]",
        2 + 40,
    ),
    (InclusiveMulticastRoute(rd=RD, ethernet_tag=5, originator="2001:db8::1"), "[3]:[5]:[128]:[2001:db8::1]", 2 + 29),
    (EthernetSegmentRoute(rd=RD, esi=ESI, originator="10.0.0.1"), f"[4]:[{ESI}]:[32]:[10.0.0.1]", 2 + 23),
    (
        IpPrefixRoute(rd=RD, esi=ESI, ethernet_tag=5, prefix="10.99.0.0/24", gateway="10.99.0.1", label=9001),
        "[5]:[5]:[24]:[10.99.0.0]",
        2 + 34,
    ),
    (
        SelectiveMulticastRoute(rd=RD, ethernet_tag=5, flags=4, **GROUP),
        "[6]:[5]:[32]:[10.99.0.1]:[32]:[239.1.1.1]:[32]:[10.0.0.1]",
        2 + 28,
    ),
    (
        MembershipReportSynchRoute(rd=RD, esi=ESI, ethernet_tag=5, flags=4, **GROUP),
        f"[7]:[5]:[{ESI}]:[32]:[10.99.0.1]:[32]:[239.1.1.1]:[32]:[10.0.0.1]",
        2 + 38,
    ),
    (
        LeaveSynchRoute(
            rd=RD, esi=ESI, ethernet_tag=5, reserved=b"\x01\x02\x03\x04", maximum_response_time=9, flags=4, **GROUP
        ),
        f"[8]:[5]:[{ESI}]:[32]:[10.99.0.1]:[32]:[239.1.1.1]:[32]:[10.0.0.1]",
        2 + 43,
    ),
    (PerRegionRoute(rd=RD, ethernet_tag=5, region="target:64512:1"), "[9]:[5]:[0x0002fc0000000001]", 2 + 20),
    (
        SPmsiRoute(rd=RD, ethernet_tag=5, **GROUP),
        "[10]:[5]:[32]:[10.99.0.1]:[32]:[239.1.1.1]:[32]:[10.0.0.1]",
        2 + 27,
    ),
    (OtherRoute(route_type=99, value=b"\x01\x02"), "[99]:[0x0102]", 2 + 2),
]
COMMUNITIES = ["target:64512:5001", "encapsulation:vxlan"]

# A MAC/IP route of an amphora, as it was captured.
UPDATE = bytes.fromhex(
    "ffffffffffffffffffffffffffffffff006b02"
    "00000054"
    "800e3000194604" "0a000001" "00"
    "0225" "00010a0000010007" "00000000000000000000" "00000000" "30" "02aa00000011" "20" "0a63000b" "001389"
    "40010100" "400200" "40050400000064"
    "c01010" "0002fc0000001389" "030c000000000008"
)  # fmt: skip


def test_one_of_each_route_is_tried():
    assert {type(route) for route, _, _ in ROUTES} == set(bgp.Route.__args__)
    assert [route.route_type for route, _, _ in ROUTES] == [*range(1, 11), 99]


@pytest.mark.parametrize(("route", "text", "length"), ROUTES, ids=lambda it: type(it).__name__)
def test_routes_are_values(route, text, length):
    known = {**vars(bgp), **{it.__name__: it for it in (MacAddr, RouteDistinguisher, EthernetSegmentId)}}
    known |= {it.__name__: it for it in (IPv4Address, IPv6Address, IPv4Network, IPv6Network)}
    for other in (
        eval(repr(route), known),
        pickle.loads(pickle.dumps(route)),
        copy.copy(route),
        copy.deepcopy(route),
        decode_route(bytes(route)),
        decode_route(bytearray(bytes(route))),
    ):
        assert other == route
        assert type(other) is type(route)
        assert hash(other) == hash(route)
        assert not other < route <= other
    assert len(bytes(route)) == length
    assert str(route).endswith(text)
    for field in type(route).__match_args__:
        assert getattr(route, field) is not None
    with pytest.raises(AttributeError):
        route.anything = 1


@pytest.mark.parametrize("route", [route for route, _, _ in ROUTES[:-1]], ids=lambda it: type(it).__name__)
def test_every_field_is_of_the_route(route):
    fields = route.to_dict()
    assert tuple(fields) == type(route).__match_args__
    assert type(route)(**fields) == route
    for field in fields:
        assert fields[field] == getattr(route, field)
        less = {name: value for name, value in fields.items() if name != field}
        try:
            assert type(route)(**less) != route, field
        except TypeError as error:
            assert f"missing 1 required keyword argument: '{field}'" in str(error)


def test_a_route_is_matched():
    match ROUTES[1][0]:
        case MacIpRoute(rd, mac=mac, ip=ip, label1=label):
            assert (rd, mac, ip) == (RouteDistinguisher(RD), MacAddr("02:aa:00:00:00:11"), ip_address("10.99.0.11"))
            assert label == LabelField(5001)
        case _:
            raise AssertionError
    match ROUTES[-1][0]:
        case OtherRoute(route_type, value):
            assert (route_type, value) == (99, b"\x01\x02")


def test_what_stands_in_the_sub_fields():
    route = ROUTES[4][0]
    assert (route.prefix, route.gateway) == (IPv4Network("10.99.0.0/24"), ip_address("10.99.0.1"))
    assert IpPrefixRoute(rd=RD, prefix=IPv6Network("2001:db8::/32")).prefix == IPv6Network("2001:db8::/32")
    assert str(ROUTES[8][0].region) == "target:64512:1"
    label = LabelField.of_mpls(299_776)
    assert (label.mpls, int(label), LabelField(5001).vni) == (299_776, 0x493001, 5001)
    assert eval(repr(label)) == pickle.loads(pickle.dumps(label)) == copy.copy(label) == label != LabelField(0)
    assert (str(label), hash(label)) == ("4796417", hash(LabelField(4796417)))


def test_labels_are_no_part_of_a_routes_text():
    one, other = (MacIpRoute(rd=RD, mac="02:aa:00:00:00:11", label1=label) for label in (1, 2))
    assert one != other
    assert str(one) == str(other) == f"{RD}:[2]:[0]:[48]:[02:aa:00:00:00:11]"


@pytest.mark.parametrize(
    ("make", "error", "expected"),
    [
        (lambda: LabelField(1 << 24), InvalidValueError, "VNI is 16777216, expected 0 to 16777215"),
        (lambda: LabelField.of_mpls(1 << 20), InvalidValueError, "MPLS label is 1048576"),
        (lambda: PerRegionRoute(rd=RD, region="nonsense"), InvalidValueError, "not a"),
        (lambda: IpPrefixRoute(rd=RD, prefix="10.0.0.0/33"), ValueError, 'not an IP network: "10.0.0.0/33"'),
        (lambda: OtherRoute(route_type=2, value=bytes(33)), MessageError, "evpn_mac_ip_route at byte 0"),
        (lambda: OtherRoute(route_type=4, value=ROUTES[3][0].__bytes__()[2:]), TypeError, "routes of type 4 have a class"),
        (lambda: OtherRoute(route_type=99, value=bytes(256)), EncodeError, ""),
        (lambda: decode_route(b""), MessageError, "needs 2 bytes, 0 left in the routes"),
        (lambda: decode_route(bytes(ROUTES[3][0]) + b"\x00"), InvalidValueError, "expected nothing behind it"),
        (lambda: encode_update([b"no route"], "10.0.0.1"), TypeError, "expected an EVPN route, found bytes"),
        (lambda: encode_update([ROUTES[0][0]], "10.0.0.1", communities=["no:such"]), InvalidValueError, "not a"),
        (lambda: encode_update([ROUTES[0][0]], "10.0.0.1", as_path=[0]), EncodeError, "without AS number 0"),
        (lambda: decode_message(UPDATE[:-1]), MessageError, "length claims 107 bytes, 106 left in the frame"),
    ],
)
def test_what_cannot_be_is_refused(make, error, expected):
    with pytest.raises(error) as raised:
        make()
    assert expected in str(raised.value)
    assert isinstance(raised.value, (ValueError, TypeError))


def test_a_captured_update_is_read():
    message = decode_message(UPDATE)
    assert message.kind == "update"
    assert message.routes == [MacIpRoute(rd=RD, mac="02:aa:00:00:00:11", ip="10.99.0.11", label1=5001)]
    assert (message.withdrawn, message.errors, message.end_of_rib) == ([], [], None)
    assert message.next_hop == ip_address("10.0.0.1")
    assert (message.encapsulation, message.communities) == ("vxlan", COMMUNITIES)
    assert message.route_targets == [RouteTarget("target:64512:5001")]
    assert message.to_dict()["attributes"][3] == {"type": "local_pref", "value": 100}
    assert bytes(message) == UPDATE
    assert pickle.loads(pickle.dumps(message)) == copy.deepcopy(message) == message
    assert message != decode_message(UPDATE, four_octet_as=False)
    assert repr(message) == "<Message: update of 107 bytes>"


def test_routes_are_announced_and_withdrawn():
    routes = [route for route, _, _ in ROUTES]
    (announced,) = encode_update(routes, "10.0.0.1", communities=[RouteTarget(COMMUNITIES[0]), COMMUNITIES[1]])
    message = decode_message(announced)
    assert message.routes == routes
    assert (message.communities, message.next_hop) == (COMMUNITIES, ip_address("10.0.0.1"))
    (error,) = message.errors
    assert str(error).endswith("esi is 3, expected zero where there is a gateway (RFC 9136 3.1)")
    (withdrawn,) = encode_withdrawal(routes)
    assert (decode_message(withdrawn).withdrawn, decode_message(withdrawn).routes) == (routes, [])
    assert encode_update([], "10.0.0.1") == encode_withdrawal([]) == []
    captured = decode_message(UPDATE)
    (made,) = encode_update(captured.routes, "10.0.0.1", communities=COMMUNITIES)
    assert decode_message(made).to_dict() == captured.to_dict()


def test_many_routes_need_several_messages():
    routes = [MacIpRoute(rd=RD, mac=number.to_bytes(6, "big"), ip="10.99.0.11", label1=5001) for number in range(1000)]
    messages = encode_update(routes, "2001:db8::1", communities=COMMUNITIES, as_path=[64512, 64513], local_pref=None)
    assert len(messages) > 1
    stream = Messages(b"".join(messages) + UPDATE[:50])
    read = list(stream)
    assert [route for message in read for route in message.routes] == routes
    assert {message.next_hop for message in read} == {ip_address("2001:db8::1")}
    assert stream.rest == UPDATE[:50]
    path = next(it for it in read[0].to_dict()["attributes"] if it["type"] == "as_path")
    assert path["segments"] == [{"type": "sequence", "numbers": [64512, 64513]}]


def test_a_flood_list_says_where_broadcasts_go():
    route = InclusiveMulticastRoute(rd=RD, originator="10.0.0.1")
    for endpoint in ("10.0.0.1", "2001:db8::1"):
        (bytes_,) = encode_update([route], endpoint, ingress_replication=(5001, endpoint))
        pmsi = next(it for it in decode_message(bytes_).to_dict()["attributes"] if it["type"] == "pmsi_tunnel")
        assert (pmsi["label"]["vni"], pmsi["tunnel_type"], pmsi["endpoint"]) == (5001, "ingress-replication", endpoint)


KEEPALIVE = b"\xff" * 16 + b"\x00\x13\x04"


def test_other_messages_are_told_apart():
    notification = b"\xff" * 16 + b"\x00\x15\x03\x06\x02"
    refresh = b"\xff" * 16 + b"\x00\x17\x05\x00\x19\x00\x46"
    open_ = b"\xff" * 16 + b"\x00\x1d\x01\x04\xfc\x00\x00\x5a\x0a\x00\x00\x01\x00"
    end_of_rib = b"\xff" * 16 + b"\x00\x1d\x02\x00\x00\x00\x06\x80\x0f\x03\x00\x19\x46"
    read = list(Messages(KEEPALIVE + notification + refresh + open_ + end_of_rib))
    assert [message.kind for message in read] == ["keepalive", "notification", "route_refresh", "open", "update"]
    assert [message.end_of_rib for message in read] == [None, None, None, None, "l2vpn evpn"]
    assert (read[0].routes, read[0].next_hop, read[0].communities, read[0].errors) == ([], None, [], [])
    assert read[3].to_dict()["asn"] == 64512


def test_an_error_in_a_message_does_not_hide_those_behind_it():
    broken = UPDATE[:19] + b"\xff\xff" + UPDATE[21:]
    stream = Messages(KEEPALIVE + broken + KEEPALIVE)
    assert next(stream).kind == "keepalive"
    with pytest.raises(MessageError, match="withdrawn_routes_length claims 65535 bytes") as raised:
        next(stream)
    error = raised.value
    assert (error.layer, error.offset, error.disposition) == ("bgp_update", 19, "session reset 3/1")
    assert isinstance(error, DecodeError)
    assert pickle.loads(pickle.dumps(error)).disposition == error.disposition
    assert [message.kind for message in stream] == ["keepalive"]

    lost = Messages(KEEPALIVE + bytes(19) + KEEPALIVE)
    assert next(lost).kind == "keepalive"
    with pytest.raises(MessageError, match="bgp_header at byte 19: marker is 0"):
        next(lost)
    assert list(lost) == []
    assert lost.rest == bytes(19) + KEEPALIVE


def test_a_route_that_cannot_be_read_is_among_the_errors():
    message = decode_message(UPDATE.replace(bytes.fromhex("30 02aa"), bytes.fromhex("2f 02aa")))
    assert message.routes == []
    assert [(error.layer, error.disposition) for error in message.errors] == [("evpn_mac_ip_route", "disable l2vpn evpn")]


def test_path_identifiers_are_skipped_where_they_were_agreed_on():
    route = bytes(ROUTES[3][0])
    nlri = b"\x00\x00\x00\x07" + route
    attribute = b"\x80\x0f" + bytes([3 + len(nlri)]) + b"\x00\x19\x46" + nlri
    body = b"\x00\x00" + len(attribute).to_bytes(2, "big") + attribute
    message = b"\xff" * 16 + (19 + len(body)).to_bytes(2, "big") + b"\x02" + body
    assert decode_message(message, add_path=True).withdrawn == [ROUTES[3][0]]
    assert decode_message(message).withdrawn != [ROUTES[3][0]]
    assert next(Messages(message, add_path=True)).withdrawn == [ROUTES[3][0]]
    again = pickle.loads(pickle.dumps(decode_message(message, add_path=True)))
    assert again.withdrawn == [ROUTES[3][0]]
