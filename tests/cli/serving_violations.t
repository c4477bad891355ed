# Every way for a client of wstap -l to break RFC 6455: a close with the right
# code, what was broken in one line, exit 110.

== RSV1 without an extension
rule: 6455-5.2-rsv 7692-6-rsv1-not-agreed
client
$ wstap -l 0 --once
hold
< text "hi" rsv=4
> close 1002
err: /^wstap: .*RSV1/
exit: 110

== RSV2
rule: 6455-5.2-rsv
client
$ wstap -l 0 --once
hold
< binary "hi" rsv=2
> close 1002
err: /^wstap: .*reserved bit/
exit: 110

== RSV3 on a ping
rule: 6455-5.2-rsv
client
$ wstap -l 0 --once
hold
< ping "hi" rsv=1
> close 1002
err: /^wstap: .*reserved bit/
exit: 110

== reserved data opcode 3
rule: 6455-5.2-opcode-data
client
$ wstap -l 0 --once
hold
< frame 3 "hi"
> close 1002
err: /^wstap: .*opcode/
exit: 110

== reserved data opcode 7
rule: 6455-5.2-opcode-data
client
$ wstap -l 0 --once
hold
< frame 7 ""
> close 1002
err: /^wstap: .*opcode/
exit: 110

== reserved control opcode 11
rule: 6455-5.2-opcode-control
client
$ wstap -l 0 --once
hold
< frame 11 ""
> close 1002
err: /^wstap: .*opcode/
exit: 110

== reserved control opcode 15
rule: 6455-5.2-opcode-control
client
$ wstap -l 0 --once
hold
< frame 15 "hi"
> close 1002
err: /^wstap: .*opcode/
exit: 110

== an unmasked frame from a client
rule: 6455-5.1-unmasked-from-client
client
$ wstap -l 0 --once
hold
< text "hi" mask=none
> close 1002
err: /^wstap: .*mask/
exit: 110

== an unmasked ping from a client
rule: 6455-5.1-unmasked-from-client
client
$ wstap -l 0 --once
hold
< ping "hi" mask=none
> close 1002
err: /^wstap: .*mask/
exit: 110

== an unmasked close from a client
rule: 6455-5.1-unmasked-from-client
client
$ wstap -l 0 --once
hold
< close 1000 mask=none
> close 1002
err: /^wstap: .*mask/
exit: 110

== a fragmented ping
rule: 6455-5.5-control-fragmented
client
$ wstap -l 0 --once
hold
< ping "hi" fin=0
> close 1002
err: /^wstap: .*control frame/
exit: 110

== a ping of 126 bytes
rule: 6455-5.5-control-max-125
client
$ wstap -l 0 --once
hold
< ping "a"*126
> close 1002
err: /^wstap: .*control frame/
exit: 110

== a close of 126 bytes
rule: 6455-5.5-control-max-125
client
$ wstap -l 0 --once
hold
< close 1000 "a"*124
> close 1002
err: /^wstap: .*control frame/
exit: 110

== a continuation of nothing
rule: 6455-5.4-nothing-to-continue
client
$ wstap -l 0 --once
hold
< continuation "hi"
> close 1002
err: /^wstap: .*continu/
exit: 110

== a continuation after a message's end
rule: 6455-5.4-nothing-to-continue
client
$ wstap -l 0 --once
hold
< text fin=0 "a"
< continuation "b"
< continuation "c"
> close 1002
out: ab
err: /^wstap: .*continu/
exit: 110

== a new message inside a fragmented one
rule: 6455-5.4-message-in-message
client
$ wstap -l 0 --once
hold
< text fin=0 "a"
< text "b"
> close 1002
out-raw: "a"
err: /^wstap: /
exit: 110

== a length in 16 bits that fits in 7
rule: 6455-5.2-length-minimal
client
$ wstap -l 0 --once
hold
< text "hi" size=16
> close 1002
err: /^wstap: .*length/
exit: 110

== a length in 64 bits that fits in 16
rule: 6455-5.2-length-minimal
client
$ wstap -l 0 --once
hold
< text "hi" size=64
> close 1002
err: /^wstap: .*length/
exit: 110

== a length with its top bit
rule: 6455-5.2-length-top-bit
client
$ wstap -l 0 --once
hold
< raw 82 ff 80 00 00 00 00 00 00 01 01 02 03 04
> close 1002
err: /^wstap: .*length/
exit: 110

== bad UTF-8
rule: 6455-8.1-invalid
client
$ wstap -l 0 --once
hold
< text "a\xffb"
> close 1007
out-raw: "a"
err: /^wstap: .*UTF-8/
exit: 110

== bad UTF-8 is known at once, before the message is whole
rule: 6455-8.1-at-once
client
$ wstap -l 0 --once
hold
< text "a\xff" length=100
> close 1007
out-raw: "a"
err: /^wstap: .*UTF-8/
exit: 110

== bad UTF-8 a byte at a time
rule: 6455-8.1-at-once
client
$ wstap -l 0 --once
hold
cut 1
< text "a\xe2\x82\x41"
> close 1007
err: /^wstap: .*UTF-8/
out-like: a(\xe2(\x82)?)?
exit: 110

