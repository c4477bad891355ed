"""Whether there are colours, and which: on a terminal, in a pipe, and as the
environment and --color say. What is coloured how: test_display.py."""

from harness import ENV, check, equal, test, wstap
from scripted import Server
from terminal import end, repl

# Blue, green and orange, by what the terminal can show.
BASIC = ("blue", "green", "brown")
MANY = ("005fff", "008700", "af5f00")
NONE = ("default", "default", "default")


def colours(terminal, peer):
    """Of a message, a control line and an error."""
    peer.frame("text", "in")
    terminal.wait_line("< in")
    terminal.type("/set x\r")
    terminal.wait_for("no such setting")
    terminal.wait_cursor(">", 2)
    return tuple(terminal.style(text).fg
                 for text in ("< in", "Connected", "no such setting"))


def on_a_terminal(environment, wanted, *options):
    with repl(*options, env=environment) as (terminal, peer):
        equal(colours(terminal, peer), wanted, f"{environment} {options}")
        equal(b"\x1b[38;5;" in terminal.raw, wanted == MANY, "of 256")
        end(terminal, peer)


def output(messages, *options, environment):
    """What comes out in a pipe."""
    def script(peer):
        peer.handshake()
        for kind, message in messages:
            peer.frame(kind, message)
        peer.close(1000)
        peer.expect_close(1000)
        peer.eof()
    with Server(script) as server:
        status, out, err = wstap("-w", "inf", *options, server.url,
                                 env=environment)
    equal((status, err), (0, ""), "status and diagnostics")
    return out


@test
def the_palette_is_the_terminal_s():
    for term, wanted in (("xterm-256color", MANY), ("tmux-direct", MANY),
                         ("foot", MANY), ("xterm", BASIC),
                         ("screen", BASIC)):
        on_a_terminal({"TERM": term}, wanted)
    on_a_terminal({"TERM": "xterm", "COLORTERM": "truecolor"}, MANY)
    on_a_terminal({"TERM": "xterm", "COLORTERM": "no"}, BASIC)


@test
def a_terminal_without_colours():
    on_a_terminal({"TERM": "dumb"}, NONE)
    on_a_terminal({"TERM": "dumb", "COLORTERM": "truecolor"}, NONE)
    on_a_terminal({"NO_COLOR": "1"}, NONE)
    on_a_terminal({"NO_COLOR": "1", "CLICOLOR_FORCE": "1"}, NONE)
    on_a_terminal({"NO_COLOR": ""}, MANY)
    on_a_terminal({"CLICOLOR_FORCE": "0"}, MANY)


@test
def the_option_has_the_last_word():
    on_a_terminal({"NO_COLOR": "1"}, MANY, "--color", "always")
    on_a_terminal({"TERM": "xterm", "NO_COLOR": "1"}, BASIC,
                  "--color", "always")
    on_a_terminal({"CLICOLOR_FORCE": "1"}, NONE, "--color", "never")
    on_a_terminal({"CLICOLOR_FORCE": "1"}, NONE, "--no-color")
    on_a_terminal({"NO_COLOR": "1"}, NONE, "--color", "auto")


@test
def a_dumb_terminal_by_force():
    on_a_terminal({"TERM": "dumb", "CLICOLOR_FORCE": "1"}, BASIC)


@test
def a_pipe():
    check("TERM" not in ENV, "the tests' own environment")
    plain = b'{\n  "a": null\n}\n'
    basic, many = (
        b"\x1b[1;39m{\x1b[0m\n  \x1b[1;%sm\"a\"\x1b[0m\x1b[1;39m: \x1b[0m"
        b"\x1b[0;%smnull\x1b[0m\n\x1b[1;39m}\x1b[0m\n" % codes
        for codes in ((b"34", b"90"), (b"38;5;27", b"38;5;243")))
    xterm = {"TERM": "xterm-256color"}
    force = {"CLICOLOR_FORCE": "1"}
    for environment, options, wanted in (
            ({}, (), plain),
            (xterm, (), plain),
            ({"COLORTERM": "truecolor"}, (), plain),
            (force, (), basic),
            ({**xterm, **force}, (), many),
            ({"TERM": "dumb", **force}, (), basic),
            ({"CLICOLOR_FORCE": "0"}, (), plain),
            ({"CLICOLOR_FORCE": ""}, (), plain),
            ({**force, "NO_COLOR": "1"}, (), plain),
            ({**force, "NO_COLOR": ""}, (), basic),
            (force, ("--no-color",), plain),
            (force, ("--color", "never"), plain),
            ({}, ("--color", "always"), basic),
            (xterm, ("--color", "always"), many),
            ({"NO_COLOR": "1"}, ("--color", "always"), basic)):
        got = output([("text", '{"a":null}')], "-j", *options,
                     environment=environment)
        equal(got, wanted, f"{environment} {options}")


@test
def force_changes_no_byte_of_a_message():
    out = output([("text", "\x1b[31m \\x1b"), ("binary", b"\0\xff")],
                 environment={"CLICOLOR_FORCE": "1"})
    equal(out, b"\x1b[31m \\x1b\n\0\xff\n", "output")


@test
def what_looks_like_an_escape_can_be_told_from_one():
    with repl() as (terminal, peer):
        peer.frame("text", "\x1b \\x1b \\u{9b} \x9b C:\\x \\n")
        terminal.wait_line(r"< \x1b \x5cx1b \x5cu{9b} \u{9b} C:\x \n")
        for text, reverse in ((r"\x1b ", True), (r"\x5c", True),
                              ("x1b ", False), (r"C:\x", False)):
            equal(terminal.style(text).reverse, reverse, f"of {text}")
        end(terminal, peer)
