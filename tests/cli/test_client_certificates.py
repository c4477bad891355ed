"""Our own certificate: how it is read, who gets to see it, and what is said
where it does not do."""

import contextlib
import os
import select
import socket
import ssl

from harness import CERTS, TMP, check, equal, test, wstap
from certs import PASSPHRASE
from nginx import Gateway
from real import Echo
from scripted import Conversation
from secure import Secure, TLS12, TLS13, TRUST, names_of, path, visits
from several import closed, command
from terminal import Terminal
from web import leads, opens

CLIENT = "wstap test client"
PLAIN = [*TRUST, "--cert", path("client.pem"), "--key", path("client.key")]
LOCKED = [*TRUST, "--cert", path("client.pem"), "--key",
          path("client-locked.key")]
OURS = f"our certificate {names_of('client')}, issued by "


def put(name, *parts):
    """A file of those certificates and keys, one after another."""
    whole = os.path.join(TMP, name)
    with open(whole, "w") as out:
        for part in parts:
            with open(path(part)) as file:
                out.write(file.read())
    return whole


def demands(version=None):
    return Secure(client=ssl.CERT_REQUIRED, version=version)


def cannot_read(file, why):
    return f"cannot read the certificate or key {file}: {why}"


# --- how it is read


@test
def its_files():
    with demands() as server:
        both = put("client-both.pem", "client.pem", "client.key")
        turned = put("client-turned.pem", "client.key", "client.pem")
        one = put("client-one.pem", "client.pem", "client-locked.key")
        told = put("told")
        with open(told, "w") as file:
            file.write(PASSPHRASE + "\n")
        locked = ["--passphrase", PASSPHRASE]
        rows = [
            ("--cert and --key", PLAIN),
            ("a file", [*TRUST, "--cert", both]),
            ("a file, the key first", [*TRUST, "--cert", turned]),
            ("PKCS#12", [*TRUST, "--cert", path("client.p12")]),
            ("a pass phrase", [*LOCKED, *locked]),
            ("a file with one", [*TRUST, "--cert", one, *locked]),
            ("PKCS#12 with one",
             [*TRUST, "--cert", path("client-locked.p12"), *locked]),
            ("one of a file", [*LOCKED, "--passphrase", f"@{told}"]),
            ("one that is not needed", [*PLAIN, *locked]),
        ]
        visits(server, [(name, options, 0, None) for name, options in rows])
        equal(server.shown, [CLIENT] * len(rows), "shown")
        visits(server, [
            ("RSA", [*TRUST, "--cert", path("client-rsa.pem"), "--key",
                     path("client-rsa-locked.key"), *locked], 0, None)])
        equal(server.shown[-1], "wstap test client-rsa", "shown")


@test
def a_pass_phrase_on_standard_input():
    with demands() as server:
        got = wstap(*LOCKED, "--passphrase", "@-", server.url,
                    stdin=PASSPHRASE.encode() + b"\n")
        equal(got, (0, b"there\n", ""), "run")
        equal(server.shown, [CLIENT], "shown")


@test
def what_cannot_be_read():
    missing, pem = os.path.join(TMP, "missing"), path("client.pem")
    key, p12 = path("client-locked.key"), path("client-locked.p12")
    other, wrong = path("client-rsa.key"), ["--passphrase", "wrong"]
    tty = ("needs a pass phrase: there is no terminal to ask on (try "
           "--passphrase @FILE)")
    with demands() as server:
        visits(server, [
            ("no certificate", ["--cert", missing], 58,
             cannot_read(missing, "No such file or directory")),
            ("no key", ["--cert", pem, "--key", missing], 58,
             cannot_read(missing, "No such file or directory")),
            ("no key in it", ["--cert", pem], 58,
             cannot_read(pem, "there is no private key in it (try --key "
                              "FILE)")),
            ("no certificate in it", ["--cert", other], 58,
             cannot_read(other, "there is no certificate in it (PEM or "
                                "PKCS#12 is what it takes)")),
            ("a key alone", ["--key", other], 58,
             f"the key {other} is of no use without its certificate (try "
             "--cert FILE)"),
            ("another's key", ["--cert", pem, "--key", other], 58,
             f"the private key {other} does not belong to the "
             f"certificate {pem} ({names_of('client')})"),
            ("wrong", [*LOCKED, *wrong], 58,
             f"{key}: the pass phrase is wrong"),
            ("wrong for PKCS#12", ["--cert", p12, *wrong], 58,
             f"{p12}: the pass phrase is wrong"),
            ("nobody to ask", LOCKED, 58, f"{key} {tty}"),
            ("nobody to ask for PKCS#12", ["--cert", p12], 58,
             f"{p12} {tty}"),
        ])
        equal(server.connections, 0, "connections made")


# --- the pass phrase asked for


def ask(terminal, text, question="Pass phrase of"):
    terminal.wait_for(question)
    terminal.type(text + "\r")


@test
def a_pass_phrase_that_is_asked_for():
    for options in (LOCKED, [*TRUST, "--cert", path("client-locked.p12")],
                    ["--passphrase", *LOCKED]):
        with demands() as server:
            with Terminal([*options, server.url], columns=200) as terminal:
                ask(terminal, "wrong")
                ask(terminal, PASSPHRASE, "Wrong. Pass phrase of")
                terminal.wait_for("there")
                equal(terminal.wait(), 0, "status")
                equal(terminal.modes(), terminal.modes_before, "modes")
                check(PASSPHRASE.encode() not in terminal.raw and
                      b"wrong" not in terminal.raw, terminal.text())
            equal(server.shown, [CLIENT], "shown")


