"""An editor or a pager has the terminal: the connection goes on, and nothing
is lost."""

import contextlib
import os
import signal

import frames
from harness import TMP, check, equal, test
from memory import little, peak_of
from scripted import Conversation
from terminal import Terminal, end, goodbye, repl

ROW = b"0123456789abcdef" * 4 + b"\n"
# It shows how much came, and stays until Enter.
COUNT = "set -- $(wc -lc)\necho page of $1, $2\nread x </dev/tty\n"


def program(name, text):
    """A script of sh; gives back its path."""
    path = os.path.join(TMP, f"{name}-{os.getpid()}")
    with open(path, "w") as file:
        file.write("#!/bin/sh\n" + text)
    os.chmod(path, 0o755)
    return path


@contextlib.contextmanager
def editor(text, *options, **how):
    """A REPL whose editor does this; "$1" is the file."""
    how["env"] = {"VISUAL": program("editor", text), "TMPDIR": TMP}
    with repl(*options, **how) as (terminal, peer):
        yield terminal, peer
        left = [name for name in os.listdir(TMP) if name.startswith("wstap-")]
        equal(left, [], "files left behind")


@contextlib.contextmanager
def pager(text, *options, env=(), **how):
    """The same with a pager."""
    how["env"] = {"PAGER": program("pager", text), **dict(env)}
    with repl("--pager", *options, **how) as (terminal, peer):
        yield terminal, peer


def long_text(name, lines=40):
    return "\n".join(f"{name} {i}" for i in range(1, lines + 1))


def count_of(terminal, text):
    return sum(text in line for line in terminal.lines())


# The editor


@test
def an_edited_line_is_sent_by_Enter():
    with editor('cat "$1"; stat -c "mode %a" "$1"\n'
                'printf "one\\n two\\n" >"$1"\n') as (terminal, peer):
        terminal.type("half a line\x18\x05")
        terminal.wait_line("mode 600")
        check("half a line" in terminal.lines(), terminal.text())
        terminal.wait_cursor(" two", 4)
        check("> one" in terminal.lines(), terminal.text())
        peer.expect_nothing(0.05)
        terminal.type(" three\r")
        peer.expect("text", "one\n two three")
        end(terminal, peer)


@test
def edit_begins_with_its_argument():
    with editor('sed -i "s/^/got: /" "$1"\n') as (terminal, peer):
        terminal.type("/edit  a b\r")
        terminal.wait_cursor("> got: a b", 10)
        terminal.type("\r")
        peer.expect("text", "got: a b")
        terminal.type("/edit\r")
        terminal.wait_cursor("> got:", 7)
        terminal.type("\r")
        peer.expect("text", "got: ")
        end(terminal, peer)


@test
def the_connection_goes_on_while_editing():
    with editor('echo editing; read x; echo "$x" >>"$1"\n') as (
            terminal, peer):
        terminal.type("line\x18\x05")
        terminal.wait_line("editing")
        for i in range(3):
            peer.frame("ping", f"ping {i}")
            peer.expect("pong", f"ping {i}")
            peer.frame("text", f"message {i}")
        peer.frame("ping", "last")
        peer.expect("pong", "last")
        terminal.pump(0.05)
        check("message" not in terminal.text(), terminal.text())
        terminal.type("for the editor\r")
        terminal.wait_cursor("for the editor", 14)
        lines = terminal.lines()
        at = lines.index("< message 0")
        equal(lines[at:at + 5],
              ["< message 0", "< message 1", "< message 2", "> line",
               "for the editor"], "what waited, and the line")
        terminal.type("\r")
        peer.expect("text", "line\nfor the editor")
        end(terminal, peer)


@test
def an_editor_that_fails_changes_nothing():
    for text, says in (("echo bad >$1; exit 3\n", "ended with status 3"),
                       ("kill -9 $$\n", "was ended by signal 9"),
                       ("rm $1; printf 'a\\0b' >$1; exit 0\n",
                        "the edited text has a NUL byte"),
                       ("rm $1\n", "reading the edited text: No such file")):
        with editor(text) as (terminal, peer):
            terminal.type("kept\x18\x05")
            terminal.wait_for(says)
            terminal.wait_cursor("> kept", 6)
            terminal.type("\r")
            peer.expect("text", "kept")
            end(terminal, peer)
    with repl(env={"VISUAL": "no-such-editor"}) as (terminal, peer):
        terminal.type("kept\x18\x05")
        terminal.wait_line("the editor ($VISUAL) was not found")
        terminal.wait_cursor("> kept", 6)
        terminal.type("\r")
        peer.expect("text", "kept")
        end(terminal, peer)


