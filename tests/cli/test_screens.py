"""scripts/screens: its renderer, and that docs/screens is as it draws it."""

import importlib.machinery
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

import pyte

from harness import ENV, ROOT, TMP, WSTAP, check, equal, test

SCRIPT = os.path.join(ROOT, "scripts", "screens")
SVG = "{http://www.w3.org/2000/svg}"


def load():
    """The script as a module; no compiled copy is left beside it."""
    loader = importlib.machinery.SourceFileLoader("screens", SCRIPT)
    module = importlib.util.module_from_spec(
        importlib.util.spec_from_loader("screens", loader))
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = writes
    return module


screens = load()


def picture(text, columns=20, rows=4):
    """A terminal's screen once it was given this text."""
    screen = pyte.Screen(columns, rows)
    pyte.Stream(screen).feed(text)
    return screens.Picture(screen)


def drawn(text, **size):
    """The SVG of that, and the pieces of its text: (column, cells, text,
    attributes)."""
    root = ET.fromstring(screens.svg(picture(text, **size), "title", "wstap"))
    pieces = [(round((float(span.get("x")) - screens.EDGE) / screens.CELL, 2),
               round(float(span.get("textLength")) / screens.CELL, 2),
               span.text, span.attrib) for span in root.iter(SVG + "tspan")]
    return root, pieces


HIDE = "\x1b[?25l"  # the cursor
COLOURS = [
    ("\x1b[34m", "#58a6ff"), ("\x1b[94m", "#58a6ff"),
    ("\x1b[33m", "#d29922"), ("\x1b[1;30m", "#7d8590"),
    ("\x1b[38;5;27m", "#005fff"), ("\x1b[38;5;130m", "#af5f00"),
    ("\x1b[38;2;1;2;3m", "#010203"), ("\x1b[38;5;250m", "#bcbcbc"),
    ("\x1b[39m", None),
]


@test
def colours():
    for code, wanted in COLOURS:
        _, pieces = drawn(f"{HIDE}{code}x")
        equal([p[:3] for p in pieces], [(0, 1, "x")], repr(code))
        equal(pieces[0][3].get("fill"), wanted, f"colour of {code!r}")


def luminance(colour):
    parts = (int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5))
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4
               for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


@test
def colours_that_can_be_read():
    """By WCAG's contrast: 4.5 is its level for text, 3 for what is large; the
    last three, which a program picked, read on light and dark alike."""
    paper = luminance(screens.PAPER)
    wanted = {colour: 4.5 for colour in screens.PALETTE.values()}
    wanted.update({"#005fff": 3.9, "#008700": 4.2, "#af5f00": 4.2})
    wanted[screens.INK] = 7
    for colour, least in wanted.items():
        contrast = (luminance(colour) + 0.05) / (paper + 0.05)
        check(contrast >= least, f"contrast of {colour} is {contrast:.2f}")


@test
def bold_and_others():
    for code, name, value in (
            ("1", "font-weight", "bold"), ("3", "font-style", "italic"),
            ("4", "text-decoration", "underline"),
            ("9;4", "text-decoration", "underline line-through")):
        _, pieces = drawn(f"{HIDE}a\x1b[{code}mb")
        equal([p[:3] for p in pieces], [(0, 1, "a"), (1, 1, "b")], code)
        equal(pieces[0][3].get(name), None, f"{name} of a")
        equal(pieces[1][3].get(name), value, f"{name} of b")


def papers(root):
    """The backgrounds: (column, row, cells, colour)."""
    found = [(float(r.get("x")), float(r.get("y")), float(r.get("width")),
              r.get("fill")) for r in root.findall(SVG + "rect")[1:]]
    return [(round((x - screens.EDGE) / screens.CELL, 2),
             round((y - screens.BAR - screens.EDGE) / screens.LINE, 2),
             round(width / screens.CELL, 2), fill)
            for x, y, width, fill in found]


@test
def reverse_and_backgrounds():
    root, pieces = drawn(f"{HIDE}a\x1b[34;7mbc\x1b[27md\r\n\x1b[0;42m e ")
    equal(papers(root), [(1, 0, 2, "#58a6ff"), (0, 1, 3, "#3fb950")],
          "backgrounds")
    equal([(p[:3], p[3].get("fill")) for p in pieces],
          [((0, 1, "a"), None), ((1, 2, "bc"), screens.PAPER),
           ((3, 1, "d"), "#58a6ff"), ((0, 3, " e "), None)], "pieces")


@test
def the_cursor():
    root, pieces = drawn("ab\x1b[D")
    equal(papers(root), [(1, 0, 1, screens.INK)], "its block")
    equal(pieces[1][2:3] + (pieces[1][3].get("fill"),), ("b", screens.PAPER),
          "the letter in it")
    root, _ = drawn("\r\n> ")
    equal(papers(root), [(2, 1, 1, screens.INK)], "on a blank")
    root, _ = drawn("\x1b[7ma\x1b[D")
    equal(papers(root), [], "on what is reversed")
    root, _ = drawn("x" * 20)
    equal(papers(root), [(19, 0, 1, screens.INK)], "at a full row's end")
    root, _ = drawn(HIDE + "x")
    equal(papers(root), [], "hidden")


