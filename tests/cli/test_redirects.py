"""Redirects: where they lead, and what goes along."""

import base64
import contextlib
import json
import os
import ssl
import subprocess
import time

from harness import CA, CERTS, TMP, check, equal, test, wstap
from scripted import free_port
from several import Several, bye, closed, command, prompt
from terminal import Terminal
from together import together
from web import (REASONS, THERE, Web, basic, in_turn, leads, opens, refused,
                 says, visit)

TLS = ("--ca", CA)


def stop(status, why):
    return refused(47, f"cannot follow the redirect ({status}): {why}")


@contextlib.contextmanager
def two(kinds=("tcp", "tcp")):
    with Web(kind=kinds[0]) as home, Web(kind=kinds[1]) as other:
        yield home, other


# --- where they lead


@test
def every_status():
    with Web({"/there": opens()}) as web:
        for status in REASONS:
            web.pages["/"] = leads("/there", status)
            visit(THERE, "-L", web.url)
        equal(web.targets(), ["/", "/there"] * 5, "targets")


@test
def every_form():
    with two() as (home, other):
        here, there = home.host, other.host
        cases = [
            ("/a/b", "/x", home, "/x"),
            ("/a/b", "x", home, "/a/x"),
            ("/a/b?q", "x?y=z", home, "/a/x?y=z"),
            ("/a/b?q", "?y=z", home, "/a/b?y=z"),
            ("/a/b/c", "../x", home, "/a/x"),
            ("/a/b/c", "./x/../y", home, "/a/b/y"),
            ("/a", "/x#part", home, "/x"),
            ("/a", f"ws://{there}", other, "/"),
            ("/a", f"ws://{there}/x?y", other, "/x?y"),
            ("/a", f"WS://{there}/x", other, "/x"),
            ("/a", f"http://{there}/x", other, "/x"),
            ("/a", f"HTTP://{there}?q", other, "/?q"),
            ("/a", f"//{there}/x", other, "/x"),
            ("/a", f"//{here}/x", home, "/x"),
            ("/a", "/gr\xc3\xbc\xc3\x9fe", home, "/gr%C3%BC%C3%9Fe"),
            ("/a", "/x%2fy", home, "/x%2fy"),
        ]
        for begin, location, to, target in cases:
            home.asked, other.asked = [], []
            home.pages = {begin: leads(location)}
            to.pages[target] = opens()
            visit(THERE, "-L", home.at(begin))
            visited = [(head.start.split(" ")[1], head.get("Host"))
                       for head in home.asked + other.asked]
            equal(visited, [(begin, here), (target, to.host)], location)


@test
def from_http_and_to_TLS():
    with two(("tcp", "tls")) as (plain, secure):
        plain.pages = {"/": leads(f"https://{secure.host}/x")}
        secure.pages = {"/x": leads("/y", 307), "/y": opens()}
        for url in (plain.url, f"http://{plain.host}", plain.host):
            visit(THERE, "-L", *TLS, url)
        equal(secure.targets(), ["/x", "/y"] * 3, "targets")


@test
def from_https_to_https():
    with two(("tls", "tls")) as (home, other):
        home.pages = {"/": leads(f"https://{other.host}/")}
        other.pages = {"/": leads(f"wss://{home.host}/x")}
        home.pages["/x"] = opens()
        visit(THERE, "-L", *TLS, f"https://{home.host}/")


@test
def another_certificate_is_checked_too():
    with Web({"/x": opens()}, kind="tls", certificate="expired") as bad:
        with Web({"/": leads(bad.at("/x"))}) as web:
            status, out, err = wstap("-L", *TLS, web.url)
            equal((status, out, bad.asked), (60, b"", []), err)
            check("expired" in err, err)
        bad.error = None


@test
def TLS_is_never_given_up():
    for scheme in ("ws", "http", "HTTP"):
        with two(("tls", "tcp")) as (secure, plain):
            secure.pages = {"/": leads(f"{scheme}://{plain.host}/x")}
            visit(stop(302, f"{plain.at('/x')} has no TLS, wss:// never "
                            "becomes ws://"), "-L", *TLS, secure.url)
            equal(plain.connections, 0, "connections made")


