"""The stack of deploy/aws on moto's server: what it opens and allows, and what its machine does.

The machine's scripts run as they are, with AWS's own command line, as the role that the stack has
made: moto refuses what its policy does not allow. Only `docker` and `systemctl` are stand-ins,
which write down what they are asked.
"""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import stat
import subprocess
from ast import literal_eval
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import boto3
import pytest
import yaml

from tests.conftest import ROOT, Project, aws

TEMPLATE = ROOT / "deploy/aws/template.yaml"
BIN = ROOT / "deploy/.venv/bin"
CLOUD_INIT = ROOT / "deploy/.venv/cloud-init/usr/lib/python3/dist-packages"
REGION = "sa-east-1"
KEY = "-----BEGIN PRIVATE KEY-----\nMII'\"$x\n-----END PRIVATE KEY-----\n"
SETTINGS = {"TAP_POSTGRES_HOST": "10.0.0.7", "loader_key": KEY, "source_password": "a $b"}
# What knows no resource, by AWS's own reference of actions.
OF_NO_RESOURCE = {"cloudwatch:PutMetricData", "ssm:UpdateInstanceInformation"}
DOCKER = """#!/bin/bash
echo "docker $*" >> "$CALLS"
case "$*" in
"create "*) echo made ;;
"cp "*) mkdir "${@: -1}" && cp -r "$ROOT/deploy/aws" "${@: -1}" ;;
"image inspect "*) echo "$(id -u):$(id -g)" ;;
"compose config "*) seq 4 ;;
"compose ps "*)
    printf '%s\\n' "running healthy 0" "exited  0" "exited  1" "running unhealthy 0" ;;
"compose exec --no-TTY postgres "*) PGHOST=127.0.0.1 "$BIN/$5" "${@:6}" ;;
"compose exec --no-TTY scheduler "*) echo kept ;;
esac
"""


class _Loader(yaml.SafeLoader):
    """Reads a template's functions as mappings."""

    def function(self, name: str, node: yaml.Node) -> dict[str, Any]:
        """Read one."""
        if isinstance(node, yaml.SequenceNode):
            return {name: self.construct_sequence(node, deep=True)}
        return {name: node.value}


_Loader.add_multi_constructor("!", _Loader.function)
RESOURCES = yaml.load(TEMPLATE.read_text(), _Loader)["Resources"]  # noqa: S506 - a safe one

METRICS = {
    part["Properties"]["MetricName"]
    for part in RESOURCES.values()
    if part["Properties"].get("Namespace") == {"Ref": "AWS::StackName"}
}


