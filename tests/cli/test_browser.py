"""Chromium as the client of wstap -l."""

import os

import browser
import corpus
from harness import TMP, Listening, check, equal, test, wait_until
from tap import Tap

PAGES = os.path.join(TMP, f"corpus-browser-{os.getpid()}")
MESSAGES = list(corpus.small()) + [
    (corpus.TEXT, corpus.json_like(corpus.MIB)),
    (corpus.BINARY, corpus.noise(corpus.MIB)),
    (corpus.BINARY, bytes(corpus.MIB)),
]
OFFER = "permessage-deflate; client_max_window_bits"
# wstap's options, and what is agreed on then.
ENDS = [
    ([], {}),
    (["--no-compress"], None),
    (["--deflate", "server_max_window_bits=8; client_max_window_bits=8"],
     {"server_max_window_bits": 8, "client_max_window_bits": 8}),
    (["--deflate", "server_max_window_bits=9; client_max_window_bits=10; "
      "server_no_context_takeover; client_no_context_takeover"],
     {"server_max_window_bits": 9, "client_max_window_bits": 10,
      "server_no_context_takeover": True,
      "client_no_context_takeover": True}),
]


def visit(page, options, agreed):
    with Listening("-e", "-s", "chat.b", *options) as end, Tap(
            end.port) as tap:
        seen = page(tap.url, PAGES, protocols=["chat.a", "chat.b"])
        equal(seen["fault"], "", "the page's fault")
        equal(seen["back"], len(MESSAGES), "messages that came back")
        equal(seen["protocol"], "chat.b", "subprotocol")
        equal((seen["code"], seen["clean"]), (4001, True), "its close")
        connection = tap.take()
        equal(connection.offer, OFFER, "offer")
        equal(connection.agreed, agreed, "what was agreed on")
        equal(seen["extensions"], connection.answer or "",
              "extensions as the page sees them")
        equal(connection.close_code("server"), 4001, "wstap's close code")
        for side in ("client", "server"):
            sent = connection.messages(side, strictly=side == "server")
            equal([m.kind for m in sent], [kind for kind, _ in MESSAGES],
                  f"types that the {side} sent")
            for i, (message, (_, data)) in enumerate(zip(sent, MESSAGES)):
                equal(message.data, data, f"the {side}'s message {i}")
            wire = sum(m.wire for m in sent)
            plain = sum(len(data) for _, data in MESSAGES)
            check(wire == plain if agreed is None else wire < plain * 0.6,
                  f"{wire} of {plain} bytes from the {side}")


def closed_by_us(page):
    """The page sees wstap's own close: its code and its reason."""
    with Listening("-m", "1", "--close", "4002:enough", "--once") as end:
        seen = page(end.url, PAGES)
        equal((seen["code"], seen["reason"], seen["clean"]),
              (4002, "enough", True), "the close that the page sees")
        equal(seen["back"], 0, "messages that came back")
        wait_until(lambda: end.process.poll() is not None, "it ends")
        equal(end.wait(), 0, "status")


@test(timeout=90)
def chromium():
    """One browser for all: it takes a second to start."""
    if browser.missing():
        print("skipped: no Chromium is here")
        return
    corpus.write(PAGES, MESSAGES)
    with browser.Browser() as page:
        for options, agreed in ENDS:
            visit(page, options, agreed)
        corpus.write(PAGES, MESSAGES[1:3])
        closed_by_us(page)
