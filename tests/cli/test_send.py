"""What is sent from the prompt: files, what is typed while one goes, and what
is no JSON."""

import os

from harness import TMP, check, equal, test
from memory import little, peak_of
from terminal import end, goodbye, repl

PATHS = {"plain.txt": b"hello \xc3\xbc\n", "two words.txt": b"blanks",
         "back\\slash": b"backslash", "empty": b"", "home/at home": b"tilde",
         "bytes": b"x\xff\0", "\xfcber": b"name"}


def write(name, data):
    with open(os.path.join(TMP, name), "wb") as file:
        file.write(data)


def sparse(name, size):
    """A file of NUL bytes that takes no room."""
    write(name, b"")
    os.truncate(os.path.join(TMP, name), size)


def refused(terminal, peer, line, says):
    """Types it; it is not sent, says why."""
    terminal.type("\x0c" + line + "\r")
    terminal.wait_for(says)
    terminal.wait_cursor(">", 2)
    peer.expect_nothing(0.02)


# /file


@test
def files_are_sent_whole():
    for name, data in PATHS.items():
        write(name, data)
    with repl() as (terminal, peer):
        for typed, name in (("plain.txt", "plain.txt"),
                            (f"{TMP}/plain.txt", "plain.txt"),
                            (r"two\ words.txt", "two words.txt"),
                            ("two words.txt  ", "two words.txt"),
                            (r"back\\slash", "back\\slash"),
                            ("empty", "empty"),
                            (r"~/at\ home", "home/at home"),
                            ("\xfcber", "\xfcber")):
            terminal.type(f"/file {typed}\r")
            peer.expect("text", PATHS[name])
        terminal.type("/binary\r/file bytes\r/text\r/file plain.txt\r")
        peer.expect("binary", PATHS["bytes"])
        peer.expect("text", PATHS["plain.txt"])
        end(terminal, peer)


@test
def files_that_cannot_be_sent():
    write("bytes", PATHS["bytes"])
    os.makedirs(os.path.join(TMP, "folder"), exist_ok=True)
    with repl() as (terminal, peer):
        for line, says in (
                ("/file", "/file: which one?"),
                ("/file  ", "/file: which one?"),
                ("/file no-such",
                 "/file no-such: cannot read it: No such file"),
                ("/file no\\ such \x16\x1b[31m", "/file no such \\x1b[31m:"),
                ("/file folder", "folder: "),
                ("/file bytes", "/file bytes: is not UTF-8 and was not sent"
                 " (/binary sends any bytes)")):
            refused(terminal, peer, line, says)
        terminal.type("still here\r")
        peer.expect("text", "still here")
        end(terminal, peer)


@test
def a_file_that_turns_out_no_text_ends_the_connection():
    write("turns", b"x" * 300000 + b"\xff")
    with repl() as (terminal, peer):
        terminal.type("/file turns\r")
        peer.expect("text", b"x" * 65536, fin=0)
        while True:
            frame = peer.read_frame()
            if frame.name == "close":
                break
            equal((frame.name, frame.fin, frame.payload.strip(b"x")),
                  ("continuation", 0, b""), "a frame")
        equal(frame.code, 1000, "close code")
        peer.close(1000)
        peer.eof()
        terminal.wait_line("its message has begun and can't be finished: "
                           "closing")
        terminal.wait()


@test
def a_FIFO_is_waited_for():
    path = os.path.join(TMP, "fifo")
    os.mkfifo(path)
    with repl() as (terminal, peer):
        terminal.type("/file fifo\rbehind it\rhalf")
        terminal.wait_cursor("> half", 6)
        peer.frame("ping", "x")
        peer.expect("pong", "x")
        with open(path, "w") as file:
            file.write("from ")
            file.flush()
            terminal.pump(0.05)
            file.write("the FIFO")
        equal(peer.read_message(), ("text", b"from the FIFO"), "the FIFO")
        peer.expect("text", "behind it")
        terminal.type("\x15")
        end(terminal, peer)


@test
def what_is_typed_waits_its_turn():
    size = 60 << 20
    sparse("large", size)
    write("plain.txt", PATHS["plain.txt"])
    with repl() as (terminal, peer):
        terminal.type("/file large\r")
        first = peer.expect("text", fin=0)
        terminal.type("one\r/ping now\r/file plain.txt\r//two\rha")
        terminal.wait_cursor("> ha", 4)
        peer.frame("text", "a message")
        terminal.wait_line("< a message")
        terminal.wait_cursor("> ha", 4)
        got, pinged = len(first.payload), False
        while True:
            frame = peer.read_frame()
            if frame.name == "ping":
                pinged = True
                continue
            got += len(frame.payload)
            if frame.fin:
                break
        equal(got, size, "bytes")
        check(pinged, "the ping waited for the file's end")
        peer.expect("text", "one")
        peer.expect("text", PATHS["plain.txt"])
        peer.expect("text", "/two")
        terminal.type("lf\r")
        peer.expect("text", "half")
        little(peak_of(terminal.pid))
        end(terminal, peer)


