"""wstap -l: the server's end."""

import os
import signal
import socket
import subprocess
import sys

import real
from harness import (TMP, WSTAP, Listening, Run, check, equal, test,
                     wait_until, wstap)
from scripted import peer_to

CLIENT = os.path.join(real.HERE, "client.mjs")


def goodbye(peer):
    peer.close(1000)
    peer.expect_close(1000)
    peer.expect_eof()
    peer.hangup()


@test
def what_one_client_left_unfinished_runs_into_nothing_of_the_next():
    with Listening() as end:
        one = peer_to(end.port)
        one.frame("text", "half", fin=0)
        wait_until(lambda: end.out == b"half", "it is shown")
        one.rst()
        two = peer_to(end.port)
        two.frame("text", "whole")
        wait_until(lambda: end.out == b"half\nwhole\n", end.out)
        check("is cut off on standard output" in end.text(), end.text())


@test
def an_echo_server_for_node_ws():
    with Listening("-e") as echo:
        done = subprocess.run(
            ["node", CLIENT, echo.url, "one", "zwei €"], timeout=20,
            stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
        equal(done.stdout.decode(), "one\nzwei €\n1000\n", "node's output")
        wait_until(lambda: bytes(echo.out) == "one\nzwei €\n".encode(),
                   "-e writes what it sends back to stdout")


@test
def an_echo_server_for_python_websockets():
    program = """
import asyncio, sys, websockets
async def main():
    async with websockets.connect(sys.argv[1]) as socket:
        for message in ["hi", b"\\xff\\0", "x" * 300000]:
            await socket.send(message)
            assert await socket.recv() == message
        await (await socket.ping(b"p"))
    print(socket.close_code)
asyncio.run(main())
"""
    with Listening("-e") as echo:
        done = subprocess.run(
            [sys.executable, "-c", program, echo.url], timeout=20,
            stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
        equal(done.stdout, b"1000\n", "the client's output")


@test
def an_echo_server_for_wstap():
    with Listening("-e") as echo:
        equal(wstap(echo.url, stdin=b"hi\n"), (0, b"hi\n", ""), "wstap")


@test
def lines_go_to_the_client_and_its_messages_to_stdout():
    with Listening() as end:
        peer = peer_to(end.port)
        end.write(b"from the server\n")
        peer.expect("text", "from the server")
        peer.frame("text", "from the client")
        wait_until(lambda: bytes(end.out) == b"from the client\n", "stdout")
        peer.frame("ping", "x")
        peer.expect("pong", "x")
        goodbye(peer)


@test
def a_server_does_not_mask():
    with Listening("-e") as end:
        peer = peer_to(end.port)
        peer.frame("text", "a")
        equal(peer.expect("text", "a").key, None, "masking key")
        goodbye(peer)


@test
def one_client_after_another():
    """However soon: who was told that the connection is over may be back at
    once."""
    with Listening("-e") as end:
        for i in range(300):
            peer = peer_to(end.port)
            peer.frame("text", f"{i}")
            peer.expect("text", f"{i}")
            goodbye(peer)


@test
def who_asks_while_the_one_before_is_going_is_the_next():
    with Listening("-e") as end:
        first = peer_to(end.port)
        first.close(1000)
        first.expect_close(1000)
        first.expect_eof()
        second = peer_to(end.port, upgrade=False)
        second.send(GOOD.replace("\n", "\r\n").encode())
        second.expect_nothing(0.3)
        first.hangup()
        check(" 101 " in second.read_head().start, "upgraded")
        goodbye(second)


@test
def a_client_that_just_goes_is_no_end():
    with Listening("-e") as end:
        peer = peer_to(end.port)
        peer.frame("text", "a", length=100)
        peer.rst()
        peer = peer_to(end.port)
        peer.frame("text", "b")
        peer.expect("text", "b")
        goodbye(peer)


@test
def who_is_turned_away_gets_the_headers_too():
    with Listening("-e", "-H", "X-Served-By: me") as end:
        first = peer_to(end.port)
        for refused in (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\0\0\r\n"):
            with socket.create_connection(("127.0.0.1", end.port)) as other:
                other.sendall(refused)
                answer = b""
                while data := other.recv(4096):
                    answer += data
            check(b" 503 " in answer.split(b"\r\n")[0] or
                  b" 400 " in answer.split(b"\r\n")[0], answer)
            check(b"\r\nX-Served-By: me\r\n" in answer, answer)
        goodbye(first)


@test
def a_second_client_gets_503():
    with Listening("-e") as end:
        first = peer_to(end.port)
        status, out, err = wstap(end.url, stdin=b"hi\n")
        equal((status, out), (22, b""), "the second client's end")
        check("503" in err, f"the second client is told {err!r}")
        first.frame("text", "still here")
        first.expect("text", "still here")
        goodbye(first)
        equal(wstap(end.url, stdin=b"hi\n")[:2], (0, b"hi\n"), "the third")


@test
def an_unmasked_frame_is_1002():
    with Listening("-e") as end:
        peer = peer_to(end.port)
        peer.frame("text", "a", mask=None)
        peer.expect_close(1002)
        peer.expect_eof()
        peer.hangup()
        wait_until(lambda: b"mask" in end.err, "stderr says what was wrong")


@test
def once():
    with Listening("--once", "-e") as end:
        peer = peer_to(end.port)
        peer.frame("text", "a")
        peer.expect("text", "a")
        goodbye(peer)
        equal(end.wait(), 0, "status")


@test
def once_with_a_fault():
    with Listening("--once", "-e") as end:
        peer = peer_to(end.port)
        peer.frame(3, "a")
        peer.expect_close(1002)
        peer.hangup()
        equal(end.wait(), 110, "status")


@test
def once_with_an_error_code():
    with Listening("--once", "-e") as end:
        peer = peer_to(end.port)
        peer.close(4001, "no")
        peer.expect_close(4001)
        peer.expect_eof()
        peer.hangup()
        equal(end.wait(), 111, "status")
        check("4001" in end.text(), "the code is printed")


@test
def SIGINT_ends_it():
    with Listening("-e") as end:
        end.signal(signal.SIGINT)
        equal(end.wait(), 130, "status")


@test
def SIGTERM_says_goodbye_to_the_client():
    with Listening("-e") as end:
        peer = peer_to(end.port)
        peer.frame("text", "a")
        peer.expect("text", "a")
        end.signal(signal.SIGTERM)
        peer.expect_close(1001)
        peer.close(1001)
        peer.hangup()
        equal(end.wait(), 143, "status")


@test
def a_subprotocol_is_chosen():
    with Listening("-e", "-s", "b") as end:
        peer = peer_to(end.port, fields=["Sec-WebSocket-Protocol: a, b"])
        equal(peer.head.get("Sec-WebSocket-Protocol"), "b", "subprotocol")
        goodbye(peer)


def refused(request, status):
    """What a request that is no upgrade gets."""
    with Listening("-e") as end:
        peer = peer_to(end.port, upgrade=False)
        peer.send(request.replace("\n", "\r\n").encode("latin-1"))
        head = peer.read_head()
        check(f" {status} " in head.start + " ", f"answered {head.start}")
        peer.hangup()
        # And it goes on serving.
        peer = peer_to(end.port)
        goodbye(peer)
        return head


GOOD = ("GET / HTTP/1.1\nHost: a\nUpgrade: websocket\nConnection: Upgrade\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\n"
        "Sec-WebSocket-Version: 13\n\n")


@test
def a_plain_request_is_told_to_upgrade():
    head = refused("GET / HTTP/1.1\nHost: a\n\n", 426)
    equal(head.get("Sec-WebSocket-Version"), "13", "version")


@test
def another_version_is_told_13():
    head = refused(GOOD.replace("Version: 13", "Version: 8"), 426)
    equal(head.get("Sec-WebSocket-Version"), "13", "version")


@test
def another_method():
    refused(GOOD.replace("GET", "POST"), 405)


@test
def a_key_of_the_wrong_size():
    refused(GOOD.replace("AAAAAAAAAAAAAAAAAAAAAA==", "AAAA"), 400)


@test
def no_HTTP_at_all():
    refused("\x16\x03\x01\x02\x00\x01\n\n", 400)


def silent_to(port):
    return socket.create_connection(("127.0.0.1", port))


@test
def a_client_that_says_nothing_does_not_keep_others_out():
    with Listening("-e") as end:
        with silent_to(end.port), silent_to(end.port):
            for _ in range(3):
                goodbye(peer_to(end.port))


@test
def half_a_request_does_not_keep_others_out():
    with Listening("-e") as end:
        slow = peer_to(end.port, upgrade=False)
        request = GOOD.replace("\n", "\r\n").encode()
        slow.send(request[:30])
        goodbye(peer_to(end.port))
        other = peer_to(end.port)
        slow.send(request[30:])
        check(" 503 " in slow.read_head().start, "all places are taken")
        slow.hangup()
        goodbye(other)


@test
def a_client_that_says_nothing_is_dropped():
    with Listening("-e", "--connect-timeout", "0.5") as end:
        with silent_to(end.port) as silent:
            equal(silent.recv(1), b"", "what it is told")
        wait_until(lambda: "the client's request" in end.text(), "why")
        goodbye(peer_to(end.port))


@test
def of_too_many_that_say_nothing_the_oldest_goes():
    with Listening("-e", "--connect-timeout", "600") as end:
        crowd = [silent_to(end.port) for _ in range(257)]
        crowd[0].settimeout(20)
        equal(crowd[0].recv(1), b"", "what the oldest is told")
        goodbye(peer_to(end.port))
        for each in crowd:
            each.close()


@test
def once_is_who_asks():
    """And no probe of the port."""
    with Listening("--once", "-e") as end:
        silent_to(end.port).close()
        with silent_to(end.port) as other:
            other.sendall(b"\0\1\2\r\n\r\n")
            check(other.recv(100).startswith(b"HTTP/1.1 400 "), "refused")
        with silent_to(end.port):
            wait_until(lambda: "not a WebSocket request" in end.text() and
                       "hung up before" in end.text(), "both are told of")
            goodbye(peer_to(end.port))
            equal(end.wait(), 0, "status")


@test
def once_is_also_who_asks_for_something_else():
    with Listening("--once", "-e") as end:
        peer = peer_to(end.port, upgrade=False)
        peer.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        check(" 426 " in peer.read_head().start, "refused")
        peer.hangup()
        equal(end.wait(), 8, "status")


@test
def a_port_in_use():
    with Listening("-e") as end:
        status, out, err = wstap("-l", str(end.port))
        equal((status, out), (7, b""), "the second one's end")
        check("in use" in err, f"it says {err!r}")


@test
def host_and_port():
    with Run([WSTAP, "-e", "-l", "[::1]:0"], close_stdin=False) as run:
        wait_until(lambda: b"\n" in run.err, "it says where it listens")
        line = run.text().splitlines()[0]
        start = "wstap: listening on [::1]:"
        check(line.startswith(start), f"it says {line!r}")
        peer = peer_to(int(line[len(start):]), host="::1")
        peer.frame("text", "a")
        peer.expect("text", "a")
        goodbye(peer)


@test
def all_addresses_of_both_families():
    with Run([WSTAP, "-e", "-v", "-l", "*:0"], close_stdin=False) as run:
        wait_until(lambda: b"\n" in run.err, "it says where it listens")
        line = run.text().splitlines()[0]
        start = "wstap: listening on [::]:"
        check(line.startswith(start), f"it says {line!r}")
        port = int(line[len(start):])
        for host in ("::1", "127.0.0.1"):
            goodbye(peer_to(port, host=host))
        for shown in ("the request of [::1]:", "the request of 127.0.0.1:"):
            wait_until(lambda: shown in run.text(), f"it says {shown!r}")


@test
def all_addresses_are_no_host_to_connect_to():
    for args, status in (
            (["ws://*:1/"], 3), (["*:1"], 3),
            (["--proxy", "*:1", "ws://localhost:1"], 2),
            (["--connect-to", "::*:1", "ws://localhost:1"], 2),
            (["--resolve", "localhost:1:*", "ws://localhost:1"], 2)):
        got, out, err = wstap(*args)
        equal((got, out, err.count("\n")), (status, b"", 1), " ".join(args))
        check("*" in err, err)


@test
def the_same_port_again_at_once():
    with Listening("-e") as end:
        goodbye(peer_to(end.port))
        end.signal(signal.SIGTERM)
        end.wait()
        with Run([WSTAP, "-e", "-l", str(end.port)],
                 close_stdin=False) as again:
            wait_until(lambda: b"\n" in again.err, "it listens again")
            check(b"listening on" in again.err, again.text())


@test
def an_echo_end_whose_input_has_ended():
    """As a service has it: standard input is /dev/null."""
    with Run(f"exec wstap -e -l 0 </dev/null 2>{TMP}/listen-{os.getpid()}"
             ) as run:
        path = f"{TMP}/listen-{os.getpid()}"
        wait_until(lambda: os.path.exists(path) and os.path.getsize(path),
                   "it says where it listens")
        with open(path) as file:
            port = int(file.read().rsplit(":", 1)[1])
        for _ in range(2):
            peer = peer_to(port)
            peer.frame("text", "a")
            peer.expect("text", "a")
            peer.expect_nothing(1.5)
            goodbye(peer)
        check(run.process.poll() is None, "it has ended")


@test
def a_request_a_byte_at_a_time():
    with Listening("-e") as end:
        peer = peer_to(end.port, upgrade=False)
        peer.cut = 1
        peer.send(GOOD.replace("\n", "\r\n").encode())
        check(" 101 " in peer.read_head().start, "upgraded")
        peer.frame("text", "a")
        peer.expect("text", "a")
        goodbye(peer)


@test
def a_signal_right_behind_the_answer_still_says_goodbye():
    for _ in range(20):
        with Listening("-e") as end:
            peer = peer_to(end.port)
            end.signal(signal.SIGTERM)
            peer.expect_close(1001)
            peer.close(1001)
            peer.hangup()
            equal(end.wait(), 143, "status")


@test
def bad_input_is_said_at_once():
    with Listening() as end:
        peer = peer_to(end.port)
        end.write(b"good\nb\xffd\n")
        peer.expect("text", "good")
        wait_until(lambda: "record 2 of standard input is not UTF-8"
                   in end.text(), "it says so")
        goodbye(peer)
        end.signal(signal.SIGTERM)
        equal(end.wait(), 143, "status")
        equal(end.text().count("record 2"), 1, "times it was said")
