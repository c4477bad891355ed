"""The line being typed: it stays as it is, whatever comes in, on any screen,
and the terminal is left as it was, whatever ends the program. What keys do
with it: test_keys.py."""

import signal

import pyte

from harness import check, equal, sanitized, test
from lineedit import cells, everything, inputrc, say, shows_once, typed
from scripted import Conversation
from terminal import Terminal, end, goodbye, repl

BASH = ["/bin/bash", "--norc", "--noprofile", "-i"]
SCREENS = ({}, {"rows": 5, "columns": 20})


def resize(terminal, rows, columns):
    """As terminals do it: lines go away at the bottom, and at the top only so
    that the cursor's stays. pyte takes all at the top, and leaves the cursor
    where it was."""
    screen = terminal.screen
    at, gone = screen.cursor.y, max(0, screen.lines - rows)
    up = max(0, at - rows + 1)
    for y in range(up):
        screen.history.top.append(
            {x: screen.buffer[y][x] for x in range(screen.columns)})
    if gone > up:
        screen.cursor_position(1, 1)
        screen.insert_lines(gone - up)
    terminal.resize(rows, columns)
    screen.cursor.y = at - up


# What ends it.

@test
def a_signal_that_ends_it_puts_the_terminal_back():
    for number in (signal.SIGQUIT, signal.SIGSEGV, signal.SIGABRT,
                   signal.SIGUSR1, signal.SIGALRM, signal.SIGXCPU):
        with repl() as (terminal, _):
            typed(terminal, "half typed", "> half typed", 12)
            check(terminal.modes() != terminal.modes_before, "modes were set")
            terminal.kill(number)
            status = terminal.wait()
            # A sanitizer ends it in its own way.
            check(status == 128 + number or sanitized() and status == 99,
                  f"status {status} of signal {number}")
            equal(terminal.modes(), terminal.modes_before, "terminal modes")
            check(terminal.raw.rfind(b"\x1b[?2004l") >
                  terminal.raw.rfind(b"\x1b[?2004h"), "bracketed paste off")


@test
def a_signal_in_the_background_leaves_the_terminal_to_the_shell():
    with Conversation() as server, Terminal(
            command=BASH, env={"PS1": "$ ", "URL": server.url}) as terminal:
        terminal.wait_cursor("$", 2)
        terminal.type('wstap "$URL"\r')
        server.connected()
        terminal.wait_cursor(">", 2)
        terminal.type("\x1a")
        terminal.wait_for("Stopped")
        terminal.wait_cursor("$", 2)
        modes = terminal.modes()
        terminal.type("kill -USR1 %1; kill -CONT %1; wait %1; echo $?\r")
        terminal.wait_line("138")
        terminal.wait_cursor("$", 2)
        equal(terminal.modes(), modes, "the shell's modes")
        terminal.type("exit\r")
        terminal.wait()


@test
def a_signal_that_was_ignored_stays_so():
    with Conversation() as server, Terminal(
            command=["/bin/sh", "-c", "trap '' QUIT USR1; exec wstap \"$0\"",
                     server.url]) as terminal:
        peer = server.connected()
        terminal.wait_cursor(">", 2)
        terminal.kill(signal.SIGQUIT)
        terminal.kill(signal.SIGUSR1)
        say(terminal, peer, "still here")
        terminal.type("\x04")
        goodbye(terminal, peer)


# Lines and messages of all kinds.

TEXTS = (
    ("宽字符测试", 10),
    ("😀 grin 😀", 10),
    ("cafe\u0301 ne\u0301e", 8),
    ("שלום עולם", 9),
)


@test
def text_of_any_width_stays_under_messages_of_any_width():
    for screen in SCREENS:
        with repl(**screen) as (terminal, peer):
            for text, columns in TEXTS:
                line = "> " + cells(text)
                typed(terminal, text, line, 2 + columns)
                for other, _ in TEXTS:
                    say(terminal, peer, other)
                    terminal.wait_cursor(line, 2 + columns)
                typed(terminal, "\x1b[D", line,
                      2 + columns - (2 if text[-1] in "试😀" else 1))
                say(terminal, peer, text)
                typed(terminal, "\x05", line, 2 + columns)
                terminal.type("\r")
                peer.expect("text", text)
                terminal.wait_cursor(">", 2)
            end(terminal, peer)


