"""Cookies: which are taken, which are sent where, and the file they are in."""

import http.cookiejar
import os
import stat
import time

from harness import CA, TMP, check, equal, test, wstap
from several import Several, bye, closed, command, prompt, stage
from terminal import Terminal
from together import together
from web import (THERE, Web, basic, in_turn, leads, opens, refused, says,
                 visit)

HEAD = ("# Netscape HTTP Cookie File\n# Written by wstap, for what reads "
        "curl's.\n\n")
LATER = 4000000000


class Jar:
    """A file of a test's own."""

    count = 0

    def __init__(self, *lines, text=None, mode=0o600):
        Jar.count += 1
        self.path = os.path.join(TMP, f"jar-{os.getpid()}-{Jar.count}")
        self.option = ("--cookie-jar", self.path)
        if text is None and lines:
            text = "\n".join(lines) + "\n"
        if text is not None:
            with open(self.path, "w", encoding="utf-8") as file:
                file.write(text)
            os.chmod(self.path, mode)

    def text(self):
        with open(self.path, encoding="utf-8") as file:
            return file.read()

    def lines(self):
        """The cookies, their fields."""
        check(self.text().startswith(HEAD), self.text())
        return [line.split("\t") for line in
                self.text()[len(HEAD):].splitlines()]

    def names(self):
        return sorted(fields[5] for fields in self.lines())


def line(name, value="v", domain="127.0.0.1", path="/", secure="FALSE",
         end=LATER):
    below = "TRUE" if domain.startswith(".") else "FALSE"
    return f"{domain}\t{below}\t{path}\t{secure}\t{end}\t{name}\t{value}"


def sets(*cookies):
    return [f"Set-Cookie: {cookie}" for cookie in cookies]


# --- where they come from


@test
def set_by_every_answer():
    for pages, status in (
            ({"/": opens(*sets("a=b"))}, 0),
            ({"/": leads("/x", 302, *sets("a=b")), "/x": opens()}, 0),
            ({"/": leads("/x", 308, *sets("a=c")),
              "/x": opens(*sets("a=b"))}, 0),
            ({"/": says("401 No", *sets("a=b"))}, 22),
            ({"/": says("403 No", *sets("a=b"))}, 22),
            ({"/": says("200 OK", *sets("a=b"))}, 22)):
        jar = Jar()
        with Web(pages) as web:
            got, _, err = wstap("-L", *jar.option, web.url)
            equal(got, status, err)
            equal(jar.text(), HEAD + line("a", "b", end=0) + "\n", "the jar")


@test
def sent_at_the_next_step():
    digest = 'WWW-Authenticate: Digest realm="r", nonce="n"'
    with Web() as web:
        web.pages = {
            "/": leads("/a", 302, *sets("one=1", "two=2; Path=/a")),
            "/a": in_turn(says("401 No", digest, *sets("three=3; Path=/")),
                          opens())}
        for jar in ((), Jar().option):
            web.pages["/a"] = in_turn(
                says("401 No", digest, *sets("three=3; Path=/")), opens())
            web.asked = []
            visit(THERE, "-L", "-u", "me:pass", *jar, web.url)
            equal(web.got("Cookie"),
                  [None, "two=2; one=1", "two=2; one=1; three=3"], "sent")


@test
def kept_from_run_to_run():
    jar = Jar()
    with Web({"/": opens(*sets("a=1", "b=2; Max-Age=1000; HttpOnly",
                               "c=3; Path=/c"))}) as web:
        visit(THERE, *jar.option, web.url)
        web.pages = {"/": opens(*sets("a=4")), "/c/d": opens()}
        visit(THERE, *jar.option, web.url)
        visit(THERE, *jar.option, web.at("/c/d"))
        visit(THERE, web.url)
        equal(web.got("Cookie"), [None, "a=1; b=2", "c=3; a=4; b=2", None],
              "sent")
    rows = jar.lines()
    equal([fields[0] for fields in rows],
          ["127.0.0.1", "#HttpOnly_127.0.0.1", "127.0.0.1"], "domains")
    equal([fields[5:] for fields in rows], [["a", "4"], ["b", "2"],
                                            ["c", "3"]], "values")
    check(abs(int(rows[1][4]) - time.time() - 1000) < 60, rows[1])


@test
def removed_by_the_server():
    jar = Jar(line("a"), line("b"), line("c"), line("d", "old", end=5))
    with Web({"/": opens(*sets(
            "a=; Max-Age=0", "b=x; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
            "c=new; Max-Age=-1; Expires=Fri, 31 Dec 2049 00:00:00 GMT"))}
             ) as web:
        visit(THERE, *jar.option, web.url)
        equal(web.got("Cookie"), ["a=v; b=v; c=v"], "sent")
        equal(jar.text(), HEAD, "the jar")


# --- which are taken, and which are sent