@test
def a_pass_phrase_that_stays_wrong():
    with demands() as server:
        with Terminal([*LOCKED, server.url], columns=200) as terminal:
            ask(terminal, "a")
            for text in ("b", "c"):
                ask(terminal, text, "Wrong. Pass phrase of")
                terminal.pump(0.05)
            equal(terminal.wait(), 58, "status")
            equal(terminal.modes(), terminal.modes_before, "modes")
            equal(terminal.lines()[3],
                  f"wstap: {path('client-locked.key')}: the pass phrase was "
                  "wrong 3 times", "line")
        equal(server.connections, 0, "connections made")


# --- what the server says


# In TLS 1.3 the server judges after the handshake.
PHASES = ((TLS12, "TLS handshake with localhost"), (TLS13, "connection lost"))


def refusal(before, kind, why):
    return (f"{before}: the server did not accept our certificate "
            f"{names_of(kind)}, issued by {names_of('authority')}{why}")


@test
def one_is_demanded():
    why = "the server asks for a client certificate (try --cert)"
    for version, before in PHASES:
        with demands(version) as server:
            visits(server, [("none given", TRUST, 58, f"{before}: {why}")])
            equal(server.asked, [], "requests")
    with Secure(client=ssl.CERT_OPTIONAL) as server:
        visits(server, [("optional, none given", TRUST, 0, None),
                        ("optional", PLAIN, 0, None)])
        equal(server.shown, [None, CLIENT], "shown")


@test
def one_is_demanded_while_we_send():
    """The request may meet the connection's end before the alert is read."""
    line = ("connection lost: the server asks for a client certificate (try "
            "--cert)")
    with demands(TLS13) as server:
        visits(server, [("none given", TRUST, 58, line)] * 25)


@test
def one_is_refused():
    old = [*TRUST, "--cert", path("client-old.pem"), "--key",
           path("client-old.key")]
    own = [*TRUST, "--cert", path("self.pem"), "--key", path("self.key")]
    for version, before in PHASES:
        with demands(version) as server:
            visits(server, [
                ("out of date", old, 58,
                 refusal(before, "client-old", ", which expired on 2021-01-01 "
                         "00:00:00 UTC: it is out of date")),
                ("unknown issuer", own, 58,
                 f"{before}: the server did not accept our certificate "
                 "CN=localhost, issued by CN=localhost: it does not know the "
                 "issuer"),
            ])
            equal(server.asked, [], "requests")


# --- who gets to see it


@test
def nginx_sees_it():
    old = [*TRUST, "--cert", path("client-old.pem"), "--key",
           path("client-old.key")]
    with Echo("ws") as echo, Gateway(echo, CERTS) as gateway:
        def told(word, *options):
            status, out, err = wstap("-v", *options)
            equal((status, out), (22, b""), err)
            check(word in err.splitlines(), err)

        url = gateway.certified_url + "seen"
        told("NONE", *TRUST, url)
        told("SUCCESS", *PLAIN, url)
        told("NONE", "-L", *PLAIN, gateway.secure_url + "certified")
        told("<head><title>400 The SSL certificate error</title></head>",
             *old, url)
        told("wstap: the server answered 400 Bad Request: it wants a client "
             "certificate that it knows (--cert)", *old, url)


@contextlib.contextmanager
def two():
    with Secure(client=ssl.CERT_OPTIONAL) as home, Secure(
            client=ssl.CERT_OPTIONAL) as other:
        yield home, other


@test
def not_where_a_redirect_leads():
    with two() as (home, other):
        home.pages.update({"/": leads(other.url), "/x": opens()})
        other.pages["/"] = leads(home.at("/x"))
        visits(home, [("and back", ["-L", *PLAIN], 0, None)])
        equal((home.shown, other.shown), ([CLIENT, CLIENT], [None]), "shown")


def relay(peer, port):
    """A proxy's end of CONNECT, until either side has had enough."""
    head = peer.read_head()
    equal(head.start, f"CONNECT localhost:{port} HTTP/1.1", "request")
    peer.send(b"HTTP/1.1 200 OK\r\n\r\n")
    with socket.create_connection(("127.0.0.1", port)) as server:
        while True:
            ready, _, _ = select.select([peer.sock, server], [], [])
            if server in ready:
                data = server.recv(65536)
                peer.send(data)
            else:
                data = peer.sock.recv(65536)
                server.sendall(data)
            if not data:
                return


@test
def not_to_a_proxy():
    with two() as (server, proxy):
        def hand_on(peer):
            proxy.note_client(peer)
            relay(peer, server.port)

        proxy.script = hand_on
        visits(server, [("through it", [*PLAIN, "--proxy", "https://localhost:"
                                        f"{proxy.port}"], 0, None)])
        equal((server.shown, proxy.shown), ([CLIENT], [None]), "shown")


@test
def not_where_a_command_leads():
    with contextlib.ExitStack() as stack:
        home, other = (
            stack.enter_context(Conversation(kind="tls", folder=CERTS))
            for _ in range(2))
        for server in (home, other):
            server.context.verify_mode = ssl.CERT_OPTIONAL
            server.context.load_verify_locations(path("ca.pem"))
        terminal = stack.enter_context(Terminal([*PLAIN, home.url]))
        first = home.connected()
        check(first.sock.getpeercert(), "none was shown at home")
        terminal.wait_cursor(">", 2)
        command(terminal, f"/connect {other.url}")
        closed(first)
        second = other.connected()
        equal(second.sock.getpeercert(), None, "shown to the other")
        terminal.wait_cursor(">", 2)
        terminal.type("\x04")
        closed(second)
        equal(terminal.wait(), 0, "status")
