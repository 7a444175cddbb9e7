import {createServer} from 'node:net';
import {createTlsTransport} from '../../../source/network/transport/tls-transport.js';
import type {Transport} from '../../../source/network/transport/transport.js';
import {until} from '../../helpers/wait.js';
import {describeTransport} from './transport-acceptance.js';

function freePort(): Promise<number> {
	return new Promise(resolve => {
		const server = createServer().listen(0, '127.0.0.1', () => {
			const address = server.address();
			server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : 0));
		});
	});
}

describeTransport('TLS', async () => {
	const transports: Transport[] = [];
	return {
		address: '127.0.0.1',
		create(psk, port) {
			const transport = createTlsTransport({
				psk,
				identity: 'room',
				hosts: {ipv4: '127.0.0.1'},
				...(port === undefined ? {} : {port}),
			});
			transports.push(transport);
			return transport;
		},
		freePort,
		until,
		settled: promise => promise,
		close: async () => void (await Promise.all(transports.map(transport => transport.close()))),
	};
});
