"""--trace and /set trace where someone types: above the line, whole, and only
when it is wanted."""

import os
import re

import frames
from harness import check, equal, test, wait_until
from scripted import Server
from terminal import Terminal, end, repl
from tracing import AGREED, LINE, contents, file_name, lines_of

ALONE = {"fields": ["Sec-WebSocket-Extensions: permessage-deflate; "
                    "server_no_context_takeover; client_no_context_takeover"]}


@test
def above_the_prompt():
    with repl("--trace", "--trace-bytes", "0", columns=120) as (terminal,
                                                                peer):
        terminal.type("half a li")
        terminal.wait_cursor("> half a li", 11)
        peer.frame("text", "hello")
        terminal.wait_line("< hello")
        terminal.wait_cursor("> half a li", 11)
        shown = terminal.lines()
        at = shown.index("< hello")
        check(lines_of(shown[at - 1]) == [
            "in  text   fin=1 rsv=0 mask=-        len=5 msg=1"], shown)
        terminal.type("ne\r")
        frame = peer.expect("text", "half a line")
        terminal.wait_for(f"mask={frame.key.hex()} len=11 msg=1")
        equal(terminal.style("in  text").fg, terminal.style("< hello").fg,
              "what comes in has one colour")
        end(terminal, peer)
        check("Disconnected" in terminal.text(), terminal.text())


@test
def a_trace_in_a_file_is_not_on_the_screen():
    path = file_name()
    with repl("--trace=" + path) as (terminal, peer):
        peer.frame("text", "hello")
        terminal.wait_line("< hello")
        check(not lines_of(terminal.text()), terminal.text())
        end(terminal, peer)
    equal(len(lines_of(contents(path))), 3, contents(path))


@test
def a_flood_above_the_prompt():
    """Nothing is lost, and keys are still answered."""
    count = 5000
    with repl("--trace", "--trace-bytes", "0", columns=120) as (terminal,
                                                                peer):
        peer.send(b"".join(frames.frame("text", str(i))
                           for i in range(count)))
        terminal.wait_for(f"< {count - 1}", timeout=60)
        terminal.type("still here")
        terminal.wait_cursor("> still here", 12)
        text = re.sub(r"\x1b\[[0-9;]*m", "", terminal.raw.decode())
        equal([int(n) for n in re.findall(r"in  text .* msg=(\d+)\r", text)],
              list(range(1, count + 1)), "the frames")
        equal([int(n) for n in re.findall(r"< (\d+)\r", text)],
              list(range(count)), "the messages")
        terminal.type("\x15")
        end(terminal, peer)


@test
def while_an_editor_has_the_terminal():
    """What does not fit into memory meanwhile is left out and counted; the
    messages wait."""
    done = file_name()
    count = 10000
    data = b"".join(frames.frame("text", str(i)) for i in range(count))
    editor = (f"touch {done}.begun; while [ ! -e {done} ]; do sleep 0.02; "
              "done; true")
    with repl("--trace", "--trace-bytes", "0",
              env={"VISUAL": editor}.items()) as (terminal, peer):
        terminal.type("/edit\r")
        wait_until(lambda: os.path.exists(done + ".begun"), "the editor")
        peer.send(data)
        with open(done, "w", encoding="utf-8"):
            pass
        terminal.wait_for(
            lambda: f"< {count - 1}\r".encode() in terminal.raw,
            "the last message", timeout=60)
        # The next line of the trace tells what was left out.
        peer.frame("ping", "p")
        peer.expect("pong", "p")
        terminal.wait_for(lambda: b"left out" in terminal.raw, "the count")
        text = re.sub(r"\x1b\[[0-9;]*m", "", terminal.raw.decode())
        shown = len(re.findall(r"in  text ", text))
        left = sum(map(int, re.findall(r"(\d+) lines of the trace were left "
                                       r"out: the terminal was not free",
                                       text)))
        check(left > 0 and shown + left in (count, count + 1, count + 2),
              f"{shown} lines and {left} left out")
        equal([int(n) for n in re.findall(r"< (\d+)\r", text)],
              list(range(count)), "the messages")
        end(terminal, peer)


@test
def inside_a_message_that_goes_on():
    """Its beginning is on the screen already, without a line's end."""
    with repl("--trace", "--trace-bytes", "0", columns=120) as (terminal,
                                                                peer):
        terminal.type("/set wrap on\r")
        peer.frame("text", "x" * 300000, fin=0)
        terminal.wait_for("x" * 120)
        terminal.blind = True
        size = 0
        while size < len(terminal.raw):
            size = len(terminal.raw)
            terminal.pump(0.3)
        peer.frame("ping", "p")
        peer.expect("pong", "p")
        terminal.wait_for(lambda: b"pong  " in terminal.raw, "the pong")
        peer.frame("continuation", "the end")
        terminal.wait_for(lambda: b"the end" in terminal.raw, "the end")
        text = re.sub(r"\x1b\[[0-9;]*m", "", terminal.raw.decode())
        lines = [line for line in re.split(r"[\r\n]+", text)
                 if " ping " in line or " pong " in line]
        check(all(LINE.search(line) and "x" not in line for line in lines) and
              len(lines) == 2, lines)
        end(terminal, peer)


