"""permessage-deflate (RFC 7692) with the servers and clients of others: node's
ws, python3-websockets and libwebsockets, through a tap that sees what is
really on the wire and judges it for itself."""

import json
import os
import re

import corpus
import lws
from corpus import BINARY, TEXT
from harness import (TMP, WSTAP, Listening, Run, check, equal, test,
                     wait_until, wstap)
from real import Echo, Exchange
from tap import Tap

NAMES = {
    "serverNoContextTakeover": "server_no_context_takeover",
    "clientNoContextTakeover": "client_no_context_takeover",
    "serverMaxWindowBits": "server_max_window_bits",
    "clientMaxWindowBits": "client_max_window_bits",
}
BOTH = {"server_no_context_takeover": True,
        "client_no_context_takeover": True}


def file_of(name, messages):
    path = os.path.join(TMP, f"corpus-{name}-{os.getpid()}")
    corpus.write(path, messages)
    return path


SMALL = list(corpus.small())
LARGE = list(corpus.large())
SMALL_FILE = file_of("small", SMALL)
LARGE_FILE = file_of("large", LARGE)
TEXTS = [data for kind, data in SMALL if kind == TEXT]
BINARIES = [data for _, data in SMALL]


def judge(connection, ours, wanted):
    """What one connection carried: wanted ((kind, data) each), both ways, and
    compressed where that was agreed. ours: the side that wstap is."""
    agreed = connection.agreed
    for side in ("client", "server"):
        messages = connection.messages(side, strictly=side == ours)
        equal([m.kind for m in messages], [kind for kind, _ in wanted],
              f"types that the {side} sent")
        for i, (message, (_, data)) in enumerate(zip(messages, wanted)):
            equal(message.data, data, f"the {side}'s message {i}")
        plain = sum(len(data) for _, data in wanted)
        wire = sum(m.wire for m in messages)
        if agreed is None:
            equal(wire, plain, f"bytes from the {side}")
        else:
            check(any(m.compressed for m in messages) and wire < plain * 0.7,
                  f"the {side} did not compress: {wire} of {plain} bytes")


def send(url, wanted, *options):
    """Has wstap send wanted, all of one kind, and get the same back."""
    kind = wanted[0][0]
    lines = b"".join(data + b"\n" for _, data in wanted)
    # -m and not -w 0: python3-websockets forgets what it has not echoed when
    # it is told to close.
    status, out, err = wstap("-b" if kind == BINARY else "-t", "-w", "20",
                             "-m", str(len(wanted)), *options, url,
                             stdin=lines)
    equal((status, err), (0, ""), "the end")
    equal(out, lines, "what came back")


def as_client(echo, options, agreed, query="", kind=TEXT, wanted=None):
    """wstap as the client of an echo server; what is agreed on has to be
    agreed (None: nothing)."""
    if wanted is None:
        wanted = TEXTS if kind == TEXT else BINARIES
    wanted = [(kind, data) for data in wanted]
    with Tap(echo.port) as tap:
        send(tap.url + query, wanted, *options)
        connection = tap.take()
    equal(connection.agreed, agreed, f"agreed on after {connection.offer}")
    judge(connection, "client", wanted)
    equal(connection.close_code("client"), 1000, "close code")
    return connection


def as_server(client, options, agreed, deflate, file=SMALL_FILE, wanted=None):
    """wstap as the echo server of a client."""
    with Listening("-e", *options) as end, Tap(end.port) as tap:
        seen = client(tap.url, file, deflate)
        equal(seen["fault"], "", "the client's fault")
        equal(seen["code"], 4001, "its close code")
        connection = tap.take()
        equal(connection.agreed, agreed, f"agreed on after {connection.offer}")
        judge(connection, "server", wanted or SMALL)
        check("broke the protocol" not in end.text(), end.text())
    return connection


def snake(options):
    """What a server of ws's with these options answers to our own offer."""
    return {NAMES[name]: value for name, value in options.items()
            if name in NAMES}


def query_of(options):
    return "?" + "&".join(f"{name}={str(value).lower()}"
                          for name, value in options.items())


