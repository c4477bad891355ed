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
                           "  raw off  wrap on  trace off")
        terminal.type("/set ping-pong off\r/set  json  on \r"
                      "/set raw on\r/set\r")
        terminal.wait_line("  hex on  json on  time on  ping-pong off"
                           "  raw on  wrap on  trace off")
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
                 "ping-pong, raw, wrap, trace)"),
                ("/set json onn", '/set json: on or off, not "onn"'),
                ("/set json", '/set json: on or off, not ""'),
                ("/set json on off", '/set json: on or off, not "on off"'),
                ("/set json ON", '/set json: on or off, not "ON"'),
                ("/set \x16\x1bx" + 40 * "y", r"/set \x1bx" + 40 * "y")):
            command(terminal, line, says)
            equal(terminal.style(says[:8] if says[5] == "\\" else
                                 says).fg, "af5f00", f"colour of {says}")
        command(terminal, "/set", "  hex off  json off  time off  ping-pong"
                " off  raw off  wrap on  trace off")
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


# /set wrap, /set time


def shown(terminal, peer, text, first, rows=None):
    """The rows that a message takes, from the one that begins with first."""
    terminal.type("\x0c")
    terminal.wait_for(lambda: terminal.lines()[0].startswith(">") and
                      not any(terminal.lines()[1:]), "a clear screen")
    peer.frame("text", text)
    terminal.wait_for(lambda: terminal.lines()[0].startswith(first),
                      f"{first!r} on top")
    terminal.wait_for(lambda: terminal.cursor()[0].startswith(">"), "the "
                      "prompt")
    lines = terminal.lines()
    equal(lines[:terminal.screen.cursor.y], rows, f"rows of {text[:30]!r}")


@test
def lines_are_cut_where_they_are_not_to_wrap():
    with repl(columns=20, rows=10) as (terminal, peer):
        shown(terminal, peer, "x" * 20, "<", ["< " + 18 * "x", "xx"])
        terminal.type("/set wrap off\rhalf")
        terminal.wait_cursor("> half", 6)
        for text, rows in (
                ("x" * 18, ["< " + 18 * "x"]),
                ("x" * 19, ["< " + 15 * "x" + "..."]),
                ("x" * 100000, ["< " + 15 * "x" + "..."]),
                ("中" * 9, ["< " + 9 * "中"]),
                ("中" * 10, ["< " + 7 * "中" + " ..."]),
                ("e\u0301" * 30, ["< " + 15 * "é" + "..."]),
                ("\x1b[31m" * 9, [r"< \x1b[31m\x1b[31..."]),
                ("one\n" + 20 * "y" + "\n\nend",
                 ["< one", "  " + 15 * "y" + "...", "", "  end"]),
                ("", ["<"])):
            # pyte leaves the second cell of a wide character empty.
            shown(terminal, peer, text, rows[0], rows)
        peer.frame("binary", b"whole")
        terminal.wait_for("whole"[:2])
        terminal.wait_cursor("> half", 6)
        terminal.type("\x15/set wrap on\r")
        terminal.wait_cursor(">", 2)
        shown(terminal, peer, "x" * 20, "<", ["< " + 18 * "x", "xx"])
        end(terminal, peer)


@test
def lines_are_cut_at_the_edge_of_a_resized_screen():
    with repl(columns=30, rows=10) as (terminal, peer):
        terminal.type("/set wrap off\r")
        terminal.wait_cursor(">", 2)
        for columns in (30, 40, 25):
            terminal.resize(10, columns)
            shown(terminal, peer, "x" * 50, "< xx",
                  ["< " + (columns - 5) * "x" + "..."])
        end(terminal, peer)


@test
def colours_end_where_a_line_is_cut():
    with repl("-j", "--color=always", columns=20, rows=10) as (terminal,
                                                               peer):
        terminal.type("/set wrap off\r")
        terminal.wait_cursor(">", 2)
        shown(terminal, peer, '{"a":"' + "x" * 50 + '","b":1}', "< {",
              ["< {", '  "a": "' + 9 * "x" + "...", '  "b": 1', "}"])
        equal(terminal.style(">").fg, "default", "colour of the prompt")
        peer.frame("text", "a\x01" * 20)
        terminal.wait_for("...")
        terminal.wait_cursor(">", 2)
        check(not terminal.style(">").reverse, "the prompt is reversed")
        end(terminal, peer)


@test
def time_in_the_form_that_was_set():
    forms = ((r"iso", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00"),
             (r"unix", r"\d{10}\.\d{3}"), (r"delta", r"\+\d+\.\d{3}"),
             (r"%H.%M h", r"\d\d\.\d\d h"), (r"iso ", r"\d{4}-.*\+00:00"),
             (r"on", r"\d{4}-.*\+00:00"), (r"%d%%  ", r"\d\d%"))
    with repl() as (terminal, peer):
        for i, (form, like) in enumerate(forms):
            terminal.type(f"/set time {form}\r")
            terminal.wait_cursor(">", 2)
            peer.frame("text", f"message {i}")
            terminal.wait_for(f"< message {i}")
            check([line for line in terminal.lines() if
                   re.fullmatch(f"{like} < message {i}", line)],
                  f"{form}: {terminal.text()}")
        terminal.type("/set time off\r/set\r")
        terminal.wait_for("time off")
        peer.frame("text", "bare")
        terminal.wait_line("< bare")
        end(terminal, peer)


@test
def a_time_that_cannot_be_set():
    with repl("-T") as (terminal, peer):
        for form, says in (
                ("isoo", "no such time format; did you mean iso?"),
                ("foo", "/set time foo: no such time format (iso,"),
                ("%c" * 40, "it gives nothing, or more than"),
                ("", '/set time: on or off, not ""')):
            command(terminal, f"/set time {form}", says)
        peer.frame("text", "as before")
        terminal.wait_for("< as before")
        check(re.search(r"^\d\d:\d\d:\d\d\.\d{3} < as before$",
                        terminal.text(), re.M), terminal.text())
        end(terminal, peer)


@test
def a_time_as_wide_as_the_screen():
    with repl(columns=28, rows=12) as (terminal, peer):
        terminal.type("/set wrap off\r/set time iso\r")
        terminal.wait_cursor(">", 2)
        peer.frame("text", "x" * 50)
        terminal.wait_for("...")
        terminal.wait_cursor(">", 2)
        end(terminal, peer)
