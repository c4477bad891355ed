"""Messages that are small only on the wire."""

import corpus
from harness import Listening, Run, check, equal, test, wstap
from memory import little, measured, peak_in, peak_of
from scripted import Server, peer_to

MIBS = 40
BOMB = corpus.bomb(MIBS)
AGREED = "Sec-WebSocket-Extensions: permessage-deflate"


def bombed(*options, code):
    """wstap's end of it, and how many bytes it printed."""
    def script(peer):
        peer.handshake(fields=[AGREED])
        peer.frame("binary", BOMB, rsv=4)
        if code == 1000:
            peer.close(1000)
            peer.finish()
        else:
            peer.expect_close(code)
            peer.hangup()

    words, file = measured("bomb")
    with Server(script) as server, Run([*words, *options, server.url]) as run:
        status = run.wait()
        little(peak_in(file))
        return status, len(run.out), run.text()


@test
def a_bomb_takes_no_memory():
    equal(bombed(code=1000), (0, MIBS * corpus.MIB + 1, ""), "the end")


@test
def a_bomb_is_stopped_at_the_limit():
    status, size, err = bombed("--max-message", "3M", code=1009)
    equal(status, 110, "status")
    check(size <= 3 * corpus.MIB, f"{size} bytes were printed")
    check(err.startswith("wstap: ") and "max-message" in err, err)


@test
def a_bomb_to_the_listening_end():
    """It goes back as it came: compressed, and in little memory."""
    with Listening("-e") as end:
        peer = peer_to(end.port, fields=[AGREED])
        peer.frame("binary", BOMB, rsv=4)
        kind, data = peer.read_message(compressed=True)
        equal((kind, len(data)), ("binary", MIBS * corpus.MIB), "the echo")
        little(peak_of(end.pid))
        peer.hangup()


@test
def a_bomb_to_the_listening_end_with_a_limit():
    """1009, and the next client is served."""
    with Listening("-e", "--max-message", "3M") as end:
        peer = peer_to(end.port, fields=[AGREED])
        peer.frame("binary", BOMB, rsv=4)
        frame = peer.read_frame()
        while frame.name != "close":  # what has gone back by then
            frame = peer.read_frame()
        equal(frame.code, 1009, "close code")
        peer.hangup()
        equal(wstap(end.url, stdin=b"hi\n"), (0, b"hi\n", ""), "the next one")
        little(peak_of(end.pid))
