"""The file of --record: what was in it before, and that it is whole whatever
becomes of wstap and the disk."""

import base64
import os
import signal

from harness import TMP, WSTAP, Run, check, equal, test, wait_until, wstap
from recorded import briefly, check_har, lines, messages, place
from scripted import Conversation, Server


def hello(peer):
    peer.handshake()
    peer.frame("text", "hello")
    peer.close(1000)
    peer.expect_close(1000)
    peer.eof()


def record(path, *more):
    with Server(hello) as server:
        return wstap("--record", path, "-w", "inf", server.url, *more)


@test
def jsonl_is_added_to():
    path = place("added.jsonl")
    for _ in range(2):
        equal(record(path)[0], 0, "status")
    equal(briefly(path), ["open", "< text hello", "< close 1000 ",
                          "> close 1000 "] * 2, "both runs")


@test
def a_line_that_was_cut_off_goes_and_one_without_an_end_stays():
    first = b'{"type":"text","data":"mine"}'
    for rest, kept in ((b'\n{"type":"text","da', 1), (b"", 1), (b"\n", 1),
                       (b'\n{"type":"text","data":"' + b"x" * 200000, 1),
                       (b'\n{"type":"text","data":"' + b"x" * 200000 + b'"}',
                        2)):
        path = place("cut.jsonl")
        with open(path, "wb") as file:
            file.write(first + rest)
        equal(record(path)[0], 0, "status")
        seen = lines(path)
        equal(seen[0]["data"], "mine", "what was there")
        equal(len(seen), kept + 4, "lines")


@test
def a_har_is_written_anew():
    path = place("anew.har")
    for _ in range(2):
        equal(record(path)[0], 0, "status")
        equal(len(check_har(path)), 1, "entries")


@test
def what_is_not_ours_is_left_alone():
    for name, content in (
            ("notes.txt", b"my notes\n"), ("notes.har", b"my notes\n"),
            ("some.json", b"[1, 2]\n"),
            ("of-a-browser.har", b'{"log":{"version":"1.2","creator":'
             b'{"name":"WebInspector"},"entries":[]}}'),
            ("a-har-by-another-name", b'{"log":{"version":"1.2","creator":'
             b'{"name":"wstap","version":"0"},"entries":[]}}'),
            ("empty-object.har", b"{}")):
        path = place(name)
        with open(path, "wb") as file:
            file.write(content)
        status, _, err = wstap("--record", path, "ws://127.0.0.1:1/")
        equal(status, 23, f"{name}: status")
        check("is left as it is" in err and err.count("\n") == 1, err)
        with open(path, "rb") as file:
            equal(file.read(), content, name)


@test
def no_two_of_its_files_are_one():
    """By whatever name: nothing is written, and nothing emptied."""
    content = b'{"type":"text","data":"kept"}\n'
    path = place("mine.jsonl")
    other = os.path.join(TMP, ".", "mine.jsonl")
    link, hard = place("link.jsonl"), place("hard.jsonl")
    with open(path, "wb") as file:
        file.write(content)
    os.symlink("mine.jsonl", link)
    os.link(path, hard)
    for first, second in (
            ("--record", "--replay"), ("--trace", "--replay"),
            ("--keylog", "--replay"), ("--cookie-jar", "--replay"),
            ("--record", "--trace"), ("--record", "--keylog"),
            ("--record", "--cookie-jar"), ("--trace", "--keylog"),
            ("--trace", "--cookie-jar")):
        for name in path, other, link, hard:
            equal(wstap(f"{first}={path}", f"{second}={name}",
                        "ws://127.0.0.1:1/"),
                  (2, b"", f"wstap: {first} and {second}: two files are "
                   "needed\n"), name)
            with open(path, "rb") as file:
                equal(file.read(), content, "the file")
    # Where none is there yet, none is made.
    path = place("new.jsonl")
    for name in path, os.path.join(TMP, ".", "new.jsonl"):
        status, _, err = wstap(f"--record={path}", f"--trace={name}",
                               "ws://127.0.0.1:1/")
        equal((status, err.count("\n")), (2, 1), err)
        check(not os.path.exists(path), "no file")
    # What is no file may take both.
    equal(wstap("--record=/dev/null", "--trace=/dev/null",
                "ws://127.0.0.1:1/")[0], 7, "status")


