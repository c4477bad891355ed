"""Why was I refused: the likely cause, in one line. And all of it with a real
gateway."""

import os
import re
import socket

from harness import CA, CERTS, check, equal, test, wstap
from nginx import PASSWORD, USER, Gateway
from real import Echo
from scripted import Server
from web import (THERE, Web, basic, leads, opens, refused, says, visit)

TLS = ("--ca", CA)
HI = (0, b"hi\n", "")
MAY_WANT_TLS = " (if it speaks TLS there, try wss://)"


def answers(status, hint, *fields, body="", target="/", options=()):
    """That answer to a request for target, and the line."""
    with Web({target: says(status, *fields, body=body)}) as web:
        visit(refused(22, f"the server answered {status}{hint}", body),
              *options, web.at(target))


@test
def by_status():
    for status, hint in (
            ("400 Bad Request", ""),
            ("403 Forbidden", ": it may want an Origin, try -o ORIGIN"),
            ("404 Not Found", ": check the path /"),
            ("405 Method Not Allowed",
             ": no WebSocket endpoint there, check the path"),
            ("407 Proxy Authentication Required",
             ": a proxy wants credentials (try --proxy with USER:PASSWORD@)"),
            ("410 Gone", ""),
            ("421 Misdirected Request",
             ": that host is not served there (try --host or --sni)"),
            ("429 Too Many Requests",
             ": too many connections or requests, try later"),
            ("500 Internal Server Error", ""),
            ("502 Bad Gateway",
             ": a gateway that could not reach the server behind it"),
            ("503 Service Unavailable",
             ": out of service or overloaded, try later"),
            ("504 Gateway Timeout", ": a gateway that the server behind it "
                                    "did not answer in time"),
            ("505 HTTP Version Not Supported",
             ": it wants another version of HTTP than 1.1"),
            ("511 Network Authentication Required",
             ": the network wants a sign-in first (open a page in a "
             "browser)")):
        answers(status, hint, body="the page\nof it\n")


@test
def by_status_and_request():
    origin = ("-o", "http://x")
    answers("403 Forbidden", "", options=origin)
    answers("403 Forbidden", "", options=("-H", "Origin: http://x"))
    answers("403 Forbidden", ": it may want an Origin, try -o ORIGIN",
            options=origin + ("-H", "Origin:"))
    answers("404 Not Found", ": check the path /a/b?c=d", target="/a/b?c=d")
    answers("426 Upgrade Required", ": it wants another protocol")
    answers("426 Upgrade Required", ": it speaks WebSocket version 8, not 13 "
                                    "(try -p)", "Sec-WebSocket-Version: 8")
    answers("400 Bad Request", ": it speaks WebSocket version 13, not 12 (try "
                               "-p)", "Sec-WebSocket-Version: 13",
            options=("-p", "12"))


@test
def a_page():
    start = ": a plain HTTP page, not a WebSocket endpoint"
    page = " (check the path; or is it a sign-in page?)"
    answers("200 OK", start)
    answers("200 OK", start, "Content-Type: application/json", body="{}\n")
    for kind in ("text/html", "text/html; charset=utf-8", "Text/HTML"):
        answers("200 OK", start + page, f"Content-Type: {kind}",
                body="<h1>Sign in</h1>\n")
    with Web({"/": says("200 OK", "Content-Type: text/html")},
             kind="tls") as web:
        visit(refused(22, f"the server answered 200 OK{start}{page}"), *TLS,
              web.url)


@test
def a_redirect_to_a_sign_in_page():
    with Web({"/": leads("https://sign-in.test/page?from=here")}) as web:
        visit(refused(22, "the server answered 302 Found: it points to "
                          "https://sign-in.test/page?from=here (try -L)",
                      "not shown\n"), web.url)


