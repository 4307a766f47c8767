import json
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from moto import mock_aws
from moto.backends import get_backend

from tealform.errors import TealformError
from tealform_harness.aws_emulator import git_hosting
from tealform_harness.aws_emulator.external_references import SEED_PATH, seed
from tealform_harness.aws_emulator.kms import KeyBackend
from tealform_harness.aws_emulator.request_dedup import RequestDeduplicator
from tealform_harness.aws_emulator.server import EmulatedAws, running
from tealform_harness.aws_emulator.services import install
from tests.inventory import ROOT
from tests.unit.aws_emulator import clients
from tests.unit.aws_emulator.test_external_references import document, in_network
from tests.unit.aws_emulator.test_preexisting_resources import CERTIFICATE, PRIVATE, PUBLIC, VPC_ID

ACCOUNT = "210987654321"
REGION = "eu-west-1"


def of_account(document: dict[str, Any]) -> dict[str, Any]:
    """The same environment in this emulated AWS's account."""
    moved: dict[str, Any] = json.loads(json.dumps(document).replace(clients.ACCOUNT, ACCOUNT))
    return moved


@pytest.fixture(scope="module")
def aws() -> Iterator[EmulatedAws]:
    with running(ACCOUNT) as emulated:
        yield emulated


def test_the_account_is_the_environment_s(aws: EmulatedAws) -> None:
    assert aws.client("sts", REGION).get_caller_identity()["Account"] == ACCOUNT


def test_policies_that_aws_manages_are_there(aws: EmulatedAws) -> None:
    policy = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"

    assert aws.client("iam", REGION).get_policy(PolicyArn=policy)["Policy"]["Arn"] == policy


def test_what_this_package_adds_is_served(aws: EmulatedAws) -> None:
    metadata = aws.client("codecommit", REGION).create_repository(repositoryName="shop")["repositoryMetadata"]

    assert metadata["Arn"] == f"arn:aws:codecommit:{REGION}:{ACCOUNT}:shop"
    assert metadata["creationDate"].tzinfo is not None


@pytest.mark.parametrize(
    ("service", "operation", "arguments", "named"),
    [
        ("codecommit", "list_pull_requests", {"repositoryName": "shop"}, "codecommit ListPullRequests"),
        ("iam", "get_organizations_access_report", {"JobId": "0" * 36}, "iam GetOrganizationsAccessReport"),
        ("ec2", "describe_spot_datafeed_subscription", {}, "ec2 DescribeSpotDatafeedSubscription"),
        ("eks", "list_addons", {"clusterName": "shop"}, "eks GET /clusters/shop/addons"),
    ],
)
def test_what_is_not_emulated_is_refused_at_once_by_name(
    aws: EmulatedAws, service: str, operation: str, arguments: dict[str, str], named: str
) -> None:
    with pytest.raises(ClientError) as error:
        getattr(aws.client(service, REGION), operation)(**arguments)

    assert error.value.response["Error"]["Code"] == "NotImplemented"
    assert f"{named} is not emulated" in error.value.response["Error"]["Message"]
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert f"{named} is not emulated" in aws.log.read_text(encoding="utf-8")


