"""Names, networks, load balancers, services and notifications: what each rule accepts, and refuses with which message."""

import pytest

from tests.support import ZONES, environment, mistakes, template

FILE = "environments/test/environment.hcl"
CERTIFICATE = "arn:aws:acm:eu-west-1:123456789012:certificate/0f4b2c1d-7e8a-4f6b-8c9d-1a2b3c4d5e6f"
ECR_IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/bootstrap:1"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:operations"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/0f4b2c1d"
UUID = "01234567-89ab-cdef-0123-456789abcdef"
SLACK = 'slack {\n workspace = "T012AB3CD"\n channel = "C012AB3CD"\n}'
CHINA = ("eu-west-1", "cn-north-1")
LONGEST = "a" * (32 - len("-test-web-green"))
EXISTING = environment().replace(
    f"network {{\n  {ZONES}\n}}",
    """network "existing" {
  vpc_id             = "vpc-0123456789abcdef0"
  public_subnet_ids  = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
  private_subnet_ids = ["subnet-0123456789abcdef2"]
}""",
)


def teams(channel: str, team: str = UUID) -> str:
    return "\n".join(
        ("teams {", f'tenant = "{UUID}"', f'team = "{team}"', f'channel = "{channel}"', "}"),
    )


def told(*lines: str) -> str:
    """Line 16 is the first of ``lines``."""
    return environment(top="\n".join(("notifications {", *lines, "}")))


def in_china(*lines: str) -> str:
    return told(*lines).replace(*CHINA)


def called(project: str = "shop", service: str = "web") -> str:
    return environment().replace('"shop"', f'"{project}"').replace('"web"', f'"{service}"')


def scheduled(at: str) -> str:
    return environment(service=f'scaling {{\n schedule "night" {{\n at = "{at}"\n min = 1\n max = 2\n}}\n}}')


def another(name: str = "api", body: str = "") -> str:
    return f'service "{name}" {{\n  port = 80\n  {body}\n}}'


def zones(*letters: str) -> str:
    return "zones = [" + ", ".join(f'"eu-west-1{letter}"' for letter in letters) + "]"


@pytest.mark.parametrize(
    "text",
    [
        environment(network=zones("a", "b", "c", "d", "e", "f")),
        environment(network=f'{ZONES}\n cidr = "10.0.0.0/23"'),
        environment(network=f'{ZONES}\n cidr = "10.0.0.0/24"\npublic_subnets = ["10.0.0.0/27", "10.0.0.32/27"]\n private_subnets = ["10.0.0.64/28", "10.0.0.128/25"]'),
        EXISTING,
        EXISTING.replace('protocol = "http"', 'protocol = "http"\n internal = true\n ingress_cidrs = ["10.0.0.0/8"]').replace('  public_subnet_ids  = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]\n', "").replace('["subnet-0123456789abcdef2"]', '["subnet-0123456789abcdef2", "subnet-0123456789abcdef3"]'),
        environment(load_balancer=f'certificate = "{CERTIFICATE}"'),
        environment(load_balancer=f'certificate = "{CERTIFICATE}"\n test_port = 9443'),
        environment(load_balancer='protocol = "http"\n test_port = 443'),
        environment(load_balancer='protocol = "http"\n internal = true\n ingress_cidrs = ["10.0.0.0/8"]'),
        environment(network=f'{ZONES}\n nat = "none"', service=f'bootstrap_image = "{ECR_IMAGE}"'),
        environment(service="priority = 200", top=another(body='paths = ["/api/*"]')),
        environment(service='hosts = ["a.example.com"]', top=another(body='hosts = ["b.example.com"]\n priority = 200')),
        environment(service='hosts = ["a.example.com", "*.example.org"]\n paths = ["/1", "/2", "/3"]'),
        environment(top='tags = { owner = "web" }'),
        environment(service=f'environment = {{ A = "{"x" * 4000}" }}'),
        called(project=LONGEST),
        *(
            scheduled(at)
            for at in (
                *("cron(0 20 * * ? *)", "cron(0 20 ? * MON-FRI *)", "cron(0/15 6-18 L 1,6 ? 2027-2030)", "cron(0 0 ? * 6#3 *)"),
                *("cron(0 0 15W JAN ? *)", "rate(1 minute)", "rate(12 hours)", "at(2028-02-29T23:59:59)"),
            )
        ),
        # notifications
        told(),
        told('emails = ["a@example.com", "first.last+tag@mail.example.co.uk"]'),
        told(f'topic = "{TOPIC}"'),
        told(f'topic = "{TOPIC}"', f'topic_kms_key = "{KEY}"'),
        told(f'topic = "{TOPIC}"', SLACK),
        told(SLACK, teams("19%3aab12cd34%40thread.tacv2")),
        told("events = []"),
        in_china("events = []", 'emails = ["a@example.com"]'),
    ],
)  # fmt: skip
def test_accepts(text: str) -> None:
    assert mistakes(text) == []


