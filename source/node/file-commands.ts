/** Commands of the user of this node about files (file-transfers.ts). */
import type {EventRef} from '../core/event.js';
import type {FileSink, NamedFile} from '../core/file-content.js';
import type {FileId} from '../core/shared-file.js';
import type {PostResult} from './conversation.js';

export interface ShareOptions {
	/** Text that is shown with the file. */
	readonly note?: string;
	/** Name under which others see the file. Default: its name on this computer. */
	readonly name?: string;
	/** Called while the file is read. `bytes`: number of bytes read so far. `of`: size of the file in bytes. */
	onProgress?(bytes: number, of: number): void;
	/** Called when the file is read completely, just before its event is written. */
	onRead?(): void;
}

export interface FetchFileOptions {
	/** Folder for the file. Default: the folder for downloads. */
	readonly directory?: string;
	/**
	 * Opens another destination for the content than a file in a folder, for example standard output. `leaves`:
	 * verified SHA-256 hashes of the parts of the file.
	 */
	openSink?(file: NamedFile, leaves: Uint8Array): Promise<FileSink>;
}

/** Content that is being fetched now, or the reason why nothing is fetched, as a sentence for the user. */
export type FetchResult = {readonly file: FileId} | {readonly refused: string};

export interface FileCommands {
	/** Reads a file and offers it to the room. Rejects with a UsageError or StorageError if the file cannot be read. */
	shareFile(path: string, options?: ShareOptions): Promise<PostResult>;
	/** Starts to fetch a shared file. The state of the transfer is in `State.ephemeral.files`. */
	fetchFile(target: EventRef, options?: FetchFileOptions): FetchResult;
	/** Cancels a fetch and deletes the parts that have arrived. Returns false if this file is not being fetched. */
	cancelFile(file: FileId): boolean;
}
