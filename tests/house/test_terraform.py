"""The Terraform stack says what the code says, gives no right too many, and its checkers find what they must."""

from __future__ import annotations

import importlib
import json
import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import hcl2
import pytest
import yaml

from ops.oke.flat_map import QUERY_KEYS, flat_map
from ops.oke.values import PoolView
from shared.settings import describe_settings
from tests.support.command_line import parse
from tools import suite
from tools.checks import policies, stack
from tools.render.terraform import variable_name
from tools.suite import ROOT

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = stack.FOLDER
ENTRIES = [entry for entry in suite.read().functions if (ROOT / "functions" / entry.folder / "settings.py").exists()]
TERRAFORM = shutil.which("terraform") or shutil.which("tofu")


GATEWAY = "all {request.principal.type = 'ApiGateway', request.principal.id = 'ocid1.apigateway.oc1..a'}"
SCHEDULE = "all {request.principal.type = 'resourceschedule', request.principal.id = 'ocid1.x.oc1..a'}"
POD = "all {request.principal.type = 'workload', request.principal.service_account = 'a'}"


def variables() -> dict[str, dict[str, Any]]:
    blocks = [block for document in stack.documents().values() for block in document.get("variable", [])]
    return {name.strip('"'): body for block in blocks for name, body in block.items()}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_every_config_key_of_a_function_is_a_variable_and_reaches_its_config(entry: suite.FunctionEntry) -> None:
    known = variables()
    config = (FOLDER / "functions_config.tf").read_text()
    for row in describe_settings(importlib.import_module(f"functions.{entry.folder}.settings").Settings):
        name = variable_name(entry, row.name)
        assert json.loads(known[name]["description"]).startswith(row.doc[:40])
        assert known[name].get("sensitive", False) in {row.secret, str(row.secret).lower()}
        assert re.search(rf"^ +{row.name} += var\.{name}$", config, re.MULTILINE)


def test_what_the_stack_names_is_declared_and_used_and_every_right_is_within_its_limit() -> None:
    assert list(stack.every_fault()) == []
    assert list(policies.every_fault()) == []
    assert len(policies.statements()) > 15


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Allow dynamic-group oci-functions-oke-autoscaler to fly clusters in compartment id ocid1.c.oc1..a", "verb"),
        ("Allow dynamic-group oci-functions-oke-autoscaler to use klusters in compartment id ocid1.c.oc1..a", "known"),
        ("Allow dynamic-group oci-functions-oke-autoscaler to manage cluster-family in tenancy", "may not"),
        ("Allow dynamic-group oci-functions-oke-autoscaler to manage metrics in tenancy", "may not"),
        ("Allow dynamic-group oci-functions-oke-autoscaler to use secret-family in compartment c", "may not"),
        ("Allow dynamic-group oci-functions-oke-autoscaler to inspect compartments in tenancy", "in tenancy"),
        ("Allow dynamic-group oci-functions-oke-autoscaler to use clusters in compartment c", "target.cluster.id"),
        ("Allow dynamic-group oci-functions-codecard-avatar to manage objects in compartment c", "target.bucket"),
        ("Allow dynamic-group oci-functions-request-context to read objects in compartment c", "may not"),
        ("Allow dynamic-group oci-functions-codecard-avatar to manage objects in compartment c", "can delete"),
        ("Allow any-user to use fn-invocation in compartment c", "anybody may not"),
        (f"Allow any-user to use fn-invocation in compartment c where {GATEWAY}", "by target.function.id"),
        (f"Allow any-user to use fn-invocation in compartment c where {SCHEDULE}", "by target.function.id"),
        (f"Allow any-user to read fn-function in compartment c where {SCHEDULE}", "by target.function.id"),
        (f"Allow any-user to use fn-invocation in compartment c where {POD}", "by target.function.id"),
        (f"Allow any-user to use fn-invocation in compartment c where {POD}", "by request.principal.namespace"),
        ("Allow dynamic-group x to use", "does not parse"),
    ],
)
def test_a_statement_that_is_wrong_or_too_broad_is_found(text: str, expected: str) -> None:
    assert any(expected in fault for fault in policies.faults("purpose", text))


