/** Decoders of the fields of each message (protocol.md, Messages). They check every length, count and range. */
import type {Hlc} from '../core/event.js';
import {
	HAVE_BUCKETS,
	MAX_ADDRESSES,
	MAX_FRAME_BYTES,
	MAX_HAVE_FEEDS,
	MAX_HLC_COUNTER,
	MAX_NAME_BYTES,
	MAX_PEERS_LISTED,
	MAX_REASON_LENGTH,
	MAX_TEXT_BYTES,
	MAX_VERSION_LENGTH,
	MAX_WANT_RANGES,
	MAX_WHISPERS_OUTSTANDING,
} from '../core/limits.js';
import {cleanLine, cleanName, cleanText} from '../core/text.js';
import {readBatch, SIGNATURE_BYTES} from './batch.js';
import {
	failField,
	readAddress,
	readBoolean,
	readBytes,
	readList,
	readListOf,
	readOptional,
	readPeerId,
	readText,
	readTime,
	readUint,
} from './field-readers.js';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Length in bytes of the two shortened hashes in `have`: the hash of a feed, and the digest of a bucket (group of
 * feeds).
 */
const SHORT_HASH_BYTES = 8;
const MAC_BYTES = 32;
const MAX_FEATURES = 32;
const MAX_TOKEN_BYTES = 32;
/** Maximum number of batches that fit into one frame: peer id, hash and signature of each batch take 128 bytes. */
const MAX_BATCHES = MAX_FRAME_BYTES / 128;
const MAX_PORT = 65_535;
const MAX_PROTOCOL_VERSION = 255;

function readPort(value: unknown, path: string): number {
	return readUint(value, path, MAX_PORT, 1);
}

function readHlc(value: unknown, path: string): Hlc {
	const pair = readList(value, path, 2, 2);
	return {ms: readTime(pair[0], `${path}.ms`), counter: readUint(pair[1], `${path}.counter`, MAX_HLC_COUNTER)};
}

function readToken(value: unknown, path: string): string {
	const token = readText(value, path, MAX_TOKEN_BYTES);
	return /^[\w.-]+$/.test(token) ? token : failField(path, 'a token of letters, digits, dots, hyphens and underscores');
}

function readVersions(value: unknown): readonly [number, number] {
	const pair = readList(value, 'versions', 2, 2);
	const lowest = readUint(pair[0], 'versions[0]', MAX_PROTOCOL_VERSION);
	return [lowest, readUint(pair[1], 'versions[1]', MAX_PROTOCOL_VERSION, lowest)];
}

/** Reads the TCP port in a `hello`. 0 means that the sender does not accept connections. */
function readHelloPort(value: unknown): number {
	return value === 0 ? 0 : readPort(value, 'port');
}

export function readHello(fields: Fields) {
	return {
		type: 'hello' as const,
		versions: readVersions(fields.versions),
		peer: readPeerId(fields.peer, 'peer'),
		name: cleanName(readText(fields.name, 'name', MAX_NAME_BYTES)),
		port: readHelloPort(fields.port),
		features: readListOf(fields.features, 'features', MAX_FEATURES, readToken),
		program: cleanLine(readText(fields.program, 'program', MAX_VERSION_LENGTH)),
		clock: readTime(fields.clock, 'clock'),
		hlc: readHlc(fields.hlc, 'hlc'),
		signature: readBytes(fields.signature, 'signature', SIGNATURE_BYTES),
		mac: readBytes(fields.mac, 'mac', MAC_BYTES),
	};
}

function readHaveFeed(value: unknown, path: string) {
	const fields = readList(value, path, 8, 3);
	return {
		peer: readPeerId(fields[0], `${path}.peer`),
		seq: readUint(fields[1], `${path}.seq`),
		hash: readBytes(fields[2], `${path}.hash`, SHORT_HASH_BYTES),
	};
}

/** Reads a `have`. Returns undefined for an unknown kind, which a later version may add. */
export function readHave(fields: Fields) {
	const feeds = () => readListOf(fields.feeds, 'feeds', MAX_HAVE_FEEDS, readHaveFeed);
	switch (fields.kind) {
		case 'digest':
			return {
				type: 'have' as const,
				kind: 'digest' as const,
				digest: readBytes(fields.digest, 'digest', HAVE_BUCKETS * SHORT_HASH_BYTES),
			};
		case 'page':
			return {
				type: 'have' as const,
				kind: 'page' as const,
				feeds: feeds(),
				last: readBoolean(fields.last, 'last'),
			};
		case 'delta':
			return {type: 'have' as const, kind: 'delta' as const, feeds: feeds()};
		default:
			return typeof fields.kind === 'string' ? undefined : failField('kind', 'a text');
	}
}

