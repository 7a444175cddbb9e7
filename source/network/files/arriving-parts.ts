/**
 * Arriving parts of one file. This module decides which slice (range of bytes of a part) is requested next from which
 * holder (protocol.md, Files). All slices of a part come from one holder. So if the hash of the part is wrong, this
 * holder sent wrong content.
 */
import type {PeerId} from '../../core/event.js';
import {FILE_QUEUE_MS, MAX_FILE_HOLDERS, MIN_SLICE_BYTES} from '../../core/limits.js';
import {hasPart} from '../../core/part-set.js';
import {type FileId, partLength} from '../../core/shared-file.js';
import type {PeerLink} from '../link/peer-link.js';
import {choosePart} from './choose-part.js';
import {createFetchShares} from './fetch-shares.js';
import type {Holder, Holders} from './holders.js';
import type {LinkPipe, Slice} from './link-pipe.js';
import type {PartBuffers} from './part-buffers.js';

/**
 * If a holder sends no slice for this time, it counts as stalled. Another holder that has nothing to send then gets the
 * requests for its parts.
 */
const STALLED_MS = 2000;
/**
 * A part is requested from another holder if its present holder would need too long for the rest of the part: longer
 * than this time plus twice the time that the other holder needs for the whole part.
 */
const MOVE_AFTER_MS = 500;
/**
 * Transfer rate, in bytes per second, for which a fetch uses one more holder: parts are requested from 1 + (total rate
 * of the fetch / this rate) holders. The reason for the value: at each holder at least two slices of MIN_SLICE_BYTES
 * are outstanding, and at this rate they arrive within FILE_QUEUE_MS.
 */
const RATE_PER_HOLDER = (2 * MIN_SLICE_BYTES * 1000) / FILE_QUEUE_MS;

export interface ArrivingPartsOptions {
	readonly self: PeerId;
	readonly file: FileId;
	readonly size: number;
	readonly holders: Holders;
	readonly buffers: PartBuffers;
	/** Random number, uniform in [0, 1). */
	random(): number;
	/** Whether a peer has sent a `file-ask` for the file on this connection. Peers that fetch the file do so. */
	hasAsked(link: PeerLink): boolean;
	/** Whether a part must be fetched: it is not verified, and it was not kept from an earlier run of the program. */
	isMissing(part: number): boolean;
	/** Range of the parts that may be requested now, as [first, exclusive end]. */
	window(): readonly [number, number];
}

export interface ArrivingParts {
	/** The slice to request next from a holder. Undefined if nothing may be requested from this holder now. */
	nextSlice(holder: Holder, now: number): Slice | undefined;
	/**
	 * Whether the fetch cannot continue now: parts are missing, no part is arriving, and no usable holder has a missing
	 * part that may be requested.
	 */
	isStuck(now: number): boolean;
	/**
	 * Stores a copy of a slice. Returns the complete part if this was its last missing slice. The memory of the part
	 * stays reserved until the part is written to the file.
	 */
	receive(pipe: LinkPipe, slice: Slice, bytes: Uint8Array, now: number): Uint8Array | undefined;
	/** Gives up a part that a holder refused, so that it can be requested from another holder. */
	refused(pipe: LinkPipe, part: number): void;
	/** Gives up all parts that are requested from a holder, so that they can be requested from other holders. */
	release(pipe: LinkPipe): void;
	releaseAll(): void;
}

interface ArrivingPart {
	readonly part: number;
	readonly pipe: LinkPipe;
	readonly length: number;
	/** Received bytes of the part. Undefined before the first slice has arrived. */
	bytes: Uint8Array | undefined;
	wanted: number;
	arrived: number;
	progressAt: number;
}