@test
def wide_characters():
    root, pieces = drawn(f"{HIDE}a漢字b\u0301c")
    equal([p[:3] for p in pieces],
          [(0, 1, "a"), (1, 2, "漢"), (3, 2, "字"), (5, 2, "b\u0301c")],
          "pieces")
    equal(root.find(SVG + "desc").text, "a漢字b\u0301c\n", "as text")
    root, _ = drawn("漢\x1b[2D")
    equal(papers(root), [(0, 0, 2, screens.INK)], "a wide cursor")


@test
def blanks():
    """They are kept within a line, and have no style of their own."""
    root, pieces = drawn(f"{HIDE}  a  \x1b[34mb c   \r\n\r\nd")
    equal([p[:3] for p in pieces],
          [(0, 5, "  a  "), (5, 3, "b c"), (0, 1, "d")], "pieces")
    equal([e.get("y") for e in root.findall(SVG + "text")[1:]],
          [str(screens.BAR + screens.EDGE + screens.BASE + y * screens.LINE)
           for y in (0, 2)], "rows")
    for line in root.findall(SVG + "text")[1:]:
        equal(line.get("{http://www.w3.org/XML/1998/namespace}space"),
              "preserve", "blanks")


@test
def text_that_is_markup():
    text = "<a b=\"c\">&amp;'"
    root, pieces = drawn(HIDE + text)
    equal([p[2] for p in pieces], [text], "pieces")
    equal(root.find(SVG + "desc").text, text + "\n", "as text")
    # Not even escaped may XML have this.
    equal(screens.words("a\0\x1b\ufffe\ud800b<"), "a\ufffd\ufffd\ufffd\ufffdb"
          "&lt;", "words")


@test
def rows_that_are_left_out():
    equal(picture("a\r\n\r\nb\x1b[H").text(), "a\n\nb\n", "below the text")
    equal(picture("a\r\n\r\n").text(), "a\n\n\n", "the cursor's stays")
    equal(picture(HIDE).text(), "\n", "an empty screen")


@test
def what_is_replaced():
    it = picture("at 127.0.0.1:54321/ \x1b[34mb", columns=24)
    it.hide_ports()
    equal(it.text(), "at localhost:8080/ b\n", "text")
    equal(it.cursor, (20, 0), "the cursor moves with it")
    equal(it.rows[0][19].fg, "blue", "the colour too")
    equal(len(it.rows[0]), 24, "columns")
    it = picture("127.0.0.1:2 127.0.0.1:1 127.0.0.1:2\x1b[H", columns=40)
    it.hide_ports()
    equal(it.text(), "localhost:8080 localhost:8081 localhost:8080\n"[:40] +
          "\n", "one name a port")
    equal(it.cursor, (0, 0), "a cursor on its left stays")
    it = picture("took 12.3 ms in 4 ms")
    it.replace(r"[\d.]+ ms", "1 ms")
    equal(it.text(), "took 1 ms in 1 ms\n", "a fixed text")
    it = picture("漢 7 字")
    it.replace("7", "seven")
    equal(it.text(), "漢 seven 字\n", "beside wide characters")


def committed(name):
    with open(os.path.join(screens.SCREENS, f"{name}.svg"),
              encoding="utf-8") as file:
        return file.read()


@test
def the_pictures_are_what_sessions_show():
    for name in screens.scenes:
        text = committed(name)
        equal(ET.fromstring(text).find(SVG + "desc").text,
              screens.take(name).text(), f"{name}: run make screens; text")


@test
def the_pictures_files():
    equal(sorted(os.listdir(screens.SCREENS)),
          sorted(f"{name}.svg" for name in screens.scenes), "files")
    for name in screens.scenes:
        text = committed(name)
        check(len(text.encode()) < 20000, f"{name} is {len(text)} bytes")
        check("127.0.0.1" not in text, f"{name} has an address")
        links = re.findall(r"https?:[^\"]*|href|url\(|<script", text)
        equal(links, ["http://www.w3.org/2000/svg"], f"{name}: what it needs")


def script(*args):
    """Runs scripts/screens: (status, output, both streams in one)."""
    done = subprocess.run([SCRIPT, *args], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env={**ENV, "WSTAP": WSTAP, "WSTAP_TEST_DIR": TMP},
                          timeout=50, check=False)
    return done.returncode, done.stdout.decode()


@test
def drawing_and_checking():
    folder = os.path.join(tempfile.mkdtemp(dir=TMP), "new")
    equal(script(folder), (0, ""), "drawing")
    for name, text in (("odd", ""), ("talk", "x")):
        with open(os.path.join(folder, f"{name}.svg"), "a",
                  encoding="utf-8") as file:
            file.write(text)
    os.unlink(os.path.join(folder, "json.svg"))
    status, output = script("--check", folder)
    equal(status, 1, "status")
    equal(sorted(re.findall(r"(\w+)\.svg is (\w+)", output)),
          [("json", "missing"), ("odd", "of"), ("talk", "stale")], "faults")


@test
def a_scene_as_text():
    status, output = script("--text", "talk")
    equal(status, 0, "status")
    check(output.endswith("\n> this line is still being typed\n"), output)
    status, output = script("--text", "tlak")
    equal(status, 2, "status")
    check("talk" in output, output)
