"""Every rule is reached from Python, by the fabrics with which the model's own tests break it."""

import json
import re

from conftest import FABRICS
from contrail_fabric import Fabric

ROOT = FABRICS.parents[1]


def test_every_rule_is_broken_and_told():
    told = json.loads((ROOT / "contrail-model/tests/it/golden/cases-of-rules.json").read_text(encoding="utf-8"))
    broken = set()
    for case in told["cases"]:
        text = told["bases"][case["base"]]
        for before, after in case["edit"]:
            assert text.count(before) == 1
            text = text.replace(before, after)
        report = Fabric.from_yaml(text).check()
        assert {finding.rule for finding in report} == {case["rule"]}
        for finding in report:
            assert finding.severity in ("error", "warning", "advice") and finding.name and finding.subject
            assert finding.because and finding.fix and finding.references and finding.message in str(finding)
        broken.add(case["rule"])
    rules = re.findall(r"^\| \[([A-Z]\d+)\]", (ROOT / "RULES.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(broken) == sorted(rules)
