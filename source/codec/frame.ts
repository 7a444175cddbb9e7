/** Frames (protocol.md, Frames): a 4-byte big-endian length, then that many bytes. */

import {ProtocolError} from '../core/errors.js';
import {MAX_FRAME_BYTES} from '../core/limits.js';

export const FRAME_HEADER_BYTES = 4;
/** First allocation for a frame that comes in pieces; doubled as bytes really arrive, so a mere claim costs nothing. */
const INITIAL_BUFFER_BYTES = 4096;

export function writeFrameHeader(target: Uint8Array, at: number, length: number): void {
	target[at] = length >>> 24;
	target[at + 1] = length >>> 16;
	target[at + 2] = length >>> 8;
	target[at + 3] = length;
}

/** A new buffer with its header; `length` bytes of payload are left to write. Throws RangeError if no receiver takes it. */
export function createFrame(length: number, maxBytes = MAX_FRAME_BYTES): Uint8Array {
	if (length === 0 || length > maxBytes) throw new RangeError(`A frame holds 1 to ${maxBytes} bytes, not ${length}`);
	const frame = new Uint8Array(FRAME_HEADER_BYTES + length);
	writeFrameHeader(frame, 0, length);
	return frame;
}

/** A new buffer: header and a copy of `payload`. Throws RangeError for a payload that no receiver would take. */
export function encodeFrame(payload: Uint8Array, maxBytes = MAX_FRAME_BYTES): Uint8Array {
	const frame = createFrame(payload.length, maxBytes);
	frame.set(payload, FRAME_HEADER_BYTES);
	return frame;
}

export interface FrameDecoder {
	/**
	 * Payloads that `chunk` completes, in order; views of `chunk` where it holds them whole. Throws ProtocolError
	 * `bad-frame` at a length of 0 or above the maximum. Payloads that stand before it in the same chunk are returned
	 * first: then `failure` is set and the next push throws, so any split of a stream gives the same payloads.
	 */
	push(chunk: Uint8Array): Uint8Array[];
	readonly failure: ProtocolError | undefined;
	/** Bytes held of an unfinished frame, its header included. */
	readonly pendingBytes: number;
}

export function createFrameDecoder(maxBytes = MAX_FRAME_BYTES): FrameDecoder {
	/** Value of the header bytes seen so far, and how many. */
	let length = 0;
	let headerBytes = 0;
	let buffer = new Uint8Array(0);
	let filled = 0;
	let failure: ProtocolError | undefined;

	/** Keeps a part of a payload; the buffer at most doubles, so every byte is copied about twice at worst. */
	function bufferPart(part: Uint8Array): void {
		if (filled + part.length > buffer.length) {
			const size = Math.max(filled + part.length, buffer.length * 2, INITIAL_BUFFER_BYTES);
			const grown = new Uint8Array(Math.min(length, size));
			grown.set(buffer.subarray(0, filled));
			buffer = grown;
		}
		buffer.set(part, filled);
		filled += part.length;
	}

	/** Reads header bytes from `at`; returns where it stopped. */
	function readHeader(chunk: Uint8Array, at: number): number {
		let position = at;
		while (headerBytes < FRAME_HEADER_BYTES && position < chunk.length) {
			length = length * 256 + (chunk[position++] ?? 0);
			headerBytes++;
		}
		if (headerBytes === FRAME_HEADER_BYTES && (length === 0 || length > maxBytes)) {
			failure = new ProtocolError('bad-frame', `a frame of ${length} bytes; 1 to ${maxBytes} are allowed`);
		}
		return position;
	}

	/** Takes payload bytes from `at`: the whole payload once complete. Only called with a full header. */
	function readPayload(chunk: Uint8Array, at: number): Uint8Array | undefined {
		const part = chunk.subarray(at, at + length - filled);
		if (filled + part.length < length) {
			if (part.length > 0) bufferPart(part);
			return undefined;
		}
		let payload = part;
		if (filled > 0) {
			bufferPart(part);
			payload = buffer;
		}
		buffer = new Uint8Array(0);
		filled = 0;
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
				if (failure) break;
				if (headerBytes < FRAME_HEADER_BYTES) break;
				const before = filled;
				const wanted = length - before;
				const payload = readPayload(chunk, position);
				position += Math.min(wanted, chunk.length - position);
				if (payload) payloads.push(payload);
			}
			if (failure && payloads.length === 0) throw failure;
			return payloads;
		},
		get failure() {
			return failure;
		},
		get pendingBytes() {
			return headerBytes + filled;
		},
	};
}
