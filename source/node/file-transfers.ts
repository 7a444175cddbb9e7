/** Sharing and fetching of files by the user of this node. The transfer between peers is in network/files/. */
import {bytesToHex} from '../codec/bytes.js';
import type {EventRef} from '../core/event.js';
import type {FileStore} from '../core/file-content.js';
import {findPosted} from '../core/find-posted.js';
import {MAX_FILE_NAME_BYTES, MAX_NOTE_BYTES} from '../core/limits.js';
import type {FileId} from '../core/shared-file.js';
import {cleanLine, cleanText, utf8Length} from '../core/text.js';
import {contentOf} from '../core/text-of.js';
import {createFiles, type Files} from '../network/files/files.js';
import {createTaskLimiter} from '../network/scheduling/task-limiter.js';
import type {ChatNodeAdapters} from './chat-node.js';
import type {Conversation, PostResult} from './conversation.js';
import type {FetchFileOptions, FetchResult, FileCommands, ShareOptions} from './file-commands.js';
import type {LocalState} from './local-state.js';
import {createNamedFiles} from './named-files.js';

export interface FileTransfers extends FileCommands {
	readonly files: Files;
	stop(): Promise<void>;
}

export interface FileTransfersOptions {
	readonly roomTag: Uint8Array;
	/** Whether this node sends files to other peers. */
	readonly isServing: boolean;
	readonly localState: Pick<LocalState, 'self' | 'store' | 'pipeline'>;
	readonly adapters: Pick<ChatNodeAdapters, 'clock' | 'random' | 'files'>;
	share(body: Parameters<Conversation['shareFile']>[0]): PostResult;
}

/** Minimum interval between two reports of the progress of reading a file, in ms. */
const PROGRESS_MS = 250;
/**
 * Maximum number of files that are read at the same time in order to share them. A script may share thousands of files
 * at once. These must not use up the file descriptors and the memory.
 */
const MAX_HASHED_AT_ONCE = 4;
const NO_STORE = 'This node keeps no files.';

export function createFileTransfers(options: FileTransfersOptions): FileTransfers {
	const {roomTag, isServing, adapters} = options;
	const {store, pipeline} = options.localState;
	const fileStore: FileStore | undefined = adapters.files;
	const limitReads = createTaskLimiter(MAX_HASHED_AT_ONCE);
	const namedFiles = createNamedFiles(store, file => files.changed(file));
	const files: Files = createFiles({
		self: options.localState.self,
		clock: adapters.clock,
		roomTag,
		random: () => adapters.random.fraction(),
		isServing: isServing && fileStore !== undefined,
		isNamed: namedFiles.isNamed,
		findFile: file => fileStore?.find(file),
		report: transfer => pipeline.publish({type: 'file', transfer}),
	});

	/** Reads a file to compute its id. Reports the progress at most every PROGRESS_MS. */
	async function hash(reader: FileStore, path: string, name = path, onProgress?: ShareOptions['onProgress']) {
		const id = bytesToHex(adapters.random.bytes(32)) as FileId;
		let reportedAt = adapters.clock.monotonic();
		try {
			return await reader.share(path, (bytes, of) => {
				onProgress?.(bytes, of);
				if (adapters.clock.monotonic() - reportedAt < PROGRESS_MS) return;
				reportedAt = adapters.clock.monotonic();
				const transfer = {id, name, state: 'hashing' as const, bytes, of, holders: 0, completeHolders: 0, sentBytes: 0};
				pipeline.publish({type: 'file', transfer});
			});
		} finally {
			pipeline.publish({type: 'file-hashed', id});
		}
	}

	async function shareFile(
		path: string,
		{note = '', name, onProgress, onRead}: ShareOptions = {},
	): Promise<PostResult> {
		if (!fileStore) return {refused: NO_STORE};
		if (!isServing) return {refused: 'Sharing of files is off (--serve off).'};
		const text = cleanText(note).trim();
		const bytes = utf8Length(text);
		if (bytes > MAX_NOTE_BYTES) return {refused: `Too long: ${bytes} bytes, the limit is ${MAX_NOTE_BYTES} bytes.`};
		const file = await limitReads(() => hash(fileStore, path, name, onProgress));
		onRead?.();
		const fileName = cleanLine(name ?? file.name, MAX_FILE_NAME_BYTES);
		const result = options.share({
			type: 'shared',
			fileName,
			size: file.size,
			file: file.id,
			...(text !== '' && {note: text}),
		});
		if ('seq' in result) files.watch({...file, name: fileName}, path);
		return result;
	}

	function fetchFile(target: EventRef, {directory, openSink}: FetchFileOptions = {}): FetchResult {
		const state = store.getState();
		const event = findPosted(state.timeline, target);
		if (event?.type !== 'shared') return {refused: 'There is no such file here.'};
		if (contentOf(state, event).withdrawal) return {refused: 'This file was withdrawn.'};
		if (files.isFetching(event.file)) return {refused: `${event.fileName} is being fetched already.`};
		if (!openSink && !fileStore) return {refused: NO_STORE};
		if (!openSink && fileStore?.find(event.file)) return {refused: `You have ${event.fileName} already.`};
		const file = {id: event.file, name: event.fileName, size: event.size};
		files.fetch(file, async leaves => {
			if (openSink) return openSink(file, leaves);
			if (!fileStore) throw new Error(NO_STORE);
			return fileStore.receive(file, leaves, directory);
		});
		return {file: event.file};
	}

	return {
		files,
		shareFile,
		fetchFile,
		cancelFile: files.cancel,
		async stop() {
			namedFiles.stop();
			await files.stop();
			await fileStore?.close();
		},
	};
}
