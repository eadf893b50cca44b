"""The cards' page under the real fdk command: a keeper registers, changes, removes, imports; nobody else does."""

from __future__ import annotations

import html
import json
import re
import time
from typing import TYPE_CHECKING, Any

import pytest
import requests

from emulator.cloud import Cloud, CloudOptions
from emulator.functions_app import FunctionsApp
from emulator.services.identity.service import DEFAULT_TENANCY
from functions.codecard_avatar.model.claim_code import claim_code_of
from shared.pages.page_tokens import PageTokens
from shared.settings import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from requests import Response

    from emulator.services.object_storage.stored_objects import StoredBucket

CARD, OTHER = "CC50E3CCBFFF", "AABBCCDDEEFF"
JOAN = "joan.citizen@example.com"
KEY = "0123456789abcdef0123456789abcdef"
HOSTILE = '<script>alert(1)</script>"אבג'
PAGE = "/codecard/badges/cards"
OWN = {"Sec-Fetch-Site": "same-origin"}


class Desk:
    """The function with a registry in a private bucket, and a browser's calls of its page."""

    def __init__(self, cloud: Cloud, functions: FunctionsApp, bucket: StoredBucket) -> None:
        self.cloud, self.functions, self.bucket = cloud, functions, bucket

    def configure(self, **config: str) -> None:
        url = f"https://objectstorage.us-ashburn-1.oraclecloud.com/n/{self.bucket.namespace}/b/{self.bucket.name}"
        every = {
            "publish": "inline",
            "public_url": self.cloud.gateway,
            "card_registry": "cards.json",
            "private_bucket": url,
            "oci_endpoint": self.cloud.endpoint,
            "card_keepers": f"{JOAN}, Ada@Example.com",
            "page_key": KEY,
            **config,
        }

        async def configured() -> None:
            self.functions.host.configure("codecard-avatar", every)

        self.cloud.run(configured(), timeout_seconds=20)

    def reset(self, cards: object = None) -> None:
        self.bucket.objects.clear()
        self.bucket.names.clear()
        if cards is not None:
            self.put(cards)
        self.functions.host.logs.clear()
        self.cloud.log.clear()

    def put(self, cards: object, name: str = "cards.json") -> None:
        self.cloud.object_storage.put(self.bucket, name, json.dumps(cards).encode())

    def cards(self, name: str = "cards.json") -> Any:
        return json.loads(self.bucket.objects[name].read()) if name in self.bucket.objects else None

    def writes(self) -> int:
        return sum(call.service == "object_storage" and call.method != "GET" for call in self.cloud.log.calls())

    def get(self, path: str = PAGE, subject: str = JOAN, **parameters: str) -> Response:
        headers = {"Authorization": f"Bearer {self.cloud.identity.mint_access_token(subject=subject)}"}
        return requests.get(self.cloud.gateway + path, params=parameters, headers=headers, timeout=60)

    def post(
        self, fields: dict[str, str], path: str = PAGE, subject: str = JOAN, headers: dict[str, str] = OWN
    ) -> Response:
        every = {"Authorization": f"Bearer {self.cloud.identity.mint_access_token(subject=subject)}", **headers}
        return requests.post(self.cloud.gateway + path, data=fields, headers=every, timeout=60, allow_redirects=False)

    def press(self) -> dict[str, str]:
        headers = {"X-CODECARD-ID": CARD}
        shown: dict[str, str] = requests.get(
            f"{self.cloud.gateway}/codecard/avatar", headers=headers, timeout=20
        ).json()
        return shown

    def log(self) -> list[dict[str, Any]]:
        return [json.loads(line.text) for line in self.functions.host.logs if line.text.startswith("{")]


