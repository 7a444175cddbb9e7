/**
 * Interfaces between the transfer of files (network/files/) and the files on disk (storage/files/).
 * core/shared-file.ts defines how both divide a file into parts.
 */
import type {PartSet} from './part-set.js';
import type {FileId} from './shared-file.js';

/** File on this computer that peers of this room may fetch. */
export interface ServedFile {
	readonly id: FileId;
	/** In bytes. */
	readonly size: number;
	/** Hashes (SHA-256) of the parts of the file in order, LEAF_BYTES each. Undefined if the hashes cannot be read. */
	leaves(): Promise<Uint8Array | undefined>;
	/**
	 * Bytes of one part of the file. Undefined if the file has changed or cannot be read. The caller checks the hash
	 * of the part.
	 */
	read(part: number): Promise<Uint8Array | undefined>;
}

/** File that a `shared` event describes. */
export interface NamedFile {
	readonly id: FileId;
	/** Name that the author gave to the file. It may be unsafe as a name on disk. */
	readonly name: string;
	/** In bytes. */
	readonly size: number;
}

/**
 * Destination of a file that is being fetched. A method that fails rejects with a StorageError, whose text is for the
 * screen.
 */
export interface FileSink {
	/** Parts of the file that an earlier, unfinished fetch left on disk. Their content is not verified. */
	readonly kept: PartSet;
	/**
	 * The caller writes a part only if it is less than this number of parts after the first part that is still
	 * missing.
	 */
	readonly windowParts: number;
	/**
	 * Writes one verified part. After a rejection, for example because the disk is full, the caller tries to write
	 * the part again later. The message of the error can be shown to the user as it is.
	 */
	write(part: number, bytes: Uint8Array): Promise<void>;
	/**
	 * Bytes of a part that was written before (by `write` or by an earlier fetch). Undefined if the part cannot be
	 * read.
	 */
	read(part: number): Promise<Uint8Array | undefined>;
	/** Gives the complete file its final name, and resolves with its path. From then on `FileStore.find` returns the file. */
	finish(): Promise<string>;
	/** Closes the file. The parts written so far stay on disk for a later fetch. */
	close(): Promise<void>;
	/** Closes the file, and deletes the parts written so far. */
	discard(): Promise<void>;
}

/** Files of one room on this computer. */
export interface FileStore {
	/**
	 * Hashes a file and serves it from now on. `onProgress` is called with the bytes hashed so far and the size of the
	 * file (`of`). Rejects with a UsageError or StorageError if the path is not a regular file, cannot be read, or
	 * changes while it is hashed.
	 */
	share(path: string, onProgress?: (bytes: number, of: number) => void): Promise<NamedFile>;
	/**
	 * The file whose content has this id. Undefined if no file with this content was shared or fetched in this room,
	 * or if the file has changed since.
	 */
	find(id: FileId): ServedFile | undefined;
	/**
	 * Opens the destination of a fetch. `leaves`: hashes of the parts of the file, which the caller has verified.
	 * `directory`: folder for the file, by default the folder for downloads.
	 */
	receive(file: NamedFile, leaves: Uint8Array, directory?: string): Promise<FileSink>;
	/** Closes all files that this store has opened. */
	close(): Promise<void>;
}
