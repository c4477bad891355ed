"""The REPL, on a real pseudo-terminal: what the screen shows."""

import contextlib
import os
import re
import signal
import stat

from harness import TMP, check, equal, test, wait_until
from scripted import Conversation, Server
from terminal import Terminal

HISTORY = ".local/state/wstap/history"


@contextlib.contextmanager
def repl(*options, **how):
    """A REPL at its prompt, and its peer."""
    with Conversation() as server, Terminal([*options, server.url],
                                            **how) as terminal:
        peer = server.connected()
        terminal.wait_cursor(">", 2)
        yield terminal, peer


def goodbye(terminal, peer, code=1000):
    """The closing handshake that the user asked for, and a tidy end."""
    peer.expect_close(code)
    peer.close(code)
    peer.eof()
    equal(terminal.wait(), 0, "status")
    equal(terminal.modes(), terminal.modes_before, "terminal modes")


def end(terminal, peer):
    terminal.type("\x04")
    goodbye(terminal, peer)


@test
def a_banner_and_a_prompt():
    with repl() as (terminal, peer):
        check(terminal.lines()[0].startswith("Connected to ws://127.0.0.1:"),
              terminal.text())
        equal(terminal.style("Connected").fg, "green", "colour")
        end(terminal, peer)


@test
def a_line_is_sent_and_its_reply_shown():
    with repl() as (terminal, peer):
        terminal.type("grüße\r")
        peer.expect("text", "grüße")
        peer.frame("text", "zurück")
        terminal.wait_line("< zurück")
        terminal.wait_cursor(">", 2)
        equal(terminal.style("zurück").fg, "blue", "colour")
        end(terminal, peer)


@test
def a_half_typed_line_survives_a_message():
    with repl() as (terminal, peer):
        terminal.type("half a line\x1b[D\x1b[D\x1b[D\x1b[D")
        terminal.wait_cursor("> half a line", 9)
        peer.frame("text", "incoming")
        terminal.wait_line("< incoming")
        terminal.wait_cursor("> half a line", 9)
        lines = terminal.lines()
        equal(lines[lines.index("< incoming") + 1], "> half a line",
              "the line below")
        terminal.type("X\r")
        peer.expect("text", "half a Xline")
        end(terminal, peer)


@test
def a_line_of_two_rows_survives_a_message():
    with repl(columns=40) as (terminal, peer):
        typed = "0123456789" * 5
        terminal.type(typed + "\x1b[D" * 20)
        terminal.wait_cursor("> " + typed[:38], 32)
        peer.frame("text", "incoming")
        terminal.wait_line("< incoming")
        terminal.wait_cursor("> " + typed[:38], 32)
        equal(terminal.text().count("0123456789"), 4, "copies on the screen")
        terminal.type("\r")
        peer.expect("text", typed)
        end(terminal, peer)


@test
def a_line_at_the_screen_s_bottom_survives_a_burst():
    with repl(rows=10) as (terminal, peer):
        terminal.type("typed\x1b[D")
        terminal.wait_cursor("> typed", 6)
        for i in range(1000):
            peer.frame("text", f"message {i}")
        terminal.wait_line("< message 999")
        terminal.wait_cursor("> typed", 6)
        equal(terminal.lines()[-3:], ["< message 998", "< message 999",
                                      "> typed"], "the last lines")
        equal(terminal.text().count("> typed"), 1, "prompts on the screen")
        terminal.type("\r")
        peer.expect("text", "typed")
        end(terminal, peer)


@test
def typing_goes_on_through_a_burst():
    with repl() as (terminal, peer):
        for i in range(40):
            terminal.type(chr(ord("a") + i % 26))
            peer.frame("text", f"message {i}")
            terminal.pump(0.005)
        typed = "".join(chr(ord("a") + i % 26) for i in range(40))
        terminal.wait_line("< message 39")
        terminal.wait_cursor("> " + typed, 42)
        terminal.type("\r")
        peer.expect("text", typed)
        end(terminal, peer)


@test
def a_message_of_several_lines():
    with repl() as (terminal, peer):
        peer.frame("text", "one\ntwo")
        terminal.wait_line("< one")
        terminal.wait_line("  two")
        terminal.wait_cursor(">", 2)
        end(terminal, peer)


