"""The function server against what was measured on a real Fn server: the wire, the answers, the life of a process.

Functions run under the real `fdk` command, but for one that writes down the bytes that come through its socket.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests

from emulator.cloud import Cloud, CloudOptions
from emulator.fn_server.host import HostOptions
from emulator.fn_server.process import fdk_command
from emulator.functions_app import FunctionsApp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from emulator.fn_server.function_folders import FunctionFolder
    from emulator.fn_server.host import FunctionHost

PATIENT_SECONDS = 60.0
"""How long a test waits for what comes at once on an idle machine."""
PROCESSES = 3
MIB = 1024 * 1024

BAD_START = "Container failed to initialize, please ensure you are using the latest fdk / format"
SLOW_START = "Container initialization timed out, please ensure you are using the latest fdk / format"

FUNCTION = """
import io, json, os, sys, threading, time
from fdk import response

KEPT = []
TICKS = [0]


def tick():
    while True:
        TICKS[0] += 1
        time.sleep(0.01)


def handler(ctx, data: io.BytesIO = None):
    order = json.loads(data.getvalue() or b"{}")
    if "sleep" in order:
        time.sleep(order["sleep"])
    while "until" in order and not os.path.exists(order["until"]):
        time.sleep(0.01)
    if "raise" in order:
        raise RuntimeError("a bug")
    if "exit" in order:
        os._exit(3)
    if "allocate" in order:
        KEPT.append(bytearray(b"x" * (order["allocate"] * 1024 * 1024)))
        time.sleep(60)
    if "thread" in order:
        threading.Thread(target=tick, daemon=True).start()
    if "print" in order:
        print("said on stdout", flush=True)
        print("said on stderr", file=sys.stderr, flush=True)
    if "big" in order:
        return response.Response(ctx, response_data=b"x" * order["big"], headers=order.get("own", {}))
    value = {"pid": os.getpid(), "ticks": TICKS[0], "env": dict(os.environ), "headers": dict(ctx.Headers()),
             "http": dict(ctx.HTTPHeaders()), "url": ctx.RequestURL(), "method": ctx.Method(), "cwd": os.getcwd()}
    headers = {"Content-Type": "application/json", "X-Own": "1", "Set-Cookie": "a=1"}
    return response.Response(ctx, response_data=json.dumps(value), headers=headers,
                             status_code=order.get("status", 200))
"""

RECORDER = """
import os, socket, sys

folder = os.path.dirname(os.environ["FN_LISTENER"].removeprefix("unix:"))
server = socket.socket(socket.AF_UNIX)
server.bind(folder + "/phonylsnr.sock")
server.listen()
os.symlink("phonylsnr.sock", folder + "/lsnr.sock")
while True:
    connection, _ = server.accept()
    seen = b""
    while True:
        more = connection.recv(65536)
        if not more:
            break
        seen += more
        head, end, body = seen.partition(b"\\r\\n\\r\\n")
        whole = b"chunked" not in head.lower() or body.endswith(b"0\\r\\n\\r\\n")
        if end and whole:
            status = b"HTTP/1.1 %b X" % (os.environ.get("status", "200").encode())
            connection.sendall(status + b"\\r\\nContent-Length: %d\\r\\n\\r\\n" % len(seen) + seen)
            seen = b""
