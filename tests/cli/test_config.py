"""The configuration file: what it says, and what goes before it."""

import os
import tempfile

from harness import TMP, Listening, check, equal, test, wstap
from scripted import Server, free_port

SECRET = "holds a secret and can be read by others (chmod 600 "


class Place:
    """A folder that XDG_CONFIG_HOME can be."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="config-", dir=TMP)
        self.path = os.path.join(self.folder, "wstap", "config")
        self.env = {"XDG_CONFIG_HOME": self.folder}

    def write(self, text, mode=0o600, path=None):
        path = path or self.path
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def write_url(self, url):
        """Where the file has it as URL."""
        if os.path.exists(self.path):
            with open(self.path, encoding="utf-8") as file:
                text = file.read()
            if "URL" in text:
                self.write(text.replace("URL", url))

    def fails(self, *args, env=None):
        """The one line that it ends with, exit 2, and no connection."""
        status, out, err = wstap(*args, env={**self.env, **(env or {})})
        equal((status, out), (2, b""), err)
        equal(err.count("\n"), 1, err)
        check(err.startswith("wstap: "), err)
        return err[len("wstap: "):-1]


def answered(heads):
    """A server that hears all until the end."""
    def script(peer):
        heads.append(peer.handshake())
        while not peer.close_received:
            if peer.read_frame() is None:
                break
    return script


def head_of(place, *args, env=(), stderr="", stdin=b"", url=True):
    """The request that comes, with the server's URL behind the arguments, or
    url=False: where the file has it."""
    heads = []
    with Server(answered(heads)) as server:
        place.write_url(server.url)
        status, out, err = wstap("-w", "0", *args, *[server.url] * url,
                                 env={**place.env, **dict(env)}, stdin=stdin)
        equal((status, out, err), (0, b"", stderr), args)
    return heads[0]


def agent_of(place, *args, **how):
    return head_of(place, *args, **how).get("User-Agent")


PROFILES = """\
# For all.
-A 'of the file'
-H 'X-File: 1'

[one]
-A one      # the first
-H "X-One: 1"

