"""One wrong value at a time: the whole message, with file, line, setting, reason and remedy."""

import pytest

from tests.support import ZONES, environment, mistakes

FILE = "environments/test/environment.hcl"
# The lines of tests.support.environment on which its arguments land.
NETWORK, LOAD_BALANCER, SERVICE, TOP = 6, 9, 13, 15


def test_the_least_environment_is_valid() -> None:
    assert mistakes(environment()) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        # types and sizes
        (environment(service='cpu = "256"'), f'{FILE}:{SERVICE}: service.web.cpu: must be a whole number, not "256"'),
        (environment(service="cpu = 300"), f"{FILE}:{SERVICE}: service.web.cpu: 300 is not a Fargate CPU size; use 256, 512, 1024, 2048, 4096, 8192, 16384"),
        (environment(service="memory = 600"), f"{FILE}:{SERVICE}: service.web.memory: 600 MiB does not go with cpu = 256; use 512, 1024, 2048"),
        (environment(service="cpu = 8192\n memory = 17408"),
         f"{FILE}:{SERVICE + 1}: service.web.memory: 17408 MiB does not go with cpu = 8192; use 16384 to 61440 in steps of 4096"),
        (environment(service="exec = 1"), f"{FILE}:{SERVICE}: service.web.exec: must be true or false, not 1"),
        (environment(service='paths = "/x"'), f'{FILE}:{SERVICE}: service.web.paths: must be a list, like [1, 2], not "/x"'),
        (environment(service="tasks = 2"), f"{FILE}:{SERVICE}: service.web.tasks: must be a block, like name {{ … }}, not 2"),
        (environment(service='environment = { A = true }'), f"{FILE}:{SERVICE}: service.web.environment.A: must be text in quotes, not true"),
        (environment(port=70000), f"{FILE}:12: service.web.port: 70000 is out of range; use 1 to 65535"),
        (environment(top="log_retention_days = 10"),
         f"{FILE}:{TOP}: log_retention_days: 10 is not a retention CloudWatch Logs offers; use 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653"),
        (environment(service="release { keep_blue_minutes = 3000 }"),
         f"{FILE}:{SERVICE}: service.web.release.keep_blue_minutes: 3000 is out of range; use 0 to 2880 minutes: CodeDeploy waits two days at most"),
        # what goes with what inside one block
        (environment(service="tasks = { min = 3, max = 2 }"), f"{FILE}:{SERVICE}: service.web.tasks.max: 2 is less than min, 3"),
        (environment(service="health_check {\n interval = 5\n timeout = 5\n}"),
         f"{FILE}:{SERVICE + 2}: service.web.health_check.timeout: 5 is not less than interval, 5"),
        (environment(service="capacity = { on_demand = 0 , spot = 0 }"),
         f"{FILE}:{SERVICE}: service.web.capacity.spot: on_demand and spot are both 0; one of them must be at least 1"),
        (environment(service="exec = true"),
         f"{FILE}:{SERVICE}: service.web.exec: ECS Exec's agent writes to the root file system; set read_only_root_filesystem = false with it"),
        (environment(service='environment = { A = "x" }\nsecrets = { A = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:a-AbCdEf" }'),
         f"{FILE}:{SERVICE + 1}: service.web.secrets.A: is in environment too; keep one"),
        (environment(service='paths = ["/a", "/a"]'), f'{FILE}:{SERVICE}: service.web.paths: "/a" is listed twice'),
        (environment(service="capacity = { base = 1, on_demand = 0, spot = 1 }"),
         f"{FILE}:{SERVICE}: service.web.capacity.on_demand: base is on demand, so on_demand must be at least 1: ECS places nothing on a share of 0"),
        # what contradicts a default
        (environment(service="cpu = 1024"), f"{FILE}:11: service.web.memory: 512 MiB does not go with cpu = 1024; use 2048 to 8192 in steps of 1024"),
        (environment(service="tasks = { min = 9 }"), f"{FILE}:{SERVICE}: service.web.tasks.max: 6 is less than min, 9"),
        (environment(service="health_check { interval = 5 }"), f"{FILE}:{SERVICE}: service.web.health_check.timeout: 5 is not less than interval, 5"),
        (environment(service="capacity = { on_demand = 0 }"),
         f"{FILE}:{SERVICE}: service.web.capacity.spot: on_demand and spot are both 0; one of them must be at least 1"),
        # values that would break the line
        (environment(service='cpu = "1\u2028::error::x"'), f'{FILE}:{SERVICE}: service.web.cpu: must be a whole number, not "1\\u2028::error::x"'),
        # forms
        (environment(service='environment = { "A-B" = "x" }'),
         f'{FILE}:{SERVICE}: service.web.environment.A-B: "A-B" is not a name for an environment variable; use letters, digits and _'),
        (environment(service='secrets = { A = "s3cret" }'),
         f'{FILE}:{SERVICE}: service.web.secrets.A: what is given is not the ARN of a Secrets Manager secret, with its last six characters, or of a Parameter Store parameter'),
        (environment(network=f'{ZONES}\n  cidr = "10.0.0.1/16"'),
         f'{FILE}:{NETWORK + 1}: network.cidr: "10.0.0.1/16" is not an IPv4 network like 10.0.0.0/16; use "10.0.0.0/16"'),
        (environment(network='zones = ["eu-west-1a", "eu-west-1"]'),
         f'{FILE}:{NETWORK}: network.zones[1]: "eu-west-1" is not an availability zone like eu-west-1a'),
        (environment(load_balancer='certificate = "x"'),
         f'{FILE}:{LOAD_BALANCER}: load_balancer.certificate: "x" is not the ARN of an ACM or IAM certificate'),
        (environment(service='source "codecommit" { repository = "a b" }'),
         f'{FILE}:{SERVICE}: service.web.source.codecommit.repository: "a b" is not a CodeCommit repository name'),
        (environment(top='service "Api" {\n  port = 80\n  priority = 1\n}'),
         f'{FILE}:{TOP}: service.Api: "Api" is not a name AWS takes everywhere: lower-case letters, digits and single hyphens, beginning with a letter'),
        (environment(load_balancer='ingress_cidrs = ["10.1.2.3"]\n protocol = "http"'),
         f'{FILE}:{LOAD_BALANCER}: load_balancer.ingress_cidrs[0]: "10.1.2.3" is not an IPv4 network like 10.0.0.0/16; use "10.1.2.3/32"'),
        (environment(load_balancer='ingress_cidrs = ["10.0.0.0/8", "10.0.0.0/8"]\n protocol = "http"'),
         f'{FILE}:{LOAD_BALANCER}: load_balancer.ingress_cidrs: "10.0.0.0/8" is listed twice'),
        (environment().replace('"123456789012"', '"１２３４５６７８９０１２"'), f'{FILE}:4: account: "１２３４５６７８９０１２" is not an account number of 12 digits'),
        (environment(service='secrets = { A = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:a" }'),
         f'{FILE}:{SERVICE}: service.web.secrets.A: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:a" is not the ARN of a Secrets Manager secret, with its last six characters, or of a Parameter Store parameter'),
        (environment(service='secrets_kms_keys = ["arn:aws:kms:eu-west-1:123456789012:alias/a"]'),
         f'{FILE}:{SERVICE}: service.web.secrets_kms_keys[0]: "arn:aws:kms:eu-west-1:123456789012:alias/a" is not the ARN of a KMS key'),
        (environment().replace('"shop"', '"shop\\n"'),
         f'{FILE}:2: project: "shop\\n" is not a name AWS takes everywhere: lower-case letters, digits and single hyphens, beginning with a letter'),
        (environment(service='writable_paths = ["/a/../b"]'),
         f'{FILE}:{SERVICE}: service.web.writable_paths[0]: "/a/../b" is not an absolute folder like /tmp'),
        (environment(service='source "codecommit" { branch = "refs/heads/main" }'),
         f'{FILE}:{SERVICE}: service.web.source.codecommit.branch: "refs/heads/main" is not the name of a branch, like main'),
        (environment(top='state "s3" { bucket = "Bad Bucket!" }'), f'{FILE}:{TOP}: state.s3.bucket: "Bad Bucket!" is not the name of an S3 bucket'),
        (environment(top='tags = { "AWS:x" = "y" }'), f'{FILE}:{TOP}: tags.AWS:x: "AWS:x" is not a tag key; at most 128 characters, not beginning with aws:'),
        # keys and kinds
        (environment().replace('service "web" {', "service {"), f'{FILE}:12: service.port: a service needs a name: service "web" {{ … }}'),
        (environment(service="port = null").replace("port = 8080", ""), f"{FILE}:{SERVICE}: service.web.port: is missing; for example 8080"),
        (environment(service="prot = 1"), f'{FILE}:{SERVICE}: service.web.prot: unknown key; did you mean "port"?'),
        (environment(service="release { keep_blue = 1 }"), f'{FILE}:{SERVICE}: service.web.release.keep_blue: unknown key; did you mean "keep_blue_minutes"?'),
        (environment(network=f"{ZONES}\n  xyz = 1"),
         f"{FILE}:{NETWORK + 1}: network.xyz: unknown key; known here are cidr, flow_logs, nat, private_subnets, public_subnets, zones"),
        (environment(top='state "local" { path = "x" }'), f"{FILE}:{TOP}: state.local.path: unknown key; nothing can be set here"),
        *(
            (text, f'{FILE}:{line}: {path}: "kind" is no key; the label says the kind')
            for text, line, path in (
                (environment(network=f'{ZONES}\n kind = "existing"'), 5, "network"),
                (environment(top='state "local" { kind = "s3" }'), TOP, "state"),
                (environment(service='source "codecommit" { kind = "x" }'), SERVICE, "service.web.source"),
            )
        ),
        (environment(service="egress_ports = [443, 443]"), f"{FILE}:{SERVICE}: service.web.egress_ports: 443 is listed twice"),
        (environment(top='state "s4" {}'), f'{FILE}:{TOP}: state: "s4" is not a kind of state; use "local", "s3", "cloud"'),
        (environment(top='state "local" {}\nstate "cloud" { organization = "acme" }'),
         f"{FILE}:{TOP}: state: must be given once, with one label that says its kind; local and cloud are given"),
        (environment(top="state {}"), f"{FILE}:{TOP}: state: must be given once, with one label that says its kind"),
        (environment(service='source "git" {}'),
         f'{FILE}:{SERVICE}: service.web.source: "git" is not a kind of source; use "codecommit", "s3", "github", "gitlab", "bitbucket", "promotion"'),
        (environment(service='release { strategy = "slow" }'),
         f'{FILE}:{SERVICE}: service.web.release.strategy: "slow" is not allowed; use "all_at_once", "canary" or "linear"'),
        # what is missing
        (environment().split("service")[0], f'{FILE}:1: service: is missing; write service "web" {{ port = 8080 }}, or pipelines_in = "test" in another environment'),
        (environment().replace('region  = "eu-west-1"', ""), f'{FILE}:1: region: is missing; for example "eu-west-1"'),
        (environment(network="nat = \"single\""), f'{FILE}:5: network.zones: is missing; for example ["eu-west-1a", "eu-west-1b"]'),
        (environment(top='service "api" {\n  priority = 1\n  paths = ["/api"]\n}'), f"{FILE}:{TOP}: service.api.port: is missing; for example 8080"),
    ],
)  # fmt: skip
def test_says_where_what_and_what_to_do(text: str, message: str) -> None:
    assert mistakes(text) == [message]


