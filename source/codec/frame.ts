/** Codec of frames (protocol.md, Frames): a 4-byte big-endian length, followed by that many bytes of payload. */

import {ProtocolError} from '../core/errors.js';
import {MAX_FRAME_BYTES} from '../core/limits.js';
import {writeUint32} from './bytes.js';

export const FRAME_HEADER_BYTES = 4;
/**
 * Initial size of the buffer for a frame that arrives in parts. The buffer doubles as bytes arrive, so a peer that
 * announces a large frame but does not send it occupies little memory. After a long frame, the initial size is the
 * length of that frame, up to MAX_REPEATED_BYTES, because the slices of a file are a series of frames of equal
 * length.
 */
const INITIAL_BUFFER_BYTES = 4096;
const MAX_REPEATED_BYTES = 320 * 1024;

/**
 * Creates a buffer with a frame header and space for `length` bytes of payload. If `memory` is long enough, the buffer is a
 * part of it and contains old bytes. Throws RangeError if `length` is 0 or exceeds `maxBytes`.
 */
export function createFrame(length: number, maxBytes = MAX_FRAME_BYTES, memory?: Uint8Array): Uint8Array {
	if (length === 0 || length > maxBytes) throw new RangeError(`A frame holds 1 to ${maxBytes} bytes, not ${length}`);
	const bytes = FRAME_HEADER_BYTES + length;
	const isFitting = memory !== undefined && memory.buffer.byteLength >= bytes;
	const frame = isFitting ? new Uint8Array(memory.buffer, 0, bytes) : new Uint8Array(bytes);
	writeUint32(frame, 0, length);
	return frame;
}

/** Creates a frame with a copy of `payload`. Throws RangeError if the payload exceeds `maxBytes`. */
export function encodeFrame(payload: Uint8Array, maxBytes = MAX_FRAME_BYTES): Uint8Array {
	const frame = createFrame(payload.length, maxBytes);
	frame.set(payload, FRAME_HEADER_BYTES);
	return frame;
}

interface FrameDecoder {
	/**
	 * Returns the payloads that `chunk` completes, in order. A payload that is entirely in `chunk` shares the memory
	 * of `chunk`. Throws ProtocolError `bad-frame` for a length of 0 or above the maximum. If complete payloads
	 * precede a wrong length in the chunk, `push` returns these payloads and sets `failure`, and the next call of
	 * `push` throws. So the result does not depend on how the stream is split into chunks.
	 */
	push(chunk: Uint8Array): Uint8Array[];
	/**
	 * Takes back the memory of a payload that the caller no longer uses, so that the next payload that arrives in several
	 * chunks is stored in it. New memory for each slice of a file would cost page faults and garbage collections. A payload
	 * in a single chunk is no slice, so the memory is freed when one arrives.
	 */
	reuse(payload: Uint8Array): void;
	readonly failure: ProtocolError | undefined;
	/** Number of bytes that were received of the last, incomplete frame, including its header. */
	readonly pendingBytes: number;
	/** Bytes of memory that are reserved for the last, incomplete frame, and for the next one (`reuse`). */
	readonly bufferBytes: number;
}

/** Creates a decoder for one stream of frames. */
export function createFrameDecoder(maxBytes = MAX_FRAME_BYTES): FrameDecoder {
	/** Payload length of the current frame, computed from the header bytes received so far. */
	let length = 0;
	let headerBytes = 0;
	let buffer: Uint8Array = new Uint8Array(0);
	/** Memory for the next payload that arrives in parts. */
	let spare: Uint8Array = new Uint8Array(0);
	/** Last payload that `push` returned and that is not a view of a chunk. */
	let lastPayload: Uint8Array | undefined;
	let filled = 0;
	let lastLength = 0;
	let failure: ProtocolError | undefined;

	/**
	 * Stores a piece of an incomplete payload. The buffer doubles when it is full, so each byte is copied at most about
	 * twice.
	 */
	function bufferPart(part: Uint8Array): void {
		if (filled === 0 && length <= spare.length) {
			buffer = spare.subarray(0, length);
			spare = new Uint8Array(0);
		} else if (filled + part.length > buffer.length) {
			const size = Math.max(filled + part.length, buffer.length * 2, INITIAL_BUFFER_BYTES, lastLength);
			const larger = new Uint8Array(Math.min(length, size));
			larger.set(buffer.subarray(0, filled));
			buffer = larger;
		}
		buffer.set(part, filled);
		filled += part.length;
	}

	/** Reads bytes of a frame header from `start` of `chunk`, and returns the position after them. */
	function readHeader(chunk: Uint8Array, start: number): number {
		let position = start;
		while (headerBytes < FRAME_HEADER_BYTES && position < chunk.length) {
			length = length * 256 + (chunk[position++] ?? 0);
			headerBytes++;
		}
		if (headerBytes === FRAME_HEADER_BYTES && (length === 0 || length > maxBytes)) {
			failure = new ProtocolError('bad-frame', `a frame of ${length} bytes; 1 to ${maxBytes} are allowed`);
		}
		return position;
	}

	/** Reads payload bytes from `start`. Returns the payload when it is complete. Requires a complete header. */
	function readPayload(chunk: Uint8Array, start: number): Uint8Array | undefined {
		const part = chunk.subarray(start, start + length - filled);
		if (filled + part.length < length) {
			if (part.length > 0) bufferPart(part);
			return undefined;
		}
		let payload = part;
		if (filled > 0) {
			bufferPart(part);
			payload = buffer;
			lastPayload = payload;
		} else {
			spare = new Uint8Array(0);
		}
		buffer = new Uint8Array(0);
		filled = 0;
		lastLength = Math.min(length, MAX_REPEATED_BYTES);
		length = 0;
		headerBytes = 0;
		return payload;
	}

	return {
		push(chunk) {
			if (failure) throw failure;
			const payloads: Uint8Array[] = [];
			let position = 0;
			while (position < chunk.length) {
				position = readHeader(chunk, position);
				if (failure || headerBytes < FRAME_HEADER_BYTES) break;
				const missingBytes = length - filled;
				const payload = readPayload(chunk, position);
				position += Math.min(missingBytes, chunk.length - position);
				if (payload) payloads.push(payload);
			}
			if (failure && payloads.length === 0) throw failure;
			return payloads;
		},
		reuse(payload) {
			if (payload === lastPayload && payload.length <= MAX_REPEATED_BYTES) spare = new Uint8Array(payload.buffer);
			lastPayload = undefined;
		},
		get failure() {
			return failure;
		},
		get pendingBytes() {
			return headerBytes + filled;
		},
		get bufferBytes() {
			return buffer.length + spare.length;
		},
	};
}
