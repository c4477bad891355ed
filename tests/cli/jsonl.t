# The format jsonl, in and out. (Long messages, round trips: test_formats.py;
# the events and their times: test_events.py.)

# --- jsonl in

== jsonl: each type
$ wstap -I jsonl -w 0 $URL
in: {"type":"text","data":"one"}
in: {"type":"binary","base64":"AP8="}
in: {"type":"ping","data":"are you there"}
in: {"type":"pong","base64":"/w=="}
in: {"type":"text","data":"two"}
in: {"type":"close","code":4000,"reason":"bye"}
> text "one"
> binary "\x00\xff"
> ping "are you there"
> pong "\xff"
> text "two"
> close 4000 "bye"

== jsonl: data and base64 in every type
$ wstap -I jsonl -w 0 $URL
in: {"type":"text","base64":"w6k="}
in: {"type":"binary","data":"é"}
in: {"type":"ping","base64":"AAE="}
in: {"type":"pong","data":"é"}
> text "é"
> binary "é"
> ping "\x00\x01"
> pong "é"
> close 1000

== jsonl: nothing in a message
$ wstap -I jsonl -w 0 $URL
in: {"type":"text","data":""}
in: {"type":"text","base64":""}
in: {"type":"binary","data":""}
in: {"type":"binary","base64":""}
in: {"type":"ping"}
in: {"type":"ping","data":""}
in: {"type":"pong","base64":""}
> text ""
> text ""
> binary ""
> binary ""
> ping ""
> ping ""
> pong ""
> close 1000

== jsonl: escapes, a pair of surrogates and a NUL
$ wstap -I jsonl -w 0 $URL
in: {"type":"text","data":"\u00e9\ud83d\ude00\u0000\n\r\t\b\f\"\\\/"}
> text "é\xf0\x9f\x98\x80\x00\n\r\t\x08\x0c\"\\/"
> close 1000

== jsonl: blank lines, CRLF, blanks and no last newline
$ wstap -I jsonl -w 0 $URL
in-raw: "\n  \n\t\r\n { \"type\" : \"text\" ,\t\"data\":\"one\" } \r\n\r\n{\"type\":\"text\",\"data\":\"two\"}"
> text "one"
> text "two"
> close 1000

== jsonl: open and error are ignored
$ wstap -I jsonl -w 0 $URL
in: {"type":"open","url":"ws://other/","status":101}
in: {"type":"text","data":"one"}
in: {"type":"error","exit":56,"message":"gone"}
in: {"type":"text","data":"two"}
> text "one"
> text "two"
> close 1000

== jsonl: keys that mean nothing here are ignored, in any order
$ wstap -I jsonl -w 0 $URL
in: {"data":"one","size":77,"x":{"type":[1,2]},"dir":"out","time":null,"type":"text"}
> text "one"
> close 1000

== jsonl: -b does not count
$ wstap -b -I jsonl -w 0 $URL
in: {"type":"text","data":"one"}
> text "one"
> close 1000

== jsonl: no final close and -w: as ever
$ wstap -I jsonl -w 0 --close 3001:done $URL
in: {"type":"ping","data":"x"}
> ping "x"
> close 3001 "done"

== jsonl: close without a code is 1000
$ wstap -I jsonl -w inf $URL
in: {"type":"close"}
> close 1000

== jsonl: close with a reason alone is 1000
$ wstap -I jsonl -w inf $URL
in: {"type":"close","reason":"done"}
> close 1000 "done"

== jsonl: close with null has none
$ wstap -I jsonl -w inf $URL
in: {"type":"close","code":null,"reason":""}
> close

== jsonl: what follows a close is not sent
$ wstap -I jsonl $URL
in: {"type":"text","data":"one"}
in: {"type":"close","code":1000}
in: {"type":"text","data":"never"}
in: not even JSON
> text "one"
> close 1000

== jsonl: a close of ours that comes back is no error
$ wstap -I jsonl $URL
in: {"type":"close","code":1011,"reason":"mine"}
> close 1011 "mine"
< close 1011

