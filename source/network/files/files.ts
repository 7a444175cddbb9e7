/** Transfer of files between this node and its peers: the serving and the fetching side (protocol.md, Files). */
import type {FileMessage} from '../../codec/message-types.js';
import type {Clock} from '../../core/environment.js';
import type {PeerId} from '../../core/event.js';
import type {FileSink, NamedFile, ServedFile} from '../../core/file-content.js';
import type {FileTransfer} from '../../core/file-transfer.js';
import type {FileId} from '../../core/shared-file.js';
import {fileIdOf, leafOf} from '../../feed/file-id.js';
import type {PeerLink} from '../link/peer-link.js';
import {createFileFetches, type FileFetches} from './file-fetches.js';
import {createFileServer, type FileServer} from './file-server.js';
import {createTransferPace} from './transfer-pace.js';

export interface FilesOptions {
	/** Peer id of this node. */
	readonly self: PeerId;
	readonly clock: Clock;
	readonly roomTag: Uint8Array;
	/** Random number, uniform in [0, 1). */
	random(): number;
	/** Whether this node sends files to other peers. */
	readonly isServing: boolean;
	/**
	 * Whether this room offers the file: a `shared` event in the log names it, and the author has not withdrawn that
	 * event.
	 */
	isNamed(file: FileId): boolean;
	/** A complete file that was shared or fetched in this room. Undefined if there is none. */
	findFile(file: FileId): ServedFile | undefined;
	/** Called with the new state of a file that is fetched or shared. */
	report(transfer: FileTransfer): void;
}

export interface Files {
	/**
	 * Starts to fetch a file. `openSink` opens the destination. It is called when the leaves of the file (the SHA-256
	 * hashes of its parts) are verified.
	 */
	fetch(file: NamedFile, openSink: (leaves: Uint8Array) => Promise<FileSink>): void;
	/** Cancels the fetch of a file. Returns false if this node is not fetching the file. */
	cancel(file: FileId): boolean;
	isFetching(file: FileId): boolean;
	/**
	 * Begins to report which peers have a file that is complete on this node. `path`: location of the file on the disk
	 * of this node.
	 */
	watch(file: NamedFile, path: string): void;
	/** To be called when a file has become complete on this node, or when this node may serve it from now on. */
	changed(file: FileId): void;
	/** To be called when a chat message or a typing notice is sent or received (TransferPace.noteTalk). */
	noteTalk(): void;
	up(link: PeerLink): void;
	/**
	 * To be called when messages to a peer are sent on another connection from now on. `link`: this other connection.
	 * `closed`: the previous connection, if it was closed.
	 */
	replaced(link: PeerLink, closed?: PeerLink): void;
	down(link: PeerLink): void;
	message(link: PeerLink, message: FileMessage): void;
	/**
	 * To be called when the send queue of a connection has become empty, so that the next answer about a file may be
	 * sent.
	 */
	idle(link: PeerLink): void;
	/** Ends all transfers. Parts that are on the disk already are kept for a later fetch. */
	stop(): Promise<void>;
}

export function createFiles(options: FilesOptions): Files {
	const {clock, roomTag, random, isServing, isNamed, findFile, report} = options;
	const pace = createTransferPace(clock);
	const fetches: FileFetches = createFileFetches({
		self: options.self,
		hasAsked: (link, file) => server.hasAsked(link, file),
		clock,
		random,
		leafOf,
		isGenuine: ({id, size}, leaves) => fileIdOf(roomTag, size, leaves) === id,
		report,
		queueMs: pace.queueMs,
		sentBytesOf: file => server.sentBytesOf(file),
		completed: file => server.changed(file),
		partAdded(file, part, bytes) {
			if (bytes && server.isWanted(file)) server.cache.add({id: file}, part, bytes.slice());
			server.changed(file);
		},
	});
	const server: FileServer = createFileServer({
		clock,
		leafOf,
		find(file) {
			if (!isServing) return undefined;
			const partial = fetches.content(file);
			const complete = partial ? undefined : findFile(file);
			if (!(partial || complete) || !isNamed(file)) return undefined;
			return partial ?? (complete && servedWhole(complete));
		},
		hasAll: (link, file) => fetches.hasAll(link.peer, file),
	});

	return {
		fetch: fetches.start,
		cancel: fetches.cancel,
		isFetching: fetches.isFetching,
		watch(file, path) {
			fetches.watch(file, {state: 'sharing', path});
		},
		changed: server.changed,
		noteTalk: pace.noteTalk,
		up: fetches.connected,
		replaced(link, closed) {
			if (closed) server.closed(closed);
			fetches.connected(link);
		},
		down(link) {
			server.closed(link);
			fetches.disconnected(link.peer);
		},
		message(link, message) {
			if (message.type === 'file-ask' || message.type === 'file-want') server.message(link, message);
			else fetches.message(link, message);
		},
		idle: server.idle,
		async stop() {
			server.stop();
			await fetches.stop();
		},
	};
}

function servedWhole(file: ServedFile) {
	return {
		id: file.id,
		size: file.size,
		have: true as const,
		leaves: () => file.leaves(),
		read: (part: number) => file.read(part),
	};
}