@test
def control_bytes_are_made_visible():
    with repl() as (terminal, peer):
        peer.frame("text", "a\x1b[2J\x07b\x00\x9b‮ c")
        terminal.wait_line(r"< a\x1b[2J\x07b\x00\u{9b}\u{202e} c")
        check(terminal.style(r"\x1b").reverse, "in reverse video")
        check(not terminal.style("[2J").reverse, "and only that")
        check(b"\x1b[2J" not in terminal.raw, "never as it came")
        end(terminal, peer)


@test
def a_carriage_return_does_not_overwrite():
    with repl() as (terminal, peer):
        peer.frame("text", "evil\rgood")
        terminal.wait_line(r"< evil\x0dgood")
        end(terminal, peer)


@test
def binary_is_dumped():
    with repl() as (terminal, peer):
        peer.frame("binary", bytes(range(20)))
        terminal.wait_for("00000000  00 01 02 03")
        terminal.wait_for("00000010  10 11 12 13")
        terminal.wait_cursor(">", 2)
        end(terminal, peer)


@test
def ping_shows_the_round_trip():
    with repl() as (terminal, peer):
        terminal.type("/ping\r")
        ping = peer.expect("ping")
        peer.frame("pong", ping.payload)
        terminal.wait_for(lambda: re.search(
            r"\d ?(ms|µs|us)\b", terminal.text()), "the round trip")
        terminal.type("/ping hello\r")
        peer.expect("ping", "hello")
        peer.frame("pong", "hello")
        terminal.wait_for("hello")
        end(terminal, peer)


@test
def pong_and_help():
    with repl() as (terminal, peer):
        terminal.type("/pong there\r")
        peer.expect("pong", "there")
        terminal.type("/help\r")
        for command in ("/ping", "/pong", "/close", "/help", "/quit"):
            terminal.wait_for("  " + command)
        full = [line for line in terminal.lines() if len(line) >= 80]
        check(not full, f"it does not fit 80 columns: {full}")
        end(terminal, peer)


@test
def an_unknown_command_names_the_nearest():
    with repl() as (terminal, peer):
        terminal.type("/pign\r")
        terminal.wait_for(lambda: re.search(r"/pign.*/ping", terminal.text()),
                          "the nearest command")
        peer.expect_nothing(0.2)
        end(terminal, peer)


@test
def two_slashes_send_one():
    with repl() as (terminal, peer):
        terminal.type("//ping\r")
        peer.expect("text", "/ping")
        end(terminal, peer)


@test
def close_with_a_code_and_a_reason():
    with repl() as (terminal, peer):
        terminal.type("/close 4000 had enough\r")
        equal(peer.expect_close(4000).reason, b"had enough", "reason")
        peer.close(4000, "had enough")
        peer.eof()
        terminal.wait()


@test
def a_code_that_may_not_be_sent():
    with repl() as (terminal, peer):
        terminal.type("/close 1005\r")
        terminal.wait_for("1005")
        peer.expect_nothing(0.2)
        end(terminal, peer)


@test
def quit_closes():
    with repl() as (terminal, peer):
        terminal.type("/quit\r")
        goodbye(terminal, peer)


@test
def Ctrl_C_clears_the_line_then_closes():
    with repl() as (terminal, peer):
        terminal.type("not this")
        terminal.wait_cursor("> not this", 10)
        terminal.type("\x03")
        terminal.wait_cursor(">", 2)
        peer.expect_nothing(0.1)
        terminal.type("but this\r")
        peer.expect("text", "but this")
        terminal.type("\x03")
        goodbye(terminal, peer)


@test
def a_second_Ctrl_C_quits_at_once():
    with repl() as (terminal, peer):
        terminal.type("\x03")
        peer.expect_close(1000)
        terminal.type("\x03")
        terminal.wait(2)
        equal(terminal.modes(), terminal.modes_before, "terminal modes")


@test
def Ctrl_D_closes_only_on_an_empty_line():
    with repl() as (terminal, peer):
        terminal.type("a\x04")
        peer.expect_nothing(0.2)
        terminal.type("\r")
        peer.expect("text", "a")
        end(terminal, peer)


