import {
	closeSync,
	constants,
	fdatasync,
	fstatSync,
	fsyncSync,
	ftruncateSync,
	openSync,
	readSync,
	statSync,
	writeSync,
} from 'node:fs';
import {open} from 'node:fs/promises';
import {dirname} from 'node:path';
import {promisify} from 'node:util';
import {findUnusedPath} from './atomic-file.js';
import {StorageError, toStorageError} from './errors.js';
import {openRegularFile} from './regular-file.js';

/** Number of bytes that are copied at a time. So many bytes are in memory during a copy. */
const COPY_BYTES = 1024 * 1024;

const fdatasyncAsync = promisify(fdatasync);

/**
 * Open log file that only this process writes. It is opened in append mode, so a write never overwrites bytes of
 * another program. Before each append, this class checks that no other program has changed, replaced or deleted the
 * file since the last append. Methods throw StorageError.
 */
export class LogFile {
	readonly path: string;
	readonly fd: number;
	#size: number;
	/** Maximum number of bytes beyond `size` that a failed append may have left in the file. */
	#partialBytes = 0;
	#isClosed = false;
	/** Size in bytes up to which the content of the file is on the disk, and not only in the cache of the system. */
	#syncedSize: number;
	#hasSyncFailed = false;
	readonly #sync: (fd: number) => Promise<void>;
	/** Whether this process created the file, and the entry of the file in its folder is not on the disk yet. */
	#isNew: boolean;

	constructor(path: string, mode: 'write' | 'create' | 'read', sync: (fd: number) => Promise<void> = fdatasyncAsync) {
		this.path = path;
		this.#sync = sync;
		try {
			this.fd = openRegularFile(path, openFlags(mode), 0o600);
			this.#size = fstatSync(this.fd).size;
			this.#syncedSize = this.#size;
			this.#isNew = mode === 'create';
		} catch (error) {
			throw toStorageError(error, mode === 'read' ? 'cannot open the log' : 'cannot write the log', path);
		}
	}

	/** Size of the file in bytes after the last append of this process. */
	get size(): number {
		return this.#size;
	}

	/** Current size of the file in bytes, including bytes that other programs appended. */
	currentSize(): number {
		return fstatSync(this.fd).size;
	}

	/**
	 * Appends all of `bytes` and returns their offset in the file. If it fails, readers of the file find no part of
	 * `bytes`. Throws `changed` if another program deleted, replaced, truncated or extended the file.
	 */
	append(bytes: Uint8Array): number {
		const offset = this.#size;
		try {
			this.#assertUnchanged();
			let written = 0;
			this.#partialBytes = bytes.length;
			while (written < bytes.length) written += writeSync(this.fd, bytes, written, bytes.length - written);
		} catch (error) {
			this.#tryCutPartialWrite();
			throw toStorageError(error, 'cannot write the log', this.path);
		}
		this.#partialBytes = 0;
		this.#size += bytes.length;
		return offset;
	}

	/** Reads `length` bytes at `offset`, or fewer if the file ends earlier. */
	readAt(offset: number, length: number): Uint8Array {
		// The buffer is not filled with zeros, because only the part that was read is returned. `bytes` is a
		// Uint8Array and not a Buffer, because views of a Buffer need twice the memory.
		const bytes = new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
		let filled = 0;
		try {
			while (filled < length) {
				const count = readSync(this.fd, bytes, filled, length - filled, offset + filled);
				if (count === 0) break;
				filled += count;
			}
		} catch (error) {
			throw toStorageError(error, 'cannot read the log', this.path);
		}
		return bytes.subarray(0, filled);
	}

	/**
	 * Moves the bytes from `offset` to the end of the log to a new file beside the log, with the suffix `.torn`, or
	 * `.torn.2` and so on if such a file exists.
	 */
	cutTornTail(offset: number): void {
		try {
			this.#copyTail(offset, findUnusedPath(`${this.path}.torn`));
			ftruncateSync(this.fd, offset);
			this.#size = offset;
		} catch (error) {
			throw toStorageError(error, 'cannot repair the end of the log', this.path);
		}
	}

