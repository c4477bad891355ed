"""Credentials: who gets which, how a 401 is answered, and who sees them."""

import contextlib
import hashlib
import os
import re
import signal

from harness import TMP, WSTAP, Run, check, equal, test, wstap
from scripted import Conversation
from terminal import Terminal
from web import THERE, Web, basic, in_turn, leads, opens, refused, says, visit

SECRET = "s3cret"
TAKES_NOT = refused(22, "the server answered 401 Unauthorized: it did not "
                        "take the credentials")


def write(name, text, mode=0o600):
    path = os.path.join(TMP, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)
    return path


def asks(*challenges):
    return says("401 Unauthorized", *(f"WWW-Authenticate: {challenge}"
                                      for challenge in challenges))


# --- Basic and Bearer


def sent(*args, url="ws://{}/", **how):
    """The Authorization field of a request."""
    with Web({"/": opens(), "/?q": opens()}) as web:
        visit(THERE, *args, url.format(web.host), **how)
        return web.got("Authorization")[0]


@test
def what_is_sent_at_once():
    for args, url, wanted in (
            (("-u", "me:pass"), "ws://{}/", basic("me:pass")),
            (("--auth", "me:pass"), "ws://{}/", basic("me:pass")),
            (("-u", "me:pa:ss"), "ws://{}/", basic("me:pa:ss")),
            (("-u", "me:"), "ws://{}/", basic("me:")),
            (("-u", ":pass"), "ws://{}/", basic(":pass")),
            (("-u", "zwölf:Boxkämpfer"), "ws://{}/",
             basic("zwölf:Boxkämpfer")),
            ((), "ws://me:pass@{}/", basic("me:pass")),
            ((), "me:pass@{}", basic("me:pass")),
            ((), "http://m%65:p%40ss%3a@{}/?q", basic("me:p@ss:")),
            ((), "ws://me@{}/", basic("me:")),
            ((), "ws://{}/", None),
            (("--bearer", "abc"), "ws://{}/", "Bearer abc"),
            # The last one counts, and both go before the URL's.
            (("--bearer", "abc", "-u", "me:pass"), "ws://{}/",
             basic("me:pass")),
            (("-u", "me:pass", "--bearer", "abc"), "ws://{}/", "Bearer abc"),
            (("-u", "me:pass"), "ws://you:word@{}/", basic("me:pass")),
            (("--bearer", "abc"), "ws://you:word@{}/", "Bearer abc"),
            (("-u", "me:pass", "-H", "Authorization: own"), "ws://{}/", "own"),
            (("-u", "me:pass", "-H", "Authorization:"), "ws://{}/", None)):
        equal(sent(*args, url=url), wanted, f"{args} {url}")


@test
def from_a_file():
    for text in ("abc", "abc\n", "abc\r\n"):
        path = write("token", text)
        equal(sent("--bearer", f"@{path}"), "Bearer abc", repr(text))
    equal(sent("--bearer", "@-", stdin=b"abc\n"), "Bearer abc", "@-")
    path = write("fields", "Authorization: own\nX-Y: z\n")
    equal(sent("-H", f"@{path}"), "own", "-H")


@test
def what_is_no_credential():
    for args in (("--bearer", ""), ("--bearer", "a b"), ("--bearer", "ä"),
                 ("-u", "a\nb:c"), ("--bearer", f"@{TMP}/none-there")):
        status, out, err = wstap(*args, "ws://127.0.0.1:1/")
        check(status in (2, 26) and out == b"", f"{args}: {status} {err}")
        equal(err.count("\n"), 1, err)


@test
def refused_with_and_without():
    hint = "the server answered 401 Unauthorized: try --auth USER:PASSWORD"
    challenge = 'Basic realm="r"'
    for page in (asks(challenge), asks(), asks(challenge, "Bearer")):
        with Web({"/": page}) as web:
            visit(refused(22, hint), web.url)
            visit(refused(22, hint), "-H", "Authorization:", web.url)
            for args in (("-u", "me:wrong"), ("--bearer", "wrong"),
                         ("-H", "Authorization: wrong")):
                visit(TAKES_NOT, *args, web.url)
            visit(TAKES_NOT, f"ws://me:wrong@{web.host}/")
            equal(len(web.asked), 6, "requests: none is repeated")


