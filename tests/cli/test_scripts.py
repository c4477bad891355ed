"""The scripts of this repository: that they do their work, and can fail."""

import os
import shutil
import subprocess
import tempfile

from harness import ROOT, TMP, WSTAP, check, equal, test

GOOD = {
    "base/buf.h": "",
    "ws/conn.h": '#include "base/buf.h"\nint ws_conn(const char *s);\n',
    "ws/conn.c": '#include "ws/conn.h"\n#include <string.h>\n'
                 "int ws_conn(const char *s) { return (int)strlen(s); }\n",
    "net/tcp.c": "#include <unistd.h>\n"
                 "int tcp(void) { return (int)getpid(); }\n",
}


def script(name, *args, **how):
    """Runs scripts/NAME: (status, output, both streams in one)."""
    done = subprocess.run([os.path.join(ROOT, "scripts", name), *args],
                          cwd=ROOT, stdin=subprocess.DEVNULL, timeout=50,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          **how)
    return done.returncode, done.stdout.decode()


def layers(changes):
    """What check-layers says of a small tree with changes."""
    folder = tempfile.mkdtemp(dir=TMP)
    for name, text in {**GOOD, **changes}.items():
        path = os.path.join(folder, "src", name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)
        if name.endswith(".c"):
            objects = os.path.join(folder, "b", "src")
            target = os.path.join(objects, name[:-2] + ".o")
            os.makedirs(os.path.dirname(target), exist_ok=True)
            subprocess.run(["cc", "-I" + os.path.join(folder, "src"), "-c",
                            "-o", target, path], check=True)
    return script("check-layers", os.path.join(folder, "b"),
                  os.path.join(folder, "src"))


def wrong(changes, *words):
    status, output = layers(changes)
    equal(status, 1, "status")
    for word in words:
        check(word in output, f"it names {word}: {output}")


@test
def layers_that_are_clean():
    equal(layers({}), (0, "layers: clean\n"), "what it says")


@test
def ws_that_includes_net():
    wrong({"net/tcp.h": "", "ws/mask.h": '#include "net/tcp.h"\n'},
          "ws/mask.h:1", "net/tcp.h")


@test
def net_that_includes_ws():
    wrong({"net/tcp.h": '\n# include "ws/conn.h"\n'}, "net/tcp.h:2",
          "ws/conn.h")


@test
def a_pure_layer_that_makes_a_system_call():
    wrong({"ws/conn.c": "#include <unistd.h>\n"
                        "int f(void) { return (int)getpid(); }\n"},
          "ws/conn.o", "getpid")


@test
def a_pure_layer_that_calls_an_impure_one():
    wrong({"format/x.c": "int tcp(void); int f(void) { return tcp(); }\n"},
          "format/x.o", "tcp")


@test
def OpenSSL_in_the_wrong_place():
    wrong({"ws/x.h": "#include <openssl/ssl.h>\n"}, "ws/x.h:1")


@test
def readline_in_the_wrong_place():
    wrong({"ui/x.h": "#include <readline/readline.h>\n"}, "ui/x.h:1")


@test
def cli_that_reaches_past_the_configs():
    wrong({"session/config.h": '#include "net/tls.h"\n', "net/tls.h": "",
           "net/dial.h": "", "cli/x.h":
           '#include "session/config.h"\n#include "net/tls.h"\n'
           '#include "net/dial.h"\n'}, "cli/x.h:3", "faults: 1\n")


@test
def a_layer_that_nobody_knows():
    wrong({"misc/x.h": '#include "base/buf.h"\n'}, "misc/x.h")


@test
def no_objects_to_look_at():
    status, output = script("check-layers", os.path.join(TMP, "nothing"))
    equal(status, 1, "status")
    check("build first" in output, output)


def bare_path(**programs):
    """A PATH with little on it, and what is given: a name and its script."""
    folder = tempfile.mkdtemp(dir=TMP)
    for name in ("sh", "dirname", "find", "touch", "tr"):
        os.symlink(shutil.which(name), os.path.join(folder, name))
    for name, text in programs.items():
        path = os.path.join(folder, name)
        with open(path, "w") as file:
            file.write("#!/bin/sh\n" + text)
        os.chmod(path, 0o755)
    return {"PATH": folder}


@test
def deps_with_all_there():
    equal(script("deps", "build", "check"), (0, ""), "what it says")


@test
def deps_without_a_package_manager():
    status, output = script("deps", "build", env=bare_path())
    equal(status, 1, "status")
    for word in ("a C compiler", "OpenSSL", "readline", "libidn2", "by hand"):
        check(word in output, f"it names {word}: {output}")


@test
def deps_whose_install_fails():
    env = bare_path(dnf='echo "dnf: $*"; exit 1\n', id="echo 0\n")
    status, output = script("deps", "build", env=env)
    equal(status, 1, "status")
    check("dnf: install -y gcc make" in output, output)
    check("dnf could not install: gcc make" in output, output)


@test
def deps_without_sudo():
    env = bare_path(pacman="exit 9\n", id="echo 1000\n")
    status, output = script("deps", "build", env=env)
    equal(status, 1, "status")
    check("as root, do: pacman " in output and "libidn2" in output, output)


@test
def deps_with_sudo():
    env = bare_path(zypper='echo "zypper: $*"; exit 1\n', id="echo 1000\n",
                    sudo='echo "sudo: $*"; exec "$@"\n')
    status, output = script("deps", "build", env=env)
    equal(status, 1, "status")
    check("sudo: zypper --non-interactive install gcc" in output, output)


@test
def deps_with_a_group_that_is_none():
    equal(script("deps", "all")[0], 2, "status")


def unit_results(text):
    folder = tempfile.mkdtemp(dir=TMP)
    path = os.path.join(folder, "tests", "test_x")
    os.mkdir(os.path.dirname(path))
    with open(path, "w") as file:
        file.write("#!/bin/sh\n" + text)
    os.chmod(path, 0o755)
    status, output = script("check", folder, "unit")
    return status, output.splitlines()[-1]


SUMMARY = "echo '[====] Synthesis: Tested: 3 | Passing: %d | Failing: %d " \
    "| Crashing: 0 '\n"


@test
def check_counts():
    equal(unit_results(SUMMARY % (3, 0)), (0, "3 passed, 0 failed"), "good")
    equal(unit_results(SUMMARY % (2, 1) + "exit 1\n"),
          (1, "2 passed, 1 failed"), "one bad")
    equal(unit_results("kill -SEGV $$\n"), (1, "0 passed, 1 failed"),
          "one that crashes")
    equal(unit_results(SUMMARY % (3, 0) + "exit 3\n"),
          (1, "3 passed, 1 failed"), "one that fails at its end")
    equal(script("check", TMP, "unit"), (1, "0 passed, 0 failed\n"), "none")


@test
def the_demo():
    home = tempfile.mkdtemp(dir=TMP)
    status, output = script("demo", WSTAP, env={
        "PATH": os.environ["PATH"], "HOME": home})
    equal(status, 0, "status")
    equal(os.listdir(home), [], "what it leaves at home")
    check(not os.path.exists("/nonexistent"), "/nonexistent was made")
    for line in ("hello, world", "10000"):
        check(line in output.splitlines(), f"{line} is shown: {output}")
    check("REPL" in output.splitlines()[-1], "the last line")
