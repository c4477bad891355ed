"""jsonl's events, and when they are said to have been."""

import calendar
import json
import re
import time

from harness import (CA, CERTS, TMP, WSTAP, Listening, Run, check, equal,
                     test, wait_until, wstap)
from scripted import Conversation, Server, free_port, peer_to

RFC3339 = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z")


def events(out):
    return [json.loads(line) for line in out.decode().splitlines()]


def check_times(out, began):
    """RFC 3339 with microseconds, in order, and now."""
    last = ""
    for event in events(out):
        stamp = event["time"]
        check(RFC3339.fullmatch(stamp), f"{stamp} is RFC 3339")
        check(stamp >= last, f"{stamp} comes after {last}")
        last = stamp
        at = calendar.timegm(time.strptime(stamp[:19], "%Y-%m-%dT%H:%M:%S"))
        check(int(began) - 1 <= at <= time.time() + 1, f"{stamp} is now")
        check(next(iter(event)) == "time", "time is the first key")


@test
def times_are_of_the_events():
    began = time.time()
    with Conversation() as server, Run(
            [WSTAP, "-O", "jsonl", server.url], close_stdin=False,
            env={"TZ": "America/St_Johns"}) as run:
        peer = server.connected()
        peer.frame("text", "one")
        wait_until(lambda: b'"one"' in run.out, "the first")
        time.sleep(0.3)
        peer.frame("ping", "x")
        peer.expect("pong", "x")
        time.sleep(0.3)
        peer.frame("text", "two")
        peer.close(1000)
        peer.expect_close(1000)
        peer.eof()
        equal(run.wait(), 0, "status")
        check_times(run.out, began)
        times = [float(e["time"][17:-1]) for e in events(run.out)]
        kinds = [e["type"] for e in events(run.out)]
        equal(kinds, ["open", "text", "ping", "text", "close"], "types")
        for before, after in ((1, 2), (2, 3)):
            check((times[after] - times[before]) % 60 > 0.25,
                  f"{kinds[after]} is later: {times}")


@test
def events_are_written_as_they_come():
    with Conversation() as server, Run(
            [WSTAP, "-O", "jsonl", server.url], close_stdin=False) as run:
        peer = server.connected()
        wait_until(lambda: b'"open"' in run.out, "open")
        peer.frame("ping", "x")
        wait_until(lambda: b'"ping"' in run.out, "a ping")
        peer.frame("pong", "x")
        wait_until(lambda: b'"pong"' in run.out, "a pong")
        peer.frame("text", "x")
        wait_until(lambda: b'"text"' in run.out, "a text")


OPEN = ["time", "type", "url", "status", "address", "tls", "cipher",
        "subprotocol", "extensions"]


@test
def the_open_event_of_each_kind_of_connection():
    def script(peer):
        peer.handshake()
        peer.close(1000)
        peer.finish()

    for kind in ("tcp", "tls", "ipv6", "unix"):
        with Server(script, kind, folder=CERTS if kind == "tls" else
                    TMP) as server:
            began = time.time()
            status, out, _ = wstap("-O", "jsonl", "-w", "inf", "--ca", CA,
                                   server.url)
        equal(status, 0, "status")
        check_times(out, began)
        first = events(out)[0]
        equal(list(first), OPEN, "keys")
        equal((first["type"], first["url"], first["status"]),
              ("open", server.url, 101), kind)
        secure = kind == "tls"
        check((first["tls"] or "").startswith("TLSv1.") == secure, "tls")
        check(bool(first["cipher"]) == secure, "cipher")
        equal((first["subprotocol"], first["extensions"]), (None, []), kind)
        where = {"tcp": f"127.0.0.1:{server.port}",
                 "tls": f":{server.port}",
                 "ipv6": f"[::1]:{server.port}",
                 "unix": getattr(server, "path", "")}[kind]
        check(where in first["address"], f"{first['address']} is the address")


@test
def the_error_event_is_the_line_on_stderr():
    def forbidden(peer):
        peer.read_head()
        peer.send(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        peer.drain()

    def silent(peer):
        peer.drain()

    port = free_port()
    with Server(forbidden) as one, Server(silent) as two:
        for url, exit_status, options in (
                (f"ws://127.0.0.1:{port}/", 7, ()),
                ("ws://name.invalid/", 6, ()),
                (one.url, 22, ()),
                (two.url, 28, ("--connect-timeout", "0.3"))):
            began = time.time()
            status, out, err = wstap("-O", "jsonl", *options, url)
            equal(status, exit_status, "status")
            check_times(out, began)
            equal([list(e) for e in events(out)],
                  [["time", "type", "exit", "message"]], "the events")
            equal(events(out)[0]["exit"], exit_status, "exit")
            equal("wstap: " + events(out)[0]["message"] + "\n", err,
                  "message")


@test
def a_listener_s_events_for_each_client():
    with Listening("-O", "jsonl", close_stdin=False) as run:
        for number in range(2):
            peer = peer_to(run.port)
            peer.frame("text", f"client {number}")
            peer.close(1000 if number == 0 else 1011)
            peer.expect_close(1000 if number == 0 else 1011)
            peer.expect_eof()
            peer.sock.close()
        wanted = ["open", "text", "close"] * 2 + ["error"]
        wait_until(lambda: run.out.count(b"\n") == len(wanted),
                   "all events, the last one's too, while it listens on")
        equal([e["type"] for e in events(run.out)], wanted, "types")
        last = events(run.out)[-1]
        equal(last["exit"], 111, "exit")
        check(events(run.out)[0]["address"] != events(run.out)[0]["url"],
              "the address is the client's")
