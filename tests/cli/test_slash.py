"""--slash: lines of a pipe that are commands; --no-slash: typed ones that are
none."""

import os

from harness import (TMP, WSTAP, Listening, Run, check, equal, test,
                     wait_until, wstap)
from scripted import Conversation, Server, peer_to
from terminal import end, repl

MESSAGE = (b"one\n/ping abc\n//ping\n/hex 48 69\n/binary\nraw\n/text\nplain\n"
           b"/frame fin=1 text:any\n/close 4000 had enough\nnot sent\n")


def all_of_it(peer):
    peer.handshake()
    peer.expect("text", "one")
    peer.expect("ping", "abc")
    peer.expect("text", "/ping")
    peer.expect("binary", "Hi")
    peer.expect("binary", "raw")
    peer.expect("text", "plain")
    peer.expect("text", "any")
    peer.expect_close(4000, "had enough")
    peer.close(4000)
    peer.expect_eof()


@test
def commands_in_their_turn():
    with Server(all_of_it) as server:
        equal(wstap("--slash", server.url, stdin=MESSAGE), (0, b"", ""),
              "the run")


@test
def a_byte_at_a_time():
    with Server(all_of_it) as server:
        with Run([WSTAP, "--slash", server.url], close_stdin=False) as run:
            for at in range(len(MESSAGE)):
                run.write(MESSAGE[at:at + 1])
            equal(run.wait(), 0, "status")
            equal(run.text(), "", "stderr")


@test
def without_it_lines_are_lines():
    def script(peer):
        peer.handshake()
        for line in ("/ping", "//x", "/nope"):
            peer.expect("text", line)
        peer.finish()

    for options in ([], ["--no-slash"], ["--slash", "--no-slash"]):
        with Server(script) as server:
            equal(wstap(*options, "-w", "0", server.url,
                        stdin=b"/ping\n//x\n/nope\n"), (0, b"", ""),
                  "the run")


@test
def a_pong_is_told_on_standard_error():
    def script(peer):
        peer.handshake()
        peer.expect("ping", "")
        peer.frame("pong", "")
        peer.frame("text", "out")
        peer.finish()

    with Server(script) as server:
        status, out, err = wstap("--slash", "-w", "0.5", server.url,
                                 stdin=b"/ping\n")
    equal((status, out), (0, b"out\n"), "the run")
    check(err.startswith("Pong after ") and err.count("\n") == 1, err)


@test
def what_is_wrong_is_told_and_the_run_goes_on():
    def script(peer):
        peer.handshake()
        peer.expect("text", "a")
        peer.expect("text", "b")
        peer.finish()

    faults = {
        b"/pong\0x": "/pong...: it has a NUL byte in it (// sends a text that "
                     "starts with /)",
        b"/pinf": "/pinf: no such command; did you mean /ping? (// sends a "
                  "text that starts with /)",
        b"/": "/: no such command; see /help (// sends a text that starts "
              "with /)",
        b"/edit": "/edit: is for the prompt, and not for standard input",
        b"/connect ws://x": "/connect: is for the prompt, and not for "
                            "standard input",
        b"/hex 4": "/hex: \"4\" is no byte of two hex digits (as in /hex 48 "
                   "65 6c)",
        b"/info now": "/info takes no argument",
        b"/text " + b"x" * 300000: "/text xxxxxxxxxxxxxx...: it is longer "
                                   "than a command can be (// sends a text "
                                   "that starts with /)",
    }
    for line, said in faults.items():
        with Server(script) as server:
            equal(wstap("--slash", "-w", "0", server.url,
                        stdin=b"a\n" + line + b"\nb\n"),
                  (0, b"", f"wstap: {said}\n"), "the run")


@test
def a_long_message_that_begins_with_a_slash():
    text = "/" + "y" * 300000

    def script(peer):
        peer.handshake()
        check(peer.read_message() == ("text", text.encode()), "the message")
        peer.expect("text", "b")
        peer.finish()

    with Server(script) as server:
        equal(wstap("--slash", "-w", "0", server.url,
                    stdin=f"/{text}\nb\n".encode()), (0, b"", ""), "the run")


@test
def other_ends_of_commands():
    def script(peer):
        peer.handshake()
        peer.expect("pong", "a\nb")
        peer.expect("text", "/x\n")
        peer.finish()

    with Server(script) as server:
        equal(wstap("--slash", "--null", "-w", "0", server.url,
                    stdin=b"/pong a\nb\0//x\n\0"), (0, b"", ""), "the run")
    for name in ("jsonl", "raw", "length", "whole"):
        status, _, err = wstap("--slash", "-I", name, "ws://localhost:1")
        equal((status, err),
              (2, f"wstap: --slash and the input format {name}: commands are "
                  "lines, or end with a NUL byte (wstap --help other)\n"),
              name)


