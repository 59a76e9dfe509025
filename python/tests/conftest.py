import os
from pathlib import Path

import pytest

from contrail_fabric import Fabric

FABRICS = Path(__file__).resolve().parents[2] / "examples" / "fabrics"


GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def golden():
    """What a text of this name is expected to be; with ``UPDATE_GOLDEN`` it is written anew, to be read before it is kept."""

    def expected(name, text):
        path = GOLDEN / name
        if os.environ.get("UPDATE_GOLDEN"):
            path.write_text(text, encoding="utf-8")
        return path.read_text(encoding="utf-8")

    return expected


@pytest.fixture(scope="session")
def octavia_path():
    return FABRICS / "octavia.yaml"


@pytest.fixture(scope="session")
def octavia(octavia_path):
    return Fabric.load(octavia_path)


@pytest.fixture(scope="session")
def solved(octavia):
    return octavia.apply(octavia.plan().best)


@pytest.fixture(scope="session")
def observed():
    """What FRR and GoBGP print of the solved fabric's routes, of which one is withdrawn and one is changed."""
    folder = FABRICS.parents[1] / "contrail-model" / "tests" / "it" / "observed"
    return folder / "frr-octavia.json", folder / "gobgp-octavia.json"


@pytest.fixture
def solved_path(octavia_path, tmp_path):
    text = octavia_path.read_text(encoding="utf-8").replace("extended_to: []", "extended_to: [leaf1, leaf2]")
    for number in ("1", "2"):
        mac = f'mac: "02:c0:00:00:00:1{number}"}}]'
        text = text.replace(mac, mac + "\n    routes: [{to: 10.99.0.0/24, via: 10.1.10.1}]")
    path = tmp_path / "solved.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def small():
    """A document: a controller behind leaf1 and a hypervisor behind leaf2, which a logical router could join."""
    return {
        "fabric": "small",
        "devices": [
            {"name": "spine1", "role": "spine", "overlay_roles": ["Route-Reflector"], "loopback": "10.255.0.1"},
            {"name": "leaf1", "role": "leaf", "overlay_roles": ["ERB-UCAST-Gateway"], "loopback": "10.255.0.11"},
            {"name": "leaf2", "role": "leaf", "overlay_roles": ["ERB-UCAST-Gateway"], "loopback": "10.255.0.12"},
        ],
        "links": [["leaf1:et-0/0/48", "spine1:et-0/0/0"], ["leaf2:et-0/0/48", "spine1:et-0/0/1"]],
        "networks": [
            {"name": "tenant", "vni": 5001, "subnets": [{"prefix": "10.99.0.0/24", "gateway": "10.99.0.1"}]},
            {"name": "api", "vni": 5002, "subnets": [{"prefix": "10.1.10.0/24", "gateway": "10.1.10.1"}]},
            {
                "name": "underlay",
                "vni": 6001,
                "subnets": [{"prefix": "10.1.1.0/24", "gateway": "10.1.1.1"}],
                "underlay_irb": ["leaf2"],
            },
        ],
        "port_groups": [
            {"name": "ctl1", "ports": ["leaf1:xe-0/0/10"], "vlans": [{"vlan": 200, "network": "api"}]},
            {"name": "compute1", "ports": ["leaf2:xe-0/0/20"], "vlans": [{"vlan": 101, "network": "underlay"}]},
        ],
        "servers": [
            {
                "name": "ctl1",
                "kind": "controller",
                "port_group": "ctl1",
                "addresses": [{"network": "api", "address": "10.1.10.11"}],
            },
            {
                "name": "compute1",
                "kind": "hypervisor",
                "port_group": "compute1",
                "vhost0": {"network": "underlay", "address": "10.1.1.21"},
            },
        ],
        "workloads": [{"name": "vm1", "host": "compute1", "network": "tenant", "address": "10.99.0.11"}],
        "logical_routers": [{"name": "tenant", "vni": 9001, "networks": ["tenant", "api"], "extended_to": []}],
        "flows": [{"from": "ctl1", "to": "vm1", "protocol": "tcp", "port": 22}],
    }