@test
def the_server_s_close():
    with repl() as (terminal, peer):
        terminal.type("half typed")
        terminal.wait_cursor("> half typed", 12)
        peer.close(1000, "bye\x07")
        peer.expect_close(1000)
        peer.eof()
        equal(terminal.wait(), 0, "status")
        terminal.wait_for(r'Disconnected (code: 1000, reason: "bye\x07")')
        equal(terminal.modes(), terminal.modes_before, "terminal modes")


@test
def the_server_s_close_with_an_error():
    with repl() as (terminal, peer):
        peer.close(1011, "oops")
        peer.expect_close(1011)
        peer.eof()
        equal(terminal.wait(), 111, "status")
        terminal.wait_for('Disconnected (code: 1011, reason: "oops")')


@test
def a_connection_lost():
    with repl() as (terminal, peer):
        peer.rst()
        equal(terminal.wait(), 56, "status")
        equal(terminal.modes(), terminal.modes_before, "terminal modes")


@test
def a_signal_puts_the_terminal_back():
    for number in (signal.SIGTERM, signal.SIGHUP):
        with repl() as (terminal, peer):
            terminal.type("half typed")
            terminal.wait_cursor("> half typed", 12)
            terminal.kill(number)
            peer.expect_close(1001)
            peer.close(1001)
            peer.eof()
            equal(terminal.wait(), 128 + number, "status")
            equal(terminal.modes(), terminal.modes_before, "terminal modes")


@test
def the_history_is_kept_to_oneself():
    home = os.path.join(TMP, f"history-{os.getpid()}")
    os.mkdir(home)
    file = os.path.join(home, HISTORY)
    with repl(env={"HOME": home}) as (terminal, peer):
        for line in ("first", " secret", "last"):
            terminal.type(line + "\r")
            peer.expect("text", line)
        end(terminal, peer)
    equal(stat.S_IMODE(os.stat(file).st_mode), 0o600, "mode")
    with open(file) as f:
        text = f.read()
    check("first" in text and "last" in text, f"the file has {text!r}")
    check("secret" not in text, "a line that starts with a blank is not kept")
    with repl(env={"HOME": home}) as (terminal, peer):
        terminal.type("\x1b[A\x1b[A")
        terminal.wait_cursor("> first", 7)
        terminal.type("\x15")
        end(terminal, peer)


@test
def a_history_that_others_could_read_becomes_private():
    home = os.path.join(TMP, f"open-{os.getpid()}")
    os.makedirs(os.path.join(home, os.path.dirname(HISTORY)))
    file = os.path.join(home, HISTORY)
    with open(file, "w"):
        pass
    os.chmod(file, 0o644)
    with repl(env={"HOME": home}) as (terminal, peer):
        terminal.type("line\r")
        peer.expect("text", "line")
        end(terminal, peer)
    equal(stat.S_IMODE(os.stat(file).st_mode), 0o600, "mode")


@test
def XDG_STATE_HOME_is_where_it_goes():
    state = os.path.join(TMP, f"state-{os.getpid()}")
    with repl(env={"XDG_STATE_HOME": state}) as (terminal, peer):
        terminal.type("here\r")
        peer.expect("text", "here")
        end(terminal, peer)
    with open(os.path.join(state, "wstap/history")) as file:
        check("here" in file.read(), "the line is there")


@test
def a_paste_of_several_lines_is_one_message():
    with repl() as (terminal, peer):
        terminal.type("\x1b[200~one\ntwo\x1b[201~\r")
        peer.expect("text", "one\ntwo")
        end(terminal, peer)


