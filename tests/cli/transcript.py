"""Transcripts: what is typed, what the server does, what comes out. A file is
a list of cases:

    # A comment.
    == a ping between two fragments is answered at once
    $ wstap $URL
    < text fin=0 "he"
    < ping "x"
    > pong "x"
    < continuation "llo"
    < close 1000
    > close 1000
    out: hello

`$` is a line for bash; $URL, $PORT, $DIR (an empty folder) and $CERTS (see
servers/certs.py) are set. As -v has it, `<` is what wstap receives and `>`
what the server must get from it, in this order:

    < 101 [drop=FIELD] [FIELD="value"] [pad=N] ["Name: value"]...
                            the answer to the handshake, and what is wrong with
                            it; FIELD is upgrade, connection, accept, status.
                            Sent all right where a case doesn't have it.
    < http "403 Forbidden" ["Name: value"]... [body="..."]
    < answer "bytes"        anything else for an answer
    < first "bytes"         the same, before anything was read
    < text|binary|continuation|ping|pong "..." [fin=0] [rsv=4] [mask=01020304]
            [size=7|16|64 (form of the length)] [length=N (a lie)]
    < close [CODE ["reason"]]      < frame OPCODE "..." [fin=0]...
    < deflated text|binary "..." [fragment=N]
                            compressed, in frames of N bytes, where the answer
                            agreed on permessage-deflate
    < raw 81 02 "hi"        any bytes
    < eof   < rst   < hangup   < cut-tls (TCP ends, TLS does not)
    <+ ...                  in the same packet as the line before
    cut N                   send in pieces of N bytes from here on
    pause SECONDS                   signal NAME (to wstap)

    > "Name: value"   > start "GET / HTTP/1.1"   > no NAME
    > text|binary|ping|pong "..."   > close [CODE ["reason"]]
    > message text|binary "..."     in any number of frames
    > deflated text|binary|message ...      the same, compressed
    > eof   > nothing SECONDS (> silence: before the answer)   > rest (whatever comes, to the end)

With a line `client` the script is a client of `wstap -l 0`, `<` is still what
wstap receives, and $PORT is known to the script alone:

    < request [drop=FIELD] [FIELD="value"] ["Name: value"]...
                            the request, and what is wrong with it; FIELD is
                            start, host, upgrade, connection, key, version.
                            Sent all right where a case doesn't have it.
    < first "bytes"         any bytes for a request
    < again                 ends this connection and begins another
    > status 426   > "Name: value"   > no NAME      of the answer
    (mask=none sends a frame unmasked)

A string is "..." with \\n \\" \\x1b and the like, or "..."*1000. After the
script's end the server completes the closing handshake.

    server tls|ipv6|unix [CERTIFICATE]   server none (a port where nobody is)
    in: LINE, in-raw: "..."  standard input (none: it is empty)
    hold                     standard input doesn't end
    out: LINE, out-raw: "..."   all of standard output (none: empty)
    out-like: REGEX          standard output, where more than one is right
    err: LINE, err: /REGEX/     all of standard error; `err: ...` is any lines
    exit: N                     (0)
    within: SECONDS             how long the run may take
    rule: ID...                 the rules of tests/conformance/rules.txt that
                                it is a case of
    env: NAME=VALUE
"""

import re

ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"0": b"\0"}
TOKEN = re.compile(
    r'\s*(?:(?P<key>[a-z]+)=)?(?:"(?P<text>(?:\\.|[^"\\])*)"(?:\*(?P<n>\d+))?'
    r"|(?P<word>\S+))")
DIRECTIVES = ("in", "in-raw", "out", "out-raw", "out-like", "err",
              "exit", "within", "env", "rule")


class Mistake(Exception):
    """A transcript that can't be read."""


class Text(bytes):
    """A quoted string's bytes, to tell it from a bare word."""


def unescape(text):
    def one(match):
        seq = match.group(1)
        return (bytes([int(seq[1:], 16)]) if seq[:1] == b"x" else
                ESCAPES.get(seq, seq))
    return re.sub(rb"\\(x[0-9a-fA-F]{2}|.)", one, text.encode())


def tokens(text):
    """A line's words and strings, and its key=value pairs."""
    words, pairs, at = [], {}, 0
    text = text.rstrip()
    while at < len(text):
        match = TOKEN.match(text, at)
        if not match:
            raise Mistake(f"can't be read: {text[at:]}")
        at = match.end()
        if match["text"] is not None:
            value = Text(unescape(match["text"]) * int(match["n"] or 1))
        else:
            value = match["word"]
        if match["key"]:
            pairs[match["key"]] = value
        else:
            words.append(value)
    return words, pairs


def string(text):
    words, pairs = tokens(text)
    if pairs or not all(isinstance(w, Text) for w in words):
        raise Mistake(f"not a string: {text}")
    return b"".join(words)


def one_text(words):
    if len(words) > 1 or not all(isinstance(w, Text) for w in words):
        raise Mistake(f"one string is wanted, not {words}")
    return words[0] if words else b""


def code_and_reason(words):
    return (int(words[0]) if words else None,
            one_text(words[1:]) if words[1:] else None)


class Case:
    """One run of wstap and its server."""

    def __init__(self, name, where):
        self.name, self.where = name, where
        self.command = None
        self.server = ["tcp"]
        self.client = False
        self.steps = []  # (line number, "<", "<+" or ">" or word, rest)
        self.stdin, self.out = b"", b""
        self.out_like = None
        self.hold = False
        self.err, self.env = [], {}
        self.exit, self.within, self.cut = 0, None, 0

    def add(self, number, line):
        """Takes in one line of the file."""
        word, _, rest = line.partition(" ")
        rest = rest.strip()
        if word == "$":
            self.command = rest
        elif word in ("<", "<+", ">", "cut", "pause", "signal"):
            self.steps.append((number, word, *tokens(rest)))
        elif word == "server":
            self.server = rest.split()
        elif word == "client":
            self.client = True
        elif word == "hold":
            self.hold = True
        elif word.endswith(":") and word[:-1] in DIRECTIVES:
            # Blanks may matter: only the first is not the value's.
            self.directive(word[:-1], line[len(word) + 1:])
        else:
            raise Mistake(f"what is {word}?")

    def directive(self, word, value):
        if word == "in":
            self.stdin += value.encode() + b"\n"
        elif word == "in-raw":
            self.stdin += string(value)
        elif word == "out":
            self.out += value.encode() + b"\n"
        elif word == "out-raw":
            self.out += string(value)
        elif word == "out-like":
            self.out_like = re.compile(value.encode("latin-1"), re.S)
        elif word == "err":
            self.err.append(value)
        elif word == "exit":
            self.exit = int(value)
        elif word == "within":
            self.within = float(value)
        elif word == "env":
            name, _, rest = value.partition("=")
            self.env[name] = rest


def read(path):
    """The cases of a file."""
    cases = []
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            line = line.rstrip("\n")
            if not line.strip() or line.startswith("#"):
                continue
            try:
                if line.startswith("== "):
                    cases.append(Case(line[3:], f"{path}:{number}"))
                elif not cases:
                    raise Mistake("a case begins with ==")
                else:
                    cases[-1].add(number, line)
            except (Mistake, ValueError) as error:
                raise Mistake(f"{path}:{number}: {error}") from error
    for case in cases:
        if not case.command:
            raise Mistake(f"{case.where}: no command")
    return cases
