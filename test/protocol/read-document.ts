/** Reads the hexadecimal blocks in protocol.md and the fixtures that they quote. */
import {readFileSync} from 'node:fs';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url));

export const document = read('source/protocol.md').toString();

export interface Example {
	/** Name of a fixture file, followed by an index into its vectors, or by an offset and a length in bytes. */
	readonly claim: string;
	readonly shown: string;
}

/** Reads all examples. In a block, `#` starts a comment and `00*936` means 936 bytes 00. */
export function readExamples(): Example[] {
	return [...document.matchAll(/^```hex (.+)\n([^`]*)^```$/gm)].map(([, claim = '', body = '']) => {
		const shown = body
			.replace(/#.*$/gm, '')
			.replace(/\b([0-9a-f]{2})\*(\d+)/g, (_, byte: string, count: string) => byte.repeat(Number(count)))
			.replace(/\s+/g, '');
		return {claim, shown};
	});
}

/** Content of the quoted fixture in hexadecimal digits. */
export function fixtureOf(claim: string): string {
	const [path = '', first = '', length] = claim.split(' ');
	if (!path.endsWith('.json'))
		return read(path)
			.subarray(Number(first), Number(first) + Number(length))
			.toString('hex');
	const vectors: readonly {readonly hex: string}[] = JSON.parse(read(path).toString());
	return vectors[Number(first)]?.hex ?? 'no such vector';
}