def names(web, *hosts):
    """--resolve for hosts of the server's port."""
    for host in hosts:
        yield "--resolve"
        yield f"{host}:{web.port}:127.0.0.1"


@test
def by_domain():
    hosts = ("a.site.test", "b.site.test", "site.test", "notsite.test")
    with Web({"/": opens(*sets(
            "own=1", "all=2; Domain=site.test", "dot=3; Domain=.Site.Test",
            "no=4; Domain=b.site.test", "no=5; Domain=test",
            "no=6; Domain=notsite.test", "no=7; Domain=127.0.0.1"))}) as web:
        jar, where = Jar(), list(names(web, *hosts))
        visit(THERE, *where, *jar.option, f"ws://a.site.test:{web.port}/")
        equal(jar.names(), ["all", "dot", "own"], "taken")
        web.pages["/"] = opens()
        for host in hosts + ("A.SITE.TEST",):
            visit(THERE, *where, *jar.option, f"ws://{host}:{web.port}/")
        equal(web.got("Cookie")[1:],
              ["own=1; all=2; dot=3", "all=2; dot=3", "all=2; dot=3", None,
               "own=1; all=2; dot=3"], "sent")


@test
def by_domain_over_redirects():
    with Web() as web:
        where = list(names(web, "a.site.test", "b.site.test", "evil.test"))
        for i, host in enumerate(("b.site.test", "evil.test", "a.site.test")):
            web.pages[f"/{i}"] = leads(f"ws://{host}:{web.port}/{i + 1}")
        web.pages["/0"] = leads(f"ws://b.site.test:{web.port}/1", 302,
                                *sets("own=1", "all=2; Domain=site.test"))
        web.pages["/2"] = leads(f"ws://a.site.test:{web.port}/3", 302,
                                *sets("all=evil; Domain=site.test",
                                      "own=evil; Domain=a.site.test"))
        web.pages["/3"] = opens()
        visit(THERE, "-L", *where, "--cookie", "typed=0",
              f"ws://a.site.test:{web.port}/0")
        equal(web.got("Cookie"), ["typed=0", "all=2", None,
                                  "typed=0; own=1; all=2"], "sent")


@test
def by_path():
    jar = Jar(line("root"), line("deep", path="/a/b"), line("a", path="/a"),
              line("slash", path="/a/"), line("other", path="/b"))
    with Web() as web:
        for target, wanted in (("/", "root"), ("/a", "a=v; root"),
                               ("/a/", "slash=v; a=v; root"),
                               ("/ab", "root"), ("/a?/b", "a=v; root"),
                               ("/a/b/c", "deep=v; slash=v; a=v; root")):
            web.pages[target] = opens()
            visit(THERE, *jar.option, web.at(target))
            equal(web.got("Cookie")[-1], wanted + "=v", target)
    jar = Jar()
    with Web({"/x/y/z?q=/w": opens(*sets("default=1", "bad=2; Path=x",
                                         "p=3; Path=/elsewhere"))}) as web:
        visit(THERE, *jar.option, web.at("/x/y/z?q=/w"))
        equal([fields[2] for fields in jar.lines()],
              ["/x/y", "/x/y", "/elsewhere"], "paths")


@test
def by_security():
    jar = Jar()
    with Web(kind="tls") as secure, Web() as plain:
        secure.pages = {"/": opens(*sets(
            "s=1; Secure", "__Host-h=2; Secure; Path=/", "__Host-h=3",
            "__Secure-x=4", "open=5"))}
        plain.pages = {"/": opens(*sets("t=6; Secure", "s=7", "open=8"))}
        there = f"ws://localhost:{plain.port}/"
        visit(THERE, "--ca", CA, *jar.option, secure.url)
        equal(jar.names(), ["__Host-h", "open", "s"], "taken")
        visit(THERE, *jar.option, there)
        equal(plain.got("Cookie"), ["open=5"], "sent")
        equal([fields[5:] for fields in jar.lines()],
              [["s", "1"], ["__Host-h", "2"], ["open", "8"]], "the jar")
        visit(THERE, "--ca", CA, *jar.option, secure.url)
        equal(secure.got("Cookie"), [None, "s=1; __Host-h=2; open=8"], "sent")


@test
def those_typed_go_first_and_home_only():
    jar = Jar(line("kept", "1"))
    with Web() as home, Web() as other:
        home.pages = {"/": leads(other.url)}
        other.pages = {"/": opens()}
        for args, wanted in (
                (("--cookie", "a=b"), ["a=b; kept=1", "kept=1"]),
                (("--cookie", "kept=2"), ["kept=2; kept=1", "kept=1"]),
                # What is written by hand is all that is sent there.
                (("-H", "Cookie: own=1"), ["own=1", "kept=1"]),
                (("-H", "cookie:"), [None, "kept=1"])):
            home.asked, other.asked = [], []
            visit(THERE, "-L", *args, *jar.option, home.url)
            equal(home.got("Cookie") + other.got("Cookie"), wanted, args)


