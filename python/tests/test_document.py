"""Documents that come as Python objects, of classes that are not what they seem."""

import enum
import json
from collections import OrderedDict, UserDict, UserList
from ipaddress import ip_address, ip_interface, ip_network
from types import MappingProxyType

import pytest

from contrail_fabric import Fabric
from contrail_fabric.errors import LoadError


class LazyDict(dict):
    """Holds what is to be made into values, and makes them when they are asked for."""

    def __getitem__(self, key):
        return lazy(super().__getitem__(key)["late"])

    def items(self):
        return [(key, self[key]) for key in self]


class DictByItem(dict):
    def __getitem__(self, key):
        return lazy(super().__getitem__(key)["late"], DictByItem, ListByItem)


class DictByItems(dict):
    def items(self):
        return [(key, lazy(value["late"], DictByItems, ListByIteration)) for key, value in super().items()]


class ListByIteration(list):
    def __iter__(self):
        return (lazy(item["late"], DictByItems, ListByIteration) for item in super().__iter__())


class ListByItem(list):
    def __getitem__(self, index):
        return lazy(super().__getitem__(index)["late"], DictByItem, ListByItem)


class LazyList(list):
    def __getitem__(self, index):
        return lazy(super().__getitem__(index)["late"])

    def __iter__(self):
        return (self[index] for index in range(len(self)))


class Text(str):
    """Text with something said about it."""


def lazy(value, of_dict=LazyDict, of_list=LazyList):
    match value:
        case dict():
            return of_dict({key: {"late": item} for key, item in value.items()})
        case list():
            return of_list([{"late": item} for item in value])
        case str():
            return Text(value)
    return value


@pytest.mark.parametrize(
    "classes", [(LazyDict, LazyList), (DictByItem, ListByItem), (DictByItems, ListByIteration)], ids=lambda it: it[0].__name__
)
def test_what_is_made_when_it_is_asked_for_is_read_so(small, classes):
    document = lazy(small, *classes)
    # What lies beneath is something else, and C code finds it there.
    assert "late" in json.dumps(dict.copy(document))
    assert Fabric.from_dict(document).plan() == Fabric.from_dict(small).plan()


def test_other_mappings_and_sequences(small):
    expected = Fabric.from_dict(small).plan()
    small["devices"] = UserList(map(UserDict, small["devices"]))
    small["links"] = tuple(map(tuple, small["links"]))
    small["networks"] = [OrderedDict(network) for network in small["networks"]]
    small["flows"] = [MappingProxyType(flow) for flow in small["flows"]]
    assert Fabric.from_dict(MappingProxyType(small)).plan() == expected


def test_addresses_and_prefixes_of_ipaddress(small):
    expected = Fabric.from_dict(small).plan()
    small["devices"][0]["loopback"] = ip_address("10.255.0.1")
    small["networks"][0]["subnets"][0] = {"prefix": ip_network("10.99.0.0/24"), "gateway": ip_address("10.99.0.1")}
    assert Fabric.from_dict(small).plan() == expected
    # Neither the prefix of an interface nor the scope of an address is dropped in silence.
    small["devices"][0]["loopback"] = ip_interface("10.255.0.1/24")
    small["devices"][1]["loopback"] = ip_address("fe80::1%eth0")
    assert [it.path for it in problems(small)] == ["devices[0].loopback", "devices[1].loopback"]


def problems(document):
    with pytest.raises(LoadError) as caught:
        Fabric.from_dict(document)
    return caught.value.problems


class SaysOtherwise(str):
    def __str__(self):
        return "otherwise"


class CountsOtherwise(int):
    def __int__(self):
        return 5002


class OnlyValues(dict):
    def values(self):
        return [lazy(value) for value in super().values()]


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("networks[0].vni", True, "boolean"),
        ("networks[0].vni", "5001x", "string"),
        ("networks[0].vni", "-1", "string"),
        ("networks[0].vni", " 5001", "string"),
        ("networks[0].vni", "", "string"),
        ("networks[0].vni", "99999999999999999999", "string"),
        ("networks[0].mtu", "70000", "expected u16"),
        ("networks[0].name", 5001, "integer"),
        ("networks[0].vni", 5001.5, "floating point"),
        ("networks[0].vni", float("nan"), "found float nan"),
        ("networks[0].vni", CountsOtherwise(5001), "CountsOtherwise 5001 says of itself that it is 5002"),
        ("networks[0].name", SaysOtherwise("tenant"), "says of itself that it is 'otherwise'"),
        ("networks[0].name", b"tenant", "found bytes b'tenant'"),
        ("networks[0].name", {1, 2}, "found set {1, 2}"),
        ("networks[0].subnets", OnlyValues(a=1), "neither __getitem__ nor items()"),
        ("networks[0].subnets", [{1: 2}], "expected text as a key, found int 1"),
        ("networks[0].subnets", object, "found type"),
    ],
)
def test_what_cannot_be_right_is_refused_with_its_path(small, path, value, message):
    small["networks"][0][path.split(".")[1]] = value
    (problem,) = problems(small)
    assert problem.path.startswith(path) and message in problem.message
    assert (problem.line, problem.column) == (None, None)


def test_everything_wrong_is_told_at_once(small):
    small["networks"][0]["name"] = b"tenant"
    small["networks"][1]["name"] = {1}
    assert [it.path for it in problems(small)] == ["networks[0].name", "networks[1].name"]
    assert [it.path for it in problems([])] == [""]


def test_a_cable_has_two_ends(small):
    small["links"][1].append("leaf1:et-0/0/49")
    (problem,) = problems(small)
    assert problem.path == "links[1]" and "expected 2" in problem.message


def test_what_has_no_end(small):
    small["networks"][0]["subnets"] = [small, small]
    (problem,) = problems(small)
    assert problem.message == "nested more than 32 deep"


def test_numbers_as_text(small):
    def numbers_as_text(value):
        match value:
            case dict():
                return {key: numbers_as_text(item) for key, item in value.items()}
            case list():
                return list(map(numbers_as_text, value))
            case int():
                return str(value)
        return value

    small |= {"autonomous_system": 64512, "device_manager_python": 3}
    small["networks"][0]["mtu"] = 1400
    expected = Fabric.from_dict(small)
    given = Fabric.from_dict(lazy(numbers_as_text(small)))
    assert given.plan() == expected.plan() and given.routes() == expected.routes()


def test_numbers_and_texts_with_a_name(small):
    class Vni(enum.IntEnum):
        TENANT = 5001

    class Kind(enum.StrEnum):
        CONTROLLER = "controller"

    expected = Fabric.from_dict(small).plan()
    small["networks"][0]["vni"] = Vni.TENANT
    small["servers"][0]["kind"] = Kind.CONTROLLER
    assert Fabric.from_dict(small).plan() == expected
