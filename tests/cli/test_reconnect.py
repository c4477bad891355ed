"""--reconnect: what is tried again, how often, and what is told of it. What
becomes of the input: test_resending.py."""

import json
import signal
import time

from harness import CERTS, WSTAP, Run, check, equal, wait_until, wstap
from scripted import Server, free_port
from sequence import AGAIN, Sequence, again, refuses, runs, says
from together import Together, together

waiting = Together()

# --- what is tried again


@waiting.test
def refused_and_then_accepted():
    port = free_port()
    with Run([WSTAP, "--reconnect", f"ws://127.0.0.1:{port}/"],
             close_stdin=False) as run:
        wait_until(lambda: len(again(run)) == 1, "the first attempt's line")
        with Sequence(says("one", code=1000), port=port):
            equal(run.wait(), 0, "status")
        equal(bytes(run.out), b"one\n", "stdout")
        check("refused" in again(run)[0][0], run.text())


@waiting.test
def closed_with_1001_and_error_codes():
    def case(code):
        run = runs(Sequence(says("one", code=code), says(code=1000)),
                   "--reconnect")
        equal(len(again(run)), 1, f"attempts after {code}")
        check(str(code) in again(run)[0][0], run.text())

    together(case, [(1001,), (1002,), (1011,), (3000,), (4999,)])


@waiting.test
def closed_with_1000_or_no_code_is_the_end():
    def no_code(peer):
        peer.handshake()
        peer.close()
        peer.expect_close()
        peer.eof()

    for script in (says("one", code=1000), no_code):
        run = runs(Sequence(script), "--reconnect")
        equal(run.text(), "", "stderr")


@waiting.test
def statuses_that_pass():
    def case(status):
        run = runs(Sequence(refuses(status), says("one", code=1000)),
                   "--reconnect")
        equal(bytes(run.out), b"one\n", "stdout")
        check(str(status) in again(run)[0][0], run.text())

    together(case, [(500,), (503,), (429,), (408,)])


@waiting.test
def statuses_that_stay():
    for status in (403, 401, 404):
        run = runs(Sequence(refuses(status)), "--reconnect", status=22)
        equal(again(run), [], f"attempts after {status}")


def no_answer(peer):
    peer.read_head()


def silence(peer):
    peer.drain()


def reset(peer):
    peer.handshake()
    peer.rst()


def no_pong(peer):
    peer.handshake()
    while peer.read_frame().name != "close":
        pass
    peer.close(1001)
    peer.eof()


def broken(peer):
    peer.handshake()
    peer.frame("text", b"\xff")
    peer.expect_close(1007)
    peer.eof()


def not_http(peer):
    peer.read_head()
    peer.send(b"SSH-2.0-x\r\n")


@waiting.test
def all_that_another_attempt_may_cure():
    def case(script, word, *options, out=b""):
        run = runs(Sequence(script, says("good", code=1000)), "--reconnect",
                   *options)
        equal(bytes(run.out), out + b"good\n", f"{word}: stdout")
        equal(len(again(run)), 1, f"{word}: attempts")
        equal(run.text().count("\n"), 1, f"{word}: lines on stderr")
        check(word in again(run)[0][0], run.text())

    together(case, [
        (silence, "answer", "--connect-timeout", "4"),
        (no_answer, "hung up before"),
        (reset, "lost"), (says(), "without a close frame"),
        (no_pong, "--ping-timeout", "--ping-interval", "0.2"),
        (broken, "broke the protocol"), (not_http, "not a WebSocket")])
    case(says("one"), "without a close frame", out=b"one\n")


# --- what is not


@waiting.test
def a_certificate_is_no_better_the_second_time():
    with Server(says(), "tls", folder=CERTS) as server:
        status, _, err = wstap("--reconnect", server.url)
        server.error = None  # that the client went away
    equal(status, 60, "status")
    check("again" not in err, err)