@test
def a_file_that_is_not_there_ends_it():
    def script(peer):
        peer.handshake()
        peer.expect("text", "a")
        peer.finish()

    with Server(script) as server:
        status, _, err = wstap("--slash", server.url,
                               stdin=b"a\n/file /nothing/here\nb\n")
    equal((status, err), (26, "wstap: /file /nothing/here: cannot read it: No "
                              "such file or directory\n"), "the run")


@test
def a_file_among_lines():
    path = os.path.join(TMP, "slash file.txt")
    with open(path, "w", encoding="ascii") as file:
        file.write("of a file")

    def script(peer):
        peer.handshake()
        for text in ("a", "of a file", "b"):
            peer.expect("text", text)
        peer.finish()

    line = path.replace(" ", "\\ ")
    with Server(script) as server:
        equal(wstap("--slash", "-w", "0", server.url,
                    stdin=f"a\n/file {line}\nb\n".encode()), (0, b"", ""),
              "the run")


@test
def a_command_waits_for_the_answer_before_it():
    with Conversation() as server:
        with Run([WSTAP, "--slash", "--lockstep", server.url],
                 stdin=b"a\n/ping\nb\n") as run:
            peer = server.connected()
            peer.expect("text", "a")
            peer.expect_nothing(0.2)
            peer.frame("text", "answer")
            peer.expect("ping", "")
            peer.expect("text", "b")
            peer.frame("text", "last")
            peer.expect_close(1000)
            peer.close(1000)
            peer.hangup()
            equal(run.wait(), 0, "status")
            equal(bytes(run.out), b"answer\nlast\n", "output")


@test
def what_is_shown_can_be_set_on_the_way():
    with Conversation() as server:
        with Run([WSTAP, "--slash", "-w", "inf", server.url],
                 close_stdin=False) as run:
            peer = server.connected()
            peer.frame("text", "a")
            wait_until(lambda: run.out == b"a\n", "as it is")
            run.write(b"/set hex on\ngo\n")
            peer.expect("text", "go")
            peer.frame("text", "b")
            wait_until(lambda: b"|b|" in run.out, "a dump")
            run.write(b"/info\n/quit\n")
            peer.finish()
            equal(run.wait(), 0, "status")
            check(server.url in run.text(), run.text())


@test
def not_where_it_may_be_lost():
    status, out, err = wstap("--slash", "--reconnect", "ws://localhost:1",
                             stdin=b"/ping\n")
    equal((status, out, err),
          (2, b"", "wstap: --slash and --reconnect: of commands in a pipe it "
                   "can't be told which are to be run again\n"), "the run")


@test
def each_of_a_listener_s_clients_has_its_own():
    with Listening("--slash") as server:
        one = peer_to(server.port)
        server.write(b"a\n/ping b\n")
        one.expect("text", "a")
        one.expect("ping", "b")
        one.close(1000)
        one.expect_close(1000)
        one.expect_eof()
        two = peer_to(server.port)
        server.write(b"c\n")
        two.expect("text", "c")


@test
def a_listener_s_clients():
    with Listening("--slash", "--max-clients", "3") as server:
        one, two = peer_to(server.port), peer_to(server.port)
        server.write(b"/to 2\nfor two\n/to all\nfor both\n/clients\n")
        two.expect("text", "for two")
        for peer in (one, two):
            peer.expect("text", "for both")
        wait_until(lambda: server.text().count("127.0.0.1") == 3, server.text)
        server.write(b"/to 1\n/close 4001\n/to 2\nstill here\n")
        one.expect_close(4001)
        two.expect("text", "still here")


@test
def at_the_prompt_it_can_be_left_out():
    with repl("--no-slash") as (terminal, peer):
        equal(terminal.lines()[1], "Enter sends a line, Ctrl-C ends.",
              "the hint")
        terminal.type("/quit\r")
        peer.expect("text", "/quit")
        terminal.type("//x\r")
        peer.expect("text", "//x")
        terminal.type("/pi\t\r")
        peer.expect("text", "/pi")
        end(terminal, peer)


@test
def at_the_prompt_it_is_there_anyway():
    with repl("--slash") as (terminal, peer):
        terminal.type("/ping there\r")
        peer.expect("ping", "there")
        end(terminal, peer)