WS_SETS = [
    {"threshold": 0},
    {"serverNoContextTakeover": True},
    {"clientNoContextTakeover": True},
    *({"serverMaxWindowBits": bits} for bits in (8, 9, 10, 15)),
    *({"clientMaxWindowBits": bits} for bits in range(8, 16)),
    {"serverNoContextTakeover": True, "clientNoContextTakeover": True,
     "threshold": 0},
    {"serverMaxWindowBits": 8, "clientMaxWindowBits": 8, "threshold": 0},
    {"serverMaxWindowBits": 9, "clientMaxWindowBits": 15,
     "serverNoContextTakeover": True, "threshold": 0},
    {"serverMaxWindowBits": 15, "clientMaxWindowBits": 9,
     "clientNoContextTakeover": True},
    {"serverMaxWindowBits": 8, "clientMaxWindowBits": 8,
     "serverNoContextTakeover": True, "clientNoContextTakeover": True},
]


@test
def node_ws_serves_with_each_set_of_parameters():
    with Echo("ws", "--deflate") as echo:
        as_client(echo, [], {})
        for options in WS_SETS:
            as_client(echo, [], snake(options), query_of(options))


@test
def binary_messages_to_node_ws():
    with Echo("ws", "--deflate") as echo:
        as_client(echo, [], {}, kind=BINARY)
        for options in ({"serverMaxWindowBits": 8, "clientMaxWindowBits": 8},
                        {"serverNoContextTakeover": True,
                         "clientNoContextTakeover": True}):
            as_client(echo, [], snake(options), query_of(options), BINARY)


# The same parameters and no other are in node's answer.
OFFERS = [
    "", "server_no_context_takeover", "client_no_context_takeover",
    "server_max_window_bits=8", "server_max_window_bits=9",
    "server_max_window_bits=15", "client_max_window_bits=8",
    "client_max_window_bits=9", "client_max_window_bits=11",
    "client_max_window_bits=15",
    "permessage-deflate; server_no_context_takeover; "
    "client_no_context_takeover",
    "permessage-deflate; server_no_context_takeover; "
    "server_max_window_bits=9; client_max_window_bits=8",
]


def offered(offer):
    """An offer's parameters."""
    pairs = re.findall(r"(\w+(?:takeover|bits))(?:=(\d+))?", offer)
    return {name: int(value) if value else True for name, value in pairs}


@test
def each_offer_to_node_ws():
    with Echo("ws", "--deflate") as echo:
        for offer in OFFERS:
            as_client(echo, ["--deflate", offer], offered(offer))


# Options, the server's, and what comes of it.
FALL_BACKS = [
    (["server_max_window_bits=8, server_max_window_bits=12"],
     {"serverMaxWindowBits": 12}, {"server_max_window_bits": 12}),
    (["server_max_window_bits=8", "server_max_window_bits=12"],
     {"serverMaxWindowBits": 12}, {"server_max_window_bits": 12}),
    (["server_no_context_takeover, client_max_window_bits"],
     {"serverNoContextTakeover": False}, {}),
    (["client_no_context_takeover, permessage-deflate; "
      "client_max_window_bits=10"],
     {"clientMaxWindowBits": 10}, {"client_max_window_bits": 10}),
    (["server_max_window_bits=8; server_no_context_takeover",
      "server_max_window_bits=10", ""],
     {"serverMaxWindowBits": False}, {}),
]


@test
def several_offers_with_fall_back():
    with Echo("ws", "--deflate") as echo:
        for offers, options, agreed in FALL_BACKS:
            given = [word for o in offers for word in ("--deflate", o)]
            as_client(echo, given, agreed, query_of(options))


@test
def no_offer_that_node_ws_takes():
    """It refuses the handshake then."""
    with Echo("ws", "--deflate") as echo:
        status, out, err = wstap(
            "--deflate", "server_max_window_bits=8",
            echo.url + "?serverMaxWindowBits=12", stdin=b"hi\n")
        equal((status, out), (22, b""), "the end")
        check("400" in err, f"stderr is {err!r}")


@test
def nothing_is_compressed_with_no_compress():
    with Echo("ws", "--deflate") as echo:
        connection = as_client(echo, ["--no-compress"], None)
        equal(connection.offer, None, "offer")
        as_client(echo, ["--no-compress"], None, kind=BINARY)


@test
def nothing_is_compressed_where_the_server_declines():
    with Echo("ws") as echo:
        connection = as_client(echo, [], None)
        equal(connection.offer, "permessage-deflate; client_max_window_bits",
              "offer")


@test
def the_context_is_kept_where_it_may_be():
    """Messages that are alike cost less from the second on."""
    alike = [b'{"n":%d,' % i + corpus.json_like(900) for i in range(50)]
    with Echo("ws", "--deflate") as echo:
        wire = [sum(m.wire for m in as_client(
            echo, ["--deflate", offer], offered(offer),
            wanted=alike).messages("client"))
            for offer in ("", "client_no_context_takeover")]
    check(wire[0] * 4 < wire[1], f"bytes with it and without: {wire}")


