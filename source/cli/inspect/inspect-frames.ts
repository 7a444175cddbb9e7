/** Annotates captured frames of one direction of a connection: one line per message, and one per entry in it. */
import {readBigEndian} from '../../codec/bytes.js';
import {FRAME_HEADER_BYTES} from '../../codec/frame.js';
import {decodeMessage} from '../../codec/message.js';
import {ProtocolError} from '../../core/errors.js';
import {MAX_FRAME_BYTES} from '../../core/limits.js';
import {annotatedLine, detailLine} from './annotated-line.js';
import {batchFields, entryLines} from './inspect-log.js';

export interface InspectedFrames {
	readonly lines: readonly string[];
	/** Number of frames that no node would accept. */
	readonly faults: number;
}

/**
 * Annotates all frames. A malformed message gives one line with the reason. If a frame has a wrong length, its line is
 * the last one, because the start of the next frame is then unknown.
 */
export function inspectFrames(bytes: Uint8Array): InspectedFrames {
	const lines: string[] = [];
	let faults = 0;
	let offset = 0;
	while (offset < bytes.length) {
		const left = bytes.length - offset;
		const payloadBytes = left < FRAME_HEADER_BYTES ? 0 : readBigEndian(bytes, offset, FRAME_HEADER_BYTES);
		const length = FRAME_HEADER_BYTES + payloadBytes;
		if (left < FRAME_HEADER_BYTES || payloadBytes > MAX_FRAME_BYTES || payloadBytes === 0 || length > left) {
			lines.push(annotatedLine(offset, left, describeLengthFault(left, payloadBytes)));
			return {lines, faults: faults + 1};
		}
		try {
			lines.push(...messageLines(bytes.subarray(offset + FRAME_HEADER_BYTES, offset + length), offset, length));
		} catch (error) {
			if (!(error instanceof ProtocolError)) throw error;
			faults++;
			lines.push(annotatedLine(offset, length, `malformed: ${error.message}`, {code: error.code}));
		}
		offset += length;
	}
	return {lines, faults};
}

function describeLengthFault(left: number, payloadBytes: number): string {
	if (left < FRAME_HEADER_BYTES) return 'torn: the capture ends within the length of a frame';
	if (payloadBytes === 0) return 'malformed: a frame of 0 bytes';
	if (payloadBytes > MAX_FRAME_BYTES)
		return `malformed: a frame of ${payloadBytes} bytes; the limit is ${MAX_FRAME_BYTES}`;
	return `torn: the capture ends within a frame of ${payloadBytes} bytes`;
}

function messageLines(payload: Uint8Array, offset: number, length: number): string[] {
	const message = decodeMessage(payload);
	if (message === undefined) return [annotatedLine(offset, length, 'unknown message')];
	const {type, ...fields} = message;
	if (message.type !== 'events') return [annotatedLine(offset, length, type, fields)];
	return [
		annotatedLine(offset, length, type, {batches: message.batches.length, answer: message.answer, done: message.done}),
		...message.batches.flatMap(batch => [detailLine('batch', batchFields(batch)), ...entryLines(batch)]),
	];
}
