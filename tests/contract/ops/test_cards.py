"""`oci-functions badge cards …` against the emulated object storage and the published backend."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from emulator.services.identity.service import DEFAULT_TENANCY
from functions.codecard_avatar.model.claim_code import claim_code_of
from ops.cli.main import root
from tests.support.command_line import PROCESS

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

    from emulator.cloud import Cloud
    from emulator.services.object_storage.stored_objects import StoredBucket

CARD, OTHER = "CC50E3CCBFFF", "AABBCCDDEEFE"


@dataclass
class Keeper:
    """Who keeps a registry: a bucket and an identity that may write it."""

    cloud: Cloud
    bucket: StoredBucket
    where: list[str]

    def run(self, *words: str, stdin: bytes = b"") -> Result:
        """Run a command on the bucket's registry in this process."""
        return CliRunner().invoke(root(), ["badge", "cards", *words, *self.where], input=stdin)

    def put(self, cards: object, name: str = "cards.json") -> None:
        self.cloud.object_storage.put(self.bucket, name, json.dumps(cards).encode())

    def cards(self, name: str = "cards.json") -> dict[str, object]:
        """What is in the bucket."""
        return json.loads(self.bucket.find(name).read())

    def writes(self) -> list[int]:
        """The statuses of all uploads so far."""
        return [call.status or 0 for call in self.cloud.log.calls("object_storage", "PUT")]


@pytest.fixture
def keeper(cloud: Cloud) -> Keeper:
    user = cloud.identity.create_user()
    bucket = cloud.object_storage.create_bucket("codecard-private", tenancy=DEFAULT_TENANCY)
    where = ["--bucket", bucket.name, "--endpoint", cloud.endpoint, "--config-file", str(user.config_file)]
    return Keeper(cloud, bucket, where)


def test_a_card_is_added_listed_replaced_and_removed(keeper: Keeper) -> None:
    added = keeper.run("add", "cc:50:e3:cc:bf:ff", "--name", "Joan Citizen", "--role", "Engineer")
    assert (added.exit_code, added.stdout) == (0, "1 added\n")
    assert keeper.cards() == {CARD: {"title": "Joan Citizen", "role": "Engineer"}}
    assert keeper.run("add", CARD, "--name", "Joan", "--button", "a/2").exit_code == 0
    listed = keeper.run("list")
    assert listed.stdout == f"{CARD} -   Joan Citizen  Engineer\n{CARD} a/2 Joan\n"
    refused = keeper.run("add", CARD, "--name", "Joe")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "--replace" in refused.stderr
    assert "nothing was changed" in refused.stderr
    assert keeper.run("add", CARD, "--name", "Joe", "--replace").stdout == "1 replaced\n"
    assert keeper.run("remove", CARD).stdout == "2 removed\n"
    assert keeper.cards() == {}
    assert keeper.run("remove", CARD).exit_code == 1


def test_what_no_card_can_be_saved_with_is_named_by_its_option(keeper: Keeper) -> None:
    done = keeper.run("add", "CC50", "--name", " ", "--layout", "name_first")
    assert done.exit_code == 1
    told = done.stderr.splitlines()
    assert told[0].startswith("CARD must be 12 hex digits")
    done = keeper.run("add", CARD, "--name", " ", "--layout", "name_first")
    told = done.stderr.splitlines()
    assert told[0].startswith("--layout must be one of")
    assert told[1].startswith("--name must have at least one letter")
    assert keeper.writes() == []


def test_a_table_is_imported_whole_or_not_at_all_and_comes_back_as_it_was(keeper: Keeper, tmp_path: Path) -> None:
    table = tmp_path / "people.csv"
    table.write_bytes(
        "\ufeffcard;name;company;button\r\n".encode() + f"{CARD};Zoë;ACME;\r\n{OTHER};Ann;;b/2\r\n".encode()
    )
    assert keeper.run("import", str(table), "--dry-run").stdout == "would be: 2 added\n"
    assert keeper.writes() == []
    assert keeper.run("import", str(table)).stdout == "2 added\n"
    assert keeper.cards() == {CARD: {"title": "Zoë", "company": "ACME"}, f"{OTHER}/b/2": "Ann"}
    assert keeper.run("import", str(table)).stdout == "2 as before\n"
    assert keeper.writes() == [200]
    exported = tmp_path / "exported.csv"
    assert keeper.run("export", "--csv", "--out", str(exported)).exit_code == 0
    assert keeper.run("import", str(exported)).stdout == "2 as before\n"
    wrong = f"card,name\n{OTHER},Bob\n{CARD},Joe\nnone,Eve\n".encode()
    done = keeper.run("import", "-", stdin=wrong)
    assert done.exit_code == 1
    assert done.stderr.startswith("line 4, column card: must be 12 hex digits")
    done = keeper.run("import", "-", stdin=wrong.replace(b"none,Eve\n", b""))
    assert done.stderr.startswith(f"line 3: {CARD} is in the registry with other fields")
    assert keeper.writes() == [200], "not one row of a table with a fault is written"


