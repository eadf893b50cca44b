"""The worked answer of docs/request-context.md is what its command prints."""

from __future__ import annotations

import json
import re
import shlex

from click.testing import CliRunner

from ops.cli.context import command
from tools.suite import ROOT

PAGE = (ROOT / "docs" / "request-context.md").read_text()
OF_THE_MOMENT = {"ctx.CallID", "ctx.Deadline", "commit", "version"}


def test_the_command_of_the_page_prints_the_answer_of_the_page() -> None:
    found = re.search(r"```bash\n(?P<command>[^`]*)```\n\n```json\n(?P<answer>[^`]*)```", PAGE)
    assert found
    _, name, *words = shlex.split(found["command"].replace("\\\n", " "))
    assert name == "context"
    printed = json.loads(CliRunner().invoke(command(), words).stdout)
    written = json.loads(found["answer"])
    assert printed.keys() == written.keys()
    assert {key: printed[key] for key in printed.keys() - OF_THE_MOMENT} == {
        key: written[key] for key in written.keys() - OF_THE_MOMENT
    }
