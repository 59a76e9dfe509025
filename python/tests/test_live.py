import copy
import json

import pytest
import yaml

from config_api import ConfigApi
from conftest import FABRICS
from contrail_fabric import Fabric, contrail_api
from contrail_fabric.live import Api, ApiError, Keystone

NETWORK = ["virtual-network"]


@pytest.fixture(scope="module")
def exported(octavia_path):
    return contrail_api.export(yaml.safe_load(octavia_path.read_text(encoding="utf-8")))


@pytest.fixture
def octavia_api(exported):
    return ConfigApi(copy.deepcopy(exported.lists))


@pytest.fixture
def networks():
    api = ConfigApi()
    for number in range(6):
        api.add("virtual-network", f"network-{number}")
    return api


def uuids(fetched):
    return sorted(it["virtual-network"]["uuid"] for it in fetched.objects)


def test_what_is_fetched_makes_the_fabric(octavia_api, exported, octavia):
    told = []
    with octavia_api.served() as url, Api(url) as api:
        fetched = api.fetch(page=2, progress=lambda *step: told.append(step))
    imported = fetched.read(over=exported.rest)
    assert imported.findings == imported.missing == ()
    assert str(imported.fabric().plan()) == str(octavia.plan())
    assert fetched.changed == {} and "floating-ip" in fetched.unknown_types
    assert [count for kind, count in told if kind == "physical-router"][:2] == [2, 4]
    assert {method for method, _ in octavia_api.requests} == {"GET"}


def test_ten_thousand_objects_come_page_by_page():
    standin = ConfigApi()
    for number in range(10_000):
        standin.add("virtual-network", f"network-{number}")
    with standin.served() as url, Api(url) as api:
        fetched = api.fetch(NETWORK)
    assert uuids(fetched) == sorted(standin.objects["virtual-network"])
    assert len(standin.requests) == 10_000 // 500 + 1


def test_what_fails_in_passing_is_asked_again(networks):
    networks.faults = [500, ConnectionError, 503, None, 502]
    pauses = []
    with networks.served() as url, Api(url, pause=1, sleep=pauses.append) as api:
        assert len(api.fetch(NETWORK).objects) == 6
    assert pauses == [1, 2, 4, 1]


@pytest.mark.parametrize(("fault", "status"), [(500, 500), (ConnectionError, None)])
def test_what_fails_for_good_is_told(networks, fault, status):
    networks.faults = [fault] * 9
    pauses = []
    with networks.served() as url, Api(url, retries=2, sleep=pauses.append) as api, pytest.raises(ApiError) as raised:
        api.fetch(NETWORK)
    assert (raised.value.status, len(networks.requests), pauses) == (status, 3, [0.5, 1])


def test_a_token_that_has_run_out_is_renewed_once(networks):
    networks.tokens = set()
    with networks.served() as url:
        keystone = Keystone(f"{url}/v3", "admin", "secret", "admin")
        assert "secret" not in repr(keystone)
        with Api(url, keystone) as api:
            assert len(api.fetch(NETWORK).objects) == 6
            first = len([it for it in networks.requests if it[1] == "/v3/auth/tokens"])
            networks.tokens.clear()
            assert len(api.fetch(NETWORK).objects) == 6
            second = len([it for it in networks.requests if it[1] == "/v3/auth/tokens"])
            assert (first, second) == (1, 2)
            networks.before = lambda method, target: networks.tokens.clear() if "auth" not in target else None
            with pytest.raises(ApiError) as raised:
                api.fetch(NETWORK)
    assert raised.value.status == 401


def test_who_may_not_ask_is_told(networks):
    networks.tokens = {"Basic YWRtaW46c2VjcmV0"}
    with networks.served() as url:
        with Api(url, ("admin", "secret")) as api:
            assert len(api.fetch(NETWORK).objects) == 6
        with Api(url, ("admin", "wrong")) as api, pytest.raises(ApiError, match="401"):
            api.fetch(NETWORK)


def test_a_collection_that_changes_under_the_reader_is_settled(networks):
    known = networks.objects["virtual-network"]
    first = min(known)

    def change(method, target):
        if "page_marker" in target and first in known:
            del known[first]
            known["0" * 8 + first[8:]] = {"uuid": "0" * 8 + first[8:], "fq_name": ["default-domain", "admin", "new"]}

    networks.before = change
    with networks.served() as url, Api(url) as api:
        fetched = api.fetch(NETWORK, page=2)
    assert uuids(fetched) == sorted(known)
    assert fetched.changed == {"virtual-network": 2}


