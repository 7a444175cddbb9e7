/** The body of an observation's record: `[peer bin 32, at, ms, counter, {fields of its kind}]`. */
import type {NoticeLevel, Observation, ObservationBody, ObservationHead} from '../core/event.js';
import {MAX_ADDRESS_LENGTH, MAX_HLC_COUNTER, MAX_REASON_LENGTH, MAX_VERSION_LENGTH} from '../core/limits.js';
import {cleanText} from '../core/text.js';
import {bytesOfHex} from './bytes.js';
import {failField, readBoolean, readList, readMap, readPeerId, readText, readTime, readUint} from './check.js';

type ObservationKind = Observation['type'];

const KINDS: readonly string[] = [
	'launched',
	'peer-connected',
	'peer-disconnected',
	'notice',
] satisfies ObservationKind[];
const MAX_NOTICE_BYTES = 4096;
const MAX_CODE_BYTES = 64;

export function isObservationKind(kind: string): kind is ObservationKind {
	return KINDS.includes(kind);
}

/** The value to pack. Texts are cleaned and cut as they will be when they are read back. */
export function observationValue(observation: Observation): readonly unknown[] {
	const {peer, at, ms, counter} = observation;
	return [bytesOfHex(peer), at, ms, counter, bodyValue(observation)];
}

function bodyValue(body: ObservationBody): Readonly<Record<string, unknown>> {
	switch (body.type) {
		case 'launched':
			return {version: cleanText(body.version, MAX_VERSION_LENGTH)};
		case 'peer-connected':
			return {subject: bytesOfHex(body.subject), address: cleanText(body.address, MAX_ADDRESS_LENGTH)};
		case 'peer-disconnected':
			return {subject: bytesOfHex(body.subject), reason: cleanText(body.reason, MAX_REASON_LENGTH), alone: body.alone};
		case 'notice':
			return {
				level: body.level,
				code: cleanText(body.code, MAX_CODE_BYTES),
				text: cleanText(body.text, MAX_NOTICE_BYTES),
			};
	}
}

/** Checks every field and cleans every text: a log file may come from anybody. Throws ProtocolError. */
export function readObservation(kind: ObservationKind, value: unknown): Observation {
	const [peer, at, ms, counter, body] = readList(value, 'observation', 16, 5);
	const head: ObservationHead = {
		peer: readPeerId(peer, 'peer'),
		seq: 0,
		at: readTime(at, 'at'),
		ms: readTime(ms, 'ms'),
		counter: readUint(counter, 'counter', MAX_HLC_COUNTER),
	};
	return {...head, ...readBody(kind, readMap(body, kind))};
}

function readBody(kind: ObservationKind, fields: Readonly<Record<string, unknown>>): ObservationBody {
	const text = (name: string, maxBytes: number) =>
		cleanText(readText(fields[name], `${kind}.${name}`, maxBytes), maxBytes);
	const subject = () => readPeerId(fields.subject, `${kind}.subject`);
	switch (kind) {
		case 'launched':
			return {type: kind, version: text('version', MAX_VERSION_LENGTH)};
		case 'peer-connected':
			return {type: kind, subject: subject(), address: text('address', MAX_ADDRESS_LENGTH)};
		case 'peer-disconnected':
			return {
				type: kind,
				subject: subject(),
				reason: text('reason', MAX_REASON_LENGTH),
				alone: readBoolean(fields.alone, `${kind}.alone`),
			};
		case 'notice':
			return {
				type: kind,
				level: readLevel(fields.level),
				code: text('code', MAX_CODE_BYTES),
				text: text('text', MAX_NOTICE_BYTES),
			};
	}
}

function readLevel(value: unknown): NoticeLevel {
	if (value === 'info' || value === 'warn' || value === 'error') return value;
	return failField('notice.level', 'a level of notices');
}
