#define _GNU_SOURCE /* open_memstream, MAP_ANONYMOUS */

#include "ui/stamp.h"
#include "unit/options_case.h"

/* Base64 of 32 bytes. */
#define PIN "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

TestSuite(options, .init = no_configuration);

static const struct good_line good[] = {
	{ { "ws://a" }, "url=ws://a" },
	{ { "-" }, "url=-" },
	{ { "-c", "ws://a" }, "url=ws://a" },
	{ { "-cws://a" }, "url=ws://a" },
	{ { "--connect", "ws://a" }, "url=ws://a" },
	{ { "--connect=ws://a" }, "url=ws://a" },
	{ { "--", "-a" }, "url=-a" },
	{ { "-q", "--", "--echo" }, "url=--echo quiet" },
	{ { "a", "-vq" }, "url=a verbose=1 quiet" },
	{ { "-vqv", "a" }, "url=a verbose=2 quiet" },
	{ { "-v", "--verbose", "-v", "a" }, "url=a verbose=3" },
	{ { "-vv", "--no-verbose", "a" }, "url=a" },
	{ { "-e", "--no-echo", "a" }, "url=a" },
	{ { "--no-quiet", "-q", "a" }, "url=a quiet" },
	{ { "-xhi", "a" }, "url=a execute=hi" },
	{ { "-vxhi", "a" }, "url=a execute=hi verbose=1" },
	{ { "-x", "hi", "-x", "-e", "a" }, "url=a execute=hi execute=-e" },
	{ { "--execute=", "--execute==", "a" }, "url=a execute= execute==" },
	{ { "-x", "", "a" }, "url=a execute=" },
	{ { "-x", "@f", "a" }, "url=a execute=@f" },
	{ { "-f", "-", "a" }, "url=a file=-" },
	{ { "-fb", "-x", "c", "--file=d", "--execute", "-f", "a" },
		"url=a file=b execute=c file=d execute=-f" },
	{ { "-f", "", "-f/nowhere/at/all", "a" },
		"url=a file= file=/nowhere/at/all" },
	{ { "-i", "a" }, "url=a interactive" },
	{ { "-x", "hi", "-f", "b", "-i", "a" },
		"url=a execute=hi file=b interactive" },
	{ { "--interactive", "--no-interactive", "a" }, "url=a" },
	{ { "-e", "-f", "-", "a" }, "url=a file=- echo" },
	{ { "-l0", "--once", "-f", "-" }, "listen=0 once file=-" },
	{ { "-0", "a" }, "url=a in=nul out=nul" },
	{ { "--null", "-O", "lines", "a" }, "url=a in=nul" },
	{ { "-b0X", "-Olines", "a" }, "url=a binary in=nul hex" },
	{ { "-X", "-I", "jsonl", "a" }, "url=a in=jsonl hex" },
	/* What may be left out is never the next word. */
	{ { "--lockstep", "a" }, "url=a lockstep=1" },
	{ { "--lockstep", "2" }, "url=2 lockstep=1" },
	{ { "a", "--lockstep" }, "url=a lockstep=1" },
	{ { "--lockstep=3", "--lockstep", "a" }, "url=a lockstep=1" },
	{ { "--ping", "a" }, "url=a ping" },
	{ { "-l0", "--misbehave", "rsv,drip", "--misbehave=bad-accept" },
		"listen=0 bad=rsv bad=drip bad=bad-accept wrong=1" },
	{ { "--ping=3", "--ping-interval=0.2", "a" },
		"url=a ping-interval=200 ping pings=3" },
	{ { "--record", "f", "--record-secrets", "a" },
		"url=a record=f record-secrets" },
	{ { "--replay", "f", "--replay-check", "--replay-speed=0.5", "a" },
		"url=a replay=f speed=0.5 replay-check" },
	{ { "--replay=f", "--replay-check", "--replay-ignore=[0-9]+", "a" },
		"url=a replay=f replay-check replay-ignore" },
	{ { "--ping=3", "--ping", "-q", "a" }, "url=a ping quiet" },
	{ { "--reconnect", "a" }, "url=a reconnect" },
	{ { "--reconnect", "a", "-q" }, "url=a reconnect quiet" },
	{ { "--reconnect=2", "a" }, "url=a reconnect attempts=2" },
	{ { "--reconnect=2", "--reconnect", "a" }, "url=a reconnect" },
	{ { "--until", "^a|b$", "-e", "a" }, "url=a until echo" },
	{ { "--until=a", "--until", "", "a" }, "url=a until" },
	{ { "--no-progress", "a" }, "url=a no-progress" },
	{ { "--no-progress", "--no-no-progress", "a" }, "url=a" },
	{ { "-l8080", "--once" }, "listen=8080 once" },
	{ { "-o", "http://x", "--host", "h", "-A", "me", "a" },
		"url=a origin=http://x host=h agent=me" },
	{ { "-A", "", "a" }, "url=a agent=" },
	{ { "-u", "me:s e", "a" }, "url=a user=me:s e" },
	{ { "--auth", "me", "a" }, "url=a user=me" },
	{ { "--user=me:", "a" }, "url=a user=me:" },
	{ { "-n", "a" }, "url=a no-check" },
	{ { "-k", "a" }, "url=a no-check" },
	{ { "--no-check", "a" }, "url=a no-check" },
	{ { "--insecure", "a" }, "url=a no-check" },
	{ { "-n", "--no-insecure", "a" }, "url=a" },
	{ { "--ca", "f.pem", "a" }, "url=a ca=f.pem" },
	{ { "-b", "a" }, "url=a binary" },
	{ { "-b", "-t", "a" }, "url=a" },
	{ { "-tb", "a" }, "url=a binary" },
	{ { "-1", "a" }, "url=a max=1" },
	{ { "-1m2", "a" }, "url=a max=2" },
	{ { "-e", "a" }, "url=a echo" },
	{ { "--no-compress", "a" }, "url=a no-compress" },
	{ { "--no-compress", "--no-no-compress", "a" }, "url=a" },
	{ { "-X", "-P", "a" }, "url=a hex ping-pong" },
	{ { "-X", "--hex-max", "1k", "a" }, "url=a hex hex-max=1024" },
	{ { "--trace", "a" }, "url=a trace" },
	{ { "--trace=f", "a" }, "url=a trace trace-file=f" },
	{ { "--trace=f", "--trace=-", "a" }, "url=a trace" },
	{ { "--trace-bytes", "0", "a" }, "url=a trace-bytes=0" },
	{ { "--trace-bytes=1M", "a" }, "url=a trace-bytes=1048576" },
	{ { "--hex-max=5", "--hex-max=0", "a" }, "url=a" },
	{ { "-jrX", "a" }, "url=a hex json raw" },
	{ { "--json", "--raw", "--no-json", "--no-raw", "a" }, "url=a" },
	{ { "-j", "-I", "jsonl", "a" }, "url=a in=jsonl json" },
	{ { "-j0", "-O", "lines", "a" }, "url=a in=nul json" },
	{ { "-r", "-O", "raw", "a" }, "url=a out=raw raw" },
	{ { "-T", "a" }, "url=a time" },
	{ { "-T", "iso" }, "url=iso time" },
	{ { "-Tiso", "a" }, "url=a time format=iso" },
	{ { "-jTunix", "a" }, "url=a json time format=unix" },
	{ { "--time", "a" }, "url=a time" },
	{ { "--time=delta", "a" }, "url=a time format=delta" },
	{ { "--time=%H:%M", "a" }, "url=a time format=%H:%M" },
	{ { "-Tiso", "-T", "a" }, "url=a time" },
	{ { "-T", "-T%s", "a" }, "url=a time format=%s" },
	{ { "--no-color", "a" }, "url=a color=2" },
	{ { "--no-color", "--color=auto", "a" }, "url=a" },
	{ { "--slash", "a" }, "url=a slash=1" },
	{ { "--slash", "--no-slash", "a" }, "url=a slash=2" },
	{ { "--no-slash", "-I", "jsonl", "a" }, "url=a in=jsonl slash=2" },
	{ { "-L", "--max-redirects", "5", "a" }, "url=a location redirects=5" },
	{ { "--location", "--no-location", "a" }, "url=a" },
	{ { "-L", "a", "--max-redirects" }, "url=a location" },
	{ { "--max-redirects=3", "--max-redirects", "-L", "a" },
		"url=a location" },
	{ { "--bearer", "t", "a" }, "url=a bearer=t" },
	{ { "--bearer", "t", "-u", "me:x", "a" }, "url=a user=me:x" },
	{ { "-u", "me:x", "--bearer=t", "a" }, "url=a bearer=t" },
	{ { "--netrc", "--netrc-file", "f", "a" }, "url=a netrc netrc-file=f" },
	{ { "--netrc", "--no-netrc", "a" }, "url=a" },
	{ { "--cookie", "a=b; c=d", "--cookie-jar=j", "a" },
		"url=a cookie=a=b; c=d jar=j" },
	{ { "-4", "a" }, "url=a family=1" },
	{ { "-6", "a" }, "url=a family=2" },
	{ { "-64v", "a" }, "url=a family=1 verbose=1" },
	{ { "--ipv4", "--ipv6", "a" }, "url=a family=2" },
	{ { "--resolve", "h:80:1.2.3.4", "--resolve=*:1:::1", "a" },
		"url=a resolve=h:80:1.2.3.4 resolve=*:1:::1" },
	{ { "--connect-to", "a:1:b:2", "--connect-to", ":::", "a" },
		"url=a connect-to=a:1:b:2 connect-to=:::" },
	{ { "--interface", "lo", "--unix-socket", "@s", "a" },
		"url=a interface=lo unix=@s" },
	{ { "--proxy", "socks5h://u:p@h:1", "--noproxy", "x,y", "a" },
		"url=a proxy=socks5h://u:p@h:1 noproxy=x,y" },
	{ { "--proxy=h", "--proxy", "", "--noproxy=", "a" },
		"url=a proxy= noproxy=" },
	{ { "--capath", "d", "--cert=c", "--key", "k", "a" },
		"url=a capath=d cert=c key=k" },
	{ { "--passphrase", "x y", "a" }, "url=a passphrase=x y" },
	{ { "--passphrase=", "a" }, "url=a passphrase=" },
	{ { "a", "--passphrase" }, "url=a" },
	{ { "--passphrase=x", "--passphrase", "-q", "a" }, "url=a quiet" },
	{ { "--sni", "n", "--keylog", "f", "a" }, "url=a sni=n keylog=f" },
	{ { "--tls-min", "1.2", "--tls-max=1.3", "a" },
		"url=a tls-min=3 tls-max=4" },
	{ { "--tls-min=1.0", "--tls-max=1.0", "a" },
		"url=a tls-min=1 tls-max=1" },
	{ { "--ciphers", "ECDHE-RSA-AES128-GCM-SHA256", "a" },
		"url=a ciphers=ECDHE-RSA-AES128-GCM-SHA256" },
	{ { "--pin", "sha256//" PIN, "--pin=sha256//" PIN, "a" },
		"url=a pin=sha256//" PIN " pin=sha256//" PIN },
	{ { "--no-config", "a" }, "url=a" },
	{ { "--config=/nowhere", "--no-config", "a" }, "url=a" },
	{ { "--no-config", "-x", "@x", "a" }, "url=a execute=@x" },
	{ { "--no-config", "me@host" }, "url=me@host" },
	{ { "--no-config", "-c", "@host" }, "url=@host" },
	{ { "--config=/nowhere", "--help" }, "help" },
	{ { "@none", "-V" }, "version-wanted" },
	{ { "-h" }, "help" },
	{ { "-h", "tls" }, "help topic=tls" },
	{ { "--help", "EXIT" }, "help topic=EXIT" },
	{ { "--help=all", "--nonsense" }, "help topic=all" },
	{ { "--help", "--nonsense" }, "help" },
	{ { "-hcommands" }, "help topic=commands" },
	{ { "-V", "a", "b" }, "version-wanted" },
	{ { "-vV" }, "verbose=1 version-wanted" },
	/* wscat's */
	{ { "-L", "--max-redirects", "3", "--passphrase", "p", "--cert", "c",
		  "--key", "k", "--proxy", "http://h:1", "-c", "a" },
		"url=a location redirects=3 proxy=http://h:1 cert=c key=k "
		"passphrase=p" },
	{ { "-c", "ws://a", "-w", "-1", "-x", "hi", "-P", "--no-color" },
		"url=ws://a execute=hi wait=-1 color=2 ping-pong" },
	{ { "--auth", "u:p", "-o", "o", "-p", "13", "-n", "-c", "a" },
		"url=a user=u:p origin=o no-check" },
};