@test
def a_wide_character_at_the_edge_goes_to_the_next_row():
    with repl(rows=6, columns=20) as (terminal, peer):
        text = "a" + "宽" * 20
        terminal.type(text)
        terminal.wait_for("> a" + "宽" * 8)
        for i in range(3):
            say(terminal, peer, f"message {i}")
            terminal.pump(0.05)
        terminal.wait_for(lambda: terminal.lines()[-3:] == [
            "> a" + "宽" * 8, "宽" * 10, "宽" * 2], "the line's rows")
        equal(terminal.cursor(), ("宽宽", 4), "cursor")
        terminal.type("\r")
        peer.expect("text", text)
        end(terminal, peer)


@test
def a_search_goes_on_under_messages():
    with repl() as (terminal, peer):
        for line in ("first needle", "second thing"):
            terminal.type(line + "\r")
            peer.expect("text", line)
        terminal.wait_cursor(">", 2)
        found = "(reverse-i-search)`need': first needle"
        terminal.type("\x12need")
        terminal.wait_cursor(found, found.rindex("needle"))
        for i in range(3):
            say(terminal, peer, f"message {i}")
            terminal.wait_cursor(found, found.rindex("needle"))
        terminal.type("\x12")  # no older one
        terminal.wait_for("failed")
        say(terminal, peer, "one more")
        terminal.wait_for("failed")
        terminal.type("\x07")
        terminal.wait_cursor(">", 2)
        end(terminal, peer)


# A line that the screen is too low for.

LONG = "".join(chr(ord("a") + i % 26) for i in range(300))


@test
def a_line_taller_than_the_screen_is_one_row():
    with repl(rows=5, columns=20) as (terminal, peer):
        said = []

        def message():
            said.append(f"message {len(said)}")
            say(terminal, peer, said[-1])

        message()
        terminal.type(LONG)
        terminal.wait_for(lambda: terminal.cursor()[0].endswith("lmn"),
                          "the line's end")
        message()
        terminal.type("\x01")
        home = "> " + LONG[:16] + ">"
        terminal.wait_cursor(home, 2)
        message()
        terminal.wait_cursor(home, 2)
        typed(terminal, "\x1b[C" * 7, home, 9)
        message()
        terminal.wait_cursor(home, 9)
        terminal.type("\x05")
        terminal.wait_for(lambda: terminal.cursor()[0].endswith("lmn"),
                          "the line's end")
        message()
        row, column = terminal.cursor()
        check(row.startswith("<") and column == len(row), f"the row {row!r}")
        message()
        equal([line for line in everything(terminal) if "message" in line],
              ["< " + m for m in said], "messages")
        shows_once(terminal, "<" + row[1:])
        # Back to a line that fits.
        typed(terminal, "\x15short", "> short", 7)
        message()
        terminal.wait_cursor("> short", 7)
        equal(terminal.lines()[:4], ["< " + m for m in said[-4:]], "screen")
        terminal.type("\r")
        peer.expect("text", "short")
        end(terminal, peer)


@test
def a_tall_line_is_written_whole_when_it_is_entered():
    with repl(rows=5, columns=20) as (terminal, peer):
        say(terminal, peer, "before")
        terminal.type(LONG + "\r")
        peer.expect("text", LONG)
        say(terminal, peer, "behind")
        lines = everything(terminal)
        at = lines.index("< before")
        rows = lines[at + 1:lines.index("< behind")]
        equal("".join(rows), "> " + LONG, "the line on its rows")
        # And where Ctrl-C drops it.
        terminal.type(LONG[:200])
        terminal.wait_for(lambda: terminal.cursor()[0].endswith("pqr"),
                          "the line's end")
        terminal.type("\x03")
        terminal.wait_cursor(">", 2)
        lines = everything(terminal)
        rows = lines[lines.index("< behind") + 1:-1]
        check("".join(rows).startswith("> " + LONG[:200] + "^C"),
              f"rows {rows}")
        end(terminal, peer)


