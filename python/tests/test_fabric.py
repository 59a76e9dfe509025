import copy
import json
import pickle
import threading
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, ip_address, ip_network

import pytest

from conftest import FABRICS
from contrail_fabric import Fabric, Flow, bgp, results
from contrail_fabric.errors import FabricError, FlowError, LoadError, OutageError, Problem
from contrail_fabric.results import Routes

WORKER = Flow.tcp("octavia-worker", "amphora-1", 9443)


def test_a_document_is_the_same_fabric_in_every_form(small, tmp_path):
    text = json.dumps(small)
    files = [tmp_path / "small.json", tmp_path / "small.yaml"]
    for file in files:
        file.write_text(text, encoding="utf-8")
    fabrics = [Fabric.from_dict(small), Fabric.from_json(text), Fabric.from_yaml(text), *map(Fabric.load, files)]
    assert {fabric.name for fabric in fabrics} == {"small"}
    assert {fabric.release for fabric in fabrics} == {"article"}
    assert len({str(fabric.plan()) for fabric in fabrics}) == 1
    assert len({fabric.check() for fabric in fabrics}) == 1


def test_a_fabric_is_read_and_not_made_and_not_changed(octavia):
    with pytest.raises(TypeError, match="Fabric.load"):
        Fabric()
    with pytest.raises(AttributeError):
        octavia.name = "other"
    with pytest.raises(AttributeError):
        octavia._native = None
    assert repr(octavia) == "<Fabric dc1>"


def test_check_finds_what_is_wrong(octavia):
    report = octavia.check()
    assert list(report) == list(report.findings) and len(report) == len(report.findings) > 0
    assert {finding.severity for finding in report.errors} == {"error"}
    way_back = next(finding for finding in report if finding.rule == "L4")
    assert (way_back.name, way_back.subject, way_back.path) == ("way-back", "ctl1", "servers[0].routes")
    assert way_back.message.startswith("ctl1 has no route to 10.99.0.")
    assert way_back.because and way_back.references
    assert way_back.fix == "add the route 10.99.0.0/24 via 10.1.10.1 to ctl1"
    assert report.ignored == ()
    # What people read has all of it, and a finding of its own reads as it does there.
    assert str(way_back).startswith("error L4 way-back: ctl1 (servers[0].routes)\n    ctl1 has no route to")
    assert str(report) == "".join(map(str, report))


def test_a_plan_has_ways_and_reasons(octavia):
    plan = octavia.plan()
    best = plan.best
    assert plan.candidates == (best, *plan.alternatives)
    assert [(it.approach, it.networks, it.devices) for it in best.break_outs] == [
        ("router_on_leaves", ("octavia",), ("leaf1", "leaf2"))
    ]
    extend, *routes = best.changes
    assert (extend.kind, extend.router, extend.devices) == ("extend_logical_router", "octavia", ("leaf1", "leaf2"))
    assert extend.message == str(extend) == "extend logical router octavia to leaf1, leaf2"
    assert not extend.by_hand
    assert {(route.kind, route.to, route.via) for route in routes} == {
        ("add_static_route", ip_network("10.99.0.0/24"), ip_address("10.1.10.1"))
    }
    assert best.cost.static_routes == len(routes) == 2
    assert best.cost.total <= min(candidate.cost.total for candidate in plan.alternatives)
    assert plan.weights.by_hand == 5
    assert str(best).startswith("logical router on leaf1, leaf2: cost ")
    assert f"  1. {best}" in str(plan)
    on_leaf3 = next(it for it in plan.rejected if "leaf3" in it.break_outs[0].devices)
    assert on_leaf3.reasons[0].rule == "L1"
    assert on_leaf3.reasons[0].reason.kind == "vxlan_behind_access"
    assert on_leaf3.reasons[0].reason.device == "leaf3"
    assert on_leaf3.reasons[0].message in str(on_leaf3)
    assert plan.impossible == ()


def test_what_nothing_would_do_is_told_with_what_would_lift_it(small):
    small["devices"] = [
        device | {"overlay_roles": ["lean"]} if device["role"] == "leaf" else device for device in small["devices"]
    ]
    del small["networks"][0]["subnets"][0]["gateway"]
    plan = Fabric.from_dict(small).plan()
    assert plan.best is None and plan.alternatives == ()
    (impossible,) = plan.impossible
    assert impossible.flows == ("ctl1 to vm1, TCP 22",)
    assert impossible.against and all(rejected.reasons for rejected in impossible.against)
    assert [lift.kind for lift in impossible.lifts] == ["dc_gateway", "own_leaves"]
    assert str(impossible.lifts[1]) == "ctl1 behind leaves of its own" and impossible.lifts[1].server == "ctl1"
    assert str(impossible).startswith("no way for this required flow alone\n")


