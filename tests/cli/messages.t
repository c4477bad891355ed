# Messages both ways.

== a text is printed with a newline
rule: 6455-5.6-text
$ wstap $URL
hold
< text "hello"
< close 1000
> close 1000
out: hello

== an empty text is an empty line
rule: 6455-5.6-text
$ wstap $URL
hold
< text ""
< text "a"
< close 1000
out-raw: "\na\n"

== binary goes out as it is
rule: 6455-5.6-binary
$ wstap $URL
hold
< binary "\x00\xff\xfe\x0a"
< close 1000
out-raw: "\x00\xff\xfe\x0a\x0a"

== fragments are one message
rule: 6455-5.4-fragments
$ wstap $URL
hold
< text fin=0 "hel"
< continuation fin=0 ""
< continuation fin=0 "lo"
< continuation "!"
< close 1000
out: hello!

== a character cut by a fragment's end
rule: 6455-8.1-across-frames
$ wstap $URL
hold
< text fin=0 "\xe2\x82"
< continuation "\xac"
< close 1000
out: €

== a message is printed when it is whole, or as it comes, but before the next
rule: 6455-6.2-type
$ wstap $URL
hold
< text fin=0 "one"
pause 0.1
< continuation " more"
<+ text "two"
< close 1000
out: one more
out: two

== ping between two fragments is answered at once
rule: 6455-5.4-control-between 6455-5.5.2-pong
$ wstap $URL
hold
< text fin=0 "he"
< ping "x"
> pong "x"
< continuation "llo"
< close 1000
> close 1000
out: hello

== a ping's payload comes back, whatever it is
rule: 6455-5.5.3-same-data
$ wstap $URL
hold
< ping "\x00\xff\x80 0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890"
> pong "\x00\xff\x80 0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890"
< ping ""
> pong ""
< close 1000

== a pong nobody asked for is nothing
rule: 6455-5.5.3-unasked
$ wstap $URL
hold
< pong "x"
< text "a"
< close 1000
out: a

== frames a byte at a time
rule: 6455-6.2-any-cut
$ wstap $URL
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

== pieces of three
rule: 6455-6.2-any-cut
$ wstap $URL
hold
cut 3
< text "one"
<+ text "two"
<+ ping "x"
<+ text "three"
<+ close 1000
> pong "x"
out: one
out: two
out: three

== TLS, a byte a record
rule: 6455-6.2-any-cut
server tls
$ wstap --ca $CERTS/ca.pem $URL
hold
cut 1
< text fin=0 "on"
< ping "p"
> pong "p"
< continuation "e"
< close 1000
> close 1000
out: one

== TLS, many messages in a record
server tls
$ wstap --ca $CERTS/ca.pem $URL
hold
< text "one"
<+ binary size=16 "x"*9000
<+ text "two"
<+ text "three"
pause 0.2
< close 1000
> close 1000
out: one
out-raw: "x"*9000 "\n"
out: two
out: three

== lines in, one message each
rule: 6455-6.1-whole
$ wstap -w 0 $URL
in: one
in: two
in:
in: four
> text "one"
> text "two"
> text ""
> text "four"
> close 1000

== a last line without a newline counts
$ wstap -w 0 $URL
in-raw: "one\ntwo"
> text "one"
> text "two"
> close 1000

== CRLF lines
$ wstap -w 0 $URL
in-raw: "one\r\nt\rwo\r\n\r\n"
> text "one"
> text "t\rwo"
> text ""
> close 1000

== -b sends binary
$ wstap -b -w 0 $URL
in-raw: "\xff\xfe\n\x00"
> binary "\xff\xfe"
> binary "\x00"
> close 1000

== -x is sent instead of stdin, in order
$ wstap -x one -w 0 -x two -x "" $URL
in: not this
> text "one"
> text "two"
> text ""
> close 1000

== -x with -b
$ wstap -b -x one -w 0 $URL
> binary "one"
> close 1000

== -x may begin with a slash or a dash
$ wstap -w 0 -x /ping -x -x $URL
> text "/ping"
> text "-x"
> close 1000

== text that is not UTF-8 is not sent
rule: 6455-6.1-text
$ wstap $URL
in-raw: "good\nb\xffd\nnever\n"
> text "good"
err: /^wstap: .*2.*UTF-8/
exit: 26

== -x that is not UTF-8 is not sent
rule: 6455-6.1-text
$ wstap -x "$(printf 'b\377d')" $URL
err: /^wstap: .*UTF-8/
exit: 26

== a lone surrogate is not UTF-8
rule: 6455-6.1-text
$ wstap $URL
in-raw: "\xed\xa0\x80\n"
err: /^wstap: .*1.*UTF-8/
exit: 26

== stdin closed is no input
$ wstap -w 0 $URL <&-
> close 1000

== reading a directory fails
$ wstap $URL </
err: /^wstap: .*irectory/
exit: 26

== the reply is printed, and the wait is short
$ wstap $URL
in: hi
within: 5
> text "hi"
pause 0.2
< text "hi yourself"
> close 1000
out: hi yourself

== -w counts from the last message
$ wstap -w 0.6 $URL
in: hi
> text "hi"
pause 0.4
< text "one"
pause 0.4
< text "two"
pause 0.4
< text "three"
> nothing 0.3
> close 1000
out: one
out: two
out: three

== pings do not extend -w
$ wstap -w 0.6 $URL
in: hi
> text "hi"
pause 0.4
< ping "x"
> pong "x"
pause 0.05
> close 1000
within: 3

== -w 0 closes at once
$ wstap -w 0 $URL
in: hi
within: 3
> text "hi"
> close 1000

== what comes after our close is still printed when -w ended the run
rule: 6455-5.5.1-still-read
$ wstap -w 0 $URL
in: hi
> text "hi"
> close 1000
< text "late"
< close 1000
out: late

== -w inf waits for the server
$ wstap -w inf $URL
in: hi
> text "hi"
> nothing 1.5
< text "late"
< close 1000
out: late

== -w -1 is -w inf
$ wstap -w -1 $URL
in: hi
> text "hi"
> nothing 1.5
< close 1000

== -m ends after so many messages
$ wstap -m 2 $URL
hold
< text "one"
<+ text "two"
<+ text "three"
> close 1000
out: one
out: two

== -1 ends after one
$ wstap -1 $URL
hold
< ping ""
> pong ""
< text fin=0 "o"
< continuation "ne"
> close 1000
out: one

== -e sends back what comes, and prints it
$ wstap -e $URL
hold
< text "one"
> message text "one"
< binary "\xff"
> message binary "\xff"
< text fin=0 "t"
< continuation "wo"
> message text "two"
< close 1000
out-raw: "one\n\xff\ntwo\n"

== -q says nothing but errors
$ wstap -q $URL
hold
< text "one"
< close 1011 "sorry"
out: one
err: /^wstap: .*1011/
exit: 111

== -P shows pings and pongs
$ wstap -P $URL
hold
< ping "are you there"
> pong "are you there"
< pong "yes"
< close 1000
err: ...
err: /ping.*are you there/
err: ...
err: /pong.*yes/
err: ...

== what is shown of a ping is safe for a terminal
$ wstap -P $URL
hold
< ping "\x1b[2J"
> pong "\x1b[2J"
< close 1000
err: ...
err: /\\x1b\[2J/
err: ...