/* Why -X, -j and -T are for one output format alone. */
#define FOR_PEOPLE "a message is either shown for people or written in a format"

static const struct bad_line bad[] = {
	{ { "--record=", "a" }, "--record: its value is empty" },
	{ { "--replay-check", "a" }, "--replay-check: there is no --replay "
				     "FILE (wstap --help debug)" },
	{ { "--replay-ignore=x", "a" }, "--replay-ignore: there is no --replay "
					"FILE (wstap --help debug)" },
	{ { "--replay-speed=0", "a" }, "--replay-speed: there is no --replay "
				       "FILE (wstap --help debug)" },
	{ { "--replay=f", "--replay-ignore=x", "a" },
		"--replay-ignore: there is no --replay-check that it could be "
		"for" },
	{ { "--replay=f", "--replay-check", "--replay-ignore=(", "a" },
		"--replay-ignore (: not a regular expression: Unmatched ( or "
		"\\( (POSIX extended, as in grep -E)" },
	{ { "--replay-speed=-1", "a" },
		"--replay-speed -1: not a speed: 2 is twice as fast, 0.5 half "
		"as fast, 0 all at once" },
	{ { "--replay-speed=1e400", "a" },
		"--replay-speed 1e400: not a speed: 2 is twice as fast, 0.5 "
		"half as fast, 0 all at once" },
	{ { "--ping", "--replay=f", "a" },
		"--ping and --replay: it only pings, on one connection (wstap "
		"--help debug)" },
	{ { "-4=x", "a" }, "-=: no such option (wstap --help)" },
	{ { "--no-ipv4", "a" }, "--no-ipv4: --ipv4 cannot be turned off "
				"(wstap --help connect)" },
	{ { "--tls-max=1.1", "a" },
		"--tls-max: below --tls-min, which is 1.2 by default: no "
		"version is left" },
	{ { "--tls-min=1.3", "--tls-max=1.2", "a" },
		"--tls-max: below --tls-min: no version is left" },
	{ { "--config", "/nowhere", "a" },
		"--config /nowhere: cannot open the file: No such file or "
		"directory" },
	{ { "--no-config", "--config", "/", "a" },
		"--config /: cannot read the file: Is a directory" },
	{ { "--config" },
		"--config: needs a value, FILE (wstap --help connect)" },
	{ { "--config=", "a" }, "--config : cannot open the file: No such file "
				"or directory" },
	{ { "--config", "/nowhere", "--wiat" },
		"--wiat: no such option; did you mean --wait? "
		"(wstap --help)" },
	{ { "@x" }, "@x: there is no configuration file with profiles "
		    "(man wstap)" },
	{ { "--", "@x", "a" },
		"@x: there is no configuration file with profiles "
		"(man wstap)" },
	{ { "--no-config", "@x", "a" },
		"@x: with --no-config there are no profiles" },
	{ { "@", "a" }, "@: no profile is named (as in: wstap @staging)" },
	{ { "-L", "--max-redirects", "a" },
		"--max-redirects a: not a whole number from 0 on, or inf" },
	{ { NULL },
		"no URL to connect to, and no -l to listen (wstap --help)" },
	{ { "-v" },
		"no URL to connect to, and no -l to listen (wstap --help)" },
	{ { "ws://u:p@a", "b" },
		"two URLs: wstap connects to one (wstap --help connect)" },
	{ { "-c", "a", "b" },
		"two URLs: wstap connects to one (wstap --help connect)" },
	{ { "a", "-l", "80" }, "a URL and -l: wstap either connects or listens "
			       "(wstap --help connect)" },
	{ { "--wiat", "3" }, "--wiat: no such option; did you mean --wait? "
			     "(wstap --help)" },
	{ { "--verb", "a" }, "--verb: no such option; did you mean --verbose? "
			     "(wstap --help)" },
	{ { "--usr=me:secret" }, "--usr: no such option; did you mean --user? "
				 "(wstap --help)" },
	{ { "--no-ecoh" }, "--no-ecoh: no such option; did you mean --no-echo? "
			   "(wstap --help)" },
	{ { "--no-chek" },
		"--no-chek: no such option; did you mean --no-check? "
		"(wstap --help)" },
	{ { "--xyzzy" }, "--xyzzy: no such option (wstap --help)" },
	{ { "--no-" }, "--no-: no such option; did you mean --no-config? "
		       "(wstap --help)" },
	{ { "--=" }, "--: no such option (wstap --help)" },
	{ { "-Z" }, "-Z: no such option (wstap --help)" },
	{ { "-vZ" }, "-Z: no such option (wstap --help)" },
	{ { "-interactiv" }, "-interactiv: no such option; did you mean "
			     "--interactive? (wstap --help)" },
	{ { "-\xc3\xa9" }, "-\xc3\xa9: no such option (wstap --help)" },
	{ { "-x" }, "-x: needs a value, MESSAGE (wstap --help messages)" },
	{ { "-vc" }, "-c: needs a value, URL (wstap --help connect)" },
	{ { "a", "--ca" }, "--ca: needs a value, FILE (wstap --help TLS)" },
	{ { "--echo=1", "a" },
		"--echo: takes no value (wstap --help messages)" },
	{ { "--no-echo=", "a" },
		"--no-echo: takes no value (wstap --help messages)" },
	{ { "--no-text", "a" }, "--no-text: --text cannot be turned off "
				"(wstap --help messages)" },
	{ { "--no-auth", "a" }, "--no-auth: --user cannot be turned off "
				"(wstap --help connect)" },
	{ { "--no-close", "a" }, "--no-close: --close cannot be turned off "
				 "(wstap --help messages)" },
	{ { "--deflate", "", "--no-compress", "a" },
		"--no-compress and --deflate: compression is either off or "
		"offered (wstap --help protocol)" },
	{ { "--lockstep=", "a" }, "--lockstep : not a whole number from 1 on" },
	{ { "--lockstep", "2", "a" },
		"two URLs: wstap connects to one (wstap --help connect)" },
	{ { "--reconnect=inf", "a" },
		"--reconnect inf: not a whole number from 1 on" },
	{ { "--misbehave", "rsv", "a" },
		"--misbehave: only who listens has a use for it, with -l" },
	{ { "--max-clients=2", "a" },
		"--max-clients: only who listens has a use for it, with -l" },
	{ { "--once", "--broadcast", "a" },
		"--once: only who listens has a use for it, with -l" },
	{ { "--ping=0", "a" }, "--ping 0: not a whole number from 1 on" },
	{ { "--ping", "-l", "0" }, "--ping and -l: it only pings, on one "
				   "connection (wstap --help debug)" },
	{ { "--ping", "-1", "a" }, "--ping and -m: it only pings, on one "
				   "connection (wstap --help debug)" },
	{ { "--ping", "-x", "b", "a" },
		"--ping and -x: it only pings, on one connection (wstap "
		"--help debug)" },
	{ { "-l", "unix:" },
		"-l unix:: no path is given (try unix:/path/to/socket)" },
	{ { "-l", "wss+unix:/a" },
		"-l wss+unix:/a: TLS needs a certificate (--cert)" },
	{ { "-l", "0", "--passphrase=a" }, "--passphrase and -l: without a "
					   "certificate (--cert) there is no "
					   "TLS" },
	{ { "-l", "0", "--key", "a" },
		"--key and -l: without a certificate (--cert) there is no "
		"TLS" },
	{ { "--reconnect", "-l", "0" },
		"--reconnect and -l: only who connects has a use for it" },
	{ { "-l", "0", "--unix-socket", "a" },
		"--unix-socket and -l: only who connects has a use for it" },
	{ { "-l", "0", "-4", "-L" },
		"-4 and -l: only who connects has a use for it" },
	{ { "-l", "0", "--cert", "a", "-k" },
		"-k and -l: only who connects has a use for it" },
	{ { "-l", "0", "--capath", "/" },
		"--capath and -l: without a certificate (--cert) there is no "
		"TLS" },
	{ { "-l", "0", "--tls-min=1.3", "--ca", "a" },
		"--tls-min and -l: without a certificate (--cert) there is no "
		"TLS" },
	{ { "a", "-I" }, "-I: needs a value, FORMAT (wstap --help messages)" },
	{ { "-0=x", "a" }, "-=: no such option (wstap --help)" },
	{ { "-f", "-", "-f", "b", "--file=-", "a" },
		"-f - given twice: standard input can be read only once" },
	{ { "-f", "-", "-i", "a" },
		"-f - and -i: standard input can be read only once" },
	{ { "-f-", "--reconnect", "a" },
		"-f - and --reconnect: standard input can be read only once, "
		"and not again on each connection" },
	{ { "-f-", "-l0" },
		"-f - and -l: standard input can be read only once, and not "
		"again for each client (try --once)" },
	{ { "--slash", "-I", "raw", "a" },
		"--slash and the input format raw: commands are lines, or end "
		"with a NUL byte (wstap --help other)" },
	{ { "-e", "-i", "a" }, "-e and -i: an echo reads no standard input "
			       "(wstap --help messages)" },
	{ { "--lockstep", "-e", "a" },
		"-e and --lockstep: an echo sends when a message comes in any "
		"case (wstap --help messages)" },
	{ { "-X", "-O", "jsonl", "a" },
		"-X and the output format jsonl: " FOR_PEOPLE },
	{ { "-0X", "a" }, "-X and the output format nul: " FOR_PEOPLE },
	{ { "-j", "-O", "length", "a" },
		"-j and the output format length: " FOR_PEOPLE },
	{ { "-0", "--json", "a" },
		"-j and the output format nul: " FOR_PEOPLE },
	{ { "-T", "-Oraw", "a" }, "-T and the output format raw: " FOR_PEOPLE },
	{ { "--time=iso", "--format", "jsonl", "a" },
		"-T and the output format jsonl: " FOR_PEOPLE },
	{ { "-jTX", "-Onul", "a" },
		"-T X: no such time format (" STAMP_FORMATS ")" },
	{ { "-TjX", "-Onul", "a" },
		"-T jX: no such time format (" STAMP_FORMATS ")" },
	{ { "--time=ios", "a" }, "--time ios: no such time format; did you "
				 "mean iso? (" STAMP_FORMATS ")" },
	{ { "--time=", "a" },
		"--time : no such time format (" STAMP_FORMATS ")" },
	{ { "--no-time", "a" }, "--no-time: --time cannot be turned off "
				"(wstap --help display)" },
	{ { "--trace-bytes", "1025k", "a" },
		"--trace-bytes: at most 1M (wstap --help debug)" },
	{ { "--trace=", "a" }, "--trace=: no file is named; without the = it "
			       "goes to standard error" },
	{ { "--hex-max", "few", "a" }, "--hex-max few: not a size in bytes "
				       "(like 500, 64k, 16M or 1G)" },
	{ { "--hex-max=-1", "a" }, "--hex-max -1: not a size in bytes (like "
				   "500, 64k, 16M or 1G)" },
	{ { "--hex-max" },
		"--hex-max: needs a value, SIZE (wstap --help display)" },
	{ { "--json=1", "a" },
		"--json: takes no value (wstap --help display)" },
	{ { "--raw=yes", "a" },
		"--raw: takes no value (wstap --help display)" },
	{ { "--progress", "a" },
		"--progress: no such option; did you mean --no-progress? "
		"(wstap --help)" },
	{ { "--no-compress", "--deflate", "", "-l", "0" },
		"--no-compress and --deflate: compression is either off or "
		"offered (wstap --help protocol)" },
	{ { "-h", "tsl" }, "-h tsl: no such topic; there are " OPTION_TOPICS },
	{ { "--help=" }, "--help : no such topic; there are " OPTION_TOPICS },
	{ { "--help=connect TLS" },
		"--help connect TLS: no such topic; there are " OPTION_TOPICS },
};

