"""How messages are shown on a terminal. In a pipe: display.t; the commands
that change it: test_commands.py."""

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


# JSON


@test
def json_is_indented_and_coloured():
    with repl("-j") as (terminal, peer):
        peer.frame("text", '{"key":[1.0,null,true,"text"]}')
        terminal.wait_line("}")
        equal(below(terminal, "< {", 8),
              ['  "key": [', "    1.0,", "    null,", "    true,",
               '    "text"', "  ]", "}", ">"], "the message")
        for text, color, bold in (("< ", "005fff", False),
                                  ('"key"', "005fff", True),
                                  ("1.0", "default", False),
                                  ("null", "767676", False),
                                  ("true", "default", False),
                                  ('"text"', "008700", False),
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
        equal(terminal.style("a").fg, "005fff", "colour")
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
        equal((cells[0].fg, cells[13].fg), ("default", "005fff"), "colours")
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
        equal(terminal.style("red").fg, "005fff", "colour")
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
