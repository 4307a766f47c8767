"""Serves the stub to any Terraform on this machine.

TF_REATTACH_PROVIDERS says that the provider runs already, so Terraform neither looks for it in a registry
nor writes a lock file: https://developer.hashicorp.com/terraform/internals/debugging-providers. The server listens on
the loopback address rather than on a Unix socket, because connections to the latter have no address of their own, and
each connection is one configuration of the provider: its region and tags must not reach other runs.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from concurrent import futures
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import grpc

from tealform.synth import terraform_json
from tealform_harness.provider_stub.protocol import messages
from tealform_harness.provider_stub.provider import ProviderStub
from tealform_harness.provider_stub.schema import store

_ADDRESS = "127.0.0.1"
_SOURCE = "hashicorp/aws"
_PROTOCOL = 6
_SECONDS_TO_END = 1
_THREADS = 8
# The words in the name of a call.
_WORDS = re.compile(r"(?<!^)(?=[A-Z])")


@dataclass(frozen=True)
class RunningStub:
    """A stub that is being served. ``reattach`` is the text for TF_REATTACH_PROVIDERS."""

    reattach: str

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables that lead Terraform to the stub."""
        return {"TF_REATTACH_PROVIDERS": self.reattach}


@contextmanager
def serve(documents: Iterable[Mapping[str, Any]]) -> Iterator[RunningStub]:
    """Serve the types in ``documents``, parsed Terraform JSON, while the ``with`` block lasts.

    Any number of Terraform processes may use it, one after another and at the same time. Types that the provider does not
    have are not served, so that Terraform refuses them.
    """
    documents = list(documents)
    resources, data = (
        set[str]().union(*(terraform_json.types(document, mode) for document in documents))
        for mode in ("resource", "data")
    )
    schema = store.load_schema(resources, data)
    server = grpc.server(
        futures.ThreadPoolExecutor(_THREADS, thread_name_prefix="provider-stub"),
        handlers=[_handlers(ProviderStub(schema))],
        options=[("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)],
    )
    port = server.add_insecure_port(f"{_ADDRESS}:0")
    server.start()
    try:
        with _idle_process() as process:
            yield RunningStub(_reattach(f"{_ADDRESS}:{port}", process))
    finally:
        server.stop(_SECONDS_TO_END).wait()


@contextmanager
def _idle_process() -> Iterator[int]:
    """Run a process that does nothing, and yield its id.

    Terraform needs the provider's process id, and kills that process if the server cannot be reached:
    https://github.com/hashicorp/go-plugin/blob/main/internal/cmdrunner/cmd_reattach.go. It must not be this one.
    """
    # It ends with this process, since its input does. A process group of its own keeps Ctrl-C away.
    waiting = [sys.executable, "-I", "-S", "-c", "import sys; sys.stdin.read()"]
    with subprocess.Popen(waiting, stdin=subprocess.PIPE, process_group=0) as process:
        yield process.pid


def _reattach(address: str, process: int) -> str:
    # "Test" keeps Terraform from ending the provider when it is done.
    served = {
        "Protocol": "grpc",
        "ProtocolVersion": _PROTOCOL,
        "Pid": process,
        "Test": True,
        "Addr": {"Network": "tcp", "String": address},
    }
    return json.dumps({_SOURCE: served})


def _handlers(stub: ProviderStub) -> grpc.GenericRpcHandler:
    """Map each call of ``tfplugin6.proto`` to the method of the same name."""
    service = messages.DESCRIPTOR.services_by_name["Provider"]
    handlers = {}
    for call in service.methods:
        message = getattr(messages, call.name)
        handlers[call.name] = grpc.unary_unary_rpc_method_handler(
            getattr(stub, _WORDS.sub("_", call.name).lower()),
            request_deserializer=message.Request.FromString,
            response_serializer=message.Response.SerializeToString,
        )
    return grpc.method_handlers_generic_handler(service.full_name, handlers)
