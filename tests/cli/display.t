# How messages are shown in a pipe: -j, -T, -r, --hex-max. (-X alone:
# messages.t. On terminals: test_display.py.)

# --- JSON

== -j: indented, numbers and the order of keys as they came, no colour
$ wstap -j $URL
hold
< text "{\"b\":1.50e+3,\"a\":[],\"b\":{ },\"c\":[true,\n null,\"\\u0041\\/\"]}"
< close 1000
out: {
out:   "b": 1.50e+3,
out:   "a": [],
out:   "b": {},
out:   "c": [
out:     true,
out:     null,
out:     "\u0041\/"
out:   ]
out: }

== -j: a message a value, however short
$ wstap -j $URL
hold
< text "1"
< text " \"a\" "
< text "[]"
< close 1000
out: 1
out: "a"
out: []

== -j: what is no JSON is as it came
$ wstap -j $URL
hold
< text "{\"a\":1,}"
< text "hello  there"
< text ""
< text "[1] [2]"
< text "NaN"
< close 1000
out: {"a":1,}
out: hello  there
out:
out: [1] [2]
out: NaN

== -j: binary messages are as they came
$ wstap -j $URL
hold
< binary "[1]"
< binary "\x00\xff"
< close 1000
out-raw: "[1]\n\x00\xff\n"

== -j: bytes in strings go to a pipe as they are
$ wstap -j $URL
hold
< text "[\"\x7f\xc2\x9b\xe2\x80\xae\"]"
< close 1000
out-raw: "[\n  \"\x7f\xc2\x9b\xe2\x80\xae\"\n]\n"

== -j: coloured where that is asked for
$ wstap -j --color always $URL
hold
< text "{\"a\":[1,null,\"b\"]}"
< text "no JSON"
< close 1000
out-raw: "\x1b[1;39m{\x1b[0m\n  \x1b[1;34m\"a\"\x1b[0m\x1b[1;39m: \x1b[0m\x1b[1;39m[\x1b[0m\n    \x1b[0;39m1\x1b[0m\x1b[1;39m,\x1b[0m\n    \x1b[0;90mnull\x1b[0m\x1b[1;39m,\x1b[0m\n    \x1b[0;32m\"b\"\x1b[0m\n  \x1b[1;39m]\x1b[0m\n\x1b[1;39m}\x1b[0m\nno JSON\n"

== -j: of a message in fragments
$ wstap -j $URL
hold
< text fin=0 "{\"a\""
< ping "between"
> pong "between"
< continuation fin=0 ":"
< continuation fin=0 ""
< continuation "1}"
< text "[2]"
< close 1000
out: {
out:   "a": 1
out: }
out: [
out:   2
out: ]

== -j: of a compressed message
$ wstap -j --deflate "" $URL
hold
< 101 "Sec-WebSocket-Extensions: permessage-deflate"
< deflated text fragment=2 "{\"a\":1}"
< close 1000
out: {
out:   "a": 1
out: }

== -j: as long as --max-message allows
$ wstap -j --max-message 3 $URL
hold
< text "[1]"
< text fin=0 "[2"
< continuation "]"
< close 1000
out: [
out:   1
out: ]
out: [
out:   2
out: ]

== -j: a message over --max-message
$ wstap -j --max-message 3 $URL
hold
< text "[1]"
< text "[12]"
> close 1009
out: [
out:   1
out: ]
err: wstap: the server sent a message of more than 3 bytes (--max-message); closed with 1009
exit: 110

== -j: fragments that are over --max-message together
$ wstap -j --max-message 3 $URL
hold
< text fin=0 "[1"
< continuation "2]"
> close 1009
err: wstap: the server sent a message of more than 3 bytes (--max-message); closed with 1009
exit: 110

== -j: a message that is cut off is not shown
$ wstap -j $URL
hold
< text "[1]"
< text fin=0 "[2"
< hangup
out: [
out:   1
out: ]
err: /^wstap: connection lost/
exit: 56

== -j with -e sends the message back as it came
$ wstap -j -e $URL
< text fin=0 "{\"a\" :"
< continuation "1}"
> message text "{\"a\" :1}"
< close 1000
out: {
out:   "a": 1
out: }

== -j with --until sees the message as it came
$ wstap -j --until '\{"a":1\}' $URL
hold
< text "{\"a\":1 }"
< text "{\"a\":1}"
> close 1000
out: {
out:   "a": 1
out: }
out: {
out:   "a": 1
out: }

== -X before -j
$ wstap -X -j $URL
hold
< text "[1]"
< close 1000
out: 00000000  5b 31 5d                                          |[1]|
out: 00000003

# --- the time

== -T: the local time, with milliseconds
$ wstap -T $URL
hold
env: TZ=UTC
< text "hi"
< text ""
< binary "\x00"
< close 1000
out-like: (\d\d:\d\d:\d\d\.\d{3} )hi\n\d\d:\d\d:\d\d\.\d{3} \n\d\d:\d\d:\d\d\.\d{3} \x00\n

