/**
 * All fetches of this node, and the connections on which they request parts. At most MAX_ACTIVE_FETCHES fetches request
 * parts at the same time. These are the oldest fetches that can proceed now.
 */
import type {FileInfoMessage, FileMessage} from '../../codec/message-types.js';
import type {Clock} from '../../core/environment.js';
import type {PeerId} from '../../core/event.js';
import type {FileSink, NamedFile} from '../../core/file-content.js';
import type {FileTransfer} from '../../core/file-transfer.js';
import {FILE_ANSWER_MS, MAX_ACTIVE_FETCHES, MAX_FILE_ASKS} from '../../core/limits.js';
import {LruMap} from '../../core/lru-map.js';
import type {FileId} from '../../core/shared-file.js';
import {createMessagePace, type MessagePace} from '../link/message-rate-limiter.js';
import type {PeerLink} from '../link/peer-link.js';
import {createCoalescedTimer, createCoalescingTicker} from '../scheduling/coalesced-timer.js';
import {createFetch, type Fetch} from './fetch.js';
import {createLinkPipe, type LinkPipe} from './link-pipe.js';
import {createPartBuffers} from './part-buffers.js';
import type {ServedContent} from './served-content.js';
import {createWatch, type HolderWatch} from './watch.js';

/** Interval at which the progress of fetches is reported, and at which holders that do not answer are detected. */
const TICK_MS = 250;
/** Weight of the newest measurement in the reported transfer rate, which is a moving average. */
const RATE_WEIGHT = 0.3;

export interface FileFetchesOptions {
	readonly self: PeerId;
	/** Whether a peer has sent a `file-ask` for a file on this connection. */
	hasAsked(link: PeerLink, file: FileId): boolean;
	readonly clock: Clock;
	/** Random number, uniform in [0, 1). */
	random(): number;
	/** Whether the leaves are those of the file, so that they give its id. */
	isGenuine(file: NamedFile, leaves: Uint8Array): boolean;
	/** Leaf of a part: its SHA-256. */
	leafOf(part: Uint8Array): Uint8Array;
	/** Maximum delay in ms that the requested bytes may cause in queues of the network now (TransferPace). */
	queueMs(): number;
	/** Number of bytes of a file that this node has sent to peers. */
	sentBytesOf(file: FileId): number;
	/** Called with the new state of a file, at most every 250 ms if only the progress has changed. */
	report(transfer: FileTransfer): void;
	/** Called when a file is complete on this node. */
	completed(file: FileId): void;
	/**
	 * Called when one more part of a file can be served. `bytes`: content of the part; undefined if it is only on disk.
	 */
	partAdded(file: FileId, part: number, bytes?: Uint8Array): void;
}

export interface FileFetches {
	/**
	 * Starts to fetch a file. `openSink` opens the destination. It is called when the leaves of the file (the SHA-256
	 * hashes of its parts) are verified.
	 */
	start(file: NamedFile, openSink: (leaves: Uint8Array) => Promise<FileSink>): void;
	/** Cancels the fetch of a file. Returns false if this node is not fetching the file. */
	cancel(file: FileId): boolean;
	isFetching(file: FileId): boolean;
	/**
	 * Begins to report which peers have a file that is complete on this node. If the file was fetched, these reports
	 * replace the reports of the fetch.
	 */
	watch(file: NamedFile, at: {readonly state: 'sharing' | 'done'; readonly path?: string | undefined}): void;
	/**
	 * Verified parts of a file that this node is fetching. Undefined if it is not fetching the file, or has no open
	 * destination for it yet.
	 */
	content(file: FileId): ServedContent | undefined;
	/** Whether the peer is known to have the whole file. */
	hasAll(peer: PeerId, file: FileId): boolean;
	/** To be called when messages to a peer are sent on this connection from now on. */
	connected(link: PeerLink): void;
	disconnected(peer: PeerId): void;
	/** Handles `file-info`, `file-data` and `file-none`. */
	message(link: PeerLink, message: FileMessage): void;
	/** Ends all fetches. Their parts on disk are kept for a later fetch. */
	stop(): Promise<void>;
}

