"""Answers the calls of the API: one method for each call, in the order in which Terraform makes them."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from tealform_harness.hcp_emulator import serializers
from tealform_harness.hcp_emulator.models import FINAL, Configuration, EmulatedWorkspace, Organization, Run
from tealform_harness.hcp_emulator.worker import Worker

_HEADERS = {"TFP-API-Version": "2.6", "TFP-AppName": "HCP Terraform", "X-RateLimit-Limit": "30"}


class RefusalError(Exception):
    """An answer with an error."""

    def __init__(self, status: int, title: str, detail: str = "") -> None:
        super().__init__(title)
        self.status, self.title, self.detail = status, title, detail


class ApiServer:
    """The API of one ``organization``, as a WSGI application. ``variables`` are what every run's Terraform gets.

    ``calls`` are the calls so far, like ``GET /organizations/acme/workspaces/dev``.
    """

    def __init__(self, organization: Organization, variables: Mapping[str, str]) -> None:
        self._organization, self._variables = organization, variables
        self.workers: list[Worker] = []
        self.calls: list[str] = []

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """WSGI."""
        return self._answer(Request(environ))(environ, start_response)

    def _answer(self, request: Request) -> Response:
        path = request.path.removeprefix("/api/v2")
        self.calls.append(f"{request.method} {path}")
        try:
            name, values = _ROUTES.bind("").match(path, method=request.method)
            if name not in _OPEN:
                self._authenticate(request)
            found = getattr(self, f"_{name}")(request, **self._resolve(values))
        except HTTPException:
            found = _error(404, "not found")
        except RefusalError as refusal:
            found = _error(refusal.status, refusal.title, refusal.detail)
        response = found if isinstance(found, Response) else _document(found)
        response.headers.extend(_HEADERS)
        return response

    def _authenticate(self, request: Request) -> None:
        if not self._user(request):
            raise RefusalError(401, "unauthorized")

    def _user(self, request: Request) -> str:
        """Return the user of the token of a request; empty if the token is not known."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        known = {self._organization.token: "laptop", **self._organization.users}
        return known.get(token, "")

    def _ping(self, _: Request) -> Response:
        return Response(status=204)

    def _read_organization(self, _: Request) -> Any:
        return serializers.organization(self._organization)

    def _entitlements(self, _: Request) -> Any:
        return serializers.entitlements()

    def _projects(self, request: Request) -> Any:
        wanted = request.args.get("filter[names]")
        names = [name for name in self._organization.projects if wanted in (None, name)]
        return [serializers.project(self._organization, name) for name in names]

    def _create_project(self, request: Request) -> Any:
        if not self._organization.may_create:
            raise RefusalError(404, "not found")
        name = _attributes(request)["name"]
        self._organization.projects.append(name)
        return serializers.project(self._organization, name)

    def _read_project(self, _: Request, project: str) -> Any:
        for name in self._organization.projects:
            if (found := serializers.project(self._organization, name))["id"] == project:
                return found
        raise RefusalError(404, "not found")

    def _workspaces(self, request: Request) -> Any:
        wanted = request.args.get("search[name]", "")
        found = [each for name, each in self._organization.workspaces.items() if wanted in name]
        return _page(request, [serializers.workspace(self._organization, each) for each in found])

    def _create_workspace(self, request: Request) -> Any:
        if not self._organization.may_create:
            raise RefusalError(404, "not found")  # The API answers so if the token lacks the permission.
        name = _attributes(request)["name"]
        if name in self._organization.workspaces:
            raise RefusalError(422, "invalid attribute", "Name has already been taken")
        related = (request.get_json(force=True)["data"].get("relationships") or {}).get("project")
        project = self._read_project(request, related["data"]["id"])["attributes"]["name"] if related else None
        made = self._organization.add_workspace(name, **({"project": project} if project else {}))
        return serializers.workspace(self._organization, made)

    def _workspace_by_name(self, request: Request, name: str) -> Any:
        if name not in self._organization.workspaces:
            raise RefusalError(404, "not found")
        return self._shown(self._organization.workspaces[name])

    def _workspace(self, request: Request, workspace: EmulatedWorkspace) -> Any:
        return self._shown(workspace)

    def _change_workspace(self, request: Request, workspace: EmulatedWorkspace) -> Any:
        workspace.terraform_version = _attributes(request).get("terraform-version") or workspace.terraform_version
        return serializers.workspace(self._organization, workspace)

    def _shown(self, it: EmulatedWorkspace) -> Response:
        included = (
            [serializers.user(it.locked_by)] if it.locked_by else [serializers.run(it.current)] if it.current else []
        )
        return _document(serializers.workspace(self._organization, it), included)

    def _lock(self, request: Request, workspace: EmulatedWorkspace) -> Any:
        if workspace.locked_by or workspace.current:
            raise RefusalError(409, "conflict", "Unable to lock workspace. The workspace is already locked.")
        workspace.locked_by = self._user(request)
        return serializers.workspace(self._organization, workspace)

    def _unlock(self, request: Request, workspace: EmulatedWorkspace) -> Any:
        """https://developer.hashicorp.com/terraform/cloud-docs/api-docs/workspaces#unlock-a-workspace"""
        if workspace.current and not workspace.locked_by:
            raise RefusalError(
                409, "conflict", f"Unable to unlock workspace. The workspace is locked by Run {workspace.current.id}"
            )
        if workspace.locked_by not in ("", self._user(request)):
            raise RefusalError(
                409, "conflict", f"Unable to unlock workspace. The workspace is locked by User {workspace.locked_by}"
            )
        return self._force_unlock(request, workspace)

    def _force_unlock(self, _: Request, workspace: EmulatedWorkspace) -> Any:
        if not workspace.locked_by:
            raise RefusalError(409, "conflict", "Unable to unlock workspace. The workspace is not locked.")
        workspace.locked_by = ""
        return serializers.workspace(self._organization, workspace)

    def _current_state(self, request: Request, workspace: EmulatedWorkspace) -> Any:
        if not workspace.states:
            raise RefusalError(404, "not found")
        return serializers.state(_host(request), workspace, len(workspace.states) - 1)

    def _create_state(self, request: Request, workspace: EmulatedWorkspace) -> Any:
        workspace.states.append(base64.b64decode(_attributes(request).get("state") or ""))
        return serializers.state(_host(request), workspace, len(workspace.states) - 1)

    def _outputs(self, _: Request, workspace: EmulatedWorkspace) -> Any:
        return serializers.outputs(workspace)

    def _state_version(self, request: Request, sv: str, number: int) -> Any:
        return serializers.state(_host(request), self._find_workspace(f"ws-{sv}"), number)

    def _state_content(self, request: Request, workspace: EmulatedWorkspace, number: int) -> Response:
        if request.method == "PUT":
            workspace.states[number] = request.get_data()
        return Response(workspace.states[number])

    def _ignored(self, _: Request) -> Response:
        return Response(status=200)

    def _create_configuration(self, request: Request, workspace: EmulatedWorkspace) -> Any:
        made = Configuration(self._organization.new_id("cv"), bool(_attributes(request).get("speculative")))
        self._organization.configurations[made.id] = made
        return serializers.configuration(_host(request), made)

    def _upload(self, request: Request, configuration: Configuration) -> Response:
        configuration.content = request.get_data()
        return Response(status=200)

    def _configuration(self, request: Request, configuration: Configuration) -> Any:
        return serializers.configuration(_host(request), configuration)

    def _create_run(self, request: Request) -> Any:
        related = request.get_json()["data"]["relationships"]
        it = self._find_workspace(related["workspace"]["data"]["id"])
        configuration = self._organization.configurations[related["configuration-version"]["data"]["id"]]
        attributes = dict(_attributes(request))
        if configuration.speculative:
            attributes["plan-only"] = True
        run = Run(self._organization.new_id("run"), it, configuration, attributes)
        self._organization.runs[run.id] = run
        self.workers.append(Worker(self._organization, run, self._variables))
        self.workers[-1].start()
        return serializers.run(run)

    def _runs(self, request: Request, workspace: EmulatedWorkspace) -> Any:
        newest_first = reversed(list(self._organization.runs.values()))
        return _page(request, [serializers.run(each) for each in newest_first if each.workspace is workspace])

    def _read_run(self, request: Request, run: Run) -> Response:
        host = _host(request)
        included = [
            serializers.workspace(self._organization, run.workspace),
            serializers.configuration(host, run.configuration),
            serializers.plan_or_apply(host, "plan", run, run.plan),
            serializers.plan_or_apply(host, "apply", run, run.apply),
        ]
        return _document(serializers.run(run), included)

    def _act(self, _: Request, run: Run, action: str) -> Response:
        possible = serializers.run(run)["attributes"]["actions"]
        if action not in _ACTIONS or run.status in FINAL or not possible[_ACTIONS[action]]:
            raise RefusalError(409, "transition not allowed")
        if action == "apply":
            if "can-queue-apply" in run.workspace.denied:
                raise RefusalError(404, "not found")
            run.set_status("confirmed")
            run.confirmed.set()
        else:
            self._organization.cancel(run, "discarded" if action == "discard" else "canceled")
        return Response(status=202)

    def _nothing(self, _: Request, **__: object) -> Any:
        return []

    def _policy_checks(self, _: Request, run: Run) -> Any:
        return [serializers.policy_check(run)] if run.workspace.failing_policy else []

    def _override(self, _: Request, run: Run) -> Any:
        if run.status != "policy_override":
            raise RefusalError(409, "transition not allowed")
        run.overridden.set()
        return serializers.policy_check(run)

    def _policy_check(self, _: Request, run: Run) -> Any:
        return serializers.policy_check(run)

    def _policy_output(self, _: Request, run: Run) -> Response:
        level = run.workspace.failing_policy
        return Response(f"Sentinel Result: false\n\nnobody-on-friday ({level}): failed\n")

    def _plan(self, request: Request, run: Run) -> Any:
        return serializers.plan_or_apply(_host(request), "plan", run, run.plan)

    def _apply(self, request: Request, run: Run) -> Any:
        return serializers.plan_or_apply(_host(request), "apply", run, run.apply)

    def _plan_json(self, _: Request, run: Run) -> Response:
        if "json-output" in run.workspace.denied:
            raise RefusalError(404, "not found")
        return _json(run.plan_json)

    def _redacted_plan(self, _: Request, run: Run) -> Response:
        return _json(run.redacted_json)

    def _log(self, request: Request, kind: str, run: Run) -> Response:
        content = (run.plan if kind == "plan" else run.apply).content
        offset, limit = int(request.args.get("offset", 0)), int(request.args.get("limit", 65536))
        return Response(content[offset : offset + limit])

    def _resolve(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Replace the ids in a path by what they identify, and check the organization's name."""
        found = dict(values)
        if found.pop("organization", self._organization.name) != self._organization.name:
            raise RefusalError(404, "not found")
        if "workspace" in found:
            found["workspace"] = self._find_workspace(found["workspace"])
        for name, known in (("run", self._organization.runs), ("configuration", self._organization.configurations)):
            if name in found:
                if found[name] not in known:
                    raise RefusalError(404, "not found")
                found[name] = known[found[name]]
        return found

    def _find_workspace(self, id_: str) -> EmulatedWorkspace:
        found = self._organization.find_workspace(id_)
        if found is None:
            raise RefusalError(404, "not found")
        return found


_ACTIONS = {
    "apply": "is-confirmable",
    "discard": "is-discardable",
    "cancel": "is-cancelable",
    "force-cancel": "is-force-cancelable",
}
_OPEN = {"ping", "upload", "log", "state_content", "ignored", "policy_output"}
"""Calls without a token: their addresses are secret, like those of HCP Terraform's archive."""


def _routes() -> Map:
    def rule(path: str, name: str, method: str = "GET") -> Rule:
        return Rule(path, endpoint=name, methods=[method])

    org, ws = "/organizations/<organization>", "/workspaces/<workspace>"
    return Map(
        [
            rule("/ping", "ping"),
            rule(org, "read_organization"),
            rule(f"{org}/entitlement-set", "entitlements"),
            rule(f"{org}/projects", "projects"),
            rule(f"{org}/projects", "create_project", "POST"),
            rule("/projects/<project>", "read_project"),
            rule(f"{org}/workspaces", "workspaces"),
            rule(f"{org}/workspaces", "create_workspace", "POST"),
            rule(f"{org}/workspaces/<name>", "workspace_by_name"),
            rule(f"{org}/runs/queue", "nothing"),
            rule(f"{org}/capacity", "nothing"),
            rule(ws, "workspace"),
            rule(ws, "change_workspace", "PATCH"),
            rule(f"{ws}/actions/lock", "lock", "POST"),
            rule(f"{ws}/actions/unlock", "unlock", "POST"),
            rule(f"{ws}/actions/force-unlock", "force_unlock", "POST"),
            rule(f"{ws}/current-state-version", "current_state"),
            rule(f"{ws}/current-state-version-outputs", "outputs"),
            rule(f"{ws}/state-versions", "create_state", "POST"),
            rule(f"{ws}/configuration-versions", "create_configuration", "POST"),
            rule(f"{ws}/runs", "runs"),
            rule("/state-versions/sv-<sv>-<int:number>", "state_version"),
            rule("/configuration-versions/<configuration>", "configuration"),
            rule("/runs", "create_run", "POST"),
            rule("/runs/<run>", "read_run"),
            rule("/runs/<run>/actions/<action>", "act", "POST"),
            rule("/runs/<run>/policy-checks", "policy_checks"),
            rule("/runs/<run>/task-stages", "nothing"),
            rule("/runs/<run>/run-events", "nothing"),
            rule("/runs/<run>/comments", "nothing"),
            rule("/policy-checks/polchk-<run>", "policy_check"),
            rule("/policy-checks/polchk-<run>/output", "policy_output"),
            rule("/policy-checks/polchk-<run>/actions/override", "override", "POST"),
            rule("/plans/plan-<run>", "plan"),
            rule("/plans/plan-<run>/json-output", "plan_json"),
            rule("/plans/plan-<run>/json-output-redacted", "redacted_plan"),
            rule("/applies/apply-<run>", "apply"),
            rule("/logs/<kind>/<run>", "log"),
            rule("/configurations/<configuration>", "upload", "PUT"),
            Rule("/states/<workspace>/<int:number>", endpoint="state_content", methods=["GET", "PUT"]),
            rule("/ignored", "ignored", "PUT"),
        ]
    )


_ROUTES = _routes()


def _attributes(request: Request) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(request.get_data())["data"]["attributes"]
    return found


def _host(request: Request) -> str:
    return f"http://{request.host}/api/v2"


def _json(text: str) -> Response:
    return Response(text, mimetype="application/json") if text else Response(status=204)


def _page(request: Request, data: list[dict[str, Any]]) -> Response:
    """One page of a list. https://developer.hashicorp.com/terraform/cloud-docs/api-docs#pagination"""
    number, size = int(request.args.get("page[number]", 1)), int(request.args.get("page[size]", 20))
    last = max(1, -(-len(data) // size))
    pages = {
        "current-page": number,
        "page-size": size,
        "prev-page": number - 1 if number > 1 else None,
        "next-page": number + 1 if number < last else None,
        "total-pages": last,
        "total-count": len(data),
    }
    return _document(data[(number - 1) * size : number * size], pages=pages)


def _document(
    data: Any, included: list[dict[str, Any]] | None = None, pages: Mapping[str, Any] | None = None
) -> Response:
    document: dict[str, Any] = {"data": data}
    if included:
        document["included"] = included
    if isinstance(data, list):
        everything = {"current-page": 1, "total-pages": 1, "total-count": len(data)}
        document["meta"] = {"pagination": pages or everything}
    return Response(json.dumps(document), content_type="application/vnd.api+json")


def _error(status: int, title: str, detail: str = "") -> Response:
    error = {"status": str(status), "title": title, "detail": detail}
    return Response(json.dumps({"errors": [error]}), status, content_type="application/vnd.api+json")
