"""docs/recipes.md is true: each recipe is run with the programs it names, and
gives what it shows."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import tempfile

import browser
from harness import ENV, ROOT, TMP, WSTAP, Run, check, equal, test, wait_until
from readme import plain, renamed, rows, section, session
from real import HERE as SERVERS
from real import Echo
from scripted import Server, free_port
from terminal import Terminal

with open(os.path.join(ROOT, "docs", "recipes.md"), encoding="utf-8") as page:
    RECIPES = dict(re.findall(r"^## ([^\n]*)\n(.*?)(?=^## |\Z)", page.read(),
                              re.M | re.S))


def blocks(title, kind):
    """What a recipe has in its ```kind blocks."""
    found = re.findall(rf"^```{kind}\n(.*?)^```$", RECIPES[title],
                       re.M | re.S)
    check(found, f"{title} has a block of {kind}")
    return found


@contextlib.contextmanager
def kitchen():
    """A folder, with a bin that comes before everything else on PATH."""
    with tempfile.TemporaryDirectory(dir=TMP) as folder:
        os.mkdir(os.path.join(folder, "bin"))
        yield folder


def put(folder, name, content, mode=0o644):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(content)
    os.chmod(path, mode)
    return path


def environment(folder):
    return {"PATH": os.path.join(folder, "bin") + os.pathsep + ENV["PATH"]}


def as_shown(block, folder, names):
    """A console block, typed at a terminal in the folder, shows itself."""
    commands = re.findall(r"^\$ (.*)$", block, re.M)
    script = f"cd {folder}\n" + renamed(session(commands), names)
    with Terminal(command=["/bin/bash", "-c", script], columns=250, rows=40,
                  env=environment(folder)) as terminal:
        terminal.wait(50)
        back = {other: name for name, other in names.items()}
        equal(plain(renamed(terminal.text(), back)), plain(block),
              "what is seen")


# Chromium


@test(timeout=90)
def a_browser_is_driven():
    if browser.missing():
        print("skipped: no Chromium is here")
        return
    block, = blocks("Drive a browser", "console")
    with kitchen() as folder:
        flags = " ".join(f"'{flag}'" for flag in browser.FLAGS)
        # It leaves its lock's socket where temporary files are.
        put(folder, "bin/chromium",
            f"#!/bin/sh\nHOME='{folder}' TMPDIR='{folder}'\n"
            "export HOME TMPDIR\n"
            f"echo $$ >'{folder}/pid'\n"
            f"exec '{browser.program()}' {flags} "
            f"--user-data-dir='{folder}/profile' \"$@\"\n", 0o755)
        try:
            as_shown(block, folder, {"9222": str(free_port())})
            with open(os.path.join(folder, "page.png"), "rb") as file:
                equal(file.read(8), b"\x89PNG\r\n\x1a\n", "the picture")
        finally:
            end_browser(folder)


def end_browser(folder):
    """It was told to close: until it has, it writes into its folder."""
    with open(os.path.join(folder, "pid"), encoding="ascii") as file:
        pid = int(file.read())

    def ended():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, 0)
            return False
        return True
    try:
        wait_until(ended, "Chromium ends")
    except AssertionError:
        os.kill(pid, 9)
        raise


# jq


def feed():
    """Loses its first connection, and goes on with the next."""
    prices = [[("12:00:00", 101), ("12:00:01", 102), ("12:00:03", 99)],
              [("12:00:04", 103)]]

    def script(peer):
        peer.handshake()
        peer.expect("text", '{"subscribe":"prices"}')
        for at, price in prices.pop(0):
            peer.frame("text", f'{{"at":"{at}","price":{price}}}')
        if prices:
            peer.eof()
            peer.drain()
            return
        peer.close(1000, "that is all")
        peer.finish()
    return Server(script)


@test
def a_subscription_goes_on():
    block, = blocks("Follow a subscription", "console")
    with kitchen() as folder, feed() as server:
        as_shown(block, folder, {"8085": str(server.port)})
        equal(server.connections, 2, "connections")


# cron


def cron_runs(folder, crontab, names):
    """As cron runs its lines: with /bin/sh, and with no more environment than
    the table's own. Gives back what is mailed, for each job."""
    environ = {"HOME": folder, "LOGNAME": "me", "SHELL": "/bin/sh",
               "PATH": "/usr/bin:/bin"}
    mail = []
    for line in crontab.splitlines():
        setting = re.fullmatch(r"(\w+)=(.*)", line)
        if setting:
            # Where the recipe says that they are.
            environ[setting[1]] = setting[2].replace(
                "/usr/local/bin", os.path.join(folder, "bin"))
            continue
        job = renamed(re.fullmatch(r"(?:\S+ ){5}(.*)", line)[1], names)
        check("%" not in job, "cron makes a line end of a %")
        done = subprocess.run(
            ["/bin/sh", "-c", job], env=environ, cwd=folder, check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=30)
        mail.append((done.returncode, done.stdout.decode()))
    return mail


def health(answer):
    def script(peer):
        equal(peer.read_head().start, "GET /health HTTP/1.1", "the request")
        if answer == "refusal":
            peer.send(b"HTTP/1.1 503 Service Unavailable\r\n"
                      b"Content-Length: 0\r\n\r\n")
            peer.eof()
            peer.drain()
            return
        peer.answer()
        peer.expect("text", "ping")
        if answer == "close":
            peer.close(1011, "out of memory")
        else:
            peer.frame("text", answer)
        peer.finish()
    return Server(script)


@test
def a_health_check_in_cron():
    title = "A health check in cron"
    script, = blocks(title, "sh")
    crontab, = blocks(title, "crontab")
    told, = blocks(title, "text")
    with kitchen() as folder:
        put(folder, "bin/check-websocket", script, 0o755)
        os.symlink(WSTAP, os.path.join(folder, "bin", "wstap"))
        with health("pong") as server:
            equal(cron_runs(folder, crontab, {"8080": str(server.port)}),
                  [(0, "")], "all is well")
        lines = told.splitlines()
        equal(len(lines), 3, "faults that are shown")
        for answer, line in zip(("close", "refusal", "not yet"), lines):
            with health(answer) as server:
                names = {"8080": str(server.port)}
                equal(cron_runs(folder, crontab, names),
                      [(1, renamed(line, names) + "\n")], answer)
        (status, said), = cron_runs(folder, crontab,
                                    {"8080": str(free_port())})
        equal(status, 1, "the status where nobody listens")
        check("refused" in said, said)


# GraphQL


@test
def a_subscription_of_graphql():
    title = "GraphQL over WebSocket"
    lines, = blocks(title, "json")
    block, = blocks(title, "console")
    with kitchen() as folder, Echo("graphql") as server:
        put(folder, "countdown.jsonl", lines)
        as_shown(block, folder, {"4000": str(server.port)})
        put(folder, "countdown.jsonl", lines.replace(
            "subscription { countdown(from: 3) }", "query { hello }"))
        block = re.sub(r"(?<=\n)\{.*", '{"hello":"world"}\n', block,
                       flags=re.S)
        as_shown(block, folder, {"4000": str(server.port)})


# ssh


def is_up(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def sshd(folder):
    """An ssh server for a key of this folder, on a free port."""
    for name in ("host", "key"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f",
                        os.path.join(folder, name)], check=True)
    port = free_port()
    config = put(folder, "sshd_config", f"""
ListenAddress 127.0.0.1:{port}
HostKey {folder}/host
AuthorizedKeysFile {folder}/key.pub
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
""")
    # Where root's sshd goes to have no privileges; its package makes it when
    # it starts the service.
    empty = "/run/sshd"
    made = os.geteuid() == 0 and not os.path.exists(empty)
    if made:
        os.mkdir(empty, 0o755)
    try:
        with Run([program("sshd"), "-D", "-e", "-f", config]) as server:
            wait_until(lambda: server.process.poll() is not None or
                       is_up(port), "sshd listens")
            check(server.process.poll() is None, server.text())
            yield port
    finally:
        if made:
            os.rmdir(empty)


def program(name):
    """Also where a user's PATH does not lead."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")


def ssh_goes(folder, config, block, port):
    names = {"gateway.example:6080": f"127.0.0.1:{port}"}
    config = put(folder, "ssh_config", renamed(config, names) + f"""
	IdentityFile {folder}/key
	IdentitiesOnly yes
	UserKnownHostsFile {folder}/known
	StrictHostKeyChecking accept-new
	LogLevel ERROR
""")
    put(folder, "bin/ssh",
        f"#!/bin/sh\nexec '{shutil.which('ssh')}' -F '{config}' \"$@\"\n",
        0o755)
    as_shown(block, folder, names)


@test
def ssh_through_a_tunnel():
    title = "Tunnel TCP"
    config, = blocks(title, "ssh-config")
    block, = blocks(title, "console")
    gateway, = blocks(title, "sh")
    if not program("sshd") or not shutil.which("websockify"):
        print("skipped: no sshd, or no websockify, is here")
        return
    with kitchen() as folder, sshd(folder) as port:
        # The recipe's own words.
        command = re.search(r"`(websockify [^`]*)`", RECIPES[title])[1]
        names = {"6080": str(free_port()), "22": str(port)}
        with Run("exec " + renamed(command, names)):
            wait_until(lambda: is_up(int(names["6080"])), "websockify")
            ssh_goes(folder, config, block, names["6080"])
        names["6080"] = str(free_port())
        with Run(renamed(gateway, names), cwd=folder,
                 close_stdin=False) as end:
            wait_until(lambda: b"listening" in end.err or
                       end.process.poll() is not None or
                       listens(names["6080"]), "wstap listens")
            ssh_goes(folder, config, block, names["6080"])
            end.wait(15)


def listens(port):
    """Whether somebody does, without a connection, which may be the one."""
    with open("/proc/net/tcp", encoding="ascii") as file:
        return any(line.split()[1].endswith(f":{int(port):04X}") and
                   line.split()[3] == "0A" for line in list(file)[1:])


# CI


@test
def a_server_is_tested():
    title = "Test a server in CI"
    script, = blocks(title, "sh")
    with kitchen() as folder:
        for fault, status, last in (
                ("", 0, "the server is well\n"),
                ("sum", 1, 'to {"add":[1,2]} it says {"sum":4}, not '
                 '{"sum":3}\n'),
                ("path", 1, "wstap URL/nothing-there: status 0, not 22\n")):
            names = {"8080": str(free_port())}
            put(folder, "server", "#!/bin/sh\nexec node "
                f"'{SERVERS}/sums.mjs' {names['8080']} {fault}\n", 0o755)
            put(folder, "check-server", renamed(script, names), 0o755)
            with Run(["./check-server"], cwd=folder) as run:
                equal(run.wait(), status, f"{fault}: status {run.text()}")
                url = f"ws://localhost:{names['8080']}"
                equal(run.out.decode().replace(url, "URL"), last, fault)
            check(not is_up(int(names["8080"])), "the server has ended")


# README.md


@test
def the_table_of_them():
    table = rows(section("Recipes"))
    titles = []
    for row in table:
        title, anchor = re.fullmatch(
            r"\[(.*)\]\(docs/recipes\.md#(.*)\)", row[0]).groups()
        equal(anchor, title.lower().replace(" ", "-"), "the link")
        titles.append(title)
    equal(titles, list(RECIPES), "the recipes")


@test
def each_is_run():
    """By a test of this file that asks for its blocks."""
    with open(os.path.abspath(__file__), encoding="utf-8") as file:
        here = file.read()
    for title in RECIPES:
        check(here.count(f'"{title}"') > 0, f"{title} has no test")
