"""One call by `python -m shared.invoke` and `oci-functions invoke`: who calls, what is printed, how it exits."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
import requests
from click.testing import CliRunner
from oci.exceptions import ServiceError
from oci.functions import FunctionsInvokeClient, FunctionsManagementClient
from oci.retry import NoneRetryStrategy

from emulator.services.workload_identity.service import WorkloadIdentity
from ops import invoke
from ops.cli.main import root
from ops.identities import Identity, identity_credentials
from shared.errors import OciServiceError
from shared.oci.signature import load_resource_principal, sign
from tests.support.oci_sdk import resource_principal_signer
from tests.support.small_functions import ECHO, FAILS, SLEEPS, cloud_with, function_ocid

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from emulator.cloud import Cloud
    from emulator.functions_app import FunctionsApp

FUNCTIONS = {"echo": ECHO, "fails": FAILS, "sleeps": SLEEPS}
Run = Callable[..., int]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, keys_folder: Path) -> Iterator[tuple[Cloud, FunctionsApp]]:
    with cloud_with(tmp_path_factory.mktemp("invoke"), keys_folder, FUNCTIONS) as made:
        yield made


@pytest.fixture
def cloud(world: tuple[Cloud, FunctionsApp]) -> Cloud:
    world[0].reset()
    return world[0]


@pytest.fixture
def run(cloud: Cloud) -> Run:
    """Call a function as a user with a configuration file; return the exit status."""
    user = cloud.identity.create_user()

    def call(function: str, *arguments: str) -> int:
        identity = ["--auth", "config", "--config-file", str(user.config_file)]
        return invoke.main([function_ocid(function), *identity, "--endpoint", cloud.endpoint, *arguments])

    return call


@pytest.mark.parametrize(
    ("answer", "status", "strict_status"),
    [
        ({"success": {"status": "no-change"}}, 0, 0),
        ({"warning": {"reason": "busy"}}, 0, 2),
        ({"error": {"reason": "not-found"}}, 1, 1),
        ({"any": "thing"}, 1, 1),
        ([{"error": "in a list"}], 1, 1),
        (["1.csv"], 0, 0),
        ({"template": "template1", "title": "Uh oh!", "icon": "fail"}, 1, 1),
        ({"code": 502, "message": "function failed"}, 1, 1),
        ({"node-pools": [{"success": {}}, {"warning": {}}]}, 0, 2),
        ({"node-pools": [{"error": {}}, {"success": {}}]}, 1, 1),
    ],
)
def test_the_exit_status_tells_what_the_answer_says(
    run: Run, capsys: pytest.CaptureFixture[str], answer: object, status: int, strict_status: int
) -> None:
    assert run("echo", "--body", json.dumps(answer)) == status
    assert json.loads(capsys.readouterr().out) == answer
    assert run("echo", "--body", json.dumps(answer), "--strict") == strict_status


@pytest.mark.parametrize(
    ("answer", "options"), [({"success": {}}, []), ({"warning": {}}, ["--strict"]), ({"error": {}}, [])], ids=str
)
def test_the_command_of_people_answers_and_exits_as_that_of_schedules(
    run: Run, cloud: Cloud, capsys: pytest.CaptureFixture[str], answer: object, options: list[str]
) -> None:
    status = run("echo", "--body", json.dumps(answer), *options)
    identity = ["--auth", "config", "--config-file", str(cloud.identity.create_user().config_file)]
    words = ["invoke", function_ocid("echo"), *identity, "--endpoint", cloud.endpoint, "--body", json.dumps(answer)]
    done = CliRunner().invoke(root(), [*words, *options])
    assert (done.exit_code, done.stdout) == (status, capsys.readouterr().out)
    assert done.stderr.endswith("answered with status 200\n")


@pytest.mark.parametrize("answer", ["plain text", "<html><body>502 Bad Gateway</body></html>", "", "{"])
def test_an_answer_that_is_none_of_the_suite_is_printed_and_is_an_error(
    run: Run, capsys: pytest.CaptureFixture[str], answer: str
) -> None:
    assert run("echo", "--body", answer) == 1
    printed = capsys.readouterr()
    assert printed.out == answer + "\n"
    assert "taken for an error" in printed.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--timeout", "-1"], "argument --timeout: must be above 0 seconds, is -1"),
        (["--timeout", "0"], "must be above 0 seconds, is 0"),
        (["--timeout", "nan"], "must be above 0 seconds, is nan"),
        (["--timeout", "inf"], "must be above 0 seconds, is inf"),
        (["--body", "[" * 100_000], "argument --body: the JSON is nested too deep"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_no_call_can_be_made_with_is_a_usage_error_and_asks_nothing(
    run: Run, cloud: Cloud, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        run("echo", *arguments)
    assert (ended.value.code, words in capsys.readouterr().err) == (1, True)
    done = CliRunner().invoke(root(), ["invoke", function_ocid("echo"), "--auth", "config", *arguments])
    assert (done.exit_code, words in done.stderr) == (2, True)
    assert cloud.log.calls("functions") == []


def test_an_error_of_the_command_is_printed_in_its_own_characters(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke.main(["no-ocid"]) == 1
    assert "ocid1.fnfunc.…" in capsys.readouterr().out


def test_a_configuration_file_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke.main([function_ocid("echo"), "--auth", "config", "--config-file", "/nope"]) == 1
    error = json.loads(capsys.readouterr().out)["error"]
    assert "no OCI configuration file at /nope" in error["message"]
    assert "resource principal" not in error["message"]


@pytest.mark.parametrize(
    ("function", "status", "code"),
    [
        ("fails", "502", "FunctionInvokeExecutionFailed"),
        ("sleeps", "504", "FunctionInvokeExecutionTimeout"),
        ("missing", "404", "NotAuthorizedOrNotFound"),
    ],
)
def test_what_the_service_refuses_is_an_error_with_its_code(
    run: Run, capsys: pytest.CaptureFixture[str], function: str, status: str, code: str
) -> None:
    assert run(function) == 1
    error = json.loads(capsys.readouterr().out)["error"]
    assert (error["reason"], error["status"], error["code"]) == ("oci-service-error", status, code)


def test_a_function_is_called_once_even_when_the_call_fails(run: Run, cloud: Cloud) -> None:
    assert run("fails") == 1
    assert [call.method for call in cloud.log.calls("functions")] == ["GET", "POST"]


def test_the_call_goes_to_the_endpoint_that_the_function_names(run: Run, cloud: Cloud) -> None:
    run("echo")
    looked_up, called = cloud.log.calls("functions")
    assert "/region/" not in looked_up.path
    assert called.path.startswith("/region/us-ashburn-1/")


def test_a_given_invoke_endpoint_saves_the_look_up(run: Run, cloud: Cloud) -> None:
    assert run("echo", "--invoke-endpoint", cloud.endpoint, "--body", "[]") == 0
    assert [call.method for call in cloud.log.calls("functions")] == ["POST"]


def test_a_detached_call_returns_before_the_function_ends(run: Run, world: tuple[Cloud, FunctionsApp]) -> None:
    cloud, functions = world
    assert run("sleeps", "--detach") == 0
    assert cloud.log.calls("functions")[-1].status == 202
    until = time.monotonic() + 20
    while functions.host.calls[-1].function != "sleeps" and time.monotonic() < until:
        time.sleep(0.05)
    assert functions.host.calls[-1].status == 504  # it did run, and nobody waited for it


def test_nothing_that_answers_is_status_3(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("echo", "--invoke-endpoint", "http://127.0.0.1:9") == 3
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "no-answer"


def test_an_answer_that_is_cut_off_is_status_3(run: Run, cloud: Cloud) -> None:
    cloud.faults.add(service="functions", method="POST", drop="after")
    assert run("echo") == 3


@pytest.mark.parametrize(
    "arguments", [[], ["no-ocid"], ["ocid1.fnfunc.oc1.iad.a", "--endpoint", "http://example.com"], ["x", "--auth", "y"]]
)
def test_wrong_arguments_are_an_error_and_never_look_like_a_warning(arguments: list[str]) -> None:
    try:
        status = invoke.main(arguments)
    except SystemExit as end:
        status = int(str(end.code))
    assert status == 1


def test_a_file_without_the_profile_is_an_error(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    user = cloud.identity.create_user()
    status = invoke.main(
        [function_ocid("echo"), "--auth", "config", "--config-file", str(user.config_file), "--profile", "OTHER"]
    )
    assert (status, json.loads(capsys.readouterr().out)["error"]["reason"]) == (1, "not-authorised")


@pytest.mark.parametrize(
    ("ocid", "region"),
    [
        ("ocid1.fnfunc.oc1.iad.aaaa", "us-ashburn-1"),
        ("ocid1.fnfunc.oc1.eu-frankfurt-1.aaaa", "eu-frankfurt-1"),
        ("ocid1.fnfunc.oc1..aaaa", ""),
    ],
)
def test_the_region_is_the_one_that_the_ocid_names(ocid: str, region: str) -> None:
    assert invoke.region_of(ocid) == region


def test_an_instance_principal_without_an_instance_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OCI_METADATA_BASE_URL", "http://127.0.0.1:9/opc/v2")
    with pytest.raises(OciServiceError) as caught:
        identity_credentials(Identity("instance-principal", token_attempts=1))
    assert (caught.value.code, caught.value.fields["service"]) == ("no-answer", "instance-principal")


def test_a_pod_without_a_cluster_is_an_error_that_names_the_page(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    assert invoke.main(["ocid1.fnfunc.oc1.iad.aaaa"]) == 1
    assert "docs/schedules.md" in json.loads(capsys.readouterr().out)["error"]["fix"]


class TestWorkloadIdentity:
    """The default: the pod's own token, changed for a session token by the cluster."""

    @pytest.fixture
    def exchange(self, cloud: Cloud) -> Iterator[WorkloadIdentity]:
        with WorkloadIdentity(cloud) as made:
            yield made

    def call(self, cloud: Cloud, pod: dict[str, str], patch: pytest.MonkeyPatch) -> int:
        for name, value in pod.items():
            patch.setenv(name, value)
        return invoke.main(
            [
                function_ocid("echo"),
                "--service-account-token",
                pod["token"],
                "--endpoint",
                cloud.endpoint,
                "--body",
                "[]",
            ]
        )

    def test_the_service_sees_cluster_namespace_and_account(
        self, cloud: Cloud, exchange: WorkloadIdentity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert self.call(cloud, exchange.pod(tmp_path, "oci-functions", "function-invoker"), monkeypatch) == 0
        principals = {call.principal for call in cloud.log.calls("functions")}
        assert principals == {f"{exchange.cluster}/oci-functions/function-invoker"}

    def test_an_expired_token_is_an_error(
        self, cloud: Cloud, exchange: WorkloadIdentity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert self.call(cloud, exchange.pod(tmp_path, "a", "b", lifetime_seconds=-60), monkeypatch) == 1

    def test_a_basic_cluster_is_an_error_that_says_so(
        self,
        cloud: Cloud,
        exchange: WorkloadIdentity,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        exchange.enhanced = False
        assert self.call(cloud, exchange.pod(tmp_path, "a", "b"), monkeypatch) == 1
        assert "enhanced" in json.loads(capsys.readouterr().out)["error"]["message"]

    def test_no_exchange_means_no_answer(self, cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        pod = WorkloadIdentity(cloud).pod(tmp_path, "a", "b")
        for name, value in pod.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(OciServiceError) as caught:
            identity_credentials(Identity(token_file=pod["token"], token_attempts=1))
        assert (caught.value.code, caught.value.fields["service"]) == ("no-answer", "workload-identity")


class TestWithTheSdk:
    """The unchanged clients, and the published version of the API."""

    def clients(self, cloud: Cloud) -> tuple[FunctionsManagementClient, FunctionsInvokeClient]:
        signer = resource_principal_signer(cloud.identity.mint_resource_principal())
        arguments = {"signer": signer, "service_endpoint": cloud.endpoint, "retry_strategy": NoneRetryStrategy()}
        return FunctionsManagementClient({}, **arguments), FunctionsInvokeClient({}, **arguments)

    def test_the_app_and_its_functions_are_listed(self, cloud: Cloud) -> None:
        management, _ = self.clients(cloud)
        app = management.list_applications("ocid1.compartment.oc1..aaaaaaaalocalcloudcompartment").data[0]
        assert {each.display_name for each in management.list_functions(app.id).data} == set(FUNCTIONS)
        function = management.get_function(function_ocid("echo")).data
        assert (function.memory_in_mbs, function.source_details.image) == (256, "local/echo:latest")

    def test_a_body_over_6_mib_is_refused(self, cloud: Cloud) -> None:
        _, client = self.clients(cloud)
        with pytest.raises(ServiceError) as refused:
            client.invoke_function(function_ocid("echo"), invoke_function_body=b"x" * (6 * 1024 * 1024 + 1))
        assert refused.value.status == 413

    def test_another_tenancy_sees_nothing(self, cloud: Cloud) -> None:
        env = cloud.identity.mint_resource_principal(tenancy="ocid1.tenancy.oc1..other")
        client = FunctionsInvokeClient(
            {},
            signer=resource_principal_signer(env),
            service_endpoint=cloud.endpoint,
            retry_strategy=NoneRetryStrategy(),
        )
        with pytest.raises(ServiceError) as refused:
            client.invoke_function(function_ocid("echo"))
        assert (refused.value.status, refused.value.code) == (404, "NotAuthorizedOrNotFound")

    def test_the_published_version_of_the_api_takes_a_signed_post_and_no_other(self, cloud: Cloud) -> None:
        principal = load_resource_principal(cloud.identity.mint_resource_principal())
        url = f"{cloud.endpoint}/20181201/functions/{function_ocid('echo')}/actions/invoke"
        body = b'{"a": 1}'
        headers = sign(principal, "POST", url, {}, now_epoch_seconds=time.time(), body=body)
        answer = requests.post(url, data=body, headers=headers, timeout=20)
        assert (answer.status_code, answer.json()) == (200, {"a": 1})
        assert requests.post(url, data=body + b" ", headers=headers, timeout=20).status_code == 401
        assert requests.post(url, data=body, timeout=20).status_code == 401
