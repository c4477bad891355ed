"""Through real proxies: what opens, and in whose words it is refused."""

import contextlib
import functools

from harness import CA, CERTS, check, equal, test, wstap
from proxies import (Danted, Fronted, Microsocks, PASSWORD, Secured, Squid,
                     Tinyproxy, USER, found)
from real import Echo, Nginx

HI = (0, b"hi\n", "")
REFUSED = 97
# "%2d" is the password's "-": escapes are undone.
KNOWN = f"{USER}:{PASSWORD.replace('-', '%2d')}@"
WRONG = f"{USER}:wrong@"
BANNED = "ws://127.0.0.1:1/"


def needs(*kinds):
    """A test of these proxies; skipped with a word where one is not here."""
    def mark(function):
        @functools.wraps(function)
        def run():
            lacking = [kind for kind in kinds if not found(kind)]
            if lacking:
                print("skipped: no", ", ".join(
                    kind.programs[0] for kind in lacking), "is here")
            else:
                function()
        return test(run)
    return mark


def through(proxy, url, scheme="http", user="", args=(), **how):
    """A run by that proxy."""
    where = f"{scheme}://{user}127.0.0.1:{proxy.port}"
    return wstap("-1", "--connect-timeout", "5", "--proxy", where, *args, url,
                 stdin=b"hi\n", **how)


def opens(proxy, url, **how):
    equal(through(proxy, url, **how), HI, f"the run ({proxy.log()[-800:]})")


def refuses(proxy, url, *words, status=REFUSED, **how):
    got, out, err = through(proxy, url, **how)
    equal((got, out, err.count("\n")), (status, b"", 1), f"the end ({err!r})")
    for word in words:
        check(word in err, f"{word!r} is not in {err!r}")
    check(PASSWORD not in err and "wrong" not in err.replace("went wrong", ""),
          f"a password is shown: {err!r}")


def fails(proxy, url, **how):
    """It may hang up, say that it does not understand, or wait for more."""
    got, out, err = through(proxy, url, **how)
    check(got in (28, 56, REFUSED) and not out and err.count("\n") == 1,
          f"{got}: {err!r}")


@contextlib.contextmanager
def servers():
    """A plain server, and TLS in front of it."""
    with Echo("ws") as echo, Nginx(echo, CERTS) as nginx:
        yield echo, nginx


# --- HTTP CONNECT ---


@needs(Squid)
def squid():
    with Squid() as proxy, servers() as (echo, nginx):
        opens(proxy, echo.url)
        opens(proxy, nginx.url, args=("--ca", CA))


@needs(Squid)
def squid_with_basic():
    with Squid(basic=True) as proxy, Echo("ws") as echo:
        opens(proxy, echo.url, user=KNOWN)
        refuses(proxy, echo.url, "407", "wants a user and password",
                "--proxy http://USER:PASSWORD@")
        refuses(proxy, echo.url, "407", "does not take this user and password",
                user=WRONG)


@needs(Squid)
def squid_with_digest():
    with Squid(digest=True) as proxy, servers() as (echo, nginx):
        opens(proxy, echo.url, user=KNOWN)
        opens(proxy, nginx.url, user=KNOWN, args=("--ca", CA))
        refuses(proxy, echo.url, "407", "wants a user and password")
        refuses(proxy, echo.url, "407", "does not take this user and password",
                user=WRONG)


@needs(Squid)
def squid_refuses_with_its_own_page():
    with Squid() as proxy:
        refuses(proxy, BANNED, "to 127.0.0.1:1: 403 Forbidden",
                "Access Denied")


@needs(Squid)
def squid_to_where_nobody_is():
    with Echo("ws") as echo:
        gone = echo.url
    with Squid() as proxy:
        refuses(proxy, gone, "503 Service Unavailable", "Connection refused")


@needs(Tinyproxy)
def tinyproxy():
    with Tinyproxy() as proxy, servers() as (echo, nginx):
        opens(proxy, echo.url)
        opens(proxy, nginx.url, args=("--ca", CA))


@needs(Tinyproxy)
def tinyproxy_with_basic():
    with Tinyproxy(password=True) as proxy, Echo("ws") as echo:
        opens(proxy, echo.url, user=KNOWN)
        refuses(proxy, echo.url, "407", "wants a user and password")
        # Its way to say 407 again.
        refuses(proxy, echo.url, "401 Unauthorized", user=WRONG)


@needs(Tinyproxy)
def tinyproxy_refuses_a_port():
    with Tinyproxy(ports=(443,)) as proxy:
        refuses(proxy, BANNED, "403")


# --- over TLS ---