def test_every_right_names_its_resource_or_stands_in_the_one_list_with_a_reason() -> None:
    every = {(caller, resource) for caller, limits in policies.LIMITS.items() for resource in limits}
    assert set(policies.CONDITIONS) | set(policies.WIDER) == every
    assert set(policies.CONDITIONS) & set(policies.WIDER) == set()
    assert all(len(reason) > 20 for reason in policies.WIDER.values())
    section = (ROOT / "docs" / "operations.md").read_text().split("<!-- generated: wider-rights -->")[1]
    assert all(reason in section for reason in policies.WIDER.values())


def test_a_right_that_is_in_no_list_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Allow dynamic-group oci-functions-oke-autoscaler to use vnics in compartment id ocid1.c.oc1..a"
    assert list(policies.faults("purpose", text)) == []
    without = {key: reason for key, reason in policies.WIDER.items() if key[1] != "vnics"}
    monkeypatch.setattr(policies, "WIDER", without)
    assert any("give the reason in WIDER" in fault for fault in policies.faults("purpose", text))


def test_a_list_needs_no_name_and_no_other_verb_goes_without() -> None:
    for verb, wanted in (("inspect", False), ("read", True), ("manage", True)):
        text = f"Allow dynamic-group oci-functions-oke-autoscaler to {verb} cluster-node-pools in compartment c"
        assert any("target.nodepool.id" in fault for fault in policies.faults("purpose", text)) == wanted


def test_an_undeclared_and_an_unused_name_are_found(tmp_path: Path) -> None:
    (tmp_path / "a.tf").write_text('variable "a" {\n  type = string\n}\n\nlocals {\n  b = var.c + oci_x.y.id\n}\n')
    faults = list(stack.every_fault(tmp_path))
    assert "var.c is not declared" in faults
    assert "oci_x.y is not declared" in faults
    assert {"var.a is never used", "local.b is never used"} <= set(faults)


def test_the_consoles_form_has_every_variable_once_and_no_other() -> None:
    form = yaml.safe_load((FOLDER / "schema.yaml").read_text())
    grouped = [name for group in form["variableGroups"] for name in group["variables"]]
    assert sorted(grouped) == sorted(form["variables"]) == sorted(variables())
    for name, body in variables().items():
        field = form["variables"][name]
        assert field["required"] == ("default" not in body), name
        assert field["type"] != "enum" or field["enum"], name


def test_the_example_sets_every_variable_that_has_no_default_and_none_that_is_not_there() -> None:
    example = hcl2.loads((FOLDER / "terraform.tfvars.example").read_text())
    given = {name for name in example if not name.startswith("__")}
    known = variables()
    assert given <= set(known)
    assert {name for name, body in known.items() if "default" not in body} <= given


def test_the_gateway_takes_every_key_of_the_specification() -> None:
    text = (FOLDER / "gateway.tf").read_text()
    keys = set(re.findall(r'"([A-Za-z]+)":', (ROOT / "deploy" / "api-gateway.json").read_text()))
    assert {key for key in keys if not re.search(rf"\.{key}\b", text)} == set()


def test_the_alarms_of_the_stack_are_those_of_the_document() -> None:
    (block,) = hcl2.loads((FOLDER / "alarms.tf").read_text())["locals"]
    made = {
        (alarm["namespace"].strip('"'), alarm["query"][1:-1].replace('\\"', '"'))
        for name, alarm in block["alarms"].items()
        if not name.startswith("__")
    }
    section = (ROOT / "docs" / "operations.md").read_text().split("\n## Alarms\n")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| .* \| `(\w+)` \| `(.*)` \|$", section, re.MULTILINE)) == made
    assert len(made) > 5