@pytest.fixture(scope="module")
def made_desk(tmp_path_factory: pytest.TempPathFactory, keys_folder: Path) -> Iterator[Desk]:
    functions = FunctionsApp(lambda cloud: cloud.identity.mint_resource_principal(), limit_rate=False)
    options = CloudOptions(keys_folder=keys_folder)
    with Cloud(tmp_path_factory.mktemp("desk"), functions=functions, tls=False, options=options) as cloud:
        made = Desk(cloud, functions, cloud.object_storage.create_bucket("codecard-private", tenancy=DEFAULT_TENANCY))
        made.configure()
        yield made


@pytest.fixture
def desk(made_desk: Desk) -> Desk:
    made_desk.reset()
    return made_desk


def form(page: str, label: str) -> dict[str, str]:
    """Return the fields of a form as a browser without script sends it."""
    text = next(each for each in re.findall(r"<form.*?</form>", page, re.DOTALL) if f'aria-label="{label}"' in each)
    fields = {}
    for tag in re.findall(r"<input[^>]*>", text):
        name, value = re.search(r' name="([^"]*)"', tag), re.search(r' value="([^"]*)"', tag)
        if name and ('type="checkbox"' not in tag or " checked" in tag):
            fields[name[1]] = html.unescape(value[1]) if value else ""
    for name_, content in re.findall(r'<textarea name="([^"]*)"[^>]*>\n?(.*?)</textarea>', text, re.DOTALL):
        fields[name_] = html.unescape(content)
    return fields


def told(page: str) -> str:
    found = re.search(r"<div class=\"told.*?</div>", page, re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", found[0])).split()) if found else ""


def test_a_claim_code_and_a_name_put_the_name_on_the_card(desk: Desk) -> None:
    assert desk.press()["title"] != "Joan Citizen"
    opened = desk.get(title="Joan Citizen", role="Engineer")
    assert (opened.status_code, opened.headers["Cache-Control"]) == (200, "no-store")
    fields = form(opened.text, "Register a card")
    assert (fields["title"], fields["role"]) == ("Joan Citizen", "Engineer"), "as the preview's link fills them in"
    done = desk.post({**fields, "card": claim_code_of(CARD)})
    assert (done.status_code, told(done.text)) == (
        200,
        f"{CARD} is registered. Press the button of the card: it asks anew each time. Change it",
    )
    assert desk.cards() == {CARD: {"title": "Joan Citizen", "role": "Engineer"}}
    assert desk.press()["title"] == "Joan Citizen"
    again = desk.post({**fields, "card": claim_code_of(CARD)}).text
    assert "has an owner already" in told(again)
    assert desk.writes() == 1


def test_an_entry_is_changed_and_what_the_form_does_not_ask_stays(desk: Desk) -> None:
    desk.reset({CARD: {"title": "Joan", "subtitle": "kept", "role": "old"}, "a note": 7})
    fields = form(desk.get(edit=CARD).text, "Change a card")
    done = desk.post({**fields, "title": HOSTILE, "role": ""}, path=f"{PAGE}/data")
    assert told(done.json()["html"]).startswith(f"{CARD} is changed.")
    assert desk.cards() == {CARD: {"title": HOSTILE, "subtitle": "kept"}, "a note": 7}
    assert "<script>alert" not in desk.get().text
    asked = desk.get(remove=CARD).text
    assert "<script>alert" not in asked
    assert desk.cards(), "a GET asks, and removes nothing"
    assert told(desk.post(form(asked, "Remove a card")).text) == f"{CARD} is removed."
    assert desk.cards() == {"a note": 7}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"card": "CC50E3", "title": "Joan"}, "card"),
        ({"card": CARD, "title": ""}, "title"),
        ({"card": CARD, "title": "x" * 400}, "title"),
        ({"card": CARD, "title": "Joan", "layout": "round"}, "layout"),
        ({"card": CARD, "title": "Joan", "photo": "../x"}, "photo"),
    ],
)
def test_what_cannot_be_saved_is_told_at_its_field_and_what_was_typed_is_kept(
    desk: Desk, fields: dict[str, str], field: str
) -> None:
    page = desk.post({**form(desk.get().text, "Register a card"), **fields}).text
    assert told(page) == "The form has mistakes."
    assert f'id="f-{field}"' in page
    assert re.search(rf'id="f-{field}"[^>]*aria-invalid="true"', page)
    assert form(page, "Register a card")["card"] == fields["card"]
    assert desk.writes() == 0


