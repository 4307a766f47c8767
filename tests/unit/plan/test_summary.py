from __future__ import annotations

import json
import shlex
from collections.abc import Collection
from typing import Any

import pytest

from tealform.errors import TealformError
from tealform.plan import summary
from tealform.plan.changes import Blocker
from tealform.plan.source_map import SourceMap
from tealform.settings import loader
from tests import projects, support
from tests.unit.plan.plans import change, plan

NETWORK = 'cidr  = "10.0.0.0/16"\n  zones = ["eu-west-1a", "eu-west-1b"]'


@pytest.fixture(scope="module")
def blame(tmp_path_factory: pytest.TempPathFactory) -> SourceMap:
    """Of an environment that is a VPC, a subnet in it, a key, and settings that have a network."""

    def body(path: str, **arguments: Any) -> dict[str, Any]:
        return {"//": {"metadata": {"path": f"dev/{path}"}}, **arguments}

    resources = {
        "aws_vpc": {"main": body("network/vpc/vpc")},
        "aws_subnet": {"a": body("network/vpc/private-a", vpc_id="${aws_vpc.main.id}")},
        "aws_kms_key": {"key": body("key/key")},
    }
    folder = projects.write(tmp_path_factory.mktemp("project"), {"resource": resources})
    (folder / loader.FILE).write_text(support.environment(network=NETWORK))
    return SourceMap(folder)


def _text(
    blame: SourceMap, told: dict[str, Any], objections: Collection[Blocker] = (), allowed: Collection[Blocker] = ()
) -> str:
    return "\n".join(summary.text(told, blame, objections, allowed=allowed))


def test_what_is_replaced_comes_with_its_reason_and_setting_before_what_follows_it(blame: SourceMap) -> None:
    cannot = {"action_reason": "replace_because_cannot_update"}
    vpc = change(
        "delete",
        "create",
        before={"cidr_block": "10.0.0.0/16", "dns": True, "arn": "x"},
        after={"cidr_block": "10.1.0.0/16", "dns": False},
        after_unknown={"arn": True},
        replace_paths=[["cidr_block"]],
        **cannot,
    )
    subnet = change(
        "create",
        "delete",
        address="aws_subnet.a",
        before={"vpc_id": "vpc-1"},
        after={},
        after_unknown={"vpc_id": True},
        replace_paths=[["vpc_id"]],
        **cannot,
    )
    assert _text(blame, plan(subnet, vpc)) == (
        "dev: 2 to replace\n"
        "\n"
        "Replaced, the old one destroyed before there is a new one (1):\n"
        "  aws_vpc.main  network/vpc/vpc [network]\n"
        '      because cidr_block: "10.0.0.0/16" -> "10.1.0.0/16"\n'
        "      set at environments/dev/environment.hcl:5\n"
        "      also dns: true -> false\n"
        "\n"
        "Replaced, the old one destroyed once there is a new one (1):\n"
        "  aws_subnet.a  network/vpc/private-a [network]\n"
        "      because vpc_id follows aws_vpc.main"
    )
    told = summary.as_json(plan(subnet, vpc), blame)
    by_address = {each["address"]: each for each in told["changes"]}
    assert by_address["aws_subnet.a"]["follows"] == ["aws_vpc.main"]
    assert not by_address["aws_subnet.a"]["destroys_first"]
    assert by_address["aws_vpc.main"] == {
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


def _attribute(name: str, before: Any, after: Any, known: bool = True, sensitive: bool = False) -> dict[str, Any]:
    return {"attribute": name, "before": before, "after": after, "known": known, "sensitive": sensitive}


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("replace_because_tainted", "tainted: its creation or a provisioner failed, or somebody marked it"),
        ("replace_by_request", "asked for with -replace"),
        ("replace_by_triggers", "its replace_triggered_by names something that changes"),
        ("replace_because_the_moon_is_full", "replace because the moon is full"),
        ("", "Terraform does not say why"),
    ],
)
def test_replacement_without_an_attribute_to_blame_is_explained(blame: SourceMap, reason: str, said: str) -> None:
    lines = _text(blame, plan(change("delete", "create", action_reason=reason))).splitlines()
    assert lines[4] == f"      {said}"


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("delete_because_no_resource_config", "Destroyed, no longer in the configuration (1):"),
        ("delete_because_each_key", "Destroyed, with a key that is no longer in for_each (1):"),
        ("", "Destroyed (1):"),
    ],
)
def test_destruction_is_explained(blame: SourceMap, reason: str, said: str) -> None:
    assert _text(blame, plan(change("delete", action_reason=reason))).splitlines()[2:] == [
        said,
        "  aws_vpc.main  network/vpc/vpc [network]",
    ]


