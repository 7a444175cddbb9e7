import {type BindOptions, createSocket, type Socket} from 'node:dgram';
import {LruMap} from '../../core/lru-map.js';
import {systemErrorCode} from '../../core/system-error.js';
import {describeError} from '../describe-error.js';
import type {LocalInterface} from '../ip-address.js';
import type {SocketFailures} from '../socket-failure.js';
import type {DatagramSource, DestinationCounters} from './beacon.js';

/**
 * Binds a UDP socket and resolves with its port. Rejects with the system error. Also rejects if the socket is closed
 * before it is bound.
 */
export function bindSocket(socket: Socket, options: BindOptions): Promise<number> {
	return new Promise((resolve, reject) => {
		const closed = () => reject(new Error('closed while it opened'));
		socket.once('error', reject);
		socket.once('close', closed);
		socket.bind(options, () => {
			socket.off('error', reject);
			socket.off('close', closed);
			resolve(socket.address().port);
		});
	});
}

type MutableCounters = {-readonly [Key in keyof DestinationCounters]: DestinationCounters[Key]};

/**
 * Maximum number of destinations for which statistics are stored. A laptop that changes networks all day uses fewer.
 */
const MAX_DESTINATIONS = 256;

export interface SendStats {
	sent(from: LocalInterface, kind: MutableCounters['kind'], destination: string): void;
	failed(from: LocalInterface, kind: MutableCounters['kind'], destination: string, error: unknown): void;
	list(): readonly DestinationCounters[];
}

/**
 * Creates counters of the sent datagrams and of those that could not be sent, by local address and destination. The
 * doctor shows them.
 */
export function createSendStats(): SendStats {
	const counters = new LruMap<string, MutableCounters>(MAX_DESTINATIONS);

	function countersFor(from: LocalInterface, kind: MutableCounters['kind'], destination: string): MutableCounters {
		const key = `${from.name} ${from.address} ${destination}`;
		let found = counters.get(key);
		if (!found) {
			found = {interface: from.name, address: from.address, destination, kind, sent: 0, failed: 0};
			counters.set(key, found);
		}
		return found;
	}

	return {
		sent(from, kind, destination) {
			countersFor(from, kind, destination).sent++;
		},
		failed(from, kind, destination, error) {
			const found = countersFor(from, kind, destination);
			found.failed++;
			found.lastError = describeError(error);
		},
		list: () => [...counters.values()].map(found => ({...found})),
	};
}

/** Multicast group of IPv4 beacons, in the local scope of RFC 2365: routers do not forward it. */
const IPV4_GROUP = '239.255.71.74';
/**
 * Multicast group of IPv6 beacons: transient, link-local scope (RFC 4291, 2.7). The last 32 bits are "p2pi" with the highest
 * bit set, as RFC 3307, 4.3, requires for groups that IANA did not assign.
 */
const IPV6_GROUP = 'ff12::f032:7069';

/** Multicast group to which beacons are sent from a local address. */
export const beaconGroup = ({family}: LocalInterface) => (family === 4 ? IPV4_GROUP : IPV6_GROUP);

/**
 * Name of an interface in the form that the multicast functions of Node require: the address for IPv4, `::%zone` for
 * IPv6.
 */
export const multicastInterface = ({family, address, zone}: LocalInterface) => (family === 4 ? address : `::%${zone}`);

/** Name of the socket that is bound to an address, in texts for the user. */
export const socketOf = (address: string) => `UDP on ${address}`;

export interface BeaconSenderOptions {
	readonly from: LocalInterface;
	/** Port to which beacons are sent. */
	readonly port: number;
	/** Port from which this node prefers to send. If the port is in use, or is 0, any free port is used. */
	readonly ownPort: number;
	readonly stats: SendStats;
	readonly failures: SocketFailures;
	received(bytes: Uint8Array, source: DatagramSource): void;
	log(line: string): void;
}