def test_a_folder_has_a_part_for_each_end_of_an_id_and_is_listed_as_one(keeper: Keeper) -> None:
    keeper.where += ["--registry", "cards/"]
    table = f"card,name\n{CARD},Joan\n{OTHER},Ann\n0000000000FF,Bob\n".encode()
    assert keeper.run("import", "-", stdin=table).stdout == "3 added\n"
    assert keeper.cards("cards/FF.json") == {CARD: "Joan", "0000000000FF": "Bob"}
    assert keeper.cards("cards/FE.json") == {OTHER: "Ann"}
    document = json.loads(keeper.run("list", "--json").stdout)
    assert document == {"cards": {"0000000000FF": "Bob", OTHER: "Ann", CARD: "Joan"}, "twice": [], "strangers": []}
    assert json.loads(keeper.run("export").stdout) == document["cards"]


def test_other_objects_in_the_folder_are_no_parts_however_many_there_are(keeper: Keeper) -> None:
    for number in range(1001):
        keeper.cloud.object_storage.put(keeper.bucket, f"cards/{number:04}.jpg", b"no cards")
    keeper.put({CARD: "Joan"}, "cards/FF.json")
    keeper.put({OTHER: "Ann"}, "cards/old/FE.json")
    keeper.where += ["--registry", "cards/"]
    assert keeper.run("list").stdout == f"{CARD} -   Joan\n"


def test_an_import_into_a_folder_that_stops_says_how_far_it_came_and_the_same_again_does_the_rest(
    keeper: Keeper,
) -> None:
    keeper.where += ["--registry", "cards/"]
    table = f"card,name\n{CARD},Joan\n{OTHER},Ann\n".encode()
    keeper.cloud.faults.add(service="object_storage", method="PUT", path="FE.json", status=403, code="NotAllowed")
    done = keeper.run("import", "-", stdin=table)
    assert done.exit_code == 1
    assert done.stderr.splitlines()[-1] == "1 of 2 objects saved: the same command again does the rest"
    assert keeper.run("import", "-", stdin=table).stdout == "1 added, 1 as before\n"


def test_what_is_wrong_with_a_registry_is_told_and_kept(keeper: Keeper) -> None:
    text = f'{{"{CARD}": "Joan", "{CARD.lower()}": "Joe", "a note": 1, "{OTHER}": "A\\u001b[2Jnn"}}'
    keeper.cloud.object_storage.put(keeper.bucket, "cards.json", text.encode())
    listed = keeper.run("list")
    assert listed.stdout == f"{OTHER} -   A?[2Jnn\n", "no terminal obeys a name"
    assert f"{CARD} is there twice" in listed.stderr
    assert "'a note' is no card's id" in listed.stderr
    assert keeper.run("export", "--csv").exit_code == 1
    assert keeper.run("add", "0000000000FF", "--name", "Bob").exit_code == 0
    assert '"a note": 1' in keeper.bucket.find("cards.json").read().decode()


@pytest.mark.parametrize("content", [b"{", b"[]"])
def test_an_object_that_is_no_registry_is_not_overwritten(keeper: Keeper, content: bytes) -> None:
    keeper.cloud.object_storage.put(keeper.bucket, "cards.json", content)
    done = keeper.run("add", CARD, "--name", "Joan")
    assert done.exit_code == 1
    assert "mend the object by hand" in done.stderr
    assert keeper.writes() == []