@test
def what_else_is_asked_for():
    start = "the server answered 401 Unauthorized"
    for challenges, hint in (
            (("Bearer",), "try --bearer TOKEN"),
            (('Bearer realm="x", error="invalid_token"',),
             "try --bearer TOKEN"),
            (("Negotiate", "NTLM"),
             "it asks for Negotiate, NTLM, which wstap does not know"),
            (('Digest realm="r", nonce="n", algorithm=SHA-3',),
             "it asks for Digest (unknown algorithm), which wstap does not "
             "know"),
            (("=",), "try --auth USER:PASSWORD")):
        with Web({"/": asks(*challenges)}) as web:
            visit(refused(22, f"{start}: {hint}"), web.url)
            equal(len(web.asked), 1, "requests")
    with Web({"/": asks("Negotiate")}) as web:
        visit(refused(22, f"{start}: it asks for Negotiate, which wstap does "
                          "not know"), "-u", "me:pass", web.url)


# --- Digest

PARAM = re.compile(r'([a-z]+\*?)=(?:"((?:[^"\\]|\\.)*)"|([^", ]+))(?:, *|$)')
HASHES = {"MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512_256"}


def hash_of(algorithm, *parts):
    name = HASHES[algorithm.removesuffix("-sess") or "MD5"]
    return hashlib.new(name, ":".join(parts).encode()).hexdigest()


def params_of(value):
    check(value.startswith("Digest "), value)
    params, at = {}, len("Digest ")
    while at < len(value):
        match = PARAM.match(value, at)
        check(match and match[1] not in params, f"{value!r} at {at}")
        quoted = match[2]
        params[match[1]] = (re.sub(r"\\(.)", r"\1", quoted)
                            if quoted is not None else match[3])
        at = match.end()
    return params


class Digest:
    """A page behind Digest (RFC 7616), checked apart from wstap's code."""

    def __init__(self, page, user="me", password="pass", algorithm="",
                 qop="auth", realm="the realm", opaque=None, more="",
                 beside=()):
        self.page, self.user, self.password = page, user, password
        self.algorithm, self.qop, self.opaque = algorithm, qop, opaque
        self.realm, self.beside, self.userhash = realm, beside, False
        self.nonce, self.refused = os.urandom(12).hex(), 0
        self.challenge = 'Digest realm="{}", nonce="{}"'.format(
            realm.replace("\\", "\\\\").replace('"', '\\"'), self.nonce)
        for name, value in (("algorithm", algorithm), ("qop", qop and
                                                       f'"{qop}"'),
                            ("opaque", opaque and f'"{opaque}"')):
            if value:
                self.challenge += f", {name}={value}"
        self.challenge += more

    def __call__(self, peer):
        value = peer.head.get("Authorization")
        if value and value.startswith("Digest "):
            if self.accepts(params_of(value), peer.head.start.split()[1]):
                self.page(peer)
                return
            self.refused += 1
        asks(self.challenge, *self.beside)(peer)

    def accepts(self, got, target):
        wanted = {"realm": self.realm, "nonce": self.nonce, "uri": target}
        if self.algorithm:
            wanted["algorithm"] = self.algorithm
        if self.opaque:
            wanted["opaque"] = self.opaque
        if "userhash=true" in self.challenge:
            wanted["userhash"] = "true"
            wanted["username"] = hash_of(self.algorithm, self.user,
                                         self.realm)
        elif "username*" not in got:
            wanted["username"] = self.user
        if self.qop:
            wanted.update(qop="auth", nc="00000001")
            check(len(got["cnonce"]) >= 16, got)
        equal({name: got.get(name) for name in wanted}, wanted, "Digest")
        first = hash_of(self.algorithm, self.user, self.realm, self.password)
        if self.algorithm.endswith("-sess"):
            first = hash_of(self.algorithm, first, self.nonce, got["cnonce"])
        middle = [self.nonce] + ([got["nc"], got["cnonce"], "auth"]
                                 if self.qop else [])
        return got["response"] == hash_of(
            self.algorithm, first, *middle,
            hash_of(self.algorithm, "GET", target))


