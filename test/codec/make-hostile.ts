/** Frame payloads that decoders must reject, each with the expected error code, for fixtures/codec/hostile.json. */
import {batchFields} from '../../source/codec/batch.js';
import {pack} from '../../source/codec/msgpack.js';
import {batches, carol, NOON} from './make-vectors.js';

export interface HostileVector {
	readonly title: string;
	readonly hex: string;
	readonly code: string;
}

const text = (value: string) => [...new TextEncoder().encode(value)];
const raw = (...bytes: readonly number[]) => Uint8Array.from(bytes);
const id = Buffer.from(carol.peer, 'hex');
const ping = [0x81, 0xa4, ...text('type'), 0xa4, ...text('ping')];
const [batch] = batches;
const events = (value: unknown) => pack({type: 'events', batches: [value]});
const hello = {
	type: 'hello',
	versions: [1, 1],
	peer: id,
	name: 'Carol',
	port: 1,
	features: [],
	program: '1',
	clock: NOON,
	hlc: [NOON, 0],
	signature: new Uint8Array(64),
	mac: new Uint8Array(32),
};

const cases: readonly (readonly [string, string, Uint8Array])[] = [
	['200 nested arrays', 'too-deep', new Uint8Array(200).fill(0x91)],
	['an array that claims 2^32 - 1 values', 'truncated', raw(0xdd, 255, 255, 255, 255)],
	['a map that claims 2^32 - 1 pairs', 'truncated', raw(0xdf, 255, 255, 255, 255)],
	['bytes that claim 2^32 - 1', 'truncated', raw(0xc6, 255, 255, 255, 255)],
	['half a message', 'truncated', raw(...ping.slice(0, 7))],
	['a byte behind a message', 'trailing-bytes', raw(...ping, 0)],
	['a record definition of msgpackr', 'bad-type', raw(0xd4, 0x72, 0x40, 0x91, 0xa1, 0x61, 1)],
	['a timestamp', 'bad-type', raw(0xd6, 0xff, 0, 0, 0, 0)],
	['the unused type', 'bad-type', raw(0xc1)],
	['a key __proto__', 'bad-key', raw(0x81, 0xa9, ...text('__proto__'), 0x80)],
	['a key that is a number', 'bad-key', raw(0x81, 1, 1)],
	['an integer of 2^53', 'bad-integer', raw(0xcf, 0, 0x20, 0, 0, 0, 0, 0, 0)],
	['a text that is not UTF-8', 'bad-text', raw(0x81, 0xa4, ...text('type'), 0xa2, 0xc3, 0x28)],
	['an array instead of a map', 'bad-field', pack(['ping', 1])],
	['a type that is a number', 'bad-field', pack({type: 1})],
	['a ping without id', 'bad-field', pack({type: 'ping'})],
	['a negative id', 'bad-field', pack({type: 'ping', id: -1})],
	['a hello with a peer id of 31 bytes', 'bad-field', pack({...hello, peer: id.subarray(1)})],
	['a hello with a name of 65 bytes', 'bad-field', pack({...hello, name: 'x'.repeat(65)})],
	['a hello with port 65536', 'bad-field', pack({...hello, port: 65_536})],
	['a hello whose highest version is below its lowest', 'bad-field', pack({...hello, versions: [2, 1]})],
	['a hello with a clock behind the year 9999', 'bad-field', pack({...hello, clock: 253_402_300_800_000})],
	['a hello with a counter of 65,536', 'bad-field', pack({...hello, hlc: [NOON, 65_536]})],
	['a digest of 2047 bytes', 'bad-field', pack({type: 'have', kind: 'digest', digest: new Uint8Array(2047)})],
	['a page of 4097 feeds', 'bad-field', pack({type: 'have', kind: 'page', last: true, feeds: Array(4097).fill(0)})],
	['a want of 257 ranges', 'bad-field', pack({type: 'want', id: 1, ranges: Array(257).fill([id, 1])})],
	['a want from seq 0', 'bad-field', pack({type: 'want', id: 1, ranges: [[id, 0]]})],
	['events without entries', 'bad-field', events(batchFields({...batch, entries: []}))],
	['events with an empty entry', 'bad-field', events(batchFields({...batch, entries: [new Uint8Array(0)]}))],
	['events from seq 0', 'bad-field', events(batchFields({...batch, firstSeq: 0}))],
	['events with a short signature', 'bad-field', events(batchFields({...batch, signature: new Uint8Array(63)}))],
	[
		'peers with a host that drives a terminal',
		'bad-field',
		pack({type: 'peers', added: [[id, [['\u001B[2J', 1]]]], removed: []}),
	],
	[
		'a question about a file with an id of 31 bytes',
		'bad-field',
		pack({type: 'file-ask', id: 1, file: id.subarray(1), leaves: true}),
	],
	['hashes of 33 bytes', 'bad-field', pack({type: 'file-info', id: 1, leaves: new Uint8Array(33), have: true})],
	[
		'hashes of 16,385 parts',
		'bad-field',
		pack({type: 'file-info', id: 1, leaves: new Uint8Array(524_320), have: true}),
	],
	['a set of 16,392 parts', 'bad-field', pack({type: 'file-info', id: 1, have: new Uint8Array(2049)})],
	[
		'part 16,384 of a file',
		'bad-field',
		pack({type: 'file-want', id: 1, file: id, part: 16_384, offset: 0, length: 1}),
	],
	[
		'a slice that begins at 2 MiB',
		'bad-field',
		pack({type: 'file-want', id: 1, file: id, part: 0, offset: 2 ** 21, length: 1}),
	],
	['a slice of 0 bytes', 'bad-field', pack({type: 'file-want', id: 1, file: id, part: 0, offset: 0, length: 0})],
	['a slice of 262,145 bytes', 'bad-field', pack({type: 'file-data', id: 1, bytes: new Uint8Array(262_145)})],
	['a bye whose reason drives a terminal', 'bad-field', pack({type: 'bye', reason: '\u001B[2J'})],
	['an error of 201 bytes', 'bad-field', pack({type: 'error', code: 'x', text: 'x'.repeat(201)})],
];

export function makeHostile(): readonly HostileVector[] {
	return cases.map(([title, code, bytes]) => ({title, code, hex: Buffer.from(bytes).toString('hex')}));
}
