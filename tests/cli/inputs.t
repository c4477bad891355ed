# What is sent from where, and standard descriptors that are closed, full or
# nothing. (FIFOs, and inputs that stay open: test_clocks.py.)

# --- -x, -f and -i

== -x and -f in their order
$ printf 'a file' >$DIR/a; printf 'another' >$DIR/b; wstap -x one -f $DIR/a -x two -f $DIR/b -f $DIR/a -w 0 $URL
in: not this
> text "one"
> message text "a file"
> text "two"
> message text "another"
> message text "a file"
> close 1000

== -i: then standard input
$ printf 'a file' >$DIR/a; wstap -i -x one -f $DIR/a -w 0 $URL
in: two
in: three
> text "one"
> message text "a file"
> text "two"
> text "three"
> close 1000

== -i alone is nothing
$ wstap -i -w 0 $URL
in: one
> text "one"
> close 1000

== -i goes on after the end of -x, while the input is open
$ wstap -i -x one -w 0.1 $URL
hold
in: two
> text "one"
> text "two"
> nothing 0.4
< close 1000

== -f - is standard input, as a whole
$ wstap -x one -f - -x two -w 0 $URL
in: a
in: b
> text "one"
> message text "a\nb\n"
> text "two"
> close 1000

== -f of a file that is missing: no connection is made
$ wstap -x one -f $DIR/nothing $URL
err: /^wstap: -f .*nothing: .*No such file/
exit: 26
server none

== -f of a folder
$ wstap -f $DIR $URL
err: /^wstap: -f .*irectory/
exit: 26
server none

== -f of a process substitution
$ wstap -f <(printf 'one\ntwo\n') -w 0 $URL
> message text "one\ntwo\n"
> close 1000

== -f of two process substitutions
$ wstap -f <(echo one) -f <(echo two) -w 0 $URL
> message text "one\n"
> message text "two\n"
> close 1000

== -f of /dev/null
$ wstap -f /dev/null -w 0 $URL
> text ""
> close 1000

== -f of a FIFO whose writer comes later
$ mkfifo $DIR/a; (sleep 0.4; echo late >$DIR/a) & wstap -x one -f $DIR/a -w 0 $URL
> text "one"
> message text "late\n"
> close 1000

# --- standard descriptors

== </dev/null
$ wstap -w 0 $URL </dev/null
> close 1000

== </dev/null and -w inf: the server ends it
$ wstap -w inf $URL </dev/null
> nothing 0.3
< text "one"
< close 1000
out: one

== standard input closed, and -w inf
$ wstap -w inf $URL <&-
< text "one"
< close 1000
out: one

== standard input closed, and -x
$ wstap -x one -1 $URL <&-
> text "one"
< text "two"
> close 1000
out: two

== standard output closed: nothing comes, nothing is wrong
$ wstap -x one -w 0 $URL >&-
> text "one"
> close 1000

== standard output closed, -O jsonl
$ wstap -O jsonl $URL >&-
hold
> close 1001
err: /^wstap: writing standard output: /
exit: 23

== standard output closed, and a message
$ wstap $URL >&-
hold
< text "one"
> close 1001
err: /^wstap: writing standard output: /
exit: 23

== /dev/full: the server is told, and it is said
$ wstap $URL >/dev/full
hold
< text "one"
> close 1001
err: /^wstap: writing standard output: No space left/
exit: 23

== standard error closed
$ wstap $URL 2>&-
hold
< close 1011
exit: 111

== all three closed
$ wstap $URL <&- >&- 2>&-
< text "one"
> close 1001
exit: 23

== standard input is a file opened for writing only
$ wstap -w 0 $URL 0>$DIR/a
> close 1000
err: /^wstap: reading standard input: /
exit: 26
