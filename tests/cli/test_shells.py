"""The completions, in bash, zsh and fish: what Tab makes of what is typed.

Each shell is started once, on a terminal of its own, and finds the files where
an installation has them.
"""

import atexit
import contextlib
import os
import re
import shutil
import tempfile

from harness import ROOT, TMP, Failure, check, test, wstap
from terminal import PATIENCE, Terminal

PROMPT = "$ "
CONFIG = """\
--wait 2
wss://example.com/

[staging]  # of the team
-u alice
  [stable]
[::1]:8080
#[old]
"""
OTHER = "[other]\nws://localhost\n"
HOSTS = "shelltest.example"
FILES = ("shapes.txt", "shadow/list.txt", "with blank.txt",
         "queue.txt")
BASH_COMPLETION = (
    "/usr/share/bash-completion/bash_completion",
    "/usr/local/share/bash-completion/bash_completion",
    "/opt/homebrew/share/bash-completion/bash_completion",
)


def put(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


class Shell:
    """A shell, and a folder where it is."""

    def __init__(self, name):
        self.name = name
        self.folder = tempfile.mkdtemp(prefix=f"{name}-", dir=TMP)
        self.here = self.at("here")
        for file in FILES:
            put(self.at("here", file), "")
        put(self.at("config/wstap/config"), CONFIG)
        put(self.at("here/other"), OTHER)
        put(self.at("hosts"), f"127.0.0.1 {HOSTS}\n")
        env = {"HOME": self.folder, "XDG_CONFIG_HOME": self.at("config"),
               "XDG_DATA_HOME": self.at("data"), "HOSTFILE": self.at("hosts"),
               # Without it fish leaves a folder where temporary files are.
               "XDG_RUNTIME_DIR": self.folder, "PS1": PROMPT}
        argv, more = getattr(self, name)()
        self.terminal = Terminal(command=[shutil.which(name), *argv],
                                 env={**env, **more}, rows=130, columns=120)
        self.wait_prompt()
        self.terminal.type(f"cd {self.here}\r")
        self.wait_prompt()

    def at(self, *parts):
        return os.path.join(self.folder, *parts)

    def install(self, file, *parts):
        put(self.at(*parts), open(os.path.join(ROOT, "completions", file),
                                  encoding="utf-8").read())

    def bash(self):
        self.install("wstap.bash", "completions", "wstap")
        put(self.at("inputrc"), "set show-all-if-ambiguous on\n"
            "set completion-query-items 0\nset page-completions off\n"
            "set enable-bracketed-paste off\nset bell-style none\n")
        library = next(filter(os.path.exists, BASH_COMPLETION))
        put(self.at("rc"), f". {library}\nPS1='{PROMPT}'\n")
        return (["--noprofile", "--rcfile", self.at("rc"), "-i"],
                {"INPUTRC": self.at("inputrc"),
                 "BASH_COMPLETION_USER_DIR": self.folder})

    def zsh(self):
        self.install("_wstap", "functions", "_wstap")
        put(self.at(".zshrc"), f"PS1='{PROMPT}' LISTMAX=0\n"
            "unsetopt beep prompt_sp list_ambiguous\n"
            f"fpath=({self.at('functions')} $fpath)\n"
            "autoload -Uz compinit; compinit -u -D\n"
            f"zstyle ':completion:*' hosts {HOSTS}\n"
            "zstyle ':completion:*' list-prompt ''\n")
        return ["-d", "-i"], {"ZDOTDIR": self.folder}

    def fish(self):
        self.install("wstap.fish", "config", "fish", "completions",
                     "wstap.fish")
        put(self.at(".ssh", "known_hosts"), f"{HOSTS} ssh-ed25519 AAAA\n")
        put(self.at("config", "fish", "config.fish"),
            f"function fish_prompt; echo -n '{PROMPT}'; end\n"
            "set -g fish_greeting\nset -g fish_autosuggestion_enabled 0\n")
        return ["-i"], {}

    def wait_prompt(self):
        self.terminal.wait_for(
            lambda: self.terminal.cursor() == (PROMPT.rstrip(), len(PROMPT)),
            "the prompt alone", PATIENCE)

    def tab(self, typed):
        """Types at an empty line of an empty screen, and Tab."""
        # fish leaves its list of words by Ctrl-C; it is a key there.
        self.terminal.type("\x03" if self.name == "fish" else "\x15")
        self.wait_prompt()
        self.terminal.type("\x0c")
        self.terminal.wait_for(
            lambda: self.terminal.text() == PROMPT.rstrip(), "the prompt")
        line = PROMPT + typed.rstrip("\t")
        self.terminal.type(line[len(PROMPT):])
        self.terminal.wait_cursor(line.rstrip(), len(line))
        self.terminal.type("\t" + typed[len(line) - len(PROMPT):])

    def becomes(self, typed, line):
        """What is typed becomes the line, blanks at its end included; what
        is typed next comes behind it."""
        self.tab(typed)
        line = PROMPT + line
        try:
            if line != PROMPT + typed:
                self.terminal.wait_cursor(line.rstrip(), len(line))
            self.terminal.type("~")
            self.terminal.wait_cursor(line + "~", len(line) + 1)
        except Failure as failure:
            raise Failure(f"{self.name}: {typed!r}: {failure}") from None

    def listed(self):
        """The words that the shell lists, without what they mean."""
        text = "\n".join(line for line in self.terminal.lines()
                         if not line.startswith(PROMPT))
        text = re.sub(r"--[a-z]+=", "", text)
        text = re.sub(r"\(.*?\)+(?= {2}|$)", "", text, flags=re.M)
        text = re.sub(r" -- .*", "", text)
        # In a list, bash and fish show what is before the word, too.
        return sorted(re.sub("^.*[,;\N{HORIZONTAL ELLIPSIS}]", "", word)
                      for word in text.split())

    def lists(self, typed, words):
        self.tab(typed)
        words = sorted(words)
        try:
            self.terminal.wait_for(lambda: self.listed() == words, words)
        except Failure as failure:
            raise Failure(f"{self.name}: {typed!r}: {self.listed()}: "
                          f"{failure}") from None


SHELLS = {}


def shell(name):
    if name not in SHELLS:
        SHELLS[name] = Shell(name)
    return SHELLS[name]


@atexit.register
def end():
    for one in SHELLS.values():
        with one.terminal:
            pass


def shells():
    for name in ("bash", "zsh", "fish"):
        yield shell(name)


@contextlib.contextmanager
def config(one, text):
    path = one.at("config/wstap/config")
    put(path, text)
    yield
    put(path, CONFIG)


@test
def a_name_of_an_option():
    for one in shells():
        for typed, line in (
                ("wstap --subp", "wstap --subprotocol "),
                ("wstap --showp", "wstap --showp"),
                ("wstap -v --no-pr", "wstap -v --no-progress "),
                ("wstap ws://a --ec", "wstap ws://a --echo ")):
            if one.name == "zsh" and line.endswith("subprotocol "):
                line = line[:-1] + "="
            one.becomes(typed, line)


def names():
    """Those of all options, from the left column of --help all."""
    _, out, _ = wstap("--help", "all")
    left = [line[:30] if line[28:30] == "  " else line
            for line in out.decode().splitlines()
            if re.match(" +-", line)]
    return re.findall(r"(?<= )--[a-z][a-z0-9-]+", "\n".join(left))


@test
def each_option_once():
    wanted = names()
    check(len(wanted) > 60, wanted)
    for one in shells():
        # fish shows all of a long list at the second Tab.
        one.lists("wstap --" + "\t" * (one.name == "fish"), wanted)


@test
def what_counts_once_is_offered_once():
    """fish offers it again."""
    for name in ("bash", "zsh"):
        one = shell(name)
        one.becomes("wstap --echo --ech", "wstap --echo --ech")
        one.becomes("wstap -e --ech", "wstap -e --ech")
        one.becomes("wstap --verbose --verb", "wstap --verbose --verbose ")


@test
def values_that_are_words():
    for one in shells():
        one.lists("wstap --color ", ["auto", "always", "never"])
        one.lists("wstap --format=",
                  ["lines", "nul", "raw", "length", "jsonl"])
        one.lists("wstap -I ",
                  ["lines", "nul", "raw", "length", "whole", "jsonl"])
        one.lists("wstap --tls-min ", ["1.0", "1.1", "1.2", "1.3"])
        one.lists("wstap -p ", ["8", "13"])
        one.becomes("wstap --color al", "wstap --color always ")
        one.becomes("wstap --color=ne", "wstap --color=never ")
        one.becomes("wstap --time=i", "wstap --time=iso ")
        one.becomes("wstap --help comm", "wstap --help commands ")
        one.becomes("wstap -x aut", "wstap -x aut")


@test
def values_that_go_on():
    for one in shells():
        one.becomes("wstap --proxy socks5h", "wstap --proxy socks5h://")
        one.becomes("wstap --proxy=socks4a", "wstap --proxy=socks4a://")
        one.becomes("wstap -H Auth", "wstap -H Authorization:")
        one.becomes("wstap --header=Orig", "wstap --header=Origin:")


def end_of_word(one):
    """What comes behind a word of a list. In zsh it makes place for a blank,
    and fish does not know that another word may come."""
    return {"bash": "", "zsh": ",", "fish": " "}[one.name]


def ways_to_misbehave():
    _, _, said = wstap("-l", "0", "--misbehave", "x")
    names = said.split("there are ")[1].strip().split(", ")
    check(len(names) > 20, names)
    return names


@test
def values_that_are_lists():
    ways = ways_to_misbehave()
    protocols = {"graphql-transport-ws", "graphql-ws", "mqtt", "ocpp1.6",
                 "ocpp2.0.1", "sip", "soap", "v12.stomp", "wamp.2.json",
                 "xmpp"}
    for one in shells():
        end = end_of_word(one)
        one.lists("wstap --misbehave ", ways)
        one.lists("wstap --misbehave cut,rsv,", set(ways) - {"cut", "rsv"})
        one.lists("wstap --misbehave=cut,re",
                  ["reserved-opcode", "reserved-control"])
        one.lists("wstap -s sip,", protocols - {"sip"})
        one.lists("wstap --subprotocol=mine,mqtt,",
                  protocols - {"mqtt"})
        for typed, line in (
                ("--misbehave mask", "--misbehave masked"),
                ("--misbehave cut,mask", "--misbehave cut,masked"),
                ("--misbehave=cut,rsv,mask", "--misbehave=cut,rsv,masked"),
                ("-s mq", "-s mqtt"),
                ("-s mqtt,ocpp1", "-s mqtt,ocpp1.6"),
                ("--subprotocol=mine,so", "--subprotocol=mine,soap"),
                ("--noproxy localhos,shellt", f"--noproxy localhos,{HOSTS}"),
                ("--noproxy=shellt", f"--noproxy={HOSTS}")):
            one.becomes("wstap " + typed, "wstap " + line + end)
        for typed in ("-s mqtt,mq", "--misbehave masked,cut,mask",
                      "--misbehave=masked,mask",
                      f"--noproxy {HOSTS},shellt"):
            one.becomes("wstap " + typed, "wstap " + typed)


@test
def parameters_of_compression():
    one_side = "client_no_context_takeover"
    other_side = "server_no_context_takeover"
    bits = "server_max_window_bits="
    for one in shells():
        # bash closes what is quoted in any case, fish where a word is whole.
        end = {"bash": "'", "zsh": "", "fish": "' "}[one.name]
        goes_on = '"' if one.name == "bash" else ""
        # zsh takes a quotation mark within a word for backslashes.
        attached = (f"{one_side}\\;\\ " if one.name == "zsh" else
                    f"'{one_side}; ") + other_side + end
        one.becomes("wstap --deflate cl", "wstap --deflate client_")
        for typed, line in (
                (f"--deflate '{one_side};server_n",
                 f"--deflate '{one_side};{other_side}{end}"),
                (f"--deflate='{one_side}; server_n",
                 f"--deflate={attached}"),
                (f"--deflate \"{one_side};server_m",
                 f"--deflate \"{one_side};{bits}{goes_on}"),
                (f"--deflate '{bits}9;server_",
                 f"--deflate '{bits}9;{other_side}{end}"),
                (f"--deflate '{one_side}, client_n",
                 f"--deflate '{one_side}, {one_side}{end}"),
                (f"--deflate {one_side}\\;server_m",
                 f"--deflate {one_side}\\;{bits}"),
                (f"--deflate {one_side},server_m",
                 f"--deflate {one_side},{bits}")):
            one.becomes("wstap " + typed, "wstap " + line)
        for typed in (f"'{one_side};client_n", f"'{bits}9;server_m",
                      "'client_max_window_bits;client_max"):
            one.becomes("wstap --deflate " + typed,
                        "wstap --deflate " + typed)


@test
def names_of_files():
    for one in shells():
        one.becomes("wstap --ca shap", "wstap --ca shapes.txt ")
        one.becomes("wstap --ca=shap", "wstap --ca=shapes.txt ")
        one.becomes("wstap -f shadow/l", "wstap -f shadow/list.txt ")
        one.becomes("wstap --file with", "wstap --file with\\ blank.txt ")
        one.becomes("wstap --capath sha", "wstap --capath shadow/")
        one.becomes("wstap -H @shap", "wstap -H @shapes.txt ")
        one.becomes("wstap --bearer=@shadow/l",
                    "wstap --bearer=@shadow/list.txt ")
        one.becomes("wstap ws+unix:shap", "wstap ws+unix:shapes.txt ")
        one.becomes("wstap que", "wstap que")


@test
def urls_and_hosts():
    for one in shells():
        one.lists("wstap w", ["ws://", "wss://", "ws+unix:/"])
        one.becomes("wstap wss:", "wstap wss://")
        one.becomes("wstap -c wss:", "wstap -c wss://")
        end = " " if one.name == "fish" else ""
        one.becomes("wstap wss://shell", f"wstap wss://{HOSTS}{end}")
        one.becomes("wstap --connect=ws://shell",
                    f"wstap --connect=ws://{HOSTS}{end}")
        one.becomes("wstap shellt", f"wstap {HOSTS}{end}")


@test
def profiles():
    for one in shells():
        one.lists("wstap @", ["@staging", "@stable"])
        one.becomes("wstap @stag", "wstap @staging ")
        one.becomes("wstap -v @stab", "wstap -v @stable ")
        one.becomes("wstap --config other @", "wstap --config other @other ")
        one.becomes("wstap --config=other @o", "wstap --config=other @other ")
        one.becomes("wstap --no-config @stag", "wstap --no-config @stag")
        with config(one, ""):
            one.becomes("wstap @st", "wstap @st")
