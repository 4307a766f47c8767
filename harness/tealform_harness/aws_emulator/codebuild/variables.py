"""What a build's environment variables come to: some stand elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping

from moto.core.exceptions import JsonRESTError, ServiceException
from moto.secretsmanager.models import secretsmanager_backends
from moto.ssm.models import ssm_backends

Variable = Mapping[str, str]
"""As CodeBuild's API has them: ``name``, ``value`` and ``type``, which is PLAINTEXT when left out."""


class VariableError(Exception):
    """Says which variable has no value, and why."""


def resolve_variables(variables: Iterable[Variable], account_id: str, region: str) -> dict[str, str]:
    """The values of ``variables`` by name; of two of one name the later counts.

    Whether the build's role may read them is not asked. Raises ``VariableError``.
    https://docs.aws.amazon.com/codebuild/latest/APIReference/API_EnvironmentVariable.html
    """
    return {
        name: _resolve_variable(variable, account_id, region)
        for name, variable in {variable["name"]: variable for variable in variables}.items()
    }


def _resolve_variable(variable: Variable, account_id: str, region: str) -> str:
    kind = variable.get("type", "PLAINTEXT")
    try:
        if kind not in _READERS:
            raise VariableError(f"there is no type {kind}; use one of {', '.join(_READERS)}")
        return _READERS[kind](variable["value"], account_id, region)
    except (JsonRESTError, ServiceException, VariableError) as error:
        reason = str(error) if isinstance(error, VariableError) else error.message
        raise VariableError(f"{variable['name']} is {variable['value']}, but {reason}") from error


def _read_plain(value: str, account_id: str, region: str) -> str:
    return value


def _read_parameter(name: str, account_id: str, region: str) -> str:
    parameter = ssm_backends[account_id][region].get_parameter(name)
    if parameter is None:
        raise VariableError("there is no such parameter")
    return str(parameter.response_object(decrypt=True)["Value"])


def _read_secret(reference: str, account_id: str, region: str) -> str:
    """``reference`` is a name or an ARN, then perhaps a key of JSON, a stage and a version, all with colons between.

    https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html#build-spec.env.secrets-manager
    """
    parts = reference.split(":")
    own = 7 if parts[0] == "arn" else 1
    key, stage, version = [*parts[own:], "", "", ""][:3]
    found = secretsmanager_backends[account_id][region].get_secret_value(":".join(parts[:own]), version, stage)
    text = str(found.get("SecretString", ""))
    return _select_key(text, key) if key else text


def _select_key(text: str, key: str) -> str:
    try:
        return str(json.loads(text)[key])
    except (ValueError, LookupError, TypeError):
        raise VariableError(f"the secret has no key {key}") from None


_READERS: Mapping[str, Callable[[str, str, str], str]] = {
    "PLAINTEXT": _read_plain,
    "PARAMETER_STORE": _read_parameter,
    "SECRETS_MANAGER": _read_secret,
}
