/** Reads the hexadecimal blocks of protocol.md and the fixtures that they name. */
import {readFileSync} from 'node:fs';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url));

export const document = read('source/protocol.md').toString();

export interface Example {
	/** The name of a fixture file, then an index into its vectors or an offset and a length in bytes. */
	readonly claim: string;
	readonly shown: string;
}

/** `#` starts a comment, and `00*936` stands for 936 bytes 00. */
export function readExamples(): Example[] {
	return [...document.matchAll(/^```hex (.+)\n([^`]*)^```$/gm)].map(([, claim = '', body = '']) => {
		const shown = body
			.replace(/#.*$/gm, '')
			.replace(/\b([0-9a-f]{2})\*(\d+)/g, (_, byte: string, count: string) => byte.repeat(Number(count)))
			.replace(/\s+/g, '');
		return {claim, shown};
	});
}

/** The content of the named fixture in hexadecimal digits. */
export function fixtureOf(claim: string): string {
	const [path = '', first = '', length] = claim.split(' ');
	if (!path.endsWith('.json'))
		return read(path)
			.subarray(Number(first), Number(first) + Number(length))
			.toString('hex');
	const vectors: readonly {readonly hex: string}[] = JSON.parse(read(path).toString());
	return vectors[Number(first)]?.hex ?? 'no such vector';
}
