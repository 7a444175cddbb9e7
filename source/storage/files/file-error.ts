/** Errors of shared and fetched files, with what the user can do about each. */
import {describeSystemError, systemErrorCode} from '../../core/system-error.js';
import {StorageError} from '../errors.js';

const FREE_SPACE = 'Free some space. The fetch then continues.';

/** What the user can do about an error of the download folder. `option`: name of the option that chose the folder. */
function downloadAdvice(code: string | undefined, option: string): string {
	switch (code) {
		case 'ENOSPC':
		case 'EDQUOT':
			return FREE_SPACE;
		case 'EFBIG':
			return `Choose another folder with ${option}, or raise the limit on file sizes (ulimit -f).`;
		case 'ENOENT':
			return `Create the folder, or choose another one with ${option}.`;
		case 'EMFILE':
			return 'Close some programs or raise the limit (ulimit -n).';
		default:
			return `Choose another folder with ${option}, or change the permissions.`;
	}
}

/**
 * Wraps an error of the download folder in a StorageError with advice. Returns a StorageError unchanged. `option`:
 * name of the option that chose the folder.
 */
export function toDownloadError(error: unknown, path: string, option: string): StorageError {
	if (error instanceof StorageError) return error;
	const advice = downloadAdvice(systemErrorCode(error), option);
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

/** Describes a StorageError in one line for people: path, what happened, what to do. */
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