def test_a_candidate_is_applied(octavia, solved):
    assert not octavia.trace(WORKER_ON_CTL1).delivered
    assert solved.trace(WORKER_ON_CTL1).delivered
    assert not solved.check().errors
    with pytest.raises(FabricError, match="plan again"):
        octavia.apply(pickle.loads(pickle.dumps(octavia.plan().best)))


WORKER_ON_CTL1 = Flow.tcp("octavia-worker@ctl1", "amphora-1", 9443)


def test_a_trace_goes_hop_by_hop(solved):
    trace = solved.trace(WORKER_ON_CTL1)
    assert (trace.from_, trace.to, trace.service, trace.why) == ("octavia-worker@ctl1", "amphora-1", "TCP 9443", "")
    assert trace.delivered and trace.out.delivered and trace.back.delivered and not trace.out.cut
    path = trace.out.paths[0]
    assert path.verdict.kind == "delivered" and path.verdict.to == "amphora-1"
    assert str(path.verdict) == "delivered to amphora-1"
    nodes = [hop.node for hop in path.hops]
    assert nodes[0] == "ctl1" and nodes[-1] == "amphora-1" and path.underlay_links == 2
    assert path.hops[-1].sent is None
    steps = [step for hop in path.hops for step in hop.steps]
    encapsulate = next(step for step in steps if step.kind == "encapsulate")
    assert encapsulate.tunnel == "VXLAN" and encapsulate.id == "VNI 9001"
    assert str(encapsulate) == encapsulate.message
    lookup = next(step for step in steps if step.kind == "lookup")
    assert lookup.table.kind == "host" and lookup.chosen.kind == "static"
    tunnelled = next(hop.sent for hop in path.hops if hop.sent and len(hop.sent.headers) > 4)
    assert tunnelled.fabric_link and tunnelled.to in nodes and " - " in tunnelled.link
    vxlan = next(header for header in tunnelled.headers if header.layer == "vxlan")
    assert vxlan["vni"].value == 9001
    assert vxlan["vni"].source.kind == "vni_of" and vxlan["vni"].source.what == "logical router octavia"
    with pytest.raises(KeyError):
        vxlan["label"]
    assert bytes.fromhex(tunnelled.bytes)[12:14] == b"\x08\x00"
    assert f"    1 {nodes[0]}\n" in str(trace)


def test_addresses_are_those_of_ipaddress(octavia, solved):
    trace = solved.trace(WORKER_ON_CTL1)
    steps = {step.kind: step for hop in trace.out.paths[0].hops for step in hop.steps}
    assert steps["lookup"].destination == ip_address("10.1.2.21") and type(steps["lookup"].chosen.to) is IPv4Network
    assert [type(end) for end in steps["encapsulate"].between] == [IPv4Address, IPv4Address]
    headers = {header.layer: header for header in trace.out.paths[0].hops[0].sent.headers}
    assert headers["ipv4"]["destination_address"].value == ip_address("10.99.0.11")
    assert headers["ethernet"]["destination_address"].value == "00:00:5e:01:00:01"
    forwarding = next(way for way in octavia.plan().candidates if way.break_outs[0].approach == "ip_fabric_forwarding")
    changes = {change.kind: change for change in forwarding.changes}
    assert changes["add_secondary_address"].address == IPv4Interface("10.99.0.1/24")
    assert changes["redistribute_subnet"].prefix == IPv4Network("10.99.0.0/24")
    assert changes["add_underlay_irb"].gateway == IPv4Address("10.1.10.1")


def test_what_is_dropped_says_where_and_why(octavia):
    trace = octavia.trace(WORKER_ON_CTL1)
    verdict = trace.out.paths[0].verdict
    assert (verdict.kind, verdict.at) == ("dropped", "ctl1")
    assert verdict.reason.kind == "no_route" and verdict.reason.rule == "L4"
    assert verdict.reason.table.server == "ctl1"
    assert verdict.message == f"dropped at ctl1: {verdict.reason}"


def test_required_flows_are_traced_in_order(solved):
    traces = solved.trace_required()
    assert traces and all(trace.delivered for trace in traces)
    assert traces == solved.trace_required()
    assert hash(traces) == hash(solved.trace_required())
    assert traces[0] != traces[1] and traces[0] != "traces"
    assert repr(traces[0]).startswith("<Trace ") and repr(traces[0]).endswith("delivered=True>")


