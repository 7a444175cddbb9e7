/** Lines of JSON input (`--json`): parses one line and checks every field. Unknown fields are ignored. */
import {type EventRef, parseEventId} from '../../core/event.js';
import {type FileId, isFileId} from '../../core/shared-file.js';

/**
 * Reference that the controlling program adds to an input line. The output line of the event or whisper that results
 * from the input line contains the same `ref`.
 */
export type JsonRef = string | number;

export type JsonInput =
	| {readonly type: 'post'; readonly text: string; readonly replyTo?: EventRef; readonly ref?: JsonRef}
	| {readonly type: 'command'; readonly text: string}
	| {
			readonly type: 'mark';
			readonly target: EventRef;
			readonly word: string;
			readonly on: boolean;
			readonly ref?: JsonRef;
	  }
	| {readonly type: 'correct'; readonly target: EventRef; readonly text: string; readonly ref?: JsonRef}
	| {readonly type: 'withdraw'; readonly target: EventRef; readonly ref?: JsonRef}
	/** `to`: peer id, or a name as in /msg. */
	| {readonly type: 'whisper'; readonly to: string; readonly text: string; readonly ref?: JsonRef}
	| {readonly type: 'pin'; readonly target: EventRef; readonly on: boolean; readonly ref?: JsonRef}
	| {readonly type: 'share'; readonly path: string; readonly note?: string; readonly ref?: JsonRef}
	| {readonly type: 'fetch'; readonly target: EventRef; readonly directory?: string; readonly ref?: JsonRef}
	| {readonly type: 'cancel'; readonly file: FileId; readonly ref?: JsonRef}
	| {readonly type: 'invalid'; readonly text: string};

const INPUT_EXAMPLES = '{"type":"post","text":"hi"} or {"type":"command","text":"/name Bob"}';
const TYPES = '"post", "command", "mark", "correct", "withdraw", "pin", "whisper", "share", "fetch" or "cancel"';
const MAX_REF_LENGTH = 256;

type Fields = Readonly<Record<string, unknown>>;

/** Parses one line of JSON input. */
export function parseJsonInput(line: string): JsonInput {
	let value: unknown;
	try {
		value = JSON.parse(line);
	} catch {
		return invalidInput('Not valid JSON');
	}
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return invalidInput('Not a JSON object');
	const fields: Fields = Object.fromEntries(Object.entries(value));
	const ref = fields.ref ?? undefined;
	const isRef = typeof ref === 'number' || (typeof ref === 'string' && ref.length <= MAX_REF_LENGTH);
	const refField = isRef ? {ref} : {};
	switch (fields.type) {
		case 'post':
		case 'command':
			if (typeof fields.text !== 'string') return invalidInput('"text" must be a string');
			if (fields.type === 'command') return {type: 'command', text: fields.text};
			break;
		case 'mark':
		case 'correct':
		case 'withdraw':
		case 'pin':
		case 'whisper':
		case 'share':
		case 'fetch':
		case 'cancel':
			break;
		default:
			return typeof fields.text === 'string' || fields.text === undefined
				? invalidInput(`"type" must be ${TYPES}`)
				: invalidInput('"text" must be a string');
	}
	if (ref !== undefined && !isRef)
		return invalidInput(`"ref" must be a number or a string of at most ${MAX_REF_LENGTH} characters`);
	switch (fields.type) {
		case 'post':
			return parsePost(fields, refField);
		case 'whisper':
			return parseWhisper(fields, refField);
		case 'share':
		case 'fetch':
		case 'cancel':
			return parseFileInput(fields, fields.type, refField);
		default:
			return parseEffect(fields, fields.type, refField);
	}
}

function parseWhisper({to, text}: Fields, ref: {ref?: JsonRef}): JsonInput {
	if (typeof to !== 'string' || to === '') return invalidInput('"to" must be a peer id or a name');
	return typeof text === 'string' ? {type: 'whisper', to, text, ...ref} : invalidInput('"text" must be a string');
}

function parsePost({text, replyTo}: Fields, ref: {ref?: JsonRef}): JsonInput {
	if (typeof text !== 'string') return invalidInput('"text" must be a string');
	if (replyTo === undefined || replyTo === null) return {type: 'post', text, ...ref};
	const answered = typeof replyTo === 'string' ? parseEventId(replyTo) : undefined;
	return answered
		? {type: 'post', text, replyTo: answered, ...ref}
		: invalidInput('"replyTo" must be the id of an event');
}

function parseFileInput(fields: Fields, type: 'share' | 'fetch' | 'cancel', ref: {ref?: JsonRef}): JsonInput {
	const {path, note, file, directory} = fields;
	switch (type) {
		case 'share':
			if (typeof path !== 'string' || path === '') return invalidInput('"path" must be the path of a file');
			if (note !== undefined && typeof note !== 'string') return invalidInput('"note" must be a string');
			return {type, path, ...(note !== undefined && {note}), ...ref};
		case 'fetch': {
			const target = typeof fields.target === 'string' ? parseEventId(fields.target) : undefined;
			if (!target) return invalidInput('"target" must be the id of an event');
			if (directory !== undefined && typeof directory !== 'string') return invalidInput('"directory" must be a string');
			return {type, target, ...(directory !== undefined && {directory}), ...ref};
		}
		case 'cancel':
			if (typeof file !== 'string' || !isFileId(file)) return invalidInput('"file" must be the id of a file');
			return {type, file, ...ref};
		default:
			return type satisfies never;
	}
}

function parseEffect(fields: Fields, type: 'mark' | 'correct' | 'withdraw' | 'pin', ref: {ref?: JsonRef}): JsonInput {
	const target = typeof fields.target === 'string' ? parseEventId(fields.target) : undefined;
	if (!target) return invalidInput('"target" must be the id of an event');
	const {on = true, word, text} = fields;
	switch (type) {
		case 'withdraw':
			return {type, target, ...ref};
		case 'correct':
			return typeof text === 'string' ? {type, target, text, ...ref} : invalidInput('"text" must be a string');
		case 'mark':
			if (typeof word !== 'string') return invalidInput('"word" must be a string');
			return typeof on === 'boolean' ? {type, target, word, on, ...ref} : invalidInput('"on" must be true or false');
		case 'pin':
			return typeof on === 'boolean' ? {type, target, on, ...ref} : invalidInput('"on" must be true or false');
		default:
			return type satisfies never;
	}
}

function invalidInput(reason: string): JsonInput {
	return {type: 'invalid', text: `${reason}. Expected ${INPUT_EXAMPLES}.`};
}