@test
def TLS_that_was_come_to_is_not_given_up_either():
    with two() as (first, last), Web(kind="tls") as middle:
        first.pages = {"/": leads(middle.url)}
        middle.pages = {"/": leads(last.url, 307)}
        visit(stop(307, f"{last.url} has no TLS, wss:// never becomes ws://"),
              "-L", *TLS, first.url)
        equal(last.connections, 0, "connections made")


# --- how many


def too_many(n):
    return refused(47, f"more than {n} redirects (--max-redirects; is it a "
                       "loop?)")


@test
def loops_and_limits():
    def steps(web, n):
        web.asked = []
        web.pages = {f"/{i}": leads(f"/{i + 1}") for i in range(n)}
        web.pages[f"/{n}"] = opens()
        return web.at("/0")

    with Web() as web:
        for options, limit in (((), 10), (("--max-redirects", "0"), 0),
                               (("--max-redirects", "1"), 1),
                               (("--max-redirects",), 10)):
            visit(THERE, *options, "-L", steps(web, limit))
            visit(too_many(limit), *options, "-L", steps(web, limit + 1))
            equal(len(web.asked), limit + 1, f"requests of {options}")
        for limit in ("12", "inf"):
            visit(THERE, "-L", "--max-redirects", limit, steps(web, 12))
        web.pages = {"/": leads("/", 308), "/a": leads("b"),
                     "/b": leads("a"), "/empty": leads("")}
        for target in ("/", "/a", "/empty"):
            web.asked = []
            visit(too_many(10), "-L", web.at(target))
            equal(len(web.asked), 11, "requests")


@test
def all_hops_share_the_time():
    def slow(page):
        def wait(peer):
            time.sleep(0.5)
            page(peer)
        return wait

    def case(option, what):
        with Web({"/": slow(leads("/")),
                  "/a": slow(leads("b")), "/b": slow(opens())}) as web:
            began = time.monotonic()
            visit(refused(28, what), "-L", option, "0.75", web.url)
            check(0.7 < time.monotonic() - began < 3, "the time it took")
            equal(len(web.asked), 2, "requests")
            web.error = None  # the last one's client went away
            visit(THERE, "-L", option, "5", web.at("/a"))

    together(case, [
        ("--connect-timeout", "time ran out (--connect-timeout) while waiting "
                              "for the server's answer"),
        ("--timeout", "time ran out (--timeout) before the connection was "
                      "open")])


# --- where they don't


@test
def without_the_option():
    for status, reason in REASONS.items():
        with Web({"/": leads("/x", status)}) as web:
            visit(refused(22, f"the server answered {status} {reason}: it "
                              "points to /x (try -L)", "not shown\n"),
                  web.url)
            equal(len(web.asked), 1, "requests")
    with Web({"/": says("302 Found")}) as web:
        visit(refused(22, "the server answered 302 Found"), web.url)


@test
def other_statuses_are_not_followed():
    for status in (300, 304, 305, 306, 309):
        for option in ((), ("-L",)):
            with Web({"/": leads("/x", status)}) as web:
                visit(refused(22, f"the server answered {status} No: it "
                                  "points to /x", "not shown\n"),
                      *option, web.url)