@test
def switched_on_and_off():
    with repl("--trace-bytes", "0", columns=120) as (terminal, peer):
        peer.frame("text", "one")
        terminal.wait_line("< one")
        terminal.type("/set trace on\r")
        terminal.wait_cursor(">", 2)
        peer.frame("text", "two")
        terminal.wait_line("< two")
        equal(lines_of(terminal.text()),
              ["in  text   fin=1 rsv=0 mask=-        len=3 msg=1"], "on")
        terminal.type("/set\r")
        terminal.wait_for("trace on")
        terminal.type("/set trace off\r")
        terminal.type("/set\r")
        terminal.wait_for("trace off")
        peer.frame("text", "three")
        terminal.wait_line("< three")
        equal(len(lines_of(terminal.text())), 1, "off")
        end(terminal, peer)
        equal(len(lines_of(terminal.text())), 1, "off")


@test
def switched_on_inside_a_frame():
    """It is not read from its middle; a message under way has no number."""
    with repl("--trace-bytes", "0", columns=120) as (terminal, peer):
        whole = frames.frame("text", "begun and ended", fin=0)
        peer.frame("text", "before")
        peer.send(whole[:9])
        terminal.wait_line("< before")
        terminal.pump(0.1)
        terminal.type("/set trace on\r")
        terminal.type("/set\r")
        terminal.wait_for("trace on")
        peer.send(whole[9:])
        peer.frame("ping", "p")
        peer.expect("pong", "p")
        peer.frame("continuation", ".")
        peer.frame("text", "new")
        terminal.wait_line("< new")
        equal([line for line in lines_of(terminal.text()) if "in " in line], [
            "in  ping   fin=1 rsv=0 mask=-        len=1",
            "in  cont   fin=1 rsv=0 mask=-        len=1",
            "in  text   fin=1 rsv=0 mask=-        len=3 msg=1"], "the trace")
        end(terminal, peer)


def switched_on(agreed, before):
    """The frame of a compressed message, where what was before was not
    traced; and the screen."""
    def script(peer):
        peer.handshake(**agreed)
        before(peer)
        equal(peer.read_frame().payload, b"go", "what was typed")
        peer.deflated("text", b"the same again, " * 9)
        peer.finish()

    with Server(script) as server, Terminal(
            [server.url, "--trace-bytes", "0"], columns=120) as terminal:
        terminal.wait_for("< first")
        terminal.type("/set trace on\r")
        terminal.type("go\r")
        terminal.wait_for("in  text")
        terminal.pump(0.1)
        text = terminal.text()
        terminal.type("\x04")
        terminal.wait()
    found = [line for line in lines_of(text) if line.startswith("in  text")]
    equal(len(found), 1, text)
    return found[0], text


@test
def switched_on_where_messages_are_compressed():
    def compressed(peer):
        peer.deflated("text", b"first: the same again, " * 9)

    def plain(peer):
        peer.frame("text", "first")

    for agreed, before in ((ALONE, compressed), (AGREED, compressed),
                           (AGREED, plain)):
        line, text = switched_on(agreed, before)
        check("inflated=144 " in line, line)
        check("/reconnect traces all" not in text, text)


@test
def switched_on_inside_a_compressed_message():
    """What builds on it is lost, and that is said."""
    data = b"first: the same again, " * 9

    def begun(peer):
        packed = peer.deflate.deflate(data)
        peer.frame("text", packed[:20], rsv=4, fin=0)
        peer.frame("ping", "p")
        peer.expect("pong", "p")
        peer.rest = packed[20:]

    def script(peer):
        peer.handshake(**AGREED)
        begun(peer)
        equal(peer.read_frame().payload, b"go", "what was typed")
        peer.frame("continuation", peer.rest)
        peer.deflated("text", b"the same again, " * 9)
        peer.finish()

    with Server(script) as server, Terminal(
            ["-P", server.url, "--trace-bytes", "0"],
            columns=120) as terminal:
        terminal.wait_for("Received ping")
        terminal.type("/set trace on\r")
        terminal.wait_for("/reconnect traces all")
        terminal.type("go\r")
        terminal.wait_for("in  text")
        check("inflated=? " in terminal.text(), terminal.text())
        terminal.type("\x04")
        terminal.wait()


@test
def switched_on_behind_a_compressed_message_of_ours():
    data = b"the same again, " * 9

    def script(peer):
        peer.handshake(**AGREED)
        for answer in ("one", "two"):
            equal(peer.read_message(compressed=True), ("text", data),
                  "the message")
            peer.frame("text", answer)
        peer.finish()

    with Server(script) as server, Terminal(
            ["--deflate", "permessage-deflate", server.url, "--trace-bytes",
             "0"], columns=120) as terminal:
        terminal.wait_for("Connected")
        terminal.type(data.decode() + "\r")
        terminal.wait_line("< one")
        terminal.type("/set trace on\r")
        terminal.type(data.decode() + "\r")
        terminal.wait_line("< two")
        text = terminal.text()
        terminal.type("\x04")
        terminal.wait()
    line = lines_of(text)[0]
    check(line.startswith("out text") and f" inflated={len(data)} " in line,
          text)


@test
def tab_completes_the_setting():
    with repl() as (terminal, peer):
        terminal.type("/set tr\t")
        terminal.wait_cursor("> /set trace", 13)
        terminal.type("of\t\r")
        terminal.type("\x15")
        end(terminal, peer)
