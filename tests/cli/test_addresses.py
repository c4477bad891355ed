"""Where the bytes go: families, --resolve, --connect-to, --interface, unix
sockets, localhost, and networks that lead nowhere."""

import contextlib
import ctypes
import os
import select
import socket

from harness import (CA, TMP, Run, WSTAP, check, equal, test, wait_until,
                     wstap)
from scripted import Conversation
from web import THERE, Web, opens, refused, visit

SIX, FOUR = socket.AF_INET6, socket.AF_INET
PIDFD_GETFD = 438  # the same on every architecture


def web(**how):
    return Web({"/": opens()}, **how)


def hold(host, port):
    """A socket that has the port, or None: it is another's."""
    sock = socket.socket(SIX if ":" in host else FOUR)
    # What is left of connections that have ended is in nobody's way.
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except OSError:
        sock.close()
        return None
    return sock


@contextlib.contextmanager
def alone(kind):
    """A server of one family: its port is held, without a listener, on the
    other's loopback, so that nobody else takes it."""
    host = "::1" if kind == "tcp" else "127.0.0.1"
    guard = None
    while not guard:
        server = web(kind=kind)
        guard = hold(host, server.port)
        if not guard:
            server.listener.close()
    with guard, server:
        yield server


@contextlib.contextmanager
def black_hole(host, port):
    """Listens with a full queue: what knocks then is never answered."""
    with contextlib.ExitStack() as stack:
        listener = hold(host, port)
        check(listener, f"{host} port {port} is free")
        stack.enter_context(listener)
        listener.listen(0)
        for _ in range(8):
            knock = stack.enter_context(socket.socket(listener.family))
            knock.setblocking(False)
            knock.connect_ex((host, port))
            if not select.select([], [knock], [], 0.05)[1]:
                break
        yield


def usage(option, value, why):
    visit(refused(2, f"{option} {value}: {why}"), option, value,
          "ws://one.test/")


# --- families


@test
def of_one_family():
    with alone("tcp") as four, alone("ipv6") as six:
        visit(THERE, "-4", four.url)
        visit(THERE, "-6", six.url)
        for option, server in (("-4", four), ("-6", six)):
            port = server.port
            visit(THERE, option, f"ws://localhost:{port}/")
            visit(THERE, option, "--resolve",
                  f"one.test:{port}:127.0.0.1,::1", f"ws://one.test:{port}/")
        # The last one counts.
        visit(THERE, "-6", "-4", four.url)
        for option, server, host in (("-4", six, "127.0.0.1"),
                                     ("-6", four, "::1")):
            visit(refused(7, "cannot connect to localhost port "
                             f"{server.port}: {host}: Connection refused"),
                  option, f"ws://localhost:{server.port}/")


@test
def of_the_other_family_only():
    for option, long, url, host, family in (
            ("-6", "--ipv6", "ws://127.0.0.1:1/", "127.0.0.1", "IPv6"),
            ("-4", "--ipv4", "ws://[::1]:1/", "::1", "IPv4")):
        visit(refused(6, f"cannot resolve {host}: it has no {family} address "
                         f"({long})"), option, url)
    for option, long, address, family in (
            ("-6", "--ipv6", "127.0.0.1", "IPv6"),
            ("-4", "--ipv4", "::1", "IPv4")):
        visit(refused(6, "cannot resolve one.test: --resolve gives it no "
                         f"{family} address ({long})"),
              option, "--resolve", f"one.test:80:{address}", "ws://one.test/")


# --- localhost


@test
def localhost_is_loopback():
    for kind in "tcp", "ipv6":
        with alone(kind) as server:
            for host in ("localhost", "LOCALHOST", "localhost.",
                         "any.localhost"):
                visit(THERE, f"ws://{host}:{server.port}/")
            visit(THERE, f":{server.port}")


@test
def localhost_where_nobody_listens():
    four = six = None
    while not six:
        four = hold("127.0.0.1", 0)
        port = four.getsockname()[1]
        six = hold("::1", port)
    with four, six:
        visit(refused(7, f"cannot connect to localhost port {port}: ::1: "
                         "Connection refused; 127.0.0.1: Connection refused"),
              f"ws://localhost:{port}/")


