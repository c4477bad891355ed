# permessage-deflate (RFC 7692) as a client: what is offered, how the answer is
# judged, and how messages go both ways.

== the offer is that of browsers
rule: 7692-5-offer 6455-4.1-request-extensions
$ wstap -w 0 $URL
> "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"
> close 1000

== --no-compress offers nothing
rule: 6455-4.1-request-extensions 7692-6.1-only-agreed
$ wstap -w 0 --no-compress $URL
in-raw: "Hello "*100
> no Sec-WebSocket-Extensions
> text "Hello "*100
> close 1000

== --no-compress, and the server chooses it all the same
rule: 6455-4.1-answer-extension
$ wstap --no-compress $URL
hold
< 101 "Sec-WebSocket-Extensions: permessage-deflate"
err: /^wstap: .*permessage-deflate/
exit: 8

== an offer of several, and what the server made of the second
rule: 7692-5-offer 7692-5-fall-back
$ wstap -w 0 --deflate "server_no_context_takeover; server_max_window_bits=10, server_max_window_bits=12" $URL
> "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; server_max_window_bits=10, permessage-deflate; server_max_window_bits=12"
< 101 "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=11"
> close 1000

== a server that declines: messages are as they are
rule: 7692-5-declined 7692-6.1-only-agreed 6455-5.2-rsv-sent
$ wstap -w 0 $URL
in-raw: "Hello "*100
< 101
> text "Hello "*100
> close 1000

== compressed both ways
rule: 7692-7.2.1-tail 7692-7.2.2-tail 7692-6.1-rsv1-sent
$ wstap -e $URL
hold
< 101 "Sec-WebSocket-Extensions: permessage-deflate"
< deflated text "Hello "*100
> deflated message text "Hello "*100
< deflated binary "\xff\x00"*300
> deflated message binary "\xff\x00"*300
< text "plain, and long enough to be compressed on its way back, as it is here"
> deflated message text "plain, and long enough to be compressed on its way back, as it is here"
< close 1000
> close 1000
out-raw: "Hello "*100 "\n" "\xff\x00"*300 "\nplain, and long enough to be compressed on its way back, as it is here\n"

== an answer with blanks of all kinds, in two headers
rule: 6455-9.1-lists
$ wstap -w 0 $URL
< 101 "Sec-WebSocket-Extensions:," "Sec-WebSocket-Extensions:  permessage-deflate ;\tserver_max_window_bits = 10 ,"
> close 1000

== an answer with a quoted value
rule: 6455-9.1-quoted
$ wstap -w 0 $URL
< 101 "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=\"1\\0\""
> close 1000

== an answer that does not follow the grammar
rule: 6455-9.1-syntax
$ wstap $URL
hold
< 101 "Sec-WebSocket-Extensions: permessage-deflate; ="
err: /^wstap: .*permessage-deflate/
exit: 8

== a quote that does not end
rule: 6455-9.1-syntax 6455-9.1-quoted
$ wstap $URL
hold
< 101 "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=\"10"
err: /^wstap: .*server_max_window_bits/
exit: 8

== a quoted value that is no token
rule: 6455-9.1-quoted
$ wstap $URL
hold
< 101 "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=\"10 \""
err: /^wstap: .*server_max_window_bits/
exit: 8

== chosen twice
rule: 7692-5-once
$ wstap $URL
hold
< 101 "Sec-WebSocket-Extensions: permessage-deflate, permessage-deflate"
err: /^wstap: .*permessage-deflate/
exit: 8

== chosen twice in two headers
rule: 7692-5-once
$ wstap $URL
hold
< 101 "Sec-WebSocket-Extensions: permessage-deflate" "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover"
err: /^wstap: .*permessage-deflate/
exit: 8

== an extension beside it that nobody asked for
rule: 6455-4.1-answer-extension
$ wstap $URL
hold
< 101 "Sec-WebSocket-Extensions: permessage-deflate, x-webkit-deflate-frame"
err: /^wstap: .*x-webkit-deflate-frame/
exit: 8

== an unknown parameter
rule: 7692-7.1-unknown-parameter
$ wstap $URL
hold
< 101 "Sec-WebSocket-Extensions: permessage-deflate; frob"
err: /^wstap: .*frob/
exit: 8

== a parameter given twice
rule: 7692-7.1-twice
$ wstap $URL
hold
< 101 "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; server_no_context_takeover"
err: /^wstap: .*server_no_context_takeover/
exit: 8

== a window given twice
rule: 7692-7.1-twice
$ wstap $URL
hold
< 101 "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=10; client_max_window_bits=11"
err: /^wstap: .*client_max_window_bits/
exit: 8

== server_no_context_takeover with a value
rule: 7692-7.1.1.1-value 7692-7.1-bad-value
$ wstap $URL
hold
< 101 "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover=1"
err: /^wstap: .*server_no_context_takeover/
exit: 8

