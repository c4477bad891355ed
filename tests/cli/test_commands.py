"""The commands that change how messages are shown, and those that send."""

import re

from harness import check, equal, test
from terminal import end, repl


def command(terminal, line, says):
    """Types a command; what it is answered with."""
    terminal.type(line + "\r")
    terminal.wait_for(says)
    terminal.wait_cursor(">", 2)


# /set


@test
def set_alone_lists_what_is():
    with repl("-X", "-T", "-P") as (terminal, peer):
        terminal.type("/set\r")
        terminal.wait_line("  hex on  json off  time on  ping-pong on"
                           "  raw off  wrap on")
        terminal.type("/set ping-pong off\r/set  json  on \r"
                      "/set raw on\r/set\r")
        terminal.wait_line("  hex on  json on  time on  ping-pong off"
                           "  raw on  wrap on")
        peer.expect_nothing(0.1)
        end(terminal, peer)


@test
def ping_pong_is_set_on_and_off():
    with repl() as (terminal, peer):
        terminal.type("/set ping-pong on\rgo\r")
        peer.expect("text", "go")
        peer.frame("ping", "one")
        peer.expect("pong", "one")
        terminal.wait_line('Received ping (data: "one")')
        peer.frame("pong", "two")
        terminal.wait_line('Received pong (data: "two")')
        terminal.type("/set ping-pong off\rgo\r")
        peer.expect("text", "go")
        peer.frame("ping", "three")
        peer.expect("pong", "three")
        peer.frame("text", "four")
        terminal.wait_line("< four")
        check("three" not in terminal.text(), terminal.text())
        end(terminal, peer)


@test
def what_cannot_be_set():
    with repl() as (terminal, peer):
        for line, says in (
                ("/set jsno on",
                 "/set jsno: no such setting; did you mean json?"),
                ("/set xyzzy", "/set xyzzy: no such setting (hex, json, time, "
                 "ping-pong, raw, wrap)"),
                ("/set json onn", '/set json: on or off, not "onn"'),
                ("/set json", '/set json: on or off, not ""'),
                ("/set json on off", '/set json: on or off, not "on off"'),
                ("/set json ON", '/set json: on or off, not "ON"'),
                ("/set \x16\x1bx" + 40 * "y", r"/set \x1bx" + 40 * "y")):
            command(terminal, line, says)
            equal(terminal.style(says[:8] if says[5] == "\\" else
                                 says).fg, "af5f00", f"colour of {says}")
        command(terminal, "/set", "  hex off  json off  time off  ping-pong"
                " off  raw off  wrap on")
        peer.expect_nothing(0.1)
        end(terminal, peer)


# Sending


@test
def a_message_of_each_type():
    with repl() as (terminal, peer):
        for line, kind, data in (
                ("/text hello  there ", "text", b"hello  there "),
                ("/binary hello", "binary", b"hello"),
                ("/text   /close", "text", b"/close"),
                ("/binary grüße", "binary", "grüße".encode()),
                ("still text", "text", b"still text"),
                ("/hex 48 65 6c", "binary", b"Hel"),
                ("/hex 00ffFE0a", "binary", b"\0\xff\xfe\n"),
                ("/hex 1b 00 ", "binary", b"\x1b\0"),
                ("/base64 SGVsbG8=", "binary", b"Hello"),
                ("/base64 AP8K", "binary", b"\0\xff\n")):
            terminal.type(line + "\r")
            equal(peer.read_message(), (kind, data), line)
        end(terminal, peer)


@test
def an_empty_message_of_bytes():
    with repl() as (terminal, peer):
        for line in ("/hex", "/hex  ", "/base64"):
            terminal.type(line + "\r")
            peer.expect("binary", b"")
        end(terminal, peer)


@test
def the_type_from_now_on():
    with repl() as (terminal, peer):
        command(terminal, "/binary", "sent as binary from now on")
        terminal.type("one\r")
        peer.expect("binary", "one")
        terminal.type("/text two\r")
        peer.expect("text", "two")
        terminal.type("//three\r")
        peer.expect("binary", "/three")
        command(terminal, "/text ", "sent as text from now on")
        terminal.type("four\r")
        peer.expect("text", "four")
        end(terminal, peer)
    with repl("-b") as (terminal, peer):
        terminal.type("five\r")
        peer.expect("binary", "five")
        command(terminal, "/text", "sent as text from now on")
        terminal.type("six\r")
        peer.expect("text", "six")
        end(terminal, peer)


@test
def bytes_that_cannot_be_read():
    with repl() as (terminal, peer):
        for line, says in (
                ("/hex zz", '/hex: "zz" is no byte of two hex digits'),
                ("/hex 48 6", '/hex: "6" is no byte'),
                ("/hex 4 86", '/hex: "4 86" is no byte'),
                ("/hex 486", '/hex: "6" is no byte'),
                ("/hex 0x48", '/hex: "0x48" is no byte'),
                ("/hex 48,65", '/hex: ",65" is no byte'),
                ("/hex 48 éééééé", '/hex: "éééé" is no byte'),
                ("/base64 SGVsbG8", "/base64: that is no base64 with its"),
                ("/base64 SGVs*G8=", "/base64: that is no base64 with its"),
                ("/base64 =", "/base64: that is no base64 with its")):
            command(terminal, line, says)
            equal(terminal.style(says).fg, "af5f00", f"colour of {says}")
            peer.expect_nothing(0.02)
            terminal.type("\x0c")
        end(terminal, peer)


@test
def a_long_message_of_bytes():
    with repl() as (terminal, peer):
        data = bytes(i % 251 for i in range(3000))
        terminal.type(f"/hex {data.hex(' ')}\r")
        peer.expect("binary", data)
        end(terminal, peer)


# What helps


@test
def help_lists_every_command_and_fits():
    with repl() as (terminal, peer):
        terminal.type("\x0c/help\r")
        terminal.wait_for("Ctrl-C clears the line")
        terminal.wait_cursor(">", 2)
        lines = terminal.lines()
        for name in ("ping", "pong", "text", "binary", "hex", "base64", "set",
                     "close", "help", "quit"):
            equal(len([line for line in lines
                       if re.match(rf"  /{name}( .*)? {{2,}}\S", line)]), 1,
                  f"lines of /{name}")
        equal(lines[0], "> /help", "the screen's first line")
        check(max(map(len, lines)) < 80, "it does not fit 80 columns")
        end(terminal, peer)


@test
def help_on_a_command():
    with repl() as (terminal, peer):
        terminal.type("/help /set\r")
        terminal.wait_for("  /set [what on|off]")
        terminal.type("/help base64\r")
        terminal.wait_for("  /base64 SGVsbG8=")
        end(terminal, peer)


@test
def tab_completes_the_commands():
    with repl() as (terminal, peer):
        for typed, name in (("/te", "/text "), ("/bi", "/binary "),
                            ("/hex", "/hex "), ("/ba", "/base64 "),
                            ("/se", "/set ")):
            terminal.type(typed + "\t")
            terminal.wait_cursor("> " + name.rstrip(), 2 + len(name))
            terminal.type("\x15")
            terminal.wait_cursor(">", 2)
        peer.expect_nothing(0.1)
        end(terminal, peer)
