"""The meter of a long transfer: standard error is a terminal, standard output
is not."""

import contextlib
import os
import re
import signal
import time

from harness import TMP, check, equal, test
from scripted import Conversation, Server
from terminal import Terminal
from together import Together, together

waiting = Together()
FOLDER = os.path.join(TMP, f"progress-{os.getpid()}")
os.makedirs(FOLDER, exist_ok=True)
OUT = os.path.join(FOLDER, "out")
METER = re.compile(r"in \d+ \(\d+(\.\d)? [KMG]?i?B\)  "
                   r"out \d+ \(\d+(\.\d)? [KMG]?i?B\)  "
                   r"\d+(\.\d)? [KMG]?i?B/s"
                   r"(  \d+%(, \d+:\d\d left)?)?")


def shell(line, **how):
    """A line of bash whose three descriptors are a terminal."""
    return Terminal(command=["/bin/bash", "-c", line], **how)


def meter(terminal):
    """The meter, where it is all that the screen has."""
    text = terminal.text()
    return text if METER.fullmatch(text) else ""


@contextlib.contextmanager
def feed(line, **how):
    """A run that gets a message now and then: its terminal, its peer and
    send()."""
    with Conversation() as server, shell(
            line.replace("URL", server.url), **how) as terminal:
        peer = server.connected()

        def send(seconds, until=lambda: False):
            deadline = time.monotonic() + seconds
            while time.monotonic() < deadline and not until():
                peer.frame("text", "a message")
                terminal.pump(0.1)
        yield terminal, peer, send


def close(terminal, peer, status=0):
    peer.close(1000)
    peer.expect_close(1000)
    peer.eof()
    equal(terminal.wait(), status, "status")


@waiting.test
def it_appears_after_a_second_and_is_gone_at_the_end():
    with feed(f"wstap URL </dev/null >{OUT}.first -w inf") as (
            terminal, peer, send):
        began = time.monotonic()
        send(10, lambda: meter(terminal))
        check(meter(terminal), f"a meter: {terminal.text()!r}")
        # The server is told of the connection a little before the client.
        check(time.monotonic() - began > 0.8, "it came after a second")
        send(10, lambda: "in 2" in terminal.text())
        close(terminal, peer)
        equal(terminal.text(), "", "the screen at the end")
        equal(terminal.screen.cursor.y, 0, "the cursor's line")
        equal(terminal.modes(), terminal.modes_before, "terminal modes")
        with open(f"{OUT}.first", "rb") as file:
            written = file.read()
        equal(written, b"a message\n" * written.count(b"\n"), "stdout")


@waiting.test
def it_counts_messages_and_bytes_both_ways():
    with feed(f"wstap -i -x hello -x you URL < <(sleep 20) >{OUT}") as (
            terminal, peer, _):
        peer.expect("text", "hello")
        peer.expect("text", "you")
        terminal.pump(1.2)
        peer.frame("binary", bytes(4096))
        terminal.wait_for("in 1 (4.0 KiB)  out 2 (8 B)")
        close(terminal, peer)


@waiting.test
def it_stands_still_when_nothing_moves():
    with feed(f"wstap URL </dev/null >{OUT} -w inf") as (
            terminal, peer, send):
        send(10, lambda: meter(terminal))
        terminal.pump(0.8)
        before = len(terminal.raw)
        terminal.pump(0.8)
        equal(len(terminal.raw), before, "bytes drawn")
        close(terminal, peer)


@test
def no_meter_otherwise():
    """Side by side, messages coming in for more than a second."""
    lines = [
        f"wstap -q URL </dev/null >{OUT} -w inf",
        f"wstap --no-progress URL </dev/null >{OUT} -w inf",
        # What is typed would stand in the middle of it.
        f"wstap URL >{OUT}",
        f"wstap -i -x hello URL >{OUT}",
        # Standard error is no terminal, or standard output is one.
        f"wstap URL </dev/null >{OUT} -w inf 2>{FOLDER}/err",
        f"wstap URL </dev/null >{OUT} -w inf 2>&1 | cat",
        "wstap URL </dev/null -w inf 2>&1",
    ]
    with contextlib.ExitStack() as stack:
        runs = [stack.enter_context(feed(line)) for line in lines]
        for _ in range(17):
            for _, peer, _ in runs:
                peer.frame("text", "a message")
            time.sleep(0.1)
        for line, (terminal, peer, _) in zip(lines, runs):
            peer.close(1000)
            while peer.read_frame().name != "close":
                pass
            peer.eof()
            equal(terminal.wait(), 0, f"{line}: status")
            check(b"B/s" not in terminal.raw and
                  b"\x1b[K" not in terminal.raw,
                  f"{line}: drawn: {bytes(terminal.raw)!r}")
        check("a message" in runs[-1][0].text(), "what has its place")
    equal(os.path.getsize(os.path.join(FOLDER, "err")), 0, "standard error")


@waiting.test
def nothing_to_tell_is_not_told():
    """No transfer, and one that is over at once."""
    with feed(f"wstap URL </dev/null >{OUT} -w inf") as (idle, peer, _), feed(
            f"wstap URL </dev/null >{OUT} -w inf") as (short, other, send):
        send(0.3)
        close(short, other)
        idle.pump(1.2)
        close(idle, peer)
        for terminal in (idle, short):
            equal(bytes(terminal.raw), b"", "what was drawn")


def slow(peer):
    """A server that takes the input bit by bit, for two seconds at least."""
    peer.handshake()
    began = time.monotonic()
    while True:
        frame = peer.read_frame()
        if frame.name == "close":
            break
        if time.monotonic() - began < 2.2:
            time.sleep(0.02)
    peer.close(1000)
    peer.eof()
    peer.expect_eof()