== jsonl: a code that is never on the wire
$ wstap -I jsonl -w 0 $URL
in: {"type":"close","code":1006}
err: /^wstap: record 1 of standard input was not sent: .*code/
exit: 26

== jsonl: a code that is a string
$ wstap -I jsonl -w 0 $URL
in: {"type":"close","code":"1000"}
err: /^wstap: record 1 of standard input was not sent: .*code/
exit: 26

== jsonl: a reason of 123 bytes
$ printf '{"type":"close","reason":"%0123d"}' 0 | wstap -I jsonl $URL
> close 1000 "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"

== jsonl: a reason of 124 bytes
$ printf '{"type":"close","reason":"%0124d"}' 0 | wstap -I jsonl -w 0 $URL
err: /^wstap: record 1 of standard input was not sent: .*124/
exit: 26

== jsonl: a reason without a code
$ wstap -I jsonl -w 0 $URL
in: {"type":"close","code":null,"reason":"why"}
err: /^wstap: record 1 of standard input was not sent: .*reason/
exit: 26

== jsonl: a ping of 125 bytes
$ printf '{"type":"ping","data":"%0125d"}' 0 | wstap -I jsonl -w 0 $URL
> ping "0"*125
> close 1000

== jsonl: a ping of 126 bytes
$ printf '{"type":"ping","data":"%0126d"}' 0 | wstap -I jsonl -w 0 $URL
err: /^wstap: record 1 of standard input was not sent: .*ping.*126/
exit: 26

== jsonl: a pong of 126 bytes
$ printf '{"type":"pong","data":"%0126d"}' 0 | wstap -I jsonl -w 0 $URL
err: /^wstap: record 1 of standard input was not sent: .*pong.*126/
exit: 26