@test
def digest():
    for how in ({}, {"algorithm": "MD5"}, {"algorithm": "SHA-256"},
                {"algorithm": "SHA-512-256"}, {"algorithm": "MD5-sess"},
                {"algorithm": "SHA-256-sess"}, {"qop": ""},
                {"qop": "auth-int, auth"}, {"opaque": "o/=="},
                {"algorithm": "SHA-256", "more": ", userhash=true"},
                {"realm": 'a "quoted" \\ one'},
                {"more": ", stale=false, charset=UTF-8, domain=\"/x\""}):
        with Web() as web:
            for target in ("/", "/a/b?c=d,e&f=%22"):
                web.pages[target] = Digest(opens(), **how)
                visit(THERE, "-u", "me:pass", web.at(target))
            equal([value.split()[0] for value in web.got("Authorization")],
                  ["Basic", "Digest"] * 2, how)


@test
def digest_with_credentials_from_elsewhere():
    with Web({"/": Digest(opens(), user="m e", password='p":\\w',
                          algorithm="SHA-256")}) as web:
        visit(THERE, "-u", 'm e:p":\\w', web.url)
        visit(THERE, f"ws://m%20e:p%22:%5cw@{web.host}/")
        path = write("netrc-digest",
                     'machine 127.0.0.1 login "m e" password "p\\":\\\\w"\n')
        visit(THERE, "--netrc-file", path, web.url)


@test
def digest_of_several():
    weak = 'Digest realm="weak", nonce="x", algorithm=MD5, qop="auth"'
    with Web() as web:
        for beside in ((weak,), (weak, 'Basic realm="b"'),
                       ("NTLM, " + weak, "Bearer")):
            web.pages["/"] = Digest(opens(), algorithm="SHA-256",
                                    beside=beside)
            visit(THERE, "-u", "me:pass", web.url)


@test
def digest_with_a_wrong_password():
    page = Digest(opens())
    with Web({"/": page}) as web:
        visit(TAKES_NOT, "-u", "me:wrong", web.url)
        equal((len(web.asked), page.refused), (2, 1), "no loop")
        visit(TAKES_NOT, "--bearer", "abc", web.url)
        visit(refused(22, "the server answered 401 Unauthorized: try --auth "
                          "USER:PASSWORD"), web.url)
        equal(len(web.asked), 4, "requests")


@test
def digest_behind_and_before_a_redirect():
    with Web() as web, Web() as other:
        web.pages = {"/": leads("/a"), "/a": Digest(leads("/b")),
                     "/b": Digest(opens())}
        visit(THERE, "-L", "-u", "me:pass", web.url)
        other.pages = {"/": Digest(opens())}
        web.pages["/"] = Digest(leads(other.url))
        visit(refused(22, "the server answered 401 Unauthorized: try --auth "
                          "USER:PASSWORD"), "-L", "-u", "me:pass", web.url)
        equal(other.got("Authorization"), [None], "elsewhere")
        # Round and round: redirects are counted all the same.
        web.pages["/"] = Digest(leads("/"))
        web.asked = []
        status, _, err = wstap("-L", "-u", "me:pass", web.url)
        equal((status, len(web.asked)), (47, 22), err)


@test
def digest_again_after_reconnecting():
    def falls(peer):
        peer.answer()
        peer.frame("text", "one")

    with Web({"/": Digest(in_turn(falls, opens()))}) as web:
        status, out, err = wstap("--reconnect", "-u", "me:pass", web.url)
        equal((status, out), (0, b"one\nthere\n"), err)
        equal(len(web.asked), 4, "requests")


@test
def a_401_is_not_tried_again():
    with Web({"/": asks("Basic")}) as web:
        visit(TAKES_NOT, "--reconnect", "-u", "me:wrong", web.url)
        equal(len(web.asked), 1, "requests")


# --- the password that is asked for


@contextlib.contextmanager
def at_terminal(line):
    with Terminal(command=["/bin/bash", "-c", line]) as terminal:
        yield terminal


@test
def a_password_is_asked_for():
    with Web({"/": opens(), "/digest": Digest(opens(), password=SECRET)}
             ) as web:
        for target, end in (("/", "\r"), ("/", "\x04\x04"),
                            ("/digest", "\r")):
            line = f"exec {WSTAP} -u me {web.at(target)} </dev/null"
            with at_terminal(line) as terminal:
                terminal.wait_cursor("Password for me:", 17)
                terminal.type(SECRET + end)
                terminal.wait_for("there")
                equal(terminal.wait(), 0, "status")
                equal(terminal.lines()[:3], ["Password for me:", "there", ""],
                      "the screen")
                check(SECRET.encode() not in terminal.raw, "echoed")
                equal(terminal.modes(), terminal.modes_before, "modes")
        equal(web.got("Authorization")[:3], [basic(f"me:{SECRET}")] * 3,
              "sent")


