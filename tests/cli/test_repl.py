"""The REPL, on a real pseudo-terminal: what the screen shows."""

import re

from harness import check, equal, test
from terminal import end, goodbye, repl


@test
def a_banner_and_a_prompt():
    with repl() as (terminal, peer):
        check(terminal.lines()[0].startswith("Connected to ws://127.0.0.1:"),
              terminal.text())
        equal(terminal.style("Connected").fg, "008700", "colour")
        end(terminal, peer)


@test
def a_line_is_sent_and_its_reply_shown():
    with repl() as (terminal, peer):
        terminal.type("grüße\r")
        peer.expect("text", "grüße")
        peer.frame("text", "zurück")
        terminal.wait_line("< zurück")
        terminal.wait_cursor(">", 2)
        equal(terminal.style("zurück").fg, "005fff", "colour")
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
        equal(terminal.style("Disconnected").fg, "008700", "colour")
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
def a_paste_of_several_lines_is_one_message():
    with repl() as (terminal, peer):
        terminal.type("\x1b[200~one\ntwo\x1b[201~\r")
        peer.expect("text", "one\ntwo")
        end(terminal, peer)


@test
def tab_completes_a_command():
    with repl() as (terminal, peer):
        terminal.type("/pi\t")
        terminal.wait_for("> /ping")
        terminal.type("\r")
        peer.expect("ping")
        end(terminal, peer)


@test
def show_ping_pong():
    with repl("-P") as (terminal, peer):
        terminal.type("half")
        terminal.wait_cursor("> half", 6)
        peer.frame("ping", "\x07psst")
        peer.expect("pong", "\x07psst")
        terminal.wait_for(r"\x07psst")
        terminal.wait_cursor("> half", 6)
        terminal.type("\r")
        peer.expect("text", "half")
        end(terminal, peer)