@test
def what_the_line_quotes_is_safe_and_short():
    with Web({"/" + "x" * 3000: says("404 Not Found")}) as web:
        status, out, err = wstap(web.at("/" + "x" * 3000))
        equal((status, out), (22, b""), err)
        check(len(err) < 600 and err.count("\n") == 1, err)
    for location in ("/" + "y" * 7000, "\xc2\x9b31m", "\xe2\x80\xae/evil"):
        with Web({"/": leads(location)}) as web:
            for options in ((), ("-v",)):
                _, _, err = wstap(*options, web.url)
                last = err.splitlines()[-1]
                check(last.endswith("(try -L)") and len(last) < 600, last)
                check("\x9b" not in err and "\u202e" not in err, repr(err))


# --- not HTTP/1.1 at all


def sends(data, reset=False):
    """A server that sends this, whatever it is told."""
    def script(peer):
        peer.read_head()
        peer.send(data)
        if reset:
            peer.rst()
        else:
            peer.eof()
            peer.drain()
    return Server(script)


@test
def other_protocols():
    start = "not a WebSocket answer: it is not HTTP/1"
    for data, hint in (
            (b"\x15\x03\x01\0\x02\x02\x46",
             " (it speaks TLS there: try wss://)"),
            (b"\0\0\x12\x04\0\0\0\0\0" + b"\0\x03\0\0\0\x80" * 3,
             " (it speaks HTTP/2 only, which WebSocket servers rarely do)"),
            (b"SSH-2.0-OpenSSH_9.2p1\r\n", " (it speaks SSH there)"),
            (b"220 mail.test ESMTP\r\n", ""),
            (b"\0\xff\xfe", "")):
        with sends(data) as server:
            visit(refused(8, start + hint), server.url)


@test
def nothing_at_all():
    with sends(b"") as server:
        visit(refused(52, "the other end hung up before its answer" +
                      MAY_WANT_TLS), server.url)
    with sends(b"", reset=True) as server:
        visit(refused(52, "connection lost: Connection reset by peer" +
                      MAY_WANT_TLS), server.url)
    with sends(b"HTTP/1.1 101 Switching") as server:
        visit(refused(8, "not a WebSocket answer: the head was cut off"),
              server.url)
    with Web({"/": lambda peer: peer.hangup()}, kind="tls") as web:
        status, out, err = wstap(*TLS, web.url)
        equal((status, out), (52, b""), err)
        check("wss" not in err and err.count("\n") == 1, err)


@test
def plain_to_TLS():
    """As servers of Go, Apache and nginx say it."""
    start = "the server answered 400 Bad Request"
    for body in ("Client sent an HTTP request to an HTTPS server.\n",
                 "Reason: You're speaking plain HTTP to an SSL-enabled server "
                 "port.\n",
                 "<center>The plain HTTP request was sent to HTTPS port"
                 "</center>\n"):
        answers("400 Bad Request", ": it speaks TLS there, try wss://",
                body=body)
        answers("404 Not Found", ": check the path /", body=body)
        with Web({"/": says("400 Bad Request", body=body)}, kind="tls") as web:
            visit(refused(22, start, body), *TLS, web.url)
    # Python's just hangs up.
    with Web(kind="tls") as web:
        status, out, err = wstap(f"ws://{web.host}/")
        equal((status, out), (52, b""), err)
        check(err.endswith(MAY_WANT_TLS + "\n"), err)
        web.error = None


@test
def TLS_to_plain():
    line = ("TLS handshake with 127.0.0.1: the server does not speak TLS "
            "there (try ws://)")

    def script(peer):
        peer.more()
        peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        peer.eof()
        peer.drain()

    with Server(script) as server:
        visit(refused(35, line), f"wss://127.0.0.1:{server.port}/")
    # One that waits for a request's end is not waited for.
    with Server(lambda peer: peer.drain()) as server:
        status, out, err = wstap("--connect-timeout", "0.5",
                                 f"wss://127.0.0.1:{server.port}/")
        equal((status, out), (28, b""), err)


