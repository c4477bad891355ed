"""A server with TLS of which a test says what it speaks and asks for, and
rows of what becomes of a visit to it."""

import base64
import os
import re
import ssl
import subprocess

from harness import CA, CERTS, check, equal, wstap
from web import Web, opens

TLS12, TLS13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
TRUST = ("--ca", CA)


def path(name):
    return os.path.join(CERTS, name)


def names_of(kind):
    """The subject of a certificate that certs.py makes."""
    return f"CN=wstap test {kind}"


def pin(name):
    """The pin of a certificate's key."""
    digest = subprocess.check_output(
        f"openssl x509 -in {path(name)}.pem -noout -pubkey | openssl pkey "
        "-pubin -outform der | openssl dgst -sha256 -binary", shell=True)
    return "sha256//" + base64.b64encode(digest).decode()


class Secure(Web):
    """certificate: which of certs.py; version: the only one; client: whether
    a certificate is asked for, an ssl.CERT_...; shown: the name in that of
    each connection that came to be, or None; asked_for: the names of SNI.

    A client that goes away before it has asked for anything is no fault."""

    def __init__(self, certificate="good", version=None, client=None,
                 ciphers=None):
        super().__init__({"/": opens()}, kind="tls", certificate=certificate)
        self.shown, self.asked_for = [], []
        if version:
            self.context.minimum_version = version
            self.context.maximum_version = version
        if ciphers:
            self.context.set_ciphers(ciphers)
        if client is not None:
            self.context.verify_mode = client
            self.context.load_verify_locations(CA)
        self.context.sni_callback = self.note_name
        self.local = f"wss://127.0.0.1:{self.port}/"

    def note_name(self, sock, name, context):
        self.asked_for.append(name)

    def note_client(self, peer):
        subject = dict(rdn[0] for rdn in
                       (peer.sock.getpeercert() or {}).get("subject", ()))
        self.shown.append(subject.get("commonName"))

    def reply(self, peer):
        if peer.more():
            self.note_client(peer)
            super().reply(peer)

    def serve(self, sock):
        error, self.error = self.error, None
        super().serve(sock)
        if "TLS" in str(self.error) or isinstance(self.error, OSError):
            self.error = None
        self.error = error or self.error


def visits(server, rows, url=None):
    """Rows of (name, options, status, line): the line is all that is said.
    Status 0 is that it opened. An option that is a dict is of the
    environment."""
    for name, options, status, line in rows:
        env = {}
        for option in options:
            env.update(option if isinstance(option, dict) else {})
        args = [option for option in options if isinstance(option, str)]
        got = wstap(*args, url or server.url, env=env)
        told = f"wstap: {line}\n" if line else ""
        equal(got, (status, b"" if status else b"there\n", told), name)


def matches(pattern, text, what):
    check(re.fullmatch(pattern, text), f"{what}: {text!r}")
