"""The summary of plans written by hand."""

from __future__ import annotations

import json
import shlex
from typing import Any

import pytest

from tealform.errors import TealformError
from tealform.plan import summary
from tealform.plan.changes import Blocker
from tealform.plan.source_map import SourceMap
from tealform.settings import loader
from tests import projects, support
from tests.unit.plan.plans import change, plan

_NETWORK = 'cidr  = "10.0.0.0/16"\n  zones = ["eu-west-1a", "eu-west-1b"]'
_VPC, _KEY = Blocker("aws_vpc.main", "things are in it"), Blocker("aws_kms_key.key", "what it encrypts is lost")


@pytest.fixture(scope="module")
def source_map(tmp_path_factory: pytest.TempPathFactory) -> SourceMap:
    """An environment that is a VPC, a subnet in it, a key, and settings that have a network."""

    def body(path: str, **arguments: Any) -> dict[str, Any]:
        return {"//": {"metadata": {"path": f"dev/{path}"}}, **arguments}

    resources = {
        "aws_vpc": {"main": body("network/vpc/vpc")},
        "aws_subnet": {"a": body("network/vpc/private-a", vpc_id="${aws_vpc.main.id}")},
        "aws_kms_key": {"key": body("key/key")},
    }
    folder = projects.write(tmp_path_factory.mktemp("project"), {"resource": resources})
    (folder / loader.FILE).write_text(support.environment(network=_NETWORK))
    return SourceMap(folder)


def _text(source_map: SourceMap, planned: dict[str, Any], blockers: Any = (), **options: Any) -> str:
    return "".join(f"{line}\n" for line in summary.text(planned, source_map, blockers, **options))


def _attribute(name: str, before: Any, after: Any, known: bool = True, sensitive: bool = False) -> dict[str, Any]:
    return {"attribute": name, "before": before, "after": after, "known": known, "sensitive": sensitive}


def _update(before: Any, after: Any, address: str = "aws_vpc.main", **more: Any) -> dict[str, Any]:
    return change("update", address=address, before=before, after=after, **more)


def _retagged(address: str, owner: str) -> dict[str, Any]:
    return _update({"tags": {"owner": "a"}}, {"tags": {"owner": owner}}, address)


_CANNOT_UPDATE = {"action_reason": "replace_because_cannot_update"}
_REPLACED = plan(
    change(
        *("create", "delete"),
        address="aws_subnet.a",
        before={"vpc_id": "vpc-1"},
        after={},
        after_unknown={"vpc_id": True},
        replace_paths=[["vpc_id"]],
        **_CANNOT_UPDATE,
    ),
    change(
        *("delete", "create"),
        before={"cidr_block": "10.0.0.0/16", "dns": True, "arn": "x"},
        after={"cidr_block": "10.1.0.0/16", "dns": False},
        after_unknown={"arn": True},
        replace_paths=[["cidr_block"]],
        **_CANNOT_UPDATE,
    ),
)
_OUTPUTS = {
    "url": {"actions": ["update"], "before": "a", "after": "b"},
    "arn": {"actions": ["create"], "before": None, "after_unknown": True},
    "same": {"actions": ["no-op"], "before": "a", "after": "a"},
}
_TEN = [{f"a{number}": value for number in range(10)} for value in (1, 2)]

