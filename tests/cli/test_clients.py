"""wstap -l with several clients at a time. At the prompt:
test_clients_prompt.py."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import time

import real
import websockets
from harness import (WSTAP, Listening, Run, check, equal, test, wait_until,
                     wstap)
from scripted import Client, peer_to
from several import goodbye

CLIENT = os.path.join(real.HERE, "client.mjs")


def several(*args, most=8, **how):
    return Listening("--max-clients", str(most), *args, **how)


def told(end, text):
    wait_until(lambda: text in end.text(), f"standard error has {text!r}")


def heard(end, out):
    wait_until(lambda: bytes(end.out) == out, f"standard output is {out!r}, "
               f"not {bytes(end.out)!r}")


@test
def each_has_its_own_echo():
    with several("-e") as end:
        peers = [peer_to(end.port) for _ in range(3)]
        for i, peer in enumerate(peers):
            peer.frame("text", f"I am {i}")
        for i, peer in enumerate(peers):
            peer.expect("text", f"I am {i}")
            goodbye(peer)


@test
def the_input_goes_to_the_first_then_to_the_next():
    with several() as end:
        one, two = peer_to(end.port), peer_to(end.port)
        end.write(b"a\n")
        one.expect("text", "a")
        goodbye(one)
        end.write(b"b\n")
        two.expect("text", "b")
        goodbye(two)


@test
def broadcast():
    with Listening("--broadcast") as end:
        peers = [peer_to(end.port) for _ in range(3)]
        end.write(b"to all of you\n" + b"x" * 300000 + b"\n")
        for peer in peers:
            peer.expect("text", "to all of you")
            equal(len(peer.read_message()[1]), 300000, "the long one")
            goodbye(peer)


@test
def what_x_gives_is_for_each():
    with several("-x", "welcome", "-i", "--broadcast") as end:
        for _ in range(2):
            peer = peer_to(end.port)
            peer.expect("text", "welcome")
            end.write(b"news\n")
            peer.expect("text", "news")
            goodbye(peer)


@test
def half_a_message_keeps_nobody_waiting():
    with several() as end:
        one, two = peer_to(end.port), peer_to(end.port)
        one.frame("text", "half ", fin=0)
        two.frame("text", "whole")
        heard(end, b"whole\n")
        one.frame("continuation", "and half")
        heard(end, b"whole\nhalf and half\n")


@test
def half_a_request_keeps_nobody_waiting():
    with several("-e") as end:
        slow = Client(end.port)
        slow.send(b"GET / HTTP/1.1\r\nHost:")
        peer = peer_to(end.port)
        peer.frame("text", "a")
        peer.expect("text", "a")
        goodbye(peer)
        slow.hangup()


@test
def who_says_nothing_takes_no_place_and_no_number():
    with several("-e", "-O", "jsonl", most=2) as end:
        silent = [Client(end.port) for _ in range(4)]
        peers = [peer_to(end.port) for _ in range(2)]
        wait_until(lambda: end.out.count(b"\n") == 2, "both are told of")
        equal([json.loads(line)["client"] for line in end.out.splitlines()],
              [1, 2], "their numbers")
        status, _, err = wstap(end.url, stdin=b"")
        equal((status, "503" in err), (22, True), "the third's end")
        for peer in [*peers, *silent]:
            peer.hangup()


@test
def sixty_four_and_one_more():
    with several("--broadcast", most=64) as end:
        peers = [peer_to(end.port) for _ in range(64)]
        status, _, err = wstap(end.url, stdin=b"")
        equal(status, 22, "one more's end")
        check("503" in err, f"one more is told {err!r}")
        end.write(b"hello\n")
        for peer in peers:
            peer.expect("text", "hello")
        goodbye(peers[0])
        peers[0] = peer_to(end.port)
        end.write(b"again\n")
        for peer in peers:
            peer.expect("text", "again")
        end.signal(signal.SIGTERM)
        for peer in peers:
            peer.expect_close(1001)
            peer.close(1001)
            peer.hangup()
        equal(end.wait(), 143, "status")


def stalled(end, **how):
    """A client that reads nothing any more, with small buffers."""
    peer = Client(end.port)
    peer.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    peer.request(**how)
    peer.upgraded()
    return peer


FLOOD = b"".join(b"%09d " % i * 100 + b"\n" for i in range(20000))


def count_lines(peer, count):
    for _ in range(count):
        peer.read_message()


@test(timeout=120)
def who_takes_nothing_is_let_go():
    with Listening("--broadcast") as end:
        slow, fast = stalled(end), peer_to(end.port)
        end.background(end.feed, FLOOD, False)
        count_lines(fast, 20000)
        told(end, "client 1: it took nothing for 10 s")
        goodbye(fast)
        slow.hangup()


@test(timeout=120)
def who_comes_and_goes_in_the_middle_of_a_message():
    """They share one message that is longer than any buffer: who goes does
    not end it for the others, and who comes is not given the rest of it."""
    with Listening("--broadcast") as end:
        stays, goes = peer_to(end.port), stalled(end)
        end.write(b"x" * 400000)
        stays.frame("ping", "began")
        opcode = 1
        got = 0
        while got < 300000:
            frame = stays.read_frame()
            if frame.opcode == opcode:
                opcode = 0
                got += len(frame.payload)
        comes = peer_to(end.port)
        goes.rst()
        end.write(b"y" * 400000 + b"\nnext\n")
        while True:
            frame = stays.read_frame()
            if frame.opcode < 8:
                got += len(frame.payload)
                if frame.fin:
                    break
        equal(got, 800000, "bytes of the message")
        stays.expect("text", "next")
        comes.expect("text", "next")
        goodbye(stays)
        goodbye(comes)


@test(timeout=120)
def all_of_them_go_in_the_middle_of_a_message():
    with Listening("--broadcast") as end:
        goes = stalled(end)
        end.write(b"x" * 4000000)
        goes.read_frame()
        goes.rst()
        told(end, "client 1: ")
        end.write(b"x\nnext\n")
        comes = peer_to(end.port)
        comes.expect("text", "next")
        goodbye(comes)


@test
def no_descriptor_is_left_for_one_more():
    """Who comes then waits for one to go."""
    command = f"ulimit -n 10; exec {WSTAP} -l 0 -e --max-clients 20"
    with Run(command, close_stdin=False) as end:
        wait_until(lambda: b"\n" in end.err, "it says where it listens")
        port = int(end.text().rsplit(":", 1)[1])
        peers = [Client(port) for _ in range(12)]
        for peer in peers:
            peer.request()
        told(end, "no more clients until one goes: ")
        for peer in peers:
            peer.upgraded()
            goodbye(peer)


@test
def m_counts_those_of_all():
    with several("-m", "3") as end:
        peers = [peer_to(end.port) for _ in range(3)]
        for i, peer in enumerate(peers):
            peer.frame("text", f"{i}")
            wait_until(lambda: bytes(end.out).count(b"\n") > i, "it is shown")
        for peer in peers:
            peer.expect_close(1000)
            peer.close(1000)
            peer.hangup()
        equal(end.wait(), 0, "status")
        equal(bytes(end.out), b"0\n1\n2\n", "stdout")


@test
def until_looks_at_those_of_all():
    with several("--until", "stop") as end:
        one, two = peer_to(end.port), peer_to(end.port)
        one.frame("text", "go")
        heard(end, b"go\n")
        two.frame("text", "stop")
        for peer in (one, two):
            peer.expect_close(1000)
            peer.close(1000)
            peer.hangup()
        equal(end.wait(), 0, "status")


@test
def timeout_ends_all():
    with several("--timeout", "2") as end:
        peers = [peer_to(end.port) for _ in range(2)]
        for peer in peers:
            peer.expect_close(1001)
            peer.close(1001)
            peer.hangup()
        equal(end.wait(), 28, "status")


@test
def once_is_the_first():
    with several("--once", "-e") as end:
        peer = peer_to(end.port)
        status, _, err = wstap(end.url, stdin=b"")
        equal((status, "503" in err), (22, True), "the second's end")
        goodbye(peer)
        equal(end.wait(), 0, "status")


@test
def lockstep_waits_for_an_answer_of_any():
    with several("--lockstep", "--broadcast") as end:
        one, two = peer_to(end.port), peer_to(end.port)
        end.write(b"a\nb\n")
        one.expect("text", "a")
        two.expect("text", "a")
        two.frame("text", "yes")
        one.expect("text", "b")
        two.expect("text", "b")


@test
def a_fault_of_one_is_a_line_and_no_end():
    with several("-e") as end:
        one, two = peer_to(end.port), peer_to(end.port)
        one.frame("text", "a", mask=None)
        one.expect_close(1002)
        one.hangup()
        told(end, "client 1: the client broke the protocol")
        two.frame("text", "b")
        two.expect("text", "b")
        goodbye(two)


@test
def jsonl_says_whose_it_is():
    with several("-O", "jsonl") as end:
        one, two = peer_to(end.port), peer_to(end.port)
        two.frame("text", "b")
        wait_until(lambda: b'"data":"b"' in end.out, "it is shown")
        goodbye(one)
        goodbye(two)
        wait_until(lambda: end.out.count(b'"type":"close"') == 2, "closes")
        seen = [(o.get("client"), o["type"]) for o in
                map(json.loads, bytes(end.out).splitlines())]
        equal(seen, [(1, "open"), (2, "open"), (2, "text"), (1, "close"),
                     (2, "close")], "what is said of whom")


@test
def jsonl_names_a_client():
    with several("-I", "jsonl") as end:
        peers = [peer_to(end.port) for _ in range(3)]

        def say(client, **what):
            more = {"client": client} if client else {}
            end.write(json.dumps({**more, **what}).encode() + b"\n")
        say(3, type="text", data="three")
        say(2, type="text", data="two")
        say(0, type="text", data="one")
        say(2, type="ping", data="p")
        peers[2].expect("text", "three")
        peers[1].expect("text", "two")
        peers[0].expect("text", "one")
        peers[1].expect("ping", "p")
        say(7, type="text", data="nobody")
        told(end, "there is no client 7")
        say(2, type="close", code=4001, reason="you")
        peers[1].expect_close(4001, "you")
        peers[1].close(4001)
        peers[1].hangup()
        say(3, type="text", data="still")
        peers[2].expect("text", "still")


@test
def jsonl_names_nobody():
    """What is no number of a client goes to none."""
    for value in ("x", "1", 0, -1, 1.5, None, 99999999999999):
        with several("--once", "-I", "jsonl") as end:
            peer = peer_to(end.port)
            end.write(json.dumps({"type": "text", "client": value,
                                  "data": "bad"}).encode() + b"\n")
            told(end, "record 1 of standard input was not sent: ")
            check("client" in end.text(), f"{value!r}: {end.text()}")
            goodbye(peer)
            equal(end.wait(), 26, f"{value!r}: status")


@test
def a_long_message_is_not_cut_by_anothers():
    """However slowly standard output is read."""
    with several("--max-message", "10M") as end:
        peers = [peer_to(end.port) for _ in range(4)]
        payloads = [letter * 3000000 for letter in "abcd"]
        for peer, payload in zip(peers, payloads):
            end.background(peer.frame, "text", payload)
        wait_until(lambda: end.out.count(b"\n") == 4, "all are shown", 30)
        equal(sorted(bytes(end.out).decode().splitlines()), payloads,
              "messages")


@test
def a_long_message_is_not_cut_by_who_comes_and_goes():
    with several("-O", "jsonl", "--max-message", "10M") as end:
        peer = peer_to(end.port)
        end.background(peer.frame, "text", "a" * 5000000)
        for _ in range(30):
            goodbye(peer_to(end.port))
        wait_until(lambda: end.out.count(b'"close"') == 30, "all are shown")
        wait_until(lambda: b'aaa"}\n' in end.out, "the long one is")
        for line in bytes(end.out).splitlines():
            json.loads(line)


@test
def who_says_something_and_goes_while_another_is_being_shown():
    reads, writes = os.pipe()
    with open(reads, "rb") as out:
        with several("-m", "2", stdout=writes) as end:
            os.close(writes)
            long, short = peer_to(end.port), peer_to(end.port)
            long.frame("text", "a" * 3000000)
            time.sleep(0.5)  # more than the pipe takes is waiting
            short.frame("text", "b")
            short.close(1000)
            short.eof()
            time.sleep(0.5)
            equal(out.readline(), b"a" * 3000000 + b"\n", "the long one")
            equal(out.readline(), b"b\n", "the short one")
            long.expect_close(1000)
            long.close(1000)
            long.hangup()
            equal(end.wait(), 0, "status")


@test
def who_comes_and_who_is_refused_while_another_is_being_shown():
    reads, writes = os.pipe()
    with open(reads, "rb") as out:
        with several("-O", "jsonl", stdout=writes) as end:
            os.close(writes)
            peer = peer_to(end.port)
            peer.frame("text", "a" * 3000000)
            time.sleep(0.5)  # more than the pipe takes is waiting
            bad = peer_to(end.port, upgrade=False)
            bad.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            check(" 426 " in bad.read_head().start, "it is refused meanwhile")
            bad.hangup()
            more = peer_to(end.port)
            time.sleep(0.2)
            seen = [(o.get("client"), o["type"]) for o in
                    (json.loads(out.readline()) for _ in range(4))]
            equal(seen[:2], [(1, "open"), (1, "text")], "the first lines")
            equal(sorted(seen[2:]), [(2, "error"), (3, "open")], "the others")
            more.frame("text", "b")
            equal(json.loads(out.readline())["data"], "b", "the last")


@test
def real_clients_together():
    async def hold(url, number):
        async with websockets.connect(url) as ws:
            for i in range(20):
                await ws.send(f"{number}.{i}")
                equal(await ws.recv(), f"{number}.{i}", "the echo")

    async def all_of_them(url):
        await asyncio.gather(*(hold(url, n) for n in range(10)))

    with several("-e", most=20) as end:
        node = subprocess.Popen(
            ["node", CLIENT, end.url, "one", "zwei €"],
            stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
        asyncio.run(all_of_them(end.url))
        equal(wstap(end.url, stdin=b"hi\n")[:2], (0, b"hi\n"), "wstap")
        equal(node.communicate(timeout=20)[0].decode(),
              "one\nzwei €\n1000\n", "node's output")
