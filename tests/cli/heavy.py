"""What takes too long for every day: a message of 1 GiB in, one of 1 GiB out,
and 1 000 000 lines there and back. Prints times and peak memory.

    scripts/python tests/cli/heavy.py [MIB]
"""

import hashlib
import os
import struct
import sys
import time

from harness import (HERE, TMP, WSTAP, Listening, Run, check, equal, sanitized)
from real import Echo
from scripted import Server

SIZE = int(sys.argv[1] if len(sys.argv) > 1 else 1024) << 20
PIECE = bytes(range(32, 127)) * 11036  # 1 MiB and a little
PEAK = os.path.join(HERE, "peak.py")
MOST = 16 * 1024


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


def run(line, what, **env):
    """A line for bash where $WSTAP is wstap, measured; its output."""
    file = os.path.join(TMP, "heavy-peak")
    wstap = f"'{sys.executable}' -I -S '{PEAK}' '{file}' '{WSTAP}'"
    began = time.monotonic()
    with Run(line.replace("WSTAP", wstap), env=env) as process:
        status = process.wait(600)
        equal(process.text(), "", "stderr")
        equal(status, 0, "status")
        out = process.out.decode()
    with open(file) as f:
        peak = int(f.read())
    print(f"{what}: {time.monotonic() - began:.2f} s, peak {peak} KiB",
          flush=True)
    check(sanitized() or peak < MOST, "too much memory")
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


def lines(name, echo):
    out = run("set -o pipefail; seq 1 1000000 | WSTAP -w 0 \"$URL\" | "
              "cmp - <(seq 1 1000000) && echo same",
              f"1 000 000 lines through {name}", URL=echo.url)
    equal(out, "same\n", "comparison")


def main():
    message_in(1)
    message_in(2)
    message_out("-t")
    message_out("-b")
    with Echo("ws") as echo:
        lines("node ws", echo)
    with Listening("-e") as echo:
        lines("wstap -l -e", echo)


main()