@dataclass(frozen=True)
class Stack:
    """The stack, as it was created, and a folder that stands for its machine's disk."""

    address: str
    machine: Path
    parameters: dict[str, str]

    def client(self, name: str) -> Any:
        """Return a client of a service, as the account's owner."""
        return boto3.client(
            name,
            endpoint_url=self.address,
            region_name=REGION,
            aws_access_key_id="owner",
            aws_secret_access_key="owner",
        )

    @property
    def resources(self) -> dict[str, str]:
        """What was made, by its name in the template."""
        made = self.client("cloudformation").list_stack_resources(StackName="driva")
        return {
            resource["LogicalResourceId"]: resource["PhysicalResourceId"]
            for resource in made["StackResourceSummaries"]
            if "PhysicalResourceId" in resource
        }

    @property
    def user_data(self) -> str:
        """What the machine is given to start with."""
        got = self.client("ec2").describe_instance_attribute(
            InstanceId=self.resources["Instance"], Attribute="userData"
        )
        return base64.b64decode(got["UserData"]["Value"]).decode()

    def release(self, image: str) -> None:
        """Name another image."""
        given = [
            {"ParameterKey": name, "ParameterValue": value}
            for name, value in (self.parameters | {"Image": image}).items()
        ]
        self.client("cloudformation").update_stack(
            StackName="driva",
            UsePreviousTemplate=True,
            Capabilities=["CAPABILITY_IAM"],
            Parameters=given,
        )

    def run(self, script: str, **variables: str) -> list[str]:
        """Run one of the machine's scripts as its role; returns what it has asked for."""
        calls = self.machine / "calls"
        calls.write_text("")
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("AWS_")
        }
        for file in ("etc/driva.env", "opt/driva/.env"):
            if (path := self.machine / file).exists():
                environment |= dict(re.findall(r"(?m)^(\w+)=(.*)$", path.read_text()))
        environment |= variables | {
            "AWS_ENDPOINT_URL": self.address,
            "CALLS": str(calls),
            "ROOT": str(ROOT),
            "RUNTIME_DIRECTORY": str(self.machine / "run/driva"),
        }
        owner = self.client("sts")
        role = f"arn:aws:iam::123456789012:role/{self.resources['Role']}"
        session = owner.assume_role(RoleArn=role, RoleSessionName="machine")["Credentials"]
        for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN"):
            camel = "".join(word.capitalize() for word in name.split("_"))
            environment[f"AWS_{name}"] = session[camel]
        self._enforce(after=0)
        try:
            done = subprocess.run(
                ["bash", self.machine / script],
                cwd=self.machine / "opt/driva" if (self.machine / "opt/driva").exists() else None,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
        finally:
            self._enforce(after=10**9)
        assert done.returncode == 0, done.stderr
        return calls.read_text().splitlines()

    def _enforce(self, after: int) -> None:
        """Let moto look at policies after so many requests."""
        url = f"{self.address}/moto-api/reset-auth"
        urlopen(Request(url, str(after).encode(), {"Content-Type": "text/plain"})).close()


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The stack on moto's server, and its machine's disk as cloud-init writes it."""
    machine = tmp_path_factory.mktemp("machine")
    with aws(machine / "moto.log") as address:
        stack = Stack(address, machine, {})
        ec2 = stack.client("ec2")
        secret = stack.client("secretsmanager").create_secret(
            Name="driva", SecretString=json.dumps(SETTINGS)
        )
        stack.parameters.update(
            Image="registry.example.com/driva:1.0.0",
            MachineImage=ec2.describe_images()["Images"][0]["ImageId"],
            Network=ec2.describe_vpcs()["Vpcs"][0]["VpcId"],
            Subnet=ec2.describe_subnets()["Subnets"][0]["SubnetId"],
            SourceAddresses="10.0.0.0/16",
            Secret=secret["ARN"],
            AlarmAddress="dados@example.com",
        )
        stack.client("cloudformation").create_stack(
            StackName="driva",
            TemplateBody=TEMPLATE.read_text(),
            Capabilities=["CAPABILITY_IAM"],
            Parameters=[
                {"ParameterKey": name, "ParameterValue": value}
                for name, value in stack.parameters.items()
            ],
        )
        # moto keeps a stack's policies as Python writes them, checks them by action only, and
        # calls CloudWatch's actions otherwise.
        iam, role = stack.client("iam"), stack.resources["Role"]
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            written = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            policy = literal_eval(written.replace("cloudwatch:Put", "monitoring:Put"))
            for statement in policy["Statement"]:
                statement["Resource"] = "*"
            iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(policy))
        for folder in ("bin", "etc/systemd/system", "run/driva", "opt"):
            (machine / folder).mkdir(parents=True)
        for file in yaml.safe_load(stack.user_data)["write_files"]:
            path = machine / file["path"].lstrip("/")
            path.parent.mkdir(parents=True, exist_ok=True)
            # The machine's own folders are this one's.
            content = re.sub(r"/(etc|opt)/(driva|systemd)", rf"{machine}/\1/\2", file["content"])
            path.write_text(content.replace("PATH=", f"PATH={machine}/bin:"))
        (machine / "bin/docker").write_text(DOCKER)
        (machine / "bin/systemctl").write_text('#!/bin/bash\necho "systemctl $*" >> "$CALLS"\n')
        for file in ("docker", "systemctl"):
            (machine / "bin" / file).chmod(0o755)
        (machine / "bin/aws").symlink_to(BIN / "aws")
        yield stack


def test_nothing_comes_in_and_what_is_kept_is_encrypted_and_private(stack: Stack) -> None:
    ec2, s3, made = stack.client("ec2"), stack.client("s3"), stack.resources
    (group,) = ec2.describe_security_groups(GroupIds=[made["SecurityGroup"]])["SecurityGroups"]
    assert group["IpPermissions"] == []
    (reservation,) = ec2.describe_instances()["Reservations"]
    assert "KeyName" not in reservation["Instances"][0]
    assert [volume["Encrypted"] for volume in ec2.describe_volumes()["Volumes"]] == [True]
    assert s3.get_bucket_encryption(Bucket=made["Bucket"])["ServerSideEncryptionConfiguration"]
    # moto leaves these out when it creates a stack.
    properties = {name: part["Properties"] for name, part in RESOURCES.items()}
    assert properties["Instance"]["SecurityGroupIds"] == [{"Ref": "SecurityGroup"}]
    assert properties["Instance"]["MetadataOptions"]["HttpTokens"] == "required"
    closed = properties["Bucket"]["PublicAccessBlockConfiguration"]
    assert (len(closed), set(closed.values())) == (4, {True})


def test_the_role_names_every_resource_that_has_a_name() -> None:
    properties = RESOURCES["Role"]["Properties"]
    assert "ManagedPolicyArns" not in properties
    (policy,) = (policy["PolicyDocument"] for policy in properties["Policies"])
    for statement in policy["Statement"]:
        actions = statement["Action"]
        for action in [actions] if isinstance(actions, str) else actions:
            assert "*" not in action
            if statement["Resource"] == "*":
                assert action in OF_NO_RESOURCE or action.startswith(
                    ("ssmmessages:", "ec2messages:")
                )


@pytest.mark.skipif(not CLOUD_INIT.exists(), reason="no cloud-init here: `make packages`")
def test_cloud_init_accepts_what_the_machine_is_given(stack: Stack) -> None:
    file = stack.machine / "user-data"
    file.write_text(stack.user_data)
    done = subprocess.run(
        [BIN / "python", "-m", "cloudinit.cmd.main", "schema", "--config-file", file],
        env={"PYTHONPATH": str(CLOUD_INIT), "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, f"Valid cloud-config: {file}"), done.stderr


@pytest.mark.skipif(shutil.which("jq") is None, reason="no jq here: `make packages`")
class TestMachine:
    """What the machine does, in this order."""

    def test_a_release_and_the_one_before_it_again(self, stack: Stack) -> None:
        instance = stack.resources["Instance"]
        for tag in ("1.0.0", "1.1.0", "1.0.0"):
            image = f"registry.example.com/driva:{tag}"
            stack.release(image)
            asked = stack.run("usr/local/sbin/driva-release")
            assert f"docker pull --quiet {image}" in asked
            assert "systemctl restart driva.service" in "\n".join(asked)
            assert f"DRIVA_IMAGE={image}\n" in (stack.machine / "opt/driva/.env").read_text()
        assert stack.resources["Instance"] == instance

    @pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
    def test_systemd_accepts_the_units(self, stack: Stack) -> None:
        units = sorted((stack.machine / "etc/systemd/system").iterdir())
        assert len(units) == 5
        for unit in units:
            # What is started is in this folder, and Docker's own unit is not here.
            text = unit.read_text().replace("/opt/driva/", f"{stack.machine}/opt/driva/")
            unit.write_text(text.replace("/usr/bin/docker", f"{stack.machine}/bin/docker"))
        docker = stack.machine / "etc/systemd/system/docker.service"
        docker.write_text("[Service]\nExecStart=/bin/true\n")
        done = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", *units, docker],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")

    def test_secrets_are_files_for_their_reader_only(self, stack: Stack) -> None:
        asked = stack.run("opt/driva/aws/start")
        folder = stack.machine / "run/driva"
        secrets = {path.name: path for path in (folder / "secrets").iterdir()}
        assert {name: path.read_text() for name, path in secrets.items()} == {
            name: value for name, value in SETTINGS.items() if name.islower()
        }
        variables = folder / "variables"
        assert variables.read_text().splitlines() == [
            f"MELTANO_STATE_BACKEND_URI=s3://{stack.resources['Bucket']}/state",
            "TAP_POSTGRES_HOST=10.0.0.7",
        ]
        for path in (variables, *secrets.values()):
            assert stat.filemode(path.stat().st_mode) == "-rw-------"
        assert asked[-1] == "docker compose up --detach --remove-orphans"

    def test_the_alarms_are_of_what_the_machine_tells(self, stack: Stack, project: Project) -> None:
        with project.postgres() as source:
            source.execute("create database airflow")
        address = f"driva:driva@127.0.0.1:{project.postgres_port}/airflow"
        metadata = {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"postgresql+psycopg2://{address}"}
        migrated = project.with_variables(**metadata).fork("airflow", "db", "migrate")
        assert migrated.code == 0, migrated.output
        with project.postgres(database="airflow") as airflow:
            for run, (dag, state, hours) in enumerate(
                [
                    ("daily-elt", "success", 30),
                    ("daily-elt", "failed", 0),
                    ("hourly-vendas", "success", 0),
                    ("hourly-vendas", "failed", 1),
                ]
            ):
                airflow.execute(
                    "insert into dag_run (dag_id, state, end_date, run_id, run_type, run_after)"
                    " values (%s, %s, now() - make_interval(hours => %s), %s, 'manual', now())",
                    (dag, state, hours, str(run)),
                )
        binaries = next((ROOT / ".meltano/utilities/local-stack").rglob("pginstall18/bin"))
        database = {
            "BIN": str(binaries),
            "PGPORT": str(project.postgres_port),
            "PGPASSWORD": "driva",
        }
        stack.run("opt/driva/aws/watch", **database)
        told = stack.client("cloudwatch").get_metric_data(
            StartTime=datetime.now(UTC) - timedelta(hours=1),
            EndTime=datetime.now(UTC) + timedelta(hours=1),
            MetricDataQueries=[
                {
                    "Id": f"metric{name}",
                    "MetricStat": {
                        "Metric": {"Namespace": "driva", "MetricName": name},
                        "Period": 7200,
                        "Stat": "Maximum",
                    },
                }
                for name in sorted(METRICS)
            ],
        )
        values = {
            result["Id"].removeprefix("metric"): result["Values"]
            for result in told["MetricDataResults"]
        }
        (disk,) = values.pop("DiskUsedPercent")
        assert 0 < disk <= 100
        assert values == {"ServicesDown": [2], "RunsFailed": [1], "HoursSinceDailyLoad": [30]}

        stack.run("opt/driva/aws/archive", **database)
        kept = stack.client("s3").list_objects_v2(Bucket=stack.resources["Bucket"])["Contents"]
        sizes = {Path(file["Key"]).name: file["Size"] for file in kept}
        assert sizes.keys() == {"airflow.dump", "lineage.jsonl.gz", "logs.tar.gz"}
        assert min(sizes.values()) > 0


@pytest.mark.skipif(not (ROOT / "deploy/compose.yaml").exists(), reason="no compose.yaml yet")
def test_every_service_logs_to_the_stack() -> None:
    here, all_ = (
        yaml.safe_load((ROOT / "deploy" / name).read_text())["services"]
        for name in ("aws/compose.yaml", "compose.yaml")
    )
    assert here.keys() == {name for name, service in all_.items() if "profiles" not in service}


def test_every_alarm_tells_somebody() -> None:
    alarms = [r["Properties"] for r in RESOURCES.values() if r["Type"] == "AWS::CloudWatch::Alarm"]
    assert len(alarms) == 2 + len(METRICS)
    for alarm in alarms:
        assert {"Ref": "Topic"} in alarm["AlarmActions"]
