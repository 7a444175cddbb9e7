import type {Timer} from '../../source/core/environment.js';
import {DIAL_TIMEOUT_MS} from '../../source/core/limits.js';
import type {HostAddress} from '../../source/network/ip-address.js';
import {raceConnections} from '../../source/network/transport/connection-race.js';
import type {Connection, DialFailure, DialResult, Transport} from '../../source/network/transport/transport.js';
import type {ClockView} from './fake-clock.js';
import {createConnectionPair, type MemoryEnd} from './memory-connection.js';
import type {LinkFaults} from './memory-links.js';
import type {SeededRandom} from './seeded-random.js';

export interface MemoryTransportOptions {
	readonly psk: Uint8Array;
	/** PSK identity. Default: empty, and therefore the same for all transports. */
	readonly identity?: string;
	/** Listening port. Default: any free port. */
	readonly port?: number;
}

/** Listening transport, as a dialler sees it. */
export interface MemoryListener {
	readonly key: string;
	accepted(end: MemoryEnd): void;
	refused(): void;
	/** Registers an open end, so that it breaks when its host crashes. */
	track(end: MemoryEnd): () => void;
	readonly clock: ClockView;
}

/** Path from a host to a destination address. */
export interface Route {
	/** The listener on a port of the destination. Undefined if there is none. */
	find(port: number): MemoryListener | undefined;
	readonly reachable: boolean;
	/** Local address of the connection. */
	readonly source: string;
	link(forward: boolean): LinkFaults;
}

/** Functions of the host that a memory transport uses. */
export interface MemoryTransportHost {
	readonly clock: ClockView;
	readonly random: SeededRandom;
	route(address: string): Route;
	listen(port: number, listener: MemoryListener): number | undefined;
	unlisten(port: number): void;
	freePort(): number;
	track(end: MemoryEnd): () => void;
}

const TEXTS: Readonly<Record<DialFailure['code'], string>> = {
	refused: 'refused: no program listens on this port',
	timeout: 'no answer',
	unreachable: 'no route to the host',
	forbidden: 'not permitted',
	handshake: 'no common secret',
	cancelled: 'this node is closing',
	other: 'failed',
};

function failure(code: DialFailure['code']): DialResult {
	return {failure: {code, text: TEXTS[code]}};
}

/** Transport on a memory network. It behaves as the TLS transport does (`transport-acceptance.ts` tests both). */
export function createMemoryTransport(host: MemoryTransportHost, options: MemoryTransportOptions): Transport {
	const {clock} = host;
	const key = `${options.identity ?? ''} ${Buffer.from(options.psk).toString('hex')}`;
	const open = new Set<MemoryEnd>();
	const dials = new Set<() => void>();
	let listening: number | undefined;
	let refused = 0;
	let closed = false;

	function track(end: MemoryEnd): () => void {
		const untrack = host.track(end);
		open.add(end);
		return () => {
			open.delete(end);
			untrack();
		};
	}

	/** Dials in two round trips: the TCP handshake, for which the addresses race, then the TLS handshake. */
	function dial(addresses: readonly HostAddress[], settle: (result: DialResult) => void): void {
		let route: Route;
		let address = '';
		let port = 0;
		let step: Timer | undefined;
		let cancelRace = () => {};
		const finish = (result: DialResult) => {
			timeout.cancel();
			step?.cancel();
			cancelRace();
			dials.delete(cancel);
			settle(address === '' ? result : {...result, address: {host: address, port}});
		};
		const cancel = () => finish(failure('cancelled'));
		const timeout = clock.after(DIAL_TIMEOUT_MS, () => finish(failure('timeout')));
		dials.add(cancel);
		cancelRace = raceConnections<{listener: MemoryListener; found: Route}>({
			clock,
			addresses,
			connect(target, connected, failed) {
				const found = host.route(target.host);
				const fail = (code: DialFailure['code']) => failed({code, text: TEXTS[code]});
				const timer = clock.arrival(found.reachable ? roundTrip(found) : 0, () => {
					const {connect: policy} = found.link(true);
					const listener = policy === 'refused' ? undefined : found.find(target.port);
					if (!found.reachable) fail('unreachable');
					else if (policy === 'dropped' || stalled(found)) return;
					else if (listener) connected({listener, found});
					else fail('refused');
				});
				return () => timer.cancel();
			},
			won(target, {listener, found}) {
				[address, port, route] = [target.host, target.port, found];
				step = clock.arrival(roundTrip(found), () => performHandshake(listener));
			},
			lost(target, lost) {
				[address, port] = [target.host, target.port];
				finish({failure: lost});
			},
		});

		function roundTrip(path: Route): number {
			return path.link(true).latencyMs + path.link(false).latencyMs;
		}

		function stalled(path: Route): boolean {
			return path.link(true).stream === 'stalled' || path.link(false).stream === 'stalled';
		}

		/** Performs the TLS handshake. A suspended process has accepted the TCP connection, but never answers the handshake. */
		function performHandshake(listener: MemoryListener): void {
			if (stalled(route) || listener.clock.frozen) return;
			const isAccepted = route.find(port) === listener && listener.key === key;
			if (isAccepted) finish({connection: connect(listener)});
			else finish(failure('handshake'));
			if (!isAccepted) listener.refused();
		}

		function connect(listener: MemoryListener): Connection {
			let untrackDialled = (): void => {};
			let untrackAccepted = (): void => {};
			const pair = createConnectionPair({
				dialler: {clock, address: route.source, port: host.freePort(), closed: () => untrackDialled()},
				listener: {clock: listener.clock, address, port, closed: () => untrackAccepted()},
				random: host.random.fork(),
				link: route.link,
				accepted: listener.accepted,
			});
			untrackDialled = track(pair.dialled);
			untrackAccepted = listener.track(pair.accepted);
			return pair.dialled.connection;
		}
	}

	return {
		async listen(accepted) {
			const listener: MemoryListener = {
				key,
				clock,
				track,
				accepted: end => (closed ? end.connection.destroy() : accepted(end.connection)),
				refused: () => refused++,
			};
			listening = host.listen(options.port ?? 0, listener);
			if (listening === undefined) throw Object.assign(new Error('port in use'), {code: 'EADDRINUSE'});
			return {port: listening};
		},
		dial(address, port, alternatives = []) {
			if (closed) return Promise.resolve(failure('cancelled'));
			return new Promise(settle => dial([{host: address, port}, ...alternatives], settle));
		},
		get refused() {
			return refused;
		},
		async close() {
			if (closed) return;
			closed = true;
			if (listening !== undefined) host.unlisten(listening);
			for (const cancel of [...dials]) cancel();
			for (const end of [...open]) end.connection.destroy();
		},
	};
}
