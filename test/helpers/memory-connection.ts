import type {Timer} from '../../source/core/environment.js';
import {MAX_BYE_FLUSH_MS, SEND_HIGH_WATER_BYTES} from '../../source/core/limits.js';
import type {Connection, ConnectionHandlers} from '../../source/network/transport/transport.js';
import type {ClockView} from './fake-clock.js';
import type {LinkFaults} from './memory-links.js';
import {createPipe, type Pipe} from './memory-pipe.js';
import type {SeededRandom} from './seeded-random.js';

/** Properties of one end of a connection pair. */
export interface EndOptions {
	/** Clock of the process. All timers of this end stop with it. */
	readonly clock: ClockView;
	readonly address: string;
	readonly port: number;
	/** Called when this end of the connection is closed. */
	closed(): void;
}

/** One end of a memory connection, and the functions that inject faults into it. */
export interface MemoryEnd {
	readonly connection: Connection;
	/** Breaks the connection at this end. `error` is the text of the reason. */
	fail(error: string): void;
	/**
	 * Ends the process of this end without callbacks. `killed`: its operating system closes the connection. `power`: the other
	 * end receives nothing.
	 */
	terminate(how: 'killed' | 'power'): void;
	wake(): void;
}

const incoming = new WeakMap<Connection, Pipe>();

/** Arrival time of the first unread bytes of a connection, monotonic ms. Undefined if all bytes were read. */
export const unreadSince = (connection: Connection) => incoming.get(connection)?.unreadSince;

interface Wiring {
	readonly pipes: {outgoing: Pipe; incoming: Pipe};
	readonly opened: () => void;
}

