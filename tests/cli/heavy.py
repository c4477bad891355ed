"""What takes too long for every day; prints times and peak memory.

    scripts/python tests/cli/heavy.py [MIB] [PART...]

The parts: `messages` (one of 1 GiB, or of MIB, in and out), `lines` (1 000 000
there and back), `compressed` (a million messages of seven bytes and 100 of 10
MiB, with and without compression), `short` (200 000 of seven bytes), `bomb` (1
GiB of zeros in 1 MiB). All, where none is named.
"""

import hashlib
import os
import struct
import sys
import time

from harness import TMP, Listening, Run, check, equal
import corpus  # its folder is on the path from here on
from memory import little, measured, peak_in, peak_of
from real import Echo
from scripted import Server

NUMBERS = [int(word) for word in sys.argv[1:] if word.isdigit()]
SIZE = (NUMBERS or [1024])[0] << 20
PIECE = bytes(range(32, 127)) * 11036  # 1 MiB and a little
# Nothing compressed; what is long enough to gain by it; each message.
WAYS = ["--no-compress", "", "--deflate ''"]


def pattern():
    """SIZE bytes, in pieces."""
    left = SIZE
    while left:
        piece = PIECE[:left]
        yield piece
        left -= len(piece)


def expected(end=b""):
    digest = hashlib.sha256()
    for piece in pattern():
        digest.update(piece)
    digest.update(end)
    return digest.hexdigest()


def run(line, what, wanted=0, end=None, **env):
    """A line for bash where $WSTAP is wstap, measured; its output. end: the
    process of wstap -l at the other end, whose peak is printed too."""
    words, file = measured("heavy")
    wstap = " ".join(f"'{word}'" for word in words)
    began = time.monotonic()
    with Run(line.replace("WSTAP", wstap), env=env) as process:
        status = process.wait(1800)
        if not wanted:
            equal(process.text(), "", "stderr")
        equal(status, wanted, "status")
        out = process.out.decode()
    peaks = [peak_in(file)]
    if end:
        peaks.append(peak_of(end.pid))
    print(f"{what}: {time.monotonic() - began:.2f} s, peak "
          f"{' and '.join(map(str, peaks))} KiB", flush=True)
    little(*peaks)
    return out


def message_in(opcode):
    def script(peer):
        peer.handshake()
        peer.sock.sendall(struct.pack("!BBQ", 0x80 | opcode, 127, SIZE))
        for piece in pattern():
            peer.sock.sendall(piece)
        peer.close(1000)
        peer.finish()

    with Server(script) as server:
        out = run('set -o pipefail; WSTAP "$URL" | sha256sum',
                  f"a message of {SIZE} bytes in, opcode {opcode}",
                  URL=server.url)
    equal(out.split()[0], expected(b"\n"), "digest")


def message_out(option):
    """To wstap, which sends it back."""
    file = os.path.join(TMP, "heavy-in")
    with open(file, "wb") as f:
        for piece in pattern():
            f.write(piece)
    try:
        with Listening("-e") as echo:
            out = run('set -o pipefail; WSTAP -w 0 ' + option +
                      ' "$URL" <"$FILE" | sha256sum',
                      f"a message of {SIZE} bytes out and back {option}",
                      URL=echo.url, FILE=file)
        equal(out.split()[0], expected(b"\n"), "digest")
    finally:
        os.unlink(file)


def messages():
    message_in(1)
    message_in(2)
    message_out("-t")
    message_out("-b")


def through(name, echo, end=None):
    out = run("set -o pipefail; seq 1 1000000 | WSTAP -w 0 \"$URL\" | "
              "cmp - <(seq 1 1000000) && echo same",
              f"1 000 000 lines through {name}", end=end, URL=echo.url)
    equal(out, "same\n", "comparison")


def lines():
    with Echo("ws") as echo:
        through("node ws", echo)
    with Listening("-e") as echo:
        through("wstap -l -e", echo, echo)


def there_and_back(file, what, way, echo, end=None):
    """A file's lines; the same come back."""
    out = run(f'set -o pipefail; WSTAP -w 0 {way} "$URL" <"$FILE" | '
              'cmp - "$FILE" && echo same', f"{what} {way}".strip(), end=end,
              URL=echo.url, FILE=file)
    equal(out, "same\n", "comparison")


def quietly(*options):
    """wstap -l -e whose own output nobody gathers."""
    return Listening("-e", *options, stdout=open(os.devnull, "wb"))


def seven_bytes(path, count):
    with open(path, "wb") as file:
        for i in range(count):
            file.write(b"%07d\n" % i)


def json_lines(path):
    """100 of 10 MiB."""
    kinds = [corpus.json_like(10 * corpus.MIB, seed) for seed in range(4)]
    with open(path, "wb") as file:
        for i in range(100):
            file.write(kinds[i % 4] + b"\n")


def compressed():
    file = os.path.join(TMP, "heavy-in")
    for what, make, ways in (
            ("1 000 000 messages of 7 bytes",
             lambda: seven_bytes(file, 1000000), WAYS),
            ("100 messages of 10 MiB of JSON", lambda: json_lines(file),
             WAYS[:2])):
        make()
        try:
            for way in ways:
                with Echo("ws", "--deflate") as echo:
                    there_and_back(file, f"{what} through node ws", way, echo)
                options = ["--deflate", ""] if "''" in way else way.split()
                with quietly(*options) as echo:
                    there_and_back(file, f"{what} through wstap -l -e", way,
                                   echo, echo)
        finally:
            os.unlink(file)


def short():
    """What a message of seven bytes costs."""
    file = os.path.join(TMP, "heavy-in")
    seven_bytes(file, 200000)
    try:
        for way in WAYS:
            options = ["--deflate", ""] if "''" in way else way.split()
            with quietly(*options) as echo:
                there_and_back(file, "200 000 messages of 7 bytes", way, echo,
                               echo)
    finally:
        os.unlink(file)


def bomb():
    data = corpus.bomb(1024)
    agreed = "Sec-WebSocket-Extensions: permessage-deflate"

    def whole(peer):
        peer.handshake(fields=[agreed])
        peer.frame("text", data, rsv=4)
        peer.close(1000)
        peer.finish()

    def stopped(peer):
        peer.handshake(fields=[agreed])
        peer.frame("text", data, rsv=4)
        peer.expect_close(1009)
        peer.hangup()

    print(f"1 GiB of zeros in {len(data)} bytes")
    with Server(whole) as server:
        out = run('set -o pipefail; WSTAP "$URL" | '
                  'cmp - <(head -c 1073741824 /dev/zero; echo) && echo same',
                  "the bomb", URL=server.url)
    equal(out, "same\n", "comparison")
    with Server(stopped) as server:
        out = run('set -o pipefail; WSTAP --max-message 16M "$URL" | wc -c',
                  "the bomb with --max-message 16M", 110, URL=server.url)
    check(int(out) <= 16 << 20, f"{out} bytes came out")


PARTS = [messages, lines, compressed, short, bomb]


def main():
    names = [word for word in sys.argv[1:] if not word.isdigit()]
    for part in PARTS:
        if not names or part.__name__ in names:
            part()


main()
