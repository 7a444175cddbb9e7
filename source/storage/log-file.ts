import {
	closeSync,
	constants,
	existsSync,
	fdatasync,
	fstatSync,
	ftruncateSync,
	openSync,
	readSync,
	statSync,
	writeFileSync,
	writeSync,
} from 'node:fs';
import {open} from 'node:fs/promises';
import {dirname} from 'node:path';
import {promisify} from 'node:util';
import {StorageError, toStorageError} from './errors.js';

const fdatasyncAsync = promisify(fdatasync);

/**
 * An open file that only grows, by us alone. It is opened for appending, so a write never lands on bytes of others, and
 * before each append it is checked to be what we left. Every method throws StorageError.
 */
export class LogFile {
	readonly path: string;
	readonly fd: number;
	#size: number;
	/** A failed append may have left bytes behind `size` that could not be cut at once. */
	#partialBytes = 0;
	#closed = false;
	/** Its name may not have come to the disk yet. */
	#isNew: boolean;

	constructor(path: string, mode: 'write' | 'create' | 'read') {
		this.path = path;
		try {
			this.fd = openSync(path, openFlags(mode), 0o600);
			const stat = fstatSync(this.fd);
			if (!stat.isFile()) {
				closeSync(this.fd);
				throw new StorageError('not-a-log', 'it is not a regular file', path, 'Name another file.');
			}
			this.#size = stat.size;
			this.#isNew = mode === 'create';
		} catch (error) {
			throw toStorageError(error, mode === 'read' ? 'cannot open the log' : 'cannot write the log', path);
		}
	}

	/** Bytes that are ours. */
	get size(): number {
		return this.#size;
	}

	/** Size of the file now, whoever wrote it. */
	currentSize(): number {
		return fstatSync(this.fd).size;
	}

	/** Throws `changed` if the file was deleted, replaced, cut or grown by others. */
	assertUnchanged(): void {
		const {path} = this;
		const own = fstatSync(this.fd);
		const named = statSync(path, {throwIfNoEntry: false});
		const say = (what: string) =>
			new StorageError('changed', `the log was ${what} by another program`, path, 'A new log file goes on from here.');
		if (named === undefined) throw say('deleted');
		if (named.ino !== own.ino || named.dev !== own.dev) throw say('replaced');
		if (own.size < this.#size) throw say('cut');
		if (own.size > this.#size + this.#partialBytes) throw say('added to');
		if (own.size > this.#size) this.#cutPartialWrite();
	}

	/** All of `bytes` or, as far as a reader is concerned, nothing. Returns the offset at which they stand. */
	append(bytes: Uint8Array): number {
		const offset = this.#size;
		try {
			this.assertUnchanged();
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

	/** As many of `length` bytes as there are at `offset`. */
	readAt(offset: number, length: number): Uint8Array {
		// Not zeroed: only what is filled below is given out. A plain array, since views of it cost half as much.
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

	/** Copies what stands from `offset` on to `copyPath` and cuts it off. An earlier copy is kept: `.torn.2` and so on. */
	cutTornTail(offset: number): string {
		try {
			const copyPath = findUnusedPath(`${this.path}.torn`);
			writeFileSync(copyPath, this.readAt(offset, this.#size - offset), {mode: 0o600, flag: 'wx', flush: true});
			ftruncateSync(this.fd, offset);
			this.#size = offset;
			return copyPath;
		} catch (error) {
			throw toStorageError(error, 'cannot repair the end of the log', this.path);
		}
	}

	/** fdatasync, and for a new file the folder that names it. */
	async sync(): Promise<void> {
		try {
			await fdatasyncAsync(this.fd);
		} catch (error) {
			throw toStorageError(error, 'cannot save the log', this.path);
		}
		if (!this.#isNew) return;
		await syncParentDirectory(this.path);
		this.#isNew = false;
	}

	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		closeSync(this.fd);
	}

	#cutPartialWrite(): void {
		ftruncateSync(this.fd, this.#size);
		this.#partialBytes = 0;
	}

	/** After a failed write; if this fails too, the next append tries again. */
	#tryCutPartialWrite(): void {
		try {
			const own = fstatSync(this.fd).size;
			if (own > this.#size && own <= this.#size + this.#partialBytes) this.#cutPartialWrite();
		} catch {}
	}
}

function openFlags(mode: 'write' | 'create' | 'read'): number {
	if (mode === 'read') return constants.O_RDONLY;
	const flags = constants.O_RDWR | constants.O_APPEND;
	return mode === 'create' ? flags | constants.O_CREAT | constants.O_EXCL : flags;
}

function findUnusedPath(path: string): string {
	for (let number = 1; ; number++) {
		const candidate = number === 1 ? path : `${path}.${number}`;
		if (!existsSync(candidate)) return candidate;
	}
}

/** So that the new name itself survives a power cut; not possible everywhere, then left to the system. */
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