def test_a_registry_that_would_be_larger_than_a_press_can_read_is_refused_with_the_way_out(keeper: Keeper) -> None:
    keeper.put({f"0000{number:08X}": {"title": "x" * 180} for number in range(20_000)})
    done = keeper.run("add", CARD, "--name", "Joan", "--detail", "x" * 200, "--qr", "x" * 400)
    assert (done.exit_code, keeper.writes()) == (1, [])
    assert "--registry cards/" in done.stderr


def test_a_claim_gives_a_name_to_a_card_that_has_none_and_to_no_other(keeper: Keeper) -> None:
    assert keeper.run("claim", claim_code_of(CARD).lower(), "--name", "Joan").stdout == "1 added\n"
    again = keeper.run("claim", claim_code_of(CARD), "--name", "Eve")
    assert (again.exit_code, keeper.cards()) == (1, {CARD: "Joan"})
    assert "has an owner already" in again.stderr
    typo = keeper.run("claim", "SH8E-7K5Z-ZYDJ", "--name", "Eve")
    assert "CODE has a mistake in it" in typo.stderr


def test_the_change_of_another_between_read_and_write_is_kept(keeper: Keeper) -> None:
    """The other's change comes while the first upload is on its way: that is refused, and made on the newer object."""
    keeper.put({})
    keeper.cloud.faults.add(service="object_storage", method="PUT", delay_seconds=1.5)
    words = [*PROCESS, "badge", "cards", "add", CARD, "--name", "Joan", *keeper.where]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        while not keeper.cloud.log.calls("object_storage", "PUT"):
            assert process.poll() is None
        keeper.put({OTHER: "Ann"})
        assert process.stdout is not None
        assert process.stdout.read() == "1 added\n"
    assert keeper.cards() == {OTHER: "Ann", CARD: "Joan"}
    assert keeper.writes() == [412, 200]


ADDS = """
import sys
from click.testing import CliRunner
from ops.cli.main import root
first, where = int(sys.argv[1]), sys.argv[2:]
print("ready", flush=True)
sys.stdin.readline()
for number in range(first, first + 8):
    done = CliRunner().invoke(root(), ["badge", "cards", "add", f"0000000000{number:02X}", "--name", "Joan", *where])
    assert done.exit_code == 0, done.output
"""


