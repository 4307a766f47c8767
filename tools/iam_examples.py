"""Environments that together use every option that makes a role, or allows something."""

from __future__ import annotations

import functools
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tealform.policy.iam.arn_resolver import Json

ACCOUNT, TOOLS_ACCOUNT, REGION = "111111111111", "222222222222", "eu-west-1"

OWN, TOOLS = "envname", "toolsname"
"""The environments that are looked at: one with a service in it, and the one in whose account its pipeline may be."""

_ARN = f"arn:aws:{{}}:{REGION}:{ACCOUNT}:{{}}"
_FUNCTION = _ARN.format("lambda", "function:my-function")
_KEY = _ARN.format("kms", "key/0f4b2c1d-7e8a-4f6b-8c9d-1a2b3c4d5e6f")
_SECRET = _ARN.format("secretsmanager", "secret:my-secret-Ab12Cd")
_PARAMETER = _ARN.format("ssm", "parameter/my-parameter")
_OLD_CONNECTION = _ARN.format("codestar-connections", "connection/0f4b2c1d-7e8a-4f6b-8c9d-1a2b3c4d5e6f")
_TOPIC = _ARN.format("sns", "my-topic")
_SLACK = 'slack {\n workspace = "T012AB3CD"\n channel = "C012AB3CD"\n }'
_IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/my-images:1"

_ZONES = f'network {{ zones = ["{REGION}a", "{REGION}b"] }}'
_EXISTING = """network "existing" {
  vpc_id             = "vpc-0123456789abcdef0"
  public_subnet_ids  = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
  private_subnet_ids = ["subnet-0123456789abcdef2", "subnet-0123456789abcdef3"]
}"""

NAMES = {
    _KEY: "<your KMS key>",
    _FUNCTION: "<your function>",
    _SECRET: "<your secret>",
    _PARAMETER: "<your parameter>",
    _TOPIC: "<your topic>",
    _OLD_CONNECTION: "<your connection>",
    "my-alarm": "<your alarm>",
    "my-repo": "<your repository>",
    "my-images": "<your repository>",
    "my-bucket": "<your bucket>",
    "arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess": "<your policy>",
    "projname": "<project>",
    OWN: "<environment>",
    "svcname": "<service>",
    "prevname": "<previous environment>",
    TOOLS: "<tools environment>",
    ACCOUNT: "<account>",
    TOOLS_ACCOUNT: "<tools account>",
    REGION: "<region>",
    "arn:aws:": "arn:<partition>:",
}
"""What stands for what in the examples: they are about any names, accounts and regions."""


@dataclass(frozen=True)
class Example:
    """An environment with some options beside the least that is needed; ``options`` as people would call them.

    ``service``, ``network``, ``load_balancer`` and ``top`` are HCL for these blocks and for the end of the file;
    ``neighbours`` are the names and whole files of other environments of the project. ``name`` is the one that is looked at.
    """

    options: tuple[str, ...] = ()
    service: str = ""
    network: str = _ZONES
    load_balancer: str = ""
    top: str = ""
    neighbours: tuple[tuple[str, str], ...] = ()
    name: str = OWN

    def texts(self) -> dict[str, str]:
        """The project's files, by environment."""
        return {OWN: _text(self.service, self.network, self.load_balancer, self.top), **dict(self.neighbours)}


def _text(service: str = "", network: str = _ZONES, load_balancer: str = "", top: str = "") -> str:
    return f"""project = "projname"
region  = "{REGION}"
account = "{ACCOUNT}"
{network}
load_balancer {{
  protocol = "http"
  {load_balancer}
}}
service "svcname" {{
  port = 8080
  {service}
}}
{top}
"""


_TOOLS_FILE = f"""project = "projname"
region  = "{REGION}"
account = "{TOOLS_ACCOUNT}"
"""
_PIPELINES_IN = f'pipelines_in = "{TOOLS}"'
_BESIDE = ((TOOLS, _TOOLS_FILE),)

_ECS = 'release.engine = "ecs"'
_WITH_ECS = 'release { engine = "ecs" }'

