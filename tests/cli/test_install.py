"""make install and make uninstall: what is put where, and that nothing is
left."""

import os
import shutil
import tempfile

from harness import ROOT, TMP, WSTAP, Run, check, equal, test

FILES = ["bin/wstap", "share/man/man1/wstap.1",
         "share/bash-completion/completions/wstap",
         "share/zsh/site-functions/_wstap",
         "share/fish/vendor_completions.d/wstap.fish"]


class House:
    """What of the repository installing needs, with the wstap under test, and
    an empty root to install to."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(dir=TMP, prefix="install-")
        self.root = os.path.join(self.folder, "root")
        self.tree = os.path.join(self.folder, "tree")
        for name in ("man", "completions", "scripts"):
            shutil.copytree(os.path.join(ROOT, name),
                            os.path.join(self.tree, name))
        shutil.copy(os.path.join(ROOT, "Makefile"), self.tree)
        shutil.copy(WSTAP, self.tree)
        os.mkdir(self.root)

    def make(self, *words, env=()):
        # With -o it is not built anew, which takes more than it has here.
        os.makedirs(os.path.join(self.tree, "build"), exist_ok=True)
        with Run(["make", "-o", "wstap", f"DESTDIR={self.root}", *words],
                 cwd=self.tree, env=env) as run:
            equal(run.wait(), 0, f"make {words}, which said {run.text()}")

    def files(self):
        return sorted(
            os.path.relpath(os.path.join(folder, name), self.root)
            for folder, _, names in os.walk(self.root) for name in names)

    def folders(self):
        return sorted(os.path.relpath(folder, self.root)
                      for folder, _, _ in os.walk(self.root))

    def path(self, name):
        return os.path.join(self.root, name)


def under(prefix, *files):
    return sorted(os.path.join(prefix, name) for name in files)


@test
def installs_and_uninstalls():
    house = House()
    house.make("install")
    equal(house.files(), under("usr/local", *FILES), "what is installed")
    for name, mode in zip(FILES, [0o755] + [0o644] * 4):
        path = house.path(f"usr/local/{name}")
        equal(os.stat(path).st_mode & 0o7777, mode, name)
    with Run([house.path("usr/local/bin/wstap"), "--version"]) as run:
        equal((run.wait(), run.out[:6]), (0, b"wstap "), "--version")
    house.make("uninstall")
    equal(house.folders(), ["."], "what is left")
    equal(os.listdir(os.path.join(house.tree, "build")), [], "the record")


@test
def leaves_what_was_there():
    house = House()
    before = [".", "opt", "opt/bin", "opt/share", "opt/share/man"]
    os.makedirs(house.path("opt/bin"))
    os.makedirs(house.path("opt/share/man"))
    house.make("install", "PREFIX=/opt")
    house.make("install", "PREFIX=/opt")
    house.make("uninstall", "PREFIX=/opt")
    equal(house.folders(), before, "the directories")
    # Whoever adds a file to one that was made for us keeps both.
    house.make("install", "PREFIX=/opt")
    other = house.path("opt/share/man/man1/other.1")
    with open(other, "w", encoding="utf-8"):
        pass
    house.make("uninstall", "PREFIX=/opt")
    equal(house.files(), ["opt/share/man/man1/other.1"], "the files")
    equal(house.folders(), before + ["opt/share/man/man1"], "directories")
    # And after it was taken away, so is ours.
    os.remove(other)
    house.make("uninstall", "PREFIX=/opt")
    equal(house.folders(), before, "the directories")


@test
def each_place_can_be_said():
    house = House()
    house.make("install", "BINDIR=/b", "MANDIR=/m", "BASHCOMPDIR=/c",
               "ZSHCOMPDIR=/z", "FISHCOMPDIR=/f")
    equal(house.files(), ["b/wstap", "c/wstap", "f/wstap.fish",
                          "m/man1/wstap.1", "z/_wstap"], "the files")
    house.make("uninstall", "BINDIR=/b", "MANDIR=/m", "BASHCOMPDIR=/c",
               "ZSHCOMPDIR=/z", "FISHCOMPDIR=/f")
    equal(house.folders(), ["."], "what is left")


def pkg_config(house, says):
    """A pkg-config that says this of every completionsdir."""
    path = os.path.join(house.folder, "pkg-config")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"#!/bin/sh\n{says}\n")
    os.chmod(path, 0o755)
    return {"PKG_CONFIG": path}


@test
def the_shells_say_where():
    house = House()
    env = pkg_config(house, 'eval last=\\"\\$$#\\"\n'
                     'echo "${1#*=prefix=}/lib/$last/completions"')
    house.make("install", "PREFIX=/opt/x", env=env)
    there = house.files()
    for name in ("bash-completion/completions/wstap",
                 "fish/completions/wstap.fish"):
        check(f"opt/x/lib/{name}" in there, f"{name} is not in {there}")
    house.make("uninstall", "PREFIX=/opt/x", env=env)
    equal(house.folders(), ["."], "what is left")


@test
def outside_the_prefix_nothing_is_put():
    for says in ("echo /usr/share/elsewhere", "exit 1", "echo"):
        house = House()
        house.make("install", env=pkg_config(house, says))
        equal(house.files(), under("usr/local", *FILES), says)


@test
def the_version_is_in_one_place():
    with Run([os.path.join(ROOT, "scripts", "version")]) as run:
        equal(run.wait(), 0, "scripts/version")
        version = run.out.decode().strip()
    with Run([WSTAP, "--version"]) as run:
        run.wait()
        equal(run.out.split(b"\n", 1)[0].decode(), f"wstap {version}",
              "--version")
    with open(os.path.join(ROOT, "man", "wstap.1"), encoding="utf-8") as file:
        check(f"This manual is of version {version}." in file.read(),
              "the manual is of another version")
