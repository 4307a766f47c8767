from __future__ import annotations

from tealform_harness.verify import settings_change
from tests import support


def test_update_changes_what_an_apply_and_what_a_release_carries() -> None:
    before = support.settings(support.environment())
    after = settings_change.change_settings(before)
    ours, theirs = before.environment.service["web"], after.environment.service["web"]
    assert theirs.environment[settings_change.VARIABLE] == "yes"
    assert theirs.cpu > ours.cpu
    assert theirs.tasks.max > ours.tasks.max
    assert after.environment.network == before.environment.network


def test_update_of_the_largest_settings_is_valid_too() -> None:
    largest = """
      cpu = 16384
      memory = 32768
      tasks = { min = 1, max = 5000 }
      deregistration_delay = 3600
      health_check { interval = 300 }
      release { keep_blue_minutes = 2880 }
    """
    before = support.settings(support.environment(service=largest))
    service = settings_change.change_settings(before).environment.service["web"]
    assert service != before.environment.service["web"]
    assert (service.cpu, service.memory) != (16384, 32768)


RELEASED_WITH_CARE = """
  scaling {
    requests_per_target = 300
    schedule "night" {
      at  = "cron(0 20 * * ? *)"
      min = 1
      max = 2
    }
  }
  release {
    hold_minutes = 2880
    alarms {
      errors_percent       = 100
      latency_milliseconds = 0
    }
    smoke_test { timeout_seconds = 840 }
  }
"""


def test_update_changes_how_releases_are_watched_and_leaves_off_what_is_off() -> None:
    before = support.settings(support.environment(service=RELEASED_WITH_CARE))
    ours, theirs = (each.environment.service["web"] for each in (before, settings_change.change_settings(before)))
    assert theirs.release.smoke_test is not None
    assert (theirs.release.hold_minutes, theirs.release.smoke_test.timeout_seconds) == (2875, 835)
    assert (theirs.release.alarms.errors_percent, theirs.release.alarms.latency_milliseconds) == (99, 0)
    assert theirs.scaling.schedule["night"].max == ours.scaling.schedule["night"].max + 1
    assert theirs.scaling.requests_per_target == 301
    plain = settings_change.change_settings(support.settings(support.environment())).environment.service["web"]
    assert (plain.release.hold_minutes, plain.release.smoke_test, plain.scaling.requests_per_target) == (0, None, None)


def test_update_keeps_to_the_waits_of_ecs() -> None:
    longest = 'release {\n engine = "ecs"\n keep_blue_minutes = 1440\n }'
    before = support.settings(support.environment(service=longest))
    assert settings_change.change_settings(before).environment.service["web"].release.keep_blue_minutes < 1440


def test_disposable_environment_is_otherwise_the_same() -> None:
    before = support.settings(support.environment())
    after = settings_change.make_disposable(before)
    assert (before.environment.disposable, after.environment.disposable) == (False, True)
    assert after.environment.service == before.environment.service