EXAMPLES = (
    Example(),
    Example(
        ('source "codecommit" { create = false }',),
        'source "codecommit" {\n repository = "my-repo"\n create = false\n}',
    ),
    Example(('source "s3"',), 'source "s3" {}'),
    Example(
        ('source "s3" { kms_key }',), f'source "s3" {{\n bucket = "my-bucket"\n create = false\n kms_key = "{_KEY}"\n}}'
    ),
    Example(('source "github", "gitlab" or "bitbucket"',), 'source "github" { repository = "acme/web" }'),
    Example(
        ('source "github", "gitlab" or "bitbucket"', "a connection of the service's old name"),
        f'source "github" {{\n repository = "acme/web"\n connection = "{_OLD_CONNECTION}"\n}}',
    ),
    Example(
        ('source "promotion"',), 'source "promotion" { environment = "prevname" }', neighbours=(("prevname", _text()),)
    ),
    Example(
        ("another environment promotes from here",),
        neighbours=(("nextname", _text('source "promotion" { environment = "envname" }')),),
    ),
    Example(("release.approval",), "release { approval = true }"),
    Example(("release.smoke_test",), "release {\n smoke_test {}\n}"),
    Example(("release.hooks",), f'release {{\n hooks {{ before_install = "{_FUNCTION}" }}\n}}'),
    Example((_ECS,), _WITH_ECS),
    Example((_ECS, "release.smoke_test"), 'release {\n engine = "ecs"\n smoke_test {}\n}'),
    Example((_ECS, "release.hooks"), f'release {{\n engine = "ecs"\n hooks {{ pre_scale_up = "{_FUNCTION}" }}\n}}'),
    Example(("exec",), "exec = true\n read_only_root_filesystem = false"),
    Example(("secrets in Secrets Manager",), f'secrets = {{ TOKEN = "{_SECRET}" }}'),
    Example(("secrets in Parameter Store",), f'secrets = {{ TOKEN = "{_PARAMETER}" }}'),
    Example(("secrets_kms_keys",), f'secrets = {{ TOKEN = "{_SECRET}" }}\n secrets_kms_keys = ["{_KEY}"]'),
    Example(("task_policies",), 'task_policies = ["arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess"]'),
    Example(("bootstrap_image in ECR",), f'bootstrap_image = "{_IMAGE}"'),
    Example(("release.before_entry.alarms",), 'release {\n before_entry { alarms = ["my-alarm"] }\n}'),
    Example(("release.on_success",), 'release {\n on_success { alarms = ["my-alarm"] }\n}'),
    Example(("build.secrets in Secrets Manager",), f'build {{\n secrets = {{ TOKEN = "{_SECRET}" }}\n}}'),
    Example(("build.secrets in Parameter Store",), f'build {{\n secrets = {{ TOKEN = "{_PARAMETER}" }}\n}}'),
    Example(
        ("build.secrets_kms_keys",),
        f'build {{\n secrets = {{ TOKEN = "{_SECRET}" }}\n secrets_kms_keys = ["{_KEY}"]\n}}',
    ),
    Example(('build.cache = "ecr"',), 'build { cache = "ecr" }'),
    Example(("build.vpc",), "build { vpc = true }"),
    Example(("scan",), "scan {}"),
    Example(("test",), "test {}"),
    Example(("test.secrets in Secrets Manager",), f'test {{\n secrets = {{ TOKEN = "{_SECRET}" }}\n}}'),
    Example(("pull_through_cache",), top='pull_through_cache "ecr-public" {}'),
    Example(("notifications",), top='notifications { emails = ["team@example.com"] }'),
    Example(
        ("notifications.topic_kms_key", "release.approval"),
        "release { approval = true }",
        top=f'notifications {{\n topic = "{_TOPIC}"\n topic_kms_key = "{_KEY}"\n}}',
    ),
    Example(("notifications.slack or .teams",), top=f"notifications {{\n {_SLACK}\n}}"),
    Example(
        ("notifications", "release.approval"),
        "release { approval = true }",
        top='notifications { emails = ["team@example.com"] }',
    ),
    Example(('network "existing"',), network=_EXISTING),
    Example(
        ('load_balancer.type = "network"',), 'release { strategy = "all_at_once" }', load_balancer='type = "network"'
    ),
    Example(("pipelines_in",), top=_PIPELINES_IN, neighbours=_BESIDE),
    Example((_ECS, "pipelines_in"), _WITH_ECS, top=_PIPELINES_IN, neighbours=_BESIDE),
    Example(top=_PIPELINES_IN, neighbours=_BESIDE, name=TOOLS),
    Example((_ECS,), _WITH_ECS, top=_PIPELINES_IN, neighbours=_BESIDE, name=TOOLS),
)
"""The least that an environment is, and each option by itself, or with another one that it is different with."""


@functools.cache
def generated() -> Mapping[Example, Json]:
    """The Terraform of each example's environment. Takes some seconds."""
    return {example: _generated(example) for example in EXAMPLES}


def _generated(example: Example) -> Json:
    # Here, because CDKTF takes a moment to load.
    from tealform.settings.loader import FILE, load
    from tealform.synth.synthesis import synthesize

    with tempfile.TemporaryDirectory() as scratch:
        environments = Path(scratch, "environments")
        for name, text in example.texts().items():
            (environments / name).mkdir(parents=True)
            (environments / name / FILE).write_text(text, encoding="utf-8")
        (written,) = synthesize([load(environments, example.name)], Path(scratch, "out")).values()
    document: Json = json.loads(written)
    return document
