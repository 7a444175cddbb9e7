/** Adapters that count: bytes and open connections of a transport, timers of a clock. Lies are told here (`lies.ts`). */
import type {Clock, Timer} from '../../source/core/environment.js';
import type {Connection, Transport} from '../../source/network/transport/transport.js';
import {boast, isAnswer} from './lies.js';
import type {Ear, EarAt} from './overhear.js';

export interface Traffic {
	/** Handed to connections, ever. */
	sentBytes: number;
	receivedBytes: number;
	/** Most that ever waited in one connection. */
	queuedBytes: number;
	/** Connections that were open, ever, and for how long in all, ms. */
	opened: number;
	openMs: number;
	/** Since when, monotonic ms. */
	readonly open: Map<Connection, number>;
	/** What was said on those that are open. */
	readonly ears: Map<Connection, EarAt>;
	/** Hosts that were dialled, ever. */
	readonly dialled: Set<string>;
	/** Answers to `want` never leave: a peer that is alive and gives nothing. */
	isMute: boolean;
	/** It says that it holds more than it does, of every feed; and whether it ever did. */
	isBoasting: boolean;
	boasted: boolean;
}

export function createTraffic(): Traffic {
	return {
		sentBytes: 0,
		receivedBytes: 0,
		queuedBytes: 0,
		opened: 0,
		openMs: 0,
		open: new Map(),
		ears: new Map(),
		dialled: new Set(),
		isMute: false,
		isBoasting: false,
		boasted: false,
	};
}

function meterConnection(connection: Connection, traffic: Traffic, clock: Clock, ear: Ear): Connection {
	const at = ear.opened(connection);
	const from = clock.monotonic();
	traffic.open.set(connection, from);
	traffic.ears.set(connection, at);
	traffic.opened++;
	return {
		dialled: connection.dialled,
		remoteAddress: connection.remoteAddress,
		remotePort: connection.remotePort,
		localAddress: connection.localAddress,
		keyingMaterial: connection.keyingMaterial,
		get queuedBytes() {
			return connection.queuedBytes;
		},
		handle(handlers) {
			connection.handle({
				data(chunk) {
					traffic.receivedBytes += chunk.length;
					at.heard(chunk);
					handlers.data(chunk);
				},
				drain: () => handlers.drain(),
				closed(error) {
					traffic.open.delete(connection);
					traffic.ears.delete(connection);
					at.closed();
					traffic.openMs += clock.monotonic() - from;
					handlers.closed(error);
				},
			});
		},
		send(frame) {
			if (traffic.isMute && isAnswer(frame)) {
				at.kept(frame);
				return true;
			}
			at.said(frame);
			traffic.sentBytes += frame.length;
			const sent = connection.send(traffic.isBoasting ? boast(frame) : frame);
			traffic.queuedBytes = Math.max(traffic.queuedBytes, connection.queuedBytes);
			return sent;
		},
		pause: () => connection.pause(),
		resume: () => connection.resume(),
		close: () => connection.close(),
		destroy: () => connection.destroy(),
	};
}

export function meterTransport(transport: Transport, traffic: Traffic, clock: Clock, ear: Ear): Transport {
	return {
		listen: accepted => transport.listen(connection => accepted(meterConnection(connection, traffic, clock, ear))),
		async dial(address, port) {
			traffic.dialled.add(address);
			const result = await transport.dial(address, port);
			return 'connection' in result ? {connection: meterConnection(result.connection, traffic, clock, ear)} : result;
		},
		get refused() {
			return transport.refused;
		},
		close: () => transport.close(),
	};
}

export interface MeteredClock extends Clock {
	/** Set and neither run nor cancelled: where each was set, if `traced`. */
	readonly pending: ReadonlyMap<Timer, string>;
}

export function meterClock(clock: Clock, traced = false): MeteredClock {
	const pending = new Map<Timer, string>();
	return {
		pending,
		now: () => clock.now(),
		monotonic: () => clock.monotonic(),
		after(ms, run) {
			const inner = clock.after(ms, () => {
				pending.delete(timer);
				run();
			});
			const timer: Timer = {
				cancel() {
					pending.delete(timer);
					inner.cancel();
				},
			};
			pending.set(timer, traced ? (new Error('set here').stack ?? '') : '');
			return timer;
		},
	};
}
