/**
 * Why storage failed: what the caller does about it depends on nothing else.
 * `changed`: the file is no longer what we left (deleted, replaced, cut or grown by others): append to it no more.
 * `locked`: another running program writes it. `missing`, `not-a-log`, `newer`: it cannot be opened as a log.
 * `failed`: the operating system refused (full, read-only, permission, …); a later attempt may work.
 */
export type StorageErrorCode = 'changed' | 'locked' | 'missing' | 'not-a-log' | 'newer' | 'damaged' | 'failed';

/** A file cannot be read or written. `message` says what happened, `advice` what the user can do. */
export class StorageError extends Error {
	override readonly name = 'StorageError';
	readonly code: StorageErrorCode;
	readonly path: string;
	readonly advice: string;

	constructor(code: StorageErrorCode, message: string, path: string, advice: string, cause?: unknown) {
		super(message, cause === undefined ? undefined : {cause});
		this.code = code;
		this.path = path;
		this.advice = advice;
	}
}

/** The `code` of an error of the operating system (`ENOSPC`, …), else undefined. */
export function systemErrorCode(error: unknown): string | undefined {
	if (!(error instanceof Error) || !('code' in error)) return undefined;
	return typeof error.code === 'string' ? error.code : undefined;
}

const SYSTEM_ERRORS: Readonly<Record<string, readonly [what: string, advice: string]>> = {
	ENOSPC: ['the disk is full', 'Free some space.'],
	EDQUOT: ['your disk quota is used up', 'Free some space.'],
	EFBIG: ['the file may not grow further', 'Raise the limit on file sizes (ulimit -f) or start a new log.'],
	EROFS: ['the disk is read-only', 'Choose another place with --data-dir or --log, or run with --no-log.'],
	EACCES: ['permission denied', 'Choose another place with --data-dir or --log, or change the permissions.'],
	EPERM: ['permission denied', 'Choose another place with --data-dir or --log, or change the permissions.'],
	EIO: ['the disk reports a fault', 'Check the disk, or choose another place with --data-dir.'],
	ENOENT: ['no such file or folder', 'Check the path.'],
	ENOTDIR: ['a part of the path is not a folder', 'Check the path.'],
	EISDIR: ['it is a folder, not a file', 'Name a file.'],
	EMFILE: ['too many open files', 'Close some programs or raise the limit (ulimit -n).'],
	ENFILE: ['too many open files', 'Close some programs or raise the limit (ulimit -n).'],
};

/** What an error of the operating system means, in words. */
export function describeSystemError(error: unknown): string {
	const known = SYSTEM_ERRORS[systemErrorCode(error) ?? '']?.[0];
	return known ?? (error instanceof Error ? error.message : String(error));
}

/** Wraps an error of the operating system; a StorageError passes unchanged. `doing`: "cannot write the log". */
export function toStorageError(error: unknown, failedAction: string, path: string): StorageError {
	if (error instanceof StorageError) return error;
	const [reason, advice] = SYSTEM_ERRORS[systemErrorCode(error) ?? ''] ?? [
		error instanceof Error ? error.message : String(error),
		'Choose another place with --data-dir or --log.',
	];
	return new StorageError('failed', `${failedAction}: ${reason}`, path, advice, error);
}
