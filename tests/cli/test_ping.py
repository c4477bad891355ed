"""--ping: a line a pong, the losses, the summary, and the exit status."""

import re
import signal

from harness import (WSTAP, Run, check, equal, test, wait_until, wstap)
from scripted import Conversation, Server, Unexpected
from terminal import Terminal

FAST = ("--ping-interval", "0.05")
PATIENT = ("--ping-timeout", "inf")
NEVER = ("--ping-interval", "1000")
MS = r"\d+\.\d{3}"


def read_ping(peer):
    frame = peer.read_frame()
    if frame is None or frame.name != "ping":
        raise Unexpected(f"expected a ping, got {frame}")
    return frame.payload


def answer(peer, count):
    for _ in range(count):
        peer.frame("pong", read_ping(peer))


def end(peer, code=1000):
    """wstap closes."""
    while True:
        frame = peer.read_frame()
        if frame.name == "close":
            break
    equal(frame.code, code, "the close")
    peer.close(code)
    peer.eof()


def lines(run):
    return bytes(run.out).decode().splitlines()


def masked(text):
    """Times are not what is tested, nor ports."""
    text = re.sub(rf"time={MS} ms", "time=T", text)
    text = re.sub(r"127\.0\.0\.1:\d+", "ADDRESS", text)
    text = re.sub(r" \d+ ms$", " T", text, flags=re.M)
    return re.sub(rf"= {MS}(/{MS}){{4}} ms", "= TRIPS", text)


def summary(counts, *more):
    return ["", "--- ws://ADDRESS/ ping statistics ---", counts + ", T",
            *more]


TRIPS = "round trip min/median/p95/p99/max = TRIPS"
HEAD = "PING ws://ADDRESS/ (ADDRESS)"


def shown(run):
    return masked(bytes(run.out).decode()).splitlines()


def pong(number, remark=""):
    return f"pong from ADDRESS: seq={number} time=T{remark}"


def wait_for(run, line):
    wait_until(lambda: line in shown(run), f"{line!r}")


@test
def count_pings_and_the_end():
    payloads = []

    def script(peer):
        peer.handshake()
        for _ in range(3):
            payloads.append(read_ping(peer))
            peer.frame("pong", payloads[-1])
        end(peer)

    with Server(script) as server:
        status, out, err = wstap("--ping=3", *FAST, *PATIENT, server.url,
                                 stdin=b"not read\n")
    equal(masked(out.decode()).splitlines(),
          [HEAD, pong(1), pong(2), pong(3),
           *summary("3 pings, 3 pongs, 0% lost", TRIPS)], "output")
    equal((status, err), (0, ""), "status, errors")
    check(all(len(p) >= 16 for p in payloads), payloads)
    equal(len(set(payloads)), 3, "payloads that differ")


@test
def payloads_are_never_the_same_again():
    seen = set()

    def script(peer):
        peer.handshake()
        seen.add(read_ping(peer))
        peer.close(1000)
        end(peer)

    with Server(script) as server:
        for _ in range(2):
            wstap("--ping=1", server.url)
    equal(len(seen), 2, "payloads")


@test
def without_a_count_ctrl_c_ends_it():
    with Conversation() as server, Run([WSTAP, "--ping", *NEVER, server.url],
                                       close_stdin=False) as run:
        peer = server.connected()
        answer(peer, 1)
        wait_for(run, pong(1))
        run.signal(signal.SIGINT)
        # How it closes then is of no interest.
        peer.expect_close(1000)
        peer.close(1011)
        peer.eof()
        equal(run.wait(), 0, "status")
    equal(shown(run), [HEAD, pong(1), *summary("1 ping, 1 pong, 0% lost",
                                               TRIPS)], "output")
    equal(run.text(), "", "errors")


@test
def ctrl_c_where_no_pong_came_at_all():
    """The ping is younger than the interval: not lost, and no success."""
    with Conversation() as server, Run([WSTAP, "--ping", *NEVER, server.url],
                                       close_stdin=False) as run:
        peer = server.connected()
        read_ping(peer)
        run.signal(signal.SIGINT)
        end(peer)
        equal(run.wait(), 1, "status")
    equal(shown(run), [HEAD, *summary("0 pings, 0 pongs, 0% lost",
                                      "1 ping not answered yet")], "output")
    equal(run.text(), "", "errors")


@test
def older_pings_without_any_pong_are_lost():
    wanted = [HEAD, *summary("1 ping, 0 pongs, 100% lost",
                             "1 ping not answered yet")]
    # Where the machine stands still for an interval, all are lost.
    for _ in range(3):
        with Conversation() as server, Run(
                [WSTAP, "--ping", "--ping-interval", "0.7", server.url],
                close_stdin=False) as run:
            peer = server.connected()
            for _ in range(2):
                read_ping(peer)
            run.signal(signal.SIGINT)
            end(peer)
            equal(run.wait(), 1, "status")
        if shown(run) == wanted:
            return
    equal(shown(run), wanted, "output")