@test
def typed_cookies():
    path = os.path.join(TMP, "typed-cookies")
    with open(path, "w") as file:
        file.write("a=b; c=d\n")
    with Web({"/": opens()}) as web:
        for text, wanted, stdin in (
                ("a=b", "a=b", b""), ("a=b;c=d; e=", "a=b;c=d; e=", b""),
                ("a=b=c d", "a=b=c d", b""), (f"@{path}", "a=b; c=d", b""),
                ("@-", "x=y", b"x=y\n")):
            visit(THERE, "--cookie", text, web.url, stdin=stdin)
            equal(web.got("Cookie")[-1], wanted, text)
    for text in ("", "a", "=b", "a=b; c", "a=b\nc=d"):
        status, out, err = wstap("--cookie", text, "ws://127.0.0.1:1/")
        equal((status, out, err.count("\n")), (2, b"", 1), err)


@test
def what_is_no_cookie():
    jar = Jar()
    long = "x" * 4096
    with Web({"/": opens(*sets("", "=", "=v", "noequals", ";a=b", "a\tb=c",
                               f"long={long}", "a=b; Domain=..",
                               "good=1"))}) as web:
        visit(THERE, *jar.option, web.url)
        equal(jar.names(), ["good"], "taken")


# --- the file


@test
def its_bytes_and_mode():
    jar = Jar()
    with Web({"/x/y": opens(*sets(
            "a=b", "c=\"d e\"; Path=/; HttpOnly", "e=",
            "f=g; Expires=Fri, 31 Dec 2049 23:59:59 GMT"))}) as web:
        visit(THERE, *jar.option, web.at("/x/y"))
        equal(jar.text(), HEAD +
              "127.0.0.1\tFALSE\t/x\tFALSE\t0\ta\tb\n"
              "#HttpOnly_127.0.0.1\tFALSE\t/\tFALSE\t0\tc\t\"d e\"\n"
              "127.0.0.1\tFALSE\t/x\tFALSE\t0\te\t\n"
              "127.0.0.1\tFALSE\t/x\tFALSE\t2524607999\tf\tg\n", "the file")
        equal(stat.S_IMODE(os.stat(jar.path).st_mode), 0o600, "mode")
    kept = http.cookiejar.MozillaCookieJar(jar.path)
    kept.load(ignore_discard=True, ignore_expires=True)
    equal(sorted(cookie.name for cookie in kept), ["a", "c", "e", "f"],
          "what Python reads")


@test
def one_that_others_can_read_is_theirs_no_more():
    jar = Jar(line("a"), mode=0o644)
    link = jar.path + "-link"
    os.symlink(jar.path, link)
    with Web({"/": opens(*sets("b=c"))}) as web:
        visit(THERE, "--cookie-jar", link, web.url)
        equal(stat.S_IMODE(os.stat(jar.path).st_mode), 0o600, "mode")
        check(os.path.islink(link), "the link stays one")
        equal(jar.names(), ["a", "b"], "the jar")


@test
def it_is_written_only_where_something_changed():
    with Web({"/": opens()}) as web:
        jar = Jar()
        visit(THERE, *jar.option, web.url)
        check(not os.path.exists(jar.path), "none is made")
        jar = Jar(line("a", "1"), mode=0o640)
        before = os.stat(jar.path)
        web.pages["/"] = opens(*sets("a=1; Path=/; Expires=Tue, 02 Oct 2096 "
                                     "07:06:40 GMT"))
        visit(THERE, *jar.option, web.url)
        after = os.stat(jar.path)
        equal((after.st_ino, after.st_mtime_ns, after.st_mode),
              (before.st_ino, before.st_mtime_ns, before.st_mode), "the file")


@test
def as_curl_and_others_write_it():
    jar = Jar(text="# Netscape HTTP Cookie File\n"
                   "# https://curl.se/docs/http-cookies.html\n"
                   "# This file was generated by libcurl! Edit at your own "
                   "risk.\n\n"
                   "#HttpOnly_127.0.0.1\tFALSE\t/\tFALSE\t0\ta\tb\r\n"
                   f"127.0.0.1\tFALSE\t/\tFALSE\t{LATER}\tc\t\n"
                   f".127.0.0.1\tTRUE\t/\tFALSE\t{LATER}\tbelow\tx\n"
                   f"localhost\tFALSE\t/\tFALSE\t{LATER}\tother\tx\n"
                   "127.0.0.1\tFALSE\t/\tTRUE\t0\tsecure\tx\n"
                   "127.0.0.1\tFALSE\t/\tFALSE\t1\tpast\tx\n"
                   "127.0.0.1\tFALSE\t/\tFALSE\t0\tlast\tx y")
    with Web({"/": opens()}) as web:
        visit(THERE, *jar.option, web.url)
        equal(web.got("Cookie"), ["a=b; c=; below=x; last=x y"], "sent")