== jsonl: a bad line, after all before it was sent
$ wstap -I jsonl -w 0 $URL
in: {"type":"text","data":"one"}
in:
in: {"type":"binary","base64":"Ag=="}
in: {"type":"text","data":"cut
in: {"type":"text","data":"never"}
> text "one"
> binary "\x02"
err: /^wstap: record 4 of standard input was not sent: not JSON: /
exit: 26

== jsonl: the answers to what went before are still printed
$ wstap -I jsonl $URL
in: {"type":"text","data":"one"}
in: nonsense
> text "one"
< text "answer"
> close 1000
out: answer
err: /^wstap: record 2 of standard input was not sent: not JSON: /
exit: 26

== jsonl: no object
$ wstap -I jsonl -w 0 $URL
in: ["text","one"]
err: /^wstap: record 1 of standard input was not sent: .*object/
exit: 26

== jsonl: more than an object
$ wstap -I jsonl -w 0 $URL
in: {"type":"text","data":"one"} {"type":"text","data":"two"}
err: /^wstap: record 1 of standard input was not sent: not JSON: /
exit: 26

== jsonl: an unknown type
$ wstap -I jsonl -w 0 $URL
in: {"type":"text","data":"one"}
in: {"type":"message","data":"two"}
> text "one"
err: /^wstap: record 2 of standard input was not sent: .*"message".*text, binary, ping, pong, close, frame or raw/
exit: 26

== jsonl: no type
$ wstap -I jsonl -w 0 $URL
in: {"data":"one"}
err: /^wstap: record 1 of standard input was not sent: .*type/
exit: 26

== jsonl: a type that is a number
$ wstap -I jsonl -w 0 $URL
in: {"type":1,"data":"one"}
err: /^wstap: record 1 of standard input was not sent: .*type/
exit: 26

== jsonl: a message without data
$ wstap -I jsonl -w 0 $URL
in: {"type":"text"}
err: /^wstap: record 1 of standard input was not sent: .*data.*base64/
exit: 26

== jsonl: data that is no string
$ wstap -I jsonl -w 0 $URL
in: {"type":"text","data":{"a":1}}
err: /^wstap: record 1 of standard input was not sent: .*data.*string/
exit: 26

== jsonl: both data and base64
$ wstap -I jsonl -w 0 $URL
in: {"type":"binary","data":"a","base64":"YQ=="}
err: /^wstap: record 1 of standard input was not sent: .*both/
exit: 26

== jsonl: bad base64: a character
$ wstap -I jsonl -w 0 $URL
in: {"type":"text","data":"one"}
in: {"type":"binary","base64":"AP8*"}
> text "one"
err: /^wstap: record 2 of standard input was not sent: .*base64/
exit: 26

== jsonl: bad base64: no padding
$ wstap -I jsonl -w 0 $URL
in: {"type":"binary","base64":"AP8"}
err: /^wstap: record 1 of standard input was not sent: .*base64/
exit: 26

== jsonl: bad base64: bits left over
$ wstap -I jsonl -w 0 $URL
in: {"type":"binary","base64":"AP9="}
err: /^wstap: record 1 of standard input was not sent: .*base64/
exit: 26

== jsonl: base64 of a text that is not UTF-8
$ wstap -I jsonl -w 0 $URL
in: {"type":"text","base64":"/w=="}
err: /^wstap: record 1 of standard input was not sent: .*UTF-8/
exit: 26

== jsonl: a line that is not UTF-8
$ wstap -I jsonl -w 0 $URL
in: {"type":"text","data":"one"}
in-raw: "{\"type\":\"text\",\"data\":\"\xff\"}\n"
> text "one"
err: /^wstap: record 2 of standard input was not sent: not JSON: .*byte 0xff/
exit: 26

== jsonl: a lone surrogate
$ wstap -I jsonl -w 0 $URL
in: {"type":"text","data":"\ud800"}
err: /^wstap: record 1 of standard input was not sent: not JSON: /
exit: 26

== jsonl: a key twice
$ wstap -I jsonl -w 0 $URL
in: {"type":"text","data":"one","data":"two"}
err: /^wstap: record 1 of standard input was not sent: .*data/
exit: 26

== jsonl: what is wrong with a line is safe for a terminal
$ wstap -I jsonl -w 0 $URL
in-raw: "{\"type\":\"\\u001b[2J\"}\n"
err: /^wstap: record 1 of standard input was not sent: .*\\x1b\[2J/
exit: 26

# --- jsonl out; the time, of 38 bytes with its key and comma, is cut off

== jsonl out: messages, pings, pongs and the close
$ set -o pipefail; wstap -O jsonl $URL | cut -b 39-
hold
< text "hello"
< binary "\x00\xff"
< ping ""
> pong ""
< ping "are you there"
> pong "are you there"
< ping "\xff\x00"
> pong "\xff\x00"
< pong "yes"
< text fin=0 "fr"
< ping "x"
> pong "x"
< continuation "ag"
< close 1000 "bye"
> close 1000 "bye"
out: "type":"open","url":"$URL","status":101,"address":"127.0.0.1:$PORT","tls":null,"cipher":null,"subprotocol":null,"extensions":[]}
out: "dir":"in","type":"text","size":5,"data":"hello"}
out: "dir":"in","type":"binary","size":2,"base64":"AP8="}
out: "dir":"in","type":"ping","size":0,"data":""}
out: "dir":"in","type":"ping","size":13,"data":"are you there"}
out: "dir":"in","type":"ping","size":2,"base64":"/wA="}
out: "dir":"in","type":"pong","size":3,"data":"yes"}
out: "dir":"in","type":"ping","size":1,"data":"x"}
out: "dir":"in","type":"text","size":4,"data":"frag"}
out: "dir":"in","type":"close","code":1000,"reason":"bye"}

== jsonl out: empty messages
$ set -o pipefail; wstap -O jsonl $URL | tail -n +2 | cut -b 39-
hold
< text ""
< binary ""
< close 1000
out: "dir":"in","type":"text","size":0,"data":""}
out: "dir":"in","type":"binary","size":0,"base64":""}
out: "dir":"in","type":"close","code":1000,"reason":""}

