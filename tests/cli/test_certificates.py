"""A server's certificate and its TLS: what is taken, and what is said of the
rest."""

import os
import shutil
import ssl
import stat

import certs
from harness import CA, CERTS, TMP, check, equal, test, wstap
from scripted import Conversation, Server
from secure import (Secure, TLS12, TLS13, TRUST, matches, names_of, path, pin,
                    visits)
from terminal import Terminal, end
from web import refused, visit

NAMES = "localhost, 127.0.0.1, ::1"
AUTHORITY = names_of("authority")
ANYWAY = "(try -n to connect anyway)"
UNCHECKED = "the server's certificate is not verified (--no-check)"
UNKNOWN = ("cannot trust localhost: its certificate was issued by "
           f"{AUTHORITY}, which is not known here (try --ca FILE with the "
           "issuer's certificate, or -n to connect anyway)")


def stranger(why):
    return f"cannot trust localhost: {why}"


# --- whom it trusts


BAD = [
    ("expired",
     f"its certificate expired on 2021-01-01 00:00:00 UTC {ANYWAY}"),
    ("early",
     f"its certificate is valid from 2048-01-01 00:00:00 UTC {ANYWAY}"),
    ("other", f"its certificate is for other.example {ANYWAY}"),
    ("self",
     "its certificate is self-signed, by CN=localhost (try --ca FILE with "
     "that certificate, or -n to connect anyway)"),
]


@test
def a_certificate_that_is_wrong():
    for kind, why in BAD:
        with Secure(kind) as server:
            visits(server, [
                (kind, TRUST, 60, stranger(why)),
                (f"{kind} with -n", ["-n"], 0, UNCHECKED),
                (f"{kind} with -k", ["-k"], 0, UNCHECKED),
            ])
            equal(len(server.asked), 2, "requests")


@test
def one_that_was_revoked():
    listed = os.path.join(TMP, "listed")
    os.mkdir(listed)
    for part in ("ca.pem", "crl.pem"):
        shutil.copy(path(part), listed)
    certs.openssl("rehash", listed)
    with Secure("revoked") as server:
        visits(server, [("without the list", TRUST, 0, None)])
        for option in (["--ca", path("ca-crl.pem")], ["--capath", listed]):
            status, out, err = wstap(*option, server.url)
            equal((status, out), (60, b""), err)
            matches(r"wstap: cannot trust localhost: its certificate was "
                    r"revoked on \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC \(try -n "
                    r"to connect anyway\)\n", err, "line")
    with Secure() as server:
        visits(server, [("another one's with the list",
                         ["--ca", path("ca-crl.pem")], 0, None)])


@test
def who_is_trusted():
    empty = os.path.join(TMP, "no-authorities")
    os.mkdir(empty)
    hashed, missing = path("hashed"), os.path.join(TMP, "missing")
    nobody = {"SSL_CERT_FILE": missing, "SSL_CERT_DIR": empty}
    with Secure() as server:
        visits(server, [
            ("unknown", [], 60, UNKNOWN),
            ("--ca", TRUST, 0, None),
            ("--ca is the only one", ["--ca", path("self.pem")], 60, UNKNOWN),
            ("--capath", ["--capath", hashed], 0, None),
            ("--capath not hashed", ["--capath", empty], 77,
             f"cannot use the CA directory {empty}: no file in it has a hash "
             f"for a name (try: openssl rehash {empty})"),
            ("--capath missing", ["--capath", missing], 77,
             f"cannot read the CA directory {missing}: No such file or "
             "directory"),
            ("--ca missing", ["--ca", missing], 77,
             f"cannot read the CA file {missing}: No such file or directory"),
            ("--ca without certificates", ["--ca", path("good.key")], 77,
             f"cannot use the CA file {path('good.key')}: there is no "
             "certificate in it (PEM is what it takes)"),
            ("SSL_CERT_FILE", [{"SSL_CERT_FILE": CA}], 0, None),
            ("SSL_CERT_DIR", [{"SSL_CERT_DIR": hashed}], 0, None),
            ("neither has it", [nobody], 60, UNKNOWN),
            ("--ca goes before SSL_CERT_FILE",
             ["--ca", path("self.pem"), {"SSL_CERT_FILE": CA}], 60, UNKNOWN),
            ("--ca with both of them wrong", [*TRUST, nobody], 0, None),
        ])
    with Secure("chain") as server:
        visits(server, [
            ("a chain", TRUST, 0, None),
            ("a chain up to the middle", ["--ca", path("below.pem")], 0, None),
        ])
    with Secure("self") as server:
        visits(server, [
            ("itself", ["--ca", path("self.pem")], 0, None)])


# --- the name asked for