export function createArrivingParts(options: ArrivingPartsOptions): ArrivingParts {
	const {file, size, holders, buffers, random} = options;
	const arriving = new Map<number, ArrivingPart>();
	const shares = createFetchShares(options.self);

	function start(part: number, pipe: LinkPipe, now: number): ArrivingPart {
		const started = {
			part,
			pipe,
			length: partLength(size, part),
			bytes: undefined,
			wanted: 0,
			arrived: 0,
			progressAt: now,
		};
		arriving.set(part, started);
		return started;
	}

	function giveUp({part, pipe, length, bytes}: ArrivingPart): void {
		arriving.delete(part);
		buffers.release(length, bytes);
		pipe.drop(slice => slice.file === file && slice.part === part);
	}

	/**
	 * Whether the present holders already use the full rate of the network. One more holder would then only lengthen
	 * the queues in the network.
	 */
	function areHoldersEnough(holder: Holder, now: number): boolean {
		const active = new Set<LinkPipe>();
		let rate = 0;
		for (const {pipe, progressAt} of arriving.values()) {
			if (pipe === holder.pipe) return false;
			if (active.has(pipe) || now - progressAt > STALLED_MS) continue;
			active.add(pipe);
			rate += pipe.rate;
		}
		return active.size >= Math.min(MAX_FILE_HOLDERS, 1 + Math.floor(rate / RATE_PER_HOLDER));
	}

	function choose(holder: Holder, now: number): ArrivingPart | undefined {
		if (areHoldersEnough(holder, now)) return undefined;
		const [from, to] = options.window();
		const others: Holder[] = [];
		const fetching: PeerId[] = [];
		for (const other of holders.all()) {
			if (other === holder) continue;
			const {link} = other.pipe;
			const isUsable = holders.isUsable(other, now);
			if (isUsable) others.push(other);
			if (!other.isComplete && (isUsable || options.hasAsked(link))) fetching.push(link.peer);
		}
		const isMissing = (part: number) => !arriving.has(part) && options.isMissing(part);
		const isForUs = (part: number) => shares.isForUs(part, fetching, now);
		const choice = {from, to, isMissing, holder, others, random};
		let part = choosePart({...choice, isForUs});
		if (part === undefined && holder.isComplete) {
			const parts: number[] = [];
			for (let one = from; one < to; one++) if (isMissing(one)) parts.push(one);
			const waiting = {isIdle: arriving.size === 0, partMs: (partLength(size, from) * 1000) / holder.pipe.rate, parts};
			if (parts.length > 0 && shares.isTooLate(waiting, fetching, now)) part = choosePart(choice);
		}
		if (part === undefined) return takeOver(holder, now);
		return buffers.reserve(partLength(size, part)) ? start(part, holder.pipe, now) : undefined;
	}

	/**
	 * Requests a part from this holder that a much slower holder is sending. If there are several such parts, takes the
	 * one that is expected to be complete last. The part is requested again from its first byte.
	 */
	function takeOver(holder: Holder, now: number): ArrivingPart | undefined {
		let slowest: ArrivingPart | undefined;
		let longest = 0;
		for (const one of arriving.values()) {
			if (one.pipe === holder.pipe || !hasPart(holder.parts, one.part)) continue;
			const expected = expectedMs(one, now);
			const own = (one.length * 1000) / Math.max(holder.pipe.rate, one.length);
			if (expected <= Math.max(longest, MOVE_AFTER_MS + 2 * own)) continue;
			longest = expected;
			slowest = one;
		}
		if (!slowest) return undefined;
		giveUp(slowest);
		return buffers.reserve(slowest.length) ? start(slowest.part, holder.pipe, now) : undefined;
	}

	/** Expected time until a part is complete, in ms. Infinity if its holder is stalled. */
	function expectedMs({length, arrived, pipe, progressAt}: ArrivingPart, now: number): number {
		if (now - progressAt > STALLED_MS) return Number.POSITIVE_INFINITY;
		const before = Math.max(pipe.outstandingBytes, length - arrived);
		return pipe.rate === 0 ? now - progressAt : (before * 1000) / pipe.rate;
	}

	return {
		nextSlice(holder, now) {
			if (!holders.isUsable(holder, now)) return undefined;
			let current: ArrivingPart | undefined;
			for (const one of arriving.values()) if (one.pipe === holder.pipe && one.wanted < one.length) current = one;
			current ??= choose(holder, now);
			if (!current) return undefined;
			const offset = current.wanted;
			const length = Math.min(holder.pipe.sliceBytes(), current.length - offset);
			current.wanted += length;
			return {file, part: current.part, offset, length};
		},
		isStuck(now) {
			if (arriving.size > 0) return false;
			const usable = [...holders.all()].filter(holder => holders.isUsable(holder, now));
			const [from, to] = options.window();
			let isAnyMissing = false;
			for (let part = from; part < to; part++) {
				if (!options.isMissing(part)) continue;
				if (usable.some(holder => hasPart(holder.parts, part))) return false;
				isAnyMissing = true;
			}
			return isAnyMissing;
		},
		receive(pipe, {part, offset}, bytes, now) {
			const current = arriving.get(part);
			if (current?.pipe !== pipe) return undefined;
			current.bytes ??= buffers.take(current.length);
			current.bytes.set(bytes, offset);
			current.arrived += bytes.length;
			current.progressAt = now;
			for (const one of arriving.values()) if (one.pipe === pipe) one.progressAt = now;
			if (current.arrived < current.length) return undefined;
			arriving.delete(part);
			return current.bytes;
		},
		refused(pipe, part) {
			const current = arriving.get(part);
			if (current?.pipe === pipe) giveUp(current);
		},
		release(pipe) {
			for (const one of [...arriving.values()]) if (one.pipe === pipe) giveUp(one);
		},
		releaseAll() {
			for (const one of [...arriving.values()]) giveUp(one);
		},
	};
}
