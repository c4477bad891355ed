"""wstap -l: TLS, unix sockets, and whom it lets in."""

import base64
import os
import signal
import socket
import ssl
import subprocess
import sys

import real
from certs import PASSPHRASE
from harness import (CA, CERTS, TMP, WSTAP, Listening, Run, check, equal,
                     test, wait_until, wstap)
from scripted import Client, peer_to
from terminal import Terminal

CLIENT = os.path.join(real.HERE, "client.mjs")
GOOD = ("--cert", f"{CERTS}/good.pem", "--key", f"{CERTS}/good.key")


def goodbye(peer):
    peer.close(1000)
    peer.expect_close(1000)
    peer.expect_eof()
    peer.hangup()


def told(end, text):
    wait_until(lambda: text in end.text(), f"standard error has {text!r}")


class Secure(Listening):
    """The same with a certificate."""

    def __init__(self, *args, cert=GOOD, **how):
        super().__init__(*cert, *args, **how)

    def __enter__(self):
        super().__enter__()
        self.url = f"wss://localhost:{self.port}/"
        return self


def tls_to(port, name=None):
    context = ssl.create_default_context(cafile=CA)
    if name:
        context.load_cert_chain(f"{CERTS}/{name}.pem", f"{CERTS}/{name}.key")
    peer = Client(port)
    peer.sock = context.wrap_socket(peer.sock, server_hostname="localhost")
    return peer


def upgraded(peer, **how):
    peer.request(**how)
    peer.upgraded()
    return peer


def echoes(peer, text="hello"):
    peer.frame("text", text)
    peer.expect("text", text)


# --- TLS ---

@test
def wss_for_wstap():
    with Secure("-e") as end:
        equal(wstap("--ca", CA, end.url, stdin=b"hi\n" + b"x" * 300000),
              (0, b"hi\n" + b"x" * 300000 + b"\n", ""), "wstap")


@test
def wss_for_node_ws():
    with Secure("-e") as end:
        done = subprocess.run(
            ["node", CLIENT, end.url, "one", "zwei €"], timeout=20,
            stdout=subprocess.PIPE, stdin=subprocess.DEVNULL,
            env={**os.environ, "NODE_EXTRA_CA_CERTS": CA})
        equal(done.stdout.decode(), "one\nzwei €\n1000\n", "node's output")


