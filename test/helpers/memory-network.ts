/**
 * Memory network for tests and the simulator: hosts, datagrams, streams and their faults. It uses only a fake clock and
 * seeded randomness, so that the same seed always gives the same run. Hosts, routes and datagrams are in one file
 * because they share the table of hosts.
 */
import type {Beacon} from '../../source/network/discovery/beacon.js';
import type {LocalInterface} from '../../source/network/ip-address.js';
import {isIpv6, isLoopback} from '../../source/network/ip-address.js';
import type {Transport} from '../../source/network/transport/transport.js';
import type {ClockView, FakeClock} from './fake-clock.js';
import {createMemoryBeacon, type GroupKind, type MemorySocket} from './memory-beacon.js';
import type {MemoryEnd} from './memory-connection.js';
import {CUT, createLinks, type LinkFaults, type Links} from './memory-links.js';
import {createMemoryTransport, type MemoryListener, type MemoryTransportOptions} from './memory-transport.js';
import type {SeededRandom} from './seeded-random.js';

/** Host on a memory network. */
export interface MemoryHost {
	readonly name: string;
	readonly addresses: readonly string[];
	/**
	 * Clock of the process on this host. The clock is suspended when the process is suspended, and ends with the process.
	 */
	readonly clock: ClockView;
	createTransport(options: MemoryTransportOptions): Transport;
	createBeacon(options: {readonly port: number}): Beacon;
	/** Replaces the addresses, as DHCP does. Connections of the previous addresses stall. */
	setAddresses(addresses: readonly string[]): void;
	/** Sets a firewall that drops dials to these addresses of the host. */
	blockDials(addresses: readonly string[]): void;
	/** Unplugs the cable: nothing passes, and no end of a connection is notified. */
	unplug(): void;
	plug(): void;
	/** Suspends the process. The operating system continues. */
	freeze(): void;
	thaw(): void;
	/**
	 * Ends the process and its clock. `killed` (kill -9): the operating system closes its connections. `power`: the other ends
	 * receive nothing.
	 */
	crash(how?: 'killed' | 'power'): void;
	/** Starts a new process with a new clock. Connections of the previous process are reset. */
	restart(): void;
}

/** Memory network with its hosts and links. */
export interface MemoryNetwork {
	/**
	 * Adds a host. Its addresses are IPv4 addresses in /24 subnets, and IPv6 addresses that differ in the last group only.
	 * Link-local addresses have a zone, which is the same at both ends of a cable.
	 */
	addHost(name: string, addresses: string | readonly string[], options?: {readonly skewMs?: number}): MemoryHost;
	/** Link properties by host name and direction. */
	readonly links: Links;
	/** Cuts both directions between two hosts. */
	cut(a: string, b: string): void;
	heal(a: string, b: string): void;
	/** Cuts every link between hosts of different groups. Hosts in no group keep their links. */
	partition(...groups: readonly (readonly string[])[]): void;
	healAll(): void;
	/** Breaks all open connections between two hosts, or only the newest one, at both ends. */
	reset(a: string, b: string, which?: 'all' | 'newest'): void;
	/** Number of open connection ends of all hosts. */
	readonly openEnds: number;
}

interface HostState {
	readonly name: string;
	addresses: readonly string[];
	blocked: readonly string[];
	readonly skewMs: number;
	clock: ClockView;
	plugged: boolean;
	alive: boolean;
	readonly listeners: Map<number, MemoryListener>;
	readonly sockets: Set<MemorySocket>;
	readonly ends: Map<MemoryEnd, {readonly address: string; readonly remote: string}>;
}

const FIRST_FREE_PORT = 49_152;
const LOOPBACK: LocalInterface = {
	name: 'lo',
	family: 4,
	address: '127.0.0.1',
	broadcast: '127.255.255.255',
	prefix: 8,
	loopback: true,
	virtual: false,
};

function subnet(address: string): string {
	return address.slice(0, address.lastIndexOf(isIpv6(address) ? ':' : '.'));
}

function interfacesOf(host: HostState): LocalInterface[] {
	const own = host.addresses.map((address, index) => {
		const name = address.split('%')[1] ?? `eth${index}`;
		return {
			name,
			...(isIpv6(address)
				? {family: 6 as const, zone: name, broadcast: undefined, prefix: 64}
				: {family: 4 as const, broadcast: `${subnet(address)}.255`, prefix: 24}),
			address,
			loopback: false,
			virtual: false,
		};
	});
	return [LOOPBACK, ...own];
}

