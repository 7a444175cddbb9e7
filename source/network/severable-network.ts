/**
 * A cable that can be pulled: a transport and a beacon that stop and go on at a word. For the demo, which has to show what
 * losing contact looks like without touching anybody's network.
 */
import type {Beacon} from './beacon.js';
import type {Connection, Transport} from './transport.js';

export interface SeverableNetwork {
	readonly transport: Transport;
	readonly beacon: Beacon;
	/** All connections end without a goodbye; nothing is heard, said, dialled or accepted. */
	sever(): void;
	restore(): void;
}

export function createSeverableNetwork(transport: Transport, beacon: Beacon): SeverableNetwork {
	const open = new Set<Connection>();
	let severed = false;

	function keep(connection: Connection): void {
		if (severed) connection.destroy();
		else open.add(connection);
	}

	return {
		transport: {
			listen: accepted =>
				transport.listen(connection => {
					keep(connection);
					if (!severed) accepted(connection);
				}),
			async dial(address, port) {
				if (severed) return {failure: {code: 'unreachable', text: 'the cable is out'}};
				const result = await transport.dial(address, port);
				if ('connection' in result) keep(result.connection);
				return result;
			},
			get refused() {
				return transport.refused;
			},
			close: () => transport.close(),
		},
		beacon: {
			start: received => beacon.start((bytes, source) => severed || received(bytes, source)),
			broadcast: bytes => severed || beacon.broadcast(bytes),
			send: (bytes, address, port) => severed || beacon.send(bytes, address, port),
			interfaces: () => beacon.interfaces(),
			counters: () => beacon.counters(),
			close: () => beacon.close(),
		},
		sever() {
			severed = true;
			for (const connection of open) connection.destroy();
			open.clear();
		},
		restore() {
			severed = false;
		},
	};
}
