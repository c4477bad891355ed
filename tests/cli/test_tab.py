"""The Tab key, and the history: what is kept, and what is not."""

import contextlib
import os

from harness import TMP, check, equal, test
from terminal import end, repl


def state():
    """An environment with a history of its own, and its file."""
    folder = os.path.join(TMP, f"state-{os.urandom(4).hex()}")
    return ({"XDG_STATE_HOME": folder},
            os.path.join(folder, "wstap", "history"))


@contextlib.contextmanager
def fresh(*options):
    """A REPL without history; its file."""
    env, path = state()
    with repl(*options, env=env) as (terminal, peer):
        yield terminal, peer, path
        peer.expect_nothing(0.05)
        end(terminal, peer)


def completes(terminal, pairs):
    """Each is typed, with Tab; the line becomes that."""
    for typed, line in pairs:
        terminal.type(typed + "\t")
        terminal.wait_cursor(("> " + line).rstrip(), 2 + len(line))
        terminal.type("\x15")
        terminal.wait_cursor(">", 2)


def words_listed(terminal, typed):
    """What is typed, and two Tabs, list."""
    terminal.type("\x0c" + typed)
    shown = ("> " + typed).rstrip()
    terminal.wait_cursor(shown, 2 + len(typed))
    terminal.type("\t\t")
    terminal.wait_for(lambda: terminal.lines().count(shown) == 2, "the list")
    lines = [line for line in terminal.lines() if line]
    terminal.type("\x15")
    terminal.wait_cursor(">", 2)
    return sorted(" ".join(lines[1:-1]).split())


# Tab


@test
def words_of_the_commands():
    with fresh() as (terminal, _, _):
        completes(terminal, (
            ("/co", "/connect "), ("/his", "/history "), ("/st", "/stats "),
            ("/set ti", "/set time "), ("/set  pi", "/set  ping-pong "),
            ("/set time de", "/set time delta "),
            ("/set hex of", "/set hex off "),
            ("/help recon", "/help reconnect ")))


@test
def what_a_list_shows():
    with fresh() as (terminal, _, _):
        equal(words_listed(terminal, "/set "),
              ["hex", "json", "ping-pong", "raw", "time", "trace",
               "wrap"], "/set")
        equal(words_listed(terminal, "/set json o"), ["off", "on"], "json")
        equal(words_listed(terminal, "/set time "),
              ["delta", "iso", "off", "on", "unix"], "time")
        equal(words_listed(terminal, "/c"), ["/clients", "/close", "/connect"], "/c")
        listed = words_listed(terminal, "/")
        terminal.type("/help\r")
        terminal.wait_for("Ctrl-C clears the line")
        for word in set(listed) - {"/clients", "/to"}:  # of -l
            check(f"  {word} " in terminal.text(), f"{word} not in /help")
        equal(words_listed(terminal, "/help "),
              [word[1:] for word in listed], "/help")


@test
def words_of_a_frame():
    with fresh() as (terminal, peer, _):
        completes(terminal, (
            ("/frame op", "/frame opcode="), ("/frame te", "/frame text:"),
            ("/frame opcode=pi", "/frame opcode=ping "),
            ("/frame fin=0 mask=wr", "/frame fin=0 mask=wrong "),
            ("/frame fin=0 f", "/frame fin=0 fill:"),
            ("/frame text:a op", "/frame text:a op"),
            ("/frame reason=\"a op", "/frame reason=\"a op"),
            ("/raw he", "/raw hex:"), ("/raw op", "/raw op"),
            ("/raw hex:81 c", "/raw hex:81 cut=")))
        equal(words_listed(terminal, "/frame "),
              ["base64:", "code=", "cut=", "fill:", "fin=", "hex:", "len=",
               "lenbits=", "mask=", "opcode=", "pause=", "reason=", "rsv=",
               "text:"], "/frame")
        equal(words_listed(terminal, "/frame fin=0 opcode=p"),
              ["opcode=ping", "opcode=pong"], "opcode=")
        equal(words_listed(terminal, "/frame mask="),
              ["mask=none", "mask=random", "mask=wrong"], "mask=")
        equal(words_listed(terminal, "/raw "),
              ["base64:", "cut=", "fill:", "hex:", "pause=", "text:"], "/raw")
        # What is behind the cursor does not count.
        terminal.type("/frame opcode=pi text:a" + "\x1b[D" * 7 + "\t")
        terminal.wait_for("> /frame opcode=ping text:a")
        terminal.type("\x15\x0b/frame op\tpi\tte\thi\r")
        peer.expect("ping", "hi")


@test
def whom_it_goes_to():
    with fresh() as (terminal, _, _):
        completes(terminal, (("/to a", "/to all"), ("/to all a", "/to all a")))


@test
def where_a_record_goes():
    folder = os.path.join(TMP, "records")
    os.makedirs(os.path.join(folder, "deep"))
    for name in ("one.har", "two.jsonl"):
        with open(os.path.join(folder, name), "w"):
            pass
    # No other test's file begins so.
    with open(os.path.join(TMP, "osprey.txt"), "w"):
        pass
    with fresh() as (terminal, _, _):
        completes(terminal, (
            ("/record of", "/record off"), ("/record os", "/record osprey.txt"),
            ("/record records/on", "/record records/one.har"),
            ("/record records/d", "/record records/deep/"),
            ("/record x of", "/record x of")))
        listed = words_listed(terminal, "/record o")
        check({"off", "osprey.txt"} <= set(listed), listed)
        terminal.type("/record records/tw\t\r")
        terminal.wait_line("recording to records/two.jsonl")
        terminal.type("/record off\t\r")
        terminal.wait_line("no more recording")
    check(not os.path.exists(os.path.join(folder, "two.jsonl ")), "a blank")