_TEXTS = {
    "replaced, with what follows": (
        _REPLACED,
        """\
dev: 2 to replace

Replaced, the old one destroyed before there is a new one (1):
  aws_vpc.main  network/vpc/vpc [network]
      because cidr_block: "10.0.0.0/16" -> "10.1.0.0/16"
      set at environments/dev/environment.hcl:5
      also dns: true -> false

Replaced, the old one destroyed once there is a new one (1):
  aws_subnet.a  network/vpc/private-a [network]
      because vpc_id follows aws_vpc.main
""",
    ),
    "moved and imported": (
        plan(
            change("no-op", previous_address="aws_vpc.old"),
            change("no-op", address="aws_subnet.a", importing={"id": "subnet-1"}),
            _update({"a": 1}, {"a": 2}, "aws_kms_key.key", importing={"id": "key-1"}, deposed=""),
            change("no-op", address="aws_eip.same"),
        ),
        """\
dev: 1 to change in place, 2 to import, 1 to move in the state

Changed in place (1):
  aws_kms_key.key  key/key
      a: 1 -> 2
      imported: key-1

Imported, and otherwise left alone (1):
  aws_subnet.a  network/vpc/private-a [network]
      imported: subnet-1

Moved in the state, and otherwise left alone (1):
  aws_vpc.main  network/vpc/vpc [network]
      until now aws_vpc.old
""",
    ),
    "leftover of a replacement and the resource itself": (
        plan(change("delete", deposed="00c0ffee"), _update({"a": 1}, {"a": 2})),
        """\
dev: 1 to destroy, 1 to change in place

Destroyed, left of a replacement that was broken off (1):
  aws_vpc.main (deposed 00c0ffee)  network/vpc/vpc [network]

Changed in place (1):
  aws_vpc.main  network/vpc/vpc [network]
      a: 1 -> 2
""",
    ),
    "what changes alike is shown once": (
        plan(*(_retagged(f"aws_vpc.v{number}", "b") for number in range(3)), _retagged("aws_vpc.v9", "c")),
        """\
dev: 4 to change in place

Changed in place (4):
  aws_vpc.v0
  aws_vpc.v1
  aws_vpc.v2
      tags.owner: "a" -> "b"
  aws_vpc.v9
      tags.owner: "a" -> "c"
""",
    ),
    "many alike": (
        plan(*(_retagged(f"aws_vpc.v{number}", "b") for number in range(20))),
        """\
dev: 20 to change in place

Changed in place (20):
  (no construct)  20  vpc×20
      tags.owner: "a" -> "b"
""",
    ),
    "refresh only": (
        plan(resource_drift=[_update({"retention": 365}, {"retention": 30})]),
        """\
dev: no changes; the state takes over what was changed outside Terraform

Changed outside Terraform since the last apply (1):
  aws_vpc.main
      retention: 365 -> 30
""",
    ),
    "outputs": (
        plan(output_changes=_OUTPUTS),
        """\
dev: no changes to resources, 2 outputs to change

Outputs:
  arn: unset -> (known after apply)
  url: "a" -> "b"
""",
    ),
    "nothing": (
        plan(change("no-op", before={"a": 1}, after={"a": 1})),
        "dev: no changes; what is there is what the configuration says\n",
    ),
}


@pytest.mark.parametrize("name", _TEXTS)
def test_text(source_map: SourceMap, name: str) -> None:
    planned, text = _TEXTS[name]
    assert _text(source_map, planned) == text


def test_json_of_a_replacement(source_map: SourceMap) -> None:
    changes = {each["address"]: each for each in summary.as_json(_REPLACED, source_map)["changes"]}
    assert changes["aws_subnet.a"]["follows"] == ["aws_vpc.main"]
    assert not changes["aws_subnet.a"]["destroys_first"]
    assert changes["aws_vpc.main"] == {
        "address": "aws_vpc.main",
        "type": "aws_vpc",
        "action": "replace",
        "construct": "network/vpc/vpc",
        "setting": "network",
        "location": "environments/dev/environment.hcl:5",
        "reason": "replace_because_cannot_update",
        "because": [_attribute("cidr_block", "10.0.0.0/16", "10.1.0.0/16")],
        "follows": [],
        "destroys_first": True,
        "attributes": [_attribute("dns", True, False)],
        "imported": "",
        "moved_from": "",
        "deposed": "",
    }


def test_json_of_the_smaller_plans(source_map: SourceMap) -> None:
    def changes(name: str, key: str) -> list[Any]:
        return [each[key] for each in summary.as_json(_TEXTS[name][0], source_map)["changes"]]

    assert changes("leftover of a replacement and the resource itself", "deposed") == ["", "00c0ffee"]
    assert set(summary.as_json(_TEXTS["nothing"][0], source_map)["counts"].values()) == {0}
    (alias,) = summary.as_json(plan(change("delete", address="aws_alb.theirs")), source_map)["changes"]
    assert alias["type"] == "aws_alb", "a type is shown as it is written"