function createEnd(
	mine: EndOptions,
	other: EndOptions,
	dialled: boolean,
	keyingMaterial: Uint8Array,
	wiring: Wiring,
): MemoryEnd & {isReading(): boolean; deliver: Parameters<typeof createPipe>[0]['deliver']; drained(): void} {
	const {clock} = mine;
	let handlers: ConnectionHandlers | undefined;
	let paused = false;
	let full = false;
	let ended = false;
	let closing = false;
	let otherEnded = false;
	let state: 'open' | 'closed' | 'terminated' = 'open';
	let error: string | undefined;
	let deadline: Timer | undefined;
	let idleTimer: Timer | undefined;

	/**
	 * Closes the end. With `synchronous` the handler is called directly. This is allowed only while no function of the owner
	 * is on the call stack.
	 */
	function finish(reason: string | undefined, synchronous = false): void {
		if (state !== 'open') return;
		state = 'closed';
		error = closing ? undefined : reason;
		deadline?.cancel();
		wiring.pipes.incoming.stop();
		mine.closed();
		if (handlers && synchronous) handlers.closed(error);
		else if (handlers) clock.after(0, () => state === 'closed' && handlers?.closed(error));
	}

	/** Sends the end of the stream once, after all written bytes. */
	function end(): void {
		if (ended) return;
		ended = true;
		wiring.pipes.outgoing.end();
		deadline ??= clock.after(MAX_BYE_FLUSH_MS, destroy);
	}

	function destroy(): void {
		if (state !== 'open') return;
		wiring.pipes.outgoing.dropQueue();
		wiring.pipes.outgoing.end();
		ended = true;
		finish(undefined);
	}

	/** Reports an empty queue in a later turn of the event loop, as TLS does, if nothing was queued meanwhile. */
	function reportIdle(): void {
		if (wiring.pipes.outgoing.queuedBytes > 0 || idleTimer) return;
		idleTimer = clock.after(0, () => {
			idleTimer = undefined;
			if (state === 'open' && !closing && wiring.pipes.outgoing.queuedBytes === 0) handlers?.idle?.();
		});
	}

	const connection: Connection = {
		dialled,
		remoteAddress: other.address,
		remotePort: other.port,
		localAddress: mine.address,
		keyingMaterial: keyingMaterial.slice(),
		get queuedBytes() {
			return wiring.pipes.outgoing.queuedBytes;
		},
		highWaterBytes: SEND_HIGH_WATER_BYTES,
		handle(newHandlers) {
			if (handlers) throw new Error('handle is called once');
			handlers = newHandlers;
			if (state === 'closed') clock.after(0, () => newHandlers.closed(error));
			else wiring.pipes.incoming.wake();
		},
		send(frame) {
			if (ended || state !== 'open') return false;
			// A copy, because the caller may change the frame when it has left the queue.
			wiring.pipes.outgoing.write(frame.slice());
			reportIdle();
			if (wiring.pipes.outgoing.queuedBytes >= SEND_HIGH_WATER_BYTES) full = true;
			return !full;
		},
		pause() {
			paused = true;
		},
		resume() {
			paused = false;
			wiring.pipes.incoming.wake();
		},
		close() {
			if (closing || state !== 'open') return;
			closing = true;
			end();
			wiring.pipes.incoming.wake();
		},
		destroy() {
			closing = true;
			destroy();
		},
	};

	incoming.set(connection, wiring.pipes.incoming);
	return {
		connection,
		isReading: () => state === 'open' && (closing || (handlers !== undefined && !paused)),
		deliver(item) {
			if (item.type === 'open') {
				wiring.opened();
			} else if (item.type === 'data') {
				if (!closing) handlers?.data(item.bytes);
			} else {
				otherEnded = true;
				if (!ended) end();
				// The other end has finished. This end closes when its own queue is empty: now, or later in `drained`.
				if (wiring.pipes.outgoing.queuedBytes === 0) finish(undefined, true);
			}
		},
		drained() {
			if (state !== 'open') return;
			if (full && wiring.pipes.outgoing.queuedBytes < SEND_HIGH_WATER_BYTES) {
				full = false;
				if (!ended) clock.after(0, () => state === 'open' && !closing && handlers?.drain());
			}
			reportIdle();
			if (otherEnded && wiring.pipes.outgoing.queuedBytes === 0) finish(undefined);
		},
		fail: reason => finish(reason),
		terminate(how) {
			if (state === 'terminated') return;
			if (state === 'open' && how === 'killed') {
				wiring.pipes.outgoing.dropQueue();
				wiring.pipes.outgoing.end();
			}
			state = 'terminated';
			deadline?.cancel();
			wiring.pipes.incoming.stop();
			if (how === 'power') wiring.pipes.outgoing.stop();
		},
		wake: () => wiring.pipes.incoming.wake(),
	};
}

export interface PairOptions {
	readonly dialler: EndOptions;
	readonly listener: EndOptions;
	readonly random: SeededRandom;
	/** Faults of the link from the dialler to the listener; of the opposite direction if `forward` is false. */
	link(forward: boolean): LinkFaults;
	/** Called when the connection opens at the listener. */
	accepted(end: MemoryEnd): void;
}

/** Creates both ends of a connection. The handshake is complete at the dialler; the listener accepts one latency later. */
export function createConnectionPair(options: PairOptions): {dialled: MemoryEnd; accepted: MemoryEnd} {
	const {dialler, listener, random} = options;
	const keyingMaterial = random.bytes(32);
	const forward: Pipe = createPipe({
		clock: listener.clock,
		random: random.fork(),
		link: () => options.link(true),
		isReading: () => accepted.isReading(),
		deliver: item => accepted.deliver(item),
		drained: () => dialled.drained(),
	});
	const backward: Pipe = createPipe({
		clock: dialler.clock,
		random: random.fork(),
		link: () => options.link(false),
		isReading: () => dialled.isReading(),
		deliver: item => dialled.deliver(item),
		drained: () => accepted.drained(),
	});
	const dialled = createEnd(dialler, listener, true, keyingMaterial, {
		pipes: {outgoing: forward, incoming: backward},
		opened: () => {},
	});
	const accepted = createEnd(listener, dialler, false, keyingMaterial, {
		pipes: {outgoing: backward, incoming: forward},
		opened: () => options.accepted(accepted),
	});
	forward.open();
	return {dialled, accepted};
}