== client_no_context_takeover with a value
rule: 7692-7.1.1.2-value 7692-7.1-bad-value
$ wstap $URL
hold
< 101 "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover=\"\""
err: /^wstap: .*client_no_context_takeover/
exit: 8

== a server's window without a value
rule: 7692-7.1.2-value
$ wstap $URL
hold
< 101 "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits"
err: /^wstap: .*server_max_window_bits/
exit: 8

== a client's window without a value
rule: 7692-7.1.2-value 7692-7.1.2.2-answer
$ wstap $URL
hold
< 101 "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"
err: /^wstap: .*client_max_window_bits/
exit: 8

== a window of 7
rule: 7692-7.1.2-value 7692-7.1-bad-value
$ wstap $URL
hold
< 101 "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=7"
err: /^wstap: .*server_max_window_bits/
exit: 8

== a window of 16
rule: 7692-7.1.2-value
$ wstap $URL
hold
< 101 "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=16"
err: /^wstap: .*client_max_window_bits/
exit: 8

== a window of 09
rule: 7692-7.1.2-value
$ wstap $URL
hold
< 101 "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=09"
err: /^wstap: .*server_max_window_bits/
exit: 8

== a server's window that is larger than offered
rule: 7692-7.1.2.1-answer
$ wstap --deflate server_max_window_bits=10 $URL
hold
< 101 "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=11"
err: /^wstap: .*server_max_window_bits/
exit: 8

== a server's window that is not answered
rule: 7692-7.1.2.1-answer
$ wstap --deflate server_max_window_bits=10 $URL
hold
< 101 "Sec-WebSocket-Extensions: permessage-deflate"
err: /^wstap: .*server_max_window_bits/
exit: 8

== a server's context that is to be dropped, not answered
rule: 7692-7.1-bad-value
$ wstap --deflate server_no_context_takeover $URL
hold
< 101 "Sec-WebSocket-Extensions: permessage-deflate"
err: /^wstap: .*server_no_context_takeover/
exit: 8

== a client's window that was not offered
rule: 7692-7.1.2.2-answer
$ wstap --deflate "" $URL
hold
< 101 "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=10"
err: /^wstap: .*client_max_window_bits/
exit: 8

== a client's window that is larger than offered
rule: 7692-7.1.2.2-answer
$ wstap --deflate client_max_window_bits=10 $URL
hold
< 101 "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=11"
err: /^wstap: .*client_max_window_bits/
exit: 8

== a client's window, the smallest, is kept to
rule: 7692-7.1.2.2-kept 7692-7.1.2.2-answer
$ wstap -w 0 $URL
in-raw: "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"*20
< 101 "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=8"
> deflated message text "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"*20
> close 1000

== client_no_context_takeover is kept to
rule: 7692-7.1.1.2-kept
$ wstap -w 0 $URL
in-raw: "Hello "*100 "\n" "Hello "*100
< 101 "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover"
> deflated message text "Hello "*100
> deflated message text "Hello "*100
> close 1000

== a context is kept where nothing else was agreed
rule: 7692-7.1.1.1-read 7692-7.2.3.2-shared-window
$ wstap $URL
hold
< 101 "Sec-WebSocket-Extensions: permessage-deflate"
< text "\xf2\x48\xcd\xc9\xc9\x07\x00" rsv=4
< text "\xf2\x00\x11\x00\x00" rsv=4
< close 1000
out: Hello
out: Hello

== server_no_context_takeover: a reference to the message before is refused
rule: 7692-7.1.1.1-read 7692-7.2.2-too-far
$ wstap $URL
hold
< 101 "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover"
< text "\xf2\x48\xcd\xc9\xc9\x07\x00" rsv=4
< text "\xf2\x00\x11\x00\x00" rsv=4
> close 1007
out-like: Hello\nH?
err: /^wstap: .*1007/
exit: 110

== the RFC's examples
rule: 7692-7.2.3.1-one-block 7692-7.2.3.3-stored 7692-7.2.3.4-final 7692-7.2.3.5-two-blocks 7692-7.2.3.6-empty
$ wstap $URL
hold
< 101 "Sec-WebSocket-Extensions: permessage-deflate"
< text "\xf2\x48\xcd\xc9\xc9\x07\x00" rsv=4
< text "\xf2\x48\xcd" rsv=4 fin=0
< continuation "\xc9\xc9\x07\x00"
< text "\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00" rsv=4
< text "\xf3\x48\xcd\xc9\xc9\x07\x00\x00" rsv=4
< text "\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00" rsv=4
< text "\x00" rsv=4
< close 1000
out: Hello
out: Hello
out: Hello
out: Hello
out: Hello
out:

