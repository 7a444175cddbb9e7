import {createSocket, type Socket} from 'node:dgram';
import type {Clock} from '../../core/environment.js';
import {MAX_BEACON_BYTES, MAX_BEACONS_PER_SECOND, MAX_BEACONS_PER_SOURCE_PER_SECOND} from '../../core/limits.js';
import {systemErrorCode} from '../../core/system-error.js';
import {describeError} from '../describe-error.js';
import type {LocalInterface} from '../ip-address.js';
import {
	formatHostAddress,
	interfaceFor,
	isIpv6,
	isLoopback,
	isOnLink,
	normaliseAddress,
	prefixGroup,
} from '../ip-address.js';
import {prefixBudget} from '../prefix-budget.js';
import {createWindowRateLimiter} from '../scheduling/rate-limiters.js';
import {createSocketFailures, isTriedAgain} from '../socket-failure.js';
import {createSystemClock} from '../system-clock.js';
import type {Beacon, DatagramSource} from './beacon.js';
import {
	type BeaconSender,
	beaconGroup,
	bindSocket,
	createBeaconSender,
	createSendStats,
	multicastInterface,
	socketOf,
} from './beacon-sender.js';
import {createInterfaceReader, type InterfaceReader} from './interface-reader.js';
import {announcingAddresses, canAnnounce, isLoopbackOnly, readInterfaces} from './local-interfaces.js';

export interface UdpBeaconOptions {
	/** Discovery port, which all nodes share. 0 means any free port, for tests. */
	readonly port: number;
	/**
	 * Names or addresses of the interfaces to use; undefined means all. If only loopback is selected, no datagram
	 * leaves this computer.
	 */
	readonly selection?: readonly string[] | undefined;
	/**
	 * If true, and the system refuses the discovery port for a reason that may be temporary (`isTriedAgain`), `start`
	 * resolves nevertheless. The port is then tried again with each beacon.
	 */
	readonly keepsTrying?: boolean;
	readonly clock?: Clock;
	readonly interfaceReader?: InterfaceReader;
	/** Called with the selected interfaces after every read of the interfaces. */
	readonly onInterfacesRead?: (interfaces: readonly LocalInterface[]) => void;
	readonly log?: (line: string) => void;
}

const FAMILIES = [4, 6] as const;
const ANY_ADDRESS = {4: '0.0.0.0', 6: '::'} as const;

type Received = (bytes: Uint8Array, source: DatagramSource) => void;