/* Values that would put a line of their own into the request. */
static const struct {
	const char *args[ARGS_MAX];
} injections[] = {
	{ { "-H", "A: b\r\nC: d", "a" } },
	{ { "-H", "A: b\rC", "a" } },
	{ { "-H", "A: b\n", "a" } },
	{ { "-H", "A\n: b", "a" } },
	{ { "-H", "no colon", "a" } },
	{ { "-s", "a\n", "a" } },
	{ { "-s", "a\rb", "a" } },
	{ { "-o", "http://x\n", "a" } },
	{ { "--host", "x\r", "a" } },
	{ { "-A", "x\ny", "a" } },
	{ { "-u", "me:\r\n", "a" } },
	{ { "--bearer", "t\r\nA: b", "a" } },
	{ { "--cookie", "a=b\r\nC: d", "a" } },
	{ { "--cookie", "a=b\n", "a" } },
	{ { "--deflate", "\r\nA: b", "a" } },
	{ { "--deflate", "client_no_context_takeover\r\n", "a" } },
	{ { "--deflate", "client_max_window_bits=\n9", "a" } },
	{ { "--deflate", "server_max_window_bits=9\r", "a" } },
};

Test(options, good_lines)
{
	for (size_t i = 0; i < COUNT(good); i++)
		check_good(&good[i]);
}