interface Peer {
	readonly pipe: LinkPipe;
	readonly pace: MessagePace;
}

/** A fetch, or a watch on a complete file, together with the state that was last reported about it. */
interface Tracked<Watch extends HolderWatch = HolderWatch> {
	readonly watch: Watch;
	isChanged: boolean;
	reported: FileTransfer | undefined;
	reportedAt: number;
	rate: number;
}

export function createFileFetches(options: FileFetchesOptions): FileFetches {
	const {clock} = options;
	const peers = new Map<PeerId, Peer>();
	/** Fetches that have not ended. */
	const running = new Map<FileId, Tracked<Fetch>>();
	/** Watches on complete files, the least recently used first. */
	const watched = new LruMap<FileId, Tracked>(MAX_FILE_ASKS, {touchOnGet: true});
	const buffers = createPartBuffers();
	const ticker = createCoalescingTicker(clock, TICK_MS, tick);
	const fillTimer = createCoalescedTimer(clock, fillAll);
	let turn = 0;

	function activeFetches(): Fetch[] {
		const active: Fetch[] = [];
		for (const {watch: fetch} of running.values())
			if (active.length < MAX_ACTIVE_FETCHES && fetch.isActive) active.push(fetch);
		return active;
	}

	/**
	 * Requests slices (ranges of bytes of a part) from a peer, for each active fetch in turn. Stops when no more bytes
	 * may be requested from the peer now.
	 */
	function fill({pipe}: Peer, active = activeFetches()): void {
		const {peer} = pipe.link;
		const now = clock.monotonic();
		let without = 0;
		while (without < active.length && pipe.hasRoom(now)) {
			const slice = active[turn++ % active.length]?.nextSlice(peer);
			if (slice) pipe.want(slice, now);
			without = slice ? 0 : without + 1;
		}
	}

	function fillAll(): void {
		const active = activeFetches();
		for (const peer of peers.values()) fill(peer, active);
	}

	function* tracked(): Generator<Tracked> {
		yield* running.values();
		for (const [, one] of watched) yield one;
	}

	/** Sends the `file-ask` messages that are due to a peer, as many as the rate limit of these messages allows. */
	function ask({pipe, pace}: Peer): void {
		const {link} = pipe;
		for (const {watch: one} of tracked()) {
			const question = one.question(link.peer);
			if (!question) continue;
			if (!pace.take('fileAsk', clock.monotonic())) return;
			const id = pipe.nextId();
			one.asked(link.peer, id, question.leaves);
			link.send({type: 'file-ask', id, file: one.file.id, leaves: question.leaves});
		}
	}

	function tick(): void {
		const now = clock.monotonic();
		for (const peer of peers.values()) {
			const {pipe} = peer;
			if (pipe.outstandingBytes > 0 && now - pipe.progressAt >= FILE_ANSWER_MS) {
				for (const one of running.values()) one.watch.silent(pipe.link.peer);
				pipe.drop(() => true);
			}
		}
		for (const one of running.values()) one.watch.tick();
		for (const peer of peers.values()) ask(peer);
		fillAll();
		for (const one of tracked()) {
			if (one.isChanged || options.sentBytesOf(one.watch.file.id) !== one.reported?.sentBytes) report(one);
		}
		if (running.size + watched.size > 0) ticker.wake();
	}

	function report(one: Tracked): void {
		const now = clock.monotonic();
		const transfer = {...one.watch.transfer(), sentBytes: options.sentBytesOf(one.watch.file.id)};
		const before = one.reported;
		const ms = now - one.reportedAt;
		if (before && ms > 0) {
			const rate = ((transfer.bytes - before.bytes) * 1000) / ms;
			one.rate = one.rate === 0 ? rate : one.rate + (rate - one.rate) * RATE_WEIGHT;
		}
		// Reports continue until the reported rate is 0. After bytes have stopped arriving, the rate falls gradually.
		one.isChanged = transfer.state === 'fetching' && one.rate >= 1;
		one.reportedAt = now;
		one.reported = transfer;
		const isRated = transfer.state === 'fetching' && one.rate >= 1;
		options.report({...transfer, ...(isRated && {bytesPerSecond: Math.round(one.rate)})});
	}

	/** Reports a new state at once. Reports progress within the same state at the next tick. */
	function onChanged(one: Tracked): void {
		one.isChanged = true;
		ticker.wake();
		if (one.reported?.state !== one.watch.transfer().state) report(one);
	}

	function onFetchChanged(one: Tracked<Fetch>): void {
		onChanged(one);
		const {file, isFetching} = one.watch;
		if (isFetching || !running.delete(file.id)) return;
		const {state, path} = one.watch.transfer();
		if (state === 'done') watch(file, {state, path});
	}

	function track<Watch extends HolderWatch>(watching: Watch): Tracked<Watch> {
		return {watch: watching, isChanged: true, reported: undefined, reportedAt: clock.monotonic(), rate: 0};
	}

	/** Begins to ask the connected peers which parts of the file they have. */
	function begin({watch: one}: Tracked): void {
		for (const {pipe} of peers.values()) one.connected(pipe);
		one.start();
	}

	function watch(file: NamedFile, at: Parameters<FileFetches['watch']>[1]): void {
		const one: Tracked = track(
			createWatch(
				file,
				at,
				() => clock.monotonic(),
				() => onChanged(one),
			),
		);
		watched.set(file.id, one);
		begin(one);
		options.completed(file.id);
		for (const peer of peers.values()) ask(peer);
	}

	function onInfo(peer: Peer, message: FileInfoMessage): void {
		for (const one of tracked()) one.watch.info(peer.pipe.link.peer, message);
		ask(peer);
		fill(peer);
	}

	return {
		start(file, openSink) {
			const fetch = createFetch({
				self: options.self,
				hasAsked: link => options.hasAsked(link, file.id),
				file,
				clock,
				buffers,
				random: options.random,
				isGenuine: leaves => options.isGenuine(file, leaves),
				leafOf: options.leafOf,
				openSink,
				changed: () => onFetchChanged(one),
				partAdded: (part, bytes) => options.partAdded(file.id, part, bytes),
				wake: () => fillTimer.schedule(),
			});
			const one: Tracked<Fetch> = track(fetch);
			running.set(file.id, one);
			begin(one);
			for (const peer of peers.values()) ask(peer);
		},
		cancel(file) {
			const one = running.get(file);
			one?.watch.cancel();
			return one !== undefined;
		},
		isFetching: file => running.has(file),
		watch,
		content: file => running.get(file)?.watch.content(),
		hasAll: (peer, file) => (running.get(file) ?? watched.get(file))?.watch.hasAll(peer) ?? false,
		connected(link) {
			if (!link.features.has('files') || peers.get(link.peer)?.pipe.link === link) return;
			for (const one of tracked()) one.watch.disconnected(link.peer);
			const peer = {pipe: createLinkPipe(link, options.queueMs), pace: createMessagePace()};
			peers.set(link.peer, peer);
			for (const one of tracked()) one.watch.connected(peer.pipe);
			ask(peer);
		},
		disconnected(peer) {
			peers.delete(peer);
			for (const one of tracked()) one.watch.disconnected(peer);
			fillTimer.schedule();
		},
		message(link, message) {
			const peer = peers.get(link.peer);
			if (peer?.pipe.link !== link) return;
			const {pipe} = peer;
			if (message.type === 'file-info') {
				onInfo(peer, message);
			} else if (message.type === 'file-data' || message.type === 'file-none') {
				const bytes = message.type === 'file-data' ? message.bytes : undefined;
				const slice = pipe.answered(message.id, bytes?.length ?? 0, clock.monotonic());
				const fetch = slice && running.get(slice.file)?.watch;
				if (slice && fetch && bytes) fetch.receive(pipe, slice, bytes);
				else if (slice) fetch?.refused(pipe, slice);
				else if (!bytes) for (const one of tracked()) one.watch.none(link.peer, message.id);
				fill(peer);
			}
		},
		async stop() {
			ticker.stop();
			fillTimer.stop();
			await Promise.all([...running.values()].map(one => one.watch.close()));
		},
	};
}
