import type {Timer} from '../../source/core/environment.js';
import type {ClockView} from './fake-clock.js';
import type {LinkFaults} from './memory-links.js';
import type {SeededRandom} from './seeded-random.js';

/** What TCP holds between two ends: the sender's and the receiver's buffers. */
const WINDOW_BYTES = 256 * 1024;
/** How often a chunk comes cut somewhere, and how often what has arrived meanwhile comes with it. */
const CUT_CHANCE = 0.2;
const JOIN_CHANCE = 0.5;
/** How often the receiver is busy when something arrives, and for how long at most, ms. */
const BUSY_CHANCE = 0.2;
const BUSY_MS = 12;
/** At most so much comes at once. */
const READ_BYTES = 64 * 1024;

type Item = {readonly type: 'open'} | {readonly type: 'data'; readonly bytes: Uint8Array} | {readonly type: 'end'};

export interface PipeOptions {
	/** The receiver's. */
	readonly clock: Pick<ClockView, 'monotonic' | 'arrival'>;
	readonly random: SeededRandom;
	link(): LinkFaults;
	/** Whether the receiver takes data now. */
	reading(): boolean;
	deliver(item: Item): void;
	/** Bytes left the sender's queue. */
	moved(): void;
}

/** One direction of a connection: in order, with latency, bandwidth, a bounded window, and stalls while the link is cut. */
export interface Pipe {
	/** Waiting at the sender, not yet with its operating system. */
	readonly queuedBytes: number;
	/** When the first of what lies unread in the receiver's socket came, monotonic ms; undefined: all was read. */
	readonly unreadSince: number | undefined;
	write(bytes: Uint8Array): void;
	/** The first item: the receiver learns of the connection. */
	open(): void;
	/** After all that was written. */
	end(): void;
	/** What was not handed over yet is dropped. */
	dropQueue(): void;
	/** The link or the receiver changed: look again. */
	wake(): void;
	/** Nothing is delivered any more. */
	stop(): void;
}

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
			const passing = size(item) / (link.bytesPerSecond / 1000);
			const delay = link.latencyMs + random.fraction() * link.jitterMs;
			lastAt = Math.max(lastAt + passing, clock.monotonic() + delay + passing);
			arrivals.push({item, at: lastAt});
			inFlight += size(item);
			queuedBytes -= size(item);
		}
		schedule();
	}

	function schedule(): void {
		const [head] = arrivals;
		if (timer || stopped || !head || options.link().stream === 'stalled') return;
		if (head.item.type !== 'open' && !options.reading()) return;
		const busyMs = random.chance(BUSY_CHANCE) ? random.between(1, BUSY_MS) : 0;
		timer = clock.arrival(Math.max(0, head.at - clock.monotonic()) + busyMs, arrive, land);
	}

	/** What has come so far lies in the socket, whatever becomes of the link. */
	function land(): void {
		if (options.link().stream !== 'stalled') unreadSince = clock.monotonic();
	}

	/** The first item, joined with what lies behind it. */
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

	/** The last segment of a stream may bring its end with it. */
	function deliverEnd(): void {
		const [head] = arrivals;
		if (!head || head.at > clock.monotonic() || !options.reading()) return;
		arrivals.shift();
		options.deliver(head.item);
	}

	function arrive(): void {
		timer = undefined;
		const [head] = arrivals;
		if (stopped || !head || unreadSince === undefined) return;
		if (head.item.type !== 'open' && !options.reading()) {
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
		if (queuedBytes < queuedBefore) options.moved();
	}

	/** Streams have no edges: what was sent whole comes cut, what was sent apart comes joined. */
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
