"""--trace: the frames of both directions, as they passed. At the prompt:
test_trace_prompt.py."""

import os
import re
import stat
import time

import corpus
import frames
from harness import (TMP, WSTAP, Listening, Run, check, equal, test,
                     wait_until, wstap)
from real import Echo
from scripted import Conversation, Server, peer_to
from tracing import AGREED, LINE, contents, file_name, lines_of, no_keys


def traced(script, *options, stdin=b""):
    """A run with a trace in a file: what it wrote, and the trace."""
    path = file_name()
    with Server(script) as server:
        status, out, err = wstap("--trace=" + path, *options, server.url,
                                 stdin=stdin)
    return status, out, err, contents(path)


def exchange(peer, masks=None):
    """A message each way, a ping inside a fragmented one, a close."""
    seen = [peer.expect("text", "hi")]
    peer.frame("text", "hello")
    peer.frame("binary", b"\0\1", fin=0)
    peer.frame("ping", "p")
    seen.append(peer.expect("pong", "p"))
    peer.frame("continuation", b"\2")
    peer.close(1000, 'by"e')
    seen.append(peer.expect_close(1000, 'by"e'))
    if masks is not None:
        masks.extend(frame.key.hex() for frame in seen)
    peer.eof()


@test
def every_frame_as_it_is():
    masks = []

    def script(peer):
        peer.handshake()
        exchange(peer, masks)

    status, out, err, trace = traced(script, "-x", "hi")
    equal((status, out, err), (0, b"hello\n\0\1\2\n", ""), "the run")
    times = [LINE.fullmatch(line) for line in trace.splitlines()]
    check(all(times[::3][:2]), trace)
    without = re.sub(r"(?m)^\d\d:\d\d:\d\d\.\d{6}  \+\d\.\d{6} ", "", trace)
    spaced = [" ".join(mask[i:i + 2] for i in (0, 2, 4, 6)) for mask in masks]
    equal(without, f"""\
out text   fin=1 rsv=0 mask={masks[0]} len=2 msg=1
  header   00000000  81 82 {spaced[0]}
  payload  00000000  68 69                                             |hi|
in  text   fin=1 rsv=0 mask=-        len=5 msg=1
  header   00000000  81 05
  payload  00000000  68 65 6c 6c 6f                                    |hello|
in  binary fin=0 rsv=0 mask=-        len=2 msg=2 frame=1
  header   00000000  02 02
  payload  00000000  00 01                                             |..|
in  ping   fin=1 rsv=0 mask=-        len=1
  header   00000000  89 01
  payload  00000000  70                                                |p|
out pong   fin=1 rsv=0 mask={masks[1]} len=1
  header   00000000  8a 81 {spaced[1]}
  payload  00000000  70                                                |p|
in  cont   fin=1 rsv=0 mask=-        len=1 msg=2 frame=2
  header   00000000  80 01
  payload  00000000  02                                                |.|
in  close  fin=1 rsv=0 mask=-        len=6 code=1000 (normal closure) \
reason="by\\x22e"
  header   00000000  88 06
  payload  00000000  03 e8 62 79 22 65                                 |..by"e|
out close  fin=1 rsv=0 mask={masks[2]} len=6 code=1000 (normal closure) \
reason="by\\x22e"
  header   00000000  88 86 {spaced[2]}
  payload  00000000  03 e8 62 79 22 65                                 |..by"e|
""", "the trace")


@test
def on_standard_error_by_default_and_for_a_dash():
    for option in ("--trace", "--trace=-"):
        def script(peer):
            peer.handshake()
            exchange(peer)

        with Server(script) as server:
            status, out, err = wstap(option, "-x", "hi", server.url)
        equal((status, out), (0, b"hello\n\0\1\2\n"), option)
        equal([line.split()[1] for line in lines_of(err)],
              ["text", "text", "binary", "ping", "pong", "cont", "close",
               "close"], option)