TOO_LONG = "characters; AWS allows 32: shorten the name of project, environment or service"
A_SCHEDULE = "a schedule like cron(0 20 ? * MON-FRI *), rate(1 day) or at(2027-01-01T00:00:00)"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (environment(network=zones("a")), ":6: network.zones: a load balancer needs at least two zones"),
        (environment(network='zones = ["eu-west-1a", "eu-west-2b"]'), ':6: network.zones[1]: "eu-west-2b" is not in eu-west-1'),
        (environment(network=zones("a", "a")), ':6: network.zones: "eu-west-1a" is listed twice'),
        (environment(network=zones(*"abcdefghi")), ":6: network.zones: the automatic division has room for 8 zones; give public_subnets and private_subnets"),
        (environment(network=f'{ZONES}\n cidr = "10.0.0.0/8"'), ":7: network.cidr: 10.0.0.0/8 is a /8; a VPC is /16 to /28"),
        (environment(network=f'{ZONES}\n cidr = "10.0.0.0/24"'),
         ":7: network.cidr: 10.0.0.0/24 is too small to be divided into sixteen subnets of /27 or larger, which a load balancer needs; use a /23 or larger, or give public_subnets and private_subnets"),
        (environment(network=f'{ZONES}\n private_subnets = ["10.0.201.0/24"]'), ":7: network.private_subnets: 1 ranges for 2 zones; give one for each"),
        (environment(network=f'{ZONES}\n private_subnets = ["10.0.201.0/24", "10.1.0.0/24"]'),
         ":7: network.private_subnets[1]: 10.1.0.0/24 is not inside the network, 10.0.0.0/16"),
        (environment(network=f'{ZONES}\n private_subnets = ["10.0.201.0/24", "10.0.201.128/25"]\n public_subnets = ["10.0.1.0/24", "10.0.2.0/24"]'),
         ":7: network.private_subnets[1]: 10.0.201.128/25 overlaps 10.0.201.0/24"),
        (environment(network=f'{ZONES}\n public_subnets = ["10.0.1.0/24", "10.0.128.0/24"]'),
         ":7: network.public_subnets: 10.0.128.0/20 overlaps 10.0.128.0/24; private_subnets are made automatically, give them too"),
        (environment(network=f'{ZONES}\n private_subnets = ["10.0.201.0/24", "10.0.0.0/24"]'),
         ":7: network.private_subnets[1]: 10.0.0.0/24 overlaps 10.0.0.0/20; public_subnets are made automatically, give them too"),
        (environment(network=f'{ZONES}\n private_subnets = ["10.0.201.0/28", "10.0.202.0/24"]', load_balancer='protocol = "http"\n internal = true\n ingress_cidrs = ["10.0.0.0/8"]'),
         ":7: network.private_subnets[0]: 10.0.201.0/28 is a /28; it must be /16 to /27"),
        (environment(network=f'{ZONES}\n cidr = "127.0.0.0/16"'),
         ":7: network.cidr: 127.0.0.0/16 is no range for a network; use one of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16"),
        (environment(network=f'{ZONES}\n public_subnets = ["10.0.1.0/28", "10.0.2.0/24"]'),
         ":7: network.public_subnets[0]: 10.0.1.0/28 is a /28; it must be /16 to /27"),
        (EXISTING.replace(', "subnet-0123456789abcdef1"', ""),
         ":7: network.existing.public_subnet_ids: a load balancer needs at least two of these, in different zones"),
        (EXISTING.replace('protocol = "http"', 'protocol = "http"\n internal = true\n ingress_cidrs = ["10.0.0.0/8"]'),
         ":8: network.existing.private_subnet_ids: an internal load balancer needs at least two of these, in different zones"),
        (EXISTING.replace('["subnet-0123456789abcdef2"]', f"[{', '.join(chr(34) + f'subnet-{number:017x}' + chr(34) for number in range(17))}]"),
         ":8: network.existing.private_subnet_ids: 17 subnets; ECS takes 16 at most"),
        (EXISTING.replace('["subnet-0123456789abcdef2"]', "[]"), ":8: network.existing.private_subnet_ids: tasks need at least one subnet"),
        (environment(load_balancer=""),
         ':8: load_balancer.certificate: is missing; give the ARN of a certificate, or protocol = "http" to serve in clear text'),
        (environment(load_balancer=f'protocol = "http"\n certificate = "{CERTIFICATE}"'),
         ':10: load_balancer.certificate: does nothing with protocol = "http"; remove one of the two'),
        (environment(load_balancer=f'certificate = "{CERTIFICATE.replace("eu-west-1", "us-east-1")}"'),
         ":9: load_balancer.certificate: is in us-east-1; a load balancer takes one of its own region, eu-west-1"),
        (environment(load_balancer=f'certificate = "{CERTIFICATE}"\n test_port = 443'),
         ":10: load_balancer.test_port: 443 is the port of the production listener; use another"),
        (environment(load_balancer=f'certificate = "{CERTIFICATE}"\n test_port = 80'),
         ":10: load_balancer.test_port: 80 is the port of the redirect to HTTPS; use another"),
        (environment(load_balancer='protocol = "http"\n test_port = 80'),
         ":10: load_balancer.test_port: 80 is the port of the production listener; use another"),
        (environment(load_balancer='protocol = "http"\n internal = true'),
         ":8: load_balancer.ingress_cidrs: is missing; an internal load balancer must say who may use it"),
        (environment(network=f'{ZONES}\n nat = "none"'),
         ':12: service.web.bootstrap_image: with nat = "none" no public registry can be reached; name an image in ECR in eu-west-1 (<account>.dkr.ecr.eu-west-1.amazonaws.com/…) that answers on port 8080'),
        (environment(top=another(body="paths = [\"/api\"]\n priority = 100")),
         ":18: service.api.priority: 100 is also the priority of service.web; give each its own, the lowest is asked first"),
        (environment(top=another(body='paths = ["/api"]\n priority = 200')),
         ":11: service.web.priority: 100 comes before service.api (200), which would never be asked: service.web takes every request"),
        (environment(service='paths = ["/*"]', top=another(body='paths = ["/api"]\n priority = 200')),
         ":11: service.web.priority: 100 comes before service.api (200), which would never be asked: service.web takes every request"),
        (environment(service='paths = ["/a/*"]', top=another(body='paths = ["/b", "/a/*"]\n priority = 200')),
         ":17: service.api.paths: every host, path /a/* belongs to service.web already"),
        (environment(service='hosts = ["A.example.com"]', top=another(body='hosts = ["a.example.com"]\n priority = 200')),
         ":17: service.api.hosts: a.example.com, path /* belongs to service.web already"),
        (environment(service='hosts = ["a.com", "b.com", "c.com"]\n paths = ["/1", "/2", "/3"]'),
         ":11: service.web: 6 hosts and paths; a listener rule holds 5"),
        (environment().replace('"web"', '"exec"'), ':11: service.exec: "exec" is the name of something that all services share; use another'),
        (environment().replace('"shop"', '"sg"'), ':2: project: the name of a security group must not begin with "sg-"; use another project'),
        (environment().replace('"shop"', '"internal-shop"'), ':2: project: the name of a load balancer must not begin with "internal-"; use another project'),
        (environment(service="egress_ports = [5432]"),
         ":13: service.web.egress_ports: 443 is missing; without it no task reaches ECR, Secrets Manager or CloudWatch Logs, and none starts"),
        (environment(load_balancer='protocol = "http"\n ingress_cidrs = []'), ":10: load_balancer.ingress_cidrs: is empty; nobody could use the services"),
        (environment(load_balancer='protocol = "http"\n web_acl = "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/a/b"'),
         ":10: load_balancer.web_acl: is in us-east-1; a load balancer takes one of its own region, eu-west-1"),
        (environment(service='health_check { status = "200,299-201" }'), ":13: service.web.health_check.status: 299-201 goes downwards; use 201-299"),
        (environment(top='tags = { Project = "x" }'), ":15: tags.Project: is set by Tealform itself; remove it"),
        *(
            (environment().replace('"web"', f'"{name}"'), f':11: service.{name}: "{name}" is the name of something that all services share; use another')
            for name in ("endpoints", "load-balancer", "vpc-flow-logs")
        ),
        (environment(top='tags = { project = "x" }'), ":15: tags.project: is set by Tealform itself; remove it"),
        (environment(service=f'environment = {{ A = "{"x" * 4096}" }}'),
         ":13: service.web.environment: takes 4121 characters in the release contract; CodeBuild's variables hold 4096: move values to one secret or parameter that the application reads"),
        (environment(service=f"writable_paths = [{', '.join(chr(34) + f'/folder-{number}' + chr(34) for number in range(60))}]"),
         ":13: service.web.writable_paths: takes 4602 characters in the release contract; CodeBuild's variables hold 4096: give fewer, or folders that hold them"),
        (called("a" * 20, "b" * 20), f':11: service.{"b" * 20}: the target group would be called "{"a" * 20}-test-{"b" * 20}-green", 52 {TOO_LONG}'),
        (called("a" * 28), f':2: project: the load balancer would be called "{"a" * 28}-test", 33 {TOO_LONG}'),
        (called(f"{LONGEST}a"), f':11: service.web: the target group would be called "{LONGEST}a-test-web-green", 33 {TOO_LONG}'),
        *(
            (scheduled(at), f':15: service.web.scaling.schedule.night.at: "{at}" is not {A_SCHEDULE}')
            for at in (
                *("cron(0 20 * * * *)", "cron(0 20 ? * ? *)", "cron(0 20 * * ?)", "cron(-- ,, ** // ## ,,)", "0 20 * * ? *", "rate(0 days)"),
                *("rate(1 days)", "rate(2 day)", "at(2027-02-29T00:00:00)", "at(2027-01-01T25:00:00)", "at(2027-01-01)", "cron(0 20 * * ? *)\\n"),
            )
        ),
        # notifications
        (told('topic = "arn:aws:sns:us-east-1:123456789012:operations"'),
         ":16: notifications.topic: is in us-east-1; what is told comes from eu-west-1: name a topic there"),
        (told('topic = "arn:aws:sns:eu-west-1:999999999999:operations"'),
         ":16: notifications.topic: belongs to account 999999999999; name one of this environment's own, 123456789012"),
        (told(f'topic = "{TOPIC}.fifo"'), f':16: notifications.topic: "{TOPIC}.fifo" is not the ARN of an SNS topic, which must not be a FIFO one'),
        (told(f'topic = "{TOPIC}"', 'emails = ["a@example.com"]'),
         ":17: notifications.emails: a topic that exists has its own subscribers; subscribe there, or leave topic out"),
        (told(f'topic_kms_key = "{KEY}"'),
         ":16: notifications.topic_kms_key: a topic that is created here is under the environment's own key; leave this out"),
        (told(f'topic = "{TOPIC}"', f'topic_kms_key = "{KEY.replace("eu-west-1", "us-east-1")}"'),
         ":17: notifications.topic_kms_key: is in us-east-1; a topic is encrypted with a key of its own region, eu-west-1"),
        (told('emails = ["somebody"]'), ':16: notifications.emails[0]: "somebody" is not an e-mail address'),
        (told('slack {\n workspace = "acme"\n channel = "C012AB3CD"\n}'),
         ':17: notifications.slack.workspace: "acme" is not the id of a Slack workspace, like T012AB3CD'),
        (told('slack {\n workspace = "T012AB3CD"\n channel = "#releases"\n}'),
         ':18: notifications.slack.channel: "#releases" is not the id of a Slack channel, like C012AB3CD'),
        (told(teams("19:ab12cd34@thread.tacv2")),
         ':19: notifications.teams.channel: "19:ab12cd34@thread.tacv2" is not the id of a Teams channel as its link has it, like 19%3aab12cd34%40thread.tacv2'),
        (told(teams("19%3aab12cd34%40thread.tacv2", "releases")), f':18: notifications.teams.team: "releases" is not an id like {UUID}'),
        (in_china(), ":15: notifications.events: there are no notification rules for pipelines in cn-north-1; use events = [], with which the rest is told"),
        (in_china("events = []", SLACK), ":17: notifications.slack: AWS speaks to no chat from cn-north-1; leave it out"),
        (in_china("events = []", teams("19%3aab12cd34%40thread.tacv2")), ":17: notifications.teams: AWS speaks to no chat from cn-north-1; leave it out"),
    ],
)  # fmt: skip
def test_refuses(text: str, message: str) -> None:
    assert mistakes(text) == [FILE + message]


def test_the_longest_names_fit_everything_else_that_is_named() -> None:
    generated = template(called(project=LONGEST))
    for kind, key, limit in (
        ("aws_iam_role", "name", 64),
        ("aws_s3_bucket", "bucket", 63),
        ("aws_lb_target_group", "name", 32),
    ):
        assert max(len(body[key]) for body in generated.resources(kind).values()) <= limit