@test
def wss_for_python_websockets():
    program = """
import asyncio, ssl, sys, websockets
async def main():
    trust = ssl.create_default_context(cafile=sys.argv[2])
    async with websockets.connect(sys.argv[1], ssl=trust) as socket:
        for message in ["hi", b"\\xff\\0", "x" * 300000]:
            await socket.send(message)
            assert await socket.recv() == message
    print(socket.close_code)
asyncio.run(main())
"""
    with Secure("-e") as end:
        done = subprocess.run(
            [sys.executable, "-c", program, end.url, CA], timeout=20,
            stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
        equal(done.stdout, b"1000\n", "the client's output")


@test
def who_speaks_no_TLS_is_a_line_and_no_end():
    with Secure("-e") as end:
        peer = peer_to(end.port, upgrade=False)
        peer.request()
        check(" 400 " in peer.read_head().start, "plain HTTP gets a 400")
        peer.hangup()
        told(end, "plain HTTP")
        rude = socket.create_connection(("127.0.0.1", end.port))
        rude.sendall(b"SSH-2.0-nonsense\r\n\r\n")
        rude.close()
        peer = upgraded(tls_to(end.port))
        echoes(peer)
        goodbye(peer)


@test
def who_does_not_trust_us_is_a_line():
    with Secure("-e") as end:
        status, _, _ = wstap(end.url, stdin=b"")
        equal(status, 60, "a client without the authority")
        told(end, "wstap: ")
        wait_until(lambda: end.text().count("\n") > 1, "a line about it")
        equal(wstap("--ca", CA, end.url, stdin=b"hi\n")[:2], (0, b"hi\n"),
              "the next")


@test
def half_a_TLS_handshake_keeps_nobody_waiting():
    with Secure("--max-clients", "4", "-e") as end:
        with socket.create_connection(("127.0.0.1", end.port)) as slow:
            slow.sendall(b"\x16\x03\x01\x02\x00\x01")
            peer = upgraded(tls_to(end.port))
            echoes(peer)
            goodbye(peer)


@test
def half_a_TLS_handshake_takes_no_place():
    with Secure("--once", "-e") as end:
        with socket.create_connection(("127.0.0.1", end.port)) as slow:
            slow.sendall(b"\x16\x03\x01\x02\x00\x01")
            peer = upgraded(tls_to(end.port))
            echoes(peer)
            goodbye(peer)
            equal(end.wait(), 0, "status")


@test
def one_more_is_told_503_by_TLS_too():
    with Secure("-e") as end:
        first = upgraded(tls_to(end.port))
        echoes(first)
        status, _, err = wstap("--ca", CA, end.url, stdin=b"hi\n")
        equal((status, "503" in err), (22, True), "the second's end")
        goodbye(first)


@test
def a_client_certificate_is_demanded():
    with Secure("--ca", CA, "-e", "-v") as end:
        status, _, _ = wstap("--ca", CA, end.url, stdin=b"hi\n")
        check(status != 0, "without one")
        told(end, "wstap: ")
        equal(wstap("--ca", CA, "--cert", f"{CERTS}/client.pem", "--key",
                    f"{CERTS}/client.key", end.url, stdin=b"hi\n")[:2],
              (0, b"hi\n"), "with one")
        told(end, "wstap test client")
        status, _, _ = wstap(
            "--ca", CA, "--cert", f"{CERTS}/client-old.pem", "--key",
            f"{CERTS}/client-old.key", end.url, stdin=b"hi\n")
        check(status != 0, "with one that has expired")
        peer = upgraded(tls_to(end.port, "client"))
        echoes(peer)
        goodbye(peer)


@test
def v_tells_the_version_and_the_cipher():
    with Secure("-e", "-v") as end:
        wstap("--ca", CA, end.url, stdin=b"hi\n")
        told(end, "* TLS with 127.0.0.1:")
        told(end, "TLSv1.3")
        told(end, "TLS_AES_256_GCM_SHA384")
        told(end, "disconnected")


@test
def the_pass_phrase():
    cert = ("--cert", f"{CERTS}/client-locked.p12")
    with Secure("-e", "--passphrase", PASSPHRASE, cert=cert) as end:
        equal(wstap("-n", end.url, stdin=b"hi\n")[:2], (0, b"hi\n"), "wstap")
    status, out, err = wstap("-l", "0", *cert, "--passphrase", "wrong")
    equal((status, out), (58, b""), "with a wrong one")
    check("listening" not in err, f"it says {err!r}")


@test
def a_certificate_that_is_not_there():
    status, out, err = wstap("-l", "0", "--cert", "/nowhere.pem")
    equal((status, out), (58, b""), "its end")
    check("/nowhere.pem" in err and "listening" not in err, err)


# --- unix sockets ---

def path_of(name):
    return os.path.join(TMP, f"{name}-{os.getpid()}")


def listening_on(where, *args):
    run = Run([WSTAP, "-l", where, *args], close_stdin=False)
    wait_until(lambda: b"\n" in run.err, "it says where it listens")
    return run


@test
def a_unix_socket():
    path = path_of("s1")
    with listening_on(f"unix:{path}", "-e") as run:
        equal(run.text(), f"wstap: listening on unix:{path}\n", "its line")
        equal(os.stat(path).st_mode & 0o777, 0o600, "mode")
        for _ in range(2):
            equal(wstap(f"ws+unix:{path}", stdin=b"hi\n"), (0, b"hi\n", ""),
                  "a client")
        run.signal(signal.SIGTERM)
        equal(run.wait(), 143, "status")
        check(not os.path.exists(path), "the socket is still there")


@test
def a_unix_socket_goes_with_its_listener_however_that_ends():
    path = path_of("s2")
    for number, status in ((signal.SIGINT, 130), (signal.SIGHUP, 129)):
        with listening_on(f"ws+unix:{path}", "-e") as run:
            run.signal(number)
            equal(run.wait(), status, "status")
            check(not os.path.exists(path), "the socket is still there")
    with listening_on(f"ws+unix:{path}", "-e", "--once") as run:
        wstap(f"ws+unix:{path}", stdin=b"")
        equal(run.wait(), 0, "status")
        check(not os.path.exists(path), "the socket is still there")


@test
def a_unix_socket_that_was_left_behind():
    path = path_of("s3")
    with listening_on(f"unix:{path}") as run:
        run.signal(signal.SIGKILL)
        run.wait()
    check(os.path.exists(path), "nothing was left behind")
    with listening_on(f"unix:{path}", "-e") as run:
        equal(wstap(f"ws+unix:{path}", stdin=b"hi\n")[:2], (0, b"hi\n"),
              "a client")
        status, _, err = wstap("-l", f"unix:{path}")
        equal((status, "in use" in err), (7, True), "a second listener")
        equal(wstap(f"ws+unix:{path}", stdin=b"hi\n")[:2], (0, b"hi\n"),
              "a client of the first")


@test
def TLS_over_a_unix_socket():
    path = path_of("s4")
    with listening_on(f"wss+unix:{path}", "-e", *GOOD):
        equal(wstap("--ca", CA, "--unix-socket", path, "wss://localhost/",
                    stdin=b"hi\n")[:2], (0, b"hi\n"), "a client")


# --- whom it lets in ---

def basic(text):
    return "Authorization: Basic " + base64.b64encode(text.encode()).decode()


def status_of(port, *fields):
    peer = Client(port)
    peer.request(fields=fields)
    head = peer.read_head()
    peer.hangup()
    return int(head.start.split()[1]), head


@test
def a_name_and_a_password_are_demanded():
    with Listening("-e", "--auth", "ann:se:cret") as end:
        status, head = status_of(end.port)
        equal(status, 401, "without")
        check(head.get("WWW-Authenticate").startswith("Basic "), "challenge")
        for text in ("ann:wrong", "bob:se:cret", "ann:se", "ann"):
            equal(status_of(end.port, basic(text))[0], 401, text)
        equal(status_of(end.port, basic("ann:se:cret"))[0], 101, "right")
        equal(wstap("-u", "ann:se:cret", end.url, stdin=b"hi\n"),
              (0, b"hi\n", ""), "wstap")
        told(end, "refused with 401: the request's Authorization is wrong")
        check("cret" not in end.text(), "the secret is told")


@test
def a_password_that_is_missing_is_asked_for_first():
    with Terminal(["-l", "0", "-e", "--auth", "ann"]) as terminal:
        terminal.wait_for("Password for ann:")
        check("listening" not in terminal.text(), "it listens already")
        terminal.type("secret\r")
        terminal.wait_for("listening on 127.0.0.1:")
        port = int(terminal.text().split("127.0.0.1:")[1].split()[0])
        check("secret" not in terminal.text(), "it is shown")
        equal(status_of(port, basic("ann:"))[0], 401, "without it")
        equal(status_of(port, basic("ann:secret"))[0], 101, "with it")


@test
def a_token_is_demanded():
    with Listening("-e", "--bearer", "abc.def") as end:
        status, head = status_of(end.port)
        equal((status, head.get("WWW-Authenticate")[:6]), (401, "Bearer"),
              "without")
        equal(status_of(end.port, "Authorization: Bearer abc.de")[0], 401,
              "wrong")
        equal(wstap("--bearer", "abc.def", end.url, stdin=b"hi\n"),
              (0, b"hi\n", ""), "wstap")


@test
def one_origin_is_let_in():
    with Listening("-e", "-o", "https://a.example") as end:
        equal(status_of(end.port)[0], 403, "without")
        equal(status_of(end.port, "Origin: https://b.example")[0], 403,
              "another")
        equal(status_of(end.port, "Origin: https://a.example")[0], 101,
              "that one")


@test
def headers_of_the_answer():
    with Listening("-e", "-H", "X-One: 1", "-H", "Set-Cookie: s=secret",
                   "-v") as end:
        status, head = status_of(end.port, "Cookie: mine=1")
        equal((status, head.get("X-One"), head.get("Set-Cookie")),
              (101, "1", "s=secret"), "the answer")
        told(end, "> X-One: 1")
        told(end, "> Set-Cookie: ***")
        told(end, "< Cookie: ***")
        peer = peer_to(end.port, upgrade=False)
        peer.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        head = peer.read_head()
        equal((head.start.split()[1], head.get("X-One")), ("426", "1"),
              "a refusal has them, too")
        peer.hangup()


@test
def v_shows_whose_request_it_is():
    with Listening("-e", "-v", "--max-clients", "3") as end:
        peers = [peer_to(end.port, path=f"/{i}") for i in (1, 2)]
        for i in (1, 2):
            told(end, f"* the request of client {i} (127.0.0.1:")
            told(end, f"< GET /{i} HTTP/1.1")
            told(end, f"* client {i} open: 127.0.0.1:")
        for peer in peers:
            goodbye(peer)
