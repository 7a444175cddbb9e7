import {errorMessage, UsageError} from '../core/errors.js';
import {systemErrorCode} from '../core/system-error.js';
import {toStorageError} from './errors.js';
import {FileTooLongError, readTextFile} from './regular-file.js';

/**
 * Configuration file as parsed JSON. Its keys and values are not checked yet; the parser of the command line does
 * that.
 */
export interface ConfigFile {
	readonly file: string;
	readonly config: unknown;
}

const MAX_CONFIG_BYTES = 64 * 1024;

/**
 * Reads the configuration file. Returns undefined if it does not exist. Throws UsageError with file name and line if it is
 * not JSON, and StorageError if it cannot be read.
 */
export function readConfigFile(file: string): ConfigFile | undefined {
	const text = readConfigText(file);
	if (text === undefined) return undefined;
	try {
		return {file, config: JSON.parse(text)};
	} catch (error) {
		const reason = errorMessage(error);
		throw new UsageError(`${file}${formatLineSuffix(reason, text)}: not JSON (${reason})`, {cause: error});
	}
}

function readConfigText(file: string): string | undefined {
	try {
		return readTextFile(file, MAX_CONFIG_BYTES);
	} catch (error) {
		if (error instanceof FileTooLongError) throw new UsageError(`${file}: ${error.message}`, {cause: error});
		if (systemErrorCode(error) === 'ENOENT') return undefined;
		throw toStorageError(error, 'cannot read the configuration', file);
	}
}

/**
 * Line of a JSON error as the text `:LINE`, for the error message. Empty if the message of the JSON parser neither
 * contains a position nor reports the end of the text.
 */
function formatLineSuffix(message: string, text: string): string {
	const position = /at position (\d+)/.exec(message)?.[1];
	if (position === undefined && !message.includes('end of JSON')) return '';
	const before = text.slice(0, position === undefined ? text.length : Number(position));
	return `:${before.split('\n').length}`;
}
