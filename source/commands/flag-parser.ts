import type meow from 'meow';
import {UsageError} from '../core/usage-error.js';
import {type FlagParser, meowFlags} from './parse-options.js';

/** meow as a FlagParser: it takes argv apart and neither prints nor exits. */
export function createFlagParser(parse: typeof meow): FlagParser {
	return argv => {
		try {
			const {input, flags} = parse({
				importMeta: import.meta,
				argv,
				pkg: {},
				autoHelp: false,
				autoVersion: false,
				booleanDefault: undefined,
				flags: meowFlags(),
			});
			return {words: input, flags};
		} catch (error) {
			const repeated = /^The flag (--\S+) can only be set once/.exec(error instanceof Error ? error.message : '');
			if (!repeated) throw error;
			const long = repeated[1]?.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);
			throw new UsageError(`${long} can only be given once`, error);
		}
	};
}