@test
def one_that_cannot_be_read():
    def fails(path, why):
        visit(refused(26, f"cookie jar {path}: cannot read it ({why}"),
              "--cookie-jar", path, "ws://127.0.0.1:1/")

    mend = ("mend the line, or try another --cookie-jar FILE): line {} is no "
            "cookie in the Netscape format: {}")
    for bad, why in (("hello", "not seven fields with tabs between them"),
                     (line("a", end="soon"),
                      "the fifth field is not a number of seconds"),
                     (line("a", secure="maybe"),
                      "the fourth field is not TRUE or FALSE"),
                     (line("a", domain=""), "no domain"),
                     (line("a", "s3cret\x01"), "a control character in it")):
        jar = Jar("# one", line("fine"), bad)
        fails(jar.path, mend.format(3, why))
        check(bad in jar.text(), "it stays as it is")
    fails(TMP, "try another --cookie-jar FILE): Is a directory")
    jar = Jar(text="#" * (9 << 20))
    visit(refused(26, f"cookie jar {jar.path}: cannot read it: it has more "
                      "than 8 MiB (is it a cookie jar?)"),
          *jar.option, "ws://127.0.0.1:1/")


@test
def one_that_cannot_be_written():
    path = os.path.join(TMP, "none-there", "jar")
    with Web({"/": opens(*sets("a=b")), "/x": opens()}) as web:
        visit(refused(23, f"cookie jar {path}: cannot write it, the cookies "
                          "are not kept (the file and its directory must be "
                          "writable): No such file or directory"),
              "--cookie-jar", path, web.url)
        web.error = None  # the client has gone
        visit(THERE, "--cookie-jar", path, web.at("/x"))
        visit(THERE, "--cookie-jar", "/dev/null", web.url)
        check(stat.S_ISCHR(os.stat("/dev/null").st_mode), "it stays one")


@test
def several_at_once():
    jar = Jar(line("old"))

    def one(i):
        with Web({"/": opens(*sets(f"c{i}={i}"))}) as web:
            visit(THERE, *jar.option, web.url)

    together(one, [(i,) for i in range(8)])
    equal(jar.names(), [f"c{i}" for i in range(8)] + ["old"], "the jar")
    equal([name for name in os.listdir(TMP)
           if name.startswith(os.path.basename(jar.path) + ".")], [],
          "what is left beside it")


# --- more than one connection


@test
def from_one_connection_to_the_next():
    def falls(peer):
        peer.answer(fields=sets("a=1", "b=2; Max-Age=1000"))
        peer.frame("text", "one")

    with Web({"/": in_turn(falls, opens())}) as web:
        status, out, err = wstap("--reconnect", "--cookie", "typed=0",
                                 web.url)
        equal((status, out), (0, b"one\nthere\n"), err)
        equal(web.got("Cookie"), ["typed=0", "typed=0; a=1; b=2"], "sent")


@test
def at_the_prompt():
    jar = Jar(line("kept", "1"), line("local", "2", domain="localhost"))
    with stage("--cookie", "typed=0", "-u", "me:pass", *jar.option,
               servers=2) as (terminal, [home, other]):
        peer = home.next()
        for text, to, cookie, auth in (
                (None, home, "typed=0; kept=1", basic("me:pass")),
                ("/reconnect", home, "typed=0; kept=1", basic("me:pass")),
                (f"/connect {other.url}", other, "kept=1", None),
                (f"/connect localhost:{other.port}", other, "local=2", None),
                (f"/connect {home.url}", home, "typed=0; kept=1",
                 basic("me:pass"))):
            if text:
                prompt(terminal)
                command(terminal, text)
                closed(peer)
                peer = to.next()
            equal((peer.head.get("Cookie"), peer.head.get("Authorization")),
                  (cookie, auth), text)
        prompt(terminal)
        bye(terminal, peer)


@test
def set_and_sent_again_at_the_prompt():
    """By redirects, too, as a sign-in does it."""
    jar = Jar()
    with Several() as end, Web() as web:
        web.pages = {"/": leads("/in", 302, *sets("sid=1; Max-Age=1000")),
                     "/in": leads(end.url)}
        with Terminal(["-L", *jar.option, web.url]) as terminal:
            peer = end.next()
            equal(peer.head.get("Cookie"), "sid=1", "ports share cookies")
            equal(jar.names(), ["sid"], "kept at once")
            prompt(terminal)
            command(terminal, "/reconnect")
            closed(peer)
            peer = end.next()
            equal(web.got("Cookie"), [None, "sid=1", "sid=1", "sid=1"],
                  "sent")
            prompt(terminal)
            bye(terminal, peer)