@test
def nobody_listens():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        visit(refused(7, f"cannot connect to 127.0.0.1 port {port}: "
                         "Connection refused"), f"ws://127.0.0.1:{port}/")


@test
def both_heads_with_verbose():
    with Web({"/x": says("403 Forbidden", "X-Why: no token",
                         body="no\n")}) as web:
        status, out, err = wstap("-v", web.at("/x"))
        equal((status, out), (22, b""), err)
        lines = err.splitlines()
        sent = [line for line in lines if line.startswith(">")]
        came = [line for line in lines if line.startswith("<")]
        equal(sent[0], "> GET /x HTTP/1.1", err)
        check(f"> Host: {web.host}" in sent, err)
        equal(came, ["< HTTP/1.1 403 Forbidden", "< Content-Length: 3",
                     "< X-Why: no token", "< "], err)
        equal(lines[-2:], ["no", "wstap: the server answered 403 Forbidden: "
                                 "it may want an Origin, try -o ORIGIN"], err)


# --- nginx


def page(title):
    """One of its own."""
    return (f"<html>\n<head><title>{title}</title></head>\n<body>\n"
            f"<center><h1>{title}</h1></center>\n"
            "<hr><center>nginx/X</center>\n</body>\n</html>\n")


def ask(gateway, wanted, *args, url=None):
    """args: options, and a path of the gateway's."""
    status, out, err = wstap("-1", *args[:-1],
                             (url or gateway.url) + args[-1], stdin=b"hi\n")
    err = re.sub(r"nginx/[^<]*", "nginx/X", err)
    equal((status, out, err), wanted, " ".join(args))


@test
def nginx_redirects():
    with Echo("ws") as echo, Gateway(echo, CERTS) as gateway:
        for status in (301, 302, 303, 307, 308):
            ask(gateway, HI, "-L", str(status))
        where = gateway.url.replace("ws:", "http:")
        ask(gateway, refused(22, "the server answered 301 Moved Permanently: "
                                 f"it points to {where} (try -L)",
                             page("301 Moved Permanently")), "301")
        ask(gateway, HI, "-L", *TLS, "secure")
        ask(gateway, HI, "-L", *TLS, "301", url=gateway.secure_url)
        ask(gateway, refused(47, "cannot follow the redirect (302): "
                                 f"{gateway.url} has no TLS, wss:// never "
                                 "becomes ws://"), "-L", *TLS, "plain",
            url=gateway.secure_url)
        ask(gateway, refused(47, "more than 10 redirects (--max-redirects; is "
                                 "it a loop?)"), "-L", "loop")


def seen(authorization, cookie, host):
    return refused(22, "the server answered 403 Forbidden: it may want an "
                       "Origin, try -o ORIGIN",
                   f"authorization={authorization} cookie={cookie} "
                   f"host={host}\n")


@test
def nginx_and_whose_secrets():
    with Echo("ws") as echo, Gateway(echo, CERTS) as gateway:
        secrets = ("-u", "me:pass", "--cookie", "a=b", "--host", "in.test")
        ask(gateway, seen(basic("me:pass"), "a=b", "in.test"), *secrets,
            "seen")
        ask(gateway, seen("", "", gateway.other), "-L", *secrets, "other")
        base = os.path.join(CERTS, "good")
        own = ("--cert", base + ".pem", "--key", base + ".key")
        hint = "the server answered 403 Forbidden: it may want an Origin, " \
               "try -o ORIGIN"
        ask(gateway, refused(22, hint, "SUCCESS\n"), *TLS, *own, "seen",
            url=gateway.certified_url)
        ask(gateway, refused(22, hint, "NONE\n"), "-L", *TLS, *own,
            "certified", url=gateway.secure_url)


