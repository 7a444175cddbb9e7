/**
 * Splits a stream of bytes into lines of bounded length. Input is read only when the caller asks for a line
 * (back-pressure).
 */

import {withoutByteOrderMark} from '../../core/text.js';

export type InputLine =
	/** `number`: line number in the input, from 1, empty lines included. */
	| {readonly type: 'line'; readonly number: number; readonly text: string}
	/** A line longer than `maxBytes`, without its content. */
	| {readonly type: 'too-long'; readonly number: number};

/**
 * Yields lines without their newline and final CR, and without a byte order mark at the start. Blank lines are skipped. A last line without a newline is included.
 * At most `maxBytes` and one chunk are in memory.
 */
export async function* readLines(chunks: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<InputLine> {
	const collector = createLineCollector(() => maxBytes);
	for await (const chunk of chunks) yield* collector.push(chunk);
	yield* collector.end();
}

interface LineCollector {
	/** Number of bytes received of a line whose end has not arrived yet. */
	readonly bytes: number;
	/** Adds a chunk of bytes. Yields the lines that end in this chunk. */
	push(chunk: Uint8Array): Generator<InputLine>;
	/** Must be called at the end of the input. Returns the last line if the input does not end with a newline. */
	end(): InputLine[];
}

/** Splits chunks into lines. `maxBytes` is a function, so that the limit may change between two lines. */
export function createLineCollector(maxBytes: () => number): LineCollector {
	let parts: Uint8Array[] = [];
	let bytes = 0;
	let number = 0;

	function add(part: Uint8Array): void {
		bytes += part.length;
		if (bytes > maxBytes()) parts = [];
		else if (part.length > 0) parts.push(part);
	}

	function finish(): InputLine[] {
		number++;
		let text = bytes > maxBytes() ? undefined : Buffer.concat(parts).toString('utf8').replace(/\r+$/, '');
		if (number === 1 && text !== undefined) text = withoutByteOrderMark(text);
		parts = [];
		bytes = 0;
		if (text === undefined) return [{type: 'too-long', number}];
		return text.trim() === '' ? [] : [{type: 'line', number, text}];
	}

	return {
		get bytes() {
			return bytes;
		},
		*push(chunk) {
			let start = 0;
			for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
				add(chunk.subarray(start, end));
				yield* finish();
				start = end + 1;
			}
			add(chunk.subarray(start));
		},
		end: () => (bytes === 0 ? [] : finish()),
	};
}