Test(options, bad_lines)
{
	for (size_t i = 0; i < COUNT(bad); i++)
		check_bad(&bad[i]);
}

Test(options, no_lines_of_ones_own_in_the_request)
{
	for (size_t i = 0; i < COUNT(injections); i++) {
		struct config config = CONFIG_DEFAULT;
		struct line line = whole_line(injections[i].args);
		struct err err = { 0 };

		cr_expect_not(
			options_parse(&config, line.argc, line.argv, &err),
			"%zu: taken", i);
		cr_expect_eq(err.kind, ERR_USAGE, "%zu", i);
		cr_expect_neq(err.line[0], '\0', "%zu", i);
		options_release(&config);
	}
}

Test(options, patterns_that_are_none)
{
	static const char *const args[][ARGS_MAX] = {
		{ "--until", "(", "a" },
		{ "--until=a", "--until=(", "a" },
	};

	for (size_t i = 0; i < COUNT(args); i++) {
		static const char begins[] = "--until (: ";
		struct config config = CONFIG_DEFAULT;
		struct line line = whole_line(args[i]);
		struct err err = { 0 };

		cr_expect_not(
			options_parse(&config, line.argc, line.argv, &err));
		cr_expect_eq(err.kind, ERR_USAGE);
		cr_expect_eq(strncmp(err.line, begins, strlen(begins)), 0, "%s",
			err.line);
		options_release(&config);
		parse_cuts(args[i]);
	}
}