# --- --resolve


@test
def resolve_says_where():
    with web() as server:
        port = server.port
        for value, host in (
                (f"one.test:{port}:127.0.0.1", "one.test"),
                (f"ONE.test:{port}:127.0.0.1", "one.test"),
                (f"one.test:{port}:127.0.0.1", "ONE.TEST"),
                ("one.test:*:127.0.0.1", "one.test"),
                (f"*:{port}:127.0.0.1", "one.test"),
                ("*:*:127.0.0.1", "any.test"),
                (f"+one.test:{port}:127.0.0.1", "one.test"),
                (f"localhost:{port}:127.0.0.1", "localhost")):
            server.asked.clear()
            visit(THERE, "--resolve", value, f"ws://{host}:{port}/")
            equal(server.got("Host"), [f"{host.lower()}:{port}"], value)


@test
def resolve_s_most_particular():
    with web() as server:
        port = server.port
        good = [f"one.test:{port}:127.0.0.1", "one.test:*:127.0.0.1",
                f"*:{port}:127.0.0.1", "*:*:127.0.0.1"]
        for i, value in enumerate(good[:-1]):
            for lesser in good[i + 1:]:
                dead = lesser.replace("127.0.0.1", "127.0.0.77")
                for pair in (value, dead), (dead, value):
                    visit(THERE, "--resolve", pair[0], "--resolve", pair[1],
                          f"ws://one.test:{port}/")
        # Of two alike the later one.
        visit(THERE, "--resolve", f"one.test:{port}:127.0.0.77", "--resolve",
              good[0], f"ws://one.test:{port}/")


@test
def resolve_with_several_addresses():
    with web() as four, web(kind="ipv6") as six:
        for server, dead, good in (
                (four, "127.0.0.77", "127.0.0.1"),
                (four, "127.0.0.77,127.0.0.78", "127.0.0.1"),
                (six, "127.0.0.77", "::1"),
                (six, "127.0.0.77", "[::1]")):
            port = server.port
            visit(THERE, "--resolve", f"one.test:{port}:{dead},{good}",
                  f"ws://one.test:{port}/")
        visit(THERE, "--resolve", f"[::1]:{four.port}:127.0.0.1",
              f"ws://[0:0::1]:{four.port}/")
        port = four.port
        visit(refused(7, f"cannot connect to one.test port {port}: "
                         "127.0.0.77: Connection refused; 127.0.0.78: "
                         "Connection refused"),
              "--resolve", f"one.test:{port}:127.0.0.77,127.0.0.78",
              f"ws://one.test:{port}/")


@test
def resolve_that_cannot_be_read():
    form = ("not HOST:PORT:ADDRESS[,ADDRESS]... (like "
            "example.com:443:127.0.0.1)")
    port = "PORT is not from 1 to 65535, or *"
    for value, why in (
            ("one.test", form), ("one.test:80", form),
            ("[::1:80:::1", form), ("", form),
            ("one.test:http:127.0.0.1", port), ("one.test:0:127.0.0.1", port),
            ("one.test:65536:127.0.0.1", port),
            ("one.test:80:", "'' is not an IP address"),
            ("one.test:80:two.test", "'two.test' is not an IP address"),
            ("one.test:80:127.0.0.1,", "'' is not an IP address"),
            ("one.test:80:127.0.0.1:1", "'127.0.0.1:1' is not an IP address"),
            ("-one.test:80", "there is nothing that a leading - could take "
                             "back")):
        usage("--resolve", value, why)


# --- --connect-to


