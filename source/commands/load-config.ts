import {readFileSync} from 'node:fs';
import {UsageError} from '../core/usage-error.js';

const MAX_CONFIG_BYTES = 64 * 1024;

/** Reads config.json; undefined when there is none. Throws UsageError for one that cannot be read. */
export function loadConfig(file: string): {readonly file: string; readonly config: unknown} | undefined {
	let text: string;
	try {
		text = readFileSync(file, 'utf8');
	} catch (error) {
		if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
			return undefined;
		throw new UsageError(`${file} cannot be read: ${error instanceof Error ? error.message : error}`, {cause: error});
	}
	if (Buffer.byteLength(text) > MAX_CONFIG_BYTES)
		throw new UsageError(`${file} is larger than ${MAX_CONFIG_BYTES / 1024} KiB`);
	try {
		return {file, config: JSON.parse(text.replace(/^\uFEFF/, ''))};
	} catch (error) {
		throw new UsageError(`${file} is not JSON: ${error instanceof Error ? error.message : error}`, {cause: error});
	}
}