@pytest.mark.parametrize(
    ("actions", "reason", "line", "text"),
    [
        (("delete", "create"), "replace_because_tainted", 4, "      tainted: its creation or a provisioner failed, or somebody marked it"),
        (("delete", "create"), "replace_by_request", 4, "      asked for with -replace"),
        (("delete", "create"), "replace_by_triggers", 4, "      its replace_triggered_by names something that changes"),
        (("delete", "create"), "replace_because_the_moon_is_full", 4, "      replace because the moon is full"),
        (("delete", "create"), "", 4, "      Terraform does not say why"),
        (("delete",), "delete_because_no_resource_config", 2, "Destroyed, no longer in the configuration (1):"),
        (("delete",), "delete_because_each_key", 2, "Destroyed, with a key that is no longer in for_each (1):"),
        (("delete",), "", 2, "Destroyed (1):"),
    ],
)  # fmt: skip
def test_reason(source_map: SourceMap, actions: tuple[str, ...], reason: str, line: int, text: str) -> None:
    lines = _text(source_map, plan(change(*actions, action_reason=reason))).splitlines()
    assert (lines[line], lines[3]) == (text, "  aws_vpc.main  network/vpc/vpc [network]")


def test_losses_come_first(source_map: SourceMap) -> None:
    planned = plan(
        change("create", address="aws_a.a"),
        _update({"a": 1}, {"a": 2}, "aws_b.b"),
        change("forget", address="aws_c.c"),
        change("create", "delete", address="aws_d.d"),
        change("delete", "create", address="aws_e.e"),
        change("create", "forget", address="aws_f.f"),
        change("delete", address="aws_g.g"),
    )
    lines = _text(source_map, planned).splitlines()
    assert lines[0] == "dev: 1 to destroy, 3 to replace, 1 to forget, 1 to change in place, 1 to create"
    assert [line.strip() for line in lines if line.startswith("  aws")] == [f"aws_{x}.{x}" for x in "gedfcba"]
    titles = [line for line in lines if line.endswith(" (1):")]
    assert titles[3:5] == [
        "Replaced, the old one left alone and forgotten (1):",
        "Forgotten: they stay, and Terraform knows nothing of them any more (1):",
    ]


def test_secrets_are_in_neither_form(source_map: SourceMap) -> None:
    planned = plan(
        change(
            "update",
            before={"password": "hunter1", "size": 1, "list": [{"token": "hunter2"}]},
            after={"password": "hunter3", "size": 2, "list": [{"token": "hunter4"}]},
            before_sensitive={"password": True},
            after_sensitive={"password": True, "list": [{"token": True}]},
        ),
        change("delete", "create", address="aws_subnet.a", before={"key": "hunter5"}, after={"key": "hunter6"})
        | {"action_reason": "replace_because_cannot_update"},
        output_changes={
            "secret": {"actions": ["update"], "before": "hunter7", "after": "hunter8", "after_sensitive": True}
        },
    )
    planned["resource_changes"][1]["change"] |= {"replace_paths": [["key"]], "before_sensitive": {"key": True}}
    planned["resource_drift"] = [
        change(
            "update", before={"password": "hunter9"}, after={"password": "hunter1"}, after_sensitive={"password": True}
        )
    ]
    text, document = _text(source_map, planned), summary.as_json(planned, source_map)
    assert "hunter" not in text + json.dumps(document)
    assert "      password: (sensitive)\n      size: 1 -> 2" in text
    assert "      because key: (sensitive)" in text
    assert "  secret: (sensitive)" in text
    assert document["outputs"] == {"secret": [_attribute("secret", None, None, sensitive=True)]}


