import type {Beacon, DatagramSource, DestinationCounters} from '../../source/network/discovery/beacon.js';
import {beaconGroup} from '../../source/network/discovery/beacon-sender.js';
import type {LocalInterface} from '../../source/network/ip-address.js';

/** Functions of the host that a beacon socket uses. */
export interface MemoryBeaconHost {
	interfaces(): readonly LocalInterface[];
	/** Returns false if another socket uses the port exclusively. */
	open(socket: MemorySocket): boolean;
	close(socket: MemorySocket): void;
	freePort(): number;
	/** Sends to all sockets on the interface's subnet that share the port. Returns false if sending fails. */
	sendToAll(bytes: Uint8Array, from: LocalInterface, sourcePort: number, port: number, kind: GroupKind): boolean;
	/** Sends to one address. */
	send(bytes: Uint8Array, address: string, port: number, sourcePort: number): void;
}

export type GroupKind = 'broadcast' | 'multicast';

/** Open UDP socket of a memory host. */
export interface MemorySocket {
	readonly sharedPort: number;
	readonly ownPort: number;
	received(bytes: Uint8Array, source: DatagramSource): void;
}

/** Beacon on a memory network. It behaves as the UDP beacon does (`beacon-acceptance.ts` tests both). */
export function createMemoryBeacon(host: MemoryBeaconHost, sharedPort: number): Beacon {
	const counters = new Map<string, {-readonly [Key in keyof DestinationCounters]: DestinationCounters[Key]}>();
	let interfaces: readonly LocalInterface[] = host.interfaces();
	let socket: MemorySocket | undefined;

	function count(from: LocalInterface, kind: GroupKind, sent: boolean): void {
		const destination = kind === 'broadcast' ? (from.broadcast ?? '') : beaconGroup(from);
		const key = `${from.address} ${destination}`;
		const found = counters.get(key) ?? {
			interface: from.name,
			address: from.address,
			destination,
			kind,
			sent: 0,
			failed: 0,
		};
		if (sent) found.sent++;
		else {
			found.failed++;
			found.lastError = 'no route to the network';
		}
		counters.set(key, found);
	}

	return {
		async start(received) {
			const opened: MemorySocket = {sharedPort, ownPort: host.freePort(), received};
			if (!host.open(opened)) throw Object.assign(new Error('port in use'), {code: 'EADDRINUSE'});
			socket = opened;
			interfaces = host.interfaces();
			return {port: sharedPort, ownPort: opened.ownPort};
		},
		broadcast(bytes, toGroup = bytes) {
			if (!socket) return;
			const content = {broadcast: bytes, multicast: toGroup};
			interfaces = host.interfaces();
			for (const from of interfaces)
				for (const kind of from.family === 4 ? (['broadcast', 'multicast'] as const) : (['multicast'] as const))
					count(from, kind, host.sendToAll(content[kind].slice(), from, socket.ownPort, sharedPort, kind));
		},
		send(bytes, address, port) {
			if (socket) host.send(bytes.slice(), address, port, socket.ownPort);
		},
		interfaces: () => interfaces,
		counters: () => [...counters.values()].map(found => ({...found})),
		async close() {
			if (socket) host.close(socket);
			socket = undefined;
		},
	};
}