@test
def a_dash_is_no_file():
    status, _, err = wstap("--record", "-", "ws://127.0.0.1:1/")
    equal((status, err), (2, "wstap: --record -: a record is a file (./- for "
                          "one of that name; -O jsonl writes what comes in "
                          "to standard output)\n"), "the run")


@test
def what_can_not_be_opened_ends_it_before_it_connects():
    for path in ("/nowhere/at/all", TMP):
        status, _, err = wstap("--record", path, "ws://127.0.0.1:1/")
        equal(status, 23, "status")
        check(err.startswith(f"wstap: cannot write the record {path}: "), err)
        equal(err.count("\n"), 1, "lines")
    equal(wstap("--record", "/dev/null/x.har", "ws://127.0.0.1:1/")[0], 23,
          "status")


@test
def a_full_disk_ends_it_with_a_closing_handshake():
    def script(peer):
        peer.handshake()
        peer.expect_close(1000)
        peer.close(1000)
        peer.eof()
    with Server(script) as server:
        equal(wstap("--record", "/dev/full", "-w", "inf", server.url,
                    close_stdin=False),
              (23, b"", "wstap: writing the record /dev/full: No space left "
               "on device\n"), "the end")


@test
def a_har_on_a_disk_that_fills_up_stays_an_archive():
    """A file can be no longer than some blocks; the rest of a message is."""
    path = place("full.har")

    def script(peer):
        peer.handshake()
        peer.frame("text", "first")
        peer.frame("text", "x" * 100000)
        peer.expect_close(1000)
        peer.close(1000)
        peer.eof()
    with Server(script) as server, Run(
            f"ulimit -f 20; exec {WSTAP} --record {path} "
            f"-w inf {server.url}", close_stdin=False) as run:
        equal(run.wait(), 23, "status")
        equal(run.text(), f"wstap: writing the record {path}: "
              "File too large\n", "its line")
    check_har(path)


@test
def a_pipe_takes_jsonl():
    with Server(hello) as server, Run(
            f"{WSTAP} --record >(cat >&2) -w inf {server.url} | cat; wait",
            close_stdin=False) as run:
        run.wait()
        wait_until(lambda: run.text().count("\n") == 4, "four lines")
    check("hello" in run.text(), "the message")


@test
def it_is_there_when_it_is_killed():
    """Nothing is said after the message: it must be there while wstap
    sleeps, and be whole when it is killed."""
    for name in ("killed.jsonl", "killed.har"):
        path = place(name)

        def script(peer):
            peer.handshake()
            peer.frame("text", "the last")
            peer.drain()

        def there():
            with open(path, encoding="utf-8") as file:
                return "the last" in file.read()
        with Server(script) as server, Run(
                [WSTAP, "--record", path, server.url],
                close_stdin=False) as run:
            wait_until(lambda: os.path.exists(path) and there(), "the message")
            if name.endswith(".har"):
                check_har(path)
            run.signal(signal.SIGKILL)
            run.wait()
        if name.endswith(".har"):
            equal(messages(check_har(path)[0]), [("<", 1, "the last")], "it")
        else:
            equal(briefly(path), ["open", "< text the last"], "it")


@test
def an_archive_is_whole_at_every_moment():
    """Whenever wstap sleeps, and with messages that are longer than what is
    written at once."""
    path = place("busy.har")
    with Conversation() as server, Run(
            [WSTAP, "--record", path, "-w", "inf", server.url],
            close_stdin=False) as run:
        peer = server.connected()
        for i in range(12):
            peer.frame("text", "x" * (1 << 2 * i) + "\n")
            peer.frame("ping", f"{i}")
            peer.expect("pong", f"{i}")
            payload = base64.b64encode(f"{i}".encode()).decode()

            def there():
                with open(path, encoding="utf-8") as file:
                    return file.read().count(f'"{payload}"') == 2
            wait_until(there, "the ping and its pong")
            equal(len(messages(check_har(path)[0])), 3 * i + 3, "messages")
        peer.close(1000)
        peer.expect_close(1000)
        peer.eof()
        equal(run.wait(), 0, "status")
