import {lookup as lookUpName} from 'node:dns/promises';
import {connect as connectTcp, type Socket} from 'node:net';
import {connect as connectTls, createSecureContext} from 'node:tls';
import type {Clock} from '../../core/environment.js';
import {DIAL_TIMEOUT_MS, HELLO_TIMEOUT_MS, MAX_RESOLVED_ADDRESSES} from '../../core/limits.js';
import {systemErrorCode} from '../../core/system-error.js';
import {
	formatHostAddress,
	type HostAddress,
	isIpLiteral,
	isIpv6,
	isLinkLocal,
	isLoopback,
	type ListenHosts,
	mayReach,
	normaliseAddress,
} from '../ip-address.js';
import {createSocketFailures} from '../socket-failure.js';
import {createSystemClock} from '../system-clock.js';
import {alternateFamilies, raceConnections} from './connection-race.js';
import {describeDialFailure} from './describe-dial-failure.js';
import {createSendBudget} from './send-budget.js';
import {clientOptions, createTlsConnection, isAuthenticated, type TlsKey} from './tls-connection.js';
import {createTlsListener} from './tls-listener.js';
import type {Connection, DialFailure, DialResult, Transport} from './transport.js';

export interface TlsTransportOptions extends TlsKey {
	/**
	 * Addresses to listen on. Default: all addresses. If they are loopback addresses, this node can dial only this
	 * computer.
	 */
	readonly hosts?: ListenHosts;
	/**
	 * Whether a connection is accepted that was made to this address of this computer. Default: connections to all
	 * addresses are accepted.
	 */
	readonly isOwnSelected?: (localAddress: string) => boolean;
	/** Port to listen on. Default: any free port. */
	readonly port?: number;
	/**
	 * If true, and the system refuses the listening socket for a reason that may be temporary (`isTriedAgain`),
	 * `listen` resolves with port 0 instead of rejecting. The next call of `rebind` then tries again.
	 */
	readonly keepsTrying?: boolean;
	readonly clock?: Clock;
	/** Returns the IP addresses of a host name. Rejects with the system error. Default: the resolver of the system. */
	readonly lookUp?: (name: string) => Promise<readonly string[]>;
	/** Called with one line of text for each network event. The lines contain no secrets. */
	readonly log?: (line: string) => void;
}

const NOT_LOOPBACK: DialFailure = {code: 'unreachable', text: 'this node uses only this computer (loopback)'};
const NO_ZONE: DialFailure = {
	code: 'other',
	text: 'a link-local address needs an interface of this computer, for example [fe80::1%eth0]:50123',
};
const NO_SUCH_ZONE: DialFailure = {
	code: 'other',
	text: 'no interface of this computer has the name after the % of the address',
};
const CANCELLED: DialFailure = {code: 'cancelled', text: 'this node is closing'};

const lookUpAll = async (name: string) =>
	(await lookUpName(name, {all: true, verbatim: true})).map(({address}) => address);

/**
 * Returns a function that schedules callbacks. The callbacks that are scheduled in one turn of the event loop run
 * together after this turn.
 */
function createTurnEnd(): (run: () => void) => void {
	let scheduled: (() => void)[] = [];
	return run => {
		if (scheduled.push(run) > 1) return;
		setImmediate(() => {
			const due = scheduled;
			scheduled = [];
			for (const flush of due) flush();
		});
	};
}

export interface TlsTransport extends Transport {
	/**
	 * See `TlsListener.rebind`. A transport that listens on loopback keeps its addresses, whatever `hosts` contains.
	 */
	rebind(hosts: ListenHosts): void;
	readonly port: number;
}

/** Name of the sockets of all outgoing connections, in texts for the user. */
const DIALS = 'TCP to others';

