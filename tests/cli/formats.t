# The formats but jsonl (jsonl.t), in and out, exact for every byte. (lines in
# its plain forms: messages.t. Long ones and round trips: test_formats.py.)

# --- lines

== lines: a CR that no LF follows is the message's
$ wstap -I lines -w 0 $URL
in-raw: "\ra\rb\r\r\nc\n\r"
> text "\ra\rb\r"
> text "c"
> text "\r"
> close 1000

== lines: a newline alone is an empty message
$ wstap -w 0 $URL
in-raw: "\n"
> text ""
> close 1000

== lines: empty lines, at the start, in the middle and at the end
$ wstap -w 0 $URL
in-raw: "\n\r\n\none\n\n\n"
> text ""
> text ""
> text ""
> text "one"
> text ""
> text ""
> close 1000

== lines: NUL and other controls are text
$ wstap -w 0 $URL
in-raw: "a\x00b\x1b\x7f\t\x0b\x0c \n"
> text "a\x00b\x1b\x7f\t\x0b\x0c "
> close 1000

== lines: binary with every byte but LF
$ wstap -b -w 0 $URL
in-raw: "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0b\x0c\x0d\x0e\x0f\x7f\x80\xbf\xc0\xc1\xf5\xfe\xff\n\xff"
> binary "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0b\x0c\x0d\x0e\x0f\x7f\x80\xbf\xc0\xc1\xf5\xfe\xff"
> binary "\xff"
> close 1000

== lines: U+FEFF at the start is kept
$ wstap -w 0 $URL
in-raw: "\xef\xbb\xbfone\n"
> text "\xef\xbb\xbfone"
> close 1000

== lines: a last line that is not UTF-8
$ wstap -w 0 $URL
in-raw: "one\ntwo\n\xc3"
> text "one"
> text "two"
err: /^wstap: record 3 of standard input is not UTF-8/
exit: 26

== lines out: whatever is in a message stays
$ wstap -O lines $URL
hold
< text "a\r"
< text "b\nc\r\n"
< binary "\x00\xff\n"
< text "\x00\x1b[1m"
< close 1000
out-raw: "a\r\nb\nc\r\n\n\x00\xff\n\n\x00\x1b[1m\n"

# --- nul

== nul: records, and one more newline in each
$ wstap -I nul -w 0 $URL
in-raw: "one\n\x00\r\ntwo\r\n\x00three"
> text "one\n"
> text "\r\ntwo\r\n"
> text "three"
> close 1000

== nul: empty records, and none behind the last NUL
$ wstap -I nul -w 0 $URL
in-raw: "\x00\x00one\x00\x00"
> text ""
> text ""
> text "one"
> text ""
> close 1000

== nul: nothing is no message
$ wstap -I nul -w 0 $URL
> close 1000

== nul: binary with every byte but NUL
$ wstap -I nul -b -w 0 $URL
in-raw: "\x01\n\r\x1b\x7f\x80\xff\x00\xfe\x00"
> binary "\x01\n\r\x1b\x7f\x80\xff"
> binary "\xfe"
> close 1000

== nul: a record that is not UTF-8
$ wstap -I nul -w 0 $URL
in-raw: "one\x00\n\x00t\x80wo\x00never\x00"
> text "one"
> text "\n"
err: /^wstap: record 3 of standard input is not UTF-8/
exit: 26

== nul out
$ wstap -O nul $URL
hold
< text "one\n"
< text ""
< binary "\x00\xff"
< text "two"
< close 1000
out-raw: "one\n\x00\x00\x00\xff\x00two\x00"

== -0 is nul both ways
$ printf 'one\n\0two' | wstap -0 -w 0 $URL
> text "one\n"
> text "two"
< text "three\nfour"
> close 1000
out-raw: "three\nfour\x00"

== --null is -0
$ printf 'one\n\0' | wstap --null -1 $URL
> text "one\n"
< text "two"
> close 1000
out-raw: "two\x00"

== --format nul is both ways
$ printf 'one\n\0' | wstap --format nul -1 $URL
> text "one\n"
< text "two"
> close 1000
out-raw: "two\x00"

== -O after --format has its side
$ printf 'one\n\0' | wstap --format nul -O lines -1 $URL
> text "one\n"
< text "two"
> close 1000
out: two

# --- raw

== raw: a read is a binary message, whatever is in it
$ wstap -I raw -w 0 $URL
in-raw: "\x00one\r\n\xff\n"
> message binary "\x00one\r\n\xff\n"
> close 1000

== raw: binary even with -t
$ wstap -t -I raw -w 0 $URL
in-raw: "one\n"
> message binary "one\n"
> close 1000

== raw: -x beside it is text
$ wstap -I raw -x one -i -w 0 $URL
in-raw: "\xff"
> text "one"
> message binary "\xff"
> close 1000

== raw: nothing is no message
$ wstap --format raw -w 0 $URL
> close 1000

== raw out: nothing between
$ wstap -O raw $URL
hold
< text "one"
< text ""
< binary "\x00\xff\n"
< text fin=0 "tw"
< continuation "o\n"
< close 1000
out-raw: "one\x00\xff\ntwo\n"

