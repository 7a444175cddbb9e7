/**
 * Fuzz targets for every parser of data that other people can choose. Each has an oracle: the errors that may be thrown, and
 * results that must be equal. A target throws if its oracle finds a fault.
 */
import {deepStrictEqual} from 'node:assert';
import {readFileSync} from 'node:fs';
import {createLineCollector} from '../../../source/cli/chat/input-lines.js';
import {parseJsonInput} from '../../../source/cli/chat/json-input.js';
import {readBatch} from '../../../source/codec/batch.js';
import {decodeBeacon, encodeBeacon} from '../../../source/codec/beacon-datagram.js';
import {decodeEntry, decodeEntryGeneric} from '../../../source/codec/entry.js';
import {createFrameDecoder} from '../../../source/codec/frame.js';
import {decodeLogRecord, encodeLogHeader, encodeLogRecord} from '../../../source/codec/log-record.js';
import {decodeMessage, encodeMessage} from '../../../source/codec/message.js';
import {pack, unpack} from '../../../source/codec/msgpack.js';
import {ProtocolError} from '../../../source/core/errors.js';
import type {PeerId} from '../../../source/core/event.js';
import {MAX_FRAME_BYTES} from '../../../source/core/limits.js';
import {cleanLine, cleanName, cleanText} from '../../../source/core/text.js';
import {createFeedTips} from '../../../source/feed/feed-tips.js';
import {parseCommand} from '../../../source/node/commands/parse-command.js';
import {createLogScanner} from '../../../source/storage/log-scanner.js';
import {chatKeys} from '../../../source/ui/input/key-bindings.js';
import {createKeyDecoder} from '../../../source/ui/input/key-decoder.js';
import type {SeededRandom} from '../../helpers/seeded-random.js';
import {crcOf} from './crc.js';
import {fileTargets} from './file-targets.js';

export interface FuzzTarget {
	readonly seeds: readonly Uint8Array[];
	/** Returns a short summary of the result. The fuzzer keeps inputs with a new summary. Throws if the oracle finds a fault. */
	run(bytes: Uint8Array, random: SeededRandom): string;
}

const peer = 'ab'.repeat(32) as PeerId;
const fixture = (name: string): {readonly hex: string}[] =>
	JSON.parse(readFileSync(new URL(`fixtures/codec/${name}.json`, root()), 'utf8'));
const seedsOf = (name: string) => fixture(name).map(({hex}) => new Uint8Array(Buffer.from(hex, 'hex')));
const textSeeds = (...texts: readonly string[]) => texts.map(text => new Uint8Array(Buffer.from(text)));
const DANGEROUS = /[\p{Cc}\u200B\u200E\u200F\u202A-\u202E\u2066-\u2069\u061C]/u;

/** Root folder of the project, for this file as source and as compiled code. */
export function root(): URL {
	return new URL(process.env.P2PCHAT_FUZZ_ROOT ?? '../../../', import.meta.url);
}

export function hostileTexts(): string[] {
	return JSON.parse(readFileSync(new URL('fixtures/hostile-texts.json', root()), 'utf8')).map(
		({text}: {text: string}) => text,
	);
}

/** Runs a parser that may throw only ProtocolError. The summary contains the code of the error. */
function summarizeErrors(run: () => string): string {
	try {
		return run();
	} catch (error) {
		if (error instanceof ProtocolError) return `${error.code} ${error.detail.replace(/\d+/g, '#')}`;
		throw error;
	}
}

const shape = (value: unknown): string =>
	JSON.stringify(value, (_, item) => {
		if (item instanceof Uint8Array) return 'bytes';
		if (Array.isArray(item)) return item.slice(0, 2);
		return typeof item === 'string' || typeof item === 'object' ? item : typeof item;
	}).slice(0, 80);

function splitAtRandom(bytes: Uint8Array, random: SeededRandom): Uint8Array[] {
	const parts: Uint8Array[] = [];
	for (let at = 0; at < bytes.length; ) {
		const length = random.between(1, 1 + Math.min(64, bytes.length));
		parts.push(bytes.slice(at, at + length));
		at += length;
	}

	return parts;
}

