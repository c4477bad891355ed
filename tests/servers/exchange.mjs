// A client on node's ws that does as it is told: each line of its input is
//
//     {"url": ..., "corpus": FILE, "deflate": ws's perMessageDeflate}
//
// It sends the file's messages (corpus.py), sees that the same ones come back,
// closes with 4001, and prints what it saw as a line. "together": false waits
// for each answer before it sends the next.

import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import WebSocket from 'ws';

function read(file) {
	const data = readFileSync(file);
	const messages = [];
	for (let at = 0; at < data.length;) {
		const end = at + 5 + data.readUInt32BE(at + 1);
		messages.push({
			binary: data[at] === 'b'.charCodeAt(0),
			data: data.subarray(at + 5, end),
		});
		at = end;
	}
	return messages;
}

function exchange({ url, corpus, deflate, together = true }) {
	return new Promise((resolve) => {
		const socket = new WebSocket(url, {
			perMessageDeflate: deflate,
			maxPayload: 0,
		});
		const messages = read(corpus);
		const seen = { extensions: '', back: 0, fault: '', code: 0 };
		const send = ({ data, binary }) => socket.send(data, { binary });
		socket.on('open', () => {
			seen.extensions = socket.extensions;
			if (together)
				messages.forEach(send);
			else
				send(messages[0]);
		});
		socket.on('message', (data, binary) => {
			const sent = messages[seen.back];
			if (!sent || binary !== sent.binary || !data.equals(sent.data))
				seen.fault ||= `message ${seen.back} is not the one sent`;
			if (++seen.back === messages.length || seen.fault)
				socket.close(4001, 'done');
			else if (!together)
				send(messages[seen.back]);
		});
		socket.on('error', (error) => { seen.fault ||= error.message; });
		socket.on('close', (code, reason) => {
			resolve({ ...seen, code, reason: String(reason) });
		});
	});
}

for await (const line of createInterface({ input: process.stdin }))
	console.log(JSON.stringify(await exchange(JSON.parse(line))));
