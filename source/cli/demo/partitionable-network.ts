/**
 * Wrapper around the transport and the beacon of one node, which can disconnect the node from the network. The demo
 * uses it to show how a connection is lost.
 */
import type {Beacon} from '../../network/discovery/beacon.js';
import type {Connection, Transport} from '../../network/transport/transport.js';

export interface PartitionableNetwork {
	readonly transport: Transport;
	readonly beacon: Beacon;
	/**
	 * Destroys all connections. Until `reconnect`, everything that the node sends or that others send to it is dropped.
	 */
	disconnect(): void;
	reconnect(): void;
}

export function createPartitionableNetwork(transport: Transport, beacon: Beacon): PartitionableNetwork {
	const openConnections = new Set<Connection>();
	let isDisconnected = false;

	function trackConnection(connection: Connection): void {
		if (isDisconnected) connection.destroy();
		else openConnections.add(connection);
	}

	return {
		transport: {
			listen: accepted =>
				transport.listen(connection => {
					trackConnection(connection);
					if (!isDisconnected) accepted(connection);
				}),
			async dial(address, port) {
				if (isDisconnected) return {failure: {code: 'unreachable', text: 'the network is disconnected'}};
				const result = await transport.dial(address, port);
				if ('connection' in result) trackConnection(result.connection);
				return result;
			},
			get refused() {
				return transport.refused;
			},
			close: () => transport.close(),
		},
		beacon: {
			start: received => beacon.start((bytes, source) => isDisconnected || received(bytes, source)),
			broadcast: (bytes, toGroup) => isDisconnected || beacon.broadcast(bytes, toGroup),
			send: (bytes, address, port) => isDisconnected || beacon.send(bytes, address, port),
			interfaces: () => beacon.interfaces(),
			interfaceFailure: () => beacon.interfaceFailure?.(),
			counters: () => beacon.counters(),
			close: () => beacon.close(),
		},
		disconnect() {
			isDisconnected = true;
			for (const connection of openConnections) connection.destroy();
			openConnections.clear();
		},
		reconnect() {
			isDisconnected = false;
		},
	};
}