@test
def the_same_however_the_bytes_come():
    wanted = None
    for cut in (0, 1, 3):
        def script(peer, cut=cut):
            peer.handshake()
            peer.cut = cut
            exchange(peer)

        equal_lines = no_keys(lines_of(traced(script, "-x", "hi")[3]))
        wanted = wanted or sorted(equal_lines)
        equal(sorted(equal_lines), wanted, f"pieces of {cut}")


@test
def what_came_with_the_answer():
    def script(peer):
        peer.read_head()
        peer.answer(more=frames.frame("text", "first") +
                    frames.frame("text", "second")[:3])
        peer.expect("text", "hi")
        peer.send(frames.frame("text", "second")[3:])
        peer.finish()

    status, out, err, trace = traced(script, "-x", "hi", "-m", "2")
    equal((status, out, err), (0, b"first\nsecond\n", ""), "the run")
    equal(no_keys(lines_of(trace))[:3], [
        "in  text   fin=1 rsv=0 mask=-        len=5 msg=1",
        "out text   fin=1 rsv=0 mask=key len=2 msg=1",
        "in  text   fin=1 rsv=0 mask=-        len=6 msg=2",
    ], "the trace")


@test
def compressed_fragments_with_a_ping_inside():
    """What is on the wire, and what that is."""
    text = "to be or not to be, " * 20

    def script(peer):
        peer.handshake(**AGREED)
        equal(peer.read_message(), ("text", text.encode()), "the message")
        for _ in range(2):
            data = peer.deflate.deflate(text.encode())
            peer.frame("text", data[:10], fin=0, rsv=4)
            peer.frame("ping", "p")
            peer.expect("pong", "p")
            peer.frame("continuation", data[10:])
        peer.finish()

    status, out, _, trace = traced(script, "-x", text, "-m", "2")
    equal((status, out), (0, (text + "\n").encode() * 2), "the run")
    found = [dict(re.findall(r"([a-z]+)=(\S+)", line))
             for line in lines_of(trace)]
    sent = [f for f in found if f["mask"] != "-" and f["rsv"] == "4"]
    equal([f["inflated"] for f in sent], [str(len(text))], "what was sent")
    came = [f for f in found if f["mask"] == "-" and "msg" in f]
    equal([(f["msg"], f["frame"], f["rsv"]) for f in came],
          [("1", "1", "4"), ("1", "2", "0"), ("2", "1", "4"),
           ("2", "2", "0")], "the frames")
    for first, second in (came[:2], came[2:]):
        equal(int(first["inflated"]) + int(second["inflated"]), len(text),
              "inflated")
    equal(came[0]["len"], "10", "on the wire")
    check("|to be or not to |" in trace, trace)


@test
def a_bomb_is_inflated_no_further_than_it_was_read():
    bomb = frames.frame("binary", corpus.bomb(64), rsv=4)

    def script(peer):
        peer.handshake(**AGREED)
        peer.send(bomb[:5000])
        peer.expect_close(1009)
        peer.send(bomb[5000:])
        peer.frame("text", b"", rsv=4)
        peer.eof()

    status, _, err, trace = traced(script, "--max-message", "1M", "-w", "inf")
    equal(status, 110, err)
    lines = [line for line in lines_of(trace) if line.startswith("in")]
    check(len(lines) == 3 and " came=128 inflated=" in lines[0] and
          " end=1 inflated=? " in lines[1] and " inflated=? " in lines[2],
          trace)


def large(*options, size=3 << 20):
    """A message that would be spliced past us, to a pipe."""
    data = os.urandom(size)

    def script(peer):
        peer.handshake()
        peer.frame("binary", data)
        peer.frame("text", "after")
        peer.finish()

    status, out, err, trace = traced(script, "-m", "2", *options)
    equal((status, err), (0, ""), "the run")
    check(out == data + b"\nafter\n", "the output")
    return data, trace