@test
def nginx_and_credentials():
    refusal = "the server answered 401 Unauthorized: "
    body = page("401 Authorization Required")
    with Echo("ws") as echo, Gateway(echo, CERTS) as gateway:
        for options in (("-u", f"{USER}:{PASSWORD}"),
                        ("-H", f"Authorization: "
                               f"{basic(f'{USER}:{PASSWORD}')}")):
            ask(gateway, HI, *options, "basic/")
        ask(gateway, HI, "basic/", url=gateway.url.replace(
            "//", f"//{USER}:{PASSWORD}@"))
        ask(gateway, refused(22, refusal + "try --auth USER:PASSWORD", body),
            "basic/")
        ask(gateway, refused(22, refusal + "it did not take the credentials",
                             body), "-u", f"{USER}:wrong", "basic/")


@test
def nginx_and_cookies():
    body = "no cookie\n"
    no = "the server answered 403 Forbidden: it may want an Origin, try -o " \
         "ORIGIN"
    with Echo("ws") as echo, Gateway(echo, CERTS) as gateway:
        jar = ("--cookie-jar", os.path.join(gateway.dir, "jar"))
        ask(gateway, refused(22, no, body), *jar, "signed-in")
        ask(gateway, HI, "-L", *jar, "sign-in")
        ask(gateway, HI, *jar, "signed-in")
        ask(gateway, HI, "--cookie", "sid=s3cret", "signed-in")
        ask(gateway, refused(22, no, body), "signed-in")


@test
def nginx_refuses():
    gateway_failed = "a gateway that could not reach the server behind it"
    with Echo("ws") as echo, Gateway(echo, CERTS) as gateway:
        ask(gateway, HI, "-o", "http://x", "origin")
        for path, status, hint, body in (
                ("origin", "403 Forbidden",
                 "it may want an Origin, try -o ORIGIN", "no origin\n"),
                ("gone", "502 Bad Gateway", gateway_failed,
                 page("502 Bad Gateway")),
                ("late", "504 Gateway Time-out", "a gateway that the server "
                 "behind it did not answer in time",
                 page("504 Gateway Time-out")),
                ("page", "200 OK", "a plain HTTP page, not a WebSocket "
                 "endpoint (check the path; or is it a sign-in page?)",
                 "<h1>Sign in</h1>\n"),
                ("none", "404 Not Found", "check the path /none",
                 "nothing here\n")):
            ask(gateway, refused(22, f"the server answered {status}: {hint}",
                                 body), path)


@test
def nginx_speaks_otherwise():
    with Echo("ws") as echo, Gateway(echo, CERTS) as gateway:
        text = "The plain HTTP request was sent to HTTPS port"
        body = page("400 Bad Request").replace(
            "400 Bad Request", "400 " + text, 1).replace(
            "<hr>", f"<center>{text}</center>\n<hr>")
        ask(gateway, refused(22, "the server answered 400 Bad Request: it "
                                 "speaks TLS there, try wss://", body), "",
            url=gateway.misled_url)
        ask(gateway, refused(35, "TLS handshake with 127.0.0.1: the server "
                                 "does not speak TLS there (try ws://)"), "",
            url=gateway.url.replace("ws:", "wss:"))
        ask(gateway, refused(8, "not a WebSocket answer: it is not HTTP/1 (it "
                                "speaks HTTP/2 only, which WebSocket servers "
                                "rarely do)"), "", url=gateway.http2_url)


@test
def over_TLS_with_all_of_it():
    """A sign-in by redirect, Digest or not, over TLS, in one run."""
    with Web(kind="tls") as web:
        web.pages = {"/": leads("/in", 302, "Set-Cookie: sid=1; Secure"),
                     "/in": opens("Set-Cookie: sid=2; Secure")}
        visit(THERE, "-L", *TLS, "-u", "me:pass", "--cookie", "a=b", web.url)
        equal(web.got("Authorization", "Cookie"),
              [(basic("me:pass"), "a=b"), (basic("me:pass"), "a=b; sid=1")],
              "told")