@needs(Squid, Secured)
def squid_over_tls():
    with Squid(digest=True) as inner, Secured(
            inner, CERTS) as proxy, servers() as (echo, nginx):
        how = {"scheme": "https", "user": KNOWN, "args": ("--ca", CA)}
        opens(proxy, echo.url, **how)
        opens(proxy, nginx.url, **how)
        refuses(proxy, BANNED, "403 Forbidden", **how)


@needs(Tinyproxy, Secured)
def tinyproxy_over_tls():
    with Tinyproxy(password=True) as inner, Secured(
            inner, CERTS) as proxy, servers() as (echo, nginx):
        how = {"scheme": "https", "user": KNOWN, "args": ("--ca", CA)}
        opens(proxy, echo.url, **how)
        opens(proxy, nginx.url, **how)


@needs(Tinyproxy, Secured)
def a_proxy_s_certificate_is_checked():
    with Tinyproxy() as inner, Echo("ws") as echo:
        with Secured(inner, CERTS) as proxy:
            refuses(proxy, echo.url, "--ca", scheme="https", status=60)
        with Secured(inner, CERTS, "other") as proxy:
            refuses(proxy, echo.url, "other.example", scheme="https",
                    args=("--ca", CA), status=60)


@needs(Tinyproxy, Secured)
def plain_to_a_proxy_that_wants_tls():
    with Tinyproxy() as inner, Secured(inner, CERTS) as proxy:
        fails(proxy, BANNED)


@needs(Squid)
def tls_to_a_plain_proxy():
    with Squid() as proxy:
        refuses(proxy, BANNED, scheme="https", status=35)


# --- SOCKS ---


@needs(Microsocks)
def microsocks():
    with Microsocks() as proxy, servers() as (echo, nginx):
        for scheme in "socks5", "socks5h":
            opens(proxy, echo.url, scheme=scheme)
            opens(proxy, nginx.url, scheme=scheme, args=("--ca", CA))


@needs(Microsocks)
def microsocks_with_a_password():
    with Microsocks(password=True) as proxy, Echo("ws") as echo:
        opens(proxy, echo.url, scheme="socks5", user=KNOWN)
        refuses(proxy, echo.url, "nobody in without credentials",
                scheme="socks5")
        refuses(proxy, echo.url, "does not take this user and password",
                scheme="socks5h", user=WRONG)


@needs(Microsocks)
def microsocks_to_where_nobody_is():
    with Echo("ws") as echo:
        gone = echo.url
    with Microsocks() as proxy:
        refuses(proxy, gone, "connection refused (the proxy's answer 5)",
                scheme="socks5")


@needs(Microsocks)
def the_next_of_a_name_s_addresses():
    """localhost is ::1 first, where nobody listens."""
    with Microsocks() as proxy, Echo("ws") as echo:
        opens(proxy, f"ws://localhost:{echo.port}/", scheme="socks5")


@needs(Danted)
def danted():
    with Danted() as proxy, servers() as (echo, nginx):
        for scheme in "socks4", "socks4a", "socks5", "socks5h":
            opens(proxy, echo.url, scheme=scheme)
        # It takes 4a's 0.0.0.1 for an address.
        for scheme in "socks4", "socks5", "socks5h":
            opens(proxy, nginx.url, scheme=scheme, args=("--ca", CA))


@needs(Danted)
def danted_refuses_a_port():
    with Danted() as proxy:
        refuses(proxy, BANNED, "not allowed by its rules", scheme="socks5")
        refuses(proxy, BANNED, "(the proxy's answer 91)", scheme="socks4")


# --- the wrong kind ---


@needs(Squid)
def socks_to_an_http_proxy():
    with Squid() as proxy:
        fails(proxy, BANNED, scheme="socks5",
              args=("--connect-timeout", "0.5"))


@needs(Microsocks)
def http_to_a_socks_proxy():
    with Microsocks() as proxy:
        fails(proxy, BANNED)


@needs(Fronted)
def a_gateway_in_front_of_a_server():
    with Echo("ws") as server, Fronted(server, CERTS) as gateway:
        url = f"wss://localhost:{gateway.port}/"
        equal(wstap("-1", "--ca", CA, url, stdin=b"hi\n"), HI, "the run")
        equal(wstap("-1", "-I", "whole", "--ca", CA, url,
                    stdin=b"x" * 200000)[:2],
              (0, b"x" * 200000 + b"\n"), "a long one")


@needs(Fronted)
def a_gateway_in_front_of_nobody():
    with Echo("ws") as server, Fronted(server, CERTS) as gateway:
        server.__exit__()
        status, out, err = wstap(
            "-1", "--ca", CA, f"wss://localhost:{gateway.port}/")
        equal((status, out), (22, b""), err)
        check("503 Service Unavailable: out of service or overloaded" in err,
              err)
        server.__enter__()