@test
def a_long_frame_begins_and_ends():
    data, trace = large()
    equal(lines_of(trace)[:3], [
        f"in  binary fin=1 rsv=0 mask=-        len={len(data)} came=128 msg=1",
        f"in  binary fin=1 rsv=0 mask=-        len={len(data)} end=1 msg=1",
        "in  text   fin=1 rsv=0 mask=-        len=5 msg=2"], "the trace")
    equal(dumped(trace, len(data)), data[:64], "the dump")


def dumped(trace, size):
    """The bytes that the dump of the payload of that length has."""
    got = b""
    here = False
    for line in trace.splitlines():
        if LINE.fullmatch(line):
            here = f" len={size} " in line + " "
        match = re.match(r"  payload  [0-9a-f]{8}  ([0-9a-f ]{48})", line)
        if here and match:
            got += bytes.fromhex(match[1])
    return got


@test
def as_many_bytes_as_are_wanted():
    for option, wanted in (("0", 0), ("3", 3), ("5k", 5120), ("1M", 1 << 20)):
        data, trace = large("--trace-bytes", option, size=(1 << 20) + 70000)
        equal(dumped(trace, len(data)), data[:wanted], option)
        equal("header" in trace, wanted > 0, option)
        equal("bytes left out" in trace, wanted > 0, option)


@test
def a_frame_that_does_not_go_on_is_told():
    path = file_name()
    with Conversation() as server, Run(
            [WSTAP, "--trace=" + path, server.url],
            close_stdin=False) as run:
        peer = server.connected()
        bytes_ = frames.frame("text", "stalled")
        peer.send(bytes_[:1])
        wait_until(lambda: "header=1" in contents(path), "the header")
        peer.send(bytes_[1:5])
        wait_until(lambda: "came=3" in contents(path), "the payload")
        peer.send(bytes_[5:])
        wait_until(lambda: "end=1" in contents(path), "the end")
        peer.frame("text", "next")
        wait_until(lambda: run.out.endswith(b"next\n"), "the output")
        equal(lines_of(contents(path)), [
            "in  text   fin=1 rsv=0 header=1",
            "in  text   fin=1 rsv=0 mask=-        len=7 came=3 msg=1",
            "in  text   fin=1 rsv=0 mask=-        len=7 end=1 msg=1",
            "in  text   fin=1 rsv=0 mask=-        len=4 msg=2"], "the trace")
        peer.close(1000)
        run.wait()


def when(line):
    """How long ago it was by its time, and how long after the line before."""
    match = LINE.fullmatch(line)
    minutes, seconds = match[1].split(":")[1:]
    return ((time.time() - int(minutes) * 60 - float(seconds)) % 3600,
            float(match[2]))


def told(path, count):
    """So many lines of frames, as soon as they are there."""
    wait_until(lambda: len(lines_of(contents(path))) == count,
               f"{count} lines")
    return contents(path).splitlines()


@test
def one_that_is_told_late_has_the_time_of_its_last_byte():
    path = file_name()
    with Conversation() as server, Run(
            [WSTAP, "--trace=" + path, "--trace-bytes", "0", server.url],
            close_stdin=False) as run:
        peer = server.connected()
        peer.send(frames.frame("text", "stalled")[:5])
        time.sleep(0.5)
        run.write(b"meanwhile\n")
        first, late = told(path, 2)
        check(" out text " in first and " came=3 " in late, (first, late))
        age, since = when(late)
        check(age > 0.9, f"{age} s old: {late}")
        equal(since, 0, "no line is before the one above it")
        run.write(b"next\n")
        last = told(path, 3)[2]
        apart = when(first)[0] - when(last)[0]
        check(abs(when(last)[1] - apart) < 0.1, f"{apart}: {last}")
        run.kill()