/* The pattern is the last one's, and works. */
Test(options, until)
{
	const char *const args[ARGS_MAX] = { "--until=a+", "--until", "^b+$",
		"u" };
	struct config config = CONFIG_DEFAULT;
	struct line line = whole_line(args);
	struct err err = { 0 };
	uint8_t text[] = "bb", other[] = "aa";

	cr_assert(options_parse(&config, line.argc, line.argv, &err), "%s",
		err.line);
	cr_assert_not_null(config.until);
	cr_expect(until_matches(config.until, text, 2));
	cr_expect_not(until_matches(config.until, other, 2));
	options_release(&config);
	cr_expect_null(config.until);
}

/* What is offered fits into a request. */
Test(options, many_offers)
{
	static char program[] = "wstap", url[] = "a", option[] = "--deflate=";
	struct config config = CONFIG_DEFAULT;
	struct err err = { 0 };
	char *argv[256];
	int n = 0;

	argv[n++] = program;
	argv[n++] = url;
	while (n < 256)
		argv[n++] = option;
	cr_expect_not(options_parse(&config, n, argv, &err));
	cr_expect_eq(err.kind, ERR_USAGE);
	cr_expect_str_eq(
		err.line, "--deflate: all offers together are over 1535 bytes");
	options_release(&config);
	config = CONFIG_DEFAULT;
	cr_expect(options_parse(&config, 70, argv, &err), "%s", err.line);
	options_release(&config);
}

Test(options, every_cut)
{
	for (size_t i = 0; i < COUNT(good); i++)
		parse_cuts(good[i].args);
	for (size_t i = 0; i < COUNT(bad); i++)
		parse_cuts(bad[i].args);
	for (size_t i = 0; i < COUNT(injections); i++)
		parse_cuts(injections[i].args);
}

/* What --help and the manual call the default is what there is without the
 * option. */
Test(options, presets_are_the_defaults)
{
	const struct option_row *row;

	for (size_t i = 0; (row = options_row(i)); i++) {
		struct config config = CONFIG_DEFAULT;
		struct err err = { 0 };
		char program[] = "wstap", url[] = "a", option[128];
		char *argv[] = { program, option, url, NULL };
		char *text;

		if (!row->preset)
			continue;
		snprintf(option, sizeof(option), "--%s=%s", row->name,
			row->preset);
		cr_expect(
			options_parse(&config, 3, argv, &err), "%s", err.line);
		text = show(&config);
		cr_expect_str_eq(text, "url=a", "%s: %s", option, text);
		free(text);
		options_release(&config);
	}
}
