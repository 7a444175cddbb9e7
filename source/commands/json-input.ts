/** A line of JSON from a program -> what it asks for. Unknown fields are ignored. */
export type JsonInput =
	| {readonly type: 'post'; readonly text: string; readonly ref?: string | number}
	| {readonly type: 'command'; readonly text: string}
	| {readonly type: 'bad'; readonly text: string};

const FORM = '{"type":"post","text":"hi"} or {"type":"command","text":"/name Bob"}';
const MAX_REF_LENGTH = 256;

export function parseJsonInput(line: string): JsonInput {
	let value: unknown;
	try {
		value = JSON.parse(line);
	} catch {
		return bad('not JSON');
	}
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return bad('not a JSON object');
	if (!('text' in value) || typeof value.text !== 'string') return bad('"text" must be a text');
	const type: unknown = 'type' in value ? value.type : undefined;
	if (type === 'command') return {type, text: value.text};
	if (type !== 'post') return bad('"type" must be "post" or "command"');
	const ref: unknown = 'ref' in value ? value.ref : undefined;
	if (ref === undefined || ref === null) return {type, text: value.text};
	if (typeof ref === 'number' || (typeof ref === 'string' && ref.length <= MAX_REF_LENGTH))
		return {type, text: value.text, ref};
	return bad(`"ref" must be a number or a text of at most ${MAX_REF_LENGTH} characters`);
}

function bad(why: string): JsonInput {
	return {type: 'bad', text: `${why}; write ${FORM}`};
}
