/** Generates histories like those of a chat: twenty authors in turn, each message with a separate record and signature. */
import {randomBytes} from 'node:crypto';
import {existsSync, mkdirSync, renameSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Batch} from '../../source/core/batch.js';
import type {FeedEvent} from '../../source/core/event.js';
import {createOwnFeed, type OwnFeed, type UnsignedEvent} from '../../source/feed/own-feed.js';
import {deriveRoomKeys, type RoomKeys} from '../../source/feed/room-keys.js';
import {createPeerKey, type PeerKey} from '../../source/feed/signing-keys.js';
import {openFileLog} from '../../source/storage/file-log.js';
import type {LogRecord} from '../../source/storage/log.js';

/** Folder of the generated logs. All rows of one run of the benchmark use the same logs. */
export const historyFolder = join(tmpdir(), 'p2pchat-ink-bench-1');

export const START = Date.UTC(2026, 10, 1, 9);
export const FEEDS = 20;
const RECORDS_AT_ONCE = 1000;

/** Keys of a room with a secret, because only the log of such a room is reopened and sent to other peers. */
export function benchKeys(): Promise<RoomKeys> {
	return deriveRoomKeys({room: 'bench', secret: 'a secret for the bench only'});
}

const WORDS =
	'the uplink is down again and nobody in lab two can reach it since noon über 日本 please have a look'.split(' ');

/** Text of 20 to 120 bytes that depends only on `number`. */
export function textOf(number: number): string {
	const count = 4 + ((number * 7919) % 17);
	const words = Array.from({length: count}, (_, index) => WORDS[(number * 31 + index * 17) % WORDS.length]);
	return `${number} ${words.join(' ')}`;
}

const peers = Array.from({length: FEEDS}, (_, index) => createPeerKey(new Uint8Array(32).fill(index + 1)).peer);

/** Creates decoded events, for rows that measure only the state. */
export function makeEvents(count: number, from = 0): FeedEvent[] {
	return Array.from({length: count}, (_, index) => {
		const number = from + index;
		const at = START + number * 1000;
		const peer = peers[number % FEEDS] ?? peers[0];
		if (!peer) throw new Error('no feeds');
		const seq = Math.floor(number / FEEDS) + 1;
		if (seq === 1) {
			const name = `Person ${number % FEEDS}`;
			return {type: 'joined', peer, seq, at, ms: at, counter: 0, name, addresses: ['127.0.0.1'], version: '1.0.0'};
		}
		return {type: 'posted', peer, seq, at, ms: at, counter: 0, text: textOf(number)};
	});
}

/** Creates a batch of `perBatch` messages of one author, as fast typing or pasting produces it. */
function write(feed: OwnFeed, number: number, perBatch: number): Batch {
	const events = Array.from({length: perBatch}, (_, index): UnsignedEvent => {
		const at = START + (number + index) * 1000;
		const hlc = {ms: at, counter: 0};
		const name = `Person ${number % FEEDS}`;
		if (feed.tip().seq + index > 0) return {body: {type: 'posted', text: textOf(number + index)}, at, hlc};
		return {body: {type: 'joined', name, addresses: ['127.0.0.1'], version: '1.0.0'}, at, hlc};
	});
	return feed.append(events);
}

export interface HistoryOptions {
	/** Whether signatures are valid. They may be invalid in a log that is only opened, because opening does not verify them. */
	readonly signed?: boolean;
	/** Number of events per signature. */
	readonly perBatch?: number;
}

function createKey(signed: boolean): PeerKey {
	const key = createPeerKey(randomBytes(32));
	return signed ? key : {peer: key.peer, sign: () => new Uint8Array(randomBytes(64))};
}

/** Generates `count` events in batches. */
export function* makeBatches(
	count: number,
	keys: RoomKeys,
	{signed = true, perBatch = 1}: HistoryOptions = {},
): Generator<Batch> {
	const feeds = Array.from({length: FEEDS}, () => createOwnFeed({key: createKey(signed), roomTag: keys.tag}));
	for (let number = 0; number < count; number += perBatch) {
		const feed = feeds[(number / perBatch) % FEEDS];
		if (feed) yield write(feed, number, perBatch);
	}
}

/** Creates a log of `events` events if it does not exist yet, and returns its path. */
export async function historyLog(events: number, keys: RoomKeys, options: HistoryOptions = {}): Promise<string> {
	const {signed = true, perBatch = 1} = options;
	const path = join(historyFolder, `${events}-${perBatch}-${signed}.p2plog`);
	if (existsSync(path)) return path;
	mkdirSync(historyFolder, {recursive: true});
	const making = `${path}.making`;
	rmSync(making, {force: true});
	const header = {version: '1.0.0', roomTag: keys.tag, roomName: 'bench', created: START};
	const {log} = openFileLog(making, {create: header});
	let records: LogRecord[] = [];
	for (const batch of makeBatches(events, keys, options)) {
		records.push({type: 'batch', loggedAt: Date.now(), live: false, batch});
		if (records.length < RECORDS_AT_ONCE) continue;
		log.append(records);
		records = [];
	}
	log.append(records);
	await log.close();
	renameSync(making, path);
	return path;
}
