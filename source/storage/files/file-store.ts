/** Shared and fetched files of one room on disk. */
import {basename, resolve} from 'node:path';
import type {FileStore} from '../../core/file-content.js';
import type {FileId} from '../../core/shared-file.js';
import {describeSystemError} from '../../core/system-error.js';
import {toSourceError, withWholeMessage} from './file-error.js';
import {openFileSink} from './file-sink.js';
import {hashFile} from './hash-file.js';
import {createHeapGrowth} from './heap-growth.js';
import {createServedFiles} from './served-files.js';
import type {Share, SharesFile} from './shares-file.js';
import {openSourceFile, readFileState} from './source-file.js';

/**
 * Throws an error whose message also contains the path and the advice of `error`, because a fetch shows only the
 * message.
 */
function rethrowWhole(error: unknown): never {
	throw withWholeMessage(error);
}

export interface DiskFileStoreOptions {
	/** Id in this room of the file that has `size` bytes and whose parts have these hashes (leaves). */
	idOf(size: number, leaves: Uint8Array): FileId;
	readonly sharesFile: SharesFile;
	/** Monotonic time in ms. */
	now(): number;
	/**
	 * Returns the folder for fetched files. It is called for each fetch, so that a folder that was created after the
	 * start of the program is used.
	 */
	downloadFolder(): string;
	/** Name of the option that sets the folder for fetched files, for error messages. */
	readonly downloadOption: string;
	/** Name of the option that sets the `directory` of a fetch, for error messages. */
	readonly directoryOption: string;
	markAsReceived(path: string): Promise<void>;
	/** Shows the user a warning about the shared files. */
	warn(text: string): void;
}

export function createDiskFileStore({
	idOf,
	sharesFile,
	now,
	downloadFolder,
	downloadOption,
	directoryOption,
	markAsReceived,
	warn,
}: DiskFileStoreOptions): FileStore {
	const heapGrowth = createHeapGrowth();
	const served = createServedFiles({
		sharesFile,
		now,
		isValid: ({id, state}, leaves) => idOf(state.size, leaves) === id,
		onUnreadable: ({path}, error) =>
			warn(`${path} cannot be read now: ${describeSystemError(error)}. It is served again as soon as it can be read.`),
		onChanged: ({path}) => warn(`${path} has changed and is no longer shared. Share it again if others should get it.`),
	});
	const {shares, warning} = sharesFile.read();
	for (const share of shares) served.add(share);
	if (warning !== undefined) warn(warning);

	function keep(share: Share, leaves: Uint8Array): void {
		try {
			sharesFile.add(share, leaves);
		} catch (error) {
			// The file is still shared until the program ends, but not after a restart.
			warn(
				`${share.path} will not be shared after a restart: ${error instanceof Error ? error.message : String(error)}.`,
			);
		}
		served.add(share);
	}

	return {
		async share(path, onProgress) {
			const file = await openSourceFile(path);
			try {
				const {size} = file.state;
				const leaves = await hashFile(file, bytes => onProgress?.(bytes, size));
				const id = idOf(size, leaves);
				keep({id, path: file.path, state: file.state}, leaves);
				return {id, name: basename(path), size};
			} catch (error) {
				throw toSourceError(error, path);
			} finally {
				await file.handle.close();
			}
		},
		find(id) {
			const file = served.find(id);
			if (!file) return undefined;
			return {
				...file,
				read(part) {
					heapGrowth.noteTransfer();
					return file.read(part);
				},
			};
		},
		async receive(file, leaves, directory) {
			const folder = resolve(directory ?? downloadFolder());
			const opening = openFileSink(file, {
				folder,
				option: directory === undefined ? downloadOption : directoryOption,
				now,
				markAsReceived,
				async onFinished(path) {
					const state = await readFileState(path).catch(() => undefined);
					if (state) keep({id: file.id, path, state}, leaves);
				},
			});
			const sink = await opening.catch(rethrowWhole);
			return {
				...sink,
				write(part, bytes) {
					heapGrowth.noteTransfer();
					return sink.write(part, bytes).catch(rethrowWhole);
				},
				finish: () => sink.finish().catch(rethrowWhole),
			};
		},
		close() {
			heapGrowth.stop();
			return served.close();
		},
	};
}