@test
def a_close_at_once_loses_no_ping():
    def script(peer):
        peer.handshake()
        read_ping(peer)
        peer.close(1000)
        end(peer)

    with Server(script) as server:
        status, out, err = wstap("--ping=2", *NEVER, server.url)
    equal(status, 1, "status")
    equal(masked(out.decode()).splitlines(),
          [HEAD, *summary("0 pings, 0 pongs, 0% lost",
                          "1 ping not answered yet")], "output")
    equal(err, "wstap: the server closed with 1000 (normal closure) after 0 "
               "of 2 pings\n", "errors")


@test
def the_summary_does_not_wait_for_the_close():
    with Conversation() as server, Run([WSTAP, "--ping", *NEVER, server.url],
                                       close_stdin=False) as run:
        peer = server.connected()
        answer(peer, 1)
        wait_for(run, pong(1))
        run.signal(signal.SIGINT)
        peer.expect_close(1000)
        wait_for(run, "1 ping, 1 pong, 0% lost, T")
        run.signal(signal.SIGINT)
        equal(run.wait(), 130, "status of the second one")


@test
def a_ping_on_its_way_is_not_lost():
    """The latest, younger than the interval, as Ctrl-C ends it."""
    with Conversation() as server, Run(
            [WSTAP, "--ping", "--ping-interval", "1", server.url],
            close_stdin=False) as run:
        peer = server.connected()
        answer(peer, 1)
        read_ping(peer)
        run.signal(signal.SIGINT)
        end(peer)
        run.wait()
    # Where the machine stood still for a second, it is lost.
    check("1 ping, 1 pong, 0% lost, T" in shown(run) or
          "3 pings" in bytes(run.out).decode(), run.out)


@test
def pongs_out_of_order_twice_late_and_unasked():
    with Conversation() as server, Run(
            [WSTAP, "--ping=3", *FAST, *PATIENT, server.url],
            close_stdin=False) as run:
        peer = server.connected()
        first, second = read_ping(peer), read_ping(peer)
        peer.frame("pong", second)
        peer.frame("pong", first)
        peer.frame("pong", second)
        peer.frame("pong", b"unasked")
        peer.frame("pong", b"")
        peer.frame("pong", first[:8] + bytes(8))
        peer.frame("pong", first[:8] + b"\xff" * 8)
        peer.frame("pong", b"x" * 8 + second[8:])
        peer.frame("pong", first + b"x")
        wait_for(run, pong(2, " (duplicate)"))
        answer(peer, 1)
        end(peer)
        equal(run.wait(), 0, "status")
    equal(shown(run),
          [HEAD, pong(2), pong(1), pong(2, " (duplicate)"), pong(3),
           *summary("3 pings, 3 pongs, 0% lost", TRIPS, "1 duplicate")],
          "output")


@test
def a_pong_that_does_not_come():
    with Conversation() as server, Run(
            [WSTAP, "--ping=2", *FAST, "--ping-timeout", "0.3", server.url],
            close_stdin=False) as run:
        peer = server.connected()
        first, second = read_ping(peer), read_ping(peer)
        wait_for(run, "no pong for seq=1")
        check(first != second, "payloads")
        end(peer)
        equal(run.wait(), 1, "status")
    equal(shown(run), [HEAD, "no pong for seq=1", "no pong for seq=2",
                       *summary("2 pings, 0 pongs, 100% lost")], "output")
    equal(run.text(), "", "errors")


@test
def a_late_pong_was_lost():
    with Conversation() as server, Run(
            [WSTAP, "--ping", *NEVER, "--ping-timeout", "0.2", server.url],
            close_stdin=False) as run:
        peer = server.connected()
        payload = read_ping(peer)
        wait_for(run, "no pong for seq=1")
        peer.frame("pong", payload)
        wait_for(run, pong(1, " (late)"))
        run.signal(signal.SIGINT)
        end(peer)
        equal(run.wait(), 1, "status")
    equal(shown(run), [HEAD, "no pong for seq=1", pong(1, " (late)"),
                       *summary("1 ping, 0 pongs, 100% lost", "1 late pong")],
          "output")


@test
def messages_are_not_shown():
    def script(peer):
        peer.handshake()
        payload = read_ping(peer)
        peer.frame("text", "hidden")
        peer.frame("binary", b"\0" * 300000)
        peer.frame("text", "a", fin=0)
        peer.frame("ping", "theirs")
        peer.expect("pong", "theirs")
        peer.frame("continuation", "b")
        peer.frame("pong", payload)
        end(peer)

    with Server(script) as server:
        status, out, err = wstap("--ping=1", *PATIENT, server.url)
    equal((status, err), (0, ""), "status, errors")
    equal(masked(out.decode()).splitlines(),
          [HEAD, pong(1), *summary("1 ping, 1 pong, 0% lost", TRIPS,
                                   "3 messages not shown")], "output")