@test
def asking_is_given_up():
    line = f"exec {WSTAP} -u me ws://127.0.0.1:1/ </dev/null"
    with at_terminal(line) as terminal:
        terminal.wait_for("Password for me:")
        terminal.kill(signal.SIGINT)
        equal(terminal.wait(), 130, "status")
        equal(terminal.modes(), terminal.modes_before, "modes")
    # No terminal at all: a line that says what to do.
    visit(refused(2, "no password for me: there is no terminal to ask on (-u "
                     "USER:PASSWORD, best in a file that --config names)"), "-u", "me", "ws://127.0.0.1:1/")


# --- netrc

NETRC = f"""\
# for tests
machine 127.0.0.1
	login me password {SECRET}
machine 127.0.0.1 login you password "other word"
machine other.test login o password p
"""


def netrc(text, *args, url="ws://{}/"):
    """What is sent with that file."""
    path = write(f"netrc-{os.getpid()}", text)
    return sent("--netrc-file", path, *args, url=url)


@test
def netrc_s_credentials():
    mine, yours = basic(f"me:{SECRET}"), basic("you:other word")
    for args, url, wanted in (
            ((), "ws://{}/", mine),
            ((), "ws://you@{}/", yours),
            ((), "ws://none@{}/", basic("none:")),
            ((), "ws://a:b@{}/", basic("a:b")),
            (("-u", "a:b"), "ws://{}/", basic("a:b")),
            (("--bearer", "t"), "ws://{}/", "Bearer t"),
            (("-H", "Authorization: own"), "ws://{}/", "own")):
        equal(netrc(NETRC, *args, url=url), wanted, f"{args} {url}")
    equal(netrc("machine x login a password b"), None, "another machine")
    equal(netrc("default login a password b"), basic("a:b"), "default")
    equal(netrc(""), None, "an empty file")
    home = os.path.join(TMP, "netrc-home")
    os.makedirs(home, exist_ok=True)
    write("netrc-home/.netrc", NETRC)
    equal(sent("--netrc", env={"HOME": home}), mine, "at home")
    equal(sent(env={"HOME": home}), None, "not asked for")
    path = write("netrc-other", "machine 127.0.0.1 login f password f")
    equal(sent("--netrc", "--netrc-file", path, env={"HOME": home}),
          basic("f:f"), "the file goes before")


@test
def netrc_that_cannot_be_read():
    url = "ws://127.0.0.1:1/"
    none = os.path.join(TMP, "none-there")
    visit(refused(26, f"--netrc: {none}: No such file or directory"),
          "--netrc-file", none, url)
    visit(refused(26, f"--netrc: {TMP}: Is a directory"), "--netrc-file",
          TMP, url)
    visit(refused(26, f"--netrc: {none}/.netrc: No such file or directory"),
          "--netrc", url, env={"HOME": none})
    visit(refused(26, "--netrc: HOME is not set (try --netrc-file FILE)"),
          "--netrc", url, env={"HOME": ""})
    path = write("netrc-large", "#" * (1 << 20))
    visit(refused(26, f"--netrc: {path}: File too large"), "--netrc-file",
          path, url)
    path = write("netrc-broken",
                 f'# \nmachine h login "{SECRET}\nmachine x\n')
    status, out, err = wstap("--netrc-file", path, url)
    equal((status, out), (26, b""), err)
    check("line 2" in err and SECRET not in err and err.count("\n") == 1, err)


@test
def netrc_is_asked_for_each_host():
    text = ("machine 127.0.0.1 login a password 1\n"
            "machine localhost login b password 2\n")
    path = write("netrc-hosts", text)
    with Web() as web:
        web.pages = {"/": leads(f"ws://localhost:{web.port}/x"),
                     "/x": leads(f"ws://127.0.0.1:{web.port}/y"),
                     "/y": opens()}
        visit(THERE, "-L", "--netrc-file", path, web.url)
        equal(web.got("Authorization"), [basic("a:1"), basic("b:2"),
                                         basic("a:1")], "each")
        web.asked = []
        # What was typed is the first host's, the file's its own.
        visit(THERE, "-L", "-u", "me:pass", "--netrc-file", path, web.url)
        equal(web.got("Authorization"), [basic("me:pass"), basic("b:2"),
                                         basic("me:pass")], "with -u")


