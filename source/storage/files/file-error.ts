/** Errors of shared and fetched files, with what the user can do about each. */
import {describeSystemError, systemErrorCode} from '../../core/system-error.js';
import {StorageError} from '../errors.js';

const CHOOSE_FOLDER = 'Choose another folder with --download-dir, or change the permissions.';
const FREE_SPACE = 'Free some space. The fetch then continues.';

const DOWNLOAD_ADVICE: Readonly<Record<string, string>> = {
	ENOSPC: FREE_SPACE,
	EDQUOT: FREE_SPACE,
	EFBIG: 'Choose another folder with --download-dir, or raise the limit on file sizes (ulimit -f).',
	ENOENT: 'Create the folder, or choose another one with --download-dir.',
	EMFILE: 'Close some programs or raise the limit (ulimit -n).',
};

/** Wraps an error of the download folder in a StorageError with advice. Returns a StorageError unchanged. */
export function toDownloadError(error: unknown, path: string): StorageError {
	if (error instanceof StorageError) return error;
	const advice = DOWNLOAD_ADVICE[systemErrorCode(error) ?? ''] ?? CHOOSE_FOLDER;
	return new StorageError('failed', `cannot save the file: ${describeSystemError(error)}`, path, advice, {
		cause: error,
	});
}

/**
 * Wraps an error of a file that the user wants to share in a StorageError with advice. Returns a StorageError
 * unchanged.
 */
export function toSourceError(error: unknown, path: string): StorageError {
	if (error instanceof StorageError) return error;
	const code = systemErrorCode(error) ?? '';
	const advice =
		code === 'ENOENT' || code === 'ENOTDIR'
			? 'Check the path.'
			: 'Change the permissions of the file, or name another file.';
	return new StorageError('failed', `cannot read the file: ${describeSystemError(error)}`, path, advice, {
		cause: error,
	});
}

/** A StorageError as one line for people: path, what happened, what to do. */
export function describeStorageError({path, message, advice}: StorageError): string {
	return `${path}: ${message}. ${advice}`;
}

/**
 * Returns a copy of a StorageError whose message is the line of `describeStorageError`, for callers that show only
 * messages. Returns other errors unchanged.
 */
export function withWholeMessage(error: unknown): unknown {
	if (!(error instanceof StorageError)) return error;
	return new StorageError(error.code, describeStorageError(error), error.path, error.advice, {cause: error});
}