@test
def more_than_waits_is_left_to_the_terminal():
    sparse("large", 20 << 20)
    with repl() as (terminal, peer):
        terminal.type("/file large\r")
        peer.expect("text", fin=0)
        for i in range(100):
            terminal.type(f"line {i}\r")
        terminal.wait_for("> line 20")
        while not peer.expect("continuation", fin=None).fin:
            pass
        for i in range(100):
            peer.expect("text", f"line {i}")
        end(terminal, peer)


@test
def Ctrl_C_closes_while_a_file_goes():
    sparse("large", 60 << 20)
    with repl() as (terminal, peer):
        terminal.type("/file large\r")
        peer.expect("text", fin=0)
        terminal.type("\x03")
        while True:
            frame = peer.read_frame()
            if frame.name == "close":
                break
            equal(frame.fin, 0, "an end that is none")
        equal(frame.code, 1000, "close code")
        peer.close(1000)
        peer.eof()
        equal(terminal.wait(), 0, "status")


@test
def the_file_is_opened_when_its_turn_comes():
    sparse("large", 20 << 20)
    write("later", b"before")
    with repl() as (terminal, peer):
        terminal.type("/file large\r/file later\r/file gone\rlast\rx")
        terminal.wait_cursor("> x", 3)
        write("later", b"after")
        while not peer.expect(("text", "continuation"), fin=None).fin:
            pass
        peer.expect("text", "after")
        peer.expect("text", "last")
        terminal.wait_for("/file gone: cannot read it: No such file")
        terminal.type("\x15")
        end(terminal, peer)


@test
def a_file_without_a_connection():
    write("plain.txt", PATHS["plain.txt"])
    with repl("--stay") as (terminal, peer):
        peer.close(1000)
        peer.expect_close(1000)
        peer.eof()
        terminal.wait_for("Disconnected")
        terminal.wait_cursor(">", 2)
        terminal.type("/file plain.txt\r")
        terminal.wait_for("not sent: not connected")
        terminal.wait_cursor(">", 2)
        terminal.type("\x04")
        equal(terminal.wait(), 0, "status")


# What is no JSON


def doubted(terminal, peer, line, says):
    """Types it: it is the line again, and was not sent."""
    terminal.type(line + "\r")
    terminal.wait_for("not sent: no JSON at character " + says)
    shown = ("> " + line).rstrip()
    terminal.wait_cursor(shown, 2 + len(line))
    peer.expect_nothing(0.02)


@test
def what_is_no_JSON_is_asked_about():
    for options, typed in ((["-j"], ""), ([], "/set json on\r")):
        with repl(*options) as (terminal, peer):
            terminal.type(typed)
            for line, says in (('{"a": 1,}', "9: "), ("[1, 2", "6: "),
                               ('  {"ü": x}', "9: "), ('{"a": 01}', "8: "),
                               ("{a: 1}", "2: "), ("[1] 2", "5: ")):
                doubted(terminal, peer, line, says)
                terminal.type("\r")
                peer.expect("text", line)
            end(terminal, peer)


@test
def a_changed_line_is_judged_anew():
    with repl("-j") as (terminal, peer):
        doubted(terminal, peer, "[1, 2", "6: ")
        terminal.type("]\r")
        peer.expect("text", "[1, 2]")
        doubted(terminal, peer, "[x", "2: ")
        terminal.type(",")
        terminal.wait_cursor("> [x,", 5)
        terminal.type("\r")
        terminal.wait_for(lambda: terminal.lines().count("> [x,") == 2,
                          "the second question")
        peer.expect_nothing(0.02)
        terminal.type("\r")
        peer.expect("text", "[x,")
        # Another line in between: it is asked about again.
        doubted(terminal, peer, "{bad", "2: ")
        terminal.type("\x15other\r")
        peer.expect("text", "other")
        terminal.type("\x0c")
        doubted(terminal, peer, "{bad", "2: ")
        terminal.type("\r")
        peer.expect("text", "{bad")
        end(terminal, peer)


@test
def a_message_between_does_not_matter():
    with repl("-j") as (terminal, peer):
        doubted(terminal, peer, "[1,", "4: ")
        peer.frame("text", '{"a":1}')
        terminal.wait_line('  "a": 1')
        terminal.wait_cursor("> [1,", 5)
        terminal.type("\r")
        peer.expect("text", "[1,")
        end(terminal, peer)


@test
def what_is_not_asked_about():
    with repl("-j") as (terminal, peer):
        for line in ("plain text", '{"a": [1, 2.50e3, null]}', " [ ] ",
                     '"string', "1,", "-", "} {"):
            terminal.type(line + "\r")
            peer.expect("text", line)
        terminal.type("/text {bad\r")
        peer.expect("text", "{bad")
        terminal.type("/binary\r{bad\r")
        peer.expect("binary", "{bad")
        terminal.type("/text\r/set json off\r{bad\r")
        peer.expect("text", "{bad")
        end(terminal, peer)


# What begins with a slash


@test
def two_slashes_stand_for_one():
    with repl() as (terminal, peer):
        for line, sent in (("//", "/"), ("//help", "/help"),
                           ("///", "//"), (" /help", " /help"),
                           ("a//b", "a//b"), ("// /", "/ /")):
            terminal.type(line + "\r")
            peer.expect("text", sent)
        terminal.type("/\r")
        terminal.wait_for("/: no such command")
        terminal.type("\x04")
        goodbye(terminal, peer)