function framesOf(parts: readonly Uint8Array[]): {payloads: Uint8Array[]; failed: boolean} {
	const decoder = createFrameDecoder();
	const payloads: Uint8Array[] = [];
	let failed = false;
	for (const part of parts) {
		try {
			payloads.push(...decoder.push(part).map(payload => Uint8Array.from(payload)));
		} catch (error) {
			if (!(error instanceof ProtocolError)) throw error;
			failed = true;
			break;
		}

		if (decoder.pendingBytes > MAX_FRAME_BYTES + 4) throw new Error('more than one frame is buffered');
	}

	return {payloads, failed: failed || decoder.failure !== undefined};
}

const mac = (bytes: Uint8Array) => {
	const code = new Uint8Array(16);
	for (let index = 0; index < bytes.length; index++) code[index % 16] = (code[index % 16] ?? 0) ^ (bytes[index] ?? 0);
	return code;
};
const tag = new Uint8Array(8).fill(7);
const beaconSeed = (name: string) =>
	encodeBeacon({version: 1, roomTag: tag, peer, port: 1, name, kind: 'here', path: 'broadcast', counter: 5}, mac);

const marker = new Uint8Array(8).fill(9);
const header = {format: 1, version: '1', roomTag: tag, roomName: 'lan', created: 1};
const records = () => {
	const batches = seedsOf('batches').map(bytes => readBatch(unpack(bytes), 'batch'));
	const head = {peer, seq: 0 as const, at: 1, ms: 1, counter: 0};
	return [
		...batches.map(batch => encodeLogRecord({type: 'batch', loggedAt: 1, live: true, batch}, marker, crcOf)),
		encodeLogRecord(
			{
				type: 'observation',
				loggedAt: 1,
				observation: {...head, type: 'notice', level: 'warn', code: 'x', text: 'y'},
			},
			marker,
			crcOf,
		),
	];
};

/** Mutated bytes with a correct CRC, so that the CRC check passes and the decoder runs. */
function withCrc(bytes: Uint8Array): Uint8Array {
	const copy = Buffer.from(bytes);
	if (copy.length < 9) return copy;
	copy.writeUInt32BE(copy.length - 4, 0);
	copy[copy.length - 5] = 0xce;
	copy.writeUInt32BE(crcOf(copy.subarray(0, -4)), copy.length - 4);
	return copy;
}

function checkEntry(bytes: Uint8Array): string {
	const event = decodeEntry(bytes, peer, 1);
	deepStrictEqual(event, decodeEntryGeneric(bytes, peer, 1));
	for (const text of 'name' in event ? [event.name] : [])
		if (text !== '' && DANGEROUS.test(text)) throw new Error(`a name contains ${JSON.stringify(text)}`);
	if ('text' in event && DANGEROUS.test(event.text.replaceAll('\n', '')))
		throw new Error('a text contains control characters');
	return event.type === 'unreadable' ? event.reason : event.type;
}

function scanAll(parts: readonly Uint8Array[]) {
	const scanner = createLogScanner(crcOf);
	const found = [...parts.flatMap(part => scanner.push(part)), ...scanner.end()];
	return {found: found.map(({offset, length}) => [offset, length]), damage: scanner.damage, end: scanner.validEnd};
}

