/** The blocks of hexadecimal digits in protocol.md and what they claim to show. */
import {readFileSync} from 'node:fs';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url));

export const document = read('source/protocol.md').toString();

export interface Example {
	/** A file of fixtures, then an index into its vectors, or offset and length in its bytes. */
	readonly claim: string;
	readonly shown: string;
}

/** `#` begins a comment, `00*936` stands for 936 bytes 00. */
export function readExamples(): Example[] {
	return [...document.matchAll(/^```hex (.+)\n([^`]*)^```$/gm)].map(([, claim = '', body = '']) => {
		const shown = body
			.replace(/#.*$/gm, '')
			.replace(/\b([0-9a-f]{2})\*(\d+)/g, (_, byte: string, count: string) => byte.repeat(Number(count)))
			.replace(/\s+/g, '');
		return {claim, shown};
	});
}

/** What the fixtures hold, in hexadecimal digits. */
export function fixtureOf(claim: string): string {
	const [path = '', first = '', length] = claim.split(' ');
	if (!path.endsWith('.json'))
		return read(path)
			.subarray(Number(first), Number(first) + Number(length))
			.toString('hex');
	const vectors: readonly {readonly hex: string}[] = JSON.parse(read(path).toString());
	return vectors[Number(first)]?.hex ?? 'no such vector';
}