def test_two_keepers_lose_nothing_and_one_entry_is_overwritten_by_nobody(desk: Desk) -> None:
    desk.reset({CARD: "Joan"})
    mine = form(desk.get(edit=CARD).text, "Change a card")
    desk.put({CARD: "Joan", OTHER: "Ada"})
    assert told(desk.post({**mine, "title": "Jo"}).text).startswith(f"{CARD} is changed.")
    assert desk.cards() == {CARD: "Jo", OTHER: "Ada"}
    stale = form(desk.get(edit=CARD).text, "Change a card")
    gone = form(desk.get(remove=OTHER).text, "Remove a card")
    desk.put({CARD: "Joanna", OTHER: "Adele"})
    refused = told(desk.post({**stale, "title": "J"}).text)
    assert refused.startswith(f"Nothing was changed. {CARD} has been changed by somebody else since it was looked at")
    assert "has been changed by somebody else" in told(desk.post(gone).text)
    assert desk.cards() == {CARD: "Joanna", OTHER: "Adele"}


def test_a_table_is_shown_before_it_is_written(desk: Desk) -> None:
    desk.reset({CARD: "Joan"})
    table = f"card,name,role\r\n{CARD},Joan,Lead\r\n{OTHER},{HOSTILE.replace(chr(34), '')},\r\n"
    start = form(desk.get().text, "Import a table")
    shown = desk.post({**start, "table": table}).text
    assert "1 new, 1 with other fields than now, 0 as they are." in shown
    assert desk.writes() == 0
    second = form(shown, "Import")
    asked = desk.post(second).text
    assert told(asked).startswith("Some cards are registered with other fields")
    desk.put({CARD: "Joan", "0123456789AB": "Bob"})
    written = desk.post({**form(asked, "Import"), "replace": "1"}).text
    assert told(written) == "1 registered, 1 changed, 0 as before."
    assert desk.cards()["0123456789AB"] == "Bob", "of somebody else, since the table was shown"
    assert desk.cards()[CARD] == {"title": "Joan", "role": "Lead"}
    desk.put({CARD: "Joan"})
    late = form(desk.post({**start, "table": table}).text, "Import")
    desk.put({CARD: "Joanna"})
    again = desk.post({**late, "replace": "1"}).text
    assert told(again).startswith("The registry or the table has changed since")
    assert desk.cards() == {CARD: "Joanna"}


def test_a_table_with_mistakes_is_told_by_line_and_writes_nothing(desk: Desk) -> None:
    start = form(desk.get().text, "Import a table")
    page = desk.post({**start, "table": f"card,name\n{CARD},\nnone,Ada\n"}).text
    assert "line 2, column name" in told(page)
    assert "line 3, column card" in told(page)
    assert desk.writes() == 0


def test_a_table_leaves_out_no_card_without_a_word(desk: Desk) -> None:
    for registry in (b'{"CC50E3CCBFFF": "Joan", "CC50E3CCBFFF": "Ada"}', b'{"CC50E3CCBFFF": "Joan", "no card": "Ada"}'):
        desk.cloud.object_storage.put(desk.bucket, "cards.json", registry)
        refused = desk.get(f"{PAGE}/cards.csv")
        assert (refused.status_code, refused.json()["error"]["fix"]) == (400, "export JSON")
        assert desk.get(f"{PAGE}/cards.json").text.count(": ") == 2