def test_frames_are_written(solved, tmp_path):
    solved.trace(WORKER_ON_CTL1).write_pcapng(tmp_path / "trace.pcapng")
    assert (tmp_path / "trace.pcapng").read_bytes().startswith(b"\x0a\x0d\x0d\x0a")
    with pytest.raises(FileNotFoundError):
        solved.trace(WORKER_ON_CTL1).write_pcapng(tmp_path / "nowhere" / "trace.pcapng")


def test_routes_are_told_speaker_by_speaker(solved):
    routes = solved.routes()
    assert len(routes) == len(list(routes)) == len(routes.entries)
    of_leaf1 = routes.of("leaf1")
    assert of_leaf1 and {entry.next_hop for entry in of_leaf1} == {ip_address("10.255.0.11")}
    multicast = next(entry for entry in of_leaf1 if entry.route.type == 3)
    assert multicast.origin.kind == "network" and multicast.replication.endpoint == multicast.next_hop
    assert any(community.startswith("target:64512:") for community in multicast.communities)
    assert str(multicast) == multicast.message and f"  {multicast}\n" in str(routes)
    with pytest.raises(AttributeError, match="no 'prefix'"):
        multicast.route.prefix
    assert isinstance(routes.left_out, tuple)


def test_flows_are_compared(octavia, solved, small):
    changes = octavia.flow_changes(solved)
    assert [change.before for change in changes] == [False] * 4 and [change.after for change in changes] == [True] * 4
    assert changes[0].flow == "octavia-worker@ctl1 to amphora-1, TCP 9443"
    verdict = octavia.trace_required()[0].out.paths[0].verdict
    assert str(changes[0]) == f"{changes[0].flow}: {verdict} then delivered"
    assert solved.flow_changes(solved.without(["leaf1"])) == ()
    lost = solved.flow_changes(solved.without(["leaf1", "leaf2"]))
    assert [(change.before, change.after) for change in lost] == [(True, False)] * 4
    fabric = Fabric.from_dict(small)
    small["flows"] = []
    (gone,) = fabric.flow_changes(Fabric.from_dict(small))
    assert (gone.before, gone.after) == (False, None) and gone.message.endswith(" then not required")


def test_paths_are_counted(solved):
    trace = solved.trace(WORKER_ON_CTL1)
    assert trace.path_counts == (len(trace.out.paths), len(trace.back.paths)) == (8, 8)


def test_what_if_something_is_down(solved):
    assert solved.down == () and "leaf1" in solved.parts
    without = solved.without(["leaf1", "leaf2"])
    assert without.down == ("leaf1", "leaf2") and solved.down == ()
    verdict = without.trace(WORKER_ON_CTL1).out.paths[0].verdict
    assert verdict.reason.kind == "outage" and verdict.reason.down == ("leaf1", "leaf2")
    assert verdict.reason.consequence.kind == "detached"
    with pytest.raises(OutageError, match="did you mean `leaf1`") as caught:
        solved.without(["leaf1", "laef1", "x"])
    assert caught.value.unknown == ("laef1", "x")
    with pytest.raises(TypeError):
        solved.without("leaf1")


def test_ends_that_nothing_has(octavia):
    with pytest.raises(FlowError, match="no workload, service or server with an address is called `amphora-9`"):
        octavia.trace(Flow.tcp("ctl1", "amphora-9", 22))
    with pytest.raises(FlowError, match="expected a bare-metal server with an IPv4 address and the active service node"):
        octavia.trace(Flow.dhcp("ctl1", "ctl2"))


def test_a_flow_over_the_other_address_family():
    fabric = Fabric.load(FABRICS.parents[1] / "contrail-model/tests/it/fabrics/dual-stack-servers.yaml")
    required = fabric.trace_required()
    over_ipv6 = [trace for trace in required if trace.service.endswith(" over IPv6")]
    assert over_ipv6 and {trace.to_dict()["family"] for trace in over_ipv6} == {"IPv6"}
    flow = Flow.tcp(over_ipv6[0].from_, over_ipv6[0].to, over_ipv6[0].to_dict()["port"])
    assert fabric.trace(flow.over_ipv6()).service == over_ipv6[0].service
    assert fabric.trace(flow).service.endswith(" over IPv4")


@pytest.mark.parametrize("port", [True, -1, 65536, "22", 22.0])
def test_what_is_no_port(port):
    with pytest.raises(FlowError, match="expected a port from 0 to 65535"):
        Flow.udp("a", "b", port)


