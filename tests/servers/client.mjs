// A client on node's ws: node client.mjs URL MESSAGE... sends each, prints
// each answer, closes, prints the close code.

import WebSocket from 'ws';

const [url, ...messages] = process.argv.slice(2);
const socket = new WebSocket(url);
let left = messages.length;

socket.on('open', () => messages.forEach((text) => socket.send(text)));
socket.on('message', (data) => {
	console.log(String(data));
	if (--left === 0)
		socket.close(1000, 'thanks');
});
socket.on('close', (code) => console.log(code));
socket.on('error', (error) => console.log(error.message));
