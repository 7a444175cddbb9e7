/** TLS, frames and handshake of one connection (protocol.md, sections 4, 5, 7 and 10), for loopback only. */
import {createServer, connect as tlsConnect} from 'node:tls';
import {decode, encode} from './messagepack.mjs';
import {isProven, proveHello} from './room.mjs';

export const HOST = '127.0.0.1';
const MAX_FRAME_BYTES = 1_048_576;
const TLS = {
	ciphers: 'TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256',
	minVersion: 'TLSv1.3',
	maxVersion: 'TLSv1.3',
	ca: [],
};

export function listen({psk, pskIdentity}, accepted) {
	const server = createServer(
		{...TLS, pskCallback: (_, identity) => (identity === pskIdentity ? psk : null)},
		accepted,
	);
	server.on('tlsClientError', () => {});
	return new Promise(resolve => server.listen(0, HOST, () => resolve(server)));
}

export function connect({psk, pskIdentity}, port, secured) {
	const socket = tlsConnect({...TLS, host: HOST, port, pskCallback: () => ({psk, identity: pskIdentity})});
	socket.once('secureConnect', () => secured(socket));
	return socket;
}

/**
 * Runs the handshake and exchanges messages on a TLS socket. `handlers`: hello() returns the hello without proof. The
 * events are verified(connection), message(connection, message) and closed(connection). `connection.peer` is set before
 * `verified` is called.
 */
export function openConnection(socket, isDialler, {room, key}, handlers) {
	const context = Buffer.from('p2pchat-ink connection 1');
	const keyingMaterial = socket.exportKeyingMaterial(32, 'EXPORTER-p2pchat-ink', context);
	const [ownRole, theirRole] = isDialler ? ['dialler', 'accepter'] : ['accepter', 'dialler'];
	let pending = Buffer.alloc(0);
	let heardAt = Date.now();

	const connection = {
		peer: undefined,
		/** Why the connection ended: the reason of a `bye` or the code of an `error`, from either end. Undefined before. */
		ending: undefined,
		send(message) {
			const payload = encode(message);
			const length = Buffer.alloc(4);
			length.writeUInt32BE(payload.length);
			if (socket.writable) socket.write(Buffer.concat([length, payload]));
		},
		close(lastWord) {
			connection.ending ??= lastWord.reason ?? lastWord.code;
			connection.send(lastWord);
			socket.end();
		},
		destroy: () => socket.destroy(),
	};
	const fail = code => connection.close({type: 'error', code, text: `client: ${code}`});

	function greet(message) {
		if (message.type === 'error') return connection.close({type: 'bye', reason: 'idle'});
		if (message.type !== 'hello') return fail('hello-expected');
		const [lowest, highest] = message.versions;
		if (highest < 1 || lowest > 1) return fail('version');
		if (!isProven(room, message, keyingMaterial, theirRole)) return fail('bad-proof');
		const peer = message.peer.toString('hex');
		if (peer === key.peer) return connection.close({type: 'bye', reason: 'self'});
		connection.peer = peer;
		connection.hello = message;
		clearTimeout(greeting);
		handlers.verified(connection);
	}

	function receive(message) {
		if (connection.peer === undefined) return greet(message);
		if (message.type === 'bye' || message.type === 'error') {
			connection.ending = message.reason ?? message.code;
			socket.end();
		} else handlers.message(connection, message);
	}

	function readFrames(chunk) {
		heardAt = Date.now();
		pending = Buffer.concat([pending, chunk]);
		while (pending.length >= 4 && connection.ending === undefined) {
			const length = pending.readUInt32BE();
			if (length === 0 || length > MAX_FRAME_BYTES) return fail('bad-frame');
			if (pending.length < 4 + length) return;
			const payload = pending.subarray(4, 4 + length);
			pending = pending.subarray(4 + length);
			receive(decode(payload));
		}
	}

	const greeting = setTimeout(() => socket.destroy(), 5000);
	const liveness = setInterval(() => {
		const silence = Date.now() - heardAt;
		if (silence >= 9000) socket.destroy();
		else if (silence >= 2000 && connection.peer) connection.send({type: 'ping', id: 0});
	}, 1000);
	socket.on('error', () => {});
	socket.once('close', () => {
		clearTimeout(greeting);
		clearInterval(liveness);
		handlers.closed(connection);
	});
	if (!socket.isSessionReused() || Object.keys(socket.getPeerCertificate()).length > 0) {
		socket.destroy();
		return connection;
	}
	socket.on('data', readFrames);
	connection.send({type: 'hello', ...handlers.hello(), ...proveHello(room, key, keyingMaterial, ownRole)});
	return connection;
}
