import type {Timer} from '../../source/core/environment.js';
import {MAX_BYE_FLUSH_MS, SEND_HIGH_WATER_BYTES} from '../../source/core/limits.js';
import type {Connection, ConnectionHandlers} from '../../source/network/transport/transport.js';
import type {ClockView} from './fake-clock.js';
import type {LinkFaults} from './memory-links.js';
import {createPipe, type Pipe} from './memory-pipe.js';
import type {SeededRandom} from './seeded-random.js';

export interface EndOptions {
	/** The host's: what runs here stops with it. */
	readonly clock: ClockView;
	readonly address: string;
	readonly port: number;
	/** The end is gone: forget it. */
	gone(): void;
}

export interface MemoryEnd {
	readonly connection: Connection;
	/** The connection breaks here, in plain words. */
	fail(error: string): void;
	/** The process is gone: no callback any more. `killed`: its system closes for it; `power`: nobody says anything. */
	vanish(how: 'killed' | 'power'): void;
	wake(): void;
}

const incoming = new WeakMap<Connection, Pipe>();

/** When the first of what lies unread in the socket of this connection came, monotonic ms; undefined: all was read. */
export const unreadSince = (connection: Connection) => incoming.get(connection)?.unreadSince;

interface Wiring {
	readonly pipes: {out: Pipe; into: Pipe};
	readonly opened: () => void;
}

function createEnd(
	mine: EndOptions,
	other: EndOptions,
	dialled: boolean,
	keyingMaterial: Uint8Array,
	wiring: Wiring,
): MemoryEnd & {reading(): boolean; deliver: Parameters<typeof createPipe>[0]['deliver']; moved(): void} {
	const {clock} = mine;
	let handlers: ConnectionHandlers | undefined;
	let paused = false;
	let full = false;
	let ended = false;
	let closing = false;
	let otherEnded = false;
	let state: 'open' | 'gone' | 'vanished' = 'open';
	let error: string | undefined;
	let deadline: Timer | undefined;

	/** `atOnce`: no call of the owner is on the stack. */
	function finish(reason: string | undefined, atOnce = false): void {
		if (state !== 'open') return;
		state = 'gone';
		error = closing ? undefined : reason;
		deadline?.cancel();
		wiring.pipes.into.stop();
		mine.gone();
		if (handlers && atOnce) handlers.closed(error);
		else if (handlers) clock.after(0, () => state === 'gone' && handlers?.closed(error));
	}

	/** Says end once; what was written goes first. */
	function end(): void {
		if (ended) return;
		ended = true;
		wiring.pipes.out.end();
		deadline ??= clock.after(MAX_BYE_FLUSH_MS, destroy);
	}

	function destroy(): void {
		if (state !== 'open') return;
		wiring.pipes.out.dropQueue();
		wiring.pipes.out.end();
		ended = true;
		finish(undefined);
	}

	const connection: Connection = {
		dialled,
		remoteAddress: other.address,
		remotePort: other.port,
		localAddress: mine.address,
		keyingMaterial: keyingMaterial.slice(),
		get queuedBytes() {
			return wiring.pipes.out.queuedBytes;
		},
		handle(given) {
			if (handlers) throw new Error('handle is called once');
			handlers = given;
			if (state === 'gone') clock.after(0, () => given.closed(error));
			else wiring.pipes.into.wake();
		},
		send(frame) {
			if (ended || state !== 'open') return false;
			wiring.pipes.out.write(frame);
			if (wiring.pipes.out.queuedBytes >= SEND_HIGH_WATER_BYTES) full = true;
			return !full;
		},
		pause() {
			paused = true;
		},
		resume() {
			paused = false;
			wiring.pipes.into.wake();
		},
		close() {
			if (closing || state !== 'open') return;
			closing = true;
			end();
			wiring.pipes.into.wake();
		},
		destroy() {
			closing = true;
			destroy();
		},
	};

	incoming.set(connection, wiring.pipes.into);
	return {
		connection,
		reading: () => state === 'open' && (closing || (handlers !== undefined && !paused)),
		deliver(item) {
			if (item.type === 'open') {
				wiring.opened();
			} else if (item.type === 'data') {
				if (!closing) handlers?.data(item.bytes);
			} else {
				otherEnded = true;
				if (!ended) end();
				// Both directions are done once ours is flushed; the other end reads or is gone.
				if (wiring.pipes.out.queuedBytes === 0) finish(undefined, true);
			}
		},
		moved() {
			if (state !== 'open') return;
			if (full && wiring.pipes.out.queuedBytes < SEND_HIGH_WATER_BYTES) {
				full = false;
				if (!ended) clock.after(0, () => state === 'open' && !closing && handlers?.drain());
			}
			if (otherEnded && wiring.pipes.out.queuedBytes === 0) finish(undefined);
		},
		fail: reason => finish(reason),
		vanish(how) {
			if (state === 'vanished') return;
			if (state === 'open' && how === 'killed') {
				wiring.pipes.out.dropQueue();
				wiring.pipes.out.end();
			}
			state = 'vanished';
			deadline?.cancel();
			wiring.pipes.into.stop();
			if (how === 'power') wiring.pipes.out.stop();
		},
		wake: () => wiring.pipes.into.wake(),
	};
}

export interface PairOptions {
	readonly dialler: EndOptions;
	readonly listener: EndOptions;
	readonly random: SeededRandom;
	/** From the dialler to the listener, or back. */
	link(forth: boolean): LinkFaults;
	/** The listener has learnt of the connection. */
	accepted(end: MemoryEnd): void;
}

/** Both ends of a connection whose handshake is done at the dialler; the listener learns of it one latency later. */
export function createConnectionPair(options: PairOptions): {dialled: MemoryEnd; accepted: MemoryEnd} {
	const {dialler, listener, random} = options;
	const keyingMaterial = random.bytes(32);
	const forth: Pipe = createPipe({
		clock: listener.clock,
		random: random.fork(),
		link: () => options.link(true),
		reading: () => accepted.reading(),
		deliver: item => accepted.deliver(item),
		moved: () => dialled.moved(),
	});
	const back: Pipe = createPipe({
		clock: dialler.clock,
		random: random.fork(),
		link: () => options.link(false),
		reading: () => dialled.reading(),
		deliver: item => dialled.deliver(item),
		moved: () => accepted.moved(),
	});
	const dialled = createEnd(dialler, listener, true, keyingMaterial, {
		pipes: {out: forth, into: back},
		opened: () => {},
	});
	const accepted = createEnd(listener, dialler, false, keyingMaterial, {
		pipes: {out: back, into: forth},
		opened: () => options.accepted(accepted),
	});
	forth.open();
	return {dialled, accepted};
}