@test
def connect_to_another():
    with web() as server:
        port = server.port
        for value, url, host in (
                (f"one.test:80:127.0.0.1:{port}", "ws://one.test/",
                 "one.test"),
                (f"ONE.TEST:80:127.0.0.1:{port}", "ws://one.test/",
                 "one.test"),
                (f":80:127.0.0.1:{port}", "ws://any.test/", "any.test"),
                (f"one.test::127.0.0.1:{port}", "ws://one.test:81/",
                 "one.test:81"),
                (f"::127.0.0.1:{port}", "ws://any.test:82/", "any.test:82"),
                (f"::localhost:{port}", "ws://any.test/", "any.test"),
                (f"127.0.0.1:80::{port}", "ws://127.0.0.1/", "127.0.0.1"),
                ("one.test::127.0.0.1:", f"ws://one.test:{port}/",
                 f"one.test:{port}"),
                ("one.test::127.0.0.1", f"ws://one.test:{port}/",
                 f"one.test:{port}"),
                (f"[::1]:80:127.0.0.1:{port}", "ws://[::1]/", "[::1]")):
            server.asked.clear()
            visit(THERE, "--connect-to", value, url)
            equal(server.got("Host"), [host], value)


@test
def connect_to_what_resolve_knows():
    """The first that fits; its host is looked up as any other."""
    with web() as server:
        port = server.port
        visit(THERE, "--connect-to", "two.test:80:nobody.test:1",
              "--connect-to", f"one.test:80:three.test:{port}",
              "--connect-to", "::nobody.test:2",
              "--resolve", f"three.test:{port}:127.0.0.1", "ws://one.test/")
        visit(THERE, "--connect-to", "one.test:81:nobody.test:1",
              "--resolve", f"one.test:{port}:127.0.0.1",
              f"ws://one.test:{port}/")


@test
def connect_to_that_cannot_be_read():
    form = ("not HOST1:PORT1:HOST2:PORT2 (like example.com:443:127.0.0.1:8443;"
            " each may be empty)")
    port = "a port is not from 1 to 65535, or empty"
    host = "a host is not a name, an address ([IPv6] in brackets) or empty"
    for value, why in (
            ("one.test", form), ("one.test:80", form), ("a:1:b:2:c", form),
            ("a:x:b:2", port), ("a:1:b:0", port), ("a:1:b:65536", port),
            ("a/b:1:c:2", host), ("a:1:b c:2", host)):
        usage("--connect-to", value, why)


@test
def TLS_is_with_the_URL_s_host():
    for option, value, url in (
            ("--resolve", "other.example:{}:127.0.0.1",
             "wss://other.example:{}/"),
            ("--connect-to", "other.example:443:127.0.0.1:{}",
             "wss://other.example/")):
        names = []
        with web(kind="tls", certificate="other") as server:
            server.context.sni_callback = (
                lambda _sock, name, _context: names.append(name))
            port = server.port
            visit(THERE, "--ca", CA, option, value.format(port),
                  url.format(port))
        equal(names, ["other.example"], "the name in the TLS greeting")
        with web(kind="tls") as server:
            port = server.port
            status, out, err = wstap("--ca", CA, option, value.format(port),
                                     url.format(port))
            equal((status, out, server.asked), (60, b"", []), err)
            check("other.example" in err and err.count("\n") == 1, err)
            server.error = None


# --- IDNA, zones


@test
def an_international_name():
    ascii_name = "xn--bcher-kva.test"
    with web() as server:
        port = server.port
        for known in "b\xfccher.test", "B\xdcCHER.test", ascii_name:
            for host in "b\xfccher.test", "B\xdccher.TEST", ascii_name:
                server.asked.clear()
                visit(THERE, "--resolve", f"{known}:{port}:127.0.0.1",
                      f"ws://{host}:{port}/")
                equal(server.got("Host"), [f"{ascii_name}:{port}"], "Host")
        visit(THERE, "--connect-to", f"b\xfccher.test:80:127.0.0.1:{port}",
              "ws://b\xfccher.test/")