/** Creates a network without hosts. */
export function createMemoryNetwork({clock, random}: {clock: FakeClock; random: SeededRandom}): MemoryNetwork {
	const hosts = new Map<string, HostState>();
	const links = createLinks(wakeAll);
	let nextPort = FIRST_FREE_PORT;

	function wakeAll(): void {
		for (const host of hosts.values()) for (const end of host.ends.keys()) end.wake();
	}

	function hostAt(address: string, requester: HostState): HostState | undefined {
		if (isLoopback(address)) return requester;
		for (const host of hosts.values()) if (host.addresses.includes(address)) return host;
		return undefined;
	}

	/** Properties of the link between two hosts. It is cut if one of them is unplugged. */
	function linkBetween(from: HostState, to: HostState): LinkFaults {
		const link = links.between(from.name, to.name);
		return from === to || (from.plugged && to.plugged) ? link : {...link, ...CUT};
	}

	function passDatagram(
		bytes: Uint8Array,
		from: HostState,
		to: HostState,
		source: {address: string; port: number},
		accepts: (socket: MemorySocket) => boolean,
		kind?: GroupKind,
	): void {
		const link = linkBetween(from, to);
		if (kind && !link[kind]) return;
		const copies = random.chance(link.datagramDuplication) ? 2 : 1;
		for (let copy = 0; copy < copies; copy++) {
			if (random.chance(link.datagramLoss)) continue;
			to.clock.arrival(link.latencyMs + random.fraction() * link.jitterMs, () => {
				for (const socket of [...to.sockets]) if (accepts(socket)) socket.received(bytes.slice(), source);
			});
		}
	}

	function sendToAll(
		bytes: Uint8Array,
		host: HostState,
		via: LocalInterface,
		sourcePort: number,
		port: number,
		kind: GroupKind,
	): boolean {
		const source = {address: via.address, port: sourcePort};
		const shares = (socket: MemorySocket): boolean => socket.sharedPort === port;
		// The link faults `broadcast` and `multicast` apply only to IPv4, because without multicast no node is
		// discovered over IPv6.
		const droppedAs = via.family === 4 ? kind : undefined;
		if (via.loopback) {
			passDatagram(bytes, host, host, source, shares, kind);
			return true;
		}
		if (!host.plugged) return false;
		for (const to of hosts.values())
			if (to.addresses.some(address => subnet(address) === subnet(via.address)))
				passDatagram(bytes, host, to, source, shares, droppedAs);
		return true;
	}

	function sendOne(bytes: Uint8Array, host: HostState, address: string, port: number, sourcePort: number): void {
		const to = hostAt(address, host);
		if (!to) return;
		const source = {address: sourceAddress(host, address), port: sourcePort};
		const own = [...to.sockets].find(socket => socket.ownPort === port);
		// If several sockets share a port, a unicast datagram reaches only one of them.
		const target = own ?? [...to.sockets].reverse().find(socket => socket.sharedPort === port);
		passDatagram(bytes, host, to, source, socket => socket === target);
	}

	function sourceAddress(host: HostState, address: string): string {
		if (isLoopback(address)) return address;
		return host.addresses.find(own => subnet(own) === subnet(address)) ?? host.addresses[0] ?? '127.0.0.1';
	}

	function createHost(state: HostState): MemoryHost {
		function freePort(): number {
			nextPort = nextPort >= 65_535 ? FIRST_FREE_PORT : nextPort + 1;
			return nextPort;
		}

		function route(address: string) {
			const to = hostAt(address, state);
			const source = sourceAddress(state, address);
			const bound = (): boolean =>
				to !== undefined &&
				(isLoopback(address) || (to.addresses.includes(address) && state.addresses.includes(source)));
			return {
				source,
				reachable: to !== undefined && (to === state || state.plugged),
				find: (port: number) => (to?.alive && bound() ? to.listeners.get(port) : undefined),
				link(forward: boolean): LinkFaults {
					if (!to) return {...links.between(state.name, ''), ...CUT};
					const directed = forward ? linkBetween(state, to) : linkBetween(to, state);
					const link: LinkFaults =
						forward && to.blocked.includes(address) ? {...directed, connect: 'dropped'} : directed;
					return bound() ? link : {...link, ...CUT};
				},
			};
		}

		function track(end: MemoryEnd): () => void {
			const {localAddress, remoteAddress} = end.connection;
			state.ends.set(end, {address: localAddress, remote: remoteAddress});
			return () => state.ends.delete(end);
		}

		return {
			name: state.name,
			get addresses() {
				return state.addresses;
			},
			get clock() {
				return state.clock;
			},
			createTransport: options =>
				createMemoryTransport(
					{
						clock: state.clock,
						random: random.fork(),
						route,
						freePort,
						track,
						listen(port, listener) {
							const chosen = port === 0 ? freePort() : port;
							if (state.listeners.has(chosen)) return undefined;
							state.listeners.set(chosen, listener);
							return chosen;
						},
						unlisten: port => void state.listeners.delete(port),
					},
					options,
				),
			createBeacon: ({port}) =>
				createMemoryBeacon(
					{
						interfaces: () => interfacesOf(state),
						open: socket => state.sockets.add(socket) !== undefined,
						close: socket => void state.sockets.delete(socket),
						freePort,
						sendToAll: (bytes, via, sourcePort, to, kind) => sendToAll(bytes, state, via, sourcePort, to, kind),
						send: (bytes, address, to, sourcePort) => sendOne(bytes, state, address, to, sourcePort),
					},
					port,
				),
			setAddresses(addresses) {
				state.addresses = addresses;
				wakeAll();
			},
			blockDials(addresses) {
				state.blocked = addresses;
			},
			unplug() {
				state.plugged = false;
			},
			plug() {
				state.plugged = true;
				wakeAll();
			},
			freeze: () => state.clock.freeze(),
			thaw: () => state.clock.thaw(),
			crash(how = 'killed') {
				state.alive = false;
				if (how === 'power') state.plugged = false;
				state.clock.kill();
				for (const end of state.ends.keys()) end.terminate(how);
				if (how === 'killed') state.ends.clear();
				state.listeners.clear();
				state.sockets.clear();
			},
			restart() {
				state.alive = true;
				state.plugged = true;
				state.clock = clock.view({skewMs: state.skewMs});
				state.ends.clear();
				resetStale(state);
			},
		};
	}

	/** Resets the connections of the previous process at their other ends, because the restarted host does not know them. */
	function resetStale(host: HostState): void {
		for (const other of hosts.values())
			if (other !== host)
				for (const [end, {remote}] of [...other.ends])
					if (host.addresses.includes(remote)) other.clock.arrival(1, () => end.fail('connection reset'));
	}

	function reset(a: string, b: string, which: 'all' | 'newest' = 'all'): void {
		for (const [mine, theirs] of [
			[a, b],
			[b, a],
		] as const) {
			const host = hosts.get(mine);
			const addresses = hosts.get(theirs)?.addresses ?? [];
			const shared = [...(host?.ends ?? [])].filter(([, {remote}]) => addresses.includes(remote));
			for (const [end] of which === 'all' ? shared : shared.slice(-1))
				host?.clock.arrival(0, () => end.fail('connection reset'));
		}
	}

	function cut(a: string, b: string): void {
		links.set(a, b, CUT);
		links.set(b, a, CUT);
	}

	return {
		links,
		addHost(name, addresses, {skewMs = 0} = {}) {
			if (hosts.has(name)) throw new Error(`host ${name} already exists`);
			const state: HostState = {
				name,
				addresses: typeof addresses === 'string' ? [addresses] : addresses,
				blocked: [],
				skewMs,
				clock: clock.view({skewMs}),
				plugged: true,
				alive: true,
				listeners: new Map(),
				sockets: new Set(),
				ends: new Map(),
			};
			hosts.set(name, state);
			return createHost(state);
		},
		cut,
		heal(a, b) {
			links.clear(a, b);
			links.clear(b, a);
		},
		partition(...groups) {
			for (const [index, group] of groups.entries())
				for (const other of groups.slice(index + 1)) for (const a of group) for (const b of other) cut(a, b);
		},
		healAll: () => links.clearAll(),
		reset,
		get openEnds() {
			let count = 0;
			for (const host of hosts.values()) count += host.ends.size;
			return count;
		},
	};
}
