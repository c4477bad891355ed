"""Numbered messages, many of them, and what became of them on a terminal."""

import re

KINDS = ("text", "json", "binary")
PAD = "abcdefabcdef abcdefabcdef"
# Escape sequences that change no text: colours, modes, and how readline moves
# and clears.
SEQUENCE = re.compile(rb"\x1b\[[?>]?[0-9;]*[A-Za-z@]|\x1b[=>]")
# A message as it is shown, whole, with its number.
SHOWN = {
    "text": re.compile(rb"< (\d{7}) " + PAD.encode() + rb"\r\n"),
    "json": re.compile(rb'< \{\r\n +"a": "(\d{7})",\r\n +"b": \[\r\n +1,\r\n'
                       rb' +-2\.50,\r\n +null\r\n +\]\r\n\}\r\n'),
    "binary": re.compile(rb"< binary:\r\n00000000 [ 0-9a-f]+  \|"
                         rb"(\d{7})\.{9}\|\r\n"),
}


def payload(kind, number):
    if kind == "json":
        return b'{"a":"%07d","b":[1,-2.50,null]}' % number
    if kind == "binary":
        return b"%07d" % number + b"\xff" * 9
    return b"%07d %s" % (number, PAD.encode())


def frames(kind, first, count):
    """Messages as a server sends them, one behind the other."""
    head = bytes([0x82 if kind == "binary" else 0x81,
                  len(payload(kind, 0))])
    return b"".join(head + payload(kind, n)
                    for n in range(first, first + count))


def shown(kind, output):
    """The numbers of the messages that came out of the terminal whole."""
    return [int(n) for n in
            SHOWN[kind].findall(SEQUENCE.sub(b"", bytes(output)))]
