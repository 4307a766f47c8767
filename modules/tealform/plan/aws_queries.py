"""Questions to AWS about what a plan touches."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from tealform.errors import TealformError
from tealform.plan import arns

Clients = Callable[[str], Any]

# What has been taken away since the plan looked releases nothing, and nothing leads to it.
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
    """It cannot be seen how things are now; says why, and with which command somebody may look himself."""


class Aws:
    """AWS in the environment's region. ``clients`` makes a client of a service; nothing is asked before it must be."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._account = ""

    def client(self, service: str, values: Mapping[str, Any], look: str) -> Any:
        """A client for questions about the resource with these values; ``look`` is the command for whoever must look himself.

        Raises ``UnseenError`` if there are no credentials, or those of another account: there nothing is to be found, or
        what has the same name. Terraform may run elsewhere, so that ``allowed_account_ids`` does not tell.
        """
        wanted = next(filter(None, (arns.account(values.get(key)) for key in _ARNS)), "")
        if wanted and wanted != (mine := self._mine(look)):
            raise _unseen(f"the credentials are those of account {mine}, and it is in account {wanted}", look)
        return answer(look, lambda: self._clients(service))

    def _mine(self, look: str) -> str:
        """Nobody needs a permission to ask.

        https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
        """
        if not self._account:
            self._account = answer(look, lambda: self._clients("sts").get_caller_identity()).get("Account", "")
        return self._account


def answer(look: str, ask: Callable[[], Any]) -> Any:
    """What AWS answers; nothing where what is asked about is gone. Raises ``UnseenError``."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return ask()
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in _GONE:
            return {}
        raise _unseen(_said(error.operation_name, str(error)), look) from error
    except (BotoCoreError, TealformError) as error:
        raise _unseen(str(error), look) from error


def _said(operation: str, message: str) -> str:
    """Without who was denied something: plans are compared word by word, and made with several roles."""
    if denied := _DENIED.search(message):
        resource = f" on {denied['resource']}" if denied["resource"] else ""
        return f"AccessDenied: {denied['action']}{resource}"
    return f"AccessDenied: {operation}" if "AccessDenied" in message else message


def _unseen(why: str, look: str) -> UnseenError:
    return UnseenError(f"{why.rstrip('.')}. Mend that, or look yourself: {look}")