@test
def Ctrl_C_is_for_the_editor():
    with editor("trap 'echo heard; exit 0' INT\necho editing\n"
                "while :; do sleep 0.01; done\n") as (terminal, peer):
        for i in range(1, 4):
            terminal.type("kept\x18\x05")
            terminal.wait_for(lambda n=i: count_of(terminal, "editing") == n,
                              "the editor")
            terminal.type("\x03")
            terminal.wait_for(lambda n=i: count_of(terminal, "heard") == n,
                              "Ctrl-C in the editor")
            terminal.wait_cursor("> kept", 6)
            terminal.type("\x15")
        peer.expect_nothing(0.05)
        end(terminal, peer)
    # In one process: a shell that is about to start another may swallow it.
    with editor("echo editing; exec sleep 20\n") as (terminal, peer):
        terminal.type("kept\x18\x05")
        terminal.wait_line("editing")
        terminal.type("\x03")
        terminal.wait_line("the editor ($VISUAL) was ended by signal 2")
        terminal.wait_cursor("> kept", 6)
        terminal.type("\r")
        peer.expect("text", "kept")
        end(terminal, peer)


@test
def Ctrl_Z_stops_both():
    visual = program("editor", "echo editing; read x; echo $x >$1\n")
    shell = ["/bin/bash", "--norc", "--noprofile", "-i"]
    with Conversation() as server, Terminal(
            command=shell, env={"VISUAL": visual, "TMPDIR": TMP,
                                "PS1": "sh: "}) as terminal:
        terminal.wait_cursor("sh:", 4)
        terminal.type(f"wstap {server.url}\r")
        peer = server.connected()
        terminal.wait_cursor(">", 2)
        terminal.type("line\x18\x05")
        terminal.wait_line("editing")
        terminal.type("\x1a")
        terminal.wait_cursor("sh:", 4)
        peer.frame("text", "while stopped")
        terminal.type("fg\r")
        terminal.pump(0.1)
        terminal.type("edited\r")
        terminal.wait_cursor("> edited", 8)
        check("< while stopped" in terminal.lines(), terminal.text())
        terminal.type("\r")
        peer.expect("text", "edited")
        terminal.type("\x04")
        peer.expect_close(1000)
        peer.close(1000)
        peer.eof()
        terminal.wait_cursor("sh:", 4)


@test
def the_connection_ends_while_editing():
    with editor("echo editing; read x; echo edited >$1\n",
                "--stay") as (terminal, peer):
        terminal.type("line\x18\x05")
        terminal.wait_line("editing")
        peer.frame("text", "bye")
        peer.close(1000)
        peer.expect_close(1000)
        peer.eof()
        terminal.pump(0.05)
        check("Disconnected" not in terminal.text(), terminal.text())
        terminal.type("\r")
        terminal.wait_for("Disconnected (code: 1000")
        terminal.wait_cursor("> edited", 8)
        check("< bye" in terminal.lines(), terminal.text())
        terminal.type("\x15\x04")
        equal(terminal.wait(), 0, "status")


@test
def a_signal_ends_it_while_editing():
    with editor("echo editing; read x\n") as (terminal, peer):
        terminal.type("line\x18\x05")
        terminal.wait_line("editing")
        terminal.kill(signal.SIGTERM)
        peer.expect_close(1001)
        peer.close(1001)
        peer.eof()
        equal(terminal.wait(), 128 + signal.SIGTERM, "status")
        equal(terminal.modes(), terminal.modes_before, "terminal modes")


# The pager


@test
def long_messages_go_to_the_pager_in_their_order():
    with pager("sed -n '1p;40p'; read x </dev/tty\n") as (terminal, peer):
        terminal.type("half")
        peer.cork()
        for text in ("short", long_text("a"), "between", long_text("b"),
                     long_text("c"), "last"):
            peer.frame("text", text)
        peer.uncork()
        terminal.wait_for("  a 40")
        peer.frame("ping", "x")
        terminal.type("\r")
        terminal.wait_for("  b 40")
        terminal.type("\r")
        terminal.wait_for("  c 40")
        terminal.type("\r")
        terminal.wait_cursor("> half", 6)
        equal([line for line in terminal.lines()[2:] if line],
              ["< short", "< a 1", "  a 40", "< (40 lines, in the pager)",
               "< between", "< b 1", "  b 40", "< (40 lines, in the pager)",
               "< c 1", "  c 40", "< (40 lines, in the pager)", "< last",
               "> half"], "the screen")
        peer.expect("pong", "x")
        terminal.type("\r")
        peer.expect("text", "half")
        end(terminal, peer)


@test
def only_what_is_over_a_screenful():
    for text, rows, paged in ((long_text("x", 9), 10, False),
                              (long_text("x", 10), 10, True),
                              ("y" * (9 * 40 - 3), 10, False),
                              ("y" * (9 * 40 + 1), 10, True),
                              ("中" * (9 * 20 - 2), 10, False),
                              ("中" * (9 * 20 + 1), 10, True)):
        with pager("cat >/dev/null\n", rows=rows, columns=40) as (
                terminal, peer):
            peer.frame("text", text)
            peer.frame("text", "behind")
            terminal.wait_line("< behind")
            equal("in the pager" in terminal.text(), paged,
                  f"{len(text)} characters from {text[0]!r}")
            end(terminal, peer)