def test_a_flow_is_a_value():
    assert Flow.tcp("a", "b", 1) == Flow("a", "b", "tcp", 1) != Flow.udp("a", "b", 1)
    assert (Flow.dhcp("a", "b").protocol, Flow.dhcp("a", "b").port) == ("dhcp", 67)
    assert Flow.tcp("a", "b", 1).over_ipv6() == Flow("a", "b", "tcp", 1, ipv6=True) != Flow.tcp("a", "b", 1)
    with pytest.raises(FlowError, match="'sctp'"):
        Flow("a", "b", "sctp", 1)


def test_all_problems_are_told_with_their_places(octavia_path):
    text = octavia_path.read_text(encoding="utf-8")
    text = text.replace("vni: 5001", "vni: 0").replace("host: compute1", "host: compute9")
    with pytest.raises(LoadError) as caught:
        Fabric.from_yaml(text)
    error = caught.value
    assert isinstance(error, ValueError) and isinstance(error, FabricError)
    assert [problem.path for problem in error.problems] == ["networks[0].vni", "workloads[0].host"]
    lines = text.splitlines()
    assert "vni: 0" in lines[error.problems[0].line - 1] and error.problems[0].column > 1
    assert "compute9" in error.problems[1].message
    assert str(error) == "\n".join(map(str, error.problems))
    assert str(error).startswith(f"line {error.problems[0].line}, column {error.problems[0].column}: networks[0].vni: ")


@pytest.mark.parametrize("error", [
    LoadError([Problem("networks[0].vni", 3, 5, "what is wrong")]),
    LoadError([Problem("networks[0].vni", 3, 5, "what is wrong")], "bad.yaml"),
    FlowError("nobody"),
    OutageError("nothing", ["leaf9"]),
])
def test_errors_are_pickled(error):
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error) and str(again) == str(error) and again.__dict__ == error.__dict__


def test_results_are_values(octavia, solved):
    for result in (octavia.check(), octavia.plan(), solved.routes(), solved.trace(WORKER_ON_CTL1).out):
        again = pickle.loads(pickle.dumps(result))
        assert again == result and hash(again) == hash(result) and str(again) == str(result)
        assert copy.copy(result) == copy.deepcopy(result) == result != result.to_dict()
        assert repr(result).startswith(type(result).__name__ + "(")
        with pytest.raises(AttributeError):
            result.findings = ()
        with pytest.raises(AttributeError):
            del result.findings


def test_kinds_are_matched(octavia):
    match octavia.plan().best.changes[0]:
        case results.Change(kind="extend_logical_router", devices=devices):
            assert devices == ("leaf1", "leaf2")
        case change:
            pytest.fail(str(change))
    with pytest.raises(AttributeError, match="a Change of kind 'extend_logical_router' has no 'server'"):
        octavia.plan().best.changes[0].server


def test_plain_data_is_what_json_says(octavia, solved):
    for result in (octavia.check(), octavia.plan(), solved.routes(), *solved.trace_required()):
        data = result.to_dict()
        assert json.loads(json.dumps(data)) == data
    trace = solved.trace(WORKER_ON_CTL1)
    assert trace.to_dict()["out"] == trace.out.to_dict()
    assert trace.to_dict()["back"] == trace.back.to_dict()