def large():
    path = os.path.join(FOLDER, "large")
    if not os.path.exists(path):
        with open(path, "wb") as file:
            file.write(b"x" * 1000 * (32 << 10))
    return path


def sends(line, known, left=False):
    """Sends a large file slowly: whether a percentage is told."""
    with Server(slow) as server, shell(
            line.replace("URL", f"{server.url} -w 0").replace(
                "FILE", large())) as terminal:
        equal(terminal.wait(40), 0, f"{line}: status")
        equal(terminal.text(), "", f"{line}: the screen at the end")
        raw = bytes(terminal.raw)
    check(b"B/s" in raw, f"{line}: a meter was drawn: {raw!r}")
    shares = [int(n) for n in re.findall(rb"(\d+)%", raw)]
    equal(bool(shares), known, f"{line}: a percentage")
    if known:
        equal(shares, sorted(shares), f"{line}: percentages")
        check(shares[0] < 100 and shares[-1] <= 100, f"{line}: {shares}")
    if left:
        check(re.search(rb"%, \d+:\d\d left", raw), f"a time left: {raw!r}")


@test
def a_percentage_where_the_size_is_known():
    large()
    together(sends, [
        (f"wstap -f FILE URL </dev/null >{OUT}", True, True),
        (f"wstap -I whole URL <FILE >{OUT}", True),
        # What another has read of it does not count.
        (f"{{ head -c 8000000 >/dev/null; wstap -I whole URL; }} "
         f"<FILE >{OUT}", True),
        # Standard input is a terminal that nobody reads.
        (f"wstap -f FILE URL >{OUT}", True),
        (f"cat FILE | wstap -I whole URL >{OUT}", False),
        (f"wstap -x one -f FILE -i URL < <(cat FILE) >{OUT}", False),
    ])


@waiting.test
def diagnostics_have_their_own_lines():
    with feed(f"wstap -P URL </dev/null >{OUT} -w inf") as (
            terminal, peer, send):
        send(10, lambda: meter(terminal))
        peer.frame("ping", "are you there")
        peer.expect("pong", "are you there")
        wanted = 'Received ping (data: "are you there")'
        terminal.wait_for(lambda: terminal.lines()[0] == wanted,
                          "the ping's line")
        send(10, lambda: METER.fullmatch(terminal.lines()[1]))
        check(METER.fullmatch(terminal.lines()[1]), "the meter below")
        close(terminal, peer)
        equal(terminal.text(), wanted, "the screen at the end")


@waiting.test
def the_last_line_is_the_error_s():
    with feed(f"wstap URL </dev/null >{OUT} -w inf") as (
            terminal, peer, send):
        send(10, lambda: meter(terminal))
        peer.close(1011, "sorry")
        peer.expect_close(1011)
        peer.eof()
        equal(terminal.wait(), 111, "status")
        equal(len(terminal.text().splitlines()), 1, "lines")
        check(terminal.text().startswith("wstap: the server closed with 1011"),
              terminal.text())


@waiting.test
def a_signal_takes_it_away():
    def case(number, keys):
        with feed(f"exec wstap URL </dev/null >{OUT} -w inf") as (
                terminal, peer, send):
            send(10, lambda: meter(terminal))
            if keys:
                terminal.type(keys)
            else:
                terminal.kill(number)
            while peer.read_frame().name != "close":
                pass
            peer.close(1001)
            peer.eof()
            equal(terminal.wait(), 128 + number, "status")
            check(terminal.text() in ("", "^C"), terminal.text())

    together(case, [(signal.SIGINT, "\x03"), (signal.SIGTERM, "")])


@waiting.test
def a_reader_that_goes_away_takes_it_with_it():
    with feed("wstap URL </dev/null -w inf | { sleep 1.6; }") as (
            terminal, peer, send):
        try:
            send(10, lambda: meter(terminal))
            send(10, lambda: not terminal.text())
        except OSError:  # it ended
            pass
        terminal.wait()
        equal(terminal.text(), "", "the screen at the end")
        check(b"B/s" in terminal.raw, "there was a meter")
        peer.drain()


@waiting.test
def a_narrow_terminal_has_one_line_of_it():
    with feed(f"wstap URL </dev/null >{OUT} -w inf", columns=24) as (
            terminal, peer, send):
        send(10, lambda: terminal.text().startswith("in "))
        send(0.8)
        equal(len(terminal.text().splitlines()), 1, "lines")
        close(terminal, peer)
        equal(terminal.text(), "", "the screen at the end")


@waiting.test
def a_dumb_terminal_gets_no_sequences():
    with feed(f"wstap URL </dev/null >{OUT} -w inf",
              env={"TERM": "dumb"}) as (terminal, peer, send):
        send(10, lambda: meter(terminal))
        close(terminal, peer)
        check(b"\x1b" not in terminal.raw, bytes(terminal.raw))
        equal(terminal.text(), "", "the screen at the end")


@waiting.test
def counts_go_on_when_it_connects_again():
    """Each message counts once, whatever the connection."""
    sent = [0]

    def script(peer):
        peer.handshake()
        for _ in range(14):
            peer.frame("text", "a message")
            sent[0] += 1
            time.sleep(0.1)
        if sent[0] > 14:
            peer.close(1000)
            peer.expect_close(1000)
            peer.eof()
            peer.expect_eof()

    with Server(script) as server, shell(
            f"wstap --reconnect -w inf {server.url} </dev/null >{OUT}"
            ) as terminal:
        equal(terminal.wait(20), 0, "status")
        counts = [int(n) for n in re.findall(rb"in (\d+) \(", terminal.raw)]
        check(counts, "a meter")
        equal(counts, sorted(counts), "counts")
        check(14 < counts[-1] <= 28, f"the last count is {counts[-1]} of 28")