def test_plan_without_its_values(source_map: SourceMap) -> None:
    planned = plan(
        change("delete", "create", action_reason="replace_because_cannot_update", replace_paths=[["cidr_block"]]),
        change("update", address="aws_subnet.a"),
        change("delete", address="aws_kms_key.key"),
        output_changes={"url": {"actions": ["update"], "before": None, "after": None}},
    )
    for each in planned["resource_changes"]:
        del each["change"]["before"], each["change"]["after"], each["change"]["after_unknown"]
    del planned["complete"], planned["errored"]
    text = _text(source_map, planned)
    assert text.startswith("dev: 1 to destroy, 1 to replace, 1 to change in place\n")
    assert "      because cidr_block: " in text
    assert "  aws_subnet.a  network/vpc/private-a [network]\n      in what cannot be shown" in text
    assert summary.as_json(planned, source_map)["complete"]


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ({"size": 1, "period": 0}, {"size": 2}, ["size: 1 -> 2"]),
        pytest.param({"period": 0}, {}, ["period: 0 -> unset"], id="a zero alone is shown"),
        pytest.param(
            *_TEN, [*(f"a{number}: 1 -> 2" for number in range(8)), "… and 2 more differences"], id="a long list is cut"
        ),
    ],
)
def test_differences(source_map: SourceMap, before: Any, after: Any, lines: list[str]) -> None:
    planned = plan(_update(before, after))
    assert _text(source_map, planned).splitlines()[4:] == [f"      {line}" for line in lines]
    (only,) = summary.as_json(planned, source_map)["changes"]
    assert len(only["attributes"]) == (10 if before is _TEN[0] else 1), "JSON has all of them"


def test_blockers_are_at_their_addresses_and_the_way_out_is_last(source_map: SourceMap) -> None:
    planned = plan(change("delete"), change("delete", address="aws_kms_key.key"))
    text = _text(source_map, planned, [_VPC, _KEY], allowed=[_KEY])
    assert text.endswith(
        """
  aws_kms_key.key  key/key
      ALLOWED: what it encrypts is lost
  aws_vpc.main  network/vpc/vpc [network]
      STOPPED: things are in it

Stopped by the plan guard until what it objects to is named. If you want all of it:
  tealform apply dev --allow aws_kms_key.key --allow aws_vpc.main
"""
    )
    assert "tealform" not in _text(source_map, planned, [_VPC, _KEY], allowed=[_KEY, _VPC])
    assert summary.as_json(planned, source_map, [_VPC, _KEY], allowed=[_KEY])["objections"] == [
        {"address": "aws_kms_key.key", "reason": "what it encrypts is lost", "allowed": True},
        {"address": "aws_vpc.main", "reason": "things are in it", "allowed": False},
    ]


def test_new_blocker_is_read_in_a_new_plan(source_map: SourceMap) -> None:
    new = Blocker("aws_vpc.main", "a release has begun")
    text = _text(source_map, plan(change("delete")), [_VPC, new], allowed=[_VPC], unread=True)
    lines = text.splitlines()
    assert lines[-6:-4] == ["      STOPPED: a release has begun", "      ALLOWED: things are in it"]
    assert lines[-2].startswith("  tealform plan dev ")
    assert lines[-1] == "  tealform apply dev --allow aws_vpc.main"


def test_blocker_among_many_created_and_of_what_is_not_in_the_plan(source_map: SourceMap) -> None:
    many = plan(*(change("create", address=f"aws_vpc.v{number}") for number in range(20)))
    text = _text(source_map, many, [Blocker("aws_vpc.v7", "it is too much"), Blocker("aws_vpc.else", "it is gone")])
    assert "\n    aws_vpc.v7\n      STOPPED: it is too much\n" in text
    assert "\nSTOPPED: aws_vpc.else: it is gone\n" in text


@pytest.mark.parametrize(
    ("address", "options", "first", "last"),
    [
        pytest.param(
            'aws_vpc.all["a"]',
            {},
            "dev: 1 to destroy",
            """  tealform apply dev --allow 'aws_vpc.all["a"]'""",
            id="can be pasted",
        ),
        (
            "aws_vpc.main",
            {"command": "destroy"},
            "dev: 1 to destroy",
            "  tealform destroy dev --allow aws_vpc.main",
        ),
        (
            "aws_vpc.main",
            {"name": "bootstrap/1"},
            "bootstrap/1: 1 to destroy",
            "  tealform apply bootstrap/1 --allow aws_vpc.main",
        ),
    ],
)
def test_way_out(source_map: SourceMap, address: str, options: dict[str, str], first: str, last: str) -> None:
    planned = plan(change("delete", address=address))
    lines = _text(source_map, planned, [Blocker(address, "no")], **options).splitlines()
    assert (lines[0], lines[-1]) == (first, last)
    if "name" in options:
        assert summary.as_json(planned, source_map, name=options["name"])["environment"] == options["name"]


