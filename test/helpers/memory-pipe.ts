import type {Timer} from '../../source/core/environment.js';
import type {ClockView} from './fake-clock.js';
import type {LinkFaults} from './memory-links.js';
import type {SeededRandom} from './seeded-random.js';

/** Capacity of the TCP buffers of both ends. */
const WINDOW_BYTES = 256 * 1024;
/** Probabilities that a chunk is split, and that chunks that have arrived are joined. */
const CUT_CHANCE = 0.2;
const JOIN_CHANCE = 0.5;
/** Probability that the receiver is busy at an arrival, and the maximum time for which it is busy, ms. */
const BUSY_CHANCE = 0.2;
const BUSY_MS = 12;
/** Maximum size of one read. */
const READ_BYTES = 64 * 1024;

type Item = {readonly type: 'open'} | {readonly type: 'data'; readonly bytes: Uint8Array} | {readonly type: 'end'};

export interface PipeOptions {
	/** Clock of the receiver. */
	readonly clock: Pick<ClockView, 'monotonic' | 'arrival'>;
	readonly random: SeededRandom;
	link(): LinkFaults;
	/** Whether the receiver reads from its socket now. */
	isReading(): boolean;
	deliver(item: Item): void;
	/** Called when bytes have left the sender's queue. */
	drained(): void;
}

/**
 * One direction of a connection. Bytes stay in order. The pipe simulates latency, bandwidth, a bounded window, and
 * stalls while the link is cut.
 */
export interface Pipe {
	/** Bytes in the sender's queue that its operating system has not taken yet. */
	readonly queuedBytes: number;
	/** Arrival time of the first unread bytes in the receiver's socket, monotonic ms. Undefined if all bytes were read. */
	readonly unreadSince: number | undefined;
	write(bytes: Uint8Array): void;
	/** Sends the first item, which opens the connection at the receiver. */
	open(): void;
	/** Ends the stream after all written bytes. */
	end(): void;
	/** Drops the bytes of the sender's queue. */
	dropQueue(): void;
	/** Must be called when the link or the receiver has changed. */
	wake(): void;
	/** Stops all deliveries. */
	stop(): void;
}

/** Creates one direction of a connection. */
export function createPipe(options: PipeOptions): Pipe {
	const {clock, random} = options;
	const waiting: Item[] = [];
	const arrivals: {readonly item: Item; readonly at: number}[] = [];
	let queuedBytes = 0;
	let inFlight = 0;
	let lastAt = 0;
	let timer: Timer | undefined;
	let unreadSince: number | undefined;
	let stopped = false;

	function size(item: Item): number {
		return item.type === 'data' ? item.bytes.length : 0;
	}

	function pump(): void {
		while (waiting[0] && inFlight < WINDOW_BYTES) {
			const item = waiting.shift()!;
			const link = options.link();
			const transferMs = size(item) / (link.bytesPerSecond / 1000);
			const delay = link.latencyMs + random.fraction() * link.jitterMs;
			lastAt = Math.max(lastAt + transferMs, clock.monotonic() + delay + transferMs);
			arrivals.push({item, at: lastAt});
			inFlight += size(item);
			queuedBytes -= size(item);
		}
		schedule();
	}

	function schedule(): void {
		const [head] = arrivals;
		if (timer || stopped || !head || options.link().stream === 'stalled') return;
		if (head.item.type !== 'open' && !options.isReading()) return;
		const busyMs = random.chance(BUSY_CHANCE) ? random.between(1, BUSY_MS) : 0;
		timer = clock.arrival(Math.max(0, head.at - clock.monotonic()) + busyMs, arrive, markArrived);
	}

	/** Marks bytes as arrived in the socket. Later changes of the link do not affect them. */
	function markArrived(): void {
		if (options.link().stream !== 'stalled') unreadSince = clock.monotonic();
	}

	/** Takes the first item, sometimes joined with the data that follows it. */
	function takeArrived(): Item {
		const first = arrivals.shift()!.item;
		if (first.type !== 'data' || arrivals[0]?.item.type !== 'data' || !random.chance(JOIN_CHANCE)) return first;
		const parts = [first.bytes];
		for (let bytes = first.bytes.length; bytes < READ_BYTES; ) {
			const [next] = arrivals;
			if (next?.item.type !== 'data' || next.at > clock.monotonic()) break;
			arrivals.shift();
			parts.push(next.item.bytes);
			bytes += next.item.bytes.length;
		}
		return {type: 'data', bytes: Buffer.concat(parts)};
	}

	/** Delivers the end of the stream together with the last bytes, as TCP can do. */
	function deliverEnd(): void {
		const [head] = arrivals;
		if (!head || head.at > clock.monotonic() || !options.isReading()) return;
		arrivals.shift();
		options.deliver(head.item);
	}

	function arrive(): void {
		timer = undefined;
		const [head] = arrivals;
		if (stopped || !head || unreadSince === undefined) return;
		if (head.item.type !== 'open' && !options.isReading()) {
			unreadSince = undefined;
			return;
		}
		const item = takeArrived();
		inFlight -= size(item);
		const queuedBefore = queuedBytes;
		options.deliver(item);
		unreadSince = undefined;
		if (!stopped && item.type === 'data' && arrivals[0]?.item.type === 'end' && random.chance(JOIN_CHANCE))
			deliverEnd();
		if (stopped) return;
		pump();
		if (queuedBytes < queuedBefore) options.drained();
	}

	/** Queues bytes, sometimes split in two, because streams do not keep the boundaries of writes. */
	function push(bytes: Uint8Array): void {
		if (bytes.length > 1 && random.chance(CUT_CHANCE)) {
			const at = random.between(1, bytes.length - 1);
			waiting.push({type: 'data', bytes: bytes.slice(0, at)}, {type: 'data', bytes: bytes.slice(at)});
		} else if (bytes.length > 0) {
			waiting.push({type: 'data', bytes: bytes.slice()});
		}
		queuedBytes += bytes.length;
	}

	return {
		get queuedBytes() {
			return queuedBytes;
		},
		get unreadSince() {
			return unreadSince;
		},
		write(bytes) {
			push(bytes);
			pump();
		},
		open() {
			waiting.push({type: 'open'});
			pump();
		},
		end() {
			waiting.push({type: 'end'});
			pump();
		},
		dropQueue() {
			waiting.length = 0;
			queuedBytes = 0;
		},
		wake: () => stopped || pump(),
		stop() {
			stopped = true;
			timer?.cancel();
			timer = undefined;
			unreadSince = undefined;
		},
	};
}