== -T: one for a message in fragments
$ wstap -T $URL
hold
< text fin=0 "a"
< continuation fin=0 "b"
< continuation "c"
< close 1000
out-like: \d\d:\d\d:\d\d\.\d{3} abc\n

== --time=iso, in the local zone
$ wstap --time=iso $URL
hold
env: TZ=IST-05:30
< text "hi"
< close 1000
out-like: 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+05:30 hi\n

== --time=unix
$ wstap -Tunix $URL
hold
< text "hi"
< close 1000
out-like: \d{10,}\.\d{3} hi\n

== --time=delta: since the message before, the first since the connection
$ wstap -Tdelta $URL
hold
< 101
pause 0.25
< text "a"
< text "b"
pause 0.25
< text "c"
< close 1000
out-like: \+0\.[2-9]\d\d a\n\+0\.[01]\d\d b\n\+0\.[2-9]\d\d c\n

== --time=FORMAT as strftime(3), in the local zone
$ wstap --time="%Y %Z%% >" $URL
hold
env: TZ=QQQ3
< text "hi"
< close 1000
out-like: 20\d\d QQQ% > hi\n

== -TX is a time format, which is none
$ wstap -TX $URL
server none
err: wstap: -T X: no such time format (iso, unix, delta, or as strftime(3): %H:%M:%S)
exit: 2

== -X with -T: the dump begins on a line of its own
$ wstap -XT $URL
hold
< text "hi"
< text ""
< close 1000
out-like: \d\d:\d\d:\d\d\.\d{3}\n00000000  68 69 +\|hi\|\n00000002\n\d\d:\d\d:\d\d\.\d{3}\n

== -j with -T
$ wstap -jTunix $URL
hold
< text "[1]"
< text "no"
< close 1000
out-like: \d+\.\d{3} \[\n  1\n\]\n\d+\.\d{3} no\n

== a time format that is none, with the nearest
$ wstap --time=dleta $URL
server none
err: wstap: --time dleta: no such time format; did you mean delta? (iso, unix, delta, or as strftime(3): %H:%M:%S)
exit: 2

== a time format that gives too much
$ wstap --time="$(printf '%%c%.0s' $(seq 50))" $URL
server none
err: /^wstap: --time %c%c.* or more than 100 bytes; try %H:%M:%S$/
exit: 2

== a time behind a blank is the URL
$ wstap -T iso $URL
server none
err: wstap: two URLs: wstap connects to one (wstap --help connect)
exit: 2

# --- raw

== -r changes nothing in a pipe
$ wstap -r $URL
hold
< text "a\x1b[2J\x07"
< binary "\x00\xff"
< close 1000
out-raw: "a\x1b[2J\x07\n\x00\xff\n"

== -r with -X: a dump that was asked for is one
$ wstap -rX $URL
hold
< binary "\x1b"
< close 1000
out: 00000000  1b                                                |.|
out: 00000001

# --- --hex-max

== --hex-max: whole lines, and how much was left out
$ wstap -X --hex-max 20 $URL
hold
< text "0123456789abcdef0123"
< text "0123456789abcdef01234"
< text "0123456789abcdef"
< close 1000
out: 00000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|
out: 00000010  30 31 32 33                                       |0123|
out: 00000014
out: 00000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|
out: ... 5 bytes left out
out: 00000015
out: 00000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|
out: 00000010

== --hex-max: of a long message in fragments
$ wstap -X --hex-max=1 $URL
hold
< binary fin=0 "a"*16
< continuation fin=0 "b"*50000
< continuation "c"*50000
< close 1000
out: 00000000  61 61 61 61 61 61 61 61  61 61 61 61 61 61 61 61  |aaaaaaaaaaaaaaaa|
out: ... 100,000 bytes left out
out: 000186b0

== --hex-max without a dump
$ wstap --hex-max 1 $URL
hold
< binary "hello"
< close 1000
out: hello

== --hex-max 0 is none
$ wstap -X --hex-max 0 $URL
hold
< text "a"*4096
< close 1000
out: 00000000  61 61 61 61 61 61 61 61  61 61 61 61 61 61 61 61  |aaaaaaaaaaaaaaaa|
out: *
out: 00001000

# --- what does not go together

== -j and a format for programs
$ wstap -j -O jsonl $URL
server none
err: wstap: -j and the output format jsonl: a message is either shown for people or written in a format
exit: 2

== -T and a format for programs
$ wstap -T -0 $URL
server none
err: wstap: -T and the output format nul: a message is either shown for people or written in a format
exit: 2

== a size that is none
$ wstap --hex-max ten $URL
server none
err: wstap: --hex-max ten: not a size in bytes (like 500, 64k, 16M or 1G)
exit: 2
