"""README.md is true: its commands are run, and give the output it shows."""

import contextlib
import glob
import os
import re
import shlex
import shutil
import tempfile

from harness import (CA, CERTS, ROOT, TMP, Listening, check, equal,
                     test, wstap)
from readme import README, code, plain, renamed, rows, section, session
from real import Echo, Nginx
from scripted import Conversation, Server, free_port
from terminal import Terminal

SOCKET = "/run/app.sock"


# The servers that the examples name, by the port they name


def prices(peer):
    peer.handshake()
    for price in (101, 102, 103):
        peer.frame("text", f'{{"price":{price}}}')
    peer.finish()


def chat(peer):
    head = peer.read_head()
    equal(head.get("Authorization"), "Bearer abc", "what token.txt has")
    equal(head.get("Sec-WebSocket-Protocol"), "chat", "the subprotocol")
    peer.answer(fields=["Sec-WebSocket-Protocol: chat"])
    peer.expect("text", "hi")
    peer.frame("text", "welcome, alice")
    peer.finish()


def refusal(peer):
    peer.read_head()
    text = "log in first, please\n"
    peer.send(f"HTTP/1.1 401 Unauthorized\r\nContent-Length: {len(text)}\r\n"
              f"\r\n{text}".encode())
    peer.eof()
    peer.drain()


def trouble(peer):
    peer.handshake()
    peer.expect("text", "hi")
    peer.close(1011, "out of order")
    peer.finish()


def feed(peer):
    peer.handshake()
    peer.expect("text", '{"subscribe":"prices"}')
    peer.frame("ping", "beat")
    peer.expect("pong", "beat")
    for price in (101, 102, 103):
        peer.frame("text", f'{{"price":{price}}}')
    peer.close(1000, "that is all")
    peer.finish()


def compressing(peer):
    """The example of RFC 7692 7.2.3.1, fragmented, with a ping inside."""
    peer.handshake(
        fields=["Sec-WebSocket-Extensions: permessage-deflate"])
    peer.expect("text", "Hello")
    peer.frame("text", b"\xf2\x48\xcd", fin=0, rsv=4)
    peer.frame("ping")
    peer.expect("pong", "")
    peer.frame("continuation", b"\xc9\xc9\x07\x00")
    peer.expect_close(1000)
    peer.close(1000)
    peer.finish()


def pinging(peer):
    peer.handshake()
    peer.frame("text", "welcome")
    peer.frame("text", "ping")
    peer.expect("text", "pong")
    peer.frame("text", "you are alive")
    peer.close(1000)
    peer.finish()


def echo_one(peer):
    equal(peer.read_head().start, "GET /chat HTTP/1.1", "the request")
    peer.answer()
    peer.frame(*peer.read_message())
    peer.finish()


SERVERS = {
    "8080": lambda: Listening("-e"),
    "8081": lambda: Server(prices),
    "8082": lambda: Server(chat),
    "8083": lambda: Server(refusal),
    "8084": lambda: Server(trouble),
    "8085": lambda: Server(feed),
    "8086": lambda: Server(pinging),
    "8087": lambda: Server(compressing),
}


@contextlib.contextmanager
def world(text, listens=False):
    """The servers that the text names, and the files: gives back what stands
    for what, and a folder."""
    names = {}
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(dir=TMP))
        shutil.copy(CA, os.path.join(folder, "ca.pem"))
        with open(os.path.join(folder, "token.txt"), "w") as file:
            file.write("Authorization: Bearer abc\n")
        with open(os.path.join(folder, "photo.jpg"), "wb") as file:
            file.write(bytes(range(256)) * 1000)
        for port, make in SERVERS.items():
            if port in text:
                names[port] = str(free_port() if listens else
                                  stack.enter_context(make()).port)
        if "8443" in text:
            echo = stack.enter_context(Echo("ws"))
            names["8443"] = str(stack.enter_context(Nginx(echo, CERTS)).port)
        if SOCKET in text:
            names[SOCKET] = stack.enter_context(
                Server(echo_one, kind="unix", folder=folder)).path
        yield names, folder


def see(commands, listens=False):
    """What a terminal shows of the commands, with what is typed."""
    text = "\n".join(commands)
    with world(text, listens) as (names, folder):
        back = {other: name for name, other in names.items()}
        script = f"cd {folder}\n" + renamed(session(commands), names)
        with Terminal(command=["/bin/bash", "-c", script], columns=200,
                      rows=60) as terminal:
            if listens:
                terminal.wait_for("listening on")
                terminal.pump(0.2)
            else:
                terminal.wait(30)
            return plain(renamed(terminal.text(), back))


@test(timeout=120)
def the_tables_of_everyday_uses():
    uses = rows(section("Everyday uses"))
    check(len(uses) > 7, "the table's rows")
    for _, command, output in uses:
        command, = code(command)
        equal(see([command], command.startswith("wstap -l")),
              "\n".join([f"$ {command}"] + code(output)), command)


