"""How messages are shown on a terminal, the commands that change it, and
those that send. In a pipe: display.t."""

import re

from harness import check, equal, test
from scripted import Conversation
from terminal import Terminal, end, repl


def dump_lines(terminal):
    """The lines of dumps on the screen, without their offset."""
    found = (re.match(r"[0-9a-f]{8}  (\S.*)", line)
             for line in terminal.lines())
    return [line[1] for line in found if line]


def below(terminal, line, n):
    """So many lines of the screen below this one, its last one."""
    lines = terminal.lines()
    at = len(lines) - lines[::-1].index(line)
    return lines[at:at + n]


def command(terminal, line, says):
    """Types a command; what it is answered with."""
    terminal.type(line + "\r")
    terminal.wait_for(says)
    terminal.wait_cursor(">", 2)


# JSON


@test
def json_is_indented_and_coloured():
    with repl("-j") as (terminal, peer):
        peer.frame("text", '{"key":[1.0,null,true,"text"]}')
        terminal.wait_line("}")
        equal(below(terminal, "< {", 8),
              ['  "key": [', "    1.0,", "    null,", "    true,",
               '    "text"', "  ]", "}", ">"], "the message")
        for text, color, bold in (("< ", "blue", False),
                                  ('"key"', "blue", True),
                                  ("1.0", "default", False),
                                  ("null", "black", True),
                                  ("true", "default", False),
                                  ('"text"', "green", False),
                                  ("}", "default", True)):
            style = terminal.style(text)
            equal((style.fg, style.bold), (color, bold), f"style of {text}")
        style = terminal.style("> ")
        equal((style.fg, style.bold), ("default", False), "the prompt's style")
        end(terminal, peer)


@test
def json_without_colour():
    with repl("-j", "--no-color") as (terminal, peer):
        before = len(terminal.raw)
        peer.frame("text", '["\x7f"]')
        terminal.wait_line(r'  "\x7f"')
        terminal.wait_cursor(">", 2)
        check(b"m[" not in terminal.raw[before:] and
              b"\x1b[7m" not in terminal.raw[before:],
              f"{bytes(terminal.raw[before:])!r}")
        end(terminal, peer)


@test
def hostile_json_is_made_safe():
    with repl("-j") as (terminal, peer):
        peer.frame("text", '{"\x9b2J":"\x7f\u202e\u200b",'
                   '"\\u001b":"é\\u0007"}')
        terminal.wait_line("}")
        equal(below(terminal, "< {", 2),
              [r'  "\u{9b}2J": "\x7f\u{202e}\u{200b}",',
               r'  "\u001b": "é\u0007"'], "the message")
        check(terminal.style(r"\u{9b}").reverse, "in reverse video")
        check(not terminal.style("2J").reverse, "and only that")
        for text in ("\x9b", "\x7f", "\u202e", "\u200b"):
            check(text.encode() not in terminal.raw, f"{text!r} came through")
        end(terminal, peer)


@test
def what_is_no_json_is_as_it_came():
    with repl("-j") as (terminal, peer):
        peer.frame("text", '{"a": 1,}\x1b[2J')
        terminal.wait_line(r'< {"a": 1,}\x1b[2J')
        equal(terminal.style("a").fg, "blue", "colour")
        # A control character in a string is none of JSON's.
        peer.frame("text", '"\x1b]0;title\x07"')
        terminal.wait_line(r'< "\x1b]0;title\x07"')
        peer.frame("binary", "[1]")
        terminal.wait_line("< binary:")
        terminal.wait_line("00000003")
        end(terminal, peer)


@test
def json_in_fragments():
    with repl("-j") as (terminal, peer):
        peer.frame("text", '["on', fin=0)
        peer.frame("ping", "now")
        peer.expect("pong", "now")
        terminal.type("half")
        terminal.wait_cursor("> half", 6)
        peer.frame("continuation", 'e",', fin=0)
        peer.frame("continuation", '2]')
        terminal.wait_line("]")
        equal(below(terminal, "< [", 4), ['  "one",', "  2", "]", "> half"],
              "the message")
        terminal.type("\r")
        peer.expect("text", "half")
        end(terminal, peer)


@test
def json_over_the_maximum():
    with repl("-j", "--max-message", "10") as (terminal, peer):
        peer.frame("text", '["45678"]')
        terminal.wait_line("]")
        peer.frame("text", '["4567', fin=0)
        peer.frame("continuation", '890"]')
        peer.expect_close(1009)
        peer.close(1009)
        peer.eof()
        equal(terminal.wait(), 110, "status")
        check("--max-message" in terminal.text(), terminal.text())
        check("[" not in below(terminal, "]", 1)[0], terminal.text())
        check("890" not in terminal.text(), terminal.text())


@test
def json_is_set_on_and_off():
    with repl() as (terminal, peer):
        peer.frame("text", "[1]")
        terminal.wait_line("< [1]")
        terminal.type("/set json on\r")
        terminal.wait_cursor(">", 2)
        # The answer to what is typed behind it: the command was heeded.
        terminal.type("go\r")
        peer.expect("text", "go")
        peer.frame("text", "[2]")
        terminal.wait_line("  2")
        terminal.type("/set json off\r")
        terminal.type("go\r")
        peer.expect("text", "go")
        peer.frame("text", "[3]")
        terminal.wait_line("< [3]")
        end(terminal, peer)