def test_what_is_exported_can_be_imported(desk: Desk) -> None:
    cards = {CARD: {"title": "Joan", "role": "Lead"}, f"{CARD}/a/2": "Joan two"}
    desk.reset(cards)
    csv, as_json = desk.get(f"{PAGE}/cards.csv"), desk.get(f"{PAGE}/cards.json")
    assert csv.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert as_json.json() == cards
    start = form(desk.get().text, "Import a table")
    for table in (csv.text, as_json.text):
        desk.reset({})
        done = desk.post(form(desk.post({**start, "table": table}).text, "Import"))
        assert told(done.text) == "2 registered, 0 changed, 0 as before."
        assert desk.cards() == cards


FORGED = {
    "another origin": {"headers": {"Sec-Fetch-Site": "cross-site"}},
    "another host of the site": {"headers": {"Sec-Fetch-Site": "same-site"}},
    "an origin, from an old browser": {"headers": {"Origin": "https://attacker.example.com"}},
    "no sign of a page": {"headers": {}},
    "no token": {"token": ""},
    "an old token": {"age": 3601},
    "a token of another change": {"purpose": "import"},
    "a token of another user": {"owner": "ada@example.com"},
    "a token under another key": {"key": "x" * 32},
}


@pytest.mark.parametrize("case", FORGED)
def test_a_forged_form_changes_nothing(desk: Desk, case: str) -> None:
    forged: dict[str, Any] = FORGED[case]
    made = PageTokens(
        Secret(forged.get("key", KEY)), forged.get("owner", JOAN), int(time.time()) - forged.get("age", 0)
    )
    token = forged.get("token", made.make(forged.get("purpose", "save")))
    fields = {"change": "save", "token": token, "card": CARD, "title": "Mallory"}
    answer = desk.post(fields, path=f"{PAGE}/data", headers=forged.get("headers", OWN))
    reason = "page-too-old" if case == "an old token" else "not-from-this-page"
    assert (answer.status_code, answer.json()["error"]["reason"]) == (403, reason)
    assert not [name for name in answer.headers if name.lower().startswith("access-control-")]
    page = desk.post(fields, headers=forged.get("headers", OWN))
    assert (page.status_code, page.headers["Content-Type"]) == (403, "text/html; charset=utf-8")
    assert (desk.cards(), desk.writes()) == (None, 0)


def test_the_same_form_unforged_is_done(desk: Desk) -> None:
    token = PageTokens(Secret(KEY), JOAN, int(time.time())).make("save")
    fields = {"change": "save", "token": token, "card": CARD, "title": "Joan"}
    for method in ("GET", "HEAD"):
        answer = requests.request(
            method,
            f"{desk.cloud.gateway}{PAGE}/data",
            params=fields,
            headers={"Authorization": f"Bearer {desk.cloud.identity.mint_access_token()}", **OWN},
            timeout=30,
        )
        assert (answer.status_code, desk.writes()) == (400, 0)
    assert desk.post(fields, headers={"Origin": desk.cloud.gateway}).status_code == 200
    assert desk.cards() == {CARD: "Joan"}