def words_in(listed: list[str]) -> list[str]:
    """The words of a command line after the program, a placeholder for each variable."""
    return [word.strip('"') if word.startswith('"') else "1" for word in listed[1:]]


def test_the_example_of_a_cluster_runs_commands_that_parse_and_gives_the_stack_what_it_needs() -> None:
    assert list(stack.every_fault(stack.EXAMPLE)) == []
    main = stack.documents(stack.EXAMPLE)["main.tf"]
    create = main["locals"][0]["create"]
    (made,) = (block['"terraform_data"']['"cluster"'] for block in main["resource"])
    parse([*words_in(create), made["provisioner"][0]['"local-exec"']["command"].strip('"')])
    (source,) = (block['"external"']['"node_pool"'] for block in main["data"])
    parse(words_in(source["program"]))
    assert {key for key in source["query"] if key[:2] != "__"} <= set(QUERY_KEYS)
    text = "".join(path.read_text() for path in stack.EXAMPLE.glob("*.tf"))
    read = set(re.findall(r"node_pool\.result\.(\w+)", text))
    assert read <= set(flat_map(PoolView.of({})))
    assert "clusterId" in read
    (functions,) = (block['"functions"'] for block in main["module"])
    given, known = {name for name in functions if name[:2] != "__"} - {"source"}, variables()
    assert (stack.EXAMPLE / functions["source"].strip('"')).resolve() == FOLDER
    assert given <= set(known)
    assert {name for name, body in known.items() if "default" not in body} <= given


def test_the_example_of_a_cluster_has_a_value_for_every_variable_without_one() -> None:
    blocks = stack.documents(stack.EXAMPLE)["variables.tf"]["variable"]
    needed = {name.strip('"') for block in blocks for name, body in block.items() if "default" not in body}
    example = hcl2.loads((stack.EXAMPLE / "terraform.tfvars.example").read_text())
    assert {name for name in example if name[:2] != "__"} == needed


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("stack") / "terraform"
    made.mkdir()
    shutil.copy(ROOT / "deploy" / "api-gateway.json", made.parent)
    for path in FOLDER.glob("*.tf"):
        text = path.read_text()
        blocks = re.findall(r"^(?:locals|variable \"\w+\") \{\n.*?^\}\n", text, re.MULTILINE | re.DOTALL)
        stubbed = re.sub(r"(?:data\.)?oci_\w+\.\w+(?:\[[^\]]*\])?\.\w+", '"ocid1.stub.oc1.iad.aaaa"', "\n".join(blocks))
        (made / path.name).write_text(stubbed)
    example = (FOLDER / "terraform.tfvars.example").read_text()
    (made / "terraform.tfvars").write_text(example)
    return made


