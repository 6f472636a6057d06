# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/scenario.md is what the program makes of the scenario's tables, and its links lead somewhere."""
import os
import re
import sys

import gpusim
from gpusim import check, expect

PAGE = gpusim.SOURCE / "docs" / "scenario.md"


def made():
    return expect(gpusim.run("schema", "--format", "markdown"), 0).stdout


def test_page_is_as_made():
    if os.environ.get("GPUSIM_UPDATE_GOLDENS") == "1":
        PAGE.write_text(made(), encoding="utf-8")
    check(PAGE.read_text(encoding="utf-8") == made(),
          "docs/scenario.md is old: gpusim schema --format markdown > docs/scenario.md")


def test_links():
    text = made()
    anchors = set()
    for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE):
        name = heading.lower().replace(" ", "-")
        number = 0
        while (anchor := name if not number else f"{name}-{number}") in anchors:
            number += 1
        anchors.add(anchor)
    links = set(re.findall(r"\]\(#([^)]*)\)", text))
    check(links <= anchors, "links to nowhere:", links - anchors)


def test_every_key_of_quickstart_is_there():
    text = made()
    for key in ("per_rack", "arrivals", "walltime", "backfill", "round_up", "failed", "every"):
        check(f"| `{key}` |" in text, key)


sys.exit(gpusim.main(gpusim.this_module()))