@test
def the_name_asked_for():
    with Secure() as server:
        other = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        other.load_cert_chain(path("other.pem"), path("other.key"))

        def choose(sock, name, context):
            server.note_name(sock, name, context)
            if name == "unknown.example":
                return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
            if name == "other.example":
                sock.context = other
            return None

        server.context.sni_callback = choose
        visits(server, [
            ("the host", TRUST, 0, None),
            ("right", [*TRUST, "--sni", "other.example"], 0, None),
            ("wrong", [*TRUST, "--sni", "wrong.example"], 60,
             "cannot trust wrong.example (--sni): its certificate is for "
             f"{NAMES} {ANYWAY}"),
            ("none such", [*TRUST, "--sni", "unknown.example"], 35,
             "TLS handshake with localhost: the server does not know the "
             "name unknown.example (try --sni)"),
        ])
        equal(server.asked_for, ["localhost", "other.example",
                                 "wrong.example", "unknown.example"], "SNI")
        server.asked_for.clear()
        visits(server, [("an address", TRUST, 0, None)], server.local)
        equal(server.asked_for, [None], "SNI of an address")


# --- versions and ciphers


@test
def versions_of_TLS():
    for version, rows in (
            (TLS12, [
                ("1.2", TRUST, 0, None),
                ("--tls-max 1.2", [*TRUST, "--tls-max", "1.2"], 0, None),
                ("--tls-min 1.3", [*TRUST, "--tls-min", "1.3"], 35,
                 "TLS handshake with localhost: the server does not speak "
                 "TLS 1.3 (try --tls-min 1.2)")]),
            (TLS13, [
                ("1.3", TRUST, 0, None),
                ("--tls-min 1.3", [*TRUST, "--tls-min", "1.3"], 0, None),
                ("--tls-max 1.2", [*TRUST, "--tls-max", "1.2"], 35,
                 "TLS handshake with localhost: the server does not speak "
                 "TLS 1.2 (try without --tls-max)")])):
        with Secure(version=version) as server:
            visits(server, rows)
    visit(refused(2, "--tls-max: below --tls-min: no version is left"),
          "--tls-max", "1.2", "--tls-min", "1.3", "wss://127.0.0.1:1/")


@test
def ciphers():
    ours, theirs = "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE+AES128"
    none = ("TLS handshake with localhost: the server found no cipher, curve "
            "or signature that both sides take (try without --ciphers)")
    with Secure(version=TLS12, ciphers=theirs) as server:
        visits(server, [
            ("1.2: any", TRUST, 0, None),
            ("1.2: none in common", [*TRUST, "--ciphers", ours], 35, none)])
    with Secure(version=TLS13) as server:
        visits(server, [
            ("1.3: one of them",
             [*TRUST, "--ciphers", "TLS_AES_128_GCM_SHA256"], 0, None),
            ("1.3: none in common",
             [*TRUST, "--ciphers", "TLS_AES_128_CCM_8_SHA256"], 35, none)])


# --- pins


@test
def pins():
    good, bad = pin("good"), pin("other")

    def line(which):
        return (f"cannot trust localhost: its key is not {which} (if it was "
                f"changed, and you know by whom, try --pin {good})")

    with Secure() as server:
        visits(server, [
            ("right", [*TRUST, "--pin", good], 0, None),
            ("one of two", [*TRUST, "--pin", bad, "--pin", good], 0, None),
            ("wrong", [*TRUST, "--pin", bad], 90, line("the pinned one")),
            ("right with -n", ["-n", "--pin", good], 0, UNCHECKED),
            ("wrong twice", [*TRUST, "--pin", bad, "--pin", pin("self")], 90,
             line("among the pinned ones")),
            ("wrong with -n", ["-n", "--pin", bad], 90,
             f"{UNCHECKED}\nwstap: {line('the pinned one')}"),
            ("right, not trusted", ["--pin", good], 60, UNKNOWN),
        ])
        equal(len(server.asked), 3, "requests")


# --- TLS where there is none, and the reverse


@test
def TLS_to_a_plain_port():
    plain = ("TLS handshake with localhost: the server does not speak TLS "
             "there (try ws://)")

    def answers(peer):
        peer.more()
        peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        peer.drain()

    def hangs_up(peer):
        peer.more()

    for script, line in (
            (answers, plain),
            (hangs_up, "TLS handshake with localhost: the server closed the "
             "connection (if it does not speak TLS there, try ws://)")):
        with Server(script) as server:
            visit(refused(35, line), *TRUST, f"wss://localhost:{server.port}/")


@test
def no_TLS_to_a_TLS_port():
    with Secure() as server:
        visit(refused(52, "connection lost: Connection reset by peer (if it "
                      "speaks TLS there, try wss://)"),
              f"ws://127.0.0.1:{server.port}/")


# --- the key log