def test_what_there_is_to_lose_comes_first(blame: SourceMap) -> None:
    told = plan(
        change("create", address="aws_a.a"),
        change("update", address="aws_b.b", before={"a": 1}, after={"a": 2}),
        change("forget", address="aws_c.c"),
        change("create", "delete", address="aws_d.d"),
        change("delete", "create", address="aws_e.e"),
        change("create", "forget", address="aws_f.f"),
        change("delete", address="aws_g.g"),
    )
    lines = _text(blame, told).splitlines()
    assert lines[0] == "dev: 1 to destroy, 3 to replace, 1 to forget, 1 to change in place, 1 to create"
    assert [line.strip() for line in lines if line.startswith("  aws")] == [f"aws_{x}.{x}" for x in "gedfcba"]
    titles = [line for line in lines if line.endswith(" (1):")]
    assert titles[3:5] == [
        "Replaced, the old one left alone and forgotten (1):",
        "Forgotten: they stay, and Terraform knows nothing of them any more (1):",
    ]


def test_what_is_left_of_a_replacement_is_told_from_the_thing_itself(blame: SourceMap) -> None:
    told = plan(change("delete", deposed="00c0ffee"), change("update", before={"a": 1}, after={"a": 2}))
    text = _text(blame, told)
    assert (
        "Destroyed, left of a replacement that was broken off (1):\n  aws_vpc.main (deposed 00c0ffee)  network" in text
    )
    assert "Changed in place (1):\n  aws_vpc.main  network/vpc/vpc" in text
    assert [each["deposed"] for each in summary.as_json(told, blame)["changes"]] == ["", "00c0ffee"]


def test_what_is_moved_or_imported_is_told_even_if_nothing_else_happens_to_it(blame: SourceMap) -> None:
    told = plan(
        change("no-op", previous_address="aws_vpc.old"),
        change("no-op", address="aws_subnet.a", importing={"id": "subnet-1"}),
        change(
            "update", address="aws_kms_key.key", importing={"id": "key-1"}, before={"a": 1}, after={"a": 2}, deposed=""
        ),
        change("no-op", address="aws_eip.same"),
    )
    assert _text(blame, told).splitlines() == [
        "dev: 1 to change in place, 2 to import, 1 to move in the state",
        "",
        "Changed in place (1):",
        "  aws_kms_key.key  key/key",
        "      a: 1 -> 2",
        "      imported: key-1",
        "",
        "Imported, and otherwise left alone (1):",
        "  aws_subnet.a  network/vpc/private-a [network]",
        "      imported: subnet-1",
        "",
        "Moved in the state, and otherwise left alone (1):",
        "  aws_vpc.main  network/vpc/vpc [network]",
        "      until now aws_vpc.old",
    ]


def test_secrets_are_in_neither_form(blame: SourceMap) -> None:
    told = plan(
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
    told["resource_changes"][1]["change"] |= {"replace_paths": [["key"]], "before_sensitive": {"key": True}}
    told["resource_drift"] = [
        change(
            "update", before={"password": "hunter9"}, after={"password": "hunter1"}, after_sensitive={"password": True}
        )
    ]
    text, document = _text(blame, told), summary.as_json(told, blame)
    assert "hunter" not in text + json.dumps(document)
    assert "      password: (sensitive)\n      size: 1 -> 2" in text
    assert "      because key: (sensitive)" in text
    assert "  secret: (sensitive)" in text
    assert document["outputs"] == {"secret": [_attribute("secret", None, None, sensitive=True)]}


def test_plan_without_its_values_is_told_all_the_same(blame: SourceMap) -> None:
    told = plan(
        change("delete", "create", action_reason="replace_because_cannot_update", replace_paths=[["cidr_block"]]),
        change("update", address="aws_subnet.a"),
        change("delete", address="aws_kms_key.key"),
        output_changes={"url": {"actions": ["update"], "before": None, "after": None}},
    )
    for each in told["resource_changes"]:
        del each["change"]["before"], each["change"]["after"], each["change"]["after_unknown"]
    del told["complete"], told["errored"]
    text = _text(blame, told)
    assert text.startswith("dev: 1 to destroy, 1 to replace, 1 to change in place\n")
    assert "      because cidr_block: " in text
    assert "  aws_subnet.a  network/vpc/private-a [network]\n      in what cannot be shown" in text
    assert summary.as_json(told, blame)["complete"]


def test_what_is_changed_alike_is_told_once(blame: SourceMap) -> None:
    def retagged(address: str, owner: str) -> dict[str, Any]:
        return change("update", address=address, before={"tags": {"owner": "a"}}, after={"tags": {"owner": owner}})

    text = _text(blame, plan(*(retagged(f"aws_vpc.v{n}", "b") for n in range(3)), retagged("aws_vpc.v9", "c")))
    assert text.splitlines()[3:] == [
        "  aws_vpc.v0",
        "  aws_vpc.v1",
        "  aws_vpc.v2",
        '      tags.owner: "a" -> "b"',
        "  aws_vpc.v9",
        '      tags.owner: "a" -> "c"',
    ]
    many = _text(blame, plan(*(retagged(f"aws_vpc.v{n}", "b") for n in range(20))))
    assert many.splitlines()[3:] == ["  (no construct)  20  vpc×20", '      tags.owner: "a" -> "b"']


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ({"size": 1, "period": 0}, {"size": 2}, ["      size: 1 -> 2"]),
        ({"period": 0}, {}, ["      period: 0 -> unset"]),
    ],
)
def test_zero_for_what_is_unset_is_told_if_it_is_all(
    blame: SourceMap, before: dict[str, Any], after: dict[str, Any], lines: list[str]
) -> None:
    assert _text(blame, plan(change("update", before=before, after=after))).splitlines()[4:] == lines


