"""`oci-functions preflight` against a whole local deployment: it passes, and finds what is taken away."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from emulator.cloud import CloudOptions
from emulator.services.identity.service import DEFAULT_COMPARTMENT
from ops.cli.main import root
from ops.preflight import command as preflight
from ops.preflight.checks import own_rows
from tools import suite
from tools.local_stack import LocalStack, function_config, local_stack, tfvars
from tools.suite import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def stack(tmp_path: Path, keys_folder: Path) -> Iterator[LocalStack]:
    with local_stack(tmp_path, CloudOptions(keys_folder=keys_folder)) as made:
        yield made


def check(stack: LocalStack, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[str]]:
    """Run the preflight; return its status and the lines of what is not well."""
    capsys.readouterr()
    where = ["--compartment", DEFAULT_COMPARTMENT, "--endpoint", stack.cloud.endpoint]
    status = preflight.main([*where, "--config-file", str(stack.config_file), *arguments])
    lines = capsys.readouterr().out.splitlines()
    return status, [line for line in lines[:-1] if not line.startswith("ok ")]


def test_a_deployment_from_the_projects_files_passes_and_one_fault_after_another_is_found(
    stack: LocalStack, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(stack, capsys) == (0, [])
    where = ["--compartment", DEFAULT_COMPARTMENT, "--endpoint", stack.cloud.endpoint]
    done = CliRunner().invoke(root(), ["preflight", *where, "--config-file", str(stack.config_file), "--json"])
    document = json.loads(done.stdout)
    assert (done.exit_code, document["ok"]) == (0, True)
    assert {"area": "bucket", "check": "codecard", "outcome": "ok", "detail": "in us-ashburn-1", "fix": ""} in document[
        "rows"
    ]
    writes = [call for call in stack.cloud.log.calls() if call.method in {"PUT", "PATCH", "DELETE"}]
    # codecard-avatar asks for an upload on a condition that no object meets.
    assert {(each.path.rpartition("/")[2], each.status) for each in writes} == {("oci-functions-preflight", 412)}

    stack.plane.images.discard(next(name for name in stack.plane.images if "oke-autoscaler" in name))
    stack.plane.policies.pop("set the size of these node pools, delete their nodes")
    stack.plane.home_region = "eu-frankfurt-1"
    stack.plane.gateways["oci-functions"] = "http://127.0.0.1:9"
    stack.cloud.cluster.remove("ClusterRoleBinding", "oke-autoscaler")
    status, lines = check(stack, capsys)
    text = "\n".join(lines)
    assert status == 1
    for told in (
        "FAILED  image           oke-autoscaler",
        "missing: manage cluster-node-pools",
        "policies.tf",
        "FAILED  oke-autoscaler  RBAC",
        "FAILED  gateway         /request-context",
        "open port 443",
    ):
        assert told in text
    assert ("set home_region to eu-frankfurt-1" in text) == ("adw-billing" in stack.functions)


def test_keys_that_only_the_signed_in_may_fetch_are_found_while_the_route_still_says_401(
    stack: LocalStack, capsys: pytest.CaptureFixture[str]
) -> None:
    """A new identity domain: the gateway cannot fetch the keys, and the row of the route is as good as before."""
    stack.cloud.identity.client_access = False
    status, lines = check(stack, capsys)
    assert (status, len(lines)) == (1, 2)
    assert lines[0].startswith("FAILED  gateway         token keys               401 from ")
    assert "Configure client access" in lines[1]
    stack.plane.specification = {"routes": []}
    _, lines = check(stack, capsys)
    assert "the deployment checks no token" in lines[0]


def test_a_registry_that_anybody_can_read_is_found_from_outside(
    stack: LocalStack, capsys: pytest.CaptureFixture[str]
) -> None:
    """As set up; then in the pictures' bucket, as the single key has it; then in a private bucket made public."""
    config = {**stack.host.config["codecard-avatar"], "card_registry": "cards.json"}
    storage = stack.cloud.object_storage
    buckets = {bucket.name: bucket for bucket in storage.buckets.values()}
    for name in ("codecard", "codecard-private"):
        storage.put(buckets[name], "cards.json", b"{}")
    stack.cloud.run(_configured(stack, config), timeout_seconds=30)
    assert check(stack, capsys) == (0, [])
    asked = [call for call in stack.cloud.log.calls("object_storage") if call.path.endswith("/cards.json")]
    assert [(call.method, call.principal, call.header("authorization")) for call in asked] == [("GET", "", None)]

    stack.cloud.run(_configured(stack, config | {"private_bucket": ""}), timeout_seconds=30)
    status, lines = check(stack, capsys)
    assert status == 1
    assert lines[0].startswith("warning bucket          private_bucket")
    assert "FAILED  bucket          card_registry            anybody can read cards.json: 200" in lines[2]
    assert "set private_bucket" in lines[3]

    buckets["codecard-private"].public_access_type = "ObjectReadWithoutList"
    stack.cloud.run(_configured(stack, config), timeout_seconds=30)
    status, lines = check(stack, capsys)
    assert (status, len(lines)) == (1, 2)


async def _configured(stack: LocalStack, config: dict[str, str]) -> None:
    stack.host.configure("codecard-avatar", config)


def test_an_app_or_an_identity_that_is_not_there_is_said(stack: LocalStack, capsys: pytest.CaptureFixture[str]) -> None:
    status, lines = check(stack, capsys, "--app", "other")
    assert status == 1
    assert "no functions in other" in lines[0]
    status, lines = check(stack, capsys, "--profile", "OTHER")
    assert (status, lines[0].split()[:3]) == (1, ["FAILED", "credentials", "identity"])


@pytest.mark.parametrize(
    ("answer", "outcomes"),
    [
        ({"preflight": {"checks": [{"name": "a", "ok": True}, {"name": "b", "ok": False}]}}, ["ok", "FAILED"]),
        ({"preflight": {}}, ["unknown"]),
        ({"error": {"reason": "login-failed", "message": "m", "fix": "f"}}, ["FAILED"]),
        ({"success": {}}, ["unknown"]),
        (["x.csv"], ["unknown"]),
    ],
)
def test_a_functions_own_answer_becomes_rows(answer: object, outcomes: list[str]) -> None:
    assert [row.outcome for row in own_rows("f", answer)] == outcomes


def test_local_values_become_config_as_the_stack_makes_it(tmp_path: Path) -> None:
    file = tmp_path / "a.tfvars"
    file.write_text('# @not filled@\nrequest_context_greeting = "Hi @who@"\nrequest_context_publish_metrics = true\n')
    (entry,) = (each for each in suite.read().functions if each.name == "request-context")
    values = tfvars(file, {"who": "there"})
    assert function_config(values, entry) == {"greeting": "Hi there", "publish_metrics": "true"}
    with pytest.raises(KeyError):
        tfvars(file, {})


def test_the_local_values_are_variables_of_the_stack() -> None:
    import hcl2

    from tools.checks import stack

    given = hcl2.loads((ROOT / "deploy" / "local.tfvars").read_text())
    assert {f"var.{name}" for name in given if not name.startswith("__")} <= stack.declared()
