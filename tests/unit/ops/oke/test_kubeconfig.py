"""Kubeconfigs merged: nothing of the old one is lost, the new one wins its own names."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Any

import pytest

from ops.oke import private_files
from ops.oke.kubeconfig import merged, of_cluster
from shared.errors import BadRequest, OciServiceError

if TYPE_CHECKING:
    from pathlib import Path


def config(name: str, **more: Any) -> dict[str, Any]:
    return {
        "clusters": [{"name": name, "cluster": {"server": f"https://{name}"}}],
        "users": [{"name": name, "user": {"exec": {"command": "oci"}}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "current-context": name,
        **more,
    }


def test_other_entries_stay_and_the_same_are_replaced() -> None:
    old = config("a", extensions=["x"])
    both = merged(old, config("b"), "f")
    assert [each["name"] for each in both["contexts"]] == ["a", "b"]
    assert (both["current-context"], both["extensions"], both["kind"]) == ("b", ["x"], "Config")
    newer = config("a")
    newer["clusters"][0]["cluster"]["server"] = "https://new"
    again = merged(both, newer, "f")
    assert [each["cluster"]["server"] for each in again["clusters"]] == ["https://b", "https://new"]
    assert old == config("a", extensions=["x"])


@pytest.mark.parametrize("old", [None, {}, {"clusters": None}])
def test_nothing_is_merged_into_nothing(old: object) -> None:
    assert merged(old, config("a"), "f")["clusters"] == config("a")["clusters"]


@pytest.mark.parametrize("old", [[7], "text", {"users": {"a": 1}}, {"users": [7]}, {"contexts": [{"name": 7}]}])
def test_what_is_no_kubeconfig_is_refused(old: object) -> None:
    with pytest.raises(BadRequest, match="f is no kubeconfig"):
        merged(old, config("a"), "f")


def test_our_own_command_takes_the_place_of_oci() -> None:
    made = of_cluster(config("a"), ["/bin/oci-functions", "oke", "token"])
    assert made["users"][0]["user"]["exec"] == {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "command": "/bin/oci-functions",
        "args": ["oke", "token"],
        "env": [],
    }
    assert of_cluster(config("a"), None) == config("a")
    with pytest.raises(OciServiceError):
        of_cluster({"clusters": []}, None)


def test_a_file_is_private_and_whole_or_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "new" / "kubeconfig"
    private_files.write(file, "first", "--file")
    file.chmod(0o644)
    private_files.write(file, "second", "--file")
    assert (file.read_text(), stat.S_IMODE(file.stat().st_mode)) == ("second", 0o600)
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700

    def full(_: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BadRequest, match="No space left"):
        private_files.write(file, "third", "--file")
    assert (file.read_text(), [each.name for each in file.parent.iterdir()]) == ("second", ["kubeconfig"])