def ended_by(how, *options):
    def script(peer):
        peer.handshake()
        answer(peer, 1)
        read_ping(peer)
        how(peer)

    with Server(script) as server:
        status, out, err = wstap(*options, *FAST, *PATIENT, server.url)
    check("\n--- ws://" in out.decode(), out)
    check(re.search(r"^2 pings, 1 pong, 50% lost|^1 ping, 1 pong",
                    out.decode(), re.M), out)
    return status, err


def closing(code, reason=""):
    def how(peer):
        peer.close(code, reason)
        while peer.read_frame().name != "close":
            pass
        peer.eof()
    return how


def hang_up(peer):
    peer.eof()
    peer.drain()


def break_a_rule(peer):
    peer.frame("text", "x", rsv=2)
    while peer.read_frame().name != "close":
        pass
    peer.eof()


@test
def a_server_that_ends_it():
    status, err = ended_by(closing(1011, "bad day"), "--ping")
    equal((status, err), (111, "wstap: the server closed with 1011 "
                               "(internal error): bad day\n"), "1011")
    status, err = ended_by(hang_up, "--ping")
    equal(status, 56, "lost")
    check("connection lost" in err, err)
    status, err = ended_by(closing(1000), "--ping=5")
    equal(status, 1, "1000, too early")
    check(re.fullmatch(r"wstap: the server closed with 1000 \(normal "
                       r"closure\) after [12] of 5 pings\n", err), err)
    status, err = ended_by(break_a_rule, "--ping")
    equal(status, 110, "a broken rule")


@test
def the_others_ways_to_end():
    with Conversation() as server, Run([WSTAP, "--ping", *NEVER, server.url],
                                       close_stdin=False) as run:
        peer = server.connected()
        answer(peer, 1)
        wait_for(run, pong(1))
        run.signal(signal.SIGTERM)
        end(peer, 1001)
        equal(run.wait(), 143, "status of SIGTERM")
        check("1 ping, 1 pong, 0% lost, T" in shown(run), run.out)
    with Conversation() as server, Run(
            [WSTAP, "--ping", *NEVER, "--timeout", "0.5", server.url],
            close_stdin=False) as run:
        peer = server.connected()
        answer(peer, 1)
        end(peer, 1001)
        equal(run.wait(), 28, "status of --timeout")
        check("1 ping, 1 pong, 0% lost, T" in shown(run), run.out)


@test
def quiet_and_the_statistics():
    def script(peer):
        peer.handshake()
        answer(peer, 2)
        end(peer)

    with Server(script) as server:
        status, out, err = wstap("-q", "--stats", "--ping=2", *FAST, *PATIENT,
                                 server.url)
    equal(status, 0, "status")
    equal(masked(out.decode()).splitlines(),
          [HEAD, *summary("2 pings, 2 pongs, 0% lost", TRIPS)], "output")
    check(re.search(r"^ping +out 2 frames \(\d+ bytes\)$", err, re.M), err)
    check(re.search(r"^round trips +2: min", err, re.M), err)


@test
def at_a_terminal_it_is_no_prompt():
    with Conversation() as server, Terminal(
            ["--ping", *NEVER, server.url], columns=100) as terminal:
        peer = server.connected()
        answer(peer, 1)
        terminal.wait_for("seq=1 time=")
        check(not any(line.startswith(">") for line in terminal.lines()),
              terminal.text())
        terminal.type("\x03")
        end(peer)
        equal(terminal.wait(), 0, "status")
        check("1 ping, 1 pong, 0% lost" in terminal.text(), terminal.text())


@test
def the_summary_comes_before_the_statistics():
    with Conversation() as server, Terminal(
            ["--ping", "--stats", *NEVER, server.url], columns=100,
            rows=40) as terminal:
        peer = server.connected()
        answer(peer, 1)
        terminal.wait_for("seq=1 time=")
        hang_up(peer)
        equal(terminal.wait(), 56, "status")
        lines = terminal.lines()
        at = lines.index(next(line for line in lines
                              if "ping statistics" in line))
        check(lines[at + 3].startswith("TCP "), terminal.text())


@test
def never_connected():
    def refuse(peer):
        peer.read_head()
        peer.answer(status="HTTP/1.1 404 Not Found",
                    fields=["Content-Length: 0"])

    with Server(refuse) as server:
        status, out, _ = wstap("--ping=1", server.url)
    equal((status, out), (22, b""), "status, output")


@test
def what_it_cannot_be_together_with():
    for options in (["-l", "0"], ["-x", "a"], ["-f", "a"], ["-e"], ["-i"],
                    ["-I", "jsonl"], ["-O", "nul"], ["--lockstep"], ["-1"],
                    ["--until", "a"], ["-w", "1"], ["-X"], ["-j"], ["-T"],
                    ["--reconnect"], ["--ping-interval", "inf"]):
        url = [] if options[0] == "-l" else ["ws://127.0.0.1:1/"]
        status, out, err = wstap("--ping", *options, *url)
        equal((status, out), (2, b""), f"{options}: status, output")
        check(err.startswith("wstap: --ping and -"), f"{options}: {err}")
        equal(err.count("\n"), 1, f"{options}: lines")
