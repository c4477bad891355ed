"""Servers that no one here wrote, over ws and wss."""

import os
import time

from harness import CA, CERTS, check, equal, test, wstap
from real import Echo, Nginx
from scripted import Server

HI = (0, b"hi\n", "")


def prompt(run):
    """A reply is printed at once, and the run ends."""
    began = time.monotonic()
    result = run()
    check(time.monotonic() - began < 5, "it took too long")
    return result


@test
def echo_hi_to_node_ws():
    with Echo("ws") as echo:
        equal(prompt(lambda: wstap(echo.url, stdin=b"hi\n")), HI, "the run")


@test
def echo_hi_to_node_ws_that_would_compress():
    with Echo("ws", "--deflate") as echo:
        equal(prompt(lambda: wstap(echo.url, stdin=b"hi\n")), HI, "the run")


@test
def echo_hi_to_python_websockets():
    with Echo("websockets") as echo:
        equal(prompt(lambda: wstap(echo.url, stdin=b"hi\n")), HI, "the run")


@test
def echo_hi_to_python_websockets_that_would_compress():
    with Echo("websockets", "--deflate") as echo:
        equal(prompt(lambda: wstap(echo.url, stdin=b"hi\n")), HI, "the run")


@test
def echo_hi_to_the_slow_one():
    with Echo("slow") as echo:
        equal(prompt(lambda: wstap(echo.url, stdin=b"hi\n")), HI, "the run")


@test
def the_target_as_a_server_sees_it():
    with Echo("websockets", "--path") as echo:
        equal(wstap("-1", echo.url + "a/b?c=d%20e"),
              (0, b"/a/b?c=d%20e\n", ""), "the run")


@test
def a_subprotocol_that_node_ws_chooses():
    with Echo("ws", "--subprotocol", "b") as echo:
        equal(wstap("-s", "a,b", echo.url, stdin=b"hi\n"), HI, "the run")


@test
def localhost_whatever_family_it_is():
    with Echo("ws") as echo:
        url = f"ws://localhost:{echo.port}/"
        equal(prompt(lambda: wstap(url, stdin=b"hi\n")), HI, "the run")


@test
def binary_both_ways():
    with Echo("ws") as echo:
        equal(wstap("-b", echo.url, stdin=b"\xff\0\n"), (0, b"\xff\0\n", ""),
              "the run")


@test
def nginx_with_the_private_authority():
    with Echo("ws") as echo, Nginx(echo, CERTS) as nginx:
        equal(prompt(lambda: wstap("--ca", CA, nginx.url, stdin=b"hi\n")), HI,
              "the run")
        by_address = f"wss://127.0.0.1:{nginx.port}/"
        equal(wstap("--ca", CA, by_address, stdin=b"hi\n"), HI, "by address")


@test
def nginx_without_it_is_60():
    with Echo("ws") as echo, Nginx(echo, CERTS) as nginx:
        status, out, err = wstap(nginx.url, stdin=b"hi\n")
        equal((status, out), (60, b""), "the end")
        check("--ca" in err, f"stderr is {err!r}")


@test
def nginx_unchecked():
    with Echo("ws") as echo, Nginx(echo, CERTS) as nginx:
        status, out, err = wstap("-n", nginx.url, stdin=b"hi\n")
        equal((status, out), (0, b"hi\n"), "the end")
        equal(err.count("\n"), 1, "lines on stderr")


@test
def nginx_with_another_name():
    with Echo("ws") as echo, Nginx(echo, CERTS, "other") as nginx:
        status, out, err = wstap("--ca", CA, nginx.url, stdin=b"hi\n")
        equal((status, out), (60, b""), "the end")
        check("other.example" in err, f"stderr is {err!r}")


@test
def nginx_expired():
    with Echo("ws") as echo, Nginx(echo, CERTS, "expired") as nginx:
        status, out, err = wstap("--ca", CA, nginx.url, stdin=b"hi\n")
        equal((status, out), (60, b""), "the end")
        check("expired" in err, f"stderr is {err!r}")


@test
def nginx_with_TLS_1_2():
    with Echo("websockets") as echo, Nginx(
            echo, CERTS, protocols="TLSv1.2") as nginx:
        equal(wstap("--ca", CA, nginx.url, stdin=b"hi\n"), HI, "the run")


@test
def nginx_with_TLS_1_1_only_is_35():
    with Echo("websockets") as echo, Nginx(
            echo, CERTS, protocols="TLSv1.1") as nginx:
        status, out, _ = wstap("--ca", CA, nginx.url, stdin=b"hi\n")
        equal((status, out), (35, b""), "the end")


@test
def nginx_refuses():
    with Echo("ws") as echo, Nginx(echo, CERTS) as nginx:
        status, out, err = wstap("--ca", CA, nginx.url + "forbidden")
        equal((status, out), (22, b""), "the end")
        check("403 Forbidden" in err and "not for you" in err,
              f"stderr is {err!r}")


@test
def nginx_whose_upstream_is_gone():
    with Echo("ws") as echo:
        gone = echo
    with Nginx(gone, CERTS) as nginx:
        status, out, err = wstap("--ca", CA, nginx.url)
        equal((status, out), (22, b""), "the end")
        check("502" in err, f"stderr is {err!r}")


@test
def a_stream_over_TLS():
    data = b"".join(b"%d\n" % i for i in range(1, 100001)) + (
        b"y" * (1 << 20) + b"\n")
    with Echo("ws") as echo, Nginx(echo, CERTS) as nginx:
        status, out, err = wstap("-w", "0", "--ca", CA, nginx.url, stdin=data)
        equal((status, err), (0, ""), "the end")
        equal(out, data, "what came back")


@test
def the_environment_s_authority():
    """SSL_CERT_FILE is where OpenSSL's own store is looked for."""
    with Echo("ws") as echo, Nginx(echo, CERTS) as nginx:
        equal(wstap(nginx.url, stdin=b"hi\n", env={"SSL_CERT_FILE": CA}), HI,
              "the run")


@test
def a_TLS_stream_cut_off():
    """No close frame, no close_notify: 56 all the same."""
    def script(peer):
        peer.handshake()
        peer.frame("text", "one")
        peer.expect("text", "hi")
        # The descriptor itself: not a word of TLS.
        os.close(peer.sock.detach())

    with Server(script, kind="tls", folder=CERTS) as server:
        status, out, err = wstap("--ca", CA, "-w", "5", server.url,
                                 stdin=b"hi\n")
        equal((status, out), (56, b"one\n"), "the end")
        check(err.startswith("wstap: "), f"stderr is {err!r}")