@test
def one_that_cannot_be_read():
    cases = [
        ((), "it has no Location"),
        (("/a", "/b"), "it has several Locations"),
        (("ftp://h/",), "its scheme is ftp, none of ws, wss, http and https"),
        (("localhost:1/",), "its scheme is localhost, none of ws, wss, http "
                            "and https"),
        (("ws+unix:/x",), "its scheme is ws+unix, none of ws, wss, http and "
                          "https"),
        (("file:///etc/passwd",), "its scheme is file, none of ws, wss, http "
                                  "and https"),
        (("http:/x",), "two slashes are missing after its scheme"),
        (("ws://u:p@h/",), "there is a user name or password in its URL"),
        (("ws://u@h/",), "there is a user name or password in its URL"),
        (("//u:p@h/",), "there is a user name or password in its URL"),
    ]
    for locations, why in cases:
        fields = [f"Location: {location}" for location in locations]
        with Web({"/": says("302 Found", *fields)}) as web:
            visit(stop(302, why), "-L", web.url)
            equal(len(web.asked), 1, "requests")
    for location in ("ws://", "ws://[", "ws://h:0/", "ws://h:65536/",
                     "ws://h:x", "http:///x", "/a b", "ws://%zz/", "//"):
        with Web({"/": leads(location)}) as web:
            status, out, err = wstap("-L", web.url)
            equal((status, out), (47, b""), f"{location}: {err}")
            check(err.startswith("wstap: cannot follow the redirect (302): ")
                  and err.count("\n") == 1, err)


@test
def nobody_is_there():
    port = free_port()
    with Web({"/": leads(f"ws://127.0.0.1:{port}/")}) as web:
        status, out, err = wstap("-L", web.url)
        equal((status, out), (7, b""), err)
        check(f"127.0.0.1 port {port}" in err and err.count("\n") == 1, err)


@test
def a_refusal_at_the_end():
    with Web({"/": leads("/x"), "/x": says("403 Forbidden", body="no\n")}
             ) as web:
        visit(refused(22, "the server answered 403 Forbidden: it may want an "
                          "Origin, try -o ORIGIN", "no\n"), "-L", web.url)


@test
def a_body_is_not_waited_for():
    def endless(peer):
        peer.send(b"HTTP/1.1 302 Found\r\nLocation: /x\r\n"
                  b"Content-Length: 1000000\r\n\r\nbegun")
        peer.drain()

    with Web({"/": endless, "/x": opens()}) as web:
        began = time.monotonic()
        visit(THERE, "-L", web.url)
        check(time.monotonic() - began < 2, "the time it took")


# --- what goes along


def told(web):
    return web.got("Authorization", "Cookie", "Proxy-Authorization", "Host",
                   "X-Open")


@test
def secrets_stay_with_their_origin_and_come_back_to_it():
    with two() as (home, other):
        home.pages = {"/": leads("/a"), "/a": leads(other.url),
                      "/b": opens()}
        other.pages = {"/": leads(home.at("/b"))}
        token = os.path.join(TMP, "token")
        with open(token, "w") as file:
            file.write("t\n")
        for options, url, auth in (
                (("-u", "me:pass"), home.url, basic("me:pass")),
                (("-H", "Authorization: own"), home.url, "own"),
                ((), f"ws://me:pass@{home.host}/", basic("me:pass")),
                ((), f"http://me@{home.host}/", basic("me:")),
                (("--bearer", "t"), home.url, "Bearer t"),
                (("--bearer", f"@{token}"), home.url, "Bearer t")):
            for cookie in (("--cookie", "a=b; c=d"),
                           ("-H", "cookie: a=b; c=d")):
                for host in (("--host", "in.test"), ("-H", "HOST: in.test")):
                    home.asked, other.asked = [], []
                    visit(THERE, "-L", *options, *cookie, *host, "-H",
                          "X-Open: x", "-H", "Proxy-Authorization: p", url)
                    ours = (auth, "a=b; c=d", "p", "in.test", "x")
                    equal(told(home), [ours] * 3, options)
                    equal(told(other), [(None, None, None, other.host, "x")],
                          options)


@test
def another_name_is_another_origin():
    with Web() as web:
        web.pages = {"/": leads(f"ws://localhost:{web.port}/x"),
                     "/x": opens()}
        visit(THERE, "-L", "-u", "a:b", "--cookie", "c=d", web.url)
        equal(web.got("Authorization", "Cookie"),
              [(basic("a:b"), "c=d"), (None, None)], "told")


