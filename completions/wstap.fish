# fish completion for wstap: made from its option table (make docs)

# The value that is being typed, without its option.
function __wstap_value
    string replace -r -- '^(--[^=]*=|-[[:alnum:]])' '' (commandline -ct)
end

# Names behind what is no part of them.
function __wstap_files_behind
    set -l value (__wstap_value)
    string match -q -- "$argv[1]*" $value; or return
    __fish_complete_path (string replace -- $argv[1] '' $value) |
        string replace -r -- '^' $argv[1]
end

# Of a list, with what is between its words: those that are not there yet,
# behind what is. Behind a comma another list begins whose words are separated
# by semicolons.
function __wstap_list
    set -l value (__wstap_value | string replace -r '^["\']' '' |
        string replace -a \\ '')
    set -l before (string match -r "^.*[$argv[1],] *" -- $value)
    set -l given $before
    test "$argv[1]" = ,; or set given (string replace -r '^.*,' '' -- $before)
    set given (string split $argv[1] -- $given |
        string replace -r '^ *([^=]*?)(=.*| *)$' '$1')
    for word in $argv[2..-1]
        contains -- (string replace = '' -- $word) $given
        or echo "$before$word"
    end
end

function __wstap_interfaces
    string replace -r '.*/' '' /sys/class/net/*
end

# Those of the configuration file that wstap would read.
function __wstap_profiles
    set -l file ~/.config/wstap/config
    if string match -q '/*' -- $XDG_CONFIG_HOME
        set file $XDG_CONFIG_HOME/wstap/config
    end
    set -l words (commandline -opc)
    for i in (seq 2 (count $words))
        switch $words[$i]
            case --config
                set file $words[(math $i + 1)]
            case '--config=*'
                set file (string replace -- --config= '' $words[$i])
            case --no-config
                return
        end
    end
    set file (string replace -r -- '^~/' $HOME/ $file)
    test -r "$file"; and sed -n 's/^[[:blank:]]*\[\([^]:#[:space:][]\{1,\}\)\][[:space:]]*\(#.*\)\{0,1\}$/@\1/p' $file
end

function __wstap_urls
    set -l value (__wstap_value)
    switch $value
        case '*://*'
            __fish_print_hostnames | string replace -r -- '^' \
                (string replace -r '://.*' '://' $value)
        case 'ws+unix:*'
            __wstap_files_behind ws+unix:
        case '*'
            __wstap_profiles
            string split ' ' 'ws:// wss:// http:// https:// ws+unix:/'
            test -n "$value"; and __fish_print_hostnames
    end
end

complete -c wstap -f -a '(__wstap_urls)'
complete -c wstap -s c -l connect -x -a '(__wstap_urls)' -d 'connect to URL, as the plain argument does'
complete -c wstap -s l -l listen -x -a '(__fish_print_hostnames)' -d 'listen, and talk to the client that connects'
complete -c wstap -l max-clients -x -d 'with -l, serve at most N clients at a time'
complete -c wstap -l broadcast -d 'with -l, send the input to all clients'
complete -c wstap -l once -d 'with -l, end after the first client'
complete -c wstap -s H -l header -x -a '(__wstap_files_behind @) Accept-Language: Authorization: Cookie: Host: Origin: Referer: Sec-WebSocket-Protocol: User-Agent: X-Api-Key: X-Forwarded-For:' -d 'add a header to the request, or the answer (-l)'
complete -c wstap -s s -l subprotocol -x -a '(__wstap_list "," graphql-transport-ws graphql-ws mqtt ocpp1.6 ocpp2.0.1 sip soap v12.stomp wamp.2.json xmpp)' -d 'offer a subprotocol, or several: a,b'
complete -c wstap -s o -l origin -x -a 'http:// https:// null' -d 'send this Origin header'
complete -c wstap -l host -x -a '(__fish_print_hostnames)' -d 'send this Host header'
complete -c wstap -s A -l user-agent -x -d 'send this User-Agent header'
complete -c wstap -s p -l protocol -x -a '8 13' -d 'send this Sec-WebSocket-Version'
complete -c wstap -s L -l location -d 'follow redirects'
complete -c wstap -l max-redirects -d 'with -L, follow at most N redirects'
complete -c wstap -s u -l user -l auth -x -d 'log in with a user\'s name and password'
complete -c wstap -l bearer -x -a '(__wstap_files_behind @)' -d 'log in with a bearer token'
complete -c wstap -l netrc -d 'log in with what ~/.netrc says'
complete -c wstap -l netrc-file -r -F -d 'the same, with what FILE says'
complete -c wstap -l cookie -x -a '(__wstap_files_behind @)' -d 'send cookies'
complete -c wstap -l cookie-jar -r -F -d 'send the cookies in FILE, and keep new ones there'
complete -c wstap -s 4 -l ipv4 -d 'connect to IPv4 addresses only'
complete -c wstap -s 6 -l ipv6 -d 'connect to IPv6 addresses only'
complete -c wstap -l resolve -x -d 'use these addresses for HOST, without a look-up'
complete -c wstap -l connect-to -x -d 'connect to HOST2 where the URL has HOST1'
complete -c wstap -l interface -x -a '(__wstap_interfaces)' -d 'connect from this interface or address'
complete -c wstap -l unix-socket -r -F -d 'connect through a unix socket'
complete -c wstap -l proxy -x -a 'http:// https:// socks4:// socks4a:// socks5:// socks5h://' -d 'connect through a proxy'
complete -c wstap -l noproxy -x -a '(__wstap_list , (__fish_print_hostnames))' -d 'connect to these hosts without the proxy'
complete -c wstap -l connect-timeout -x -d 'give up connecting after SEC seconds'
complete -c wstap -l config -r -F -d 'read options from FILE, not from the usual one'
complete -c wstap -l no-config -d 'read no configuration file'
complete -c wstap -s n -s k -l no-check -l insecure -d 'do not verify the server\'s certificate'
complete -c wstap -l ca -r -F -d 'trust the authorities in FILE and no others'
complete -c wstap -l capath -x -a '(__fish_complete_directories)' -d 'trust the authorities in the directory DIR'
complete -c wstap -l cert -r -F -d 'show the other end the certificate in FILE'
complete -c wstap -l key -r -F -d 'the key of --cert, where that has none in it'
complete -c wstap -l passphrase -x -a '(__wstap_files_behind @)' -d 'the key\'s pass phrase; asked for without it'
complete -c wstap -l sni -x -a '(__fish_print_hostnames)' -d 'ask for the certificate of NAME'
complete -c wstap -l tls-min -x -a '1.0 1.1 1.2 1.3' -d 'take no older version of TLS (1.2)'
complete -c wstap -l tls-max -x -a '1.2 1.3' -d 'take no newer version of TLS'
complete -c wstap -l ciphers -x -d 'offer these ciphers'
complete -c wstap -l pin -x -d 'accept only a server with this public key'
complete -c wstap -l keylog -r -F -d 'write the session\'s keys to FILE, for Wireshark'
complete -c wstap -s x -l execute -x -d 'send MESSAGE instead of reading stdin'
complete -c wstap -s f -l file -r -F -d 'send the contents of FILE as one message'
complete -c wstap -s i -l interactive -d 'after -x and -f, go on with stdin or the prompt'
complete -c wstap -s t -l text -d 'send text messages, as is the default'
complete -c wstap -s b -l binary -d 'send binary messages'
complete -c wstap -s I -l input -x -a 'lines nul raw length whole jsonl' -d 'read messages as FORMAT, such as jsonl'
complete -c wstap -s O -l output -x -a 'lines nul raw length jsonl' -d 'write messages as FORMAT, such as jsonl'
complete -c wstap -l format -x -a 'lines nul raw length jsonl' -d 'stdin and stdout as nul, raw, length or jsonl'
complete -c wstap -s 0 -l null -d 'a NUL byte after each message: --format nul'
complete -c wstap -s w -l wait -x -d 'at the end of input, close after SEC idle seconds'
complete -c wstap -l lockstep -d 'send the next message after N (1) came in'
complete -c wstap -l timeout -x -d 'end the whole run after SEC seconds'
complete -c wstap -s m -l max-messages -x -d 'close after N messages were received'
complete -c wstap -s 1 -d 'close after one message: -m 1'
complete -c wstap -l until -x -d 'close after the first message that matches'
complete -c wstap -s e -l echo -d 'send every message back as it came'
complete -c wstap -l close -x -a '1000 1001 1002 1003 1007 1008 1009 1010 1011 1012 1013 1014' -d 'close with CODE and REASON'
complete -c wstap -l no-compress -d 'neither offer nor accept permessage-deflate'
complete -c wstap -l deflate -x -a '(__wstap_list ";" client_no_context_takeover server_no_context_takeover client_max_window_bits client_max_window_bits= server_max_window_bits=)' -d 'offer permessage-deflate with these parameters'
complete -c wstap -l ping-interval -x -d 'send a ping every SEC seconds'
complete -c wstap -l ping-timeout -x -d 'give up SEC seconds after a ping with no pong'
complete -c wstap -l max-frame -x -d 'send frames of at most SIZE bytes'
complete -c wstap -l max-message -x -d 'refuse messages of more than SIZE bytes'
complete -c wstap -l reconnect -d 'connect again when the connection fails'
complete -c wstap -s X -l hex -d 'show every message as a hex dump'
complete -c wstap -l hex-max -x -d 'show at most SIZE bytes of each hex dump'
complete -c wstap -s j -l json -d 'indent messages that are JSON; coloured'
complete -c wstap -s T -l time -a 'iso unix delta' -d 'show the time before each message'
complete -c wstap -s r -l raw -d 'let a terminal have the bytes as they come'
complete -c wstap -l color -x -a 'auto always never' -d 'use colour: auto, always or never'
complete -c wstap -l no-color -d 'use no colour: --color never'
complete -c wstap -s P -l show-ping-pong -d 'show the pings and pongs that come in'
complete -c wstap -l pager -d 'show messages over a screenful in $PAGER'
complete -c wstap -l stay -d 'keep the prompt when the connection ends'
complete -c wstap -s v -l verbose -d 'show the handshake; -vv: with the credentials'
complete -c wstap -s q -l quiet -d 'say nothing but errors on stderr; no prompt'
complete -c wstap -l no-progress -d 'show no meter of long transfers'
complete -c wstap -l trace -F -d 'show every frame, both ways, with a dump'
complete -c wstap -l trace-bytes -x -d 'dump so much of each payload; 0: no dumps'
complete -c wstap -l record -r -F -d 'record all that goes both ways, as jsonl or .har'
complete -c wstap -l record-secrets -d 'record credentials and cookies, too'
complete -c wstap -l replay -r -F -d 'send what a record says was sent, in its time'
complete -c wstap -l replay-speed -x -d 'replay X times as fast; 0: all at once'
complete -c wstap -l replay-check -d 'compare what comes in with the record'
complete -c wstap -l replay-ignore -x -d 'leave what matches out of the comparison'
complete -c wstap -l stats -a 'json' -d 'at the end, tell times, counts and round trips'
complete -c wstap -l ping -d 'send pings, and tell each one\'s round trip'
complete -c wstap -l misbehave -x -a '(__wstap_list "," silent bad-status bad-upgrade bad-accept bad-extension bad-subprotocol masked rsv reserved-opcode reserved-control long-length top-bit oversize-ping fragmented-ping stray-continuation interleaved bad-utf8 bad-close-code bad-close-reason one-byte-close bomb huge cut rst close-first no-close no-pong slow drip)' -d 'break the rules with -l, as --misbehave help says'
complete -c wstap -l slash -d 'take lines that begin with / for commands'
complete -c wstap -s h -l help -x -a 'connect tls messages formats protocol display debug other commands exit all' -d 'show help, or that on a topic'
complete -c wstap -s V -l version -d 'show the version, and the libraries built in'