def test_who_keeps_no_cards_sees_none_and_changes_none(desk: Desk) -> None:
    desk.reset({CARD: "Joan Citizen"})
    for path in (PAGE, f"{PAGE}/data", f"{PAGE}/cards.csv", f"{PAGE}/cards.json"):
        answer = desk.get(path, subject="eve@example.com")
        assert (answer.status_code, "Joan Citizen" in answer.text) == (403, False)
    token = PageTokens(Secret(KEY), "eve@example.com", int(time.time())).make("save")
    posted = desk.post({"change": "save", "token": token, "card": OTHER, "title": "Eve"}, subject="eve@example.com")
    assert posted.status_code == 403
    assert [call.service for call in desk.cloud.log.calls() if call.service == "object_storage"] == []
    assert desk.get(subject="ADA@example.com").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/codecard/badge/cards",
        "/codecard/badge/badges",
        "/codecard/badge/badges%2Fcards",
        "/codecard/badge/..%2fbadges%2fcards",
        "/codecard/badge/cards.json",
        "/codecard/avatar",
        "/codecard/avatar?badge=/codecard/badges/cards",
    ],
)
def test_no_route_without_a_token_has_the_cards(desk: Desk, path: str) -> None:
    """Whatever an anonymous caller says of itself; what it asks for is the card's, or nothing."""
    desk.reset({CARD: "Joan Citizen", OTHER: "Ada Lovelace"})
    forged = {
        "X-PAGE-SUBJECT": JOAN,
        "Fn-Http-H-X-Page-Subject": JOAN,
        "Fn-Http-Request-Url": PAGE,
        "Fn-Http-Method": "GET",
        "X-Original-URL": PAGE,
        "X-Forwarded-Prefix": PAGE,
    }
    with requests.Session() as session:
        request = requests.Request("GET", desk.cloud.gateway + path, headers=forged).prepare()
        request.url = desk.cloud.gateway + path  # as it is, dots and escapes included
        answer = session.send(request, timeout=30)
    assert "Ada Lovelace" not in answer.text
    assert "Registered cards" not in answer.text
    assert requests.get(desk.cloud.gateway + PAGE, headers=forged, timeout=20).status_code == 401
    token = PageTokens(Secret(KEY), JOAN, int(time.time())).make("save")
    fields = {"change": "save", "token": token, "card": "0123456789AB", "title": "Mallory"}
    requests.post(desk.cloud.gateway + path, data=fields, headers={**forged, **OWN}, timeout=20)
    assert desk.writes() == 0


def test_the_log_says_who_changed_which_card_and_nothing_of_anybody(desk: Desk) -> None:
    fields = form(desk.get().text, "Register a card")
    desk.post({**fields, "card": CARD, "title": "Joan Citizen", "email": "j@example.org"})
    (line,) = [each for each in desk.log() if each.get("change") == "save"]
    assert (line["by"], line["cards"], line["outcome"], line["added"]) == (JOAN, [CARD], "cards changed", 1)
    every = json.dumps(desk.log())
    assert "Joan Citizen" not in every
    assert "j@example.org" not in every
    assert KEY not in every
    assert fields["token"] not in every


def test_without_keepers_the_page_says_how_cards_are_registered(desk: Desk) -> None:
    desk.configure(card_keepers="")
    try:
        answer = desk.get()
        assert (answer.status_code, "use: badge cards" in answer.text) == (403, True)
        main = desk.get("/codecard/badges").text
        assert "This page keeps no cards" in main
    finally:
        desk.configure()
    main = desk.get("/codecard/badges", title="Joan & Co").text
    assert 'href="/codecard/badges/cards?title=Joan+%26+Co"' in main


def test_a_folder_is_listed_by_parts_and_a_hundred_at_a_time(desk: Desk) -> None:
    desk.configure(card_registry="cards/")
    try:
        for part in range(40):
            names = {f"CC50E3{at:04X}{part:02X}": f"Person {part}-{at}" for at in range(3)}
            desk.put(names, f"cards/{part:02X}.json")
        desk.cloud.log.clear()
        first = desk.get().text
        assert first.count("<tr><td") == 96
        assert "32 of 40 parts read" in first
        reads = [call for call in desk.cloud.log.calls() if call.service == "object_storage"]
        assert len(reads) == 33, "a list of names, and the parts"
        following = html.unescape(re.findall(r'<a href="(\?[^"]*after=[^"]*)"', first)[0])
        second = desk.get(PAGE + following).text
        assert second.count("<tr><td") == 24
        desk.cloud.log.clear()
        assert desk.get(find=claim_code_of("CC50E3000127")).text.count("<tr><td") == 1
        assert len([call for call in desk.cloud.log.calls() if call.service == "object_storage"]) == 1
        fields = form(desk.get().text, "Register a card")
        desk.post({**fields, "card": CARD, "title": "Joan"})
        assert desk.cards("cards/FF.json") == {CARD: "Joan"}
    finally:
        desk.configure()