	/**
	 * Copies the bytes from `offset` to the end of the log to a new file, piece by piece, because they can be nearly
	 * the whole file.
	 */
	#copyTail(offset: number, copyPath: string): void {
		const copy = openSync(copyPath, 'wx', 0o600);
		try {
			for (let from = offset; from < this.#size; from += COPY_BYTES) {
				const bytes = this.readAt(from, Math.min(COPY_BYTES, this.#size - from));
				let written = 0;
				while (written < bytes.length) written += writeSync(copy, bytes, written);
			}
			fsyncSync(copy);
		} finally {
			closeSync(copy);
		}
	}

	/** Forces the written bytes to the disk, and for a new file also the entry of the file in its folder. */
	async sync(): Promise<void> {
		const size = this.#size;
		try {
			if (this.#hasSyncFailed) this.#rewrite(Math.min(this.#syncedSize, size), size);
			await this.#sync(this.fd);
			this.#syncedSize = size;
			this.#hasSyncFailed = false;
		} catch (error) {
			this.#hasSyncFailed = true;
			throw toStorageError(error, 'cannot save the log', this.path);
		}
		if (!this.#isNew) return;
		await syncParentDirectory(this.path);
		this.#isNew = false;
	}

	/**
	 * Writes the bytes from `from` to `to` again. After a failed sync, the system may consider these bytes saved
	 * although the disk does not have them. A later sync would then succeed without writing them.
	 */
	#rewrite(from: number, to: number): void {
		this.#assertUnchanged();
		const file = openRegularFile(this.path, constants.O_RDWR);
		try {
			for (let offset = from; offset < to; offset += COPY_BYTES) {
				const bytes = this.readAt(offset, Math.min(COPY_BYTES, to - offset));
				for (let written = 0; written < bytes.length; )
					written += writeSync(file, bytes, written, bytes.length - written, offset + written);
			}
		} finally {
			closeSync(file);
		}
	}

	close(): void {
		if (this.#isClosed) return;
		this.#isClosed = true;
		closeSync(this.fd);
	}

	#assertUnchanged(): void {
		const {path} = this;
		const openFile = fstatSync(this.fd);
		const fileAtPath = statSync(path, {throwIfNoEntry: false});
		const changed = (change: string) =>
			new StorageError('changed', `another program ${change} the log`, path, 'The chat continues in a new log file.');
		if (fileAtPath === undefined) throw changed('deleted');
		if (fileAtPath.ino !== openFile.ino || fileAtPath.dev !== openFile.dev) throw changed('replaced');
		if (openFile.size < this.#size) throw changed('truncated');
		if (openFile.size > this.#size + this.#partialBytes) throw changed('appended to');
		if (openFile.size > this.#size) this.#cutPartialWrite();
	}

	#cutPartialWrite(): void {
		ftruncateSync(this.fd, this.#size);
		this.#partialBytes = 0;
	}

	/**
	 * Removes bytes that a failed write has left in the file. If they cannot be removed, the next append tries again.
	 */
	#tryCutPartialWrite(): void {
		try {
			const size = fstatSync(this.fd).size;
			if (size > this.#size && size <= this.#size + this.#partialBytes) this.#cutPartialWrite();
		} catch {}
	}
}

function openFlags(mode: 'write' | 'create' | 'read'): number {
	if (mode === 'read') return constants.O_RDONLY;
	const flags = constants.O_RDWR | constants.O_APPEND;
	return mode === 'create' ? flags | constants.O_CREAT | constants.O_EXCL : flags;
}

/**
 * Forces the entry of a new file in its folder to the disk. Errors are ignored, because some systems cannot sync
 * folders.
 */
async function syncParentDirectory(path: string): Promise<void> {
	try {
		const folder = await open(dirname(path), constants.O_RDONLY);
		try {
			await folder.sync();
		} finally {
			await folder.close();
		}
	} catch {}
}
