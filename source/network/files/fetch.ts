/**
 * Fetch of one file: its leaves (the SHA-256 hashes of its parts), its parts and its destination (protocol.md, Files).
 *
 * Invariants
 *
 * 1. The destination is opened only with leaves that match the id of the file.
 * 2. A part is written and served only if its hash is its leaf. Parts kept from an earlier run are verified first.
 * 3. The file gets its final name when all parts are verified and written.
 */
import type {Clock} from '../../core/environment.js';
import {errorMessage} from '../../core/errors.js';
import type {PeerId} from '../../core/event.js';
import type {FileSink, NamedFile} from '../../core/file-content.js';
import type {FileTransferState} from '../../core/file-transfer.js';
import {formatBytes} from '../../core/format-quantity.js';
import {FILE_ANSWER_MS} from '../../core/limits.js';
import {emptyPartSet} from '../../core/part-set.js';
import {LEAF_BYTES, partCount, partLength} from '../../core/shared-file.js';
import type {PeerLink} from '../link/peer-link.js';
import {createArrivingParts} from './arriving-parts.js';
import {createDestination, type Destination} from './destination.js';
import {createHolders, type Holder} from './holders.js';
import type {LinkPipe, Slice} from './link-pipe.js';
import type {PartBuffers} from './part-buffers.js';
import type {ServedContent} from './served-content.js';
import type {HolderWatch} from './watch.js';

export interface FetchOptions {
	readonly self: PeerId;
	/** Whether a peer has sent a `file-ask` for the file on this connection. */
	hasAsked(link: PeerLink): boolean;
	readonly file: NamedFile;
	readonly clock: Clock;
	readonly buffers: PartBuffers;
	/** Random number, uniform in [0, 1). */
	random(): number;
	/** Whether the leaves are those of the file, so that they give its id. */
	isGenuine(leaves: Uint8Array): boolean;
	/** Leaf of a part: its SHA-256. */
	leafOf(part: Uint8Array): Uint8Array;
	/** Opens the destination on disk. `leaves`: verified leaves of the file. */
	openSink(leaves: Uint8Array): Promise<FileSink>;
	/** Called when the result of `transfer` may have changed. */
	changed(): void;
	/** See `DestinationOptions.partAdded`. */
	partAdded(part: number, bytes?: Uint8Array): void;
	/**
	 * Called when the fetch may request more parts for another reason than a received message, for example because a
	 * part is written.
	 */
	wake(): void;
}

export interface Fetch extends HolderWatch {
	/** False after the end of the fetch. It ends when it is done, has failed or was cancelled. */
	readonly isFetching: boolean;
	/** Whether the fetch can proceed now: a usable peer has a part that this node lacks, or parts are being written. */
	readonly isActive: boolean;
	nextSlice(peer: PeerId): Slice | undefined;
	receive(pipe: LinkPipe, slice: Slice, bytes: Uint8Array): void;
	refused(pipe: LinkPipe, slice: Slice): void;
	/** To be called when the peer has not answered requests for slices for FILE_ANSWER_MS. */
	silent(peer: PeerId): void;
	/**
	 * To be called regularly. Stops waiting for the leaves from a peer that has not sent them within FILE_ANSWER_MS.
	 */
	tick(): void;
	/**
	 * Verified parts, which this node serves to other peers. Undefined before the destination is open and after the end
	 * of the fetch.
	 */
	content(): ServedContent | undefined;
	/** Ends the fetch and deletes the parts that were written. */
	cancel(): void;
	/** Ends the fetch. The parts on disk are kept, and a later fetch of the file continues with them. */
	close(): Promise<void>;
}

