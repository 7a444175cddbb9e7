import {createHash} from 'node:crypto';
import {Packr} from 'msgpackr';
import {decodeEntry, encodeEntry} from '../../../source/codec/entry.js';
import {createFrameDecoder} from '../../../source/codec/frame.js';
import {decodeMessage, encodeMessageFrame} from '../../../source/codec/message.js';
import type {Batch} from '../../../source/core/batch.js';
import {createPeerKey} from '../../../source/feed/signing-keys.js';
import {START, textOf} from '../make-history.js';
import {compare, timed} from '../measure.js';
import type {Figure, Row} from '../row.js';

const BATCHES = 400;
const BATCH_EVENTS = 100;

/** Encoder of msgpackr, with settings that let other implementations read its output. */
const packr = new Packr({useRecords: false, variableMapSize: true});
const {peer} = createPeerKey();
const peerBytes = Buffer.from(peer, 'hex');
const hash = createHash('sha256').digest();
const signature = Buffer.concat([hash, hash]);

const values = Array.from({length: BATCHES * BATCH_EVENTS}, (_, number) => ({
	at: START + number,
	text: textOf(number),
}));

function batchOf(index: number, entries: readonly Uint8Array[]): Batch {
	return {peer, firstSeq: index * BATCH_EVENTS + 1, previousHash: hash, entries, signature};
}

function encodeOurs(): Uint8Array[] {
	return Array.from({length: BATCHES}, (_, index) => {
		const events = values.slice(index * BATCH_EVENTS, (index + 1) * BATCH_EVENTS);
		const entries = events.map(({at, text}) => encodeEntry({type: 'posted', text}, at, {ms: at, counter: 0}));
		return encodeMessageFrame({type: 'events', batches: [batchOf(index, entries)]});
	});
}

function encodeFloor(): Uint8Array[] {
	return Array.from({length: BATCHES}, (_, index) => {
		const events = values.slice(index * BATCH_EVENTS, (index + 1) * BATCH_EVENTS);
		const entries = events.map(({at, text}) => packr.pack(['posted', at, at, 0, text]));
		const batch = [peerBytes, index * BATCH_EVENTS + 1, hash, entries, signature];
		return packr.pack({type: 'events', batches: [batch]});
	});
}

function decodeOurs(frames: readonly Uint8Array[]): number {
	const decoder = createFrameDecoder();
	let events = 0;
	for (const frame of frames) {
		for (const payload of decoder.push(frame)) {
			const message = decodeMessage(payload);
			if (message?.type !== 'events') throw new Error('the decoded message differs from the sent one');
			for (const batch of message.batches) {
				for (const [index, entry] of batch.entries.entries()) {
					if (decodeEntry(entry, batch.peer, batch.firstSeq + index).type === 'posted') events++;
				}
			}
		}
	}
	return events;
}

function decodeFloor(payloads: readonly Uint8Array[]): number {
	let events = 0;
	for (const payload of payloads) {
		for (const batch of packr.unpack(payload).batches) {
			for (const entry of batch[3]) if (packr.unpack(entry)[0] === 'posted') events++;
		}
	}
	return events;
}

async function run(): Promise<readonly Figure[]> {
	const count = values.length;
	const frames = encodeOurs();
	const payloads = encodeFloor();
	if (decodeOurs(frames) !== count || decodeFloor(payloads) !== count) throw new Error('events are missing');
	const rate = (work: () => unknown) => async () => (count / (await timed(work))) * 1000;
	const pace = {runs: 15, warmup: 8};
	const encoded = await compare(rate(encodeOurs), rate(encodeFloor), pace);
	const decoded = await compare(
		rate(() => decodeOurs(frames)),
		rate(() => decodeFloor(payloads)),
		pace,
	);
	return [
		{what: 'encode and frame', unit: 'events/s', ...encoded, atLeast: 0.7},
		{what: 'decode and check', unit: 'events/s', ...decoded, atLeast: 0.7},
	];
}

export const codecRow: Row = {number: 1, name: 'codec', against: 'bare msgpackr on the same values', run};