@waiting.test
def bad_input_ends_it():
    def script(peer):
        peer.handshake()
        peer.expect("text", "one")
        peer.expect_close(1000)
        peer.close(1000)
        peer.eof()
    run = runs(Sequence(script), "--reconnect", "-w", "0",
               stdin=b"one\n\xff\n", status=26)
    equal(again(run), [], "attempts")


@waiting.test
def a_loss_after_the_end_was_asked_for_is_the_end():
    def script(peer):
        peer.handshake()
        peer.expect("text", "one")
        peer.expect_close(1000)
        peer.hangup()
    run = runs(Sequence(script), "--reconnect", "-w", "0", stdin=b"one\n")
    equal(run.text(), "", "stderr")


@waiting.test
def without_it_nothing_is_tried_again():
    runs(Sequence(says("one")), status=56)


# --- how often


@waiting.test
def attempts_are_counted_and_the_last_status_is_it_refused():
    port = free_port()
    with Run([WSTAP, "--reconnect=2", f"ws://127.0.0.1:{port}/"]) as run:
        equal(run.wait(), 7, "status")
        equal([(n, of) for _, n, of in again(run)], [(1, 2), (2, 2)],
              "attempts")
        lines = run.text().splitlines()
        equal(len(lines), 3, "lines on stderr")
        check("refused" in lines[2] and "again" not in lines[2], lines[2])


@waiting.test
def the_last_connection_s_status():
    def case(status, *scripts):
        run = runs(Sequence(*scripts), "--reconnect=1", status=status)
        equal([(n, of) for _, n, of in again(run)], [(1, 1)], "attempts")

    together(case, [(56, says("one"), says("two")),
                    (22, says("one"), refuses(503)),
                    (22, says("one"), refuses(403)),
                    (111, refuses(503), says(code=1011)),
                    (0, says(code=1011), says("one", code=1000))])


@waiting.test
def a_bad_number_of_attempts():
    for number in ("many", "-1", "0", ""):
        status, _, err = wstap(f"--reconnect={number}", "ws://127.0.0.1:1/")
        equal(status, 2, repr(number))
        check("--reconnect" in err, err)


@waiting.test
def messages_are_counted_over_all_connections():
    def last(peer):
        peer.handshake()
        peer.frame("text", "two")
        peer.expect_close(1000)
        peer.close(1000)
        peer.eof()
    run = runs(Sequence(says("one"), last), "--reconnect", "-m", "2")
    equal(bytes(run.out), b"one\ntwo\n", "stdout")


@waiting.test
def a_match_on_a_later_connection():
    def last(peer):
        peer.handshake()
        peer.frame("text", "two")
        peer.expect_close(1000)
        peer.close(1000)
        peer.eof()
    run = runs(Sequence(says("one"), last), "--reconnect", "--until", "two")
    equal(bytes(run.out), b"one\ntwo\n", "stdout")


@waiting.test
def a_message_cut_off_is_not_glued_to_the_next():
    def half(peer):
        peer.handshake()
        peer.frame("text", "ha", fin=0)
    run = runs(Sequence(half, says("whole", code=1000)), "--reconnect",
               "-O", "length")
    equal(bytes(run.out), b"\0\0\0\5whole", "stdout")


# --- events


@waiting.test
def events_of_each_connection():
    run = runs(Sequence(says("one"), refuses(503), says(code=1011),
                        says("two", code=1000)),
               "--reconnect", "-O", "jsonl")
    events = [json.loads(line) for line in bytes(run.out).splitlines()]
    equal([(e["type"], e.get("exit")) for e in events],
          [("open", None), ("text", None), ("error", 56), ("error", 22),
           ("open", None), ("close", None), ("error", 111),
           ("open", None), ("text", None), ("close", None)], "events")
    equal([e["time"] for e in events], sorted(e["time"] for e in events),
          "times")
    equal([e["message"] for e in events if e["type"] == "error"],
          [why for why, _, _ in again(run)], "messages")


