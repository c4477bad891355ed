// An echo server on node's ws. Prints its port; ends when its input does, so
// that nothing is left behind whatever happens to the one who started it.
//
//     node echo.mjs [--deflate] [--subprotocol NAME]

import { WebSocketServer } from 'ws';

const args = process.argv.slice(2);
const wanted = args.includes('--subprotocol')
	? args[args.indexOf('--subprotocol') + 1] : null;
const server = new WebSocketServer({
	host: '127.0.0.1',
	port: 0,
	maxPayload: 0,
	perMessageDeflate: args.includes('--deflate'),
	handleProtocols: (offered) =>
		wanted && offered.has(wanted) ? wanted : false,
});

server.on('listening', () => console.log(server.address().port));
server.on('connection', (socket) => {
	socket.on('error', () => {});
	socket.on('message', (data, binary) => socket.send(data, { binary }));
});
process.stdin.on('end', () => process.exit(0));
process.stdin.resume();
