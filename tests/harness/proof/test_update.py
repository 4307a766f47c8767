from __future__ import annotations

from harness.proof import update
from tests import support


def test_update_changes_what_an_apply_and_what_a_release_carries() -> None:
    before = support.settings(support.environment())
    after = update.changed(before)
    ours, theirs = before.environment.service["web"], after.environment.service["web"]
    assert theirs.environment[update.VARIABLE] == "yes"
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
    service = update.changed(before).environment.service["web"]
    assert service != before.environment.service["web"]
    assert (service.cpu, service.memory) != (16384, 32768)


def test_disposable_environment_is_otherwise_the_same() -> None:
    before = support.settings(support.environment())
    after = update.disposable(before)
    assert (before.environment.disposable, after.environment.disposable) == (False, True)
    assert after.environment.service == before.environment.service
