import {connect, createSecureContext, type TLSSocket} from 'node:tls';
import type {Clock} from '../../core/environment.js';
import {DIAL_TIMEOUT_MS, HELLO_TIMEOUT_MS} from '../../core/limits.js';
import {isIpv6, isLoopback, type ListenHosts, mayReach} from '../ip-address.js';
import {createSystemClock} from '../system-clock.js';
import {describeDialFailure} from './describe-error.js';
import {clientOptions, createTlsConnection, isAuthenticated, type TlsKey} from './tls-connection.js';
import {createTlsListener} from './tls-listener.js';
import type {Connection, DialFailure, DialResult, Transport} from './transport.js';

export interface TlsTransportOptions extends TlsKey {
	/** Bind addresses. Default: all. With loopback addresses, only this computer can be dialled. */
	readonly hosts?: ListenHosts;
	/** Whether a connection to this own address is accepted. Default: all are. */
	readonly isOwnSelected?: (localAddress: string) => boolean;
	/** Port to listen on. Default: any free port. */
	readonly port?: number;
	readonly clock?: Clock;
	/** Called with one line of text for each network event. The lines contain no secrets. */
	readonly log?: (line: string) => void;
}

const NOT_LOOPBACK: DialFailure = {code: 'unreachable', text: 'only this machine itself is in use (loopback)'};
const CANCELLED: DialFailure = {code: 'cancelled', text: 'we are closing'};

/** Returns a function that schedules callbacks. All callbacks of one turn of the event loop run together after it. */
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
	/** See `TlsListener.rebind`. Does nothing on a transport that is bound to loopback, which must never leave it. */
	rebind(hosts: ListenHosts): void;
	/** See `TlsListener.failure`. */
	readonly listenFailure: string | undefined;
}

/** Transport over TLS 1.3 with the key of the room (protocol.md, Transport). `listen` rejects with the system error. */
export function createTlsTransport(options: TlsTransportOptions): TlsTransport {
	const {hosts = {ipv4: '0.0.0.0', ipv6: '::'}, clock = createSystemClock(), log = () => {}} = options;
	const host = hosts.ipv4 ?? hosts.ipv6;
	const schedule = createTurnEnd();
	const own = clientOptions(options);
	/** Shared by all dials, because creating a secure context takes as long as the rest of a dial. */
	const secureContext = createSecureContext(own);
	const dialled = new Set<TLSSocket>();
	const cancels = new Set<() => void>();
	let accepted: ((connection: Connection) => void) | undefined;
	let refused = 0;
	let closing: Promise<void> | undefined;

	const listener = createTlsListener({
		...options,
		hosts,
		port: options.port ?? 0,
		clock,
		log,
		secured: socket => accepted?.(createTlsConnection(socket, {dialled: false, clock, schedule})),
		refused: () => refused++,
	});

	/** Binds a dialled socket to loopback. A name can only be `localhost` here, and is looked up for IPv4. */
	function bindingTo(address: string): {localAddress: string; family: number} {
		return isIpv6(address) ? {localAddress: '::1', family: 6} : {localAddress: '127.0.0.1', family: 4};
	}

	function dial(address: string, port: number, settle: (result: DialResult) => void): void {
		let connected = false;
		const fail = (failure: DialFailure) => {
			finish();
			socket.destroy();
			settle({failure});
		};
		const cancel = () => fail(CANCELLED);
		const timeoutText = () =>
			connected ? 'connected, but no handshake came' : 'no answer: off, or a firewall drops it';
		const timedOut = () => fail({code: 'timeout', text: timeoutText()});
		let timer = clock.after(DIAL_TIMEOUT_MS, timedOut);
		const failed = (failure: unknown) => fail(describeDialFailure(failure, connected));
		const hungUp = () => fail(describeDialFailure(Object.assign(new Error(), {code: 'ECONNRESET'}), connected));
		function finish(): void {
			timer.cancel();
			cancels.delete(cancel);
			socket.off('error', failed);
			socket.off('close', hungUp);
			socket.on('error', () => {});
		}

		// A socket bound to loopback cannot reach other computers, even if the check in `mayReach` failed.
		const binding = host !== undefined && isLoopback(host) ? bindingTo(address) : {};
		const socket = connect({...own, secureContext, ...binding, host: address, port});
		dialled.add(socket);
		cancels.add(cancel);
		socket.setNoDelay(true);
		socket.once('connect', () => {
			connected = true;
			timer.cancel();
			timer = clock.after(HELLO_TIMEOUT_MS, timedOut);
		});
		socket.once('close', () => dialled.delete(socket));
		socket.on('error', failed);
		socket.on('close', hungUp);
		socket.once('secureConnect', () => {
			if (!isAuthenticated(socket)) return failed(undefined);
			finish();
			settle({connection: createTlsConnection(socket, {dialled: true, clock, schedule})});
		});
	}

	return {
		listen(handler) {
			accepted = handler;
			return listener.listen().then(port => ({port}));
		},
		dial(address, port) {
			if (closing) return Promise.resolve({failure: CANCELLED});
			if (!mayReach(host, address)) return Promise.resolve({failure: NOT_LOOPBACK});
			if (!Number.isInteger(port) || port < 1 || port > 65_535)
				return Promise.resolve({failure: {code: 'other', text: `no such port: ${port}`}});
			return new Promise(settle => dial(address, port, settle));
		},
		get refused() {
			return refused;
		},
		rebind(newHosts) {
			if (host !== undefined && !isLoopback(host)) listener.rebind(newHosts);
		},
		get listenFailure() {
			return listener.failure;
		},
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