def test_tools_are_led_to_it_and_to_nothing_of_the_caller(aws: EmulatedAws, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "https_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, "the caller's")
    monkeypatch.setenv("HOME", "/home/somebody")

    environment = aws.environment

    assert environment["AWS_ENDPOINT_URL"] == aws.endpoint
    assert environment["HOME"] == "/home/somebody"
    assert "the caller's" not in environment.values()


def test_what_an_environment_refers_to_is_created(aws: EmulatedAws) -> None:
    certificate = CERTIFICATE.replace(clients.ACCOUNT, ACCOUNT)
    acm = aws.client("acm", clients.REGION)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        acm.describe_certificate(CertificateArn=certificate)

    assert seed(aws, of_account(document(CERTIFICATE))).arns == [certificate]

    assert acm.describe_certificate(CertificateArn=certificate)["Certificate"]["Status"] == "ISSUED"


def test_the_network_that_an_environment_refers_to_is_created(aws: EmulatedAws) -> None:
    (network,) = seed(aws, of_account(in_network(VPC_ID, PUBLIC, PRIVATE))).networks

    vpc = {"Name": "vpc-id", "Values": [network.vpc_id]}
    subnets = aws.client("ec2", network.region).describe_subnets(Filters=[vpc])["Subnets"]
    assert sorted(subnet["SubnetId"] for subnet in subnets) == sorted(PUBLIC + PRIVATE)


@pytest.mark.parametrize("document", [document(CERTIFICATE), in_network(VPC_ID, PUBLIC, PRIVATE)])
def test_what_is_in_a_region_that_is_not_emulated_is_said(aws: EmulatedAws, document: dict[str, Any]) -> None:
    elsewhere = json.loads(json.dumps(document).replace(clients.REGION, "eu-west-9"))

    with pytest.raises(TealformError, match="not created in the emulated AWS: the region eu-west-9 is not emulated"):
        seed(aws, elsewhere)


def test_an_arn_of_something_else_is_refused(aws: EmulatedAws) -> None:
    body = json.dumps({"arns": ["arn:aws:dynamodb:ap-northeast-1:123456789012:table/bucket"], "networks": []}).encode()
    asked = urllib.request.Request(aws.endpoint + SEED_PATH, body, method="POST")

    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(asked)

    assert error.value.code == 400


def test_two_know_nothing_of_each_other(aws: EmulatedAws) -> None:
    aws.client("s3", REGION).create_bucket(Bucket="only-here", CreateBucketConfiguration={"LocationConstraint": REGION})

    with running(ACCOUNT) as other:
        assert other.client("s3", REGION).list_buckets()["Buckets"] == []
        assert other.endpoint != aws.endpoint
    with pytest.raises(EndpointConnectionError):
        other.client("s3", REGION).list_buckets()


def test_it_ends_with_whoever_started_it() -> None:
    command = [sys.executable, "-m", "tealform_harness.aws_emulator", "--while-stdin-is-open"]
    # Its standard input is a pipe that nobody holds open any more, as when the other end has died.
    ended = subprocess.run(command, cwd=ROOT, input=b"", timeout=30, check=False)

    assert ended.returncode == 0


def test_somebody_elsewhere_completes_a_connection_and_pushes(aws: EmulatedAws) -> None:
    connections = aws.client("codeconnections", REGION)
    arn = connections.create_connection(ConnectionName="shop", ProviderType="GitHub")["ConnectionArn"]

    git_hosting.complete_handshake(aws, arn)
    commit = git_hosting.push(aws, REGION, "example/shop", "main", {"a": b"1"}, "first")

    assert connections.get_connection(ConnectionArn=arn)["Connection"]["ConnectionStatus"] == "AVAILABLE"
    assert git_hosting.push_tag(aws, REGION, "example/shop", "v1", "main") == commit
    with pytest.raises(TealformError, match="example/shop has no branch other"):
        git_hosting.push_tag(aws, REGION, "example/shop", "v2", "other")


class Counter:
    """An application that counts, and fails as often as it is told to."""

    def __init__(self, failures: int = 0) -> None:
        self.done, self.failures = 0, failures

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.done += 1
        status = "500 Internal Server Error" if self.done <= self.failures else "200 OK"
        start_response(status, [("X-Done", str(self.done))])
        return [b"done ", str(self.done).encode()]


def ask(application: RequestDeduplicator, call: str = "") -> tuple[str, bytes]:
    told: list[Any] = []
    environ = {"HTTP_AMZ_SDK_INVOCATION_ID": call} if call else {}
    body = b"".join(application(environ, lambda status, headers, exc_info=None: told.append(status)))  # type: ignore[arg-type]
    return told[0], body


def test_the_same_call_is_done_once() -> None:
    counter = Counter()
    application = RequestDeduplicator(counter)
    assert ask(application, "a") == ask(application, "a") == ("200 OK", b"done 1")
    assert ask(application, "b") == ("200 OK", b"done 2")
    assert counter.done == 2


def test_what_has_no_name_is_done_each_time() -> None:
    application = RequestDeduplicator(Counter())
    assert [ask(application)[1], ask(application)[1]] == [b"done 1", b"done 2"]


def test_what_failed_is_tried_again() -> None:
    application = RequestDeduplicator(Counter(failures=1))
    assert ask(application, "a")[0] == "500 Internal Server Error"
    assert ask(application, "a") == ("200 OK", b"done 2")


def test_a_second_try_waits_for_the_first() -> None:
    began, go_on = threading.Event(), threading.Event()

    def slow(environ: Any, start_response: Any) -> Iterable[bytes]:
        began.set()
        go_on.wait(5)
        return counter(environ, start_response)

    counter = Counter()
    application, answers = RequestDeduplicator(slow), list[tuple[str, bytes]]()
    tries = [threading.Thread(target=lambda: answers.append(ask(application, "a"))) for _ in range(2)]
    for each in tries:
        each.start()
    assert began.wait(5)
    go_on.set()
    for each in tries:
        each.join(5)
    assert answers == [("200 OK", b"done 1")] * 2


def test_installing_again_changes_nothing() -> None:
    install()
    install()

    with mock_aws():
        key = clients.client("kms").create_key()["KeyMetadata"]["KeyId"]
        clients.client("kms").enable_key_rotation(KeyId=key)
        assert clients.client("kms").get_key_rotation_status(KeyId=key)["RotationPeriodInDays"] == 365
    assert get_backend("kms").backend is KeyBackend
