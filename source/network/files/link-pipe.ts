/**
 * Requests for slices on one connection: which slices are outstanding (requested and not yet received), and how many
 * bytes may be outstanding (protocol.md, Files).
 *
 * The *least time* is the shortest time between the request and the arrival of a slice. It is measured again every
 * PROBE_MS with hardly any bytes outstanding. Otherwise the queue that this node causes would lengthen it.
 *
 * The *rate* of the connection is the highest rate that was measured in the last seconds, as in the congestion control
 * BBR. One measurement divides the bytes that arrived since a slice was requested by the time since then.
 *
 * The limit of the outstanding bytes is the rate multiplied by the sum of two times: the least time, and the time that
 * transfer-pace.ts allows, at most FILE_QUEUE_MS. So the queue that this node causes in the network delays a message by
 * at most FILE_QUEUE_MS, whatever the speed of the network (the idea of LEDBAT, RFC 6817).
 */
import {MAX_SLICE_BYTES, MAX_WANTED_FILE_BYTES, MIN_SLICE_BYTES} from '../../core/limits.js';
import type {FileId} from '../../core/shared-file.js';
import type {PeerLink} from '../link/peer-link.js';

/**
 * Interval between two measurements of the least time, the shortest time between the request and the arrival of a
 * slice.
 */
const PROBE_MS = 10_000;
/**
 * Time in which the rate of the connection falls to a lower measured value. A higher value replaces the rate at once. A
 * lower value replaces it gradually, because its cause can be a busy computer instead of a slower network.
 */
const RATE_FALL_MS = 2000;
/**
 * Time that the transfer of one slice may take. It is short, because an event that the sender of the slice wants to
 * send must wait until the slice is sent.
 */
const SLICE_MS = 4;
/**
 * If a slice arrives sooner than after the recorded least time, the recorded time falls by this fraction of the
 * difference. The fraction is small, because the times vary on a busy computer.
 */
const LOWER_WEIGHT = 0.1;
const FEWEST_BYTES = 2 * MIN_SLICE_BYTES;

/** Range of bytes of one part, requested with one `file-want`. */
export interface Slice {
	readonly file: FileId;
	readonly part: number;
	/** Position of the first byte in the part. */
	readonly offset: number;
	readonly length: number;
}

interface Want {
	readonly slice: Slice;
	readonly sentAt: number;
	/** Number of bytes that had arrived on this connection before the slice was requested. */
	readonly arrivedBefore: number;
}

export interface LinkPipe {
	readonly link: PeerLink;
	/** Bytes per second that arrive while slices are outstanding. 0 until the first slice has arrived. */
	readonly rate: number;
	readonly outstandingBytes: number;
	/**
	 * Time of the last progress, in monotonic ms: a slice arrived or was refused, or a slice was requested while no
	 * other was outstanding.
	 */
	readonly progressAt: number;
	/** Returns the id for the next `file-ask` or `file-want` on this connection. */
	nextId(): number;
	/** Length of the next slice in bytes. If `hasRoom` is true, a slice of this length may be requested now. */
	sliceBytes(): number;
	/** Whether another slice may be requested now. */
	hasRoom(now: number): boolean;
	/** Sends the request for a slice (`file-want`). */
	want(slice: Slice, now: number): void;
	/**
	 * Removes a request that the peer has answered, and returns its slice. `bytes`: length of the answer; 0 if the peer
	 * refused the request. Undefined if there is no request with this id.
	 */
	answered(id: number, bytes: number, now: number): Slice | undefined;
	/** Drops the outstanding requests for which `matches` returns true. Their answers will be ignored. */
	drop(matches: (slice: Slice) => boolean): void;
}

/**
 * Number of bytes that a request for `length` bytes counts for when the outstanding bytes are limited. A short request
 * counts for MIN_SLICE_BYTES. The asking and the serving end both use this number.
 */
export function chargedBytes(length: number): number {
	return Math.max(length, MIN_SLICE_BYTES);
}

/**
 * Creates the requests of one connection. `queueMs`: maximum delay in ms that the requested bytes may cause in queues
 * of the network now (TransferPace).
 */
export function createLinkPipe(link: PeerLink, queueMs: () => number): LinkPipe {
	const wants = new Map<number, Want>();
	let lastId = 0;
	let outstandingBytes = 0;
	let arrivedBytes = 0;
	let rate = 0;
	let leastMs = 0;
	let measuredAt = 0;
	let isProbing = true;
	let sampledAt = 0;
	let progressAt = 0;

	function limit(now: number): number {
		if (now - measuredAt > PROBE_MS) isProbing = true;
		if (rate === 0) return FEWEST_BYTES;
		if (isProbing) return outstandingBytes > 0 ? 0 : FEWEST_BYTES;
		const bytes = (rate * (leastMs + queueMs())) / 1000;
		return Math.min(MAX_WANTED_FILE_BYTES, Math.max(FEWEST_BYTES, bytes));
	}

	/** Updates the least time and the rate of the connection after a slice has arrived. */
	function measure({sentAt, arrivedBefore}: Want, now: number): void {
		const ms = Math.max(0.1, now - sentAt);
		if (isProbing) {
			leastMs = ms;
			measuredAt = now;
			isProbing = false;
		} else if (ms < leastMs) {
			leastMs += (ms - leastMs) * LOWER_WEIGHT;
		}
		const sample = ((arrivedBytes - arrivedBefore) * 1000) / ms;
		if (sample < rate) rate -= (rate - sample) * Math.min(1, (now - sampledAt) / RATE_FALL_MS);
		else rate = sample;
		sampledAt = now;
	}

	function remove(id: number, {slice}: Want): void {
		wants.delete(id);
		outstandingBytes -= chargedBytes(slice.length);
	}

	return {
		link,
		get rate() {
			return rate;
		},
		get outstandingBytes() {
			return outstandingBytes;
		},
		get progressAt() {
			return progressAt;
		},
		nextId: () => ++lastId,
		sliceBytes() {
			const wished = (rate * SLICE_MS) / 1000;
			let bytes = MIN_SLICE_BYTES;
			while (bytes * 2 <= Math.min(wished, MAX_SLICE_BYTES)) bytes *= 2;
			return bytes;
		},
		hasRoom(now) {
			return outstandingBytes === 0 || outstandingBytes + this.sliceBytes() <= limit(now);
		},
		want(slice, now) {
			const id = ++lastId;
			if (outstandingBytes === 0) progressAt = now;
			wants.set(id, {slice, sentAt: now, arrivedBefore: arrivedBytes});
			outstandingBytes += chargedBytes(slice.length);
			link.send({type: 'file-want', id, ...slice});
		},
		answered(id, bytes, now) {
			const want = wants.get(id);
			if (!want) return undefined;
			link.noteWanted();
			remove(id, want);
			progressAt = now;
			arrivedBytes += bytes;
			if (bytes > 0) measure(want, now);
			return want.slice;
		},
		drop(matches) {
			for (const [id, want] of [...wants]) if (matches(want.slice)) remove(id, want);
		},
	};
}