def test_long_list_of_differences_is_cut(blame: SourceMap) -> None:
    before, after = ({f"a{n}": value for n in range(10)} for value in (1, 2))
    lines = _text(blame, plan(change("update", before=before, after=after))).splitlines()
    assert lines[-2:] == ["      a7: 1 -> 2", "      … and 2 more differences"]
    (told,) = summary.as_json(plan(change("update", before=before, after=after)), blame)["changes"]
    assert len(told["attributes"]) == 10


VPC, KEY = Blocker("aws_vpc.main", "things are in it"), Blocker("aws_kms_key.key", "what it encrypts is lost")


def test_objections_stand_at_what_they_are_about_and_the_way_out_is_last(blame: SourceMap) -> None:
    told = plan(change("delete"), change("delete", address="aws_kms_key.key"))
    lines = _text(blame, told, [VPC, KEY], allowed=[KEY]).splitlines()
    assert lines[3:] == [
        "  aws_kms_key.key  key/key",
        "      ALLOWED: what it encrypts is lost",
        "  aws_vpc.main  network/vpc/vpc [network]",
        "      STOPPED: things are in it",
        "",
        "Stopped by the plan guard until what it objects to is named. If you want all of it:",
        '  make apply ENV=dev ALLOW="aws_kms_key.key aws_vpc.main"',
    ]
    assert "make" not in _text(blame, told, [VPC, KEY], allowed=[KEY, VPC])
    assert summary.as_json(told, blame, [VPC, KEY], allowed=[KEY])["objections"] == [
        {"address": "aws_kms_key.key", "reason": "what it encrypts is lost", "allowed": True},
        {"address": "aws_vpc.main", "reason": "things are in it", "allowed": False},
    ]


def test_a_type_is_told_as_it_is_written(blame: SourceMap) -> None:
    (told,) = summary.as_json(plan(change("delete", address="aws_alb.theirs")), blame)["changes"]
    assert told["type"] == "aws_alb"


def test_what_is_new_since_the_plan_was_made_is_read_in_a_new_one(blame: SourceMap) -> None:
    told = plan(change("delete"))
    new = Blocker("aws_vpc.main", "a release has begun")
    lines = list(summary.text(told, blame, [VPC, new], allowed=[VPC], unread=True))
    assert lines[-6:-4] == ["      STOPPED: a release has begun", "      ALLOWED: things are in it"]
    plans, applies = lines[-2:]
    assert plans.startswith("  make plan ENV=dev ")
    assert applies == '  make apply ENV=dev ALLOW="aws_vpc.main"'


def test_objection_is_seen_among_many_created_and_about_what_is_not_in_the_plan(blame: SourceMap) -> None:
    many = plan(*(change("create", address=f"aws_vpc.v{n}") for n in range(20)))
    text = _text(blame, many, [Blocker("aws_vpc.v7", "it is too much"), Blocker("aws_vpc.else", "it is gone")])
    assert "\n    aws_vpc.v7\n      STOPPED: it is too much\n" in text
    assert "\nSTOPPED: aws_vpc.else: it is gone\n" in text


def test_way_out_can_be_pasted_for_addresses_with_quotes(blame: SourceMap) -> None:
    address = 'aws_vpc.all["a"]'
    text = _text(blame, plan(change("delete", address=address)), [Blocker(address, "no")])
    assert text.endswith("""  make apply ENV=dev ALLOW='aws_vpc.all["a"]'""")


@pytest.mark.parametrize("key", ["a b", "a$b", "it's"])
def test_way_out_leaves_make_out_for_addresses_that_it_would_change(blame: SourceMap, key: str) -> None:
    address = f'aws_vpc.all["{key}"]'
    objections = [Blocker(address, "no"), Blocker("aws_vpc.main", "no")]
    *_, last = summary.text(plan(change("delete", address=address)), blame, objections)
    assert shlex.split(last) == [
        *(".venv/bin/tealform", "apply", "dev"),
        *("--allow", address, "--allow", "aws_vpc.main"),
    ]