[two]
-A two
"""


@test
def the_last_word_is_the_command_line_s():
    place = Place()
    place.write(PROFILES)
    for args, agent in (((), "of the file"),
                        (("@one",), "one"),
                        (("@one", "@two"), "two"),
                        (("@two", "@one"), "one"),
                        (("-A", "typed", "@one"), "typed"),
                        (("-A", "typed"), "typed")):
        equal(agent_of(place, *args), agent, args)
    head = head_of(place, "@one", "-H", "X-Typed: 1")
    equal([head.get(name) for name in ("X-File", "X-One", "X-Typed")],
          ["1", "1", "1"], "lists add up")
    head = head_of(place, "--no-config")
    check(head.get("User-Agent").startswith("wstap/"), head.raw)
    equal(head.get("X-File"), None, "--no-config")


@test
def a_profile_has_the_URL():
    place = Place()
    place.write("ws://127.0.0.1:1/\n[here]\nURL\n-A here\n")
    equal(agent_of(place, "@here", url=False), "here", "the profile's")
    place.write("ws://127.0.0.1:1/\n[here]\nws://127.0.0.1:1/\n-A here\n")
    equal(agent_of(place, "@here"), "here", "the command line's")


@test
def where_it_is_looked_for():
    place, home = Place(), Place()
    home.write("-A home\n",
               path=os.path.join(home.folder, ".config", "wstap", "config"))
    env = {"HOME": home.folder, "XDG_CONFIG_HOME": ""}
    # What is not absolute does not count.
    for config in ("", "relative", "./x"):
        env["XDG_CONFIG_HOME"] = config
        equal(agent_of(place, env=env), "home", config)
    env["XDG_CONFIG_HOME"] = place.folder
    check(agent_of(place, env=env).startswith("wstap/"), "none is there")
    place.write("-A place\n")
    equal(agent_of(place, env=env), "place", "XDG_CONFIG_HOME")
    other = place.write("-A other\n", path=os.path.join(TMP, "other.conf"))
    equal(agent_of(place, "--config", other, env=env), "other", "--config")
    equal(agent_of(place, f"--config={other}", "--config", place.path),
          "place", "the last one")
    # Neither a value nor a message is one of them.
    equal(agent_of(place, "-H", "X: --no-config", "-x", "@one"), "place",
          "a value")


@test
def errors_name_the_file_and_the_line():
    place = Place()
    port = str(free_port())
    env = {"HOME": place.folder,
           "XDG_CONFIG_HOME": os.path.join(place.folder, ".config")}
    path = os.path.join(place.folder, ".config", "wstap", "config")
    place.write("\n\n-q\n#\n\n\n--wiat 3\n", path=path)
    equal(place.fails(port, env=env),
          "~/.config/wstap/config:7: --wiat: no such option; did you mean "
          "--wait? (wstap --help)", "an unknown one")
    place.write("-x 'a\n")
    equal(place.fails(port),
          f"{place.path}:1: a ' that is not closed on its line", "a quote")
    equal(place.fails(port, "--config", "/nowhere/at/all"),
          "--config /nowhere/at/all: cannot open the file: No such file or "
          "directory", "none there")
    place.write("[staging]\n[production]\n")
    equal(place.fails("@stagin"),
          f"@stagin: no profile in {place.path}; did you mean @staging?",
          "a profile")
    equal(place.fails("@staging", "--no-config"),
          "@staging: with --no-config there are no profiles", "--no-config")
    equal(place.fails("@staging"),
          "no URL to connect to, and no -l to listen (wstap --help)",
          "no URL anywhere")


@test
def what_is_for_the_other_end_means_nothing_in_it():
    place = Place()
    place.write("--once\n--max-clients 3\n--misbehave no-pong\n")
    head_of(place)
    place.write("--proxy http://localhost:1\n--ca /nothing\n-L\n")
    with Listening("-e", "--once", env=place.env) as server:
        equal(wstap("-1", "-x", "hi", server.url), (0, b"hi\n", ""), "a visit")
        equal(server.wait(), 0, "status")
    equal(place.fails("-l", "0", "-L"),
          "-L and -l: only who connects has a use for it", "the line")


@test
def help_and_version_do_not_read_it():
    place = Place()
    place.write("--wiat 3\n")
    for args in (("--help",), ("-V",), ("--help", "tls"), ("@none", "-h")):
        status, out, err = wstap(*args, env=place.env)
        equal((status, err), (0, ""), args)
        check(out, args)


@test
def a_secret_that_others_can_read():
    place = Place()
    line = f"wstap: {place.path} {SECRET}{place.path})\n"
    for text in ("-u me:pass\n", "-ume:pass", "--auth=me:pass",
                 "-H 'Authorization: x'", "--header='cookie: a=b'",
                 "--bearer t", "--passphrase x", "--cookie a=b",
                 "--proxy http://me:x@127.0.0.1:1\n--noproxy '*'",
                 # In a profile that is not used, too, and only once.
                 "[a]\n--bearer t\n[b]\nws://me:x@host/\n"):
        for mode, wanted in ((0o600, ""), (0o640, line), (0o604, line)):
            place.write(text, mode)
            head_of(place, stderr=wanted)
            # An error goes on standard error with -q, and so does this.
            head_of(place, "-q", stderr=wanted)
    for text in ("-u me", "-H 'X: y'", "--cookie-jar /nowhere/jar",
                 "[a]\n--bearer @/nowhere", "--proxy ''", "-A me:pass",
                 "[a]\nws://me@host/"):
        place.write(text, 0o644)
        status, _, err = wstap("-V", env=place.env)
        equal((status, err), (0, ""), "-V")
        check(SECRET not in place.fails("--interface", "", "a"), text)
    place.write("--bearer t", 0o644)
    equal(head_of(place, "--no-config").get("Authorization"), None, "without")


@test
def secrets_come_from_files():
    place = Place()
    place.write("from-a-file\n", path=os.path.join(place.folder, "token"))
    place.write("--bearer @~/token\n", 0o644)
    head = head_of(place, env={"HOME": place.folder})
    equal(head.get("Authorization"), "Bearer from-a-file", "the file's")
    head = head_of(place, "--bearer", "@-", env={"HOME": place.folder},
                   stdin=b"from-stdin\n")
    equal(head.get("Authorization"), "Bearer from-stdin", "@-")
    head = head_of(place, "-u", "me:x", env={"HOME": place.folder})
    equal(head.get("Authorization"), "Basic bWU6eA==", "the last one")