/** Transport over TLS 1.3 with the key of the room (protocol.md, Transport). `listen` rejects with the system error. */
export function createTlsTransport(options: TlsTransportOptions): TlsTransport {
	const {
		hosts = {ipv4: '0.0.0.0', ipv6: '::'},
		clock = createSystemClock(),
		lookUp = lookUpAll,
		log = () => {},
	} = options;
	const host = hosts.ipv4 ?? hosts.ipv6;
	const connectionOptions = {clock, budget: createSendBudget(), schedule: createTurnEnd()};
	const own = clientOptions(options);
	/** TLS context that all dials share, because to create one takes as long as the rest of a dial. */
	const secureContext = createSecureContext(own);
	const dialled = new Set<Socket>();
	const cancels = new Set<() => void>();
	let accepted: ((connection: Connection) => void) | undefined;
	let refused = 0;
	let closing: Promise<void> | undefined;

	const failures = createSocketFailures(clock);
	const listener = createTlsListener({
		...options,
		failures,
		hosts,
		port: options.port ?? 0,
		clock,
		log,
		secured: socket => accepted?.(createTlsConnection(socket, {dialled: false, ...connectionOptions})),
		refused: () => refused++,
	});

	/**
	 * Options that bind a dialling socket to loopback if this node uses only loopback. The system then refuses
	 * connections to other computers, even if `mayReach` allowed one by mistake.
	 */
	function bindingFor(address: string): {localAddress?: string} {
		if (host === undefined || !isLoopback(host)) return {};
		return {localAddress: isIpv6(address) ? '::1' : '127.0.0.1'};
	}

	/** IP addresses to try. Each host name is replaced by the addresses that the resolver returns for it. */
	async function resolve(targets: readonly HostAddress[]): Promise<HostAddress[]> {
		const resolved = await Promise.all(
			targets.map(async ({host: name, port}) => {
				if (isIpLiteral(name) || name.includes('%')) return [{host: normaliseAddress(name), port}];
				const found = (await lookUp(name)).slice(0, MAX_RESOLVED_ADDRESSES);
				return alternateFamilies(found.map(address => ({host: normaliseAddress(address), port})));
			}),
		);
		return resolved.flat().filter(({host: address}) => mayReach(host, address));
	}

	function connect(
		{host: address, port}: HostAddress,
		connected: (socket: Socket) => void,
		failed: (failure: DialFailure) => void,
	): () => void {
		if (isIpv6(address) && isLinkLocal(address) && !address.includes('%')) {
			queueMicrotask(() => failed(NO_ZONE));
			return () => {};
		}
		const socket = connectTcp({...bindingFor(address), host: address, port, noDelay: true});
		dialled.add(socket);
		socket.once('close', () => dialled.delete(socket));
		socket.once('connect', () => {
			failures.works(DIALS);
			connected(socket);
		});
		socket.on('error', error => {
			failures.refused(DIALS, 'dial', error);
			// EINVAL means that no interface of this computer has the name in the zone of the address.
			failed(systemErrorCode(error) === 'EINVAL' ? NO_SUCH_ZONE : describeDialFailure(error, false));
		});
		return () => socket.destroy();
	}

	function dial(targets: readonly HostAddress[], settle: (result: DialResult) => void): void {
		let address: HostAddress | undefined;
		let socket: Socket | undefined;
		let cancelRace = () => {};
		let isDone = false;
		const finish = (result: DialResult) => {
			if (isDone) return;
			isDone = true;
			timer.cancel();
			cancels.delete(cancel);
			cancelRace();
			if ('failure' in result) socket?.destroy();
			settle({...result, ...(address && {address})});
		};
		const cancel = () => finish({failure: CANCELLED});
		const timedOut = (text: string) => () => finish({failure: {code: 'timeout', text}});
		let timer = clock.after(
			DIAL_TIMEOUT_MS,
			timedOut('no answer: the computer is off, or a firewall drops the connection'),
		);
		cancels.add(cancel);

		function race(addresses: readonly HostAddress[]): void {
			if (isDone) return;
			if (addresses.length === 0) {
				finish({failure: NOT_LOOPBACK});
				return;
			}

			cancelRace = raceConnections({
				clock,
				addresses,
				connect,
				won: shakeHands,
				lost(lostAddress, failure) {
					address = lostAddress;
					finish({failure});
				},
			});
		}

		function shakeHands(winner: HostAddress, raw: Socket): void {
			address = winner;
			timer.cancel();
			timer = clock.after(HELLO_TIMEOUT_MS, timedOut('connected, but the encryption handshake got no answer'));
			const tls = connectTls({...own, secureContext, socket: raw});
			socket = tls;
			const failed = (failure: unknown) => finish({failure: describeDialFailure(failure, true)});
			const hungUp = () => failed(Object.assign(new Error(), {code: 'ECONNRESET'}));
			tls.on('error', failed);
			tls.on('close', hungUp);
			tls.once('secureConnect', () => {
				if (!isAuthenticated(tls)) return failed(undefined);
				tls.off('error', failed);
				tls.off('close', hungUp);
				tls.on('error', () => {});
				finish({connection: createTlsConnection(tls, {dialled: true, ...connectionOptions})});
			});
		}

		resolve(targets).then(race, error => finish({failure: describeDialFailure(error, false)}));
	}

	return {
		listen(handler) {
			accepted = handler;
			return listener.listen().then(port => ({port}));
		},
		dial(address, port, alternatives = []) {
			const targets = [{host: address, port}, ...alternatives].filter(target => mayReach(host, target.host));
			if (closing) return Promise.resolve({failure: CANCELLED});
			if (targets.length === 0) return Promise.resolve({failure: NOT_LOOPBACK});
			const wrong = targets.find(target => !Number.isInteger(target.port) || target.port < 1 || target.port > 65_535);
			if (wrong) return Promise.resolve({failure: {code: 'other', text: `no such port: ${formatHostAddress(wrong)}`}});
			return new Promise(settle => dial(targets, settle));
		},
		get refused() {
			return refused;
		},
		rebind(newHosts) {
			if (host !== undefined) listener.rebind(isLoopback(host) ? hosts : newHosts);
		},
		get port() {
			return listener.port;
		},
		socketFailures: failures.list,
		close() {
			closing ??= Promise.resolve().then(() => {
				for (const cancel of [...cancels]) cancel();
				for (const socket of dialled) socket.destroy();
				return listener.close();
			});
			return closing;
		},
	};
}