@test
def a_search_finds_a_tall_line():
    with repl(rows=5, columns=20) as (terminal, peer):
        terminal.type(LONG + "needle" + LONG + "\r")
        peer.expect("text", LONG + "needle" + LONG)
        terminal.wait_cursor(">", 2)
        terminal.type("\x12need")

        def found():
            row, column = terminal.cursor()
            return row[column:].startswith("need")
        terminal.wait_for(found, "the place that was found")
        for i in range(6):
            say(terminal, peer, f"message {i}")
            terminal.wait_for(found, "the place that was found")
        equal(terminal.lines()[:4], [f"< message {i}" for i in range(2, 6)],
              "messages")
        terminal.type("\x05!\r")
        peer.expect("text", LONG + "needle" + LONG + "!")
        end(terminal, peer)


@test
def a_tall_line_of_wide_characters():
    text = "ab宽字e\u0301😀ש" * 40
    said = 0
    with repl(rows=5, columns=20) as (terminal, peer):
        terminal.type(text)
        terminal.wait_for(lambda: terminal.cursor()[0].endswith("é😀ש"),
                          "the line's end")
        for key in ("", "\x1bb", "\x1b[D", "\x01", "\x1b[C", "\x05"):
            terminal.type(key)
            for i in range(2):
                said += 1
                say(terminal, peer, f"message {said}")
            terminal.pump(0.05)
            row, column = terminal.cursor()
            equal(terminal.lines()[-1], row, "the last line")
            check(row[0] in "<>" and column <= 19, f"{column} of {row!r}")
            check("message" in terminal.lines()[-2], terminal.text())
        terminal.type("\r")
        peer.expect("text", text)
        end(terminal, peer)


@test
def a_tall_line_when_the_window_changes():
    with repl(rows=5, columns=20) as (terminal, peer):
        said = [f"m {i}" for i in range(3)]
        for text in said:
            say(terminal, peer, text)
        terminal.type(LONG)
        terminal.wait_for(lambda: terminal.cursor()[0].endswith("lmn"),
                          "the line's end")
        for rows, columns in ((5, 12), (5, 40), (3, 20), (24, 80), (5, 20),
                              (24, 80)):
            resize(terminal, rows, columns)
            terminal.wait_for(lambda: terminal.cursor()[0].endswith("lmn"),
                              f"the line's end at {columns} columns")
            terminal.pump(0.1)
            said.append(f"m {len(said)}")
            say(terminal, peer, said[-1])
            terminal.wait_for(lambda: terminal.cursor()[0].endswith("lmn"),
                              f"the line's end at {columns} columns")
            check(terminal.lines()[-1] in (terminal.cursor()[0], ""),
                  f"below the line: {terminal.lines()[-1]!r}")
        # It fits 24 rows.
        check("> " + LONG[:78] in terminal.lines(), terminal.text())
        equal([line for line in everything(terminal)
               if line.startswith("< m")],
              ["< " + text for text in said], "messages")
        terminal.type("\r")
        peer.expect("text", LONG)
        end(terminal, peer)


@test
def horizontal_scroll_mode_of_the_inputrc_is_kept():
    env = inputrc("set horizontal-scroll-mode on\n")
    with repl(columns=40, env=env) as (terminal, peer):
        terminal.type(LONG[:100])
        terminal.wait_for(lambda: terminal.cursor()[0].endswith("tuv"),
                          "the line's end")
        say(terminal, peer, "message")
        check(terminal.cursor()[0].startswith("<"), "it is one row")
        terminal.type("\x01")
        terminal.wait_for("> " + LONG[:35])
        check(terminal.cursor()[0].endswith(">"), "it is one row")
        terminal.type("\r")
        peer.expect("text", LONG[:100])
        end(terminal, peer)


# Terminals that fold lines anew.