@test
def Ctrl_Z_and_fg():
    with Conversation() as server, Terminal(
            command=["/bin/bash", "--norc", "--noprofile", "-i"],
            env={"PS1": "$ ", "URL": server.url}) as terminal:
        terminal.wait_cursor("$", 2)
        terminal.type('wstap "$URL"\r')
        peer = server.connected()
        terminal.wait_cursor(">", 2)
        terminal.type("half")
        terminal.wait_cursor("> half", 6)
        terminal.type("\x1a")
        terminal.wait_for("Stopped")
        terminal.wait_cursor("$", 2)
        # The shell has a terminal that it can use.
        terminal.type("echo a''b\r")
        terminal.wait_line("ab")
        peer.frame("text", "meanwhile")
        terminal.type("fg\r")
        terminal.wait_line("< meanwhile")
        terminal.wait_cursor("> half", 6)
        terminal.type(" more\r")
        peer.expect("text", "half more")
        terminal.type("\x04")
        peer.expect_close(1000)
        peer.close(1000)
        peer.eof()
        terminal.wait_cursor("$", 2)
        terminal.type("exit\r")
        equal(terminal.wait(), 0, "the shell's status")


@test
def the_window_gets_narrower():
    with repl() as (terminal, peer):
        typed = "0123456789" * 6
        terminal.type(typed)
        terminal.wait_cursor("> " + typed, 62)
        terminal.resize(24, 40)
        terminal.pump(0.3)
        terminal.type("X")
        terminal.pump(0.2)
        terminal.type("\r")
        peer.expect("text", typed + "X")
        end(terminal, peer)


@test
def quiet_has_no_prompt_and_no_banner():
    with Conversation() as server, Terminal(["-q", server.url]) as terminal:
        peer = server.connected()
        peer.frame("text", "hi")
        terminal.wait_for("hi")
        check("Connected" not in terminal.text(), terminal.text())
        terminal.type("\x04")
        goodbye(terminal, peer)


@test
def no_colour():
    for options, env in ((["--no-color"], {}), ([], {"NO_COLOR": "1"})):
        with repl(*options, env=env) as (terminal, peer):
            equal(terminal.style("Connected").fg, "default", "colour")
            end(terminal, peer)


@test
def a_terminal_for_output_alone_is_protected_too():
    def script(peer):
        peer.handshake()
        peer.frame("text", "a\x1b[2Jb")
        peer.close(1000)
        peer.finish()

    with Server(script) as server, Terminal(
            command=["/bin/sh", "-c", "exec wstap \"$0\" </dev/null",
                     server.url]) as terminal:
        equal(terminal.wait(), 0, "status")
        check(b"\x1b[2J" not in terminal.raw, f"{bytes(terminal.raw)!r}")
        check(rb"\x1b" in terminal.raw and b"[2Jb" in terminal.raw,
              f"{bytes(terminal.raw)!r}")


@test
def a_password_is_asked_for():
    home = os.path.join(TMP, f"password-{os.getpid()}")
    os.mkdir(home)
    with Conversation() as server, Terminal(
            ["--auth", "joe", server.url], env={"HOME": home}) as terminal:
        terminal.wait_for("assword")
        terminal.type("hunter2\r")
        peer = server.connected()
        equal(peer.head.get("Authorization"), "Basic am9lOmh1bnRlcjI=",
              "credentials")
        terminal.wait_cursor(">", 2)
        check("hunter2" not in terminal.text(), "it is not shown")
        end(terminal, peer)
    file = os.path.join(home, HISTORY)
    if os.path.exists(file):
        with open(file) as f:
            check("hunter2" not in f.read(), "nor kept")


@test
def Ctrl_C_while_a_password_is_asked_for():
    with Terminal(["--auth", "joe", "ws://127.0.0.1:1/"]) as terminal:
        terminal.wait_for("assword")
        terminal.type("\x03")
        equal(terminal.wait(), 130, "status")
        equal(terminal.modes(), terminal.modes_before, "terminal modes")


@test
def Ctrl_C_while_it_connects():
    def silent(peer):
        peer.read_head()
        peer.expect_eof()

    with Server(silent) as server, Terminal([server.url]) as terminal:
        wait_until(lambda: server.peer and server.peer.head, "a request came")
        terminal.type("\x03")
        equal(terminal.wait(3), 130, "status")
        equal(terminal.modes(), terminal.modes_before, "terminal modes")


@test
def the_terminal_is_left_blocking():
    """Its open file description is the shell's too."""
    with repl() as (terminal, peer):
        end(terminal, peer)
        check(os.get_blocking(terminal.slave), "the terminal blocks again")
