"""The prompt of wstap -l, with several clients, and with none."""

import os
import socket

from harness import equal, test
from scripted import Client, peer_to
from several import goodbye
from terminal import Terminal


def prompt_of(*args):
    return Terminal(["-l", "0", *args], columns=100, rows=40)


def port_of(terminal):
    terminal.wait_for("listening on 127.0.0.1:")
    return int(terminal.text().split("listening on 127.0.0.1:")[1].split()[0])


@test
def a_conversation_with_two():
    with prompt_of() as terminal:
        port = port_of(terminal)
        one = peer_to(port)
        terminal.wait_for("Client connected from 127.0.0.1:")
        two = peer_to(port)
        terminal.wait_for("Client 2 connected from 127.0.0.1:")
        terminal.wait_for("What is typed goes to client 1 (/to 2: to that "
                          "one, /to all: to all).")
        two.frame("text", "hi")
        terminal.wait_line("2< hi")
        terminal.type("to one\r")
        one.expect("text", "to one")
        terminal.type("/to 2\r")
        terminal.wait_for("What is typed goes to client 2 from now on.")
        terminal.type("to two\r")
        two.expect("text", "to two")
        terminal.type("/to all\r")
        terminal.type("to both\r")
        one.expect("text", "to both")
        two.expect("text", "to both")
        terminal.type("/ping x\r")
        for peer in (one, two):
            peer.frame("pong", peer.expect("ping", "x").payload)
        terminal.wait_for("Client 1: Pong after")
        terminal.wait_for("Client 2: Pong after")
        terminal.type("/to 9\r")
        terminal.wait_for("/to 9: no such client")
        terminal.type("/to 2\r")
        terminal.type("/clients\r")
        terminal.wait_for("*   2  127.0.0.1:")
        terminal.type("/info\r")
        terminal.wait_for("Client 2:   address       127.0.0.1:")
        terminal.type("/close 4000 enough\r")
        two.expect_close(4000, "enough")
        two.close(4000)
        two.hangup()
        terminal.wait_for("Client 2 disconnected (code: 4000")
        terminal.wait_for("What is typed goes to client 1 now.")
        one.frame("text", "alone")
        terminal.wait_line("< alone")
        terminal.type("\x03")
        one.expect_close(1000)
        one.close(1000)
        one.hangup()
        equal(terminal.wait(), 0, "status")


@test
def nobody_is_there():
    with prompt_of() as terminal:
        port_of(terminal)
        terminal.type("hello\r")
        terminal.wait_for("not sent: no client is connected")
        terminal.type("\x15/clients\r")
        terminal.wait_for("no client is connected")
        terminal.type("/info\r/ping\r/to 1\r")
        terminal.wait_for("/to 1: no such client")
        terminal.type("/quit\r")
        equal(terminal.wait(), 0, "status")


@test
def commands_that_are_of_no_client():
    with prompt_of() as terminal:
        port = port_of(terminal)
        one, two = peer_to(port), peer_to(port)
        terminal.wait_for("Client 2 connected")
        path = os.path.join(os.environ["WSTAP_TEST_DIR"], "all.jsonl")
        terminal.type(f"/to all\r/record {path}\r/set hex maybe\r/nope\r"
                      "after\r")
        for peer in (one, two):
            peer.expect("text", "after")
        for line in (f"recording to {path}",
                     "/set hex: on or off, not \"maybe\"",
                     "/nope: no such command; see /help (// sends a text that "
                     "starts with /)"):
            terminal.wait_line(line)
        goodbye(one)
        goodbye(two)


@test
def commands_of_who_connects():
    with prompt_of() as terminal:
        peer = peer_to(port_of(terminal))
        terminal.wait_for("Client connected")
        for command in ("connect", "connect ws://localhost:1/", "reconnect",
                        "help connect"):
            terminal.type(f"\x0c/{command}\r")
            name = command.replace("help ", "").split()[0]
            terminal.wait_line(f"/{name}: wstap listens (-l), and connects to "
                               "nothing")
        terminal.type("still here\r")
        peer.expect("text", "still here")
        goodbye(peer)


@test(timeout=120)
def what_was_typed_for_one_that_goes_is_for_no_other():
    with prompt_of() as terminal:
        port = port_of(terminal)
        one = Client(port)
        one.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        one.request()
        one.upgraded()
        two = peer_to(port)
        terminal.wait_for("Client 2 connected")
        big = os.path.join(os.environ["WSTAP_TEST_DIR"], "big")
        with open(big, "wb") as file:
            file.write(b"x" * 8000000)
        terminal.type(f"/file {big}\r")
        terminal.type("secret\r")
        terminal.wait_for("secret")
        one.rst()
        terminal.wait_for("What was typed for client 1 and not sent is "
                          "dropped.")
        terminal.type("hello\r")
        two.expect("text", "hello")
        goodbye(two)