@test
def a_pager_that_does_not_read():
    for text in ("exit 0\n", "exit 3\n", "head -n 1\n", "kill -9 $$\n"):
        with pager(text) as (terminal, peer):
            terminal.type("half")
            for i in range(5):
                peer.frame("text", long_text(f"m{i}", 3000))
            peer.frame("text", "behind")
            terminal.wait_line("< behind")
            equal(count_of(terminal, "(3000 lines, in the pager)"), 5,
                  f"pages of {text!r}")
            terminal.wait_cursor("> half", 6)
            terminal.type("\x15")
            end(terminal, peer)


@test
def a_pager_that_is_not_there_loses_nothing():
    with repl("--pager", env={"PAGER": "no-such-pager"}) as (terminal, peer):
        peer.frame("text", long_text("row"))
        peer.frame("text", "behind")
        terminal.wait_line("< behind")
        top = ["".join(row[x].data for x in sorted(row)).rstrip()
               for row in terminal.screen.history.top]
        lines = top + terminal.lines()
        check([line for line in lines if "no-such-pager: not found" in line],
              terminal.text())
        at = lines.index("< row 1")
        equal(lines[at:at + 40],
              long_text("row").replace("row", "  row")
              .replace("  row 1\n", "< row 1\n", 1).split("\n"), "the rows")
        end(terminal, peer)


@test
def a_message_of_any_size_takes_no_memory():
    size = 50 << 20
    rows = size // len(ROW)
    with pager(COUNT, "--color=never") as (terminal, peer):
        peer.frame("text", ROW * rows)
        peer.frame("text", "behind")
        # A blank or two stand before each row, and a newline at the end.
        terminal.wait_line(f"page of {rows + 1},"
                           f" {rows * (len(ROW) + 2) + 3}")
        little(peak_of(terminal.pid))
        terminal.type("\r")
        terminal.wait_line("< behind")
        end(terminal, peer)


@test
def JSON_and_dumps_go_to_the_pager():
    with pager(COUNT, "-j", "-T", "--color=never") as (terminal, peer):
        peer.frame("text", "[" + "1,\n" * 99 + '{"a":"b"}]')
        terminal.wait_for("page of 104, ")
        terminal.type("\r")
        terminal.wait_for("< (104 lines, in the pager)")
        peer.frame("binary", bytes(range(256)) * 4)
        terminal.wait_for("page of 66, ")
        terminal.type("\r")
        terminal.wait_for("< (66 lines, in the pager)")
        end(terminal, peer)


@test
def a_long_line_s_rows_are_counted_whole():
    with pager("wc -c\n") as (terminal, peer):
        for fragment in (300000, 777):
            data = b"x" * 300000
            for at in range(0, len(data), fragment):
                peer.frame("continuation" if at else "text",
                           data[at:at + fragment],
                           fin=int(at + fragment >= len(data)))
            peer.frame("text", f"behind {fragment}")
            terminal.wait_line(f"< behind {fragment}")
        equal(count_of(terminal, "< (3751 lines, in the pager)"), 2, "lines")
        end(terminal, peer)


@test
def the_server_closes_while_the_pager_shows():
    with pager("sed -n '40p'; read x </dev/tty\n") as (terminal, peer):
        peer.cork()
        for text in (long_text("a"), long_text("b"), "behind"):
            peer.frame("text", text)
        peer.close(1000)
        peer.uncork()
        peer.eof()
        for name in "ab":
            terminal.wait_for(f"  {name} 40")
            terminal.pump(0.05)
            terminal.type("\r")
        equal(terminal.wait(), 0, "status")
        check("< behind" in terminal.lines(), terminal.text())
        check("connection lost" not in terminal.text(), terminal.text())
        peer.expect_close(1000)


@test
def a_message_that_is_cut_off_is_paged_as_far_as_it_came():
    with pager(COUNT, "--stay") as (terminal, peer):
        text = ROW * 4000
        peer.send(frames.frame("text", text + ROW)[:-len(ROW)])
        peer.eof()
        terminal.wait_for("page of 400")
        terminal.type("\r")
        terminal.wait_for("connection lost")
        terminal.wait_for("lines, in the pager)")
        terminal.type("\x04")
        terminal.wait()


@test
def less_is_the_usual_pager():
    with repl("--pager") as (terminal, peer):
        peer.frame("text", long_text("row"))
        terminal.wait_cursor(":", 1)
        check("  row 2" in terminal.lines(), terminal.text())
        terminal.type("q")
        terminal.wait_for("< (40 lines, in the pager)")
        terminal.wait_cursor(">", 2)
        terminal.type("\x04")
        goodbye(terminal, peer)