@pytest.mark.skipif(TERRAFORM is None, reason="neither terraform nor tofu is on the PATH")
class TestEvaluated:
    """The expressions as terraform itself computes them; resources, which need the provider, stand as fixed texts."""

    def evaluate(self, folder: Path, expression: str, *variables: str) -> Any:
        arguments = [argument for each in variables for argument in ("-var", each)]
        done = subprocess.run(  # noqa: S603
            [str(TERRAFORM), "console", *arguments],
            cwd=folder,
            input=f"jsonencode(nonsensitive({expression}))\n",
            env={**os.environ, "TF_CLI_CONFIG_FILE": os.devnull},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return json.loads(json.loads(done.stdout))

    def test_the_statements_that_are_made_parse_and_hold(self, folder: Path) -> None:
        made = self.evaluate(folder, "[for name, is_made in local.policy_is_made : local.policies[name] if is_made]")
        statements = {purpose: text for policy in made for purpose, text in policy.items()}
        assert len(statements) > 12
        assert [fault for purpose, text in statements.items() for fault in policies.faults(purpose, text)] == []

    def test_a_function_that_is_not_deployed_gets_no_right(self, folder: Path) -> None:
        only_card = 'deploy_functions=["codecard-avatar"]'
        made = self.evaluate(folder, "[for name, is_made in local.policy_is_made : name if is_made]", only_card)
        assert set(made) == {"badge", "badge-private", "gateway", "cronjobs", "service"}

    def test_a_config_with_one_bucket_may_still_read_it(self, folder: Path) -> None:
        one_bucket = "codecard_avatar_oss_bucket=https://objectstorage.us-ashburn-1.oraclecloud.com/n/ns/b/codecard"
        made = self.evaluate(folder, "[for name, is_made in local.policy_is_made : name if is_made]", one_bucket)
        assert "badge-single" in made
        assert "badge-private" not in made

    def test_which_policies_are_made_is_no_secret(self, folder: Path) -> None:
        """Terraform refuses to make resources of what is secret; that a password is set is none."""
        secrets = ("adw_billing_db_pass=secret", f"codecard_avatar_page_key={'k' * 32}")
        made = "[for is_made in values(local.policy_is_made) : issensitive(is_made)]"
        for given in ((), secrets):
            assert not any(self.evaluate(folder, made, *given))
        keys = 'keys(local.function_config["codecard-avatar"])'
        assert "page_key" in self.evaluate(folder, keys, *secrets)
        assert "page_key" not in self.evaluate(folder, keys)

    def test_only_the_registry_may_be_written_and_only_for_keepers(self, folder: Path) -> None:
        made = "[for name, is_made in local.policy_is_made : name if is_made]"
        assert "badge-cards" not in self.evaluate(folder, made, "codecard_avatar_card_registry=cards.json")
        for registry, objects in (("cards.json", "cards.json"), ("cards/", "cards/*")):
            given = (f"codecard_avatar_card_registry={registry}", "codecard_avatar_card_keepers=*")
            assert "badge-cards" in self.evaluate(folder, made, *given)
            (statement,) = self.evaluate(folder, "values(local.badge_cards_policy)", *given)
            assert f"target.object.name = '{objects}'" in statement

    def test_the_badges_function_is_told_the_buckets_that_the_stack_makes(self, folder: Path) -> None:
        buckets = (
            '{for key, value in local.deployed_config["codecard-avatar"] : key => value if endswith(key, "bucket")}'
        )
        made = self.evaluate(folder, buckets)
        assert made == {
            "oss_bucket": made["private_bucket"].removesuffix("-private"),
            "private_bucket": self.evaluate(folder, 'local.bucket_urls["private_bucket"]'),
        }
        assert set(self.evaluate(folder, buckets, "codecard_avatar_publish=inline")) == {"private_bucket"}
        own = "codecard_avatar_oss_bucket=https://objectstorage.us-ashburn-1.oraclecloud.com/n/ns/b/mine"
        assert self.evaluate(folder, buckets, own) == {"oss_bucket": own.partition("=")[2]}

    def test_config_holds_what_is_set_and_nothing_else(self, folder: Path) -> None:
        config = self.evaluate(folder, 'local.function_config["adw-billing"]', "adw_billing_retention_days=30")
        assert config["retention_days"] == "30"
        assert config["db_dsn"] == "adw_high"
        assert "db_pass" not in config

    def test_the_gateways_routes_are_those_of_the_specification(self, folder: Path) -> None:
        routes = self.evaluate(folder, "local.gateway_routes")
        specification = json.loads((ROOT / "deploy" / "api-gateway.json").read_text())
        assert [route["path"] for route in routes] == [route["path"] for route in specification["routes"]]
        assert {route["backend"]["functionId"] for route in routes} == {"ocid1.stub.oc1.iad.aaaa"}
        headers = [route["requestPolicies"].get("headerTransformations") for route in routes]
        values = [each["values"] for made in headers if made for each in made.get("setHeaders", {}).get("items", [])]
        assert values == [["${request.auth[sub]}"]] * 2, "the gateway's to fill in, not Terraform's"
        token = self.evaluate(folder, "local.gateway_token")
        assert token["validationPolicy"]["uri"].startswith("https://idcs-")