export function createFetch(options: FetchOptions): Fetch {
	const {file, clock, buffers, leafOf, changed} = options;
	const count = partCount(file.size);
	const nothing = emptyPartSet(count);
	const holders = createHolders(count, () => clock.monotonic());
	let leaves: Uint8Array | undefined;
	let sink: FileSink | undefined;
	let destination: Destination | undefined;
	let outcome: FileTransferState | undefined;
	let path: string | undefined;
	let failure: string | undefined;

	const parts = createArrivingParts({
		self: options.self,
		hasAsked: options.hasAsked,
		file: file.id,
		size: file.size,
		holders,
		buffers,
		random: options.random,
		isMissing: part => destination?.isMissing(part) ?? false,
		window: () => destination?.window() ?? [0, 0],
	});

	function end(state: FileTransferState): void {
		if (outcome) return;
		outcome = state;
		parts.releaseAll();
		destination?.stop();
		changed();
	}

	function fail(reason: string): void {
		failure = reason;
		end('failed');
	}

	function isLeaf(part: number, bytes: Uint8Array): boolean {
		if (!leaves || bytes.length !== partLength(file.size, part)) return false;
		return Buffer.compare(leafOf(bytes), leaves.subarray(part * LEAF_BYTES, (part + 1) * LEAF_BYTES)) === 0;
	}

	/**
	 * Opens the destination. `verified`: the leaves (SHA-256 hashes of the parts), which were compared with the id of
	 * the file.
	 */
	function begin(verified: Uint8Array): void {
		leaves = verified;
		changed();
		options.openSink(verified).then(onSinkOpened, error => fail(errorMessage(error)));
	}

	function onSinkOpened(opened: FileSink): void {
		if (outcome) {
			void opened.close().catch(() => {});
			return;
		}
		const onChanged = () => {
			changed();
			options.wake();
		};
		sink = opened;
		destination = createDestination({
			size: file.size,
			sink: opened,
			clock,
			buffers,
			isLeaf,
			partAdded(part, bytes) {
				options.partAdded(part, bytes);
				onChanged();
			},
			changed: onChanged,
			lost: fail,
			finished(at) {
				path = at;
				end('done');
			},
		});
		void destination.checkKept();
		onChanged();
	}

	function exclude(holder: Holder): void {
		holders.exclude(holder);
		parts.release(holder.pipe);
		changed();
	}

	const isLeavesAsked = () => [...holders.all()].some(({leavesAskedAt}) => leavesAskedAt !== undefined);

	function isActive(): boolean {
		if (outcome || destination?.refusal !== undefined) return false;
		return destination ? destination.isWriting || holders.canAddTo(destination.have) : holders.canAddTo(nothing);
	}

	function currentState(): FileTransferState {
		if (outcome) return outcome;
		if (destination?.refusal !== undefined) return 'waiting';
		if (destination?.isChecking) return 'checking';
		return isActive() || holders.isAnswerDue() ? 'fetching' : 'waiting';
	}

	function reason(): string | undefined {
		if (failure !== undefined || destination?.refusal !== undefined) return failure ?? destination?.refusal;
		if (currentState() !== 'waiting') return undefined;
		const heldBytes = destination?.heldBytes ?? 0;
		return holders.describeAbsence(heldBytes > 0 ? `the missing ${formatBytes(file.size - heldBytes)}` : 'it');
	}

	return {
		file,
		get isFetching() {
			return outcome === undefined;
		},
		get isActive() {
			return isActive();
		},
		start() {
			if (count > 0) return changed();
			const none = new Uint8Array(0);
			if (options.isGenuine(none)) return begin(none);
			fail('the announced size does not match the content');
		},
		connected(pipe) {
			if (!outcome) holders.add(pipe);
		},
		disconnected(peer) {
			const holder = holders.of(peer);
			if (!holder) return;
			parts.release(holder.pipe);
			holders.remove(peer);
			changed();
		},
		question(peer) {
			const holder = holders.of(peer);
			if (!holder || outcome || holders.isExcluded(peer)) return undefined;
			const needsLeaves = !leaves && holders.isUsable(holder, clock.monotonic()) && !isLeavesAsked();
			return needsLeaves ? {leaves: true} : holder.askId === undefined ? {leaves: false} : undefined;
		},
		asked(peer, id, wantsLeaves) {
			const holder = holders.of(peer);
			if (!holder) return;
			holder.askId = id;
			if (wantsLeaves) holder.leavesAskedAt = clock.monotonic();
		},
		info(peer, message) {
			const holder = holders.of(peer);
			if (!holder || outcome || holder.askId !== message.id || holders.isExcluded(peer)) return;
			holders.update(holder, message.have);
			if (holder.leavesAskedAt !== undefined && message.leaves) {
				holder.leavesAskedAt = undefined;
				if (!leaves && message.leaves.length === count * LEAF_BYTES && options.isGenuine(message.leaves))
					begin(message.leaves.slice());
				else if (!leaves) exclude(holder);
			}
			changed();
		},
		none(peer, id) {
			const holder = holders.of(peer);
			if (holder?.askId !== id) return;
			holder.leavesAskedAt = undefined;
			holders.update(holder, nothing);
			changed();
		},
		nextSlice(peer) {
			const holder = holders.of(peer);
			if (!holder || outcome || !destination || destination.refusal !== undefined) return undefined;
			return parts.nextSlice(holder, clock.monotonic());
		},
		receive(pipe, slice, bytes) {
			const holder = holders.of(pipe.link.peer);
			if (holder?.pipe !== pipe) return;
			if (bytes.length !== slice.length) return exclude(holder);
			const part = parts.receive(pipe, slice, bytes, clock.monotonic());
			if (!part) return;
			if (destination && isLeaf(slice.part, part)) return destination.write(slice.part, part);
			buffers.release(part.length, part);
			exclude(holder);
		},
		refused(pipe, {part}) {
			const holder = holders.of(pipe.link.peer);
			if (holder?.pipe !== pipe) return;
			parts.refused(pipe, part);
			holders.refused(holder, part, clock.monotonic());
			changed();
		},
		silent(peer) {
			const holder = holders.of(peer);
			if (!holder) return;
			parts.release(holder.pipe);
			holders.rest(holder, clock.monotonic());
			changed();
		},
		tick() {
			const now = clock.monotonic();
			if (holders.expire(now, () => parts.isStuck(now))) changed();
			for (const holder of holders.all()) {
				if (holder.leavesAskedAt === undefined || now - holder.leavesAskedAt < FILE_ANSWER_MS) continue;
				holders.rest(holder, now);
				changed();
			}
		},
		hasAll: peer => holders.of(peer)?.isComplete ?? false,
		content() {
			const [known, opened, have] = [leaves, sink, destination?.have];
			if (!known || !opened || !have || outcome) return undefined;
			return {id: file.id, size: file.size, have, leaves: async () => known, read: part => opened.read(part)};
		},
		transfer() {
			const why = reason();
			return {
				id: file.id,
				name: file.name,
				state: currentState(),
				bytes: destination?.heldBytes ?? 0,
				of: file.size,
				holders: holders.count(),
				completeHolders: holders.countComplete(),
				...(path !== undefined && {path}),
				...(why !== undefined && {reason: why}),
			};
		},
		cancel() {
			end('cancelled');
			void sink?.discard().catch(() => {});
		},
		async close() {
			if (outcome) return;
			end('cancelled');
			await sink?.close().catch(() => {});
		},
	};
}
