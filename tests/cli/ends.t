# The ways a run ends, each with its status. (Also: messages.t has -w, -m and
# -1 in their plain forms, closing.t the closing handshake, exits.t the set-up,
# clocks.t --timeout. Signals and readers that go away: test_ends.py.)

# --- -m and -1

== -m counts data messages, not pings, pongs or fragments
$ wstap -m 2 $URL
hold
< ping "x"
> pong "x"
< pong "x"
< text fin=0 "o"
< continuation fin=0 "n"
< continuation "e"
< binary ""
> close 1000
out: one
out:

== -m with the messages in one packet: none after
$ wstap -m 3 $URL
hold
< text "1"
<+ text "2"
<+ text "3"
<+ text "4"
<+ text "5"
> close 1000
out: 1
out: 2
out: 3

== -m that the server does not reach
$ wstap -m 3 $URL
hold
< text "one"
< close 1000
out: one

== -m that -w does not wait for
$ wstap -m 3 -w 0.2 $URL
< text "one"
> close 1000
out: one

== -m before the input's end: what waits is not sent
$ wstap --lockstep -m 1 $URL
in: one
in: two
> text "one"
< text "answer"
> close 1000
out: answer

== -1 and --close
$ wstap -1 --close "3000:that is all" $URL
hold
< text "one"
> close 3000 "that is all"
out: one

== -1: an error code for an answer is nothing
$ wstap -1 $URL
hold
< text "one"
> close 1000
< close 1011
out: one

== -1: no answer to the close is nothing
$ wstap -1 $URL
hold
< text "one"
> close 1000
< hangup
out: one

# --- --until

== --until: the first message that matches is written, and the last
$ wstap --until "^ready" $URL
hold
< text "not ready"
< text "ready now"
<+ text "later"
> close 1000
out: not ready
out: ready now

== --until: anywhere in the message
$ wstap --until b+c $URL
hold
< text "aabbcc"
> close 1000
out: aabbcc

== --until: a match in a later fragment
$ wstap --until "wor.d" $URL
hold
< text fin=0 "hello, wo"
< continuation fin=0 "r"
< continuation fin=0 "ld"
< ping "x"
> pong "x"
< continuation "!"
> close 1000
out: hello, world!

== --until: $ is the message's end, ^ its start, no line's
$ wstap --until '^b$' $URL
hold
< text "a\nb\nc"
< text "b\n"
< text "\nb"
< text "b"
> close 1000
out-raw: "a\nb\nc\nb\n\n\nb\nb\n"

== --until: in binary
$ wstap --until 'x.y$' $URL
hold
< binary "\xff\xfexzz"
< binary "\xff\xfexzy"
> close 1000
out-raw: "\xff\xfexzz\n\xff\xfexzy\n"

== --until: . is a character of UTF-8
$ wstap --until '^a.b$' $URL
hold
< text "aéb"
> close 1000
out: aéb

== --until: an empty message matches ^$
$ wstap --until '^$' $URL
hold
< text "a"
< text ""
> close 1000
out-raw: "a\n\n"

== --until with -O jsonl
$ wstap --until one -O jsonl $URL | tail -n +2 | cut -b 39-
hold
< text "none"
> close 1000
out: "dir":"in","type":"text","size":4,"data":"none"}

== --until with -O raw
$ wstap --until two -O raw $URL
hold
< text "one"
< text fin=0 "tw"
< continuation "o"
> close 1000
out-raw: "onetwo"

== --until: no match at the end of -w
$ wstap --until yes -w 0.2 $URL
< text "no"
> close 1000
out: no
err: wstap: no message matched --until
exit: 1

== --until: no match at the server's close
$ wstap --until yes $URL
hold
< text "no"
< close 1000
> close 1000
out: no
err: wstap: no message matched --until
exit: 1

== --until: no match, with -m
$ wstap --until yes -m 2 $URL
hold
< text "no"
< text "nor this"
> close 1000
out: no
out: nor this
err: wstap: no message matched --until
exit: 1

== --until: a match in the last of -m
$ wstap --until yes -m 2 $URL
hold
< text "no"
< text "yes"
> close 1000
out: no
out: yes

== --until: a match in the last message before -w's end
$ wstap --until yes -w 0.5 $URL
< text "no"
< text "yes"
> close 1000
out: no
out: yes

== --until: a match behind our close counts
$ wstap --until yes -w 0 $URL
> close 1000
< text "yes"
< close 1000
out: yes

== --until: no match, and an error code
$ wstap --until yes $URL
hold
< close 1011
err: /^wstap: the server closed with 1011/
exit: 111

== --until: no match, and the connection lost
$ wstap --until yes $URL
hold
< text fin=0 "ye"
< hangup
out-like: (ye)?
err: /^wstap: connection lost/
exit: 56

== --until: no match, and --timeout
$ wstap --until yes --timeout 0.4 $URL
hold
< text "no"
> close 1001
out: no
err: /^wstap: .*--timeout/
exit: 28

== --until: no expression
$ wstap --until "a(" ws://127.0.0.1:1/
err: /^wstap: --until a\(: /
exit: 2

# --- -w

== -w 0 with nothing to send
$ wstap -w 0 $URL
> close 1000

== -w 0.2 ends by itself
$ wstap -w 0.2 $URL
in: hi
> text "hi"
> close 1000

== -w does not begin before the input's end
$ wstap -w 0.1 $URL
hold
> nothing 0.3
< text "one"
> nothing 0.3
< close 1000
out: one

== -w waits for a message's end
$ wstap -w 0.6 $URL
< text fin=0 "o"
pause 0.4
< continuation fin=0 "n"
pause 0.4
< continuation fin=0 ""
< continuation "e"
> close 1000
out: one

# --- an input that never ends

== the server closes with an error, the input is still open
$ wstap $URL
hold
in: one
> text "one"
< close 4000
err: /^wstap: the server closed with 4000/
exit: 111

== the server closes while there is more to send
$ yes | wstap $URL
> text "y"
pause 0.7
< close 1000
> rest
err: /^wstap: the server closed with 1000 .* could be sent/
exit: 55

== the server is gone while there is more to send
$ yes | wstap $URL
> text "y"
pause 0.7
< rst
err: /^wstap: .*/
exit: 55

# --- the close

== --close with a code and no reason
$ wstap -w 0 --close 4000 $URL
> close 4000 ""

== --close when the server closes first: its code is the answer's
$ wstap --close 4000 $URL
hold
< close 1001
> close 1001

== --close with an error code that comes back
$ wstap -w 0 --close 1011:why $URL
> close 1011 "why"
< close 1011

== --close does not name a signal's close
$ wstap --close 4000 $URL
hold
< text "one"
pause 0.2
signal TERM
> close 1001
out: one
exit: 143