@test
def zones():
    visit(refused(7, "cannot connect to fe80::1 port 80: its zone is missing "
                     "(like [fe80::1%eth0])"), "ws://[fe80::1]/")
    for zone in "%nope0", "%25nope0":
        status, out, err = wstap(f"ws://[fe80::1{zone}]/")
        equal((status, out), (6, b""), err)
        check(err.startswith("wstap: cannot resolve fe80::1%nope0: no "
                             "interface is called nope0 (there are: ") and
              "lo" in err and err.count("\n") == 1, err)
    status, out, err = wstap("--connect-timeout", "1", "ws://[fe80::1%lo]/")
    equal((status, out), (7, b""), err)
    check(err.startswith("wstap: cannot connect to fe80::1%lo port 80: "), err)


# --- --interface


@test
def from_an_address_or_an_interface():
    peers = []

    def page(peer):
        peers.append(peer.sock.getpeername()[0])
        opens()(peer)

    with Web({"/": page}) as server:
        for name, seen in (("127.0.0.1", "127.0.0.1"),
                           ("127.0.0.2", "127.0.0.2"), ("lo", "127.0.0.1")):
            visit(THERE, "--interface", name, server.url)
            equal(peers.pop(), seen, f"the client's address from {name}")
    with Web({"/": page}, kind="ipv6") as server:
        for name in "lo", "::1":
            visit(THERE, "--interface", name, server.url)
            equal(peers.pop(), "::1", f"the client's address from {name}")
        # Of a name's addresses only those that can be reached from there.
        visit(THERE, "--interface", "::1", f"ws://localhost:{server.port}/")


@test
def from_where_this_is_not():
    for name, what, example in (
            ("nope0", "no such interface, nor a local address", "lo"),
            ("203.0.113.7", "no interface has this address", "127.0.0.1")):
        status, out, err = wstap("--interface", name, "ws://127.0.0.1:1/")
        equal((status, out), (7, b""), err)
        start = f"wstap: cannot connect from {name}: {what} (there are: "
        check(err.startswith(start) and example in err.split(": ")[-1] and
              err.count("\n") == 1, err)
    visit(refused(7, "cannot connect to 127.0.0.1 from ::1: ::1 is not an "
                     "IPv4 address"), "--interface", "::1", "ws://127.0.0.1/")


# --- unix sockets


@test
def a_unix_socket():
    with web(kind="unix", folder=TMP) as server:
        for url, host in (("ws://one.test/", "one.test"),
                          ("ws://one.test:81/", "one.test:81")):
            server.asked.clear()
            visit(THERE, "--unix-socket", server.path, url)
            equal(server.got("Host"), [host], "Host")
        # What says where to dial says nothing of a socket.
        visit(THERE, "--unix-socket", server.path, "--connect-to",
              "::nobody.test:1", "--resolve", "*:*:127.0.0.77", "--interface",
              "nope0", "-6", "ws://one.test/")
        _, _, err = wstap("-v", "--unix-socket", server.path, "ws://one.test/")
        lines = err.splitlines()
        equal(lines[:2], [f"* Trying {server.path}...",
                          f"* Connected to {server.path}"], "-v's lines")


@test
def an_abstract_unix_socket():
    name = f"wstap-test-{os.getpid()}"
    server = web(kind="unix", folder=TMP)
    server.listener.close()
    server.listener = socket.socket(socket.AF_UNIX)
    server.listener.bind("\0" + name)
    server.listener.listen()
    with server:
        visit(THERE, "--unix-socket", "@" + name, "ws://one.test/")
        visit(THERE, f"ws+unix:@{name}")
        equal(server.got("Host")[0], "one.test", "Host")


@test
def no_unix_socket():
    for path, why in (("/nowhere/socket", "No such file or directory"),
                      ("/", "Connection refused"),
                      ("@wstap-nobody", "Connection refused")):
        visit(refused(7, f"cannot connect to {path}: {why}"), "--unix-socket",
              path, "ws://one.test/")
    long = "/" + "x" * 120
    visit(refused(7, f"cannot connect to {long}: the path of a unix socket has"
                     " at most 107 bytes, this one has 121"),
          "--unix-socket", long, "ws://one.test/")


# --- the next address


def trying(text):
    """The addresses of -v's lines, in their order."""
    start = "* Trying "
    return [line[len(start):-3] for line in text.splitlines()
            if line.startswith(start)]