@test
def TLS_makes_another_origin():
    with two(("tcp", "tls")) as (plain, secure):
        plain.pages = {"/": leads(f"https://{secure.host}/")}
        secure.pages = {"/": opens()}
        url = f"ws://localhost:{plain.port}/"
        visit(THERE, "-L", *TLS, "-u", "a:b", "--cookie", "c=d", url)
        equal(secure.got("Authorization", "Cookie"), [(None, None)], "told")


def asks_for_certificate(web):
    web.context.verify_mode = ssl.CERT_OPTIONAL
    web.context.load_verify_locations(CA)
    web.shown = []


def notes_certificate(web, page):
    def noting(peer):
        names = peer.sock.getpeercert()
        web.shown.append(bool(names))
        page(peer)
    return noting


@test
def our_certificate_stays_with_its_origin():
    base = os.path.join(CERTS, "good")
    with two(("tls", "tls")) as (home, other):
        for web in (home, other):
            asks_for_certificate(web)
        home.pages = {"/": notes_certificate(home, leads(other.url)),
                      "/x": notes_certificate(home, opens())}
        other.pages = {"/": notes_certificate(other, leads(home.at("/x")))}
        visit(THERE, "-L", *TLS, "--cert", base + ".pem", "--key",
              base + ".key", home.url)
        equal((home.shown, other.shown), ([True, True], [False]), "shown")


@test
def a_pin_is_for_every_server():
    def pin(name):
        digest = subprocess.check_output(
            f"openssl x509 -in {CERTS}/{name}.pem -noout -pubkey | openssl "
            "pkey -pubin -outform der | openssl dgst -sha256 -binary",
            shell=True)
        return "--pin", f"sha256//{base64.b64encode(digest).decode()}"

    with Web({"/x": opens()}, kind="tls", certificate="self") as other:
        with Web({"/": leads(other.at("/x"))}, kind="tls") as home:
            status, out, err = wstap("-L", "-n", *pin("good"), home.url)
            equal((status, out, other.asked), (90, b"", []), err)
            other.error = None
            status, out, err = wstap("-L", "-n", *pin("good"), *pin("self"),
                                     home.url)
            equal((status, out), (0, b"there\n"), err)


@test
def what_verbose_says_of_each_hop():
    with two() as (home, other):
        home.pages = {"/": leads(other.at("/x?y"), 301)}
        other.pages = {"/x?y": opens()}
        status, out, err = wstap("-v", "-L", "-u", "me:pass", home.url)
        equal((status, out), (0, b"there\n"), err)
        lines = err.splitlines()
        stars = [line for line in lines if line.startswith("* redirected")]
        equal(stars, [f"* redirected to {other.at('/x?y')}"], "stars")
        equal([line for line in lines if line.startswith(("> GET", "< HTTP"))],
              ["> GET / HTTP/1.1", "< HTTP/1.1 301 Moved Permanently",
               "> GET /x?y HTTP/1.1",
               "< HTTP/1.1 101 Switching Protocols"], "starts")
        equal(lines.count("> Authorization: ***"), 1, err)
        check("not shown" not in err, err)


@test
def what_jsonl_says():
    with two() as (home, other):
        home.pages = {"/": leads(other.at("/x")), "/loop": leads("/loop")}
        other.pages = {"/x": opens()}
        status, out, err = wstap("-L", "-O", "jsonl", home.url)
        equal((status, err), (0, ""), out)
        first = json.loads(out.splitlines()[0])
        equal((first["type"], first["url"], first["status"]),
              ("open", other.at("/x"), 101), "the first")
        status, out, _ = wstap("-L", "-O", "jsonl", home.at("/loop"))
        last = json.loads(out)
        equal((status, last["type"], last["exit"]), (47, "error", 47), out)


# --- where the bytes go