"""
STARTS = {
    "ends-at-once": "raise SystemExit(1)",
    "links-elsewhere": (
        "import os, time; f = os.path.dirname(os.environ['FN_LISTENER'][5:]); "
        "os.symlink('/tmp', f + '/lsnr.sock'); time.sleep(60)"
    ),
}


def write(functions: Path, name: str, code: str, **fields: Any) -> None:
    folder = functions / name.replace("-", "_")
    folder.mkdir(parents=True)
    (folder / ("func.py" if code == FUNCTION else "raw.py")).write_text(code)
    declared = {"schema_version": 20180708, "name": name, "memory": 128, "timeout": 20, **fields}
    (folder / "func.yaml").write_text(json.dumps(declared))


def command(function: FunctionFolder) -> list[str]:
    raw = function.folder / "raw.py"
    return [sys.executable, str(raw)] if raw.exists() else fdk_command(function)


@contextmanager
def server(root: Path, keys: Path, options: HostOptions) -> Iterator[tuple[Cloud, FunctionHost]]:
    functions = FunctionsApp(lambda _: {"ENV_OF_ALL": "e", "own": "e"}, functions_folder=root / "app", options=options)
    with Cloud(root / "cloud", functions=functions, tls=False, options=CloudOptions(keys_folder=keys)) as cloud:
        yield cloud, functions.host


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, keys_folder: Path) -> Iterator[tuple[Cloud, FunctionHost]]:
    root = tmp_path_factory.mktemp("fn")
    (root / "app").mkdir()
    (root / "app" / "app.yaml").write_text("name: demo\nconfig: {own: app, of_app: a}\n")
    triggers = [{"name": "raw", "type": "http", "source": "/raw"}, {"name": "deep", "type": "http", "source": "/b/c"}]
    write(root / "app", "echo", FUNCTION, config={"own": "function"}, triggers=triggers)
    write(root / "app", "short", FUNCTION, timeout=1)
    write(root / "app", "idle", FUNCTION, idle_timeout=1)
    write(root / "app", "recorder", RECORDER, timeout=20, triggers=[{"name": "r", "type": "http", "source": "/rec"}])
    write(root / "app", "teapot", RECORDER, config={"status": "418"})
    for name, code in STARTS.items():
        write(root / "app", name, code)
    options = HostOptions(command=command, processes_per_function=PROCESSES, start_seconds=PATIENT_SECONDS)
    with server(root, keys_folder, options) as made:
        yield made


@pytest.fixture
def cloud(running: tuple[Cloud, FunctionHost]) -> Cloud:
    return running[0]


@pytest.fixture
def host(running: tuple[Cloud, FunctionHost]) -> FunctionHost:
    return running[1]


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait for something that happens in another thread or process; fail after PATIENT_SECONDS."""
    until = time.monotonic() + PATIENT_SECONDS
    while not holds():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.02)


def invoke(cloud: Cloud, name: str, order: object = None, **headers: str) -> requests.Response:
    data = b"" if order is None else json.dumps(order).encode()
    return requests.post(f"{cloud.gateway}/invoke/{name}", data=data, headers=headers, timeout=PATIENT_SECONDS)


def raw(cloud: Cloud, request: bytes) -> bytes:
    """Everything that comes back until the server closes."""
    port = int(cloud.gateway.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENT_SECONDS) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def recorded(seen: bytes) -> tuple[str, list[tuple[str, str]], bytes]:
    head, _, body = seen.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    return first, [(line.partition(": ")[0], line.partition(": ")[2]) for line in lines], body


# The wire between agent and FDK


