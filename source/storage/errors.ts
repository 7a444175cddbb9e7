import {describeSystemError, systemErrorCode} from '../core/system-error.js';

/**
 * Reason of a StorageError. It tells callers how they can continue.
 *
 * - `changed`: another program deleted, replaced, truncated or extended the file. Nothing must be appended to it.
 * - `locked`: another running program writes the file.
 * - `missing`, `not-a-log`, `newer`: the file does not exist, is not a log, or has the format of a newer program
 *   version.
 * - `not-a-file`: the path leads to a folder, FIFO, device or socket instead of a file.
 * - `damaged`: the file exists, but its content is not valid.
 * - `failed`: the operating system reported an error (disk full, read-only, permission, …). A later attempt may
 *   succeed.
 */
export type StorageErrorCode =
	| 'changed'
	| 'locked'
	| 'missing'
	| 'not-a-log'
	| 'not-a-file'
	| 'newer'
	| 'damaged'
	| 'failed';

/**
 * Error for a file or folder that cannot be read or written. `message` says what happened, and `advice` says what the
 * user can do.
 */
export class StorageError extends Error {
	override readonly name = 'StorageError';
	readonly code: StorageErrorCode;
	readonly path: string;
	readonly advice: string;

	constructor(code: StorageErrorCode, message: string, path: string, advice: string, options?: ErrorOptions) {
		super(message, options);
		this.code = code;
		this.path = path;
		this.advice = advice;
	}
}

const FREE_SPACE = 'Free some space.';
const CHANGE_PERMISSIONS = 'Choose another place with --data-dir or --log, or change the permissions.';
const CHECK_PATH = 'Check the path.';
const CLOSE_PROGRAMS = 'Close some programs or raise the limit (ulimit -n).';
const CHOOSE_PLACE = 'Choose another place with --data-dir or --log.';

const ADVICE: Readonly<Record<string, string>> = {
	ENOSPC: FREE_SPACE,
	EDQUOT: FREE_SPACE,
	EFBIG: 'Raise the limit on file sizes (ulimit -f) or start a new log.',
	EROFS: 'Choose another place with --data-dir or --log, or run with --no-log.',
	EACCES: CHANGE_PERMISSIONS,
	EPERM: CHANGE_PERMISSIONS,
	EIO: 'Check the disk, or choose another place with --data-dir.',
	ENOENT: CHECK_PATH,
	ENOTDIR: CHECK_PATH,
	EISDIR: 'Name a file.',
	EMFILE: CLOSE_PROGRAMS,
	ENFILE: CLOSE_PROGRAMS,
};

/**
 * Wraps an error of the operating system in a StorageError with code `failed`. Returns a StorageError unchanged.
 * `failedAction`: what failed, as the start of the message, for example "cannot write the log".
 */
export function toStorageError(error: unknown, failedAction: string, path: string): StorageError {
	if (error instanceof StorageError) return error;
	const advice = ADVICE[systemErrorCode(error) ?? ''] ?? CHOOSE_PLACE;
	return new StorageError('failed', `${failedAction}: ${describeSystemError(error)}`, path, advice, {cause: error});
}