@test
def json_is_set_while_a_message_comes_in():
    """A message that has begun is shown as was set when it did."""
    with repl() as (terminal, peer):
        peer.frame("text", "[1", fin=0)
        peer.frame("ping", "a")
        peer.expect("pong", "a")
        terminal.type("/set json on\rgo\r")
        peer.expect("text", "go")
        peer.frame("continuation", "]")
        terminal.wait_line("< [1]")
        peer.frame("text", "[2", fin=0)
        peer.frame("continuation", "]")
        terminal.wait_line("  2")
        peer.frame("text", "[3", fin=0)
        peer.frame("ping", "a")
        peer.expect("pong", "a")
        terminal.type("/set json off\rgo\r")
        peer.expect("text", "go")
        peer.frame("continuation", "3]")
        terminal.wait_line("< [33]")
        peer.frame("text", "[4", fin=0)
        peer.frame("continuation", "]")
        terminal.wait_line("< [4]")
        end(terminal, peer)


# The time


@test
def the_time_of_a_message():
    with repl("-T") as (terminal, peer):
        peer.frame("text", "one\ntwo")
        terminal.wait_line("  two")
        time = r"\d\d:\d\d:\d\d\.\d{3}"
        check(re.search(f"^{time} < one$", terminal.text(), re.M),
              terminal.text())
        peer.frame("binary", "a")
        terminal.wait_line("00000001")
        check(re.search(f"^{time} < binary:$", terminal.text(), re.M),
              terminal.text())
        at = next(i for i, line in enumerate(terminal.lines())
                  if "< one" in line)
        cells = terminal.screen.buffer[at]
        equal((cells[0].fg, cells[13].fg), ("default", "blue"), "colours")
        end(terminal, peer)


@test
def the_time_in_each_form():
    for form, wanted in (("iso", r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}"
                                 r"\+00:00"),
                         ("unix", r"\d{10,}\.\d{3}"),
                         ("delta", r"\+\d+\.\d{3}"),
                         ("%Y.", r"20\d\d\."),
                         # No control character of a format gets through.
                         ("\x1b[7m%%\n|", r"\[7m% \|")):
        with repl(f"-T{form}", env={"TZ": "UTC"}) as (terminal, peer):
            peer.frame("text", "hi")
            terminal.wait_for(
                lambda: re.search(f"^{wanted} < hi$",
                                  terminal.text(), re.M), wanted)
            end(terminal, peer)


@test
def the_time_is_set_on_and_off():
    with repl() as (terminal, peer):
        terminal.type("/set time on\rgo\r")
        peer.expect("text", "go")
        peer.frame("text", "[1]")
        terminal.wait_for(lambda: re.search(
            r"^\d\d:\d\d:\d\d\.\d{3} < \[1\]$", terminal.text(), re.M), "it")
        terminal.type("/set time off\rgo\r")
        peer.expect("text", "go")
        peer.frame("text", "[2]")
        terminal.wait_line("< [2]")
        end(terminal, peer)


# Raw bytes


@test
def raw_lets_everything_through():
    with repl("-r") as (terminal, peer):
        peer.frame("text", "\x1b]0;a title\x07\x1b[31mred\x1b[0m \x07")
        terminal.wait_for("< red")
        equal(terminal.style("red").fg, "red", "colour")
        equal(terminal.screen.title, "a title", "title")
        peer.frame("binary", "\x1b[32mgreen\x1b[0m")
        terminal.wait_line("< green")
        equal(terminal.style("green").fg, "green", "colour")
        equal(dump_lines(terminal), [], "dumps")
        end(terminal, peer)


@test
def not_raw_lets_nothing_through():
    with repl() as (terminal, peer):
        peer.frame("text", "\x1b]0;a title\x07\x1b[31mred")
        terminal.wait_line(r"< \x1b]0;a title\x07\x1b[31mred")
        equal(terminal.style("red").fg, "blue", "colour")
        equal(terminal.screen.title, "", "title")
        peer.frame("binary", "\x1b[32m")
        terminal.wait_line("00000005")
        equal(dump_lines(terminal), ["1b 5b 33 32 6d" + 36 * " " + "|.[32m|"],
              "dump")
        end(terminal, peer)


@test
def raw_is_set_on_and_off():
    with repl() as (terminal, peer):
        terminal.type("/set raw on\rgo\r")
        peer.expect("text", "go")
        peer.frame("text", "\x1b[31mone\x1b[0m")
        terminal.wait_line("< one")
        equal(terminal.style("one").fg, "red", "colour")
        terminal.type("/set raw off\rgo\r")
        peer.expect("text", "go")
        peer.frame("text", "\x1b[31mtwo")
        terminal.wait_line(r"< \x1b[31mtwo")
        end(terminal, peer)


