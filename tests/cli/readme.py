"""README.md, for the tests that see that it is true."""

import os
import re

from harness import ROOT, check

with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
    README = file.read()


def section(title):
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", README, re.M | re.S)
    check(found, f"README.md has a section {title!r}")
    return found[1]


def rows(text):
    """The rows of a text's tables, without the heads: lists of cells."""
    lines = []
    for table in re.findall(r"(?:^\|.*\n)+", text, re.M):
        lines += table.splitlines()[2:]
    return [[cell.strip().replace("\\|", "|")
             for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            for line in lines]


def code(cell):
    """What a cell has in `...`."""
    return re.findall(r"`([^`]*)`", cell)
