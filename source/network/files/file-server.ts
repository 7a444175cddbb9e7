/**
 * Serving side of the transfer of files: answers `file-ask` and `file-want` (protocol.md, Files).
 *
 * Invariants
 *
 * 1. A message about a file enters the send queue of a connection only if that queue is empty. An event therefore waits
 *    for at most one slice.
 * 2. The answer is `file-none` in all of these cases: no event of this room names the file, this node got it in another
 *    room, or this node does not have it. So nobody can find out by asking which files this computer has.
 * 3. A part is sent only if its SHA-256 is its leaf.
 * 4. The number of bytes that a peer may request at the same time is limited. A peer that requests more is disconnected
 *    with the code `flood`. No other request is treated as a fault.
 */
import type {FileAskMessage, FileMessage, FileWantMessage} from '../../codec/message-types.js';
import type {Clock} from '../../core/environment.js';
import {FILE_INFO_INTERVAL_MS, MAX_FILE_ASKS, MAX_WANTED_FILE_BYTES} from '../../core/limits.js';
import {LruMap} from '../../core/lru-map.js';
import {countParts, hasPart, type PartSet} from '../../core/part-set.js';
import {type FileId, partCount, partLength} from '../../core/shared-file.js';
import {createMessagePace, type MessagePace} from '../link/message-rate-limiter.js';
import type {PeerLink} from '../link/peer-link.js';
import {createCoalescingTicker} from '../scheduling/coalesced-timer.js';
import {chargedBytes} from './link-pipe.js';
import {createPartCache, type PartCache} from './part-cache.js';
import type {ServedContent} from './served-content.js';

/** Maximum number of files for which the number of sent bytes is remembered. */
const MAX_COUNTED_FILES = 1024;

export interface FileServerOptions {
	readonly clock: Clock;
	/**
	 * Content that may be served. Undefined if no event of this room names the file, or if this node has no part of it.
	 */
	find(file: FileId): ServedContent | undefined;
	/** Whether the peer is known to have the whole file, so that it needs no further `file-info`. */
	hasAll(link: PeerLink, file: FileId): boolean;
	/** Leaf of a part: its SHA-256. */
	leafOf(part: Uint8Array): Uint8Array;
}

export interface FileServer {
	/** Handles `file-ask` and `file-want`. */
	message(link: PeerLink, message: FileMessage): void;
	/** To be called when the send queue of a connection has become empty. Then the next request is answered. */
	idle(link: PeerLink): void;
	/**
	 * To be called when this node has more or fewer parts of a file. Sends `file-info` again to peers that asked about
	 * the file.
	 */
	changed(file: FileId): void;
	/**
	 * Whether a peer has sent a `file-ask` for a file on this connection. Only the last MAX_FILE_ASKS files are
	 * remembered.
	 */
	hasAsked(link: PeerLink, file: FileId): boolean;
	/** Whether a connected peer, other than `except`, asked about a file and is not known to have all of it. */
	isWanted(file: FileId, except?: PeerLink): boolean;
	/** Drops all waiting requests of a closed connection. */
	closed(link: PeerLink): void;
	readonly cache: PartCache;
	/** Number of bytes of a file that this node has sent since its start. */
	sentBytesOf(file: FileId): number;
	stop(): void;
}

/**
 * Number of waiting requests whose parts are read before they are needed. To read and hash a part takes longer than to
 * send it on a fast path.
 */
const PREFETCHED_QUESTIONS = 4;
const NOTHING = -1;

/** State of the last `file-ask` of a peer for one file. */
interface Asked {
	readonly id: number;
	/** Number of parts in the last `file-info` to the peer. NOTHING if the answer was `file-none`. */
	toldParts: number;
}

interface Client {
	readonly link: PeerLink;
	readonly pace: MessagePace;
	readonly questions: (FileAskMessage | FileWantMessage)[];
	wantedBytes: number;
	/** Files for which the peer has sent a `file-ask`. */
	readonly asked: LruMap<FileId, Asked>;
	/** Files for which the peer must get another `file-info`. */
	readonly news: Set<FileId>;
	isAnswering: boolean;
	isClosed: boolean;
}