@test
def a_black_hole_ends_by_the_time_out():
    with web() as server, black_hole("127.0.0.77", server.port):
        with Run([WSTAP, "--connect-timeout", "0.3", "--resolve",
                  f"one.test:{server.port}:127.0.0.77",
                  f"ws://one.test:{server.port}/"]) as run:
            equal((run.wait(), run.text()), (28, (
                f"wstap: connecting to one.test port {server.port}: no answer "
                "in time (--connect-timeout)\n")), "the end")
        check(0.3 <= run.seconds < 5, f"took {run.seconds} s")


@test
def the_next_address_does_not_wait_for_a_black_hole():
    with web() as server:
        port = server.port
        for hole, shown in (("127.0.0.77", f"127.0.0.77:{port}"),
                            ("::1", f"[::1]:{port}")):
            with black_hole(hole, port), Run(
                    [WSTAP, "-v", "--connect-timeout", "20", "--resolve",
                     f"one.test:{port}:{hole},127.0.0.1",
                     f"ws://one.test:{port}/"]) as run:
                equal((run.wait(), bytes(run.out)), (0, b"there\n"),
                      run.text())
                equal(trying(run.text()), [shown, f"127.0.0.1:{port}"],
                      "attempts")
                check(f"* Connected to 127.0.0.1:{port}\n" in run.text(),
                      run.text())
                check(0.25 <= run.seconds < 5, f"took {run.seconds} s")


@test
def resolve_s_order_is_kept():
    with web() as server:
        port = server.port
        _, out, err = wstap(
            "-v", "--resolve", f"one.test:{port}:127.0.0.77,127.0.0.78,::1,"
            "127.0.0.1", f"ws://one.test:{port}/")
        equal((out, trying(err)), (b"there\n", [
            f"127.0.0.77:{port}", f"127.0.0.78:{port}", f"[::1]:{port}",
            f"127.0.0.1:{port}"]), "attempts")


# --- TCP's own choices


def theirs(run, inode):
    """A copy of the descriptor of a run that has this socket; None: the
    system lets nobody see it."""
    folder = f"/proc/{run.pid}/fd"
    libc = ctypes.CDLL(None, use_errno=True)
    for name in os.listdir(folder):
        if os.readlink(f"{folder}/{name}") != f"socket:[{inode}]":
            continue
        with open(os.pidfd_open(run.pid), "rb") as pid:
            fd = libc.syscall(PIDFD_GETFD, pid.fileno(), int(name), 0)
        return None if fd < 0 else socket.socket(fileno=fd)
    return None


def kernel_row(port):
    """What /proc/net/tcp has of the connection from that local port."""
    with open("/proc/net/tcp") as file:
        for line in file:
            words = line.split()
            if words[1].endswith(f":{port:04X}") and words[3] == "01":
                return words
    return None


@test
def keep_alive_and_no_delay():
    with Conversation() as server, Run(
            [WSTAP, server.url], close_stdin=False) as run:
        peer = server.connected()
        run.write(b"hi\n")
        peer.expect("text", "hi")
        port = peer.sock.getpeername()[1]
        row = kernel_row(port)
        fd = theirs(run, row[9]) if row else None
        if row:
            # Its timer: 2 is keep-alive's, once all that was sent has been
            # acknowledged, and it is a minute away at most.
            wait_until(lambda: kernel_row(port)[5].startswith("02:"),
                       "the keep-alive's timer runs")
            when = kernel_row(port)[5][3:]
            check(0 < int(when, 16) <= 60 * os.sysconf("SC_CLK_TCK"), when)
        if fd:
            with fd:
                for level, name, wanted in (
                        (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
                        (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
                        (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 60),
                        (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 60)):
                    equal(fd.getsockopt(level, name), wanted,
                          f"option {level}, {name}")
        else:
            print("skipped: the system shows no socket of another process")
        run.close_stdin()
        peer.finish()
        equal(run.wait(), 0, run.text())