== a surrogate
rule: 6455-8.1-surrogate
client
$ wstap -l 0 --once
hold
< text "\xed\xa0\x80"
> close 1007
err: /^wstap: .*UTF-8/
out-like: \xed?
exit: 110

== a surrogate's second byte is one too many
rule: 6455-8.1-at-once 6455-8.1-surrogate
client
$ wstap -l 0 --once
hold
< text "\xed\xa0" length=3
> close 1007
err: /^wstap: .*UTF-8/
out-like: \xed?
exit: 110

== an overlong form
rule: 6455-8.1-overlong
client
$ wstap -l 0 --once
hold
< text "\xc0\xaf"
> close 1007
err: /^wstap: .*UTF-8/
exit: 110

== over U+10FFFF
rule: 6455-8.1-range
client
$ wstap -l 0 --once
hold
< text "\xf4\x90" length=4
> close 1007
err: /^wstap: .*UTF-8/
out-like: \xf4?
exit: 110

== a text that ends inside a character
rule: 6455-8.1-cut-end
client
$ wstap -l 0 --once
hold
< text "\xe2\x82"
> close 1007
err: /^wstap: .*UTF-8/
out-like: (\xe2(\x82)?)?
exit: 110

== a fragmented text that ends inside a character
rule: 6455-8.1-cut-end
client
$ wstap -l 0 --once
hold
< text fin=0 "\xe2"
< continuation "\x82"
> close 1007
err: /^wstap: .*UTF-8/
out-like: (\xe2(\x82)?)?
exit: 110

== bad UTF-8 over a fragment's edge
rule: 6455-8.1-across-frames
client
$ wstap -l 0 --once
hold
< text fin=0 "\xe2\x82"
< continuation "a"
> close 1007
err: /^wstap: .*UTF-8/
out-like: (\xe2(\x82)?)?
exit: 110

== binary may be anything
rule: 6455-5.6-binary
client
$ wstap -l 0 --once
hold
< binary "\xff\xfe"
< close 1000
out-raw: "\xff\xfe\n"

== a close of one byte
rule: 6455-5.5.1-one-byte
client
$ wstap -l 0 --once
hold
< frame 8 "\x03"
> close 1002
err: /^wstap: .*close/
exit: 110

== close code 999
rule: 6455-7.4-unassigned
client
$ wstap -l 0 --once
hold
< close 999
> close 1002
err: /^wstap: .*code/
exit: 110

== close code 1004
rule: 6455-7.4-not-on-the-wire
client
$ wstap -l 0 --once
hold
< close 1004
> close 1002
err: /^wstap: .*code/
exit: 110

== close code 1005
rule: 6455-7.4-not-on-the-wire
client
$ wstap -l 0 --once
hold
< close 1005
> close 1002
err: /^wstap: .*code/
exit: 110

== close code 1006
rule: 6455-7.4-not-on-the-wire
client
$ wstap -l 0 --once
hold
< close 1006
> close 1002
err: /^wstap: .*code/
exit: 110

== close code 1015
rule: 6455-7.4-not-on-the-wire
client
$ wstap -l 0 --once
hold
< close 1015
> close 1002
err: /^wstap: .*code/
exit: 110

== close code 1100
rule: 6455-7.4-unassigned
client
$ wstap -l 0 --once
hold
< close 1100
> close 1002
err: /^wstap: .*code/
exit: 110

== close code 2999
rule: 6455-7.4-unassigned
client
$ wstap -l 0 --once
hold
< close 2999
> close 1002
err: /^wstap: .*code/
exit: 110

== close code 5000
rule: 6455-7.4-unassigned
client
$ wstap -l 0 --once
hold
< close 5000
> close 1002
err: /^wstap: .*code/
exit: 110

== close code 0
rule: 6455-7.4-unassigned
client
$ wstap -l 0 --once
hold
< close 0
> close 1002
err: /^wstap: .*code/
exit: 110

== bad UTF-8 in a close reason
rule: 6455-5.5.1-reason-utf8
client
$ wstap -l 0 --once
hold
< close 1000 "b\xffd"
> close 1007
err: /^wstap: .*UTF-8/
exit: 110

== bad UTF-8 in a close reason, a byte at a time
rule: 6455-5.5.1-reason-utf8
client
$ wstap -l 0 --once
hold
cut 1
< close 1000 "\xe2\x82"
> close 1007
err: /^wstap: .*UTF-8/
exit: 110

== a fault is the end: what follows is not printed
rule: 6455-7.1.7-deaf
client
$ wstap -l 0 --once
hold
< text "before"
<+ frame 3 "x"
<+ text "after"
> close 1002
out: before
err: /^wstap: .*opcode/
exit: 110

== a fault while input waits
rule: 6455-7.1.7-code
client
$ wstap -l 0 --once
in: one
> text "one"
< frame 3 "x"
> close 1002
err: /^wstap: .*opcode/
exit: 110

== the code that was sent is named
rule: 6455-7.1.7-code
client
$ wstap -l 0 --once
hold
< text "\xff"
> close 1007
err: /^wstap: .*1007/
exit: 110