@test
def long_messages_and_many_to_node_ws():
    with Echo("ws", "--deflate") as echo:
        for kind in (TEXT, BINARY):
            as_client(echo, [], {}, kind=kind,
                      wanted=[data for k, data in LARGE if k == kind])


WEBSOCKETS_SERVERS = [
    {},
    BOTH,
    {"client_max_window_bits": 8},
    {"server_max_window_bits": 9, "client_max_window_bits": 9},
    {"server_no_context_takeover": True, "server_max_window_bits": 10,
     "client_max_window_bits": 15},
]


@test
def python_websockets_serves_with_each_set_of_parameters():
    for options in WEBSOCKETS_SERVERS:
        with Echo("websockets", "--deflate", json.dumps(options)) as echo:
            as_client(echo, [], options)


@test
def offers_to_python_websockets():
    with Echo("websockets", "--deflate", json.dumps({})) as echo:
        as_client(echo, [], {}, kind=BINARY)
        for offer in ("", OFFERS[-2], "server_max_window_bits=9",
                      "client_max_window_bits=8"):
            as_client(echo, ["--deflate", offer], offered(offer))
        as_client(echo, ["--no-compress"], None)


# Clients

@test
def node_ws_as_a_client_with_each_set_of_parameters():
    """What a client says of its own window, a server need not repeat."""
    with Exchange("ws") as client:
        as_server(client, [], {}, True)
        as_server(client, [], {}, {"clientMaxWindowBits": False})
        for options in WS_SETS:
            agreed = snake(options)
            agreed.pop("client_max_window_bits", None)
            as_server(client, [], agreed, options)


# wstap's options, what they are to make of ws's own offer.
SERVED = [
    ("", {}),
    ("server_no_context_takeover", {"server_no_context_takeover": True}),
    ("client_no_context_takeover", {"client_no_context_takeover": True}),
    *((f"server_max_window_bits={bits}", {"server_max_window_bits": bits})
      for bits in (8, 9, 10, 15)),
    *((f"client_max_window_bits={bits}", {"client_max_window_bits": bits})
      for bits in (8, 9, 15)),
    ("server_no_context_takeover; client_no_context_takeover; "
     "server_max_window_bits=8; client_max_window_bits=8",
     {**BOTH, "server_max_window_bits": 8, "client_max_window_bits": 8}),
]


@test
def wstap_serves_with_each_set_of_parameters():
    with Exchange("ws") as client:
        for offer, agreed in SERVED:
            as_server(client, ["--deflate", offer], agreed, {"threshold": 0})


@test
def both_sides_ask_for_less():
    asks = {"serverMaxWindowBits": 11, "clientMaxWindowBits": 10}
    with Exchange("ws") as client:
        as_server(client, ["--deflate", "server_max_window_bits=9; "
                           "client_max_window_bits=12"],
                  {"server_max_window_bits": 9, "client_max_window_bits": 10},
                  asks)
        as_server(client, ["--deflate", "server_max_window_bits=12; "
                           "client_max_window_bits=9"],
                  {"server_max_window_bits": 11, "client_max_window_bits": 9},
                  asks)


@test
def a_client_whose_window_cannot_be_limited():
    """The offer lacks client_max_window_bits: the next of wstap's choices
    holds, or none."""
    plain = {"clientMaxWindowBits": False}
    with Exchange("ws") as client:
        as_server(client, ["--deflate", "client_max_window_bits=9"], None,
                  plain)
        as_server(client, ["--deflate", "client_max_window_bits=9, "
                           "server_no_context_takeover"],
                  {"server_no_context_takeover": True}, plain)


@test
def a_client_is_not_compressed_to_with_no_compress():
    with Exchange("ws") as client:
        as_server(client, ["--no-compress"], None, True)
        as_server(client, [], None, False)


@test
def long_messages_and_many_from_node_ws():
    with Exchange("ws") as client:
        as_server(client, [], {}, True, LARGE_FILE, LARGE)


@test
def one_by_one_from_node_ws():
    """Each answer is whole before the next message comes."""
    with Exchange("ws") as client, Listening("-e") as end:
        seen = client(end.url, SMALL_FILE, {"threshold": 0}, together=False)
        equal((seen["fault"], seen["back"]), ("", len(SMALL)), "the exchange")


