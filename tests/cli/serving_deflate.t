# wstap -l and permessage-deflate (RFC 7692): what is chosen, and how messages
# go both ways.

== a plain offer
rule: 7692-5-once 6455-4.2.2-extensions
client
$ wstap -l 0 --once
< request "Sec-WebSocket-Extensions: permessage-deflate"
> "Sec-WebSocket-Extensions: permessage-deflate"

== what browsers offer
rule: 7692-7.1.2.2-answer
client
$ wstap -l 0 --once -e
< request "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"
< deflated text "Hello "*100
> deflated message text "Hello "*100
out-raw: "Hello "*100 "\n"

== two offers: one is chosen
rule: 7692-5-once 7692-5-fall-back
client
$ wstap -l 0 --once
< request "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10, permessage-deflate"
> "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10"

== --no-compress chooses none
rule: 7692-6.1-only-agreed
client
$ wstap -l 0 --once --no-compress -e
hold
< request "Sec-WebSocket-Extensions: permessage-deflate"
> no Sec-WebSocket-Extensions
< text "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
> text "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
out: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa

== nothing is compressed where nothing was offered
rule: 7692-6.1-only-agreed 6455-5.2-rsv-sent
client
$ wstap -l 0 --once -e
hold
> no Sec-WebSocket-Extensions
< text "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
> text "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
out: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa

== server_no_context_takeover: in the answer, and kept to
rule: 7692-7.1.1.1-answer 7692-7.1.1.1-kept
client
$ wstap -l 0 --once -w 0
in: What is said twice is shorter the second time, in a context that is kept.
in: What is said twice is shorter the second time, in a context that is kept.
< request "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover"
> "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover"
> deflated message text "What is said twice is shorter the second time, in a context that is kept."
> deflated message text "What is said twice is shorter the second time, in a context that is kept."
> close 1000

== client_no_context_takeover: a reference to the message before is refused
rule: 7692-7.1.1.2-read 7692-7.2.2-too-far
client
$ wstap -l 0 --once
hold
< request "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover"
< text "\xf2\x48\xcd\xc9\xc9\x07\x00" rsv=4
< text "\xf2\x00\x11\x00\x00" rsv=4
> close 1007
out-like: Hello\nH?
err: /^wstap: .*1007/
exit: 110

== a context is kept where nothing else was agreed
rule: 7692-7.1.1.2-read 7692-7.2.3.2-shared-window
client
$ wstap -l 0 --once
hold
< request "Sec-WebSocket-Extensions: permessage-deflate"
< text "\xf2\x48\xcd\xc9\xc9\x07\x00" rsv=4
< text "\xf2\x00\x11\x00\x00" rsv=4
out: Hello
out: Hello

== the smallest window
rule: 7692-7.1.2.1-answer 7692-7.1.2.1-kept
client
$ wstap -l 0 --once -e
< request "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=8"
> "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=8"
< text "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"*20
> deflated message text "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"*20
out-raw: "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"*20 "\n"

== client_max_window_bits without an offer of it is not answered
rule: 7692-7.1.2.2-answer
client
$ wstap -l 0 --once --deflate client_max_window_bits=10
< request "Sec-WebSocket-Extensions: permessage-deflate"
> no Sec-WebSocket-Extensions

== an unknown parameter declines the offer, the next one counts
rule: 7692-7.1-unknown-parameter 7692-5-fall-back
client
$ wstap -l 0 --once
< request "Sec-WebSocket-Extensions: permessage-deflate; frob, permessage-deflate; server_no_context_takeover"
> "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover"

== a parameter given twice
rule: 7692-7.1-twice
client
$ wstap -l 0 --once
< request "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; server_no_context_takeover"
> no Sec-WebSocket-Extensions

== a window given twice
rule: 7692-7.1-twice
client
$ wstap -l 0 --once
< request "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10; server_max_window_bits=10"
> no Sec-WebSocket-Extensions

== a window of 7
rule: 7692-7.1.2-value 7692-7.1-bad-value
client
$ wstap -l 0 --once
< request "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=7"
> no Sec-WebSocket-Extensions

== a window of 16
rule: 7692-7.1.2-value 7692-7.1-bad-value
client
$ wstap -l 0 --once
< request "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=16"
> no Sec-WebSocket-Extensions