@test
def one_that_was_sent_in_part_too():
    path = file_name()
    stalled = b'{"type":"frame","data":"x","cut":3,"pause":"600s"}\n'
    with Conversation() as server, Run(
            [WSTAP, "--trace=" + path, "--trace-bytes", "0", "-I", "jsonl",
             server.url], stdin=stalled) as run:
        server.connected()
        late = told(path, 1)[0]
        check(" out text " in late and "header=3" in late, late)
        age, since = when(late)
        check(age > 0.9, f"{age} s old: {late}")
        check(since < 0.9, late)
        run.kill()


@test
def a_frame_that_was_cut_off():
    def script(peer):
        peer.handshake()
        peer.send(frames.frame("text", "to the end")[:6])
        peer.hangup()

    status, _, err, trace = traced(script, "-w", "inf")
    equal(status, 56, err)
    equal(lines_of(trace)[0], "in  text   fin=1 rsv=0 mask=-        len=10 "
          "came=4 (cut off) msg=1", "the trace")


@test
def what_breaks_the_protocol_is_shown():
    for data, wanted in (
            (frames.frame(3, "x", rsv=7),
             "in  op3    fin=1 rsv=7 mask=-        len=1"),
            (frames.frame("text", "x", mask=b"abcd"),
             "in  text   fin=1 rsv=0 mask=61626364 len=1 msg=1"),
            (frames.frame("ping", "x", size=64),
             "in  ping   fin=1 rsv=0 mask=-        len=1 "
             "(length not in its shortest form)")):
        def script(peer, data=data):
            peer.handshake()
            peer.send(data)
            peer.expect_close(1002)
            peer.eof()

        status, _, err, trace = traced(script, "-w", "inf")
        equal(status, 110, err)
        lines = lines_of(trace)
        equal(lines[0], wanted, "the trace")
        check(lines[1].startswith("out close ") and "code=1002" in lines[1],
              lines)


@test
def the_file_is_emptied_first_and_private():
    path = file_name()
    with open(path, "w", encoding="utf-8") as file:
        file.write("old " * 10000)
    with Echo("ws") as echo:
        wstap("--trace=" + path, "-x", "hi", "-1", echo.url)
        check("old" not in contents(path), "emptied")
        os.unlink(path)
        wstap("--trace=" + path, "-x", "hi", "-1", echo.url)
    equal(stat.S_IMODE(os.stat(path).st_mode), 0o600, "its mode")


@test
def a_file_that_cannot_be_written():
    def script(_):
        raise AssertionError("there is to be no connection")

    path = os.path.join(TMP, "no", "such", "folder")
    with Server(script) as server:
        equal(wstap("--trace=" + path, "-x", "hi", server.url),
              (23, b"", f"wstap: cannot write the trace {path}: "
               "No such file or directory\n"), "no folder")


@test
def a_file_that_takes_no_more():
    def script(peer):
        peer.handshake()
        peer.expect("text", "hi")
        peer.expect_close(1001)
        peer.close(1001)
        peer.eof()

    with Server(script) as server:
        equal(wstap("--trace=/dev/full", "-x", "hi", server.url),
              (23, b"", "wstap: writing the trace /dev/full: "
               "No space left on device\n"), "a full disk")
    with Listening("--trace=/dev/full") as run:
        peer = peer_to(run.port)
        peer.frame("text", "hi")
        peer.expect_close(1001)
        peer.close(1001)
        equal(run.wait(), 23, run.text())


@test
def whoever_reads_it_may_go_away():
    """The run ends then, for its trace is no longer had."""
    with Echo("ws") as echo, Run(
            f"wstap --trace=>(head -n 1 >/dev/null) -w inf {echo.url}",
            close_stdin=False) as run:
        while run.process.poll() is None:
            try:
                run.write(b"hello\n")
            except OSError:
                break
        equal(run.wait(), 23, run.text())
        check("writing the trace /dev/fd/" in run.text(), run.text())


