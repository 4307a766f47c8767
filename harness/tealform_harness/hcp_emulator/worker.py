"""Carries out a run as HCP Terraform's machines do: unpack, plan, wait for the confirmation, apply."""

from __future__ import annotations

import io
import json
import subprocess
import tarfile
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from tealform.terraform import subprocesses, terraform_binaries
from tealform.terraform.subprocesses import HALT, Halt
from tealform_harness.hcp_emulator import serializers
from tealform_harness.hcp_emulator.models import Log, Organization, Run

# Override files are read last, and ``cloud`` and ``backend`` exclude each other, so that one takes the other's place.
_LOCAL = "~local_override.tf.json"
_STATE = "terraform.tfstate"
_PLAN = "run.tfplan"
_VARIABLES = "run.auto.tfvars"
_SAVED, _FINISHED = "planned_and_saved", "planned_and_finished"
_PAUSE_SECONDS = 0.02
_SECONDS_TO_END = 15
# Terraform leaves out the first three lines of an apply's log, because they are those of the plan's.
_HEADER = "Terraform v{version}\non linux_amd64\nInitializing plugins and modules...\n"


class Worker(threading.Thread):
    """Carries out one run. ``variables`` are those of the workspace, which lead Terraform to providers and AWS."""

    def __init__(self, organization: Organization, run: Run, variables: Mapping[str, str]) -> None:
        super().__init__(name=run.id, daemon=True)
        self._organization, self._run, self._halt = organization, run, Halt()
        self._variables = {**terraform_binaries.unattended_environment(), **variables}
        self._process: subprocess.Popen[str] | None = None

    def run(self) -> None:
        """Carry out the run. Errors are in its logs and its status."""
        HALT.set(self._halt)
        threading.Thread(target=self._end_if_halted, daemon=True).start()
        with tempfile.TemporaryDirectory(prefix="hcp-run-") as scratch:
            try:
                self._carry_out(Path(scratch))
            except KeyboardInterrupt:
                self._end(self._run.ends_as)
            except Exception as error:
                if self._run.plan.status == "pending":
                    self._begin(self._run.plan)
                self._run.plan.text += f"\n{error}\n"
                self._end("errored")
            finally:
                for log in (self._run.plan, self._run.apply):
                    log.status = "unreachable" if log.status == "pending" else log.status
                self._run.halted.set()

    def _end_if_halted(self) -> None:
        self._run.halted.wait()
        self._halt.ask()
        self.join(_SECONDS_TO_END)
        if self._process:
            self._process.kill()

    def _end(self, status: str) -> None:
        self._run.set_status(status)
        # A client that has read the logs to their end reads the status then.
        for log in (self._run.plan, self._run.apply):
            if log.status == "running":
                log.status = status

    def _carry_out(self, scratch: Path) -> None:
        """A run waits for its turn, but not to plan if it only plans, or saves its plan until it is applied.

        https://developer.hashicorp.com/terraform/cloud-docs/run/modes-and-options
        """
        run = self._run
        folder = self._unpack(scratch)
        if run.has("plan-only"):
            self._plan(folder)
        elif run.has("save-plan"):
            if self._plan(folder) and self._confirmed():
                with run.workspace.queued(run):
                    self._await_turn()
                    self._apply(folder)
        else:
            with run.workspace.queued(run):
                self._await_turn()
                self._restore_state(folder)
                if self._plan(folder) and self._confirmed():
                    self._apply(folder)

    def _await_turn(self) -> None:
        self._await(lambda: self._run.workspace.take_turn(self._run))

    def _await(self, condition: Callable[[], bool]) -> None:
        while not condition():
            self._halt.check()
            time.sleep(_PAUSE_SECONDS)
        self._halt.check()

    def _plan(self, folder: Path) -> bool:
        """Plan; return whether there is something to apply."""
        run = self._run
        run.set_status("planning")
        self._begin(run.plan)
        options = ["-detailed-exitcode", f"-out={_PLAN}", *_options(run)]
        code = self._terraform(run.plan, folder, "init") or self._terraform(run.plan, folder, "plan", *options)
        run.has_changes = code == 2
        if code != 1:
            self._show(folder)
        run.plan.status = "errored" if code == 1 else "finished"
        run.set_status("errored" if code == 1 else "planned")
        return code != 1 and self._passes() and self._is_to_be_applied()

    def _passes(self) -> bool:
        """Return whether the policies let the run continue. https://developer.hashicorp.com/terraform/cloud-docs/run/states#the-sentinel-policy-check-stage"""
        run = self._run
        if not run.workspace.failing_policy:
            return True
        run.set_status("policy_checking")
        if run.workspace.failing_policy == "hard-mandatory":
            run.check = "hard_failed"
            run.set_status("errored")
            return False
        run.check = "soft_failed"
        if run.has("plan-only"):
            run.set_status("policy_soft_failed")
            return False
        run.set_status("policy_override")
        self._await(run.overridden.is_set)
        run.check = "overridden"
        run.set_status("policy_checked")
        return True

    def _is_to_be_applied(self) -> bool:
        run = self._run
        if run.has("plan-only") or not run.has_changes:
            run.set_status(_FINISHED)
            return False
        if run.has("save-plan"):
            run.set_status(_SAVED)
        return True

    def _confirmed(self) -> bool:
        if not self._run.has("auto-apply"):
            self._await(self._run.confirmed.is_set)
        return True

    def _apply(self, folder: Path) -> None:
        run = self._run
        run.set_status("applying")
        self._begin(run.apply)
        try:
            code = self._terraform(run.apply, folder, "apply", _PLAN)
        finally:
            # A canceled run keeps what it has done so far.
            self._keep_state(folder)
        run.apply.status = "errored" if code else "finished"
        run.set_status("errored" if code else "applied")

    def _begin(self, log: Log) -> None:
        log.text += _HEADER.format(version=self._run.workspace.terraform_version)
        log.status = "running"

    def _show(self, folder: Path) -> None:
        run = self._run
        run.plan_json = self._capture(folder, "show", "-json", _PLAN)
        if run.has("save-plan") or run.workspace.structured:
            schemas = json.loads(self._capture(folder, "providers", "schema", "-json"))
            run.redacted_json = json.dumps(serializers.redacted_plan(json.loads(run.plan_json), schemas))

    def _capture(self, folder: Path, *arguments: str) -> str:
        return subprocesses.run(
            [*terraform_binaries.list_terraforms()[0].command, *arguments], self._variables, folder
        ).stdout

    def _keep_state(self, folder: Path) -> None:
        states, file = self._run.workspace.states, folder / _STATE
        if file.is_file() and (content := file.read_bytes()) != (states[-1] if states else b""):
            states.append(content)
            self._organization.discard_stale_plans(self._run)

    def _restore_state(self, folder: Path) -> None:
        if states := self._run.workspace.states:
            (folder / _STATE).write_bytes(states[-1])

    def _unpack(self, scratch: Path) -> Path:
        with tarfile.open(fileobj=io.BytesIO(self._run.configuration.content)) as archive:
            archive.extractall(scratch, filter="data")
        folder = scratch / self._run.workspace.working_directory
        self._run.files = sorted(str(each.relative_to(scratch)) for each in scratch.rglob("*") if each.is_file())
        local = {"terraform": {"backend": {"local": {"path": _STATE}}}}
        (folder / _LOCAL).write_text(json.dumps(local), encoding="utf-8")
        variables = self._run.attributes.get("variables") or ()
        # Their values are HCL literals.
        assigned = "".join(f"{each['key']} = {each['value']}\n" for each in variables)
        (folder / _VARIABLES).write_text(assigned, encoding="utf-8")
        self._restore_state(folder)
        return folder

    def _terraform(self, log: Log, folder: Path, command: str, *arguments: str) -> int:
        structured = ["-json"] if self._run.workspace.structured and command != "init" else []
        line = [
            *terraform_binaries.list_terraforms()[0].command,
            command,
            "-no-color",
            "-input=false",
            *structured,
            *arguments,
        ]
        init_output = ""
        with subprocess.Popen(
            line,
            cwd=folder,
            env={**self._variables, "TF_DATA_DIR": str(folder / ".terraform")},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        ) as process:
            assert process.stdout is not None
            self._process = process
            with self._halt.ends(process):
                for text in process.stdout:
                    if command == "init":
                        init_output += text
                    else:
                        log.text += text
                code = process.wait()
        self._process = None
        log.text += init_output if code else ""
        return code


def _options(run: Run) -> list[str]:
    """Return the options of ``terraform plan`` for a run's attributes."""
    options = ["-destroy"] if run.has("is-destroy") else []
    options += ["-refresh=false"] if run.attributes.get("refresh") is False else []
    options += ["-refresh-only"] if run.has("refresh-only") else []
    options += [f"-target={each}" for each in run.attributes.get("target-addrs") or ()]
    return options + [f"-replace={each}" for each in run.attributes.get("replace-addrs") or ()]