def test_way_out_is_that_of_the_command_that_is_stopped(blame: SourceMap) -> None:
    *_, last = summary.text(plan(change("delete")), blame, [VPC], command="destroy")
    assert last == '  make destroy ENV=dev ALLOW="aws_vpc.main"'


def test_what_is_no_environment_is_called_as_make_calls_it(blame: SourceMap) -> None:
    told = plan(change("delete"))
    first, *_, last = summary.text(told, blame, [VPC], name="bootstrap/1")
    assert (first, last) == ("bootstrap/1: 1 to destroy", '  make apply ENV=bootstrap/1 ALLOW="aws_vpc.main"')
    assert summary.as_json(told, blame, name="bootstrap/1")["environment"] == "bootstrap/1"


def test_drift_that_matters_is_told_and_the_rest_is_not(blame: SourceMap) -> None:
    told = plan(
        change("update", before={"retention": 30, "id": "x"}, after={"retention": 400}, after_unknown={"id": True}),
        change("create", address="aws_eip.gone"),
        change("no-op", address="aws_kms_key.key"),
        resource_drift=[
            change("update", before={"retention": 365, "id": "w"}, after={"retention": 30, "id": "x"}),
            change("delete", address="aws_eip.gone", before={"id": "eip-1"}),
            change("update", address="aws_kms_key.key", before={"arn": "a", "n": 1}, after={"arn": "b", "n": 2}),
            change("update", address="aws_s3_bucket.logs", before={"policy": None}, after={"policy": "{}"}),
            change("update", address="aws_s3_bucket.made", before={"key": None}, after={"key": False}),
        ],
        relevant_attributes=[
            {"resource": "aws_kms_key.key", "attribute": ["arn"]},
            {"resource": "aws_s3_bucket.made", "attribute": ["key"]},
        ],
    )
    text = _text(blame, told)
    assert text[text.index("Changed outside") :].splitlines() == [
        "Changed outside Terraform since the last apply (3):",
        "  aws_eip.gone is gone",
        "  aws_kms_key.key",
        '      arn: "a" -> "b"',
        "  aws_vpc.main",
        "      retention: 365 -> 30",
    ]
    assert [(each["address"], each["gone"]) for each in summary.as_json(told, blame)["drift"]] == [
        ("aws_eip.gone", True),
        ("aws_kms_key.key", False),
        ("aws_vpc.main", False),
    ]


def test_plan_that_only_takes_drift_into_the_state_tells_all_of_it(blame: SourceMap) -> None:
    told = plan(resource_drift=[change("update", before={"retention": 365}, after={"retention": 30})])
    assert _text(blame, told).splitlines() == [
        "dev: no changes; the state takes over what was changed outside Terraform",
        "",
        "Changed outside Terraform since the last apply (1):",
        "  aws_vpc.main",
        "      retention: 365 -> 30",
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
def test_plan_that_is_not_whole_says_so_first_and_last(
    blame: SourceMap, more: dict[str, bool], first: str, last: str
) -> None:
    told = plan(change("delete"), **more)
    lines = _text(blame, told).splitlines()
    assert lines[0] == first
    assert lines[-1].startswith(last)
    assert not summary.as_json(told, blame)["complete"]


def test_outputs_that_change_are_told_and_those_that_do_not_are_not(blame: SourceMap) -> None:
    told = plan(
        output_changes={
            "url": {"actions": ["update"], "before": "a", "after": "b"},
            "arn": {"actions": ["create"], "before": None, "after_unknown": True},
            "same": {"actions": ["no-op"], "before": "a", "after": "a"},
        }
    )
    assert _text(blame, told).splitlines() == [
        "dev: no changes to resources, 2 outputs to change",
        "",
        "Outputs:",
        "  arn: unset -> (known after apply)",
        '  url: "a" -> "b"',
    ]


def test_nothing_to_do_is_said(blame: SourceMap) -> None:
    told = plan(change("no-op", before={"a": 1}, after={"a": 1}))
    assert _text(blame, told) == "dev: no changes; what is there is what the configuration says"
    assert set(summary.as_json(told, blame)["counts"].values()) == {0}


def test_headline_is_repeated_where_it_has_scrolled_away(blame: SourceMap) -> None:
    lines = _text(blame, plan(*(change("delete", address=f"aws_eip.e{n}") for n in range(50)))).splitlines()
    assert lines[0] == lines[-1] == "dev: 50 to destroy"


def test_what_would_steer_the_terminal_is_not_passed_on(blame: SourceMap) -> None:
    assert "\x1b" not in _text(blame, plan(change("delete", address='aws_vpc.all["\x1b[2J"]')))


def test_action_that_nobody_knows_is_not_passed_over(blame: SourceMap) -> None:
    with pytest.raises(TealformError, match="teleport"):
        _text(blame, plan(change("teleport")))
