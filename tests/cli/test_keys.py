"""What keys do with the line being typed: those of the user's ~/.inputrc, of
emacs and vi mode, a paste, Tab, and the one that calls the editor."""

import os

from harness import TMP, check, equal, test
from lineedit import inputrc, say, shows_once, typed
from scripted import Conversation
from terminal import Terminal, end, repl


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