@test(timeout=120)
def the_console_examples():
    blocks = re.findall(r"^```console\n(.*?)^```$", README, re.M | re.S)
    check(len(blocks) > 2, "the examples")
    for block in blocks:
        commands = re.findall(r"^\$ (.*)$", block, re.M)
        equal(see(commands), plain(block), "what is seen")


@test
def the_screen():
    """What the block shows is typed, answered, and seen."""
    block, = re.findall(r"^```text\n(.*?)^```$", section("At the terminal"),
                        re.M | re.S)
    lines = block.splitlines()
    typed = [line[2:] for line in lines if line.startswith("> ")]
    command = lines[0][2:]
    with Conversation() as server:
        names = {"8080": str(server.port)}
        with Terminal(command=["/bin/bash", "-c", renamed(
                session([command]), names)], columns=72) as terminal:
            peer = server.connected()
            terminal.wait_cursor(">", 2)
            for text in typed[:-1]:
                terminal.type(text + "\r")
                if text == "/ping":
                    peer.frame("pong", peer.expect("ping", "").payload)
                    terminal.wait_for("Pong after")
                else:
                    peer.expect("text", text)
                    peer.frame("text", text)
                    terminal.wait_line("< " + text)
                terminal.wait_cursor(">", 2)
            terminal.type(typed[-1])
            terminal.wait_cursor("> " + typed[-1], 2 + len(typed[-1]))
            peer.frame("text", lines[-2][2:])
            terminal.wait_line(lines[-2])
            terminal.wait_cursor("> " + typed[-1], 2 + len(typed[-1]))
            equal(plain(renamed(terminal.text(),
                                {str(server.port): "8080"})),
                  plain(block), "the screen")
            terminal.type("\x15\x04")
            peer.expect_close(1000)
            peer.close(1000)
            peer.eof()
            equal(terminal.wait(), 0, "status")


@test
def the_exit_statuses():
    status, out, _ = wstap("--help", "exit")
    equal(status, 0, "status")
    told = [line.split(None, 1) for line in out.decode().splitlines()[1:]]
    equal(rows(section("Exit status")), told, "the table")


@test
def what_is_not_there_is_not_there():
    options = [word for word in code(section("Not in this version"))
               if word.startswith("-")]
    check(options, "the options")
    for option in options:
        status, _, err = wstap(option, "x", "ws://127.0.0.1:1/")
        equal(status, 2, f"{option}: status")
        check("no such option" in err, f"{option}: {err}")


@test
def what_is_told_of_is_there():
    """The options in the text, outside of what tells of others."""
    text = re.sub(r"^## (Compared with others|Not in this version)\n"
                  r".*?(?=^## )", "", README, flags=re.M | re.S)
    _, out, _ = wstap("--help", "all")
    for option in set(re.findall(r"(?<=[ `])--[a-z][a-z-]+", text)):
        check(re.search(rf"{option}\b", out.decode()), f"{option}")


def packages():
    """What scripts/deps installs to build, a list for each manager."""
    with open(os.path.join(ROOT, "scripts", "deps"), encoding="utf-8") as file:
        build = re.search(r"\tbuild\)\n(.*?);;", file.read(), re.S)[1]
    columns = zip(*(shlex.split(line)[3:] for line in
                    build.replace("\\\n", " ").strip().splitlines()))
    managers = ("apt-get", "dnf", "pacman", "apk", "zypper", "brew")
    return {manager: {name for cell in column for name in cell.split(",")}
            for manager, column in zip(managers, columns)}


@test
def the_packages_are_those_of_scripts_deps():
    table = {}
    for row in rows(section("Building and installing")):
        manager, _, *names = shlex.split(code(row[1])[0])
        table[manager] = set(names)
    equal(table, packages(), "the packages")


@test
def the_paths_that_are_named():
    """In links and as `path`, in every page that people read first."""
    for page in ("README.md", "CONTRIBUTING.md", "SECURITY.md",
                 "docs/recipes.md"):
        with open(os.path.join(ROOT, page), encoding="utf-8") as file:
            text = re.sub(r"^```.*?^```$", "", file.read(),
                          flags=re.M | re.S)
        links = re.findall(r"\]\(([A-Za-z./]+)(?:#[a-z-]*)?\)", text)
        paths = re.findall(
            r"`((?:src|tests|scripts|docs)/[a-z_A-Z0-9./*-]*)[ `]", text)
        check(links + paths or page.startswith("docs/"), f"{page} names some")
        for path in links:
            check(os.path.exists(os.path.join(ROOT, os.path.dirname(page),
                                              path)), f"{page}: {path}")
        for path in paths:
            path = re.sub(r"[A-Z]{5,}", "*", path)  # tests/unit/test_MODULE.c
            check(glob.glob(os.path.join(ROOT, path)), f"{page}: {path}")