@pytest.mark.parametrize("key", ["a b", "a$b", "it's", "a`b", "a!b", "a\\b"])
def test_way_out_is_quoted_for_the_shell(source_map: SourceMap, key: str) -> None:
    address = f'aws_vpc.all["{key}"]'
    blockers = [Blocker(address, "no"), Blocker("aws_vpc.main", "no")]
    *_, last = summary.text(plan(change("delete", address=address)), source_map, blockers)
    allowed = ("--allow", address, "--allow", "aws_vpc.main")
    assert shlex.split(last) == ["tealform", "apply", "dev", *allowed]


def test_drift_that_matters_is_shown_and_the_rest_is_not(source_map: SourceMap) -> None:
    planned = plan(
        _update({"retention": 30, "id": "x"}, {"retention": 400}, after_unknown={"id": True}),
        change("create", address="aws_eip.gone"),
        change("no-op", address="aws_kms_key.key"),
        resource_drift=[
            _update({"retention": 365, "id": "w"}, {"retention": 30, "id": "x"}),
            change("delete", address="aws_eip.gone", before={"id": "eip-1"}),
            _update({"arn": "a", "n": 1}, {"arn": "b", "n": 2}, "aws_kms_key.key"),
            _update({"policy": None}, {"policy": "{}"}, "aws_s3_bucket.logs"),
            _update({"key": None}, {"key": False}, "aws_s3_bucket.made"),
        ],
        relevant_attributes=[
            {"resource": "aws_kms_key.key", "attribute": ["arn"]},
            {"resource": "aws_s3_bucket.made", "attribute": ["key"]},
        ],
    )
    text = _text(source_map, planned)
    assert text[text.index("Changed outside") :].splitlines() == [
        "Changed outside Terraform since the last apply (3):",
        "  aws_eip.gone is gone",
        "  aws_kms_key.key",
        '      arn: "a" -> "b"',
        "  aws_vpc.main",
        "      retention: 365 -> 30",
    ]
    assert [(each["address"], each["gone"]) for each in summary.as_json(planned, source_map)["drift"]] == [
        ("aws_eip.gone", True),
        ("aws_kms_key.key", False),
        ("aws_vpc.main", False),
    ]


@pytest.mark.parametrize(
    ("more", "first", "last"),
    [
        ({"complete": False}, "dev: an incomplete plan: 1 to destroy", "Something was left out of this plan"),
        (
            {"complete": False, "errored": True},
            "dev: Terraform could not finish this plan; up to there: 1 to destroy",
            "Terraform met an error while it planned.",
        ),
    ],
)
def test_incomplete_plan(source_map: SourceMap, more: dict[str, bool], first: str, last: str) -> None:
    planned = plan(change("delete"), **more)
    lines = _text(source_map, planned).splitlines()
    assert lines[0] == first
    assert lines[-1].startswith(last)
    assert not summary.as_json(planned, source_map)["complete"]


def test_headline_is_repeated_below_a_long_summary(source_map: SourceMap) -> None:
    lines = _text(source_map, plan(*(change("delete", address=f"aws_eip.e{n}") for n in range(50)))).splitlines()
    assert lines[0] == lines[-1] == "dev: 50 to destroy"


def test_control_characters_do_not_reach_the_terminal(source_map: SourceMap) -> None:
    assert "\x1b" not in _text(source_map, plan(change("delete", address='aws_vpc.all["\x1b[2J"]')))


def test_unknown_action_is_an_error(source_map: SourceMap) -> None:
    with pytest.raises(TealformError, match="teleport"):
        _text(source_map, plan(change("teleport")))
