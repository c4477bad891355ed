# bash completion for wstap: made from its option table (make docs)

# The words so far, whole where bash cuts them at = : and @.
_wstap_split()
{
	local rest=${COMP_LINE:0:COMP_POINT} part i

	words=() last=-1
	for ((i = 0; i <= COMP_CWORD; i++)); do
		if [[ $i == 0 || $rest == [[:space:]]* ]]; then
			last=$((last + 1))
			words[last]=
			rest=${rest#"${rest%%[![:space:]]*}"}
		fi
		part=${COMP_WORDS[i]}
		[[ $i == "$COMP_CWORD" ]] && part=$rest
		words[last]+=$part
		rest=${rest#"$part"}
	done
}

# Offers what the value may become, without what bash leaves as it is.
_wstap_offer()
{
	local all=$before$1
	COMPREPLY+=("${all#"$kept"}")
}

# Of a list only the last word is completed, and none is offered that is there
# already; more may follow, so that no blank does. Behind a comma another list
# begins whose words are separated by semicolons.
_wstap_list()
{
	local rest=${value##*[,"$1"]}
	separator=$1 given=${value%"$rest"}
	rest=${rest#"${rest%%[![:space:]]*}"}
	before+=${value%"$rest"} value=$rest
	[[ $separator == , ]] || given=${given##*,}
	given=$separator${given//[[:space:]\\]/}
}

_wstap_is_given()
{
	local name=$separator${1%=}
	[[ $separator && $given == *"$name"["$separator"=]* ]]
}

# A blank follows a word that is whole.
_wstap_words()
{
	local word
	for word; do
		[[ $word == "$value"* ]] || continue
		_wstap_is_given "$word" && continue
		[[ $word == *[:=/] || $before == *[\"\'] || $separator ]] ||
			word+=' '
		_wstap_offer "$word"
	done
}

# Of files, or with -d folders.
_wstap_files()
{
	local name
	compopt +o nospace -o filenames 2>/dev/null
	while IFS= read -r name; do
		_wstap_offer "$name"
	done < <(compgen "$1" -- "$value")
}

# Of files, behind what is no part of the name.
_wstap_files_behind()
{
	local name end
	while IFS= read -r name; do
		end=' '
		[[ -d $name ]] && end=/
		printf -v name %q "$name"
		_wstap_offer "$1$name$end"
	done < <(compgen -f -- "${value#"$1"}")
}

_wstap_at_files()
{
	[[ $value == @* ]] && _wstap_files_behind @
}

# With bash-completion's help those of ssh, too.
_wstap_known_hosts()
{
	local COMPREPLY=() cur=$1
	if declare -F _known_hosts_real >/dev/null; then
		_known_hosts_real -- "$1"
		printf '%s\n' "${COMPREPLY[@]}"
	else
		compgen -A hostname -- "$1"
	fi
}

_wstap_hosts()
{
	local host
	while IFS= read -r host; do
		[[ $host ]] || continue
		_wstap_is_given "$host" || _wstap_offer "$1$host"
	done < <(_wstap_known_hosts "${value#"$1"}")
}

_wstap_interfaces()
{
	local path
	for path in /sys/class/net/*; do
		[[ -e $path ]] && _wstap_words "${path##*/}"
	done
}

# Those of the configuration file that wstap would read.
_wstap_profiles()
{
	local file=$HOME/.config/wstap/config i name
	[[ ${XDG_CONFIG_HOME-} == /* ]] &&
		file=$XDG_CONFIG_HOME/wstap/config
	for ((i = 1; i < last; i++)); do
		case ${words[i]} in
		--config) file=${words[i + 1]} ;;
		--config=*) file=${words[i]#*=} ;;
		--no-config) return ;;
		esac
	done
	file=${file/#\~\//$HOME/}
	[[ -r $file ]] || return
	while IFS= read -r name; do
		_wstap_words "$name"
	done < <(sed -n 's/^[[:blank:]]*\[\([^]:#[:space:][]\{1,\}\)\][[:space:]]*\(#.*\)\{0,1\}$/@\1/p' "$file")
}

_wstap_urls()
{
	case $value in
	ws+unix:*) _wstap_files_behind ws+unix: ;;
	*://*) _wstap_hosts "${value%%://*}://" ;;
	@*) _wstap_profiles ;;
	*)
		_wstap_words ws:// wss:// http:// https:// ws+unix:/
		[[ $value ]] && _wstap_hosts ''
		[[ $value ]] || _wstap_profiles
		;;
	esac
}

# The options, a line each; not those again that were given and count
# once.
_wstap_options()
{
	local ways way given=" ${words[*]:1:last - 1} "
	while read -r -a ways; do
		if [[ ${ways[0]} == '*' ]]; then
			ways=("${ways[@]:1}")
		else
			for way in "${ways[@]}"; do
				[[ $given == *" $way"[\ =]* ]] &&
					continue 2
			done
		fi
		_wstap_words "${ways[@]}"
	done
}

# Whether the word is an option's value.
_wstap_value()
{
	case $option in
	-c | --connect)
		_wstap_urls
		;;
	-l | --listen)
		_wstap_hosts ''
		;;
	-H | --header)
		_wstap_at_files
		_wstap_words Accept-Language: Authorization: Cookie: Host: Origin: Referer: Sec-WebSocket-Protocol: User-Agent: X-Api-Key: X-Forwarded-For:
		;;
	-s | --subprotocol)
		_wstap_list ','
		_wstap_words graphql-transport-ws graphql-ws mqtt ocpp1.6 ocpp2.0.1 sip soap v12.stomp wamp.2.json xmpp
		;;
	-o | --origin)
		_wstap_words http:// https:// null
		;;
	--host)
		_wstap_hosts ''
		;;
	-p | --protocol)
		_wstap_words 8 13
		;;
	--bearer)
		_wstap_at_files
		;;
	--netrc-file)
		_wstap_files -f
		;;
	--cookie)
		_wstap_at_files
		;;
	--cookie-jar)
		_wstap_files -f
		;;
	--interface)
		_wstap_interfaces
		;;
	--unix-socket)
		_wstap_files -f
		;;
	--proxy)
		_wstap_words http:// https:// socks4:// socks4a:// socks5:// socks5h://
		;;
	--noproxy)
		_wstap_list ','
		_wstap_hosts ''
		;;
	--config)
		_wstap_files -f
		;;
	--ca)
		_wstap_files -f
		;;
	--capath)
		_wstap_files -d
		;;
	--cert)
		_wstap_files -f
		;;
	--key)
		_wstap_files -f
		;;
	--passphrase)
		[[ ! $attached && $value == -* ]] && return 1
		_wstap_at_files
		;;
	--sni)
		_wstap_hosts ''
		;;
	--tls-min)
		_wstap_words 1.0 1.1 1.2 1.3
		;;
	--tls-max)
		_wstap_words 1.2 1.3
		;;
	--keylog)
		_wstap_files -f
		;;
	-f | --file)
		_wstap_files -f
		;;
	-I | --input)
		_wstap_words lines nul raw length whole jsonl
		;;
	-O | --output)
		_wstap_words lines nul raw length jsonl
		;;
	--format)
		_wstap_words lines nul raw length jsonl
		;;
	--close)
		_wstap_words 1000 1001 1002 1003 1007 1008 1009 1010 1011 1012 1013 1014
		;;
	--deflate)
		_wstap_list ';'
		_wstap_words client_no_context_takeover server_no_context_takeover client_max_window_bits client_max_window_bits= server_max_window_bits=
		;;
	-T | --time)
		[[ $attached ]] || return 1
		_wstap_words iso unix delta
		;;
	--color)
		_wstap_words auto always never
		;;
	--trace)
		[[ $attached ]] || return 1
		_wstap_files -f
		;;
	--record)
		_wstap_files -f
		;;
	--replay)
		_wstap_files -f
		;;
	--stats)
		[[ $attached ]] || return 1
		_wstap_words json
		;;
	--misbehave)
		_wstap_list ','
		_wstap_words silent bad-status bad-upgrade bad-accept bad-extension bad-subprotocol masked rsv reserved-opcode reserved-control long-length top-bit oversize-ping fragmented-ping stray-continuation interleaved bad-utf8 bad-close-code bad-close-reason one-byte-close bomb huge cut rst close-first no-close no-pong slow drip
		;;
	-h | --help)
		[[ ! $attached && $value == -* ]] && return 1
		_wstap_words connect tls messages formats protocol display debug other commands exit all
		;;
	--max-clients | \
	-A | --user-agent | \
	-u | --user | --auth | \
	--resolve | \
	--connect-to | \
	--connect-timeout | \
	--ciphers | \
	--pin | \
	-x | --execute | \
	-w | --wait | \
	--timeout | \
	-m | --max-messages | \
	--until | \
	--ping-interval | \
	--ping-timeout | \
	--max-frame | \
	--max-message | \
	--hex-max | \
	--trace-bytes | \
	--replay-speed | \
	--replay-ignore)
		;;
	*)
		return 1
		;;
	esac
	return 0
}

_wstap()
{
	local cur=$2 words last word option value before kept attached=
	local separator='' given=''

	COMPREPLY=()
	_wstap_split
	word=${words[last]}
	option=${words[last - 1]} value=$word
	[[ $word == --*=* ]] &&
		option=${word%%=*} value=${word#*=} attached=1
	value=${value#[\"\']}
	before=${word%"$value"} kept=${word%"$cur"}
	_wstap_value && return
	[[ $word == -* ]] || _wstap_urls
	[[ $word != -* || $attached ]] || _wstap_options <<'END'
-c --connect
-l --listen
--max-clients
--broadcast
--once
* -H --header
* -s --subprotocol
-o --origin
--host
-A --user-agent
-p --protocol
-L --location
--max-redirects
-u --user --auth
--bearer
--netrc
--netrc-file
--cookie
--cookie-jar
-4 --ipv4
-6 --ipv6
* --resolve
* --connect-to
--interface
--unix-socket
--proxy
--noproxy
--connect-timeout
--config
--no-config
-n -k --no-check --insecure
--ca
--capath
--cert
--key
--passphrase
--sni
--tls-min
--tls-max
--ciphers
* --pin
--keylog
* -x --execute
* -f --file
-i --interactive
-t --text
-b --binary
-I --input
-O --output
--format
-0 --null
-w --wait
--lockstep
--timeout
-m --max-messages
-1
--until
-e --echo
--close
--no-compress
* --deflate
--ping-interval
--ping-timeout
--max-frame
--max-message
--reconnect
-X --hex
--hex-max
-j --json
-T --time
-r --raw
--color
--no-color
-P --show-ping-pong
--pager
--stay
* -v --verbose
-q --quiet
--no-progress
--trace
--trace-bytes
--record
--record-secrets
--replay
--replay-speed
--replay-check
* --replay-ignore
--stats
--ping
* --misbehave
--slash
-h --help
-V --version
END
	return 0
}

complete -o nospace -F _wstap wstap