@test
def names_that_are_not_looked_up():
    with Web() as web:
        port = web.port
        web.pages = {"/": leads(f"http://two.test:{port}/x"), "/x": opens()}
        visit(THERE, "-L", "--resolve", f"one.test:{port}:127.0.0.1",
              "--resolve", f"two.test:{port}:127.0.0.1",
              f"ws://one.test:{port}/")
        web.pages["/"] = leads("http://two.test/x")
        visit(THERE, "-L", "--connect-to", f"one.test:80:127.0.0.1:{port}",
              "--connect-to", f"two.test:80:127.0.0.1:{port}",
              "ws://one.test/")
        equal(web.got("Host"), [f"one.test:{port}", f"two.test:{port}",
                                "one.test", "two.test"], "hosts")


@test
def unix_sockets():
    with Web(kind="unix", folder=TMP) as unix, Web({"/x": opens()}) as web:
        unix.pages = {"/": leads("y?z"), "/y?z": opens()}
        visit(THERE, "-L", unix.url)
        unix.pages["/"] = leads(web.at("/x"))
        visit(THERE, "-L", unix.url)
        unix.pages["/"] = leads(f"//{web.host}/x")
        visit(stop(302, "\"//host\" says nothing from a unix socket"), "-L",
              unix.url)
        # The option is for wherever it goes.
        unix.pages = {"/": leads("ws://two.test/x"), "/x": opens()}
        unix.asked = []
        visit(THERE, "-L", "--unix-socket", unix.path, "ws://one.test/")
        equal(unix.got("Host"), ["one.test", "two.test"], "hosts")


# --- more than one connection


@test
def reconnecting_begins_where_the_command_line_does():
    def falls(peer):
        peer.answer()
        peer.frame("text", "one")

    with two() as (home, other):
        home.pages = {"/": leads(other.at("/x"), 302, "Set-Cookie: a=b")}
        other.pages = {"/x": in_turn(falls, says("503 No"), opens())}
        status, out, err = wstap("-L", "--reconnect", "-u", "me:pass",
                                 home.url)
        equal((status, out), (0, b"one\nthere\n"), err)
        equal(err.count("connecting again"), 2, err)
        equal(home.got("Authorization", "Cookie"),
              [(basic("me:pass"), None), (basic("me:pass"), "a=b"),
               (basic("me:pass"), "a=b")], "home")
        equal(other.got("Authorization"), [None] * 3, "other")


@test
def a_redirect_that_fails_is_not_tried_again():
    with Web({"/": leads("/")}) as web:
        visit(too_many(10), "-L", "--reconnect", web.url)
    with Web({"/": leads("ftp://h/")}) as web:
        visit(stop(302, "its scheme is ftp, none of ws, wss, http and https"),
              "-L", "--reconnect", web.url)


@test
def connect_and_reconnect_at_the_prompt():
    with Several() as end, two() as (home, other):
        home.pages = {"/": leads(end.url), "/x": leads(end.url)}
        other.pages = {"/": leads(home.at("/x"))}
        with Terminal(["-L", "-u", "me:pass", "--cookie", "a=b", "--host",
                       "in.test", home.url]) as terminal:
            peer = end.next()
            for line, asked, at_home in (
                    ("/reconnect", ["/", "/"], True),
                    # From elsewhere it is not led to our secrets.
                    (f"/connect {other.url}", ["/", "/", "/x"], False),
                    ("/reconnect", ["/", "/", "/x", "/x"], False),
                    (f"/connect {home.url}", ["/", "/", "/x", "/x", "/"],
                     True)):
                prompt(terminal)
                command(terminal, line)
                closed(peer)
                peer = end.next()
                equal(home.targets(), asked, line)
                equal(home.got("Authorization", "Cookie", "Host")[-1],
                      (basic("me:pass"), "a=b", "in.test") if at_home else
                      (None, None, home.host), line)
                equal([peer.head.get(name) for name in
                       ("Authorization", "Cookie")], [None] * 2, "the end")
            equal(other.got("Authorization", "Cookie", "Host"),
                  [(None, None, other.host)] * 2, "elsewhere")
            prompt(terminal)
            check(f"Connected to {end.url}" in terminal.text(),
                  terminal.text())
            bye(terminal, peer)