def test_the_folder_must_be_a_name_too() -> None:
    assert mistakes(environment(), name="Test_1") == [
        'environments/Test_1/environment.hcl:1: the folder\'s name: "Test_1" is not a name AWS takes everywhere: '
        "lower-case letters, digits and single hyphens, beginning with a letter"
    ]


@pytest.mark.parametrize(
    ("text", "accused"),
    [
        (environment(service="cpu = 300\n memory = 4096"), ["service.web.cpu"]),
        (environment(service="tasks = { mim = 10, max = 1 }"), ["service.web.tasks.mim"]),
        (environment().replace("load_balancer", "loadbalancer"), ["loadbalancer"]),
        (environment().replace('"web"', '"Web"'), ["service.Web"]),
        # A contradiction with a default hides nothing else.
        (environment(service="cpu = 1024", load_balancer='protocol = "http"\n test_port = 80', top='service "api" {\n  port = 80\n  paths = ["/a"]\n}'),
         ["load_balancer.test_port", "service.web.memory", "service.api.priority"]),
    ],
)  # fmt: skip
def test_accuses_each_mistake_and_nothing_that_depends_on_it(text: str, accused: list[str]) -> None:
    assert [line.split(": ")[1] for line in mistakes(text)] == accused


def test_all_mistakes_come_at_once_in_the_order_of_the_file() -> None:
    text = """project = "shop"
regon   = "eu-west-1"
account = "12345678901"

network {
  cidr  = "10.0.0.0/15"
  zones = ["eu-west-1a"]
}

service "web" {
  port  = "80"
  tasks = { min = 3, max = 2 }
}

service "web" {
  port = 81
}

service "api" {
  port  = var.port
  cpu   = 300
  hosts = ["bad host"]
}
"""
    assert mistakes(text) == [
        f'{FILE}:1: load_balancer.certificate: is missing; give the ARN of a certificate, or protocol = "http" '
        "to serve in clear text",
        f'{FILE}:1: region: is missing; for example "eu-west-1"',
        f'{FILE}:2: regon: unknown key; did you mean "region"?',
        f'{FILE}:3: account: "12345678901" is not an account number of 12 digits',
        f"{FILE}:6: network.cidr: 10.0.0.0/15 is a /15; a VPC is /16 to /28",
        f"{FILE}:7: network.zones: a load balancer needs at least two zones",
        f'{FILE}:11: service.web.port: must be a whole number, not "80"',
        f"{FILE}:12: service.web.tasks.max: 2 is less than min, 3",
        f"{FILE}:15: service.web: is given twice, first on line 10; keep one",
        f"{FILE}:19: service.api.priority: 100 is also the priority of service.web; "
        "give each its own, the lowest is asked first",
        f"{FILE}:20: service.api.port: must be a literal value; variables, functions and ${{…}} are not evaluated here",
        f"{FILE}:21: service.api.cpu: 300 is not a Fargate CPU size; use 256, 512, 1024, 2048, 4096, 8192, 16384",
        f'{FILE}:22: service.api.hosts[0]: "bad host" is not a host name or pattern like *.example.com, with a dot and letters at the end',
    ]