== jsonl out: a close without a code
$ set -o pipefail; wstap -O jsonl $URL | tail -n +2 | cut -b 39-
hold
< close
> close
out: "dir":"in","type":"close","code":null,"reason":""}

== jsonl out: an error code of the server's
$ set -o pipefail; wstap -O jsonl $URL | tail -n +2 | cut -b 39-
hold
< close 4001 "go \"away\""
> close 4001
out: "dir":"in","type":"close","code":4001,"reason":"go \"away\""}
out: "type":"error","exit":111,"message":"the server closed with 4001 (private use): go \"away\""}
err: wstap: the server closed with 4001 (private use): go "away"
exit: 111

== jsonl out: the answer to our close
$ set -o pipefail; wstap -O jsonl -w 0 $URL | tail -n +2 | cut -b 39-
> close 1000
< text "late"
< close 1000
out: "dir":"in","type":"text","size":4,"data":"late"}
out: "dir":"in","type":"close","code":1000,"reason":""}

== jsonl out: escapes as they must and may be
$ set -o pipefail; wstap -O jsonl -1 $URL | tail -n +2 | cut -b 39-
hold
< text "\"\\/\n\r\t\x08\x0c\x00\x1b\x7f"
> close 1000
out: "dir":"in","type":"text","size":11,"data":"\"\\/\n\r\t\b\f\u0000\u001b\u007f"}

== jsonl out: C1, bidi, zero-width and tags are escaped, other text is not
$ set -o pipefail; wstap -O jsonl -1 $URL | tail -n +2 | cut -b 39-
hold
< text "\xc2\x9b31m \xe2\x80\xae \xe2\x81\xa6 \xe2\x80\x8b \xef\xbb\xbf \xf3\xa0\x81\x81 é€\xf0\x9f\x98\x80"
> close 1000
out: "dir":"in","type":"text","size":36,"data":"\u009b31m \u202e \u2066 \u200b \ufeff \udb40\udc41 é€😀"}

== jsonl out: pings and reasons are escaped too
$ set -o pipefail; wstap -O jsonl $URL | tail -n +2 | cut -b 39-
hold
< ping "\xc2\x9b"
> pong "\xc2\x9b"
< close 1000 "\xe2\x80\xae"
out: "dir":"in","type":"ping","size":2,"data":"\u009b"}
out: "dir":"in","type":"close","code":1000,"reason":"\u202e"}

== jsonl out: the subprotocol and the extensions
$ set -o pipefail; wstap -O jsonl -s chat $URL | sed -n 1p | cut -b 39-
hold
< 101 "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover" "Sec-WebSocket-Protocol: chat"
< close 1000
out: "type":"open","url":"$URL","status":101,"address":"127.0.0.1:$PORT","tls":null,"cipher":null,"subprotocol":"chat","extensions":["permessage-deflate; server_no_context_takeover"]}

== jsonl out: the size is of what was inflated
$ set -o pipefail; wstap -O jsonl -1 $URL | tail -n +2 | cut -b 39-
hold
< 101 "Sec-WebSocket-Extensions: permessage-deflate"
< deflated text fragment=3 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
> close 1000
out: "dir":"in","type":"text","size":56,"data":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}

== jsonl out: TLS and its cipher
server tls
$ set -o pipefail; wstap -O jsonl --ca $CERTS/ca.pem $URL | cut -b 39- | sed 's/TLS_[A-Z0-9_]*/CIPHER/'
hold
< text "one"
< close 1000
out: "type":"open","url":"$URL","status":101,"address":"127.0.0.1:$PORT","tls":"TLSv1.3","cipher":"CIPHER","subprotocol":null,"extensions":[]}
out: "dir":"in","type":"text","size":3,"data":"one"}
out: "dir":"in","type":"close","code":1000,"reason":""}