WEBSOCKETS_CLIENTS = [
    {},
    BOTH,
    {"client_max_window_bits": True},
    {"client_max_window_bits": 9},
    {"server_max_window_bits": 8, "client_max_window_bits": 15},
    {"server_no_context_takeover": True, "server_max_window_bits": 10},
]


@test
def python_websockets_as_a_client_with_each_set_of_parameters():
    with Exchange("websockets") as client:
        for options in WEBSOCKETS_CLIENTS:
            agreed = dict(options)
            agreed.pop("client_max_window_bits", None)
            as_server(client, [], agreed, options)
        as_server(client, ["--deflate", SERVED[-1][0].replace(
            "client_max_window_bits=8", "client_max_window_bits=9")],
            {**SERVED[-1][1], "client_max_window_bits": 9},
            {"client_max_window_bits": True})
        as_server(client, ["--no-compress"], None, {})
        as_server(client, [], None, None)


# libwebsockets

def has_lws():
    if lws.missing():
        print("skipped: libwebsockets' test server is not here")
    return not lws.missing()


def to_lws_status(options, agreed):
    """Its lws-status logs how long what we sent was, inflated, and sends us
    its state, compressed."""
    data = b"".join(line + b"\n" for line in TEXTS)
    with lws.Server() as server, Tap(server.port) as tap:
        with Run([WSTAP, "-s", "lws-status", "-w", "0", *options, tap.url],
                 stdin=data, close_stdin=False) as run:
            wait_until(lambda: b'"conns":[' in run.out, "its state comes")
            wait_until(lambda: server.received() >= len(data) - len(TEXTS),
                       "all has come in")
            run.close_stdin()
            equal((run.wait(), run.text()), (0, ""), "the end")
        equal(server.received(), len(data) - len(TEXTS), "bytes it received")
        connection = tap.take()
    equal(connection.agreed, agreed, "what was agreed on")
    sent = connection.messages("client")
    equal([m.data for m in sent], TEXTS, "what was sent")
    equal(any(m.compressed for m in sent), agreed is not None, "compressed")
    for message in connection.messages("server"):
        equal(message.compressed, agreed is not None, "its own compressed")
        check(message.data + b"\n" in run.out, "what it sent is printed")


@test
def libwebsockets_as_a_server():
    if has_lws():
        to_lws_status([], {})
        to_lws_status(["--deflate", "server_no_context_takeover; "
                       "client_no_context_takeover"], BOTH)
        to_lws_status(["--deflate", "client_max_window_bits=9"], {})
        to_lws_status(["--no-compress"], None)


@test
def libwebsockets_that_passes_over_a_parameter():
    """It answers permessage-deflate as if nothing had been asked, which RFC
    7692 7.1.2.1 does not let it."""
    if has_lws():
        with lws.Server() as server:
            status, out, err = wstap(
                "-s", "lws-status", "--deflate", "server_max_window_bits=9",
                server.url, stdin=b"hi\n")
            equal((status, out), (8, b""), "the end")
            check("server_max_window_bits" in err, f"stderr is {err!r}")


@test
def libwebsockets_that_declines():
    """lws-mirror-protocol echoes, without compression: what it reads at a
    time, so that a longer message would be several."""
    if has_lws():
        lines = [data for data in TEXTS if 0 < len(data) < 100][:100]
        with lws.Server() as server:
            as_client(server, ["-s", "lws-mirror-protocol"], None,
                      wanted=lines)
            equal(wstap("-s", "dumb-increment-protocol", "-m", "5",
                        server.url, stdin=b""),
                  (0, b"0\n1\n2\n3\n4\n", ""), "counting")


@test
def libwebsockets_as_a_client():
    """It draws circles until it is stopped. All has to be compressed: once an
    uncompressed message has come (as node's ws sends them, too), libwebsockets
    4.1 stops sending."""
    if not has_lws():
        return
    with Listening("-e", "-s", "lws-mirror-protocol", "--deflate",
                   "") as end, Tap(end.port) as tap:
        with lws.Client(tap.port):
            wait_until(lambda: end.out.count(b"\n") > 500, "500 messages")
        connection = tap.take(cut=True)
        equal(connection.heads["server"].get("Sec-WebSocket-Protocol"),
              "lws-mirror-protocol", "subprotocol")
        equal(connection.agreed, {"client_no_context_takeover": True},
              "what was agreed on")
        sent = connection.messages("client")
        back = connection.messages("server", strictly=True)
        check(len(back) > 400, f"only {len(back)} came back")
        equal([m.data for m in back], [m.data for m in sent][:len(back)],
              "what came back")
        check(all(m.compressed for m in sent + back), "all compressed")
