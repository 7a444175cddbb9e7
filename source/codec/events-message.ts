/** `events` as bytes, written in one pass: most bytes of a session are these. Same layout as msgpackr would write. */
import type {Batch} from '../core/batch.js';
import {bytesOfHex} from './bytes.js';
import {
	sizeOfBytes,
	sizeOfListHeader,
	sizeOfUint,
	type Writer,
	writeBytes,
	writeListHeader,
	writeMapHeader,
	writeUint,
	writeWord,
} from './writer.js';

interface Events {
	readonly batches: readonly Batch[];
	readonly answer?: number;
	readonly done?: boolean;
}

function sizeOfBatch(batch: Batch): number {
	let size = 1 + sizeOfBytes(32) + sizeOfUint(batch.firstSeq) + sizeOfBytes(batch.previousHash.length);
	size += sizeOfListHeader(batch.entries.length) + sizeOfBytes(batch.signature.length);
	for (const entry of batch.entries) size += sizeOfBytes(entry.length);
	return size;
}

function writeBatch(writer: Writer, batch: Batch): void {
	writeListHeader(writer, 5);
	writeBytes(writer, bytesOfHex(batch.peer));
	writeUint(writer, batch.firstSeq);
	writeBytes(writer, batch.previousHash);
	writeListHeader(writer, batch.entries.length);
	for (const entry of batch.entries) writeBytes(writer, entry);
	writeBytes(writer, batch.signature);
}

/** Bytes of the payload. */
export function sizeOfEvents(message: Events): number {
	let size = 1 + 5 + 7 + 8 + sizeOfListHeader(message.batches.length);
	if (message.answer !== undefined) size += 7 + sizeOfUint(message.answer);
	if (message.done !== undefined) size += 6;
	for (const batch of message.batches) size += sizeOfBatch(batch);
	return size;
}

export function writeEvents(writer: Writer, message: Events): void {
	const {answer, done} = message;
	writeMapHeader(writer, 2 + (answer === undefined ? 0 : 1) + (done === undefined ? 0 : 1));
	writeWord(writer, 'type');
	writeWord(writer, 'events');
	if (answer !== undefined) {
		writeWord(writer, 'answer');
		writeUint(writer, answer);
	}
	if (done !== undefined) {
		writeWord(writer, 'done');
		writer.bytes[writer.position++] = done ? 0xc3 : 0xc2;
	}
	writeWord(writer, 'batches');
	writeListHeader(writer, message.batches.length);
	for (const batch of message.batches) writeBatch(writer, batch);
}
