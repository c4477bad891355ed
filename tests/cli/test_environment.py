"""Which proxy is taken: the environment's variables, --proxy, --noproxy and
no_proxy. The proxies write down what they are asked for."""

import base64
import contextlib
import socket
import threading

from harness import (CA, TMP, WSTAP, Listening, Run, check, equal, test,
                     wstap)
from scripted import PATIENCE, Unexpected, free_port, peer_to
from sequence import Sequence
from several import Several, bye, close, closed, command, prompt
from terminal import Terminal
from web import Web, leads, refused, visit

HI = (0, b"hi\n", "")
SECRET = "pass-word"
ANY = ("--resolve", "*:*:127.0.0.1")


def echoes(peer):
    peer.answer()
    name, payload = peer.read_message()
    peer.frame(name, payload)
    peer.finish()


def web(**how):
    return Web({"/": echoes}, **how)


# --- the proxies


def take(sock, n):
    data = b""
    while len(data) < n:
        more = sock.recv(n - len(data))
        if not more:
            raise Unexpected("the proxy's client hung up")
        data += more
    return data


def connect_asked(sock):
    """CONNECT: the head that came."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += take(sock, 1)
    sock.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    text = head.decode("latin-1")
    return text.split(" ")[1], text


def socks_asked(sock):
    """SOCKS5, with whatever user and password."""
    login = 2 in take(sock, take(sock, 2)[1])
    sock.sendall(bytes([5, 2 * login]))
    seen = b""
    if login:
        for _ in "up":
            # The version stands before the user alone.
            size = take(sock, 1 if seen else 2)[-1]
            seen += take(sock, size) + b" "
        sock.sendall(b"\1\0")
    kind = take(sock, 4)[3]
    if kind == 1:
        host = socket.inet_ntop(socket.AF_INET, take(sock, 4))
    elif kind == 4:
        host = f"[{socket.inet_ntop(socket.AF_INET6, take(sock, 16))}]"
    else:
        host = take(sock, take(sock, 1)[0]).decode()
    port = int.from_bytes(take(sock, 2), "big")
    sock.sendall(b"\5\0\0\1" + bytes(6))
    return f"{host}:{port}", seen.decode()


def pour(source, target):
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


class Tunnel:
    """An HTTP and SOCKS5 proxy; every name leads to this machine. asked: the
    targets, HOST:PORT; heads: what came with each."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.where = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.asked, self.heads, self.error = [], [], None

    def serve(self, client):
        try:
            with client:
                client.settimeout(PATIENCE)
                socks = client.recv(1, socket.MSG_PEEK) == b"\5"
                target, head = (socks_asked if socks else connect_asked)(
                    client)
                self.asked.append(target)
                self.heads.append(head)
                host = "::1" if target[0] == "[" else "127.0.0.1"
                port = int(target.rpartition(":")[2])
                with socket.create_connection((host, port)) as server:
                    back = threading.Thread(target=pour, args=(server, client))
                    back.start()
                    pour(client, server)
                    back.join(PATIENCE)
        except Exception as error:  # pylint: disable=broad-except
            self.error = error

    def run(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                threading.Thread(target=self.serve, args=(client,),
                                 daemon=True).start()

    def __enter__(self):
        threading.Thread(target=self.run, daemon=True).start()
        return self

    def __exit__(self, kind, error, trace):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        if self.error and error is None:
            raise self.error


class Proxies:
    """Proxies a, b and c."""

    def __enter__(self):
        self.stack = contextlib.ExitStack()
        self.all = {name: self.stack.enter_context(Tunnel())
                    for name in "abc"}
        return self

    def __exit__(self, *how):
        return self.stack.__exit__(*how)

    def env(self, text):
        """The environment of "ws_proxy=a all_proxy=": a proxy's letter, or
        what it is to be."""
        pairs = (word.partition("=") for word in text.split())
        return {name: f"http://{self.all[value].where}" if value in self.all
                else value for name, _, value in pairs}

    def used(self):
        """The letters of those that were asked since the last time."""
        letters = ""
        for name, proxy in self.all.items():
            letters += name * len(proxy.asked)
            proxy.asked.clear()
        return letters

    def goes(self, env, used, *args, wanted=HI):
        """A run with that environment goes by these proxies."""
        got = wstap("-1", *args, stdin=b"hi\n", env=self.env(env))
        equal(got, wanted, f"{env} {args}")
        equal(self.used(), used, f"the proxies of {env} {args}")


# --- the variables

PLAIN = ("ws_proxy", "WS_PROXY", "http_proxy", "all_proxy", "ALL_PROXY")
SECURE = ("wss_proxy", "WSS_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy",
          "ALL_PROXY")


def in_order(names):
    """Each before those behind it, set and where those before are empty."""
    for i, name in enumerate(names):
        before = "".join(f"{other}= " for other in names[:i])
        after = "".join(f" {other}=b" for other in names[i + 1:])
        yield f"{name}=a{after}", "a"
        yield f"{before}{name}=a{after}", "a"
    yield "".join(f"{name}= " for name in names), ""


@test
def the_variables_of_ws():
    with web() as server, Proxies() as proxies:
        for env, used in in_order(PLAIN):
            proxies.goes(env, used, server.url)
        for env, used in (
                ("", ""), ("HTTP_PROXY=a", ""),
                ("HTTP_PROXY=a ALL_PROXY=b", "b"),
                ("wss_proxy=a WSS_PROXY=a https_proxy=a HTTPS_PROXY=a", ""),
                ("Ws_Proxy=a", ""), ("proxy=a", "")):
            proxies.goes(env, used, server.url)
        proxies.goes("ws_proxy=a https_proxy=b", "a", f"http://{server.host}")
        proxies.goes("http_proxy=a", "a", server.host)


@test
def the_variables_of_wss():
    with web(kind="tls") as server, Proxies() as proxies:
        for env, used in in_order(SECURE):
            proxies.goes(env, used, "--ca", CA, server.url)
        proxies.goes("ws_proxy=a WS_PROXY=a http_proxy=a HTTP_PROXY=a", "",
                     "--ca", CA, server.url)
        proxies.goes("ws_proxy=a https_proxy=b", "b", "--ca", CA,
                     f"https://{server.host}")


@test
def the_option_wins():
    with web() as server, Proxies() as proxies:
        where = proxies.all["c"].where
        for scheme in "", "http://", "socks5://", "socks5h://":
            proxies.goes("ws_proxy=a all_proxy=b", "c", "--proxy",
                         scheme + where, server.url)
        proxies.goes("ws_proxy=a all_proxy=b", "", "--proxy", "", server.url)
        proxies.goes("ws_proxy=nonsense://", "", "--proxy", "", server.url)
        # What needs no proxy needs --proxy's as little.
        for args in (("--noproxy", "*"), ("--noproxy", "127.0.0.1")):
            proxies.goes("", "", "--proxy", where, *args, server.url)
        proxies.goes("no_proxy=*", "", "--proxy", where, server.url)


@test
def without_a_scheme_and_by_socks():
    with web() as server, Proxies() as proxies:
        where = proxies.all["a"].where
        for scheme in "", "socks5://", "socks5h://", "SOCKS5H://":
            proxies.goes(f"ws_proxy={scheme}{where}", "a", server.url)


# --- no_proxy


@test
def the_hosts_that_need_none():
    with web() as server, Proxies() as proxies:
        port = server.port
        for hosts, host, used in (
                ("*", "one.test", ""), ("one.test", "one.test", ""),
                ("one.test", "www.one.test", ""),
                ("one.test", "badone.test", "a"),
                ("one.test", "one.test.bad", "a"),
                (".one.test", "www.one.test", ""),
                (".one.test", "one.test", ""),
                ("ONE.Test", "one.test", ""), ("one.test.", "one.test", ""),
                ("two.test,one.test", "one.test", ""),
                ("two.test, one.test", "one.test", ""),
                ("two.test one.test", "one.test", ""),
                ("two.test", "one.test", "a"),
                (f"one.test:{port}", "one.test", ""),
                ("one.test:1", "one.test", "a"),
                ("127.0.0.1", "127.0.0.1", ""),
                ("127.0.0.0/8", "127.0.0.1", ""),
                ("10.0.0.0/8", "127.0.0.1", "a"),
                ("127.0.0.0/31", "127.0.0.1", ""),
                ("127.0.0.2/31", "127.0.0.1", "a"),
                ("::1", "127.0.0.1", "a"),
                # A name is not looked up for this.
                ("127.0.0.0/8", "one.test", "a"),
                (",", "one.test", "a")):
            env = {**proxies.env("ws_proxy=a"), "no_proxy": hosts}
            url = f"ws://{host}:{port}/"
            equal(wstap("-1", *ANY, url, stdin=b"hi\n", env=env), HI,
                  f"{hosts} {host}")
            equal(proxies.used(), used, f"the proxies of {hosts} for {host}")


@test
def the_IPv6_addresses_that_need_none():
    with web(kind="ipv6") as server, Proxies() as proxies:
        for hosts, used in (("::1", ""), ("[::1]", ""), ("0:0::1", ""),
                            (f"[::1]:{server.port}", ""), ("[::1]:1", "a"),
                            ("::/64", ""), ("fe80::/10", "a"),
                            ("127.0.0.1", "a")):
            proxies.goes(f"ws_proxy=a no_proxy={hosts}", used, server.url)


@test
def whose_list_counts():
    with web() as server, Proxies() as proxies:
        me, other = "127.0.0.1", "one.test"
        for env, used, args in (
                (f"no_proxy={me}", "", ()),
                (f"NO_PROXY={me}", "", ()),
                (f"no_proxy={other} NO_PROXY={me}", "a", ()),
                (f"no_proxy={me} NO_PROXY={other}", "", ()),
                (f"no_proxy= NO_PROXY={me}", "", ()),
                (f"no_proxy={me}", "a", ("--noproxy", other)),
                (f"NO_PROXY={me}", "a", ("--noproxy", other)),
                (f"no_proxy={me}", "a", ("--noproxy", "")),
                (f"no_proxy={other}", "", ("--noproxy", me))):
            proxies.goes(f"ws_proxy=a {env}", used, *args, server.url)


# --- what is wrong


@test
def a_value_that_cannot_be_read():
    for names, url in ((PLAIN, "ws://127.0.0.1:1/"),
                       (SECURE, "wss://127.0.0.1:1/")):
        for name in names:
            visit(refused(2, f'{name}: unknown scheme "ftp" (use http, https, '
                             "socks4, socks4a, socks5 or socks5h)"),
                  url, env={name: "ftp://127.0.0.1:1"})
    for value, why in (
            ("http://", 'URL "": it is empty'),
            ("127.0.0.1:99999", 'URL "127.0.0.1:99999": the port must be a '
                                "number from 1 to 65535"),
            (f"http://me:{SECRET}@127.0.0.1:x", 'URL "***@127.0.0.1:x": the '
             "port must be a number from 1 to 65535"),
            (f"me:{SECRET}@", 'URL "***@": the host is missing'),
            (f"http://me:{SECRET}@[::1", 'URL "***@[::1": the ] after the IPv6'
                                         " address is missing"),
            (f"http://me:{SECRET}@127.0.0.1/path", "a proxy is [SCHEME://]"
             "[USER:PASSWORD@]HOST[:PORT], with no path"),
            ("http://http://127.0.0.1", "two schemes before the proxy's "
                                        "host")):
        visit(refused(2, f"ws_proxy: {why}"), "ws://127.0.0.1:1/",
              env={"ws_proxy": value})
        visit(refused(2, f"--proxy: {why}"), "--proxy", value,
              "ws://127.0.0.1:1/", env={"ws_proxy": "also://wrong"})


@test
def a_proxy_whose_name_is_unknown():
    for scheme in "http", "https", "socks4", "socks5", "socks5h":
        got = wstap("ws://127.0.0.1:1/", env={
            "ws_proxy": f"{scheme}://me:{SECRET}@nobody.invalid:1"})
        equal(got[:2], (5, b""), got[2])
        check(got[2].startswith(f"wstap: proxy {scheme}://nobody.invalid:1: "
                                "cannot resolve nobody.invalid: ") and
              got[2].count("\n") == 1, got[2])
    visit(refused(5, "proxy http://one.test:1: cannot resolve one.test: "
                     "--resolve gives it no IPv6 address (--ipv6)"),
          "-6", *ANY, "--proxy", "one.test:1", "ws://[::1]:1/")


@test
def a_proxy_that_is_not_there():
    port = free_port()
    for scheme in "http", "https", "socks4", "socks5", "socks5h":
        visit(refused(7, f"proxy {scheme}://127.0.0.1:{port}: cannot connect "
                         f"to 127.0.0.1 port {port}: Connection refused"),
              "ws://one.test/", env={
                  "all_proxy": f"{scheme}://me:{SECRET}@127.0.0.1:{port}"})


# --- credentials


@test
def credentials_are_not_shown():
    word = base64.b64encode(f"me:{SECRET}".encode()).decode()
    with web() as server, Tunnel() as proxy:
        for scheme in "http", "socks5":
            env = {"ws_proxy": f"{scheme}://me:{SECRET}@{proxy.where}"}
            status, out, err = wstap("-1v", server.url, stdin=b"hi\n", env=env)
            equal((status, out), (0, b"hi\n"), err)
            check(SECRET not in err and word not in err, err)
            head = proxy.heads.pop()
            if scheme == "http":
                check("> Proxy-Authorization: ***\n" in err, err)
                check(f"Proxy-Authorization: Basic {word}\r\n" in head, head)
                _, _, err = wstap("-1vv", server.url, stdin=b"hi\n", env=env)
                check(f"> Proxy-Authorization: Basic {word}\n" in err, err)
            else:
                equal(head, f"me {SECRET} ", "the user and password")
        # They are the proxy's, not the server's.
        for head in server.asked:
            check(not head.get("Authorization") and
                  not head.get("Proxy-Authorization"), head.raw)


# --- TLS to the server


@test
def TLS_is_with_the_server():
    with Proxies() as proxies:
        with web(kind="tls", certificate="other") as server:
            url = f"wss://other.example:{server.port}/"
            proxies.goes("wss_proxy=a", "a", "--ca", CA, url)
        with web(kind="tls") as server:
            url = f"wss://other.example:{server.port}/"
            got = wstap("--ca", CA, url, env=proxies.env("wss_proxy=a"))
            equal((got[:2], proxies.used(), server.asked),
                  ((60, b""), "a", []), got[2])
            check("other.example" in got[2] and got[2].count("\n") == 1,
                  got[2])
            got = wstap(server.url, env=proxies.env("wss_proxy=a"))
            equal((got[:2], server.asked), ((60, b""), []), got[2])
            server.error = None


# --- who asks


@test
def a_unix_socket_needs_none():
    with web(kind="unix", folder=TMP) as server, Proxies() as proxies:
        for args in ((), ("--proxy", proxies.all["b"].where)):
            proxies.goes("ws_proxy=a all_proxy=a", "", *args, "--unix-socket",
                         server.path, "ws://one.test/")
            proxies.goes("ws_proxy=a all_proxy=a", "", *args, server.url)
        proxies.goes("ws_proxy=nonsense://", "", server.url)


@test
def connect_to_by_a_proxy():
    """The proxy is chosen by the URL's host, and asked for the other."""
    with web() as server, Proxies() as proxies:
        asked = proxies.all["a"].asked
        detour = ("--connect-to", f"one.test:80:two.test:{server.port}")
        env = proxies.env("ws_proxy=a no_proxy=two.test")
        equal(wstap("-1", *detour, "ws://one.test/", stdin=b"hi\n", env=env),
              HI, "the run")
        equal(asked, [f"two.test:{server.port}"], "asked for")
        equal(server.got("Host"), ["one.test"], "Host")
        asked.clear()
        proxies.goes("ws_proxy=a no_proxy=one.test", "", *detour, *ANY,
                     "ws://one.test/")


@test
def a_redirect_chooses_anew():
    with web() as end, web(kind="tls") as secure, Proxies() as proxies:
        for to, env, used in (
                (f"http://two.test:{end.port}/", "http_proxy=a", "aa"),
                (f"http://two.test:{end.port}/",
                 "http_proxy=a no_proxy=two.test", "a"),
                (f"http://two.test:{end.port}/",
                 "http_proxy=a no_proxy=one.test", "a"),
                (secure.url, "ws_proxy=a wss_proxy=b", "ab"),
                (secure.url, "wss_proxy=b", "b"),
                (secure.url, "ws_proxy=a", "a")):
            with Web({"/": leads(to)}) as first:
                proxies.goes(env, used, "-L", *ANY, "--ca", CA,
                             f"ws://one.test:{first.port}/")


@test
def a_reconnection_goes_by_it_again():
    def breaks(peer):
        peer.handshake()
        peer.rst()

    def ends(peer):
        peer.handshake()
        peer.frame("text", "hi")
        peer.close(1000)
        peer.expect_close(1000)
        peer.eof()
        peer.expect_eof()

    with Proxies() as proxies, Sequence(breaks, ends) as server:
        with Run([WSTAP, "--reconnect=1", server.url], close_stdin=False,
                 env=proxies.env("ws_proxy=a")) as run:
            equal((run.wait(), bytes(run.out)), (0, b"hi\n"), run.text())
        equal(proxies.used(), "aa", "the proxies")


@test
def connecting_anew_goes_by_it_too():
    with Proxies() as proxies, Several() as first, Several() as second:
        env = {**proxies.env("ws_proxy=a"),
               "no_proxy": f"localhost:{second.port}"}
        with Terminal(["--stay", first.url], env=env) as terminal:
            close(first.next())
            terminal.wait_for("Disconnected")
            command(terminal, "/reconnect")
            peer = first.next()
            prompt(terminal)
            equal(proxies.used(), "aa", "the proxies of /reconnect")
            command(terminal, f"/connect ws://127.0.0.1:{second.port}/")
            closed(peer)
            peer = second.next()
            equal(proxies.used(), "a", "the proxies of /connect")
            command(terminal, f"/connect ws://localhost:{second.port}/")
            closed(peer)
            peer = second.next()
            prompt(terminal)
            equal(proxies.used(), "", "the proxies of a host that needs none")
            bye(terminal, peer)


@test
def a_server_has_none():
    for value in "nonsense://", "127.0.0.1:1":
        with Listening("--once", "-q", env={
                name: value for name in PLAIN + SECURE}) as server:
            peer = peer_to(server.port)
            peer.frame("text", "hi")
            peer.close(1000)
            peer.expect_close(1000)
            peer.expect_eof()
            peer.hangup()
            equal((server.wait(), bytes(server.out)), (0, b"hi\n"),
                  server.text())