export interface BeaconSender {
	readonly from: LocalInterface;
	/** Resolves with the port when the socket is bound, or with undefined if binding failed. */
	readonly ready: Promise<number | undefined>;
	/** Whether the sender works. If it does not, the next beacon creates a new sender. */
	readonly usable: boolean;
	/** Sends `bytes` by broadcast, if the interface can broadcast, and `toGroup` by multicast. */
	broadcast(bytes: Uint8Array, toGroup: Uint8Array): void;
	send(bytes: Uint8Array, address: string, port: number): void;
	close(): Promise<void>;
}

/**
 * Creates a socket that sends and receives on one address of this computer. With one socket for each address, every
 * datagram has the right source address. The multicast interface is an option of the socket. With one socket for all
 * addresses, this option could change during a send.
 */
export function createBeaconSender(options: BeaconSenderOptions): BeaconSender {
	const {from, port, stats, failures, log} = options;
	const isIpv4 = from.family === 4;
	const group = beaconGroup(from);
	const socket = isIpv4 ? createSocket('udp4') : createSocket({type: 'udp6', ipv6Only: true});
	let state: 'binding' | 'ready' | 'failed' | 'closed' = 'binding';
	let pending: readonly [Uint8Array, Uint8Array] | undefined;

	socket.on('error', failure => log(`${from.name} ${from.address}: ${describeError(failure)}`));
	socket.on('message', (bytes, source) => options.received(bytes, {address: source.address, port: source.port}));

	const bind = (own: number) => bindSocket(socket, {address: from.address, port: own, exclusive: true});

	async function open(): Promise<number | undefined> {
		try {
			const ownPort = await bind(options.ownPort).catch(failure => {
				if (options.ownPort === 0 || systemErrorCode(failure) !== 'EADDRINUSE') throw failure;
				return bind(0);
			});
			if (state === 'closed') return undefined;
			if (isIpv4) socket.setBroadcast(true);
			socket.setMulticastTTL(1);
			state = 'ready';
			failures.works(socketOf(from.address));
			if (pending) broadcast(...pending);
			return ownPort;
		} catch (failure) {
			if (state === 'closed') return undefined;
			state = 'failed';
			failures.refused(socketOf(from.address), 'open', failure);
			if (isIpv4) stats.failed(from, 'broadcast', from.broadcast ?? group, failure);
			else stats.failed(from, 'multicast', group, failure);
			return undefined;
		}
	}

	function transmit(bytes: Uint8Array, kind: 'broadcast' | 'multicast', destination: string): void {
		socket.send(bytes, port, destination, failure => {
			if (failure) stats.failed(from, kind, destination, failure);
			else stats.sent(from, kind, destination);
			if (state === 'closed') return;
			if (failure) failures.refused(socketOf(from.address), 'send', failure);
			else failures.works(socketOf(from.address));
		});
	}

	function broadcast(bytes: Uint8Array, toGroup: Uint8Array): void {
		if (state === 'binding') pending = [bytes, toGroup];
		if (state !== 'ready') return;
		if (from.broadcast !== undefined) transmit(bytes, 'broadcast', from.broadcast);
		try {
			// The option is set before each send. An interface that was unplugged and plugged in again has the same
			// address, but another index.
			socket.setMulticastInterface(multicastInterface(from));
		} catch (failure) {
			stats.failed(from, 'multicast', group, failure);
			return;
		}
		transmit(toGroup, 'multicast', group);
	}

	return {
		from,
		ready: open(),
		get usable() {
			return state === 'binding' || state === 'ready';
		},
		broadcast,
		send(bytes, address, toPort) {
			if (state !== 'ready') return;
			socket.send(bytes, toPort, address, failure => {
				if (failure) log(`answer to ${address} from ${from.address}: ${describeError(failure)}`);
			});
		},
		close() {
			if (state === 'closed') return Promise.resolve();
			state = 'closed';
			return new Promise(resolve => socket.close(() => resolve()));
		},
	};
}