def secrets(file):
    """Its lines' labels, each line being one of NSS's key log format."""
    with open(file) as f:
        lines = f.read().splitlines()
    for line in lines:
        matches(r"[A-Z0-9_]+ [0-9a-f]{64} ([0-9a-f]{64}|[0-9a-f]{96})", line,
                "a line of the key log")
    return {line.split()[0] for line in lines}, lines


TRAFFIC = {f"{who}_{what}" for who in ("CLIENT", "SERVER")
           for what in ("HANDSHAKE_TRAFFIC_SECRET", "TRAFFIC_SECRET_0")}


@test
def the_key_log():
    def fresh(name):
        return os.path.join(TMP, name)
    asked, other, both = fresh("keys"), fresh("keys-env"), fresh("keys-12")
    with Secure() as server:
        status, out, err = wstap("-vv", *TRUST, "--keylog", asked, server.url,
                                 env={"SSLKEYLOGFILE": other})
        equal((status, out), (0, b"there\n"), err)
        labels, lines = secrets(asked)
        check(TRAFFIC <= labels, labels)
        equal(stat.S_IMODE(os.stat(asked).st_mode), 0o600, "its mode")
        check(not os.path.exists(other), "SSLKEYLOGFILE's was written too")
        for line in lines:
            check(line.split()[2] not in err, f"-v shows a secret: {err}")
        visits(server, [("SSLKEYLOGFILE", [*TRUST, {"SSLKEYLOGFILE": other}],
                         0, None)])
        check(TRAFFIC <= secrets(other)[0], "labels")
        equal(stat.S_IMODE(os.stat(other).st_mode), 0o600, "its mode")
        visits(server, [("again", [*TRUST, "--keylog", asked], 0, None)])
        equal(secrets(asked)[1][:len(lines)], lines, "what was there before")
        equal(len(secrets(asked)[1]), 2 * len(lines), "lines")
        bad = os.path.join(TMP, "missing", "keys")
        visits(server, [
            ("not to be written", [*TRUST, "--keylog", bad], 23,
             f"cannot write the key log {bad}: No such file or directory"),
            ("the variable's not", [*TRUST, {"SSLKEYLOGFILE": bad}], 0, None),
            ("the variable is empty", [*TRUST, {"SSLKEYLOGFILE": ""}], 0,
             None),
        ])
    with Secure(version=TLS12) as server:
        visits(server, [("1.2", [*TRUST, "--keylog", both], 0, None)])
        equal(secrets(both)[0], {"CLIENT_RANDOM"}, "labels")


# --- what is told of it


def told(server, *options):
    status, out, err = wstap("-v", *options, server.url)
    equal((status, out), (0, b"there\n"), err)
    return [line for line in err.splitlines() if line.startswith("*")]


@test
def what_verbose_tells():
    chain = [
        f"* certificate 1: {names_of('chain')}",
        f"*   issued by {names_of('below')}",
        f"*   for {NAMES}",
        "*   valid from 2020-01-01 00:00:00 UTC to 2049-12-31 23:59:59 UTC",
        "*   key prime256v1",
        f"*   pin {pin('chain')}",
        f"* certificate 2: {names_of('below')}",
        f"*   issued by {AUTHORITY}",
        "*   valid from 2020-01-01 00:00:00 UTC to 2049-12-31 23:59:59 UTC",
        "*   key prime256v1",
        f"*   pin {pin('below')}",
    ]
    with Secure("chain", version=TLS13) as server:
        server.context.set_alpn_protocols(["http/1.1"])
        lines = told(server, *TRUST)
        at = lines.index(chain[0])
        equal(lines[at - 1:at + len(chain)],
              ["* TLSv1.3, TLS_AES_256_GCM_SHA384, key exchange X25519, ALPN "
               "http/1.1", *chain], "lines")
        lines = told(server, "-n")
        equal(lines[lines.index(chain[-1]) + 1],
              "* none of them was verified (-n)", "after the chain")
    with Secure("chain", version=TLS12) as server:
        lines = told(server, *TRUST)
        equal(lines[lines.index(chain[0]) - 1],
              "* TLSv1.2, ECDHE-ECDSA-AES256-GCM-SHA384, key exchange X25519, "
              "ALPN none", "line")


@test
def what_info_tells():
    with Conversation(kind="tls", folder=CERTS) as server:
        with Terminal([*TRUST, server.url], columns=120) as terminal:
            peer = server.connected()
            terminal.wait_for("(TLSv1.3)")
            terminal.wait_cursor(">", 2)
            terminal.type("/info\r")
            terminal.wait_for("messages out")
            for line in ("TLSv1.3, TLS_AES_256_GCM_SHA384, key exchange",
                         "issued by CN=wstap test authority",
                         pin("good")):
                check(line in terminal.text(), f"{line}\n{terminal.text()}")
            end(terminal, peer)