export function createFileServer({clock, find, hasAll, leafOf}: FileServerOptions): FileServer {
	const clients = new Map<PeerLink, Client>();
	const cache = createPartCache(leafOf);
	const ticker = createCoalescingTicker(clock, FILE_INFO_INTERVAL_MS, tellNews);
	/** Number of bytes of each file that this node has sent. */
	const sentBytes = new LruMap<FileId, number>(MAX_COUNTED_FILES, {touchOnGet: true});

	function clientOf(link: PeerLink): Client {
		const known = clients.get(link);
		if (known) return known;
		const client: Client = {
			link,
			pace: createMessagePace(),
			questions: [],
			wantedBytes: 0,
			asked: new LruMap(MAX_FILE_ASKS, {touchOnGet: true}),
			news: new Set(),
			isAnswering: false,
			isClosed: false,
		};
		clients.set(link, client);
		return client;
	}

	const chargeOf = (question: FileAskMessage | FileWantMessage) =>
		chargedBytes(question.type === 'file-want' ? question.length : 0);

	/**
	 * Answers the next request of a peer if its send queue is empty. The request after it is answered when the queue is
	 * empty again.
	 */
	function answerNext(client: Client): void {
		const [question] = client.questions;
		if (!question || client.isAnswering || client.isClosed || client.link.queuedBytes > 0) return;
		client.isAnswering = true;
		const answering = question.type === 'file-ask' ? answerAsk(client, question) : answerWant(question);
		const none = {type: 'file-none' as const, id: question.id};
		void answering
			.catch(() => none)
			.then(answer => {
				client.isAnswering = false;
				// While the part was read, an event may have entered the send queue. The answer waits until that event
				// is sent.
				if (client.isClosed || client.link.queuedBytes > 0) return;
				client.questions.shift();
				client.wantedBytes -= chargeOf(question);
				if (answer.type === 'file-data')
					sentBytes.set(question.file, (sentBytes.get(question.file) ?? 0) + answer.bytes.length);
				client.link.send(answer);
				if (question.type === 'file-want') forgetSent(client, question);
				prefetch(client);
			});
	}

	async function answerAsk(client: Client, {id, file, leaves}: FileAskMessage): Promise<FileMessage> {
		const content = find(file);
		const asked = {id, toldParts: NOTHING};
		client.asked.set(file, asked);
		const hashes = content && leaves ? await content.leaves() : undefined;
		if (!content || (leaves && !hashes)) return {type: 'file-none', id};
		asked.toldParts = countHeld(content);
		return {type: 'file-info', id, ...(hashes && {leaves: hashes}), have: snapshot(content.have)};
	}

	async function answerWant(want: FileWantMessage): Promise<FileMessage> {
		const {id, offset, length} = want;
		const content = find(want.file);
		const bytes = content && canServe(content, want) ? await cache.read(content, want.part) : undefined;
		if (!bytes || offset + length > bytes.length) return {type: 'file-none', id};
		return {type: 'file-data', id, bytes: bytes.subarray(offset, offset + length)};
	}

	function isWanted(file: FileId, except?: PeerLink): boolean {
		for (const {link, asked} of clients.values())
			if (link !== except && asked.has(file) && !hasAll(link, file)) return true;
		return false;
	}

	/** Removes a part from the memory when its last slice was sent, unless other peers fetch the file too. */
	function forgetSent({link}: Client, {file, part, offset, length}: FileWantMessage): void {
		const content = find(file);
		if (content && offset + length === partLength(content.size, part) && !isWanted(file, link))
			cache.remove(content, part);
	}

	/** Reads the parts for the next requests from the disk, while the slice before them is being sent. */
	function prefetch({questions}: Client): void {
		for (const next of questions.slice(0, PREFETCHED_QUESTIONS)) {
			if (next.type !== 'file-want') continue;
			const content = find(next.file);
			if (content && canServe(content, next)) void cache.read(content, next.part);
		}
	}

	/** Sends `file-info` again to peers that asked about a file of which this node now has more parts. */
	function tellNews(): void {
		for (const client of clients.values()) {
			for (const file of client.news) {
				if (client.link.queuedBytes > 0) break;
				const content = find(file);
				const asked = client.asked.get(file);
				const held = content ? countHeld(content) : NOTHING;
				const isUseless = content && held < partCount(content.size) && hasAll(client.link, file);
				if (!content || !asked || held <= asked.toldParts || isUseless) {
					client.news.delete(file);
					continue;
				}
				if (!client.pace.take('fileInfo', clock.monotonic())) break;
				client.news.delete(file);
				asked.toldParts = held;
				client.link.send({type: 'file-info', id: asked.id, have: snapshot(content.have)});
			}
			if (client.news.size > 0) ticker.wake();
		}
	}

	return {
		message(link, message) {
			if (message.type !== 'file-ask' && message.type !== 'file-want') return;
			const client = clientOf(link);
			client.wantedBytes += chargeOf(message);
			if (client.wantedBytes > MAX_WANTED_FILE_BYTES) {
				link.fail('flood', `it requests more than ${MAX_WANTED_FILE_BYTES} bytes of files at once`);
				return;
			}
			client.questions.push(message);
			answerNext(client);
		},
		idle(link) {
			const client = clients.get(link);
			if (client) answerNext(client);
		},
		changed(file) {
			for (const client of clients.values()) {
				if (!client.asked.has(file)) continue;
				client.news.add(file);
				ticker.wake();
			}
		},
		hasAsked: (link, file) => clients.get(link)?.asked.has(file) ?? false,
		isWanted,
		closed(link) {
			const client = clients.get(link);
			if (client) client.isClosed = true;
			clients.delete(link);
		},
		cache,
		sentBytesOf: file => sentBytes.get(file) ?? 0,
		stop() {
			ticker.stop();
			for (const client of clients.values()) client.isClosed = true;
			clients.clear();
		},
	};
}

function countHeld({have, size}: ServedContent): number {
	return have === true ? partCount(size) : countParts(have);
}

function canServe({have, size}: ServedContent, {part, offset, length}: FileWantMessage): boolean {
	return offset + length <= partLength(size, part) && (have === true || hasPart(have, part));
}

/** Copies the set of parts, because the original changes while the file is being fetched. */
function snapshot(have: PartSet | true): PartSet | true {
	return have === true ? true : have.slice();
}