# --- length

== length: records, an empty one among them
$ wstap -I length -w 0 $URL
in-raw: "\x00\x00\x00\x03one\x00\x00\x00\x00\x00\x00\x00\x05t\nw\x00o"
> text "one"
> text ""
> text "t\nw\x00o"
> close 1000

== length: nothing is no message
$ wstap -I length -w 0 $URL
> close 1000

== length: binary
$ wstap -I length -b -w 0 $URL
in-raw: "\x00\x00\x00\x04\x00\xff\n\r\x00\x00\x00\x00"
> binary "\x00\xff\n\r"
> binary ""
> close 1000

== length: cut off inside a record
$ wstap -I length -w 0 $URL
in-raw: "\x00\x00\x00\x03one\x00\x00\x00\x05two"
> text "one"
err: /^wstap: standard input ended inside record 2: 2 bytes are missing/
exit: 26

== length: cut off inside a length
$ wstap -I length -w 0 $URL
in-raw: "\x00\x00\x00\x03one\x00\x00"
> text "one"
err: /^wstap: standard input ended inside record 2: /
exit: 26

== length: cut off behind a length
$ wstap -I length -w 0 $URL
in-raw: "\x00\x00\x00\x00\x00\x00\x00\x01"
> text ""
err: /^wstap: standard input ended inside record 2: 1 byte is missing/
exit: 26

== length: lines taken for it
$ wstap -I length -w 0 $URL
in: hello, world
err: /^wstap: standard input ended inside record 1: /
exit: 26

== length: a record that is not UTF-8
$ wstap -I length -w 0 $URL
in-raw: "\x00\x00\x00\x01a\x00\x00\x00\x01\xff\x00\x00\x00\x05never"
> text "a"
err: /^wstap: record 2 of standard input is not UTF-8/
exit: 26

== length out
$ wstap -O length $URL
hold
< text "one"
< text ""
< binary "\x00\xff\n"
< text fin=0 "t"
< ping "x"
> pong "x"
< continuation fin=0 ""
< continuation "wo"
< binary "x"*256
< close 1000
out-raw: "\x00\x00\x00\x03one\x00\x00\x00\x00\x00\x00\x00\x03\x00\xff\n\x00\x00\x00\x03two\x00\x00\x01\x00" "x"*256

== length out: a message that is cut off leaves nothing
$ wstap -O length $URL
hold
< text "one"
< text fin=0 "two"
< hangup
out-raw: "\x00\x00\x00\x03one"
err: /^wstap: connection lost/
exit: 56

# --- whole

== whole: all of stdin is one message
$ wstap -I whole -w 0 $URL
in-raw: "one\r\n\ntwo\x00\n"
> message text "one\r\n\ntwo\x00\n"
> close 1000

== whole: nothing is an empty message
$ wstap -I whole -w 0 $URL
> text ""
> close 1000

== whole: /dev/null is one too
$ wstap -I whole -w 0 $URL </dev/null
> text ""
> close 1000

== whole: binary
$ wstap -I whole -b -w 0 $URL
in-raw: "\xff\x00\n"
> message binary "\xff\x00\n"
> close 1000

== whole: not UTF-8
$ wstap -I whole -w 0 $URL
in-raw: "one\ntwo\n\xff\n"
err: /^wstap: record 1 of standard input is not UTF-8/
exit: 26

== whole: the answers come as lines
$ wstap -I whole -1 $URL
in-raw: "one\ntwo\n"
> message text "one\ntwo\n"
< text "three"
> close 1000
out: three

== whole is for input only
$ wstap -O whole ws://127.0.0.1:1/
err: /^wstap: -O whole: /
exit: 2

== --format takes no whole
$ wstap --format whole ws://127.0.0.1:1/
err: /^wstap: --format whole: /
exit: 2

== a format that is none
$ wstap -I json ws://127.0.0.1:1/
err: /^wstap: -I json: .*jsonl/
exit: 2

# --- -f is a whole file, whatever the format

== -f: a text, as it is
$ printf 'one\r\ntwo\n' >$DIR/a; wstap -f $DIR/a -w 0 $URL
> message text "one\r\ntwo\n"
> close 1000

== -f: an empty file is an empty message
$ : >$DIR/a; wstap -f $DIR/a -w 0 $URL
> text ""
> close 1000

== -f: binary
$ printf '\377\0\n' >$DIR/a; wstap -b -f $DIR/a -w 0 $URL
> message binary "\xff\x00\n"
> close 1000

== -f: not UTF-8
$ printf 'one\377' >$DIR/a; wstap -x zero -f $DIR/a -x two -w 0 $URL
> text "zero"
err: /^wstap: -f .*\/a: is not UTF-8/
exit: 26

== -f: not cut where -I would
$ printf '{"a":\n1}' >$DIR/a; wstap -I jsonl -f $DIR/a -w 0 $URL
> message text "{\"a\":\n1}"
> close 1000
