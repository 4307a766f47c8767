"""Carries out a run as HCP Terraform's machines do: unpack, plan, wait for the word, apply."""

from __future__ import annotations

import io
import json
import tarfile
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path

from harness import programs, terraforms
from harness.emulated_hcp.organization import Log, Run
from harness.programs import HALT, Halt

# Override files are read last, and ``cloud`` and ``backend`` exclude each other, so that one takes the other's place.
_LOCAL = "~local_override.tf.json"
_STATE = "terraform.tfstate"
_PLAN = "run.tfplan"
_SAVED, _FINISHED = "planned_and_saved", "planned_and_finished"


class Worker(threading.Thread):
    """Works on one run. ``variables`` are those of the workspace: what leads Terraform to providers and AWS."""

    def __init__(self, run: Run, variables: Mapping[str, str]) -> None:
        super().__init__(daemon=True)
        self._run, self._halt = run, Halt()
        self._variables = {**terraforms.unattended(), **variables}

    def run(self) -> None:
        """The whole of it; whatever goes wrong is in the run's logs and status."""
        HALT.set(self._halt)
        threading.Thread(target=self._end_if_halted, daemon=True).start()
        with tempfile.TemporaryDirectory(prefix="hcp-run-") as scratch:
            try:
                self._work(Path(scratch))
            except KeyboardInterrupt:
                self._stop("canceled")
            except Exception as error:
                self._run.plan.text += f"\n{error}\n"
                self._stop("errored")
            finally:
                self._run.halted.set()

    def _end_if_halted(self) -> None:
        self._run.halted.wait()
        self._halt.ask()

    def _stop(self, status: str) -> None:
        for log in (self._run.plan, self._run.apply):
            if log.status == "running":
                log.status = status
        self._run.becomes(status)

    def _work(self, scratch: Path) -> None:
        run = self._run
        folder = self._unpack(scratch)
        run.becomes("planning")
        run.plan.status = "running"
        options = ["-detailed-exitcode", f"-out={_PLAN}", *_options(run)]
        code = self._terraform(run.plan, folder, "init") or self._terraform(run.plan, folder, "plan", *options)
        if code != 1:
            run.has_changes = code == 2
            run.plan_json = self._shown(folder)
        run.plan.status = "errored" if code == 1 else "finished"
        if code == 1:
            return run.becomes("errored")
        return self._decide(folder)

    def _decide(self, folder: Path) -> None:
        run = self._run
        run.becomes("planned")
        if run.workspace.failing_policy:
            run.becomes("policy_checking")
            if run.workspace.failing_policy == "hard-mandatory" or run.asked("plan-only"):
                run.history.append("policy_checked")
                return run.becomes("errored")
            return run.becomes("policy_soft_failed")
        if run.asked("plan-only") or not run.has_changes:
            return run.becomes(_FINISHED)
        if run.asked("save-plan"):
            run.becomes(_SAVED)
        if not run.asked("auto-apply"):
            while not run.confirmed.wait(0.05):
                self._halt.check()
                if run.status in ("discarded", "canceled"):
                    return None
        return self._apply(folder)

    def _apply(self, folder: Path) -> None:
        run = self._run
        run.becomes("applying")
        run.apply.status = "running"
        code = self._terraform(run.apply, folder, "apply", _PLAN)
        state = folder / _STATE
        if state.is_file():
            run.workspace.states.append(state.read_bytes())
        run.apply.status = "errored" if code else "finished"
        run.becomes("errored" if code else "applied")

    def _unpack(self, scratch: Path) -> Path:
        with tarfile.open(fileobj=io.BytesIO(self._run.configuration.content)) as archive:
            archive.extractall(scratch, filter="data")
        folder = scratch / self._run.workspace.working_directory
        self._run.files = sorted(str(each.relative_to(scratch)) for each in scratch.rglob("*") if each.is_file())
        local = {"terraform": {"backend": {"local": {"path": _STATE}}}}
        (folder / _LOCAL).write_text(json.dumps(local), encoding="utf-8")
        states = self._run.workspace.states
        if states:
            (folder / _STATE).write_bytes(states[-1])
        return folder

    def _shown(self, folder: Path) -> str:
        shown = [*terraforms.every()[0].command, "show", "-json", _PLAN]
        return programs.run(shown, self._variables, folder).stdout

    def _terraform(self, log: Log, folder: Path, command: str, *arguments: str) -> int:
        line = [*terraforms.every()[0].command, command, "-no-color", "-input=false", *arguments]
        ran = programs.run(line, {**self._variables, "TF_DATA_DIR": str(folder / ".terraform")}, folder)
        if command != "init" or ran.returncode:
            log.text += ran.stdout + ran.stderr
        return ran.returncode


def _options(run: Run) -> list[str]:
    """The options of ``terraform plan`` that a run's attributes stand for."""
    options = ["-destroy"] if run.asked("is-destroy") else []
    options += ["-refresh-only"] if run.asked("refresh-only") else []
    options += [f"-target={each}" for each in run.attributes.get("target-addrs") or ()]
    return options + [f"-replace={each}" for each in run.attributes.get("replace-addrs") or ()]
