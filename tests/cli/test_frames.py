"""--max-frame: the size of the fragments that are sent."""

import os

import corpus
from harness import TMP, Listening, Run, check, equal, test, wstap
from scripted import Conversation, Server, peer_to

AGREED = {"fields": ["Sec-WebSocket-Extensions: permessage-deflate"]}


def frames_of(data, *options, **agreed):
    """The frames that a server gets for the input: (name, fin, size) of each
    and the messages."""
    got, messages, parts = [], [], []

    def script(peer):
        peer.handshake(**agreed)
        while True:
            frame = peer.read_frame()
            if frame.name == "close":
                break
            got.append((frame.name, frame.fin, len(frame.payload)))
            parts.append(frame.payload)
            if frame.fin:
                messages.append(b"".join(parts))
                parts.clear()
        peer.close(1000)
        peer.finish()

    with Server(script) as server:
        status, out, err = wstap("-w", "0", *options, server.url, stdin=data)
    equal((status, out, err), (0, b"", ""), "the run")
    return got, messages


def fragments(name, size, length):
    """What a message of so many bytes is cut into."""
    sizes = [size] * ((length - 1) // size)
    sizes.append(length - size * len(sizes))
    return [(name if i == 0 else "continuation", int(i == len(sizes) - 1), n)
            for i, n in enumerate(sizes)]


@test
def lines_shorter_equal_and_longer():
    for length in (1, 9, 10, 11, 19, 20, 21, 25, 1000):
        line = b"x" * length
        equal(frames_of(line + b"\n", "--max-frame", "10"),
              (fragments("text", 10, length), [line]), f"{length} bytes")


@test
def an_empty_message_is_one_frame():
    equal(frames_of(b"\n\n", "--max-frame", "10"),
          ([("text", 1, 0)] * 2, [b"", b""]), "frames")


@test
def a_byte_a_frame():
    equal(frames_of("aé€\n".encode(), "--max-frame", "1"),
          (fragments("text", 1, 6), ["aé€".encode()]), "frames")


@test
def at_the_edges_of_the_length_s_forms():
    data = corpus.noise(200000)
    for size in (125, 126, 65535, 65536):
        got, messages = frames_of(data, "-b", "--max-frame", str(size))
        check(all(n <= size for _, _, n in got), "none is larger")
        equal(messages, [data], "the message")
        equal(got[0][:2], ("binary", 0), "the first")
        equal({g[:2] for g in got[1:-1]}, {("continuation", 0)}, "the middle")
        equal(got[-1][:2], ("continuation", 1), "the last")


@test
def units():
    data = b"x" * 5000
    for size, number in (("1k", 1024), ("2K", 2048)):
        equal(frames_of(data, "--max-frame", size),
              (fragments("text", number, 5000), [data]), size)


@test
def without_it_a_message_that_fits_is_one_frame():
    equal(frames_of(b"x" * 60000), ([("text", 1, 60000)], [b"x" * 60000]),
          "frames")


@test
def a_limit_of_0_is_none():
    equal(frames_of(b"x" * 60000, "--max-frame", "0"),
          ([("text", 1, 60000)], [b"x" * 60000]), "frames")


@test
def larger_than_the_buffers():
    """Frames are still no larger than what fits, and the message whole."""
    data = corpus.noise(3 << 20)
    _, messages = frames_of(data, "-b", "--max-frame", "1G")
    equal(messages, [data], "the message")


@test
def files_and_arguments_too():
    path = os.path.join(TMP, f"frames-{os.getpid()}")
    with open(path, "wb") as file:
        file.write(b"y" * 25)
    equal(frames_of(b"", "-x", "x" * 21, "-f", path, "--max-frame", "10"),
          (fragments("text", 10, 21) + fragments("text", 10, 25),
           [b"x" * 21, b"y" * 25]), "frames")


def wire_sizes(data, *options):
    """Payload bytes of each frame as they are on the wire, compressed, and
    the message."""
    sizes, inflated = [], []

    def script(peer):
        peer.handshake(**AGREED)
        inflate = peer.inflate

        def seen(frame):
            if frame.opcode < 8:
                sizes.append((len(frame.payload), frame.rsv, frame.fin))
            inflate(frame)
            if frame.opcode < 8:
                inflated.append(frame.payload)

        peer.inflate = seen
        while peer.read_frame().name != "close":
            pass
        peer.close(1000)
        peer.finish()

    with Server(script) as server:
        status, _, err = wstap("-w", "0", *options, server.url, stdin=data)
    equal((status, err), (0, ""), "the run")
    return sizes, b"".join(inflated)


@test
def compressed_fragments_are_of_that_size_on_the_wire():
    data = corpus.noise(100000)
    for size in (512, 4096):
        sizes, message = wire_sizes(data, "-b", "--max-frame", str(size))
        equal(message, data, "the message")
        check(len(sizes) > 10, f"{len(sizes)} frames")
        check(all(n <= size for n, _, _ in sizes), "none is larger")
        equal({rsv for _, rsv, _ in sizes[1:]}, {0}, "RSV1 behind the first")
        equal(sizes[0][1], 4, "RSV1 of the first")
        equal([fin for _, _, fin in sizes], [0] * (len(sizes) - 1) + [1],
              "FIN in the last alone")


@test
def what_compresses_well_is_still_one_message():
    data = b"x" * 500000
    sizes, message = wire_sizes(data, "--max-frame", "512")
    equal(message, data, "the message")
    check(all(n <= 512 for n, _, _ in sizes), "none is larger")
    check(sum(n for n, _, _ in sizes) < 5000, "it was compressed")


@test
def fragments_too_small_to_compress():
    data = b"x" * 5000
    sizes, message = wire_sizes(data, "--max-frame", "100")
    equal(message, data, "the message")
    equal(sizes, [(100, 0, 0)] * 49 + [(100, 0, 1)], "frames")


@test
def a_pong_goes_between_the_fragments():
    """A control frame doesn't wait for a message without an end."""
    with Conversation() as server, Run(
            f"exec wstap -b -I whole --max-frame 1k {server.url} </dev/zero"):
        peer = server.connected()
        equal(peer.read_frame().name, "binary", "the first")
        peer.frame("ping", "are you there")
        seen = set()
        while True:
            frame = peer.read_frame()
            seen.add(frame.name)
            if frame.name == "pong":
                break
            check(len(frame.payload) <= 1024 and not frame.fin, str(frame))
        equal(frame.payload, b"are you there", "the pong's payload")
        equal(seen, {"continuation", "pong"}, "what came")
        equal(peer.read_frame().name, "continuation", "the message goes on")


@test
def a_close_goes_between_the_fragments():
    with Conversation() as server, Run(
            f"exec wstap -b -I whole --max-frame 1k {server.url} </dev/zero"
            ) as run:
        peer = server.connected()
        peer.read_frame()
        peer.close(1000)
        while peer.read_frame().name != "close":
            pass
        peer.eof()
        equal(run.wait(), 55, "status")


@test
def an_echo_is_cut_too():
    with Listening("-e", "--max-frame", "10") as run:
        peer = peer_to(run.port)
        peer.frame("text", "x" * 35)
        got = [peer.read_frame() for _ in range(4)]
        equal([(f.name, f.fin, len(f.payload)) for f in got],
              fragments("text", 10, 35), "frames")
        peer.close(1000)
        peer.expect_close(1000)
        peer.expect_eof()
        peer.sock.close()


@test
def bad_sizes():
    for size in ("-1", "big", "", "1X"):
        status, _, err = wstap("--max-frame", size, "ws://127.0.0.1:1/")
        equal(status, 2, repr(size))
        check("--max-frame" in err, err)
