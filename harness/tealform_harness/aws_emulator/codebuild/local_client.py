"""Clients of the emulated AWS for code that runs inside it."""

from __future__ import annotations

import io
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from flask import Flask
from moto.backends import SERVICE_NAMES
from moto.core.models import botocore_stubber
from moto.moto_server.werkzeug_app import create_backend_app


class _Body(io.BytesIO):
    """Read as urllib3's responses are."""

    def stream(self, **_: Any) -> Any:
        yield self.read()


@cache
def get_local_client(service: SERVICE_NAMES, region: str) -> Any:
    """A client whose requests come to the service without a network, wherever the emulated AWS is served, if at all.

    It checks what is asked and reads what is answered as any client does. It is the same one each time, since reading
    a service's model takes longer than most requests.
    """
    session: Any = boto3.Session("emulated", "emulated", region_name=region)
    made = session.client(service)
    app = create_backend_app(service)

    def send(request: AWSPreparedRequest, **_: Any) -> AWSResponse | None:
        # Inside moto's mock, this hears of requests that moto answers as well.
        return None if botocore_stubber.enabled else _send(app, request)

    made.meta.events.register("before-send", send)
    return made


def _send(app: Flask, request: AWSPreparedRequest) -> AWSResponse:
    asked: Any = request
    path = urlsplit(asked.url).path or "/"
    headers = {name: value.decode() if isinstance(value, bytes) else value for name, value in asked.headers.items()}
    answer = app.test_client().open(path, method=asked.method, headers=headers, data=asked.body)
    raw: Any = _Body(answer.data)
    return AWSResponse(asked.url, answer.status_code, HTTPHeaders.from_dict(dict(answer.headers)), raw)
