/**
 * Errors as values of JSON, so that an attached screen can handle an error of the keeper like an error of its own process.
 */
import {errorMessage} from '../../core/errors.js';
import {systemErrorCode} from '../../core/system-error.js';
import {StorageError} from '../../storage/errors.js';

export interface PortableError {
	readonly message: string;
	/** Set for a StorageError. `systemCode`: the code of the operating system, for example ENOENT. */
	readonly storage?: Pick<StorageError, 'code' | 'path' | 'advice'> & {readonly systemCode?: string};
}

export function toPortableError(error: unknown): PortableError {
	const message = errorMessage(error);
	if (!(error instanceof StorageError)) return {message};
	const {code, path, advice, cause} = error;
	const systemCode = systemErrorCode(cause);
	return {message, storage: {code, path, advice, ...(systemCode !== undefined && {systemCode})}};
}

/** Converts a value that toPortableError returned back to an error. */
export function restoreError({message, storage}: PortableError): Error {
	if (!storage) return new Error(message);
	const {code, path, advice, systemCode} = storage;
	const cause = systemCode === undefined ? undefined : Object.assign(new Error(systemCode), {code: systemCode});
	return new StorageError(code, message, path, advice, cause && {cause});
}