export const targets: Readonly<Record<string, FuzzTarget>> = {
	frame: {
		seeds: [...seedsOf('messages'), Uint8Array.of(0, 0, 0, 1, 7, 0, 0, 0, 2, 1, 2)],
		run(bytes, random) {
			const expected = framesOf([bytes]);
			deepStrictEqual(framesOf(splitAtRandom(bytes, random)), expected);
			return `${Math.min(4, expected.payloads.length)} ${expected.failed}`;
		},
	},
	msgpack: {
		seeds: [...seedsOf('hostile'), ...seedsOf('entries')],
		run: bytes =>
			summarizeErrors(() => {
				const value = unpack(bytes);
				pack(value);
				return shape(value);
			}),
	},
	message: {
		seeds: seedsOf('messages').map(bytes => bytes.subarray(4)),
		run: bytes =>
			summarizeErrors(() => {
				const message = decodeMessage(bytes);
				if (!message) return 'unknown';
				deepStrictEqual(decodeMessage(encodeMessage(message)), message);
				return shape(message);
			}),
	},
	entry: {seeds: seedsOf('entries'), run: checkEntry},
	batch: {
		seeds: seedsOf('batches'),
		run: bytes =>
			summarizeErrors(() => {
				const batch = readBatch(unpack(bytes), 'batch');
				return `${batch.entries.length} ${createFeedTips({roomTag: tag}).accept(batch).type}`;
			}),
	},
	beacon: {
		seeds: [beaconSeed('Ann'), beaconSeed(''), ...seedsOf('beacons')],
		run(bytes, random) {
			const copy = Uint8Array.from(bytes);
			if (random.chance(0.7) && copy.length > 16) copy.set(mac(copy.subarray(0, -16)), copy.length - 16);
			const decoded = decodeBeacon(copy, tag, mac);
			if (decoded.type !== 'beacon') return decoded.type;
			const {beacon} = decoded;
			if (beacon.name !== undefined && DANGEROUS.test(beacon.name))
				throw new Error('a name contains control characters');
			return `${beacon.kind} ${beacon.path} ${beacon.name === undefined}`;
		},
	},
	record: {
		seeds: records(),
		run(bytes, random) {
			const entry = decodeLogRecord(random.chance(0.8) ? withCrc(bytes) : bytes);
			return entry ? entry.type : 'damage';
		},
	},
	log: {
		seeds: [
			Buffer.concat([
				...[0, 1].map(() => encodeLogHeader(header, marker, crcOf)),
				...records(),
				...records().slice(0, 1),
			]),
			...['good', 'torn', 'zeros', 'damaged-middle'].map(name =>
				new Uint8Array(readFileSync(new URL(`fixtures/log/${name}.p2plog`, root()))).slice(0, 4000),
			),
		],
		run(bytes, random) {
			const expected = scanAll([Uint8Array.from(bytes)]);
			deepStrictEqual(scanAll(splitAtRandom(bytes, random)), expected);
			return `${expected.found.length} ${expected.damage.map(({kind}) => kind)}`;
		},
	},
	json: {
		seeds: textSeeds('{"type":"post","text":"hi","ref":1}\n{"type":"command","text":"/who"}\n', '[]\n{}\nnull\n'),
		run(bytes, random) {
			const read = (parts: readonly Uint8Array[]) => {
				const collector = createLineCollector(() => 256);
				return [...parts.flatMap(part => [...collector.push(part)]), ...collector.end()];
			};
			const lines = read([bytes]);
			deepStrictEqual(read(splitAtRandom(bytes, random)), lines);
			return lines
				.slice(0, 3)
				.map(line => ('text' in line ? parseJsonInput(line.text).type : 'other'))
				.join();
		},
	},
	command: {
		seeds: textSeeds(
			...[
				'/help',
				'/name Bob',
				'/peer 10.0.0.1:4000',
				'/ignore "Bob" 12345678',
				'/goto 14:05',
				'/bell all',
				'//x',
				'/me x',
			],
		),
		run(bytes) {
			const result = parseCommand(Buffer.from(bytes).toString());
			return result.type === 'command' ? result.command.type : result.type;
		},
	},
	keys: {
		seeds: textSeeds(
			...[
				'abc\u001B[A\u001B[1;5C\u001B',
				'\u001B[200~pasted\u001B[201~x',
				'\u001B[97;5u\u001BOP\u001B[I',
				'\u00e4\u4f60',
			],
		),
		run(bytes, random) {
			const decoder = createKeyDecoder(chatKeys);
			const tokens = [...splitAtRandom(bytes, random).flatMap(part => decoder.push(part)), ...decoder.flush()];
			if (decoder.isPending) throw new Error('the decoder is pending after a flush');
			return tokens
				.slice(0, 4)
				.map(({type}) => type)
				.join();
		},
	},
	text: {
		seeds: textSeeds(...hostileTexts()),
		run(bytes) {
			const raw = Buffer.from(bytes).toString();
			const text = cleanText(raw);
			if (cleanText(text) !== text) throw new Error('cleaning twice changes the text');
			if (DANGEROUS.test(text.replaceAll('\n', ''))) throw new Error('the text contains control characters');
			if (/\n/.test(cleanLine(raw))) throw new Error('a line contains a newline');
			const name = cleanName(raw);
			if (cleanName(name) !== name || /^[*!]/.test(name)) throw new Error('a name is not clean');
			return `${text === raw} ${name === raw} ${Math.min(text.length, 3)}`;
		},
	},
	...fileTargets(textSeeds),
};