function readRange(value: unknown, path: string) {
	const fields = readList(value, path, 8, 2);
	return {
		peer: readPeerId(fields[0], `${path}.peer`),
		from: readUint(fields[1], `${path}.from`, Number.MAX_SAFE_INTEGER, 1),
	};
}

export function readWant(fields: Fields) {
	return {
		type: 'want' as const,
		id: readUint(fields.id, 'id'),
		ranges: readListOf(fields.ranges, 'ranges', MAX_WANT_RANGES, readRange),
	};
}

export function readEvents(fields: Fields) {
	const answer = readOptional(fields.answer, 'answer', readUint);
	const done = readOptional(fields.done, 'done', readBoolean);
	return {
		type: 'events' as const,
		batches: readListOf(fields.batches, 'batches', MAX_BATCHES, readBatch),
		...(answer === undefined ? {} : {answer}),
		...(done === undefined ? {} : {done}),
	};
}

function readHostPort(value: unknown, path: string) {
	const fields = readList(value, path, 8, 2);
	return {host: readAddress(fields[0], `${path}.host`), port: readPort(fields[1], `${path}.port`)};
}

function readPeerAddress(value: unknown, path: string) {
	const fields = readList(value, path, 8, 2);
	return {
		peer: readPeerId(fields[0], `${path}.peer`),
		addresses: readListOf(fields[1], `${path}.addresses`, MAX_ADDRESSES, readHostPort),
	};
}

export function readPeers(fields: Fields) {
	return {
		type: 'peers' as const,
		added: readListOf(fields.added, 'added', MAX_PEERS_LISTED, readPeerAddress),
		removed: readListOf(fields.removed, 'removed', MAX_PEERS_LISTED, readPeerId),
		...(fields.all === true ? {all: true as const} : {}),
	};
}

function readAlivePeer(value: unknown, path: string) {
	const fields = readList(value, path, 8, 2);
	return {peer: readPeerId(fields[0], `${path}.peer`), ageMs: readUint(fields[1], `${path}.ageMs`)};
}

export function readAlive(fields: Fields) {
	return {type: 'alive' as const, peers: readListOf(fields.peers, 'peers', MAX_PEERS_LISTED, readAlivePeer)};
}

export function readPing(fields: Fields) {
	return {type: 'ping' as const, id: readUint(fields.id, 'id')};
}

export function readPong(fields: Fields) {
	return {
		type: 'pong' as const,
		id: readUint(fields.id, 'id'),
		clock: readTime(fields.clock, 'clock'),
		hlc: readHlc(fields.hlc, 'hlc'),
	};
}

function readWhisperId(value: unknown, path: string): number {
	return readUint(value, path, Number.MAX_SAFE_INTEGER, 1);
}

export function readWhisper(fields: Fields) {
	return {
		type: 'whisper' as const,
		id: readWhisperId(fields.id, 'id'),
		text: cleanText(readText(fields.text, 'text', MAX_TEXT_BYTES)),
	};
}

export function readWhisperAck(fields: Fields) {
	const refused = readOptional(fields.refused, 'refused', (value, path) =>
		readListOf(value, path, MAX_WHISPERS_OUTSTANDING, readWhisperId),
	);
	return {
		type: 'whisper-ack' as const,
		id: readUint(fields.id, 'id'),
		...(refused === undefined ? {} : {refused}),
		...(fields.closed === true ? {closed: true as const} : {}),
	};
}

const BYE_REASONS = ['leaving', 'duplicate', 'self', 'idle', 'overloaded'] as const;

/**
 * Reads a `bye`. An unknown reason, which a later version may send, is read as `idle`: the connection ends, and nothing
 * else happens.
 */
export function readBye(fields: Fields) {
	const token = readToken(fields.reason, 'reason');
	return {type: 'bye' as const, reason: BYE_REASONS.find(reason => reason === token) ?? ('idle' as const)};
}

export function readError(fields: Fields) {
	return {
		type: 'error' as const,
		code: readToken(fields.code, 'code'),
		text: cleanLine(readText(fields.text, 'text', MAX_REASON_LENGTH)),
	};
}
