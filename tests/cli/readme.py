"""README.md, and what else shows commands, for the tests that see that it is
true."""

import os
import re
import shlex

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


def renamed(text, names):
    for name, other in names.items():
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", other, text)
    return text


def plain(text):
    """Without what is different each time."""
    text = re.sub(r"(Sec-WebSocket-(?:Key|Accept): )\S+", r"\1...", text)
    text = re.sub(r"\b[0-9]+(\.[0-9]+)? ms", "... ms", text)
    text = re.sub(r"(?<== )[0-9./]+ ms|(?<==)[0-9./]+ ms", "... ms", text)
    text = re.sub(r"^\d\d:\d\d:\d\d\.\d{6}  \+\d\.\d{6}", "(time)", text,
                  flags=re.M)
    text = re.sub(r"\bmask=[0-9a-f]{8}", "mask=(key)", text)
    # A masked frame's header ends with the key.
    text = re.sub(r"^(  header .*  [0-9a-f]{2} [89a-f][0-9a-f] ).*", r"\1(key)",
                  text, flags=re.M)
    return re.sub(r"[ \t]+$", "", text, flags=re.M).rstrip("\n")


def session(commands):
    """A script that types the commands as a person would at a prompt."""
    script = "s=0\n"
    for command in commands:
        script += (f"printf '%s\\n' {shlex.quote('$ ' + command)}\n"
                   f"(exit $s)\n{command}\ns=$?\n")
    return script