@test
def a_timeout_holds_where_nobody_reads_it():
    """What is in the pipe then are whole lines."""
    for command in ("exec wstap --trace --timeout 1.5 {} 2>&1 >/dev/null",
                    "exec wstap --trace=/dev/fd/9 --timeout 1.5 {} "
                    "9>&1 2>/dev/null >/dev/null"):
        reading, writing = os.pipe()
        with Conversation() as server, Run(
                command.format(server.url), stdout=writing) as run:
            os.close(writing)
            peer = server.connected()
            peer.send(frames.frame("text", "hello") * 3000)
            equal(run.wait(10), 28, command)
        with open(reading, encoding="utf-8") as pipe:
            got = pipe.read()
        check(len(got) > 30000 and got.endswith("\n"), len(got))


@test
def before_what_becomes_of_it():
    """The handshake, the frame, what is said of it."""
    def script(peer):
        peer.read_head()
        peer.answer(more=frames.frame("ping", "early"))
        peer.expect("pong", "early")
        peer.frame("ping", "late")
        peer.expect("pong", "late")
        peer.close(1000)
        peer.finish()

    with Server(script) as server:
        status, _, err = wstap("--trace", "--trace-bytes", "0", "-v", "-P",
                               "-w", "inf", server.url)
    equal(status, 0, err)
    told = [re.sub(r"^[\d:.]+ +\+[\d.]+ ", "", line)
            for line in err.splitlines()]
    at = [next(i for i, line in enumerate(told) if line.startswith(start))
          for start in ("> GET ", "< HTTP", "* open", "in  ping ",
                        'Received ping (data: "early")', "out pong ",
                        "in  close", "* disconnected")]
    equal(at, sorted(at), "\n".join(told))
    later = [i for i, line in enumerate(told)
             if line.startswith(("in  ping", "Received ping"))]
    equal(len(later), 4, "\n".join(told))
    check("ping (data: \"late\")" in told[later[3]], told)


@test
def over_tls():
    """What is inside."""
    def script(peer):
        peer.handshake()
        exchange(peer)

    path = file_name()
    from harness import CA, CERTS  # pylint: disable=import-outside-toplevel
    with Server(script, kind="tls", folder=CERTS) as server:
        status, _, err = wstap("--trace=" + path, "--ca", CA, "-x", "hi",
                               server.url)
    equal((status, err), (0, ""), "the run")
    equal(len(lines_of(contents(path))), 8, contents(path))


@test
def each_connection_counts_from_1():
    turns = []

    def script(peer):
        peer.handshake()
        peer.frame("text", "hello")
        turns.append(1)
        if len(turns) == 1:
            peer.close(1011)
        peer.finish()

    status, _, err, trace = traced(script, "--reconnect", "-m", "2", "-w",
                                   "inf")
    equal(status, 0, err)
    equal([line for line in lines_of(trace) if " text " in line],
          ["in  text   fin=1 rsv=0 mask=-        len=5 msg=1"] * 2, trace)


@test
def of_several_clients():
    path = file_name()
    with Listening("--trace=" + path, "--max-clients", "2") as run:
        peers = [peer_to(run.port), peer_to(run.port)]
        for i, peer in enumerate(peers):
            peer.frame("text", "x" * i)
        wait_until(lambda: len(lines_of(contents(path))) == 2, "two lines")
        equal(sorted(no_keys(lines_of(contents(path)))), [
            f"in  client={i + 1} text   fin=1 rsv=0 mask=key len={i} msg=1"
            for i in range(2)], "the trace")


@test
def colours():
    def script(peer):
        peer.handshake()
        exchange(peer)

    for when, wanted in (("always", True), ("never", False),
                         ("auto", False)):
        with Server(script) as server:
            _, _, err = wstap("--trace", "--color", when, "-x", "hi",
                              server.url)
        equal("\x1b[" in err, wanted, when)
        equal(len(lines_of(re.sub(r"\x1b\[[0-9;]*m", "", err))), 8, when)
