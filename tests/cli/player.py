"""Plays a transcript's steps as its server, or as its client."""

import os
import signal
import time

from scripted import Client, Unexpected
from transcript import Mistake, Text, code_and_reason, one_text

FRAMES = ("text", "binary", "continuation", "ping", "pong")
ENDS = ("eof", "rst", "hangup", "cut-tls")


class Player:
    """Does a case's steps as its server."""

    def __init__(self, case, names):
        self.case, self.names = case, names
        self.peer = None
        self.pid = 0  # wstap's, for its signals
        self.answered = self.spoken = False
        self.ended = ""

    def __call__(self, peer):
        self.peer = peer
        for i, (number, sign, words, pairs) in enumerate(self.case.steps):
            try:
                if sign in ("<", "<+"):
                    after = self.case.steps[i + 1:i + 2]
                    self.give(list(words), dict(pairs),
                              bool(after) and after[0][1] == "<+")
                elif sign == ">":
                    self.want(list(words))
                elif sign == "cut":
                    self.peer.cut = int(words[0])
                elif sign == "signal":
                    self.upgrade()
                    os.kill(self.pid, getattr(signal, f"SIG{words[0]}"))
                else:
                    time.sleep(float(words[0]))
            except Mistake:
                raise
            except Exception as error:
                kind = "" if isinstance(error, AssertionError) else (
                    f"{type(error).__name__}: ")
                raise Unexpected(f"line {number}: {kind}{error}") from error
        self.end()

    def end(self):
        if self.ended in ("rst", "hangup", "cut-tls"):
            return
        if self.ended == "eof" or (self.answered and not self.spoken):
            try:
                self.peer.eof()
            except OSError:
                pass
            self.peer.drain()
            return
        self.upgrade()
        self.peer.finish()

    def request(self):
        if self.peer.head is None:
            self.peer.read_head()

    def upgrade(self):
        self.request()
        if not self.answered:
            self.peer.answer()
        self.answered = self.spoken = True

    def give(self, words, pairs, more_follows):
        what = words.pop(0)
        if what in ENDS:
            self.request()
            self.peer.uncork()
            getattr(self.peer, what.replace("-", "_"))()
            self.ended = what
            return
        if what in ("101", "http", "answer", "first", "request"):
            if what not in ("first", "request"):
                self.request()
            give = self.answer
        else:
            self.upgrade()
            give = self.message
        if more_follows:
            self.peer.cork()
        give(what, words, pairs)
        if not more_follows:
            self.peer.uncork()

    def answer(self, what, words, pairs):
        self.answered = True
        fields = [w.decode("latin-1") for w in words]
        if what == "101":
            self.spoken = True
            if "pad" in pairs:
                fields.append("X-Pad: " + "a" * int(pairs.pop("pad")))
            drop = (pairs.pop("drop", ""),)
            changed = {k: v.decode() for k, v in pairs.items()}
            self.peer.answer(drop=drop, fields=fields, **changed)
        elif what == "http":
            body = pairs.get("body", b"")
            head = [f"HTTP/1.1 {fields[0]}", *fields[1:],
                    f"Content-Length: {len(body)}", "", ""]
            self.peer.send("\r\n".join(head).encode("latin-1") + body)
        else:
            self.peer.send(one_text(words))

    def message(self, what, words, pairs):
        how = {k: int(v) for k, v in pairs.items() if k != "mask"}
        if "mask" in pairs:
            how["mask"] = (None if pairs["mask"] == "none" else
                           bytes.fromhex(pairs["mask"]))
        if what in FRAMES:
            self.peer.frame(what, one_text(words), **how)
        elif what == "deflated":
            self.peer.deflated(words[0], one_text(words[1:]), **how)
        elif what == "frame":
            self.peer.frame(int(words[0]), one_text(words[1:]), **how)
        elif what == "close":
            code, reason = code_and_reason(words)
            self.peer.close(code, reason or b"", **how)
        elif what == "raw":
            self.peer.send(b"".join(
                w if isinstance(w, Text) else bytes.fromhex(w)
                for w in words))
        else:
            raise Mistake(f"the server can't do {what}")

    def want(self, words):
        first = words[0]
        if isinstance(first, Text) or first in ("no", "start", "status"):
            self.request()
            self.want_head(words)
            return
        if first in ("eof", "rest"):
            self.request()
            if first == "eof":
                self.peer.expect_eof()
            self.ended = "eof"
            return
        if first == "silence":
            self.request()
            self.peer.expect_nothing(float(words[1]))
            return
        if first == "nothing":
            self.upgrade()
            self.peer.expect_nothing(float(words[1]))
            return
        self.upgrade()
        if first == "close":
            code, reason = code_and_reason(words[1:])
            self.peer.expect_close(code, reason)
            return
        compressed = first == "deflated"
        words = words[compressed:]
        if words[0] == "message":
            got = self.peer.read_message(compressed)
            if got != (words[1], one_text(words[2:])):
                raise AssertionError(f"expected {words}, got {got}")
        else:
            self.peer.expect(words[0], one_text(words[1:]),
                             compressed=compressed)

    def want_head(self, words):
        head = self.peer.head
        wanted = words[0].decode("latin-1") if isinstance(
            words[0], Text) else ""
        for name, value in self.names.items():
            wanted = wanted.replace(f"${name}", value)
        if words[0] == "no":
            if head.all(words[1]):
                raise AssertionError(f"{words[1]} was sent: {head.lines}")
        elif words[0] == "start":
            if head.start.encode() != words[1]:
                raise AssertionError(f"the head is {head.lines}")
        elif words[0] == "status":
            if head.start.split(" ")[1:2] != words[1:]:
                raise AssertionError(f"the head is {head.lines}")
        elif wanted not in head.lines[1:]:
            raise AssertionError(f"not in the head: {head.lines}")


class ClientPlayer(Player):
    """The same as the client of wstap -l."""

    def connect(self):
        self.peer = Client(int(self.names["PORT"]))
        self.answered = self.spoken = False
        self.ended = ""

    def play(self):
        """Plays the case: `again` begins with a new connection."""
        self.connect()
        try:
            self(self.peer)
        finally:
            self.peer.sock.close()

    def request(self):
        """The answer's head is what is asked about here."""
        if not self.answered:
            self.peer.request()
            self.answered = True
        if self.peer.head is None and not self.spoken:
            self.peer.read_head()

    def upgrade(self):
        if self.spoken:
            return
        if not self.answered:
            self.peer.request()
        self.answered = self.spoken = True
        self.peer.upgraded()

    def answer(self, what, words, pairs):
        self.answered = True
        if what == "request":
            drop = (pairs.pop("drop", ""),)
            changed = {k: v.decode() for k, v in pairs.items()}
            self.peer.request(
                drop=drop, fields=[w.decode("latin-1") for w in words],
                **changed)
        elif what == "first":
            self.peer.send(one_text(words))
        else:
            raise Mistake(f"a client can't do {what}")

    def give(self, words, pairs, more_follows):
        if words[0] == "again":
            self.end()
            self.peer.sock.close()
            self.connect()
        elif words[0] in ENDS and not self.spoken:
            # Whatever was sent so far, the answer is not waited for.
            getattr(self.peer, words[0])()
            self.ended = words[0]
        else:
            super().give(words, pairs, more_follows)

    def end(self):
        if self.ended == "eof" or (self.peer.head and
                                   " 101 " not in self.peer.head.start):
            self.peer.drain()
        elif not self.ended:
            self.upgrade()
            self.peer.finish()
