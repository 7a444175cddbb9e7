/**
 * Reference measurement of row 6: the smallest program that gives the same guarantees for one message. It signs a line
 * from its standard input, appends it to a file, and sends it over TLS. The other end checks hash and signature,
 * appends, and prints the line.
 *
 * Arguments: the file, and the port of the other end. Without a port the process listens and prints its port.
 */
import {createHash} from 'node:crypto';
import {openSync, writeSync} from 'node:fs';
import {createInterface} from 'node:readline';
import type {TLSSocket} from 'node:tls';
import {Packr} from 'msgpackr';
import {createFrameDecoder, encodeFrame} from '../../source/codec/frame.js';
import {createPeerKey, verifySignature} from '../../source/feed/signing-keys.js';
import {benchKeys} from './make-history.js';
import {dialTls, listenTls, tlsKeyOf} from './tls-pair.js';

const [path = '', port] = process.argv.slice(2);
const key = createPeerKey(new Uint8Array(32).fill(port === undefined ? 1 : 2));
const file = openSync(path, 'w');
const packr = new Packr({useRecords: false});

const print = (line: object) => void process.stdout.write(`${JSON.stringify(line)}\n`);

function serve(socket: TLSSocket): void {
	let sentHash: Uint8Array = new Uint8Array(32);
	let receivedHash: Uint8Array = new Uint8Array(32);
	const decoder = createFrameDecoder();
	socket.on('data', chunk => {
		for (const payload of decoder.push(chunk)) {
			const [entry, peer, signature] = packr.unpack(payload);
			receivedHash = createHash('sha256').update(receivedHash).update(entry).digest();
			if (!verifySignature(peer, receivedHash, signature)) throw new Error('a signature is wrong');
			writeSync(file, payload);
			const [seq, at, text] = packr.unpack(entry);
			print({type: 'event', kind: 'posted', seq, at, text});
		}
	});
	let seq = 0;
	createInterface({input: process.stdin}).on('line', line => {
		seq += 1;
		const entry = packr.pack([seq, Date.now(), JSON.parse(line).text]);
		sentHash = createHash('sha256').update(sentHash).update(entry).digest();
		const payload = packr.pack([entry, key.peer, key.sign(sentHash)]);
		writeSync(file, payload);
		socket.write(encodeFrame(payload));
	});
	print({type: 'connected'});
}

const tlsKey = tlsKeyOf(await benchKeys());
if (port === undefined) print({type: 'ready', port: (await listenTls(tlsKey, serve)).port});
else serve(await dialTls(tlsKey, Number(port)));
process.stdin.on('end', () => process.exit(0));
