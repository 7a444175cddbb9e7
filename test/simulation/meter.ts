/**
 * Adapters that count the bytes and connections of a transport and the timers of a clock. The transport also injects the
 * message faults of `message-faults.ts`.
 */
import type {Clock, Timer} from '../../source/core/environment.js';
import type {Connection, Transport} from '../../source/network/transport/transport.js';
import {exaggerate, isAnswer} from './message-faults.js';
import type {ConnectionObserver, EndRecorder} from './message-recorder.js';

/** Traffic of one process, and the faults that were found in its messages. */
export interface Traffic {
	/** Total bytes passed to connections. */
	sentBytes: number;
	receivedBytes: number;
	/** Largest queue of one connection so far, bytes. */
	queuedBytes: number;
	/** Connections opened so far, and the total time that closed ones were open, ms. */
	opened: number;
	openMs: number;
	/** Opening time of each open connection, monotonic ms. */
	readonly open: Map<Connection, number>;
	/** Message recorders of the open connections. */
	readonly recorders: Map<Connection, EndRecorder>;
	/** Addresses dialled so far. */
	readonly dialled: Set<string>;
	/** Whether answers to `want` are dropped: the peer is alive and delivers nothing. */
	isUnresponsive: boolean;
	/**
	 * Whether the inventory claims more events than the process holds: now (`exaggerates`), and at any time so far
	 * (`hasExaggerated`).
	 */
	exaggerates: boolean;
	hasExaggerated: boolean;
}

/** Creates counters at zero, without message faults. */
export function createTraffic(): Traffic {
	return {
		sentBytes: 0,
		receivedBytes: 0,
		queuedBytes: 0,
		opened: 0,
		openMs: 0,
		open: new Map(),
		recorders: new Map(),
		dialled: new Set(),
		isUnresponsive: false,
		exaggerates: false,
		hasExaggerated: false,
	};
}

function meterConnection(
	connection: Connection,
	traffic: Traffic,
	clock: Clock,
	observer: ConnectionObserver,
): Connection {
	const recorder = observer.opened(connection);
	const from = clock.monotonic();
	traffic.open.set(connection, from);
	traffic.recorders.set(connection, recorder);
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
		get highWaterBytes() {
			return connection.highWaterBytes;
		},
		handle(handlers) {
			connection.handle({
				data(chunk) {
					traffic.receivedBytes += chunk.length;
					recorder.received(chunk);
					handlers.data(chunk);
				},
				drain: () => handlers.drain(),
				closed(error) {
					traffic.open.delete(connection);
					traffic.recorders.delete(connection);
					recorder.closed();
					traffic.openMs += clock.monotonic() - from;
					handlers.closed(error);
				},
			});
		},
		send(frame) {
			if (traffic.isUnresponsive && isAnswer(frame)) {
				recorder.suppressed(frame);
				return true;
			}
			recorder.sent(frame);
			traffic.sentBytes += frame.length;
			const sent = connection.send(traffic.exaggerates ? exaggerate(frame) : frame);
			traffic.queuedBytes = Math.max(traffic.queuedBytes, connection.queuedBytes);
			return sent;
		},
		pause: () => connection.pause(),
		resume: () => connection.resume(),
		close: () => connection.close(),
		destroy: () => connection.destroy(),
	};
}

/** Wraps a transport so that all its connections are counted and recorded. */
export function meterTransport(
	transport: Transport,
	traffic: Traffic,
	clock: Clock,
	observer: ConnectionObserver,
): Transport {
	return {
		listen: accepted => transport.listen(connection => accepted(meterConnection(connection, traffic, clock, observer))),
		async dial(address, port) {
			traffic.dialled.add(address);
			const result = await transport.dial(address, port);
			return 'connection' in result
				? {connection: meterConnection(result.connection, traffic, clock, observer)}
				: result;
		},
		get refused() {
			return transport.refused;
		},
		close: () => transport.close(),
	};
}

/** Clock that knows its pending timers. */
export interface MeteredClock extends Clock {
	/** Timers that have neither run nor been cancelled. The value is the stack where each was set, if `traced`. */
	readonly pending: ReadonlyMap<Timer, string>;
}

/** Wraps a clock. `traced` records the stack where each timer was set. */
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
