"""The line being typed: it stays as it is, whatever comes in, on any screen,
and the terminal is left as it was, whatever ends the program."""

import os
import signal
import unicodedata

import pyte

from harness import TMP, check, equal, sanitized, test
from scripted import Conversation
from terminal import Terminal, end, goodbye, repl

BASH = ["/bin/bash", "--norc", "--noprofile", "-i"]
SCREENS = ({}, {"rows": 5, "columns": 20})


def inputrc(text):
    """The environment with this ~/.inputrc."""
    path = os.path.join(TMP, f"inputrc-{os.getpid()}")
    with open(path, "w") as file:
        file.write(text)
    return {"INPUTRC": path}


def everything(terminal):
    """All lines there were, those that scrolled away too."""
    top = ["".join(row[x].data for x in sorted(row))
           for row in terminal.screen.history.top]
    return [line.rstrip() for line in top] + terminal.lines()


def cells(text):
    """The text as pyte shows it, which composes characters."""
    return unicodedata.normalize("NFC", text)


def say(terminal, peer, text):
    """A message comes in, and is shown."""
    peer.frame("text", text)
    terminal.wait_line("< " + cells(text))


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


def typed(terminal, text, line, column):
    terminal.type(text)
    terminal.wait_cursor(line, column)


def shows_once(terminal, text):
    equal(sum(text in line for line in everything(terminal)), 1,
          f"times that {text!r} is shown")


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


# Keys.

@test
def vi_mode():
    env = inputrc("set editing-mode vi\nset show-mode-in-prompt on\n")
    with Conversation() as server, Terminal(
            [server.url], columns=30, env=env) as terminal:
        peer = server.connected()
        terminal.wait_cursor("(ins)>", 7)
        line = "hello wide 宽 world"
        typed(terminal, line, "(ins)> " + line, 7 + 19)
        say(terminal, peer, "message")
        terminal.wait_cursor("(ins)> " + line, 26)
        typed(terminal, "\x1bbb", "(cmd)> " + line, 18)
        say(terminal, peer, "another")
        terminal.wait_cursor("(cmd)> " + line, 18)
        typed(terminal, "D", "(cmd)> hello wide", 17)
        say(terminal, peer, "a third")
        terminal.type("A!\r")
        peer.expect("text", "hello wide !")
        terminal.wait_cursor("(ins)>", 7)
        end(terminal, peer)


@test
def keys_of_the_inputrc():
    env = inputrc('set editing-mode emacs\n$if wstap\n'
                  '"\\C-t": "typed by a macro"\n$endif\n'
                  '$if other\n"\\C-t": "not this"\n$endif\n')
    with repl(env=env) as (terminal, peer):
        typed(terminal, "\x14", "> typed by a macro", 18)
        say(terminal, peer, "message")
        terminal.wait_cursor("> typed by a macro", 18)
        terminal.type("\r")
        peer.expect("text", "typed by a macro")
        end(terminal, peer)


@test
def Alt_Enter_puts_a_newline_in():
    for env in ({}, inputrc("set editing-mode vi\n")):
        # In vi mode Escape alone is a command: Ctrl-V does it there too.
        key = "\x1b\r" if not env else "\x16\n"
        with repl(env=env) as (terminal, peer):
            terminal.type("one" + key + "two")
            terminal.wait_cursor("two", 3)
            say(terminal, peer, "message")
            terminal.wait_cursor("two", 3)
            equal([line for line in terminal.lines() if line][-2:],
                  ["> one", "two"], "the line's rows")
            terminal.type("\r")
            peer.expect("text", "one\ntwo")
            end(terminal, peer)


@test
def long_lines_arrive_whole():
    text = "".join(f"{i} " for i in range(1500))
    check(len(text) > 4096, "it is long")
    with repl() as (terminal, peer):
        for i in range(0, len(text), 512):
            terminal.type(text[i:i + 512])
            terminal.pump(0.02)
        terminal.type("\r")
        peer.expect("text", text)
        terminal.type("\x1b[200~" + text[:2000])
        terminal.pump(0.05)
        terminal.type(text[2000:] + "\x1b[201~")
        terminal.pump(0.05)
        terminal.type("\r")
        peer.expect("text", text)
        end(terminal, peer)