class Folding(Terminal):
    """A terminal that folds what it shows anew when its width changes. What
    is below a row that is full goes on with it."""

    def resize(self, rows, columns, tell=True):
        if not tell:
            super().resize(rows, columns, tell)
            return
        old, at = self.screen, self.screen.cursor
        lines, place = [], None
        full = False
        for y in range(old.lines):
            cells = [old.buffer[y][x].data for x in range(old.columns)]
            if y == at.y:
                before = len(lines[-1]) if full else 0
                place = (len(lines) - 1 if full else len(lines), before + at.x)
            if full:
                lines[-1] += cells
            else:
                lines.append(cells)
            full = cells[-1] != " "
        folded, cursor = [], None
        for i, cells in enumerate(lines):
            while cells and cells[-1] == " " and not (
                    i == place[0] and len(cells) <= place[1]):
                cells.pop()
            parts = [cells[x:x + columns]
                     for x in range(0, len(cells), columns)] or [[]]
            if i == place[0]:
                row = min(place[1] // columns, len(parts) - 1)
                cursor = (len(folded) + row, min(place[1] - row * columns,
                                                 columns - 1))
            folded += parts
        # What is too much goes away at the top, once nothing is below.
        while len(folded) > rows and not folded[-1] and \
                cursor[0] < len(folded) - 1:
            folded.pop()
        gone = max(0, len(folded) - rows)
        for cells in folded[:gone]:
            old.history.top.append({x: pyte.screens.Char(c) for x, c in
                                    enumerate(cells + [" "] * columns)})
        self.screen.resize(rows, columns)
        self.screen.reset_mode(pyte.modes.DECOM)
        self.screen.erase_in_display(2)
        for y, cells in enumerate(folded[gone:]):
            for x, data in enumerate(cells):
                self.screen.buffer[y][x] = pyte.screens.Char(data)
        at.y, at.x = cursor[0] - gone, cursor[1]
        super().resize(rows, columns, tell=False)


@test
def a_terminal_that_folds_keeps_no_stale_row():
    line = ("the-quick-brown-fox-jumps-over-the-lazy-dog-and-on-it-goes-"
            "until-the-line-is-so-long-that-it-wraps")
    for moves in ("", "\x01" + "\x1b[C" * 30):
        with Conversation() as server, Folding(
                [server.url], rows=12, env={"VTE_VERSION": "7000"}
                ) as terminal:
            peer = server.connected()
            terminal.wait_cursor(">", 2)
            said = [f"message {i}" for i in range(20)]
            for text in said:
                say(terminal, peer, text)
            terminal.type(line + moves)
            terminal.wait_for(line[78:])
            terminal.pump(0.1)
            for columns in (20, 80, 37, 21, 100, 20, 80):
                terminal.resize(12, columns)
                terminal.pump(0.2)
                said.append(f"message {len(said)}")
                say(terminal, peer, said[-1])
                terminal.pump(0.1)
                shows_once(terminal, "> the-quick-brown")
                equal([text for text in everything(terminal)
                       if "message" in text],
                      ["< " + text for text in said], "messages")
            terminal.type("!\r")
            peer.expect("text", line + "!" if not moves else
                        line[:30] + "!" + line[30:])
            end(terminal, peer)


# Terminals that can little.

@test
def a_terminal_without_escape_sequences_gets_none():
    for term in ("dumb", "", "no-such-terminal"):
        with repl("--no-color", columns=40, env={"TERM": term}) as (
                terminal, peer):
            typed(terminal, "half 宽", "> half 宽", 9)
            for i in range(3):
                say(terminal, peer, f"message {i}")
                terminal.wait_cursor("> half 宽", 9)
            terminal.type("\x15" + LONG[:100])
            terminal.wait_for(lambda: terminal.cursor()[0].endswith("tuv"),
                              "the line's end")
            say(terminal, peer, "message 3")
            terminal.type("\x12need\x07\x1b[D\r")
            peer.expect("text", LONG[:100])
            terminal.wait_cursor(">", 2)
            equal([line for line in everything(terminal)
                   if "message" in line],
                  [f"< message {i}" for i in range(4)], "messages")
            end(terminal, peer)
            check(b"\x1b" not in terminal.raw, f"{bytes(terminal.raw)!r}")