/** Beacon over UDP (protocol.md, Beacon). `start` rejects with the system error, for example EADDRINUSE. */
export function createUdpBeacon(options: UdpBeaconOptions): Beacon {
	const {selection, clock = createSystemClock(), interfaceReader = createInterfaceReader(), log = () => {}} = options;
	const loopbackOnly = isLoopbackOnly(selection);
	/**
	 * Sockets on the discovery port, by address family. The IPv6 socket is opened as soon as this computer has an IPv6
	 * address.
	 */
	const shared = new Map<4 | 6, Socket>();
	/** Sockets on the discovery port that are still being opened, by address family. */
	const opening = new Map<4 | 6, Socket>();
	const failures = createSocketFailures(clock);
	const stats = createSendStats();
	const rateLimiter = createWindowRateLimiter(MAX_BEACONS_PER_SECOND, MAX_BEACONS_PER_SOURCE_PER_SECOND);
	const prefixLimiter = createWindowRateLimiter(MAX_BEACONS_PER_SECOND, prefixBudget(MAX_BEACONS_PER_SECOND));
	const senders = new Map<string, BeaconSender>();
	let received: Received = () => {};
	let interfaces: readonly LocalInterface[] = [];
	let port = options.port;
	let ownPort = 0;
	let closing: Promise<void> | undefined;

	/**
	 * Checks the size, the source address and the rate of a datagram. These checks come before the cryptographic
	 * checks, which take more time.
	 */
	function receive(bytes: Uint8Array, {address: sourceAddress, port: sourcePort}: DatagramSource): void {
		if (closing || bytes.length === 0 || bytes.length > MAX_BEACON_BYTES) return;
		const source = {address: normaliseAddress(sourceAddress), port: sourcePort};
		if (loopbackOnly ? !isLoopback(source.address) : selection && !isOnLink(source.address, interfaces)) return;
		const key = formatHostAddress({host: source.address, port: source.port});
		const [now, group] = [clock.monotonic(), prefixGroup(source.address)];
		if (group !== undefined && !prefixLimiter.allows(group, now)) return;
		if (rateLimiter.allows(key, now)) received(bytes, source);
	}

	/**
	 * Joins the multicast group of beacons on an interface. This is repeated for every beacon, because the system ends
	 * the membership when the interface disappears. EADDRINUSE means that the socket is a member already.
	 */
	function joinGroup(from: LocalInterface): void {
		const name = `multicast on ${from.address}`;
		try {
			shared.get(from.family)?.addMembership(beaconGroup(from), multicastInterface(from));
			failures.works(name);
		} catch (failure) {
			if (systemErrorCode(failure) === 'EADDRINUSE') {
				failures.works(name);
				return;
			}
			stats.failed(from, 'multicast', beaconGroup(from), failure);
			if (from.broadcast === undefined) failures.refused(name, 'send', failure);
		}
	}

	/**
	 * Opens the socket that receives the beacons of one address family. Resolves with the error if this fails,
	 * otherwise with undefined. A failure does not end the node, because the next beacon tries again.
	 */
	async function openShared(family: 4 | 6): Promise<unknown> {
		const socket =
			family === 4
				? createSocket({type: 'udp4', reuseAddr: true})
				: createSocket({type: 'udp6', ipv6Only: true, reuseAddr: true});
		opening.set(family, socket);
		socket.on('message', receive);
		try {
			port = await bindSocket(socket, {port, address: ANY_ADDRESS[family], exclusive: true});
			socket.on('error', failure => log(`discovery port, IPv${family}: ${describeError(failure)}`));
			shared.set(family, socket);
			failures.works(socketOf(ANY_ADDRESS[family]));
			for (const from of interfaces) if (from.family === family) joinGroup(from);
			return undefined;
		} catch (failure) {
			if (closing) return failure;
			failures.refused(socketOf(ANY_ADDRESS[family]), 'open', failure);
			log(`discovery port, IPv${family}: ${describeError(failure)}`);
			socket.on('error', () => {});
			socket.close();
			return failure;
		} finally {
			opening.delete(family);
		}
	}

	async function closeSender(sender: BeaconSender): Promise<void> {
		senders.delete(sender.from.address);
		await sender.close();
	}

	function openSender(from: LocalInterface): BeaconSender {
		const sender = createBeaconSender({from, port, ownPort, stats, failures, received: receive, log});
		senders.set(from.address, sender);
		return sender;
	}

	/** Opens and closes senders, and joins multicast groups, so that they match the current interfaces. */
	function refreshInterfaces(): Promise<unknown> {
		interfaces = readInterfaces(selection, interfaceReader.read());
		options.onInterfacesRead?.(interfaces);
		const isMissing = (family: 4 | 6) => !shared.has(family) && !opening.has(family);
		const missing = FAMILIES.filter(one => isMissing(one) && interfaces.some(({family}) => family === one));
		const announcing = announcingAddresses(interfaces);
		const present = new Set(announcing.map(from => `${from.address}/${from.broadcast}`));
		for (const sender of senders.values()) {
			const isPresent = present.has(`${sender.from.address}/${sender.from.broadcast}`);
			if (!isPresent) failures.works(socketOf(sender.from.address));
			if (!isPresent || !sender.usable) void closeSender(sender);
		}
		for (const from of announcing) {
			joinGroup(from);
			if (senders.has(from.address)) continue;
			openSender(from);
		}
		return Promise.all(missing.map(openShared));
	}

	/**
	 * Opens a sender for each address. All senders get the source port of the first one, if this port is free on their
	 * address.
	 */
	async function openSenders(): Promise<void> {
		const [first] = readInterfaces(selection, interfaceReader.read()).filter(canAnnounce);
		if (first) {
			const sender = openSender(first);
			ownPort = (await sender.ready) ?? 0;
		}
		if (closing) return;
		await refreshInterfaces();
		await Promise.all([...senders.values()].map(sender => sender.ready));
	}

	function senderTo(address: string): BeaconSender | undefined {
		if (loopbackOnly && !isLoopback(address)) return undefined;
		const family = isIpv6(address) ? 6 : 4;
		const candidates = [...senders.values()].filter(({from}) => from.family === family);
		const onLink = interfaceFor(address, interfaces);
		if (!onLink) return candidates.find(({from}) => !from.loopback);
		return senders.get(onLink.address) ?? candidates.find(({from}) => from.family === 6 && from.name === onLink.name);
	}

	return {
		async start(handler) {
			received = handler;
			if (closing) throw new Error('closed before it started');
			const failure = await openShared(4);
			if (failure !== undefined && !(options.keepsTrying && isTriedAgain(failure, options.port))) throw failure;
			await openSenders();
			return {port, ownPort};
		},
		broadcast(bytes, toGroup = bytes) {
			if (closing) return;
			void refreshInterfaces();
			for (const sender of senders.values()) sender.broadcast(bytes, toGroup);
		},
		refresh() {
			if (!closing) void refreshInterfaces();
		},
		send(bytes, address, toPort) {
			if (!closing) senderTo(address)?.send(bytes, address, toPort);
		},
		interfaces: () => interfaces,
		interfaceFailure: () => interfaceReader.failure,
		socketFailures: failures.list,
		counters: () => stats.list(),
		close() {
			closing ??= (async () => {
				const sockets = [...senders.values()].map(closeSender);
				for (const socket of [...shared.values(), ...opening.values()])
					sockets.push(new Promise(resolve => socket.close(() => resolve())));
				await Promise.all(sockets);
			})();
			return closing;
		},
	};
}