== jsonl out: the credentials are not in the URL
$ set -o pipefail; wstap -O jsonl -w 0 ws://joe:hunter2@127.0.0.1:$PORT/x | sed -n 1p | cut -b 39-
> close 1000
out: "type":"open","url":"ws://127.0.0.1:$PORT/x","status":101,"address":"127.0.0.1:$PORT","tls":null,"cipher":null,"subprotocol":null,"extensions":[]}

== jsonl out: refused
server none
$ set -o pipefail; wstap -O jsonl $URL | cut -b 39-
out-like: "type":"error","exit":7,"message":"[^"]*127\.0\.0\.1[^"]*refused[^"]*"\}\n
err: /^wstap: .*refused/
exit: 7

== jsonl out: HTTP 403
$ set -o pipefail; wstap -O jsonl $URL | cut -b 39-
< http "403 Forbidden" body="Go away.\n"
out-like: "type":"error","exit":22,"message":"[^"]*403[^"]*"\}\n
err: Go away.
err: /^wstap: .*403/
exit: 22

== jsonl out: a certificate that is not trusted
server tls
$ set -o pipefail; wstap -O jsonl $URL | cut -b 39-
out-like: "type":"error","exit":60,"message":"[^\n]*"\}\n
err: /^wstap: /
exit: 60

== jsonl out: the connection is lost in the middle of a message
$ set -o pipefail; wstap -O jsonl $URL | tail -n +2 | cut -b 39-
hold
< text "one"
< text fin=0 "two"
< hangup
out-like: "dir":"in","type":"text","size":3,"data":"one"\}\n"type":"error","exit":56,"message":"connection lost[^"]*"\}\n
err: /^wstap: connection lost/
exit: 56

== jsonl out: the protocol is broken
$ set -o pipefail; wstap -O jsonl $URL | tail -n +2 | cut -b 39-
hold
< text "\xff"
> close 1007
out-like: "type":"error","exit":110,"message":"the server broke the protocol[^"]*1007"\}\n
err: /^wstap: the server broke the protocol.*1007/
exit: 110

== jsonl out: bad input
$ set -o pipefail; wstap -O jsonl -w 0 $URL | tail -n +2 | cut -b 39-
in-raw: "\xff\n"
> close 1000
out-like: "dir":"in","type":"close","code":null,"reason":""\}\n"type":"error","exit":26,"message":"record 1 of standard input [^\n]*"\}\n
err: /^wstap: record 1 /
exit: 26

== jsonl out: -m ends it before the close is told
$ set -o pipefail; wstap -O jsonl -m 2 $URL | tail -n +2 | cut -b 39-
hold
< text "one"
<+ ping "x"
<+ text "two"
<+ text "three"
> pong "x"
> close 1000
out: "dir":"in","type":"text","size":3,"data":"one"}
out: "dir":"in","type":"ping","size":1,"data":"x"}
out: "dir":"in","type":"text","size":3,"data":"two"}

== jsonl out: as a listener
client
$ set -o pipefail; wstap -l 0 --once -O jsonl | cut -b 39-
hold
< request "Sec-WebSocket-Extensions: permessage-deflate"
< text "one"
< binary "\x01"
< close 1000 "bye"
> close 1000
out-like: "type":"open","url":"ws://127\.0\.0\.1:\d+/","status":101,"address":"127\.0\.0\.1:\d+","tls":null,"cipher":null,"subprotocol":null,"extensions":\["permessage-deflate[^"]*"\]\}\n"dir":"in","type":"text","size":3,"data":"one"\}\n"dir":"in","type":"binary","size":1,"base64":"AQ=="\}\n"dir":"in","type":"close","code":1000,"reason":"bye"\}\n

== jsonl in, as a listener
client
$ wstap -l 0 --once -I jsonl
in: {"type":"ping","data":"x"}
in: {"type":"binary","base64":"AP8="}
in: {"type":"close","code":3000}
> ping "x"
> binary "\x00\xff"
> close 3000