@test
def where_nothing_is_completed():
    with open(os.path.join(TMP, "tab.txt"), "w"):
        pass
    with fresh() as (terminal, _, _):
        completes(terminal, ((line, line) for line in (
            "tab.t", "say /co", "//co", " /co", "/text tab.t", "/info ",
            "/set time iso ", "/help text ", "/set xyz ", "/nosuch t", "")))


@test
def a_completed_word_is_taken():
    with fresh() as (terminal, peer, _):
        terminal.type("/set ti\tis\t\r")
        terminal.type("/help recon\t\r")
        terminal.wait_for("  /reconnect ")
        terminal.type("/history 1\t \r")
        terminal.wait_for("  /history 1")
        peer.frame("text", "stamped")
        terminal.wait_for("+00:00 < stamped")
        for wrong in ("no such", "not a number"):
            check(wrong not in terminal.text(), terminal.text())


@test
def names_of_files():
    folder = os.path.join(TMP, "tab")
    os.makedirs(os.path.join(folder, "in here"))
    for name in ("two words.txt", "in here/ünï.bin", "b\\slash", "x1", "x2"):
        with open(os.path.join(folder, name), "w") as file:
            file.write(name)
    with open(os.path.join(TMP, "home", "mine.txt"), "w"):
        pass
    with fresh() as (terminal, peer, _):
        completes(terminal, (
            ("/file tab/tw", "/file tab/two\\ words.txt "),
            ("/file tab/two\\ w", "/file tab/two\\ words.txt "),
            ("/file tab/in", "/file tab/in\\ here/"),
            ("/file tab/in\\ here/", "/file tab/in\\ here/ünï.bin "),
            ("/file tab/b", "/file tab/b\\\\slash "),
            ("/file tab/x", "/file tab/x"),
            ("/file ~/mi", "/file ~/mine.txt "),
            ("/file tab/none", "/file tab/none")))
        equal(words_listed(terminal, "/file tab/x"), ["x1", "x2"], "files")
        for typed, sent in (("/file tab/tw\t\r", "two words.txt"),
                            ("/file tab/in\t\t\r", "in here/ünï.bin"),
                            ("/file tab/b\t\r", "b\\slash")):
            terminal.type(typed)
            peer.expect("text", sent)


# The history


@test
def history_lists_what_was_typed():
    with fresh() as (terminal, peer, _):
        for i in range(1, 26):
            terminal.type(f"line {i}\r")
            peer.expect("text", f"line {i}")
        terminal.type("\x0c/history\r")
        terminal.wait_line("    26  /history")
        equal([line for line in terminal.lines() if line][1:-1],
              [f"{i:6}  line {i}" for i in range(7, 26)] +
              ["    26  /history"], "the last 20")
        terminal.type("\x0c/history 3\r")
        terminal.wait_line("    27  /history 3")
        equal([line for line in terminal.lines() if line],
              ["> /history 3", "    25  line 25", "    26  /history",
               "    27  /history 3", ">"], "the last 3")
        for wrong in ("x", "-1", "3x", "99999999999999999999", "10001"):
            terminal.type(f"\x0c/history {wrong}\r")
            terminal.wait_for(f"/history {wrong}: not a number up to 10000")
        terminal.type("\x0c/history 10000\r")
        terminal.wait_for("10000")


@test
def history_is_safe_to_show():
    with fresh() as (terminal, peer, _):
        terminal.type("a\x16\x1b[31mb\x1b\rc\r")
        peer.expect("text", "a\x1b[31mb\nc")
        terminal.type("\x0c/history 2\r")
        terminal.wait_line(r"     1  a\x1b[31mb\x0ac")


@test
def secrets_stay_out():
    secrets = ("/connect ws://user:pass@127.0.0.1:1/ x",
               "/connect  user@127.0.0.1 x",
               "/text Authorization: Bearer secret",
               "/text authorization:x", " with a blank", " /set", "")
    kept = ("an@address", "Authorization: in a message", "/connect x y")
    with fresh() as (terminal, peer, path):
        for line in (*secrets, *kept):
            terminal.type(line + "\r")
        for sent in ("Authorization: Bearer secret", "authorization:x",
                     " with a blank", " /set", "", *kept[:2]):
            peer.expect("text", sent)
        terminal.wait_for("/connect x y")
        terminal.pump(0.1)
        terminal.type("\x0c/history\r")
        terminal.wait_line("     4  /history")
        terminal.type("\x0c")
        for line in ("/history", *reversed(kept)):
            terminal.type("\x10")
            terminal.wait_cursor("> " + line, 2 + len(line))
        # There is nothing before it.
        terminal.type("\x10")
        terminal.pump(0.1)
        equal(terminal.cursor()[0], "> " + kept[0], "the first entry")
        terminal.type("\x15")
        with open(path) as file:
            text = file.read()
        equal(os.stat(path).st_mode & 0o777, 0o600, "mode")
        for word in ("pass", "Bearer", "user@", "blank", "/set"):
            check(word not in text, f"{word} in {text}")
        for line in kept:
            check(line in text, f"{line} not in {text}")