@waiting.test
def an_error_event_is_there_before_the_wait():
    port = free_port()
    with Run([WSTAP, "--reconnect", "-O", "jsonl", f"ws://127.0.0.1:{port}/"],
             close_stdin=False) as run:
        wait_until(lambda: len(again(run)) == 2, "two attempts")
        wait_until(lambda: run.out.count(b'"exit":7') == 2, "two events")


# --- while it waits


@waiting.test
def timeout_in_the_wait():
    began = time.monotonic()
    status, _, err = wstap("--reconnect", "--timeout", "1.2",
                           f"ws://127.0.0.1:{free_port()}/")
    check(time.monotonic() - began > 1.1, "the time was waited for")
    equal(status, 28, "status")
    check("--timeout" in err.splitlines()[-1], err)


CUT = ("wstap: the message before this one is cut off on standard output: its "
       "connection ended inside it\n")


@waiting.test
def a_message_that_was_cut_off_runs_into_no_other():
    def half(payload):
        def script(peer):
            peer.handshake()
            peer.frame("text", payload, fin=0)
            wait_until(lambda: now and len(now[-1].out) == len(payload),
                       "it is shown")
            peer.rst()
        return script

    now = []
    large = "x" * 200000
    for options, first, second, wanted in (
            ([], "half", "whole", "half\nwhole\n"),
            (["--null"], "half", "", "half\0\0"),
            (["-O", "raw"], "half", "whole", "halfwhole"),
            ([], large, large, f"{large}\n{large}\n")):
        now.clear()
        with Sequence(half(first), says(second, code=1000)) as server:
            with Run([WSTAP, "--reconnect", *options, server.url],
                     close_stdin=False) as run:
                now.append(run)
                equal(run.wait(), 0, "status")
                equal(run.out.decode(), wanted, "stdout")
                equal(CUT in run.text(), "raw" not in options, run.text())


@waiting.test
def a_message_that_is_cut_off_at_the_end_has_no_end():
    def script(peer):
        peer.handshake()
        peer.frame("text", "half", fin=0)
        peer.rst()

    with Sequence(script, says(code=1000)) as server:
        status, out, err = wstap("--reconnect", "-w", "inf", server.url)
        equal((status, out), (0, b"half"), "the run")
        check(CUT not in err, err)


@waiting.test
def a_signal_in_the_wait():
    for number in (signal.SIGINT, signal.SIGTERM):
        with Run([WSTAP, "--reconnect", f"ws://127.0.0.1:{free_port()}/"],
                 close_stdin=False) as run:
            wait_until(lambda r=run: again(r), "the wait")
            began = time.monotonic()
            run.signal(number)
            equal(run.wait(), 128 + number, "status")
            check(time.monotonic() - began < 3, "it waited")


@waiting.test
def a_signal_ends_it_and_nothing_is_tried_again():
    def script(peer):
        peer.handshake()
        peer.frame("text", "one")
        peer.expect_close(1001)
        peer.close(1001)
        peer.eof()
    with Sequence(script) as server, Run([WSTAP, "--reconnect", server.url],
                                         close_stdin=False) as run:
        wait_until(lambda: run.out == b"one\n", "a message")
        run.signal(signal.SIGTERM)
        equal(run.wait(), 143, "status")
        equal(again(run), [], "attempts")


@waiting.test
def waits_get_longer():
    with Run([WSTAP, "--reconnect", f"ws://127.0.0.1:{free_port()}/"],
             close_stdin=False) as run:
        wait_until(lambda: len(again(run)) == 3, "three attempts", 20)
        waits = [float(AGAIN.match(line)[2])
                 for line in run.text().splitlines()]
        for n, wait in enumerate(waits):
            most = 0.5 * 2 ** n
            check(most / 2 - 0.06 <= wait <= most + 0.06,
                  f"wait {n} is {wait} s")
