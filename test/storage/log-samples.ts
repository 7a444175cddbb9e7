import {createHash} from 'node:crypto';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {onTestFinished} from 'vitest';
import type {Batch} from '../../source/core/batch.js';
import type {PeerId} from '../../source/core/event.js';
import type {LogHeader, LogRecord, OpenedLog} from '../../source/storage/log.js';

/** Creates a folder that is deleted after the test. */
export function makeFolder(): string {
	const folder = mkdtempSync(join(tmpdir(), 'p2pchat-storage-'));
	onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
	return folder;
}

export function peerOf(number: number): PeerId {
	return createHash('sha256').update(`peer ${number}`).digest('hex') as PeerId;
}

export const SAMPLE_HEADER: LogHeader = {
	format: 1,
	version: '1.0.0',
	roomTag: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
	roomName: 'lan',
	created: 1_795_000_000_000,
};

function bytesOf(length: number, seed: string): Uint8Array {
	return new Uint8Array(createHash('shake256', {outputLength: length}).update(seed).digest());
}

/** Batch whose hash and signature have only the right length, because storage does not verify them. */
export function batchOf(peer: PeerId, firstSeq: number, texts: readonly (string | Uint8Array)[]): Batch {
	return {
		peer,
		firstSeq,
		previousHash: bytesOf(32, `${peer}${firstSeq}`),
		entries: texts.map(text => (typeof text === 'string' ? new TextEncoder().encode(text) : text)),
		signature: bytesOf(64, `${peer}${firstSeq}${texts.length}`),
	};
}

export function batchRecord(
	peer: PeerId,
	firstSeq: number,
	texts: readonly (string | Uint8Array)[],
	live = true,
): LogRecord {
	return {type: 'batch', loggedAt: 1_795_000_000_000 + firstSeq, live, batch: batchOf(peer, firstSeq, texts)};
}

export function observationRecord(peer: PeerId, text: string): LogRecord {
	const head = {peer, seq: 0, at: 1_795_000_000_000, ms: 1_795_000_000_000, counter: 3} as const;
	const observation = {...head, type: 'notice', level: 'warn', code: 'test', text} as const;
	return {type: 'observation', loggedAt: 1_795_000_000_001, observation};
}

/** Replaces every Buffer and Uint8Array, so that values are compared by their bytes. */
export function plain(value: unknown): unknown {
	return JSON.parse(
		JSON.stringify(value, (_, item) =>
			item instanceof Uint8Array ? `hex:${Buffer.from(item).toString('hex')}` : item,
		),
		(_, item) => (item?.type === 'Buffer' ? `hex:${Buffer.from(item.data).toString('hex')}` : item),
	);
}

export async function readAll(opened: Pick<OpenedLog, 'records'>): Promise<LogRecord[]> {
	const all: LogRecord[] = [];
	for await (const records of opened.records) all.push(...records);
	return all;
}

/** Texts of the entries of all batches, in order. */
export function textsOf(records: readonly LogRecord[]): string[] {
	return records.flatMap(record => (record.type === 'batch' ? entryTexts(record.batch) : []));
}

export function entryTexts(batch: Batch): string[] {
	return batch.entries.map(entry => new TextDecoder().decode(entry));
}