@test
def a_paste_is_shown_before_it_is_sent():
    with repl() as (terminal, peer):
        terminal.type("\x1b[200~one\r\ntwo\rthree\n\x1b[201~")
        terminal.wait_cursor("", 0)
        rows = terminal.lines()
        at = rows.index("> one")
        equal(rows[at:at + 4], ["> one", "two", "three", ""], "the rows")
        peer.expect_nothing(0.1)
        say(terminal, peer, "message")
        terminal.wait_cursor("", 0)
        shows_once(terminal, "> one")
        terminal.type("\r")
        peer.expect("text", "one\ntwo\nthree\n")
        # One that the screen is too low for.
        text = "\n".join(f"row {i}" for i in range(100))
        terminal.type(f"\x1b[200~{text}\x1b[201~")
        terminal.wait_for("row 98^Jrow 99")
        peer.expect_nothing(0.1)
        for i in range(3):
            say(terminal, peer, f"message {i}")
            terminal.wait_for("row 98^Jrow 99")
        shows_once(terminal, "^J")
        terminal.type("\r")
        peer.expect("text", text)
        # And then it is there, row for row.
        terminal.wait_cursor(">", 2)
        equal(terminal.lines()[-3:-1], ["row 98", "row 99"], "its end")
        shows_once(terminal, "row 50")
        end(terminal, peer)


# The Tab key.

@test
def file_names_are_completed():
    folder = os.path.join(TMP, f"tab-{os.getpid()}")
    os.makedirs(os.path.join(folder, "a folder", "inner"))
    for name in ("two words.txt", "uniq.json", "back\\slash"):
        with open(os.path.join(folder, name), "w"):
            pass
    with repl(env={"HOME": folder, "XDG_STATE_HOME": TMP}) as (
            terminal, peer):
        for text, line in (
                ("~/u", "~/uniq.json"),
                ("~/two\\ w", "~/two\\ words.txt"),
                ("~/t", "~/two\\ words.txt"),
                ("~/b", "~/back\\\\slash"),
                ("~/a", "~/a\\ folder/"),
                ("~/a\\ folder/i", "~/a\\ folder/inner/")):
            line = "> /file " + line
            typed(terminal, f"/file {text}\t", line,
                  len(line) + (line[-1] != "/"))
            terminal.type("\x15")
            terminal.wait_cursor(">", 2)
        end(terminal, peer)


@test
def a_long_list_is_not_asked_about():
    folder = os.path.join(TMP, f"many-{os.getpid()}")
    os.mkdir(folder)
    for i in range(300):
        with open(os.path.join(folder, f"file {i:03}"), "w"):
            pass
    with repl(rows=10, env={"HOME": folder, "XDG_STATE_HOME": TMP}) as (
            terminal, peer):
        terminal.type("/file ~/\t\t\t")
        terminal.wait_for("file 299")
        terminal.wait_for(lambda: terminal.cursor()[0].startswith("> /file"),
                          "the line below the list")
        say(terminal, peer, "message")
        terminal.type("\x15")
        terminal.wait_cursor(">", 2)
        end(terminal, peer)


@test
def a_Tab_in_a_message_does_nothing():
    with repl() as (terminal, peer):
        for text in ("", "message ", "mess /pi", "//pi"):
            line = "> " + text
            terminal.type(text + "\t\t")
            terminal.wait_cursor(line.rstrip(), len(line))
            terminal.pump(0.05)
            equal(terminal.cursor(), (line.rstrip(), len(line)), "cursor")
            terminal.type("\x15")
            terminal.wait_cursor(">", 2)
        end(terminal, peer)


@test
def the_edit_key_can_be_another():
    editor = os.path.join(TMP, f"editor-{os.getpid()}")
    with open(editor, "w") as file:
        file.write("#!/bin/sh\nprintf 'second\\nthird\\n' >>\"$1\"\n")
    os.chmod(editor, 0o755)
    for key, rc in (("\x18\x05", ""), ("\x0f", '"\\C-o": edit-line\n'),
                    ("\x18\x05", "set editing-mode vi\n")):
        env = {**inputrc(rc), "VISUAL": editor}
        with repl(env=env) as (terminal, peer):
            typed(terminal, "first" + key, "third", 5)
            say(terminal, peer, "message")
            terminal.wait_cursor("third", 5)
            if not rc:
                # As it was before the editor had it, and after.
                typed(terminal, "\x1f", "> first", 7)
                terminal.type("\x1b[200~!\x1b[201~\r")
                peer.expect("text", "first!")
            else:
                terminal.type("\r")
                peer.expect("text", "first\nsecond\nthird")
            end(terminal, peer)