== compressed fragments, control frames between, uncompressed messages between
rule: 7692-6.2-fragments 7692-6-uncompressed
$ wstap $URL
hold
< 101 "Sec-WebSocket-Extensions: permessage-deflate"
cut 1
< text "\xf2\x48" rsv=4 fin=0
< ping "x"
> pong "x"
< continuation "\xcd\xc9\xc9" fin=0
< continuation "" fin=0
< continuation "\x07\x00"
< text "plain"
< text "\x00" rsv=4
< text "\xf2\x00\x11\x00\x00" rsv=4
< close 1000
out: Hello
out: plain
out:
out: Hello

== deflated messages in fragments of a byte
rule: 7692-6.2-fragments
$ wstap $URL
hold
< 101 "Sec-WebSocket-Extensions: permessage-deflate"
< deflated text "what is deflated is inflated" fragment=1
< deflated text "what is deflated is inflated, is inflated" fragment=2
< close 1000
out: what is deflated is inflated
out: what is deflated is inflated, is inflated

== what has come is inflated and printed before the message's end
rule: 7692-6.2-streamed
$ wstap $URL
hold
< 101 "Sec-WebSocket-Extensions: permessage-deflate"
< text "\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f" rsv=4 fin=0
< ping
> pong
< eof
out-raw: "Hello"
err: /^wstap: .*without a close/
exit: 56

== RSV1 without an agreement
rule: 7692-6-rsv1-not-agreed 7692-5-declined
$ wstap $URL
hold
< 101
< text "\xf2\x48\xcd\xc9\xc9\x07\x00" rsv=4
> close 1002
err: /^wstap: .*RSV1/
exit: 110

== RSV1 on a continuation
rule: 7692-6-rsv1-continuation
$ wstap $URL
hold
< 101 "Sec-WebSocket-Extensions: permessage-deflate"
< text "\xf2\x48" rsv=4 fin=0
< continuation "\xcd\xc9\xc9\x07\x00" rsv=4
> close 1002
out-like: (He?)?
err: /^wstap: .*RSV1/
exit: 110

== RSV1 on a ping
rule: 7692-6-rsv1-control
$ wstap $URL
hold
< 101 "Sec-WebSocket-Extensions: permessage-deflate"
< ping "x" rsv=4
> close 1002
err: /^wstap: .*RSV1/
exit: 110

== RSV1 on a close
rule: 7692-6-rsv1-control
$ wstap $URL
hold
< 101 "Sec-WebSocket-Extensions: permessage-deflate"
< close 1000 rsv=4
> close 1002
err: /^wstap: .*RSV1/
exit: 110

== RSV2 is still reserved
rule: 7692-6-rsv23
$ wstap $URL
hold
< 101 "Sec-WebSocket-Extensions: permessage-deflate"
< text "x" rsv=2
> close 1002
err: /^wstap: .*reserved bit/
exit: 110

== no DEFLATE
rule: 7692-7.2.2-bad-data
$ wstap $URL
hold
< 101 "Sec-WebSocket-Extensions: permessage-deflate"
< text "\x06" rsv=4
> close 1007
err: /^wstap: .*DEFLATE.*1007/
exit: 110

== a message that ends inside a block
rule: 7692-7.2.2-cut-data
$ wstap $URL
hold
< 101 "Sec-WebSocket-Extensions: permessage-deflate"
< binary "\xf2\x48\xcd\xc9" rsv=4
> close 1007
out-like: Hel?.*
err: /^wstap: .*DEFLATE.*1007/
exit: 110

== a text that is not UTF-8 when inflated
rule: 7692-6.2-utf8
$ wstap $URL
hold
< 101 "Sec-WebSocket-Extensions: permessage-deflate"
< text "\x00\x02\x00\xfd\xffa\xff" rsv=4 fin=0
> close 1007
out-raw: "a"
err: /^wstap: .*UTF-8.*1007/
exit: 110

== a message over --max-message when inflated
rule: 7692-6.2-limit
$ wstap --max-message 1k $URL
hold
< 101 "Sec-WebSocket-Extensions: permessage-deflate"
< deflated binary "x"*1024
< deflated binary "x"*1025
> close 1009
out-like: x{1024}\nx{0,1024}
err: /^wstap: .*1009/
exit: 110

== a message over --max-message without compression
rule: 7692-6.2-limit
$ wstap --max-message 1k --no-compress $URL
hold
< binary "x"*1024
< binary "x"*1025
> close 1009
out-raw: "x"*1024 "\n"
err: /^wstap: .*1009/
exit: 110

== an empty message
rule: 7692-7.2.1-empty
$ wstap --deflate "" -w 0 $URL
in: something
in:
< 101 "Sec-WebSocket-Extensions: permessage-deflate"
> deflated message text "something"
> deflated message text ""
> close 1000

== a bad --deflate
$ wstap --deflate server_max_window_bits=16 $URL
err: /^wstap: .*server_max_window_bits/
exit: 2
