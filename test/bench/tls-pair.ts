/**
 * Plain TLS connection with the same keys and ciphers as the program: the reference measurement of all benchmark rows
 * about connections.
 */
import {once} from 'node:events';
import {connect, createServer, type Server, type TLSSocket} from 'node:tls';
import {clientOptions, serverOptions, type TlsKey} from '../../source/network/transport/tls-connection.js';

export interface TlsListener {
	readonly server: Server;
	readonly port: number;
}

export async function listenTls(key: TlsKey, accepted: (socket: TLSSocket) => void): Promise<TlsListener> {
	const server = createServer(serverOptions(key), socket => {
		socket.setNoDelay(true);
		socket.on('error', () => {});
		accepted(socket);
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('no port');
	return {server, port: address.port};
}

export async function dialTls(key: TlsKey, port: number): Promise<TLSSocket> {
	const socket = connect({...clientOptions(key), host: '127.0.0.1', port});
	socket.setNoDelay(true);
	socket.on('error', () => {});
	await once(socket, 'secureConnect');
	return socket;
}

export function tlsKeyOf(keys: {readonly psk: Uint8Array; readonly pskIdentity: string}): TlsKey {
	return {psk: keys.psk, identity: keys.pskIdentity};
}
