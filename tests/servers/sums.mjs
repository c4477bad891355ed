// A server to be tested, on node's ws: node sums.mjs PORT [fault]
//
// Answers {"add":[...]} with {"sum":...} and what is no object with itself,
// closes an object that is none with 1007, and refuses any path but /. With a
// fault it adds wrongly, or takes any path.

import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

const [port, fault] = process.argv.slice(2);
const sockets = new WebSocketServer({ noServer: true });
const server = createServer((_, response) => response.writeHead(426).end());

function answer(socket, text) {
	if (!text.startsWith('{')) {
		socket.send(text);
		return;
	}
	try {
		const sum = JSON.parse(text).add.reduce((a, b) => a + b, 0);
		socket.send(JSON.stringify({ sum: sum + (fault === 'sum') }));
	} catch {
		socket.close(1007, 'not JSON');
	}
}

server.on('upgrade', (request, socket, head) => {
	if (request.url !== '/' && fault !== 'path') {
		socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n');
		return;
	}
	sockets.handleUpgrade(request, socket, head, (opened) =>
		opened.on('message', (data) => answer(opened, data.toString())));
});
server.listen(Number(port), '127.0.0.1');