def test_what_is_told_twice_is_there_once(networks):
    known = networks.objects["virtual-network"]
    page = networks.page
    # Each page begins with the last of the one before.
    networks.page = lambda kind, query: page(kind, {k: v[:-1] if k == "page_marker" else v for k, v in query.items()})
    with networks.served() as url, Api(url) as api:
        fetched = api.fetch(NETWORK, page=3)
    assert uuids(fetched) == sorted(known) and fetched.changed["virtual-network"] > 0


def test_what_vanishes_while_it_is_read_is_no_error(networks):
    known = networks.objects["virtual-network"]
    last = sorted(known)[-1]
    networks.faults = [None, 404]  # the second page

    def vanish(method, target):
        if target.endswith(last):
            del known[last]

    networks.before = vanish
    with networks.served() as url, Api(url) as api:
        fetched = api.fetch(NETWORK, page=2)
    assert last not in known and uuids(fetched) == sorted(known)
    assert fetched.changed == {"virtual-network": 4}


@pytest.mark.parametrize("name", ["octavia", "ironic", "kubernetes-keystone"])
def test_a_procedure_that_is_applied_makes_the_flows_work(name):
    document = yaml.safe_load((FABRICS / f"{name}.yaml").read_text(encoding="utf-8"))
    planned, exported = Fabric.from_dict(document), contrail_api.export(document)
    procedure = contrail_api.procedure(planned, planned.plan().best)
    by_hand = {"servers": json.loads(procedure.patch)["servers"]}
    standin = ConfigApi(exported.lists)
    with standin.served() as url, Api(url) as api:
        applied = api.apply(procedure)
        after = copy.deepcopy(standin.objects)
        again = api.apply(procedure)
        assert sorted(again.calls + again.left_out) == sorted(applied.calls)
        assert standin.objects == after
        fabric = api.fetch().read(over=[exported.rest, by_hand]).fabric()
    assert applied.calls and {action.kind for action in applied.by_hand} == {"host"}
    assert not fabric.check().errors
    assert all(trace.delivered for trace in fabric.trace_required())
    assert not all(trace.delivered for trace in planned.trace_required())


def guarded(*calls):
    fields = ("method", "path", "body", "object")
    actions = [{"kind": "call", **dict(zip(fields, call, strict=True))} for call in calls]
    step = {"change": {}, "actions": actions, "undo": [], "breaks": [], "repairs": []}
    return contrail_api.Procedure((contrail_api.Step(step),), "{}", [], "")


def test_what_is_there_is_not_made_again_and_what_is_gone_is_not_deleted():
    name, standin = ["default-domain", "admin", "r"], ConfigApi()
    make = ("POST", "/logical-routers", {"logical-router": {"fq_name": name}}, ["logical-router", name])
    delete = ("DELETE", f"/logical-router/{{uuid of logical-router {':'.join(name)}}}", None, make[3])
    with standin.served() as url, Api(url) as api:
        assert api.apply(guarded(make, make)).left_out == ("POST /logical-routers",)
        assert len(standin.objects["logical-router"]) == 1
        assert len(api.apply(guarded(delete, delete)).calls) == 1
        assert standin.objects["logical-router"] == {}
        with pytest.raises(ApiError, match="there is no logical-router default-domain:admin:r"):
            api.apply(guarded(("PUT", delete[1], {}, None)))


def test_a_call_whose_answer_is_lost_is_made_again():
    name, standin = ["default-domain", "admin", "r"], ConfigApi()
    create = standin.create

    def lost(kind, fields):
        standin.create = create
        create(kind, fields)
        return ConnectionError, {}, {}

    standin.create = lost
    make = ("POST", "/logical-routers", {"logical-router": {"fq_name": name}}, ["logical-router", name])
    with standin.served() as url, Api(url, sleep=lambda pause: None) as api:
        assert api.apply(guarded(make)).calls == ("POST /logical-routers",)
        assert len(standin.objects["logical-router"]) == 1
        unguarded = guarded((*make[:3], None))
        with pytest.raises(ApiError) as raised:
            api.apply(unguarded)
    assert raised.value.status == 409