def test_two_processes_that_add_at_once_lose_nothing(keeper: Keeper) -> None:
    keeper.cloud.faults.add(service="object_storage", method="PUT", delay_seconds=0.05, times=None)
    processes = [
        subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", ADDS, str(first), *keeper.where],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for first in (0x10, 0x20)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.wait(60) for process in processes] == [0, 0]
    assert sorted(keeper.cards()) == [f"0000000000{number:02X}" for number in (*range(0x10, 0x18), *range(0x20, 0x28))]
    assert keeper.writes().count(200) == 16


@pytest.mark.parametrize("wish", ["add", "claim", "remove"])
def test_an_upload_whose_answer_is_lost_is_not_taken_for_the_work_of_somebody_else(keeper: Keeper, wish: str) -> None:
    keeper.put({} if wish != "remove" else {CARD: "Joan"})
    keeper.cloud.faults.add(service="object_storage", method="PUT", drop="after")
    words = {
        "add": ["add", CARD, "--name", "Joan"],
        "claim": ["claim", claim_code_of(CARD), "--name", "Joan"],
        "remove": ["remove", CARD],
    }
    done = keeper.run(*words[wish])
    assert (done.exit_code, done.stderr) == (0, "")
    assert keeper.cards() == ({} if wish == "remove" else {CARD: "Joan"})
    assert len(keeper.writes()) == 1


@pytest.mark.parametrize(
    ("where", "told"),
    [
        (["--bucket", "nosuch"], "check --bucket, --region and the policy"),
        (["--bucket", "https://h.example.com/p/secret/n/ns/b/codecard/o/"], "pre-authenticated link"),
        (["--bucket", "https://h.example.com/b/codecard"], "must end in /n/"),
        (["--registry", "other.json"], "no object other.json"),
    ],
)
def test_a_registry_that_cannot_be_used_is_named(keeper: Keeper, where: list[str], told: str) -> None:
    keeper.where += where
    done = keeper.run("list")
    assert (done.exit_code, done.stdout) == (1, "")
    assert told in done.stderr
    assert "secret" not in done.stderr


@pytest.mark.parametrize("fault", ["", "no token", "no key"])
def test_a_session_of_a_browser_is_an_identity_too(keeper: Keeper, tmp_path: Path, fault: str) -> None:
    """A profile as `oci session authenticate` writes it: token and key in files, and no user."""
    keeper.put({CARD: "Joan"})
    minted = keeper.cloud.identity.mint_resource_principal()
    files = {
        "key_file": minted["OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM"],
        "security_token_file": minted["OCI_RESOURCE_PRINCIPAL_RPST"],
    }
    files |= {"no token": {"security_token_file": "/nowhere"}, "no key": {"key_file": "/nowhere"}}.get(fault, {})
    fields = {"fingerprint": "aa:bb", "tenancy": DEFAULT_TENANCY, "region": "us-ashburn-1", **files}
    config = tmp_path / "config"
    config.write_text("[SESSION]\n" + "".join(f"{name}={value}\n" for name, value in fields.items()))
    keeper.where = [*keeper.where[:4], "--config-file", str(config), "--profile", "SESSION"]
    done = keeper.run("list")
    if fault:
        assert done.exit_code == 1
        assert "profile SESSION cannot be used" in done.stderr
    else:
        assert done.stdout == f"{CARD} -   Joan\n"


def test_the_functions_own_url_of_the_bucket_is_understood(keeper: Keeper) -> None:
    keeper.put({CARD: "Joan"})
    url = f"{keeper.cloud.endpoint}/n/{keeper.bucket.namespace}/b/{keeper.bucket.name}"
    keeper.where = ["--bucket", url, *keeper.where[4:]]
    assert keeper.run("list").stdout == f"{CARD} -   Joan\n"


def test_without_a_registry_or_with_two_the_options_are_named(keeper: Keeper) -> None:
    for where in ([], ["--bucket", "b", "--apex-url", "http://localhost/cc"]):
        keeper.where = where
        done = keeper.run("list")
        assert done.exit_code == 2
        assert "--bucket (with --registry), or --apex-url" in done.stderr


def test_the_backend_saves_cards_and_says_what_it_cannot(keeper: Keeper) -> None:
    cloud = keeper.cloud
    keeper.where = ["--apex-url", cloud.endpoint + cloud.codecard.path]
    table = f"card,name,company,button\n{CARD},Joan Citizen,ACME,\n{CARD},Joan at work,,b/2\n".encode()
    assert keeper.run("import", "-", "--dry-run", stdin=table).stdout == "would be: 2 added\n"
    assert cloud.codecard.cards() == []
    assert keeper.run("import", "-", stdin=table).stdout == "2 added\n"
    saved = {card.key: dict(card.fields) for card in cloud.codecard.cards()}
    assert saved == {
        (CARD, "a", "1"): {"template": "template1", "title": "Joan Citizen", "subtitle": "ACME"},
        (CARD, "b", "2"): {"template": "template1", "title": "Joan at work"},
    }
    assert keeper.run("import", "-", stdin=table).stdout == "2 as before\n"
    assert "--replace" in keeper.run("add", CARD, "--name", "Joe").stderr
    assert keeper.run("add", CARD, "--name", "Joe", "--replace").stdout == "1 replaced\n"
    assert "has an owner already" in keeper.run("claim", claim_code_of(CARD), "--name", "Eve").stderr
    for words in (["list"], ["export"], ["remove", CARD], ["remove", CARD, "--button", "b/2"]):
        done = keeper.run(*words)
        assert done.exit_code == 1
        assert "neither lists nor removes" in done.stderr
    unknown = keeper.run("add", OTHER, "--name", "Ann", "--role", "CTO", "--photo", "ann.png")
    assert "no column for photo, role" in unknown.stderr
    assert "title (50 characters)" in keeper.run("add", OTHER, "--name", "x" * 51).stderr


def test_a_backend_that_stops_in_the_middle_says_how_far_it_came(keeper: Keeper) -> None:
    keeper.where = ["--apex-url", keeper.cloud.endpoint + keeper.cloud.codecard.path]
    keeper.cloud.faults.add(service="codecard", method="POST", status=500, skip=1)
    done = keeper.run("import", "-", stdin=f"card,name\n{CARD},Joan\n{OTHER},Ann\n".encode())
    assert done.exit_code == 1
    assert done.stderr.splitlines()[-1] == "1 of 2 cards saved: the same command again does the rest"