# --- who sees them


@test
def what_verbose_shows():
    for args in (("-u", f"me:{SECRET}"), ("--bearer", SECRET),
                 ("-H", f"Authorization: {SECRET}"),
                 ("-H", f"Proxy-Authorization: {SECRET}"),
                 ("--cookie", f"a={SECRET}"), ("-H", f"cookie: a={SECRET}")):
        with Web({"/": opens(f"Set-Cookie: b={SECRET}")}) as web:
            for verbose in ("-v", "-vv"):
                _, _, err = wstap(verbose, *args, web.url)
                shown = [line for line in err.splitlines()
                         if re.match("[<>] [a-z-]*(cookie|authorization):",
                                     line.lower())]
                equal(len(shown), 2, err)
                values = [line.partition(": ")[2] for line in shown]
                if verbose == "-v":
                    equal(values, ["***"] * 2, err)
                    check(SECRET not in err and basic(f"me:{SECRET}")[6:]
                          not in err, err)
                else:
                    equal(shown[1], f"< Set-Cookie: b={SECRET}", err)
                    check("***" not in err, err)


@test
def what_verbose_shows_of_digest_and_userinfo():
    with Web({"/": Digest(opens(), password=SECRET)}) as web:
        url = f"ws://me:{SECRET}@{web.host}/"
        _, _, err = wstap("-v", url)
        equal(err.count("> Authorization: ***"), 2, err)
        check(SECRET not in err and "response=" not in err, err)
        _, _, err = wstap("-vv", url)
        check("> Authorization: Digest username=\"me\"" in err, err)
        # The URL is shown without it everywhere.
        _, out, err = wstap("-O", "jsonl", "--stats", url)
        check(SECRET not in err and SECRET.encode() not in out, err)
    for url in (f"ws://me:{SECRET}@[", f"ws://me:{SECRET}@127.0.0.1:1/",
                f"ws://me:{SECRET}@127.0.0.1:99999/"):
        _, out, err = wstap(url)
        check(SECRET not in err and out == b"", err)


def typed_in(pid):
    with open(f"/proc/{pid}/cmdline", "rb") as file:
        return file.read()


@test
def what_a_list_of_processes_shows():
    token = write("ps-token", SECRET + "\n")
    cookie = write("ps-cookie", f"a={SECRET}\n")
    fields = write("ps-fields", f"Authorization: Bearer {SECRET}\n"
                                f"Cookie: b={SECRET}\n")
    rc = write("ps-netrc", f"machine 127.0.0.1 login me password {SECRET}\n")
    for args in (("--bearer", f"@{token}", "--cookie", f"@{cookie}"),
                 ("-H", f"@{fields}"), ("--netrc-file", rc)):
        with Conversation() as server, Run(
                [WSTAP, *args, server.url], close_stdin=False) as run:
            peer = server.connected()
            check(SECRET.encode() in peer.head.raw or basic(f"me:{SECRET}") in
                  peer.head.get("Authorization"), "it was sent")
            check(SECRET.encode() not in typed_in(run.pid), "it is seen")
            check(args[-1].encode() in typed_in(run.pid), "the rest is")
            peer.close(1000)
            peer.expect_close(1000)
            peer.eof()
            equal(run.wait(), 0, run.text())


@test
def what_a_list_of_processes_shows_of_a_typed_password():
    with Conversation() as server, at_terminal(
            f"exec {WSTAP} -u me {server.url} <<<hi") as terminal:
        terminal.wait_for("Password for me:")
        terminal.type(SECRET + "\r")
        peer = server.connected()
        check(SECRET.encode() not in typed_in(terminal.pid), "it is seen")
        with open(f"/proc/{terminal.pid}/environ", "rb") as file:
            check(SECRET.encode() not in file.read(), "it is seen")
        peer.expect("text", "hi")
        peer.close(1000)
        peer.expect_close(1000)
        peer.eof()
        equal(terminal.wait(), 0, "status")
