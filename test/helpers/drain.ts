import type {Readable} from 'node:stream';

/** All that waits to be read: since Node 26 `read` gives one chunk at a time. */
export function drain(stream: Readable): string {
	let text = '';
	for (let chunk = stream.read(); chunk !== null; chunk = stream.read()) text += chunk;
	return text;
}
