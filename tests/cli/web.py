"""A web server with a page for each target, and what was asked of it."""

import base64

from harness import CERTS, equal, wstap
from scripted import Server, Unexpected

THERE = (0, b"there\n", "")  # a visit that came to open()


class Web(Server):
    """pages: a function of the peer for each target; asked: the heads that
    came."""

    def __init__(self, pages=(), **how):
        how.setdefault("folder", CERTS)
        super().__init__(self.reply, **how)
        self.pages, self.asked = dict(pages), []
        self.host = self.url.split("/")[2] if self.port else "localhost"

    def reply(self, peer):
        """A connection."""
        head = peer.read_head()
        self.asked.append(head)
        method, target, version = head.start.split(" ")
        equal((method, version), ("GET", "HTTP/1.1"), "the request")
        if target not in self.pages:
            raise Unexpected(f"asked for {target}")
        self.pages[target](peer)

    def at(self, target):
        return self.url.rstrip("/") + target

    def targets(self):
        return [head.start.split(" ")[1] for head in self.asked]

    def got(self, *names):
        """Those fields of each request."""
        rows = [tuple(head.get(name) for name in names)
                for head in self.asked]
        return [row[0] for row in rows] if len(names) == 1 else rows


def opens(*fields):
    """A WebSocket that says something and is closed."""
    def page(peer):
        peer.cork()
        peer.answer(fields=fields)
        peer.frame("text", "there")
        peer.close(1000)
        peer.uncork()
        peer.expect_close(1000)
        peer.eof()
        peer.expect_eof()
    return page


def says(status, *fields, body=""):
    """An answer that is none; the connection stays, as a server's does."""
    def page(peer):
        text = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n"
        text += "".join(field + "\r\n" for field in fields) + "\r\n" + body
        peer.send(text.encode("latin-1"))
        peer.drain()
    return page


REASONS = {301: "Moved Permanently", 302: "Found", 303: "See Other",
           307: "Temporary Redirect", 308: "Permanent Redirect"}


def leads(to, status=302, *fields):
    """A redirect."""
    return says(f"{status} {REASONS.get(status, 'No')}", f"Location: {to}",
                *fields, body="not shown\n")


def in_turn(*pages):
    """Another page each time."""
    left = list(pages)
    return lambda peer: left.pop(0)(peer)


def basic(user):
    return "Basic " + base64.b64encode(user.encode()).decode()


def visit(wanted, *args, **how):
    """Runs it; wanted: all that is to come out, THERE or refused()."""
    got = wstap(*args, **how)
    equal(got, wanted, " ".join(args))


def refused(status, line, before=""):
    """A visit that ends with this status and line."""
    return status, b"", f"{before}wstap: {line}\n"
