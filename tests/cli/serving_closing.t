# wstap -l: the closing handshake in every order, and connections that just
# end. Where a case says no more, its client closes, has its answer, and sees
# the server end the connection first.

== the client closes with 1000
rule: 6455-5.5.1-answered 6455-5.5.1-echo 6455-7.1.1-server-first
client
$ wstap -l 0 --once
hold
< close 1000
> close 1000
> eof

== the client closes with 1001
rule: 6455-5.5.1-echo 6455-7.1.1-server-first
client
$ wstap -l 0 --once
hold
< close 1001 "off I go"
> close 1001 "off I go"
> eof

== the client closes without a code
rule: 6455-5.5.1-echo 6455-7.1.5-code
client
$ wstap -l 0 --once
hold
< close
> close
> eof

== the client closes with an error's code
rule: 6455-7.1.5-code 6455-7.1.6-reason
client
$ wstap -l 0 --once
hold
< close 1011 "I fell\x1b[2J"
> close 1011
err: /^wstap: .*1011.*I fell\\x1b\[2J/
exit: 111

== the client closes with a code of its own
rule: 6455-7.4-assigned 6455-7.1.6-reason
client
$ wstap -l 0 --once
hold
< close 4999 "mine"
> close 4999
err: /^wstap: .*4999.*mine/
exit: 111

== messages before the client's close are printed, what follows is dropped
rule: 6455-5.5.1-dropped
client
$ wstap -l 0 --once
hold
< text "one"
<+ close 1000
<+ text "never"
<+ frame 3 "x"
> close 1000
> eof
out: one

== the server's input ends: it closes first, in both senses
rule: 6455-7.1.1-server-first 6455-7.1.2-start 6455-5.5.1-still-read
client
$ wstap -l 0 --once -w 0
in: hi
> text "hi"
> close 1000
< text "late"
< close 1000
> eof
out: late

== --close CODE:REASON
rule: 6455-7.1.2-start
client
$ wstap -l 0 --once -w 0 --close 4000:enough
in: hi
> text "hi"
> close 4000 "enough"
< close 4000
> eof

== both close at once
rule: 6455-7.1.4-simultaneous 6455-7.1.1-server-first
client
$ wstap -l 0 --once -w 0
in: hi
> text "hi"
< close 1000
> close 1000
> eof

== our close is answered with another code, which counts
rule: 6455-7.1.5-code
client
$ wstap -l 0 --once -w 0
in: hi
> text "hi"
> close 1000
< close 4000 "mine"
> eof
err: /^wstap: .*4000.*mine/
exit: 111

== our close is answered by a FIN
rule: 6455-7.2.1-half-close
client
$ wstap -l 0 --once -w 0
in: hi
> text "hi"
> close 1000
< eof

== our close is answered by RST
rule: 6455-7.2.1-reset
client
$ wstap -l 0 --once -w 0
in: hi
> text "hi"
> close 1000
< rst

== nothing is sent behind our close, no pong and no close
rule: 6455-5.5.1-nothing-after 6455-5.5.1-answered
client
$ wstap -l 0 --once -w 0
in: hi
> text "hi"
> close 1000
< ping "x"
< close 1000
> eof

== nothing is sent behind the answer to the client's close
rule: 6455-5.5.1-nothing-after 6455-5.5.1-dropped
client
$ wstap -l 0 --once -e
hold
< text "one"
<+ close 1000
<+ text "two"
<+ ping "x"
> text "one"
> close 1000
> eof
out: one

== the client is gone without a request: the next one is served
rule: 6455-4.2.1-whole 6455-7.2.1-half-close 6455-7.2.2-server-goes-on
client
$ wstap -l 0 -e
< eof
< again
< text "a"
> text "a"
< close 1000
> close 1000
> eof
< again
< ping
> pong
signal TERM
> close 1001
out: a
err: ...
exit: 143

== a RST in the middle of the request
rule: 6455-4.2.1-whole 6455-7.2.1-reset 6455-7.2.2-server-goes-on
client
$ wstap -l 0 -e
< first "GET / HTTP/1.1\r\nHost: a\r\nUpgr"
pause 0.05
< rst
< again
< text "a"
> text "a"
signal TERM
> close 1001
out: a
err: ...
exit: 143

== a FIN in the middle of the request
rule: 6455-4.2.1-whole 6455-7.2.1-half-close 6455-7.2.2-server-goes-on
client
$ wstap -l 0 -e
< first "GET / HTTP/1.1\r\nHost: a\r\nUpgr"
< eof
< again
< text "a"
> text "a"
signal TERM
> close 1001
out: a
err: ...
exit: 143

== a FIN when the connection is open and idle
rule: 6455-7.1.5-lost 6455-7.2.1-half-close
client
$ wstap -l 0 --once
hold
< text "one"
< eof
out: one
err: /^wstap: .*without a close/
exit: 56

== a FIN in the middle of a header
rule: 6455-7.1.5-lost 6455-7.2.1-half-close
client
$ wstap -l 0 --once
hold
< raw 81 fe 01
< eof
err: /^wstap: .*without a close/
exit: 56

== a FIN in the middle of a frame
rule: 6455-7.1.5-lost 6455-7.2.1-half-close
client
$ wstap -l 0 --once
hold
< text "hal" length=10
< eof
out-raw: "hal"
err: /^wstap: .*without a close/
exit: 56

== a FIN in the middle of a message
rule: 6455-7.1.5-lost 6455-7.2.1-half-close
client
$ wstap -l 0 --once
hold
< text "hal" fin=0
< eof
out-raw: "hal"
err: /^wstap: .*without a close/
exit: 56

== a FIN in the middle of a close frame
rule: 6455-7.1.5-lost 6455-7.2.1-half-close
client
$ wstap -l 0 --once
hold
< raw 88 82 01 02 03 04 02
< eof
err: /^wstap: .*without a close/
exit: 56

== a FIN behind the client's close
rule: 6455-7.2.1-half-close 6455-5.5.1-answered
client
$ wstap -l 0 --once
hold
< close 1000
< eof

== a RST when the connection is open and idle
rule: 6455-7.1.5-lost 6455-7.2.1-reset
client
$ wstap -l 0 --once
hold
< text "one"
pause 0.2
< rst
out: one
err: /^wstap: .*reset/
exit: 56

== a RST in the middle of a frame
rule: 6455-7.1.5-lost 6455-7.2.1-reset
client
$ wstap -l 0 --once
hold
< text "hal" length=10
pause 0.2
< rst
out-raw: "hal"
err: /^wstap: .*reset/
exit: 56

== a RST in the middle of a message
rule: 6455-7.1.5-lost 6455-7.2.1-reset
client
$ wstap -l 0 --once
hold
< text "hal" fin=0
pause 0.2
< rst
out-raw: "hal"
err: /^wstap: .*reset/
exit: 56

== a RST behind the client's close
rule: 6455-7.2.1-reset 6455-7.1.5-code
client
$ wstap -l 0 --once
hold
< close 1000
> close 1000
< rst

== a signal: 1001
rule: 6455-7.3-going-away 6455-7.1.1-server-first
client
$ wstap -l 0
hold
< text "one"
< ping
> pong
signal TERM
> close 1001
< close 1001
> eof
out: one
exit: 143

== one client after another, whatever became of the one before
rule: 6455-7.2.2-server-goes-on
client
$ wstap -l 0 -e
< text "one"
> text "one"
< again
< frame 3 "x"
> close 1002
< again
< text "\xff"
> close 1007
< again
< text "two"
> text "two"
< rst
< again
< text "three" fin=0
< hangup
< again
< close 4000
> close 4000
< again
< text "four"
> text "four"
signal TERM
> close 1001
out: one
out: two
out: three
out: four
err: ...
exit: 143

== pings are answered, whatever their bytes, between the client's fragments
rule: 6455-5.5.2-pong 6455-5.5.3-same-data 6455-5.4-control-between
client
$ wstap -l 0 --once
hold
< text fin=0 "he"
< ping "\x00\xff"
> pong "\x00\xff"
< continuation "llo"
< pong "nobody asked"
< ping ""
> pong ""
out: hello

== frames a byte at a time
rule: 6455-6.2-any-cut 6455-5.3-unmask 6455-8.1-across-frames
client
$ wstap -l 0 --once
hold
cut 1
< text fin=0 "h\xc3"
< ping "p"
> pong "p"
< continuation "\xa9!"
< binary size=16 "x"*126
< close 1000 "bye"
> close 1000
out: hé!
out: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx

== text that is not UTF-8 is not sent
rule: 6455-6.1-text
client
$ wstap -l 0 --once -w 0
in-raw: "good\nb\xffd\nnever\n"
> text "good"
> close 1000
err: /^wstap: .*2.*UTF-8/
exit: 26

== --close with a code that may not be sent
rule: 6455-7.4-own
server none
$ wstap -l 0 --close 1006
err: /^wstap: .*1006/
exit: 2
