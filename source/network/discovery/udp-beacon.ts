import {createSocket} from 'node:dgram';
import type {Clock} from '../../core/environment.js';
import {MAX_BEACON_BYTES, MAX_BEACONS_PER_SECOND, MAX_BEACONS_PER_SOURCE_PER_SECOND} from '../../core/limits.js';
import {systemErrorCode} from '../../core/system-error.js';
import type {LocalInterface} from '../ip-address.js';
import {formatHostAddress, interfaceFor, isLoopback, isOnLink} from '../ip-address.js';
import {createWindowRateLimiter} from '../scheduling/rate-limiters.js';
import {createSystemClock} from '../system-clock.js';
import {describeError} from '../transport/describe-error.js';
import type {Beacon, DatagramSource} from './beacon.js';
import {BEACON_GROUP, type BeaconSender, bindSocket, createBeaconSender, createSendStats} from './beacon-sender.js';
import {createInterfaceReader, type InterfaceReader} from './interface-reader.js';
import {canBroadcast, isLoopbackOnly, readInterfaces} from './local-interfaces.js';

export interface UdpBeaconOptions {
	/** Discovery port, which all nodes share. 0 means any free port, for tests. */
	readonly port: number;
	/** Interface names or addresses; undefined means all. With only loopback, no datagram leaves this computer. */
	readonly selection?: readonly string[] | undefined;
	readonly clock?: Clock;
	readonly interfaceReader?: InterfaceReader;
	/** Called whenever the interfaces were read, with the selected ones. */
	readonly onInterfacesRead?: (interfaces: readonly LocalInterface[]) => void;
	readonly log?: (line: string) => void;
}

type Received = (bytes: Uint8Array, source: DatagramSource) => void;

/** Beacon over UDP (protocol.md, Discovery). `start` rejects with the system error, for example EADDRINUSE. */
export function createUdpBeacon(options: UdpBeaconOptions): Beacon {
	const {selection, clock = createSystemClock(), interfaceReader = createInterfaceReader(), log = () => {}} = options;
	const loopbackOnly = isLoopbackOnly(selection);
	const shared = createSocket({type: 'udp4', reuseAddr: true});
	const stats = createSendStats();
	const rateLimiter = createWindowRateLimiter(MAX_BEACONS_PER_SECOND, MAX_BEACONS_PER_SOURCE_PER_SECOND);
	const senders = new Map<string, BeaconSender>();
	let received: Received = () => {};
	let interfaces: readonly LocalInterface[] = [];
	let port = options.port;
	let ownPort = 0;
	let closing: Promise<void> | undefined;

	/** Checks size, source address and rate of a datagram before any cryptography. */
	function receive(bytes: Uint8Array, source: DatagramSource): void {
		if (closing || bytes.length === 0 || bytes.length > MAX_BEACON_BYTES) return;
		if (loopbackOnly ? !isLoopback(source.address) : selection && !isOnLink(source.address, interfaces)) return;
		if (rateLimiter.allows(formatHostAddress({host: source.address, port: source.port}), clock.monotonic()))
			received(bytes, source);
	}

	/** Joins the multicast group, as the system ends a membership with its interface. EADDRINUSE: already a member. */
	function joinGroup(from: LocalInterface): void {
		try {
			shared.addMembership(BEACON_GROUP, from.address);
		} catch (failure) {
			if (systemErrorCode(failure) !== 'EADDRINUSE') stats.failed(from, 'multicast', BEACON_GROUP, failure);
		}
	}

	async function closeSender(sender: BeaconSender): Promise<void> {
		senders.delete(sender.from.address);
		await sender.close();
	}

	/** Updates senders and multicast memberships to the current interfaces. */
	function refreshInterfaces(): void {
		interfaces = readInterfaces(selection, interfaceReader.read());
		options.onInterfacesRead?.(interfaces);
		const present = new Set(interfaces.map(from => `${from.address}/${from.broadcast}`));
		for (const sender of senders.values())
			if (!sender.usable || !present.has(`${sender.from.address}/${sender.from.broadcast}`)) void closeSender(sender);
		for (const from of interfaces) {
			if (canBroadcast(from)) joinGroup(from);
			if (senders.has(from.address)) continue;
			senders.set(from.address, createBeaconSender({from, port, ownPort, stats, received: receive, log}));
		}
	}

	/** Opens the senders, if possible with the same source port on all interfaces: the port of the first sender. */
	async function openSenders(): Promise<void> {
		const [first] = readInterfaces(selection, interfaceReader.read());
		if (first) {
			const sender = createBeaconSender({from: first, port, ownPort, stats, received: receive, log});
			senders.set(first.address, sender);
			ownPort = (await sender.ready) ?? 0;
		}
		if (closing) return;
		refreshInterfaces();
		await Promise.all([...senders.values()].map(sender => sender.ready));
	}

	function senderTo(address: string): BeaconSender | undefined {
		if (loopbackOnly && !isLoopback(address)) return undefined;
		const onLink = interfaceFor(address, interfaces);
		if (onLink) return senders.get(onLink.address);
		return [...senders.values()].find(({from}) => !from.loopback);
	}

	return {
		async start(handler) {
			received = handler;
			shared.on('message', (bytes, source) => receive(bytes, {address: source.address, port: source.port}));
			port = await bindSocket(shared, {port: options.port, address: '0.0.0.0', exclusive: true});
			shared.on('error', failure => log(`discovery port: ${describeError(failure)}`));
			await openSenders();
			return {port, ownPort};
		},
		broadcast(bytes, toGroup = bytes) {
			if (closing) return;
			refreshInterfaces();
			for (const sender of senders.values()) sender.broadcast(bytes, toGroup);
		},
		send(bytes, address, toPort) {
			if (!closing) senderTo(address)?.send(bytes, address, toPort);
		},
		interfaces: () => interfaces,
		interfaceFailure: () => interfaceReader.failure,
		counters: () => stats.list(),
		close() {
			closing ??= (async () => {
				const sockets = [...senders.values()].map(closeSender);
				sockets.push(new Promise(resolve => shared.close(() => resolve())));
				await Promise.all(sockets);
			})();
			return closing;
		},
	};
}