@test
def raw_on_a_terminal_for_output_alone():
    for options, shown, dumped in (
            ("-r", b"\n\x1b[1mbold\n\x1b\n", False),
            ("-rX", b"bold|\n", True),
            ("-T%%", b"\n% \\x1b[1mbold\n%\n00000000  1b", True)):
        with Conversation() as server, Terminal(
                command=["/bin/sh", "-c",
                         'echo; exec wstap "$0" "$1" </dev/null',
                         options, server.url],
                env={"TERM": "dumb"}) as terminal:
            peer = server.connected()
            peer.frame("text", "\x1b[1mbold")
            peer.frame("binary", "\x1b")
            peer.close(1000)
            peer.expect_close(1000)
            peer.eof()
            equal(terminal.wait(), 0, "status")
            raw = bytes(terminal.raw).replace(b"\r\n", b"\n")
            check(shown in raw, f"{options}: {raw!r}")
            equal(b"00000000  1b" in raw, dumped, f"{options}: a dump")


# Dumps


@test
def a_dump_s_maximum():
    with repl("--hex-max", "32") as (terminal, peer):
        peer.frame("binary", bytes(range(64)))
        terminal.wait_line("... 32 bytes left out")
        equal(below(terminal, "< binary:", 4)[2:],
              ["... 32 bytes left out", "00000040"], "the dump's end")
        equal(len(dump_lines(terminal)), 2, "lines")
        peer.frame("text", "x" * 70)
        terminal.wait_line("< " + "x" * 70)
        end(terminal, peer)


@test
def a_dump_is_as_wide_as_the_terminal():
    for columns, per_line in ((80, 16), (78, 16), (77, 8), (50, 8), (45, 8),
                              (44, 4), (29, 4)):
        with repl(columns=columns) as (terminal, peer):
            peer.frame("binary", bytes(range(65, 65 + 16)))
            terminal.wait_line("00000010")
            text = bytes(range(65, 65 + per_line)).decode()
            lines = dump_lines(terminal)
            equal(len(lines), 16 // per_line, f"lines in {columns} columns")
            check(lines[0].endswith(f"|{text}|"), f"{columns}: {lines[0]}")
            end(terminal, peer)


@test
def a_dump_on_a_small_terminal():
    with repl(rows=5, columns=20) as (terminal, peer):
        terminal.type("half")
        terminal.wait_cursor("> half", 6)
        peer.frame("binary", "ABCD")
        terminal.wait_line("00000004")
        equal(terminal.lines()[-4:],
              ["00000000  41 42 43 4", "4  |ABCD|", "00000004", "> half"],
              "the screen's end")
        terminal.type("\r")
        peer.expect("text", "half")
        end(terminal, peer)


@test
def a_dump_after_the_window_changed():
    with repl() as (terminal, peer):
        for columns, per_line, mark in ((50, 8, "A"), (30, 4, "B"),
                                        (80, 16, "C")):
            terminal.resize(24, columns)
            terminal.pump(0.2)
            terminal.type("go\r")
            peer.expect("text", "go")
            text = "x" * (per_line - 1) + mark
            peer.frame("binary", text + "y")
            terminal.wait_line(f"{per_line + 1:08x}")
            terminal.wait_cursor(">", 2)
            check(dump_lines(terminal)[-2].endswith(f" |{text}|"),
                  f"{columns}: {dump_lines(terminal)}")
        end(terminal, peer)


@test
def hex_is_set_on_and_off():
    with repl() as (terminal, peer):
        terminal.type("/set hex on\rgo\r")
        peer.expect("text", "go")
        peer.frame("text", "hi")
        terminal.wait_line("< text:")
        terminal.wait_line("00000002")
        terminal.type("/set hex off\rgo\r")
        peer.expect("text", "go")
        peer.frame("text", "hi")
        terminal.wait_line("< hi")
        end(terminal, peer)


# /set


@test
def set_alone_lists_what_is():
    with repl("-X", "-T", "-P") as (terminal, peer):
        terminal.type("/set\r")
        terminal.wait_line("  hex on  json off  time on  ping-pong on"
                           "  raw off")
        terminal.type("/set ping-pong off\r/set  json  on \r"
                      "/set raw on\r/set\r")
        terminal.wait_line("  hex on  json on  time on  ping-pong off"
                           "  raw on")
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
                 "/set jsno: no such setting; did you mean json? "
                 "(hex json time ping-pong raw)"),
                ("/set xyzzy", "/set xyzzy: no such setting (hex json time "
                 "ping-pong raw)"),
                ("/set json onn", '/set json: on or off, not "onn"'),
                ("/set json", '/set json: on or off, not ""'),
                ("/set json on off", '/set json: on or off, not "on off"'),
                ("/set json ON", '/set json: on or off, not "ON"'),
                ("/set \x16\x1bx" + 40 * "y", r"/set \x1bx" + 40 * "y")):
            command(terminal, line, says)
            equal(terminal.style(says[:8] if says[5] == "\\" else
                                 says).fg, "brown", f"colour of {says}")
        command(terminal, "/set", "  hex off  json off  time off  ping-pong"
                " off  raw off")
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
            equal(terminal.style(says).fg, "brown", f"colour of {says}")
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
