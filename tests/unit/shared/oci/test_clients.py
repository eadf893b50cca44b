"""Who signs, and the table of services."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.errors import NotAuthorised
from shared.oci.clients import SERVICES, sdk_credentials
from shared.oci.settings import OciSettings

if TYPE_CHECKING:
    from pathlib import Path


def test_each_client_stands_in_the_table_once() -> None:
    assert len(set(SERVICES.values())) == len(SERVICES)


@pytest.mark.parametrize("text", ["[DEFAULT]\nuser=x", "no configuration"])
def test_an_unusable_profile_names_its_file(tmp_path: Path, text: str) -> None:
    file = tmp_path / "config"
    file.write_text(text)
    with pytest.raises(NotAuthorised) as caught:
        sdk_credentials(OciSettings(oci_config_file=str(file)))
    assert str(file) in caught.value.fix
