"""A trace of frames, read."""

import os
import re

from harness import TMP

AGREED = {"fields": ["Sec-WebSocket-Extensions: permessage-deflate"]}
LINE = re.compile(r"(\d\d:\d\d:\d\d\.\d{6}) ( *\+\d+\.\d{6}) (.*)")


def lines_of(text):
    """The lines of frames, without their times and their dumps."""
    matches = (LINE.fullmatch(line) for line in text.splitlines())
    return [match[3] for match in matches if match]


def no_keys(lines):
    """The same where a client's masks are not known."""
    return [re.sub(r"mask=[0-9a-f]{8}", "mask=key", line) for line in lines]


def file_name():
    return os.path.join(TMP, f"trace-{os.getpid()}-{os.urandom(4).hex()}")


def contents(path):
    with open(path, encoding="utf-8") as file:
        return file.read()
