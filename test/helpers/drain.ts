import type {Readable} from 'node:stream';

/** Reads all buffered text of a stream. Since Node 26 `read` returns one chunk at a time. */
export function drain(stream: Readable): string {
	let text = '';
	for (let chunk = stream.read(); chunk !== null; chunk = stream.read()) text += chunk;
	return text;
}