def test_threads_ask_at_once(octavia):
    expected = str(octavia.plan())
    told = []
    threads = [threading.Thread(target=lambda: told.append(str(octavia.plan()))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == [expected] * 8


def test_fabrics_and_traces_are_pickled_as_what_made_them(octavia_path, small):
    octavia = Fabric.load(octavia_path)
    plan = octavia.plan()
    fabrics = [octavia, Fabric.from_dict(small), Fabric.from_json(json.dumps(small))]
    fabrics += [octavia.apply(plan.best), octavia.apply(plan.alternatives[-1]).without(["leaf1"])]
    for fabric in fabrics:
        again = pickle.loads(pickle.dumps(fabric))
        assert again is not fabric and type(again) is Fabric
        assert (again.check(), again.down, again.routes()) == (fabric.check(), fabric.down, fabric.routes())
        assert again.trace_required() == fabric.trace_required()
        assert copy.copy(fabric) is copy.deepcopy(fabric) is fabric
    for traces in (fabrics[3].trace_required(), (fabrics[3].trace(WORKER_ON_CTL1),)):
        again = pickle.loads(pickle.dumps(traces))
        assert again == traces and [str(trace) for trace in again] == [str(trace) for trace in traces]
        assert copy.copy(traces[0]) is copy.deepcopy(traces[0]) is traces[0]
    # Together they are traced once.
    assert len(pickle.dumps(fabrics[3].trace_required())) < 2 * len(pickle.dumps(fabrics[3].trace_required()[:1]))


def test_the_mtu_budget_of_each_path(solved):
    trace = solved.trace(WORKER_ON_CTL1)
    budgets = trace.budget()
    assert len(budgets) == len(trace.out.paths) + len(trace.back.paths)
    for budget, path in zip(budgets, (*trace.out.paths, *trace.back.paths), strict=True):
        assert [link.link for link in budget.links] == [hop.sent.link for hop in path.hops if hop.sent]
        assert [link.node for link in budget.links] == [hop.node for hop in path.hops if hop.sent]
        assert budget.largest == budget.wanted == min(link.room for link in budget.links) == 1500
        assert {link.mtu - link.overhead for link in budget.links} == {link.room for link in budget.links}
        # VXLAN: an Ethernet, an IPv4 and a UDP header, and its own.
        assert {link.overhead for link in budget.links} == {0, 14 + 20 + 8 + 8}
        assert budget.too_small == ()
        assert str(budget).endswith("packets of up to 1500 bytes pass; the ends can send 1500\n")


def test_links_that_are_too_small(octavia_path):
    text = octavia_path.read_text(encoding="utf-8").replace("{name: spine1, ", "{name: spine1, mtu: 1500, ")
    fabric = Fabric.from_yaml(text)
    trace = fabric.apply(fabric.plan().best).trace(WORKER_ON_CTL1)
    too_small = {link.link for budget in trace.budget() for link in budget.too_small}
    assert too_small and all("spine1" in link for link in too_small)


def test_a_capture_is_held_against_a_trace(solved, tmp_path):
    trace = solved.trace(WORKER_ON_CTL1)
    path = tmp_path / "trace.pcapng"
    trace.write_pcapng(path)
    expectation = trace.expectation()
    located = list(expectation.locate_all(path))
    assert located and all(sighting.is_as_predicted for _, sighting in located)
    assert {spot for _, sighting in located for spot in sighting.spots} == set(expectation.spots)
    spot = next(spot for spot in expectation.spots if spot.node == "leaf1" and not spot.is_answer)
    assert spot.hop == 2 and str(spot) == spot.message and f", hop 2, leaf1 to {spot.to} on {spot.link}" in spot.message
    # The frame that it is about, with another VNI.
    frame, _ = next((frame, it) for frame, it in located if spot in it.spots)
    other = frame.bytes.replace((9001).to_bytes(3, "big"), (9002).to_bytes(3, "big"), 1)
    sighting = expectation.locate(other)
    assert spot in sighting.spots and not sighting.is_as_predicted and sighting.error is None
    (difference,) = sighting.differences
    assert (difference.kind, difference.layer, difference.field) == ("field", "vxlan", "vni")
    assert (difference.expected, difference.found) == ("9001", "9002")
    assert str(sighting).endswith("\n  vxlan vni: expected 9001, found 9002")
    assert expectation.locate(other[:30]).error is not None
    assert not expectation.on("leaf1:xe-0/0/10").locate(frame).is_as_predicted
    assert {it.node for it in expectation.on(spot.link).spots} == {spot.node}
    assert expectation.on("leaf4:et-9/9/9") is None
    assert pickle.loads(pickle.dumps(sighting)) == sighting


def test_routes_are_compared(octavia, solved):
    expected = solved.routes()
    assert expected.diff(solved.routes()) == ()
    lost = expected.diff(solved.without(["leaf1"]).routes())
    assert {(it.kind, it.entry.speaker) for it in lost if it.entry.speaker == "leaf1"} == {("missing", "leaf1")}
    assert [it.kind for it in octavia.routes().diff(expected)].count("unexpected") > 0
    with pytest.raises(FabricError, match="ask the fabric again"):
        expected.diff(pickle.loads(pickle.dumps(expected)))


def test_routes_are_compared_with_what_is_announced(solved):
    expected = solved.routes()
    entry = next(it for it in expected.of("leaf1") if it.route.type == 3)
    route = bgp.InclusiveMulticastRoute(rd=entry.route.rd, ethernet_tag=entry.route.ethernet_tag, originator=entry.next_hop)
    (update,) = bgp.encode_update([route], "10.255.0.99", communities=["target:64512:1", "encapsulation:vxlan"])
    found = Routes.observed([("leaf1", bgp.decode_message(update))])
    assert len(found) == 1 and found.entries[0].origin.kind == "observed"
    (different,) = [it for it in expected.diff(found) if it.kind == "different"]
    assert different.entry == entry
    fields = {it.field: (it.expected, it.found) for it in different.fields}
    assert fields["next_hop"] == ("via 10.255.0.11", "via 10.255.0.99")
    assert str(different).startswith("leaf1: different ")
