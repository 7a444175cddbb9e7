/** Annotates a log file: one line per record, one per entry of a batch, and one per damaged range. */
import {crc32} from 'node:zlib';
import {decodeEntry} from '../../codec/entry.js';
import type {Batch} from '../../core/batch.js';
import type {Damage} from '../../storage/log.js';
import {createLogScanner, type OtherRecord, type ScannedRecord} from '../../storage/log-scanner.js';
import {annotatedLine, detailLine} from './annotated-line.js';

export interface LogInspector {
	/** Accepts the bytes of the file in order. Returns the lines of the records that these bytes complete. */
	push(chunk: Uint8Array): string[];
	/** Returns the remaining lines. */
	end(): string[];
	/** Number of damaged ranges so far. */
	readonly damaged: number;
}

interface Part {
	readonly offset: number;
	readonly lines: readonly string[];
}

export function createLogInspector(): LogInspector {
	let parts: Part[] = [];
	let damaged = 0;
	const scanner = createLogScanner(crc32, undefined, other =>
		parts.push({offset: other.offset, lines: otherLines(other)}),
	);

	function takeLines(records: readonly ScannedRecord[]): string[] {
		for (const record of records) parts.push({offset: record.offset, lines: recordLines(record)});
		for (const damage of scanner.damage.slice(damaged))
			parts.push({offset: damage.offset, lines: [damageLine(damage)]});
		damaged = scanner.damage.length;
		const lines = parts.toSorted((a, b) => a.offset - b.offset).flatMap(part => part.lines);
		parts = [];
		return lines;
	}

	return {
		push: chunk => takeLines(scanner.push(chunk)),
		end: () => takeLines(scanner.end()),
		get damaged() {
			return damaged;
		},
	};
}

function damageLine({offset, length, kind}: Damage): string {
	const text = kind === 'torn' ? 'the file ends within a record' : 'these bytes are no valid record';
	return annotatedLine(offset, length, `${kind}: ${text}`);
}

function otherLines({offset, length, entry}: OtherRecord): string[] {
	if (entry.type === 'unknown') return [annotatedLine(offset, length, 'unknown', {kind: entry.kind})];
	const {created, ...fields} = entry.header;
	return [annotatedLine(offset, length, 'header', {...fields, created: isoTime(created)})];
}

function recordLines({offset, length, record}: ScannedRecord): string[] {
	const loggedAt = isoTime(record.loggedAt);
	if (record.type === 'observation') {
		const {type, seq: _, at, ...fields} = record.observation;
		return [annotatedLine(offset, length, type, {loggedAt, at: isoTime(at), ...fields})];
	}
	const {batch, live} = record;
	return [annotatedLine(offset, length, 'batch', {loggedAt, live, ...batchFields(batch)}), ...entryLines(batch)];
}

/** The fields of a batch for its line, with the number of its entries in place of the entries. */
export function batchFields({peer, firstSeq, entries, ...rest}: Batch): Readonly<Record<string, unknown>> {
	return {peer, firstSeq, entries: entries.length, ...rest};
}

/** One line per entry of a batch. The signature is not checked. */
export function entryLines({peer, firstSeq, entries}: Batch): string[] {
	return entries.map((bytes, index) => {
		const {type, peer: _, seq, at, ...fields} = decodeEntry(bytes, peer, firstSeq + index);
		return detailLine(`${seq} ${type}`, {at: isoTime(at), bytes: bytes.length, ...fields});
	});
}

function isoTime(ms: number): string {
	const date = new Date(ms);
	return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString();
}
