// An echo server on node's ws. Prints its port; ends when its input does, so
// that nothing is left behind whatever happens to the one who started it.
//
//     node echo.mjs [--deflate] [--subprotocol NAME]
//
// A query in the request's target is what permessage-deflate is to be with
// that connection, as ws names it: /?serverMaxWindowBits=9&threshold=0

import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

const args = process.argv.slice(2);
const wanted = args.includes('--subprotocol')
	? args[args.indexOf('--subprotocol') + 1] : null;
const servers = new Map();

// One for each way to compress.
function serverFor(query) {
	if (!servers.has(query)) {
		const deflate = Object.fromEntries([...new URLSearchParams(query)]
			.map(([name, value]) => [name, JSON.parse(value)]));
		servers.set(query, new WebSocketServer({
			noServer: true,
			maxPayload: 0,
			perMessageDeflate: query ? deflate : args.includes('--deflate'),
			handleProtocols: (offered) =>
				wanted && offered.has(wanted) ? wanted : false,
		}));
	}
	return servers.get(query);
}

// Reads no further while answers wait to be compressed: ws takes them from a
// queue whose every step costs as much as the queue is long.
const WAITING_MAX = 256;

function echo(socket) {
	let waiting = 0;
	const sent = () => {
		if (--waiting < WAITING_MAX && socket.isPaused)
			socket.resume();
	};
	socket.on('error', () => {});
	socket.on('message', (data, binary) => {
		if (++waiting >= WAITING_MAX)
			socket.pause();
		socket.send(data, { binary }, sent);
	});
}

const server = createServer((_, response) => response.writeHead(426).end());
server.on('upgrade', (request, socket, head) =>
	serverFor(request.url.split('?')[1] ?? '')
		.handleUpgrade(request, socket, head, echo));
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.on('end', () => process.exit(0));
process.stdin.resume();
