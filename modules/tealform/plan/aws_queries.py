"""Queries to AWS about what a plan touches."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from tealform.errors import TealformError

Clients = Callable[[str], Any]
"""Makes a client of boto3 for the name of an AWS service."""

# What was deleted after the plan was made releases nothing, and nothing leads to it.
_GONE = {
    "ApplicationDoesNotExistException",
    "ClusterNotFoundException",
    "DeploymentGroupDoesNotExistException",
    "ListenerNotFound",
    "LoadBalancerNotFound",
    "PipelineNotFoundException",
    "ServiceNotFoundException",
    "TargetGroupNotFound",
}
# https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
_DENIED = re.compile(r"not authorized to perform: (?P<action>\S+)(?: on resource: (?P<resource>\S+))?")
_ARNS = ("arn", "id", "cluster")


class UnseenError(TealformError):
    """The present state cannot be seen. The message says why, and which command shows it."""


class Aws:
    """AWS in the environment's region. It makes a client when it needs one."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._account = ""

    def client(self, service: str, values: Mapping[str, Any], look: str) -> Any:
        """Return a client for queries about the resource with these values; ``look`` is the command that shows the same.

        Raises ``UnseenError`` if there are no credentials, or those of another account, which has nothing of the kind or
        something else of the same name. Terraform may run elsewhere, so ``allowed_account_ids`` does not ensure it.
        """
        wanted = next(filter(None, (parse_account(values.get(key)) for key in _ARNS)), "")
        if wanted and not self._account:
            # This needs no permission: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
            self._account = query(look, lambda: self._clients("sts").get_caller_identity()).get("Account", "")
        if wanted and wanted != self._account:
            raise _unseen(f"the credentials are those of account {self._account}, and it is in account {wanted}", look)
        return query(look, lambda: self._clients(service))


def parse_account(arn: object) -> str:
    """Return the account in an ARN; empty if it is no ARN, or has no account.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
    """
    parts = str(arn).split(":", 5)
    return parts[4] if len(parts) == 6 and parts[0] == "arn" else ""


def query(look: str, ask: Callable[..., Any], **parameters: Any) -> Any:
    """Return AWS's answer to ``ask`` with these parameters, empty if the resource no longer exists. Raises ``UnseenError``."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return ask(**parameters)
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in _GONE:
            return {}
        raise _unseen(_abridge(error.operation_name, str(error)), look) from error
    except (BotoCoreError, TealformError) as error:
        raise _unseen(str(error), look) from error


def _abridge(operation: str, message: str) -> str:
    """Leave out who was denied access: plans are compared word by word, and made with several roles."""
    if denied := _DENIED.search(message):
        resource = f" on {denied['resource']}" if denied["resource"] else ""
        return f"AccessDenied: {denied['action']}{resource}"
    return f"AccessDenied: {operation}" if "AccessDenied" in message else message


def _unseen(why: str, look: str) -> UnseenError:
    return UnseenError(f"{why.rstrip('.')}. Mend that, or look yourself: {look}")