== a window of 010
rule: 7692-7.1.2-value
client
$ wstap -l 0 --once
< request "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=010"
> no Sec-WebSocket-Extensions

== a server's window without a value
rule: 7692-7.1.2-value 7692-7.1-bad-value
client
$ wstap -l 0 --once
< request "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits"
> no Sec-WebSocket-Extensions

== server_no_context_takeover with a value
rule: 7692-7.1.1.1-value 7692-7.1-bad-value
client
$ wstap -l 0 --once
< request "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover=1"
> no Sec-WebSocket-Extensions

== client_no_context_takeover with a value
rule: 7692-7.1.1.2-value 7692-7.1-bad-value
client
$ wstap -l 0 --once
< request "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover=1"
> no Sec-WebSocket-Extensions

== compressed fragments, control frames between, uncompressed messages between
rule: 7692-6.2-fragments 7692-6-uncompressed
client
$ wstap -l 0 --once
hold
< request "Sec-WebSocket-Extensions: permessage-deflate"
< text "\xf2\x48" rsv=4 fin=0
< ping "x"
> pong "x"
< continuation "\xcd\xc9\xc9" fin=0
< continuation "" fin=0
< continuation "\x07\x00"
< text "plain"
< text "\x00" rsv=4
< text "\xf2\x00\x11\x00\x00" rsv=4
out: Hello
out: plain
out:
out: Hello

== deflated messages in fragments of a byte
rule: 7692-6.2-fragments 6455-6.2-any-cut
client
$ wstap -l 0 --once
hold
< request "Sec-WebSocket-Extensions: permessage-deflate"
cut 3
< deflated text "what is deflated is inflated" fragment=1
< deflated text "what is deflated is inflated, is inflated" fragment=2
out: what is deflated is inflated
out: what is deflated is inflated, is inflated

== RSV1 without an agreement
rule: 7692-6-rsv1-not-agreed
client
$ wstap -l 0 --once
hold
< text "\xf2\x48\xcd\xc9\xc9\x07\x00" rsv=4
> close 1002
err: /^wstap: .*RSV1/
exit: 110

== RSV1 on a continuation
rule: 7692-6-rsv1-continuation
client
$ wstap -l 0 --once
hold
< request "Sec-WebSocket-Extensions: permessage-deflate"
< text "\xf2\x48" rsv=4 fin=0
< continuation "\xcd\xc9\xc9\x07\x00" rsv=4
> close 1002
out-like: (He?)?
err: /^wstap: .*RSV1/
exit: 110

== RSV1 on a ping
rule: 7692-6-rsv1-control
client
$ wstap -l 0 --once
hold
< request "Sec-WebSocket-Extensions: permessage-deflate"
< ping "x" rsv=4
> close 1002
err: /^wstap: .*RSV1/
exit: 110

== no DEFLATE
rule: 7692-7.2.2-bad-data
client
$ wstap -l 0 --once
hold
< request "Sec-WebSocket-Extensions: permessage-deflate"
< text "\x06" rsv=4
> close 1007
err: /^wstap: .*DEFLATE.*1007/
exit: 110

== a text that is not UTF-8 when inflated
rule: 7692-6.2-utf8
client
$ wstap -l 0 --once
hold
< request "Sec-WebSocket-Extensions: permessage-deflate"
< text "\x00\x02\x00\xfd\xffa\xff" rsv=4 fin=0
> close 1007
out-raw: "a"
err: /^wstap: .*UTF-8.*1007/
exit: 110

== a message over --max-message when inflated
rule: 7692-6.2-limit
client
$ wstap -l 0 --once --max-message 1k
hold
< request "Sec-WebSocket-Extensions: permessage-deflate"
< deflated binary "x"*1024
< deflated binary "x"*1025
> close 1009
out-like: x{1024}\nx{0,1024}
err: /^wstap: .*1009/
exit: 110

== an empty message
rule: 7692-7.2.1-empty
client
$ wstap -l 0 --once -w 0
in: something long enough to be compressed, again and again and again
in:
< request "Sec-WebSocket-Extensions: permessage-deflate"
> deflated message text "something long enough to be compressed, again and again and again"
> message text ""
> close 1000