def test_a_plain_invoke_on_the_wire(cloud: Cloud) -> None:
    before = int(time.time())
    answer = requests.post(f"{cloud.gateway}/invoke/recorder", data=b"{}", timeout=PATIENT_SECONDS)
    first, pairs, body = recorded(answer.content)
    headers = dict(pairs)
    assert first == "POST /call HTTP/1.1"
    assert (headers["Host"], headers["Transfer-Encoding"]) == ("localhost", "chunked")
    assert headers["Content-Type"] == "text/plain"
    assert body == b"2\r\n{}\r\n0\r\n\r\n"
    assert re.fullmatch(r"[0-9A-Z]{26}", headers["Fn-Call-Id"])
    deadline = datetime.strptime(headers["Fn-Deadline"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()
    assert before + 20 <= deadline <= time.time() + 20
    own = {"Accept", "Connection", "User-Agent", "Accept-Encoding"}  # those that the client itself sent
    assert set(headers) - own == {"Host", "Transfer-Encoding", "Content-Type", "Fn-Call-Id", "Fn-Deadline"}


def test_a_trigger_call_on_the_wire(cloud: Cloud) -> None:
    request = (
        b"PUT /t/demo/rec?a=1&b=%20x HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nContent-Type: image/x\r\nX-Two: 1\r\n"
        b"X-Two: 2\r\nFn-Custom: c\r\nUser-Agent: card\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"
    )
    _, _, seen = recorded(raw(cloud, request))
    first, pairs, body = recorded(seen)
    assert (first, body) == ("POST /call HTTP/1.1", b"2\r\nhi\r\n0\r\n\r\n")
    assert ("Fn-Intent", "httprequest") in pairs
    assert ("Fn-Http-Method", "PUT") in pairs
    assert ("Fn-Http-Request-Url", "http://127.0.0.1:8080/t/demo/rec?a=1&b=%20x") in pairs
    assert [value for name, value in pairs if name == "Fn-Http-H-X-Two"] == ["1", "2"]
    assert ("Fn-Http-H-Fn-Custom", "c") in pairs
    assert ("Fn-Http-H-Content-Length", "2") in pairs
    assert ("Fn-Http-H-User-Agent", "card") in pairs
    assert ("Content-Type", "image/x") in pairs
    assert not [name for name, _ in pairs if name in {"Fn-Http-H-Host", "X-Two", "Fn-Custom"}]


def test_at_a_trigger_the_agent_is_a_list_and_content_type_is_none_of_the_clients_headers(cloud: Cloud) -> None:
    headers = {"User-Agent": "card", "Content-Type": "application/json"}
    seen = requests.post(f"{cloud.gateway}/t/demo/raw", data=b"{}", headers=headers, timeout=PATIENT_SECONDS).json()
    assert seen["headers"]["user-agent"] == ["Go-http-client/1.1", "card"]
    assert seen["headers"]["content-type"] == "application/json"
    assert seen["http"]["user-agent"] == "card"
    assert "content-type" not in seen["http"]


def test_a_get_through_a_trigger_has_no_content_type_and_a_length_of_zero(cloud: Cloud) -> None:
    _, pairs, body = recorded(requests.get(f"{cloud.gateway}/t/demo/rec", timeout=PATIENT_SECONDS).content)
    assert ("Content-Length", "0") in pairs
    assert body == b""
    assert not {"Content-Type", "Transfer-Encoding"} & {name for name, _ in pairs}


def test_the_headers_of_fn_can_be_forged_through_invoke(cloud: Cloud) -> None:
    forged = {"Fn-Intent": "httprequest", "Fn-Http-Method": "DELETE", "Fn-Http-Request-Url": "/forged?x=1"}
    seen = invoke(cloud, "echo", {}, **forged).json()
    assert (seen["method"], seen["url"]) == ("DELETE", "/forged?x=1")


# What a function sees of its container


def test_the_environment_of_a_container(cloud: Cloud) -> None:
    seen = invoke(cloud, "echo", {}).json()
    env = seen["env"]
    assert (env["FN_FORMAT"], env["FN_TYPE"], env["FN_MEMORY"]) == ("http-stream", "sync", "128")
    assert re.fullmatch(r"unix:/.*/lsnr\.sock", env["FN_LISTENER"])
    assert {"FN_APP_ID", "FN_FN_ID", "HOME"} <= env.keys()
    assert (env["own"], env["of_app"], env["ENV_OF_ALL"]) == ("function", "a", "e")


def test_both_streams_of_a_function_are_its_log(cloud: Cloud, host: FunctionHost) -> None:
    pid = invoke(cloud, "echo", {"print": 1}).json()["pid"]
    wanted = {"said on stdout", "said on stderr"}
    wait_until(lambda: wanted <= {line.text for line in host.logs if line.pid == pid})


# The answers


def test_invoke_shows_the_raw_headers_and_status_200(cloud: Cloud) -> None:
    answer = invoke(cloud, "echo", {"status": 404}, **{"Fn-Intent": "httprequest"})
    assert answer.status_code == 200
    assert answer.headers["Fn-Http-Status"] == "404"
    assert answer.headers["Fn-Http-H-X-Own"] == "1"
    assert "Fn-Fdk-Version" in answer.headers


def test_a_plain_invoke_has_no_status_of_its_own(cloud: Cloud) -> None:
    assert "Fn-Http-Status" not in invoke(cloud, "echo", {"status": 404}).headers


def test_a_trigger_shows_status_and_headers_of_the_function_and_nothing_else(cloud: Cloud) -> None:
    answer = requests.post(f"{cloud.gateway}/t/demo/raw", json={"status": 404}, timeout=PATIENT_SECONDS)
    assert answer.status_code == 404
    assert answer.headers["X-Own"] == "1"
    assert answer.headers["Content-Type"] == "application/json"
    assert not [name for name in answer.headers if name.lower().startswith(("fn-http", "fn-fdk"))]
    assert {name.lower() for name in answer.headers} == {
        *("content-length", "content-type", "fn-call-id", "x-own", "set-cookie", "date"),
    }


def through_trigger(
    cloud: Cloud, order: dict[str, Any], version: str = "1.1", method: str = "POST"
) -> tuple[dict[str, str], bytes]:
    """Return headers, in the order of the wire, and the body as it came."""
    body = json.dumps(order).encode()
    head = f"{method} /t/demo/raw HTTP/{version}\r\nHost: h\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    _, pairs, answer = recorded(raw(cloud, head.encode() + body))
    return {name: value for name, value in pairs if name != "Connection"}, answer


def test_a_triggers_answer_has_sorted_headers_and_then_date_and_length(cloud: Cloud) -> None:
    own = {"X-Own": "1", "Cache-Control": "no-store", "Set-Cookie": "a=1"}
    headers, body = through_trigger(cloud, {"big": 2048, "own": own})
    assert list(headers) == [
        *("Cache-Control", "Content-Type", "Fn-Call-Id", "Set-Cookie", "X-Own", "Date", "Content-Length"),
    ]
    assert body == b"x" * 2048


def test_a_triggers_longer_answer_is_chunked_unless_the_function_tells_its_length(cloud: Cloud) -> None:
    headers, body = through_trigger(cloud, {"big": 2049})
    assert list(headers) == ["Content-Type", "Fn-Call-Id", "Date", "Transfer-Encoding"]
    assert body == b"801\r\n" + b"x" * 2049 + b"\r\n0\r\n\r\n"
    headers, body = through_trigger(cloud, {"big": 2049, "own": {"Content-Length": "2049"}})
    assert list(headers) == ["Content-Length", "Content-Type", "Fn-Call-Id", "Date"]
    assert body == b"x" * 2049


@pytest.mark.parametrize("own", [{}, {"Content-Length": "2049"}], ids=["no-length", "own-length"])
def test_for_http_1_0_a_triggers_longer_answer_ends_with_the_connection(cloud: Cloud, own: dict[str, str]) -> None:
    headers, body = through_trigger(cloud, {"big": 2049, "own": own}, version="1.0")
    assert ("Content-Length" in headers) == bool(own)
    assert "Transfer-Encoding" not in headers
    assert body == b"x" * 2049


def test_a_head_at_a_trigger_has_the_functions_length_and_no_body(cloud: Cloud) -> None:
    for size, own, length in [(2049, {}, None), (2049, {"Content-Length": "2049"}, "2049"), (7, {}, "7")]:
        headers, body = through_trigger(cloud, {"big": size, "own": own}, method="HEAD")
        assert (headers.get("Content-Length"), body) == (length, b"")
        assert "Transfer-Encoding" not in headers


def test_a_functions_own_length_does_not_disturb_a_plain_invoke(cloud: Cloud) -> None:
    answer = invoke(cloud, "echo", {"big": 2049, "own": {"Content-Length": "2049"}})
    assert answer.content == b"x" * 2049


@pytest.mark.parametrize(("status", "message"), [(502, "function failed"), (504, "Timed out")])
def test_a_functions_own_502_and_504_lose_their_body(cloud: Cloud, status: int, message: str) -> None:
    """The FDK sends its own status only with an intent; these two it sends always."""
    answer = requests.post(f"{cloud.gateway}/t/demo/raw", json={"status": status}, timeout=PATIENT_SECONDS)
    assert (answer.status_code, answer.json()) == (status, {"message": message})


def test_an_exception_is_a_502_and_the_process_lives_on(cloud: Cloud) -> None:
    before = invoke(cloud, "echo", {}).json()["pid"]
    answer = invoke(cloud, "echo", {"raise": 1})
    assert (answer.status_code, answer.json()) == (502, {"message": "function failed"})
    assert invoke(cloud, "echo", {}).json()["pid"] == before


def test_a_process_that_dies_is_a_502_and_the_next_call_has_a_new_one(cloud: Cloud) -> None:
    before = invoke(cloud, "echo", {}).json()["pid"]
    answer = invoke(cloud, "echo", {"exit": 1})
    assert (answer.status_code, answer.json()) == (502, {"message": "error receiving function response"})
    assert invoke(cloud, "echo", {}).json()["pid"] != before


def test_over_its_memory_a_process_is_killed(cloud: Cloud, host: FunctionHost) -> None:
    answer = invoke(cloud, "echo", {"allocate": 200})
    assert (answer.status_code, answer.json()) == (502, {"message": "error receiving function response"})
    assert "killed: over its memory" in {line.text for line in host.logs}


def test_over_its_time_a_call_is_a_504_and_the_process_is_killed(cloud: Cloud, host: FunctionHost) -> None:
    answer = invoke(cloud, "short", {"sleep": 60})
    assert (answer.status_code, answer.json()) == (504, {"message": "Timed out"})
    assert host.processes("short") == []


def test_a_status_that_fn_does_not_know_is_a_502_and_kills_the_process(cloud: Cloud, host: FunctionHost) -> None:
    answer = invoke(cloud, "teapot")
    assert (answer.status_code, answer.json()) == (502, {"message": "invalid function response"})
    assert host.processes("teapot") == []


@pytest.mark.parametrize(
    ("name", "status", "message"),
    [("ends-at-once", 502, BAD_START), ("links-elsewhere", 502, BAD_START)],
)
def test_a_container_that_does_not_start(cloud: Cloud, name: str, status: int, message: str) -> None:
    answer = invoke(cloud, name)
    assert (answer.status_code, answer.json()) == (status, {"message": message})


def test_a_container_that_does_not_listen_in_time(tmp_path: Path, keys_folder: Path) -> None:
    write(tmp_path / "app", "never-listens", "import time; time.sleep(600)")
    options = HostOptions(command=command, start_seconds=0.2)
    with server(tmp_path, keys_folder, options) as (cloud, _):
        answer = invoke(cloud, "never-listens")
    assert (answer.status_code, answer.json()) == (504, {"message": SLOW_START})


def test_a_body_over_6_mib_is_refused(cloud: Cloud) -> None:
    answer = requests.post(f"{cloud.gateway}/invoke/recorder", data=b"x" * (6 * MIB + 1), timeout=PATIENT_SECONDS)
    assert answer.status_code == 413


def test_an_answer_over_6_mib_breaks_off(cloud: Cloud) -> None:
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        invoke(cloud, "echo", {"big": 6 * MIB + 1})
    assert len(invoke(cloud, "echo", {"big": 6 * MIB}).content) == 6 * MIB


def test_an_unknown_trigger_and_function_are_not_found(cloud: Cloud) -> None:
    for path in ("/t/demo/none", "/t/other/raw", "/t/demo/raw/sub", "/t/demo/ra"):
        answer = requests.get(cloud.gateway + path, timeout=PATIENT_SECONDS)
        assert (answer.status_code, answer.json()) == (404, {"message": "Trigger not found"})
    assert requests.get(f"{cloud.gateway}/t/demo/b/c", timeout=PATIENT_SECONDS).status_code == 200
    assert invoke(cloud, "none").status_code == 404


def test_a_detached_call_returns_before_it_ends(cloud: Cloud, host: FunctionHost, tmp_path: Path) -> None:
    before = len(host.calls)
    go = tmp_path / "go"
    answer = invoke(cloud, "echo", {"until": str(go)}, **{"Fn-Invoke-Type": "detached"})
    assert (answer.status_code, answer.content) == (202, b"")
    assert len(host.calls) == before
    go.touch()
    wait_until(lambda: len(host.calls) > before)
    assert host.calls[-1].status == 200


# The life of a process


def test_calls_one_after_another_share_a_process_and_the_first_is_cold(cloud: Cloud, host: FunctionHost) -> None:
    host.configure("echo", {})
    pids = {invoke(cloud, "echo", {}).json()["pid"] for _ in range(3)}
    assert len(pids) == 1
    assert [call.cold for call in host.calls[-3:]] == [True, False, False]


def test_a_process_has_one_call_at_a_time_and_more_calls_get_more_processes_up_to_the_limit(
    cloud: Cloud, host: FunctionHost, tmp_path: Path
) -> None:
    host.configure("echo", {})
    go, before = tmp_path / "go", len(host.calls)
    with ThreadPoolExecutor(5) as pool:
        answers = [pool.submit(invoke, cloud, "echo", {"until": str(go)}) for _ in range(5)]
        wait_until(lambda: len(host.processes("echo")) == PROCESSES)
        assert len(host.calls) == before
        go.touch()
        pids = {answer.result().json()["pid"] for answer in answers}
    assert len(pids) == PROCESSES


def test_nothing_is_left_of_processes_that_end_while_the_server_stops(
    tmp_path: Path, keys_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sockets = tmp_path / "s"
    sockets.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(sockets))
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "app.yaml").write_text("name: demo\n")
    write(tmp_path / "app", "echo", FUNCTION)
    with server(tmp_path, keys_folder, HostOptions(command=command)) as (cloud, host):
        (pid,) = {invoke(cloud, "echo").json()["pid"] for _ in range(2)}
        assert len(list(sockets.iterdir())) == 1
        host.configure("echo", {"own": "new"})  # retires the process, just before the stop
    assert list(sockets.iterdir()) == []
    assert not Path(f"/proc/{pid}").exists()


def test_a_client_that_sends_no_http_or_hangs_up_leaves_no_traceback(
    cloud: Cloud, caplog: pytest.LogCaptureFixture
) -> None:
    for request in (b"\x00\x01\x02 no http\r\n\r\n", b"GET / HTTP/1.1\r\nX: " + b"y" * 100_000 + b"\r\n\r\n"):
        assert b" 400 " in raw(cloud, request).partition(b"\r\n")[0]
    port = int(cloud.gateway.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENT_SECONDS) as connection:
        connection.sendall(b"POST /invoke/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{}")
    assert invoke(cloud, "echo").status_code == 200
    assert "Error handling request" not in caplog.text


def test_new_config_reaches_the_next_call_in_a_new_process(cloud: Cloud, host: FunctionHost) -> None:
    """From another thread than the server's, which has no event loop, and from the server's own."""
    asyncio.set_event_loop(None)
    before = invoke(cloud, "echo", {}).json()
    host.configure("echo", {"own": "new"})
    after = invoke(cloud, "echo", {}).json()
    assert (before["env"]["own"], after["env"]["own"]) == ("function", "new")
    assert before["pid"] != after["pid"]
    cloud.run(_configured(host, {}))


async def _configured(host: FunctionHost, config: dict[str, str]) -> None:
    host.configure("echo", config)


def state(pid: int) -> str:
    """The state letter of a process: T is stopped."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_an_idle_process_is_frozen_and_its_threads_with_it(cloud: Cloud) -> None:
    first = invoke(cloud, "echo", {"thread": 1}).json()
    wait_until(lambda: state(first["pid"]) == "T")
    assert invoke(cloud, "echo", {}).json()["pid"] == first["pid"]


def test_an_idle_process_ends_after_its_idle_timeout(cloud: Cloud, host: FunctionHost) -> None:
    pid = invoke(cloud, "idle", {}).json()["pid"]
    wait_until(lambda: pid not in host.processes("idle"))


# HTTP as the card speaks it


@pytest.mark.parametrize(
    "line",
    [
        b"POST http://127.0.0.1/t/demo/raw?x=1 HTTP/1.0",
        b"POST https://gateway.example.com/t/demo/raw?x=1 HTTP/1.0",
        b"GET /t/demo/raw?x=1 HTTP/1.0",
        b"GET http://127.0.0.1/t/demo/raw?x=1 HTTP/1.1",
    ],
)
def test_http_1_0_and_absolute_request_lines_are_understood(cloud: Cloud, line: bytes) -> None:
    head, _, body = raw(cloud, line + b"\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n").partition(b"\r\n\r\n")
    assert head.split(b"\r\n")[0].split()[1] == b"200"
    assert b"chunked" not in head.lower()
    assert re.search(rb"\r\nContent-Length: %d(\r\n|$)" % len(body), head)
    assert json.loads(body)["url"].endswith("/t/demo/raw?x=1")


def test_head_and_body_of_an_answer_come_in_one_write(cloud: Cloud) -> None:
    """The card's header reads do not wait: the first bytes of a picture must be there with the header."""
    port = int(cloud.gateway.rpartition(":")[2])
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENT_SECONDS) as connection:
            connection.sendall(b"GET /t/demo/raw HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            first = connection.recv(65536)
        assert len(first.partition(b"\r\n\r\n")[2]) >= 62
