"""The line being typed: what is typed and said around it, and what is shown
of it."""

import os
import unicodedata

from harness import TMP, equal


def inputrc(text):
    """The environment with this ~/.inputrc."""
    path = os.path.join(TMP, f"inputrc-{os.getpid()}")
    with open(path, "w") as file:
        file.write(text)
    return {"INPUTRC": path}


def everything(terminal):
    """All lines there were, those that scrolled away too."""
    top = ["".join(row[x].data for x in sorted(row))
           for row in terminal.screen.history.top]
    return [line.rstrip() for line in top] + terminal.lines()


def cells(text):
    """The text as pyte shows it, which composes characters."""
    return unicodedata.normalize("NFC", text)


def say(terminal, peer, text):
    """A message comes in, and is shown."""
    peer.frame("text", text)
    terminal.wait_line("< " + cells(text))


def typed(terminal, text, line, column):
    terminal.type(text)
    terminal.wait_cursor(line, column)


def shows_once(terminal, text):
    equal(sum(text in line for line in everything(terminal)), 1,
          f"times that {text!r} is shown")
