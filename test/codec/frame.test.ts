import fc from 'fast-check';
import {expect, test} from 'vitest';
import {createFrameDecoder, encodeFrame} from '../../source/codec/frame.js';
import {ProtocolError} from '../../source/core/errors.js';
import {MAX_FRAME_BYTES} from '../../source/core/limits.js';

/** Splits bytes into separate chunks of the given lengths. The list of lengths is used again and again. */
function cut(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
	const pieces: Uint8Array[] = [];
	for (let at = 0, turn = 0; at < bytes.length; turn++) {
		const length = lengths[turn % lengths.length]!;
		pieces.push(bytes.slice(at, at + length));
		at += length;
	}
	return pieces;
}

function join(parts: readonly Uint8Array[]): Uint8Array {
	return new Uint8Array(Buffer.concat(parts));
}

const payloads = fc.array(fc.uint8Array({minLength: 1, maxLength: 9000}), {maxLength: 12});
const lengths = fc.array(fc.integer({min: 1, max: 5000}), {minLength: 1, maxLength: 8});

test('the payloads of frames do not depend on how the stream is split into chunks', () => {
	fc.assert(
		fc.property(payloads, lengths, (input, pieces) => {
			const decoder = createFrameDecoder();
			const stream = join(input.map(payload => encodeFrame(payload)));
			const output = cut(stream, pieces).flatMap(piece => decoder.push(piece));
			expect(output.map(payload => [...payload])).toEqual(input.map(payload => [...payload]));
			expect(decoder.pendingBytes).toBe(0);
		}),
	);
});

test('a stream with an invalid length gives the payloads before that length and then an error, however the stream is split', () => {
	const bad = fc.constantFrom(
		Uint8Array.of(0, 0, 0, 0, 1),
		Uint8Array.of(0, 16, 0, 1, 1),
		Uint8Array.of(255, 255, 255, 255),
	);
	fc.assert(
		fc.property(payloads, bad, lengths, (input, broken, pieces) => {
			const decoder = createFrameDecoder();
			const stream = join([...input.map(payload => encodeFrame(payload)), broken]);
			const output: Uint8Array[] = [];
			let thrown: unknown;
			for (const piece of cut(stream, pieces)) {
				if (decoder.failure) break;
				try {
					output.push(...decoder.push(piece));
				} catch (error) {
					thrown = error;
				}
			}
			expect(output.map(payload => [...payload])).toEqual(input.map(payload => [...payload]));
			expect(decoder.failure).toBeInstanceOf(ProtocolError);
			expect(decoder.failure?.code).toBe('bad-frame');
			if (thrown) expect(thrown).toBe(decoder.failure);
			expect(() => decoder.push(Uint8Array.of(0))).toThrow(ProtocolError);
		}),
	);
});

test('a frame length of 0 or above the maximum is rejected as soon as its fourth byte arrives', () => {
	for (const header of [
		[0, 0, 0, 0],
		[0, 16, 0, 1],
	]) {
		const decoder = createFrameDecoder();
		for (const byte of header.slice(0, 3)) decoder.push(Uint8Array.of(byte));
		expect(() => decoder.push(Uint8Array.of(header[3]!))).toThrow(ProtocolError);
	}
});

test('decoding the largest frame from chunks of one byte does not take quadratic time', () => {
	const payload = new Uint8Array(MAX_FRAME_BYTES).map((_, index) => index);
	const frame = encodeFrame(payload);
	const decoder = createFrameDecoder();
	const output: Uint8Array[] = [];
	const started = performance.now();
	for (let at = 0; at < frame.length; at++) output.push(...decoder.push(frame.subarray(at, at + 1)));
	// Quadratic copying of 1 MiB would move 550 GB and take minutes.
	expect(performance.now() - started).toBeLessThan(10_000);
	expect(output).toHaveLength(1);
	expect(Buffer.compare(output[0]!, payload)).toBe(0);
});

test('a decoder does not allocate the announced length of a large frame before its bytes arrive', () => {
	const decoders = Array.from({length: 20_000}, () => createFrameDecoder());
	const before = process.memoryUsage().arrayBuffers;
	for (const decoder of decoders) decoder.push(Uint8Array.of(0, 16, 0, 0, 1));
	expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20_000 * 10_000);
	expect(decoders[0]?.pendingBytes).toBe(5);
});

test('the payload of a frame that is complete in one chunk is not copied', () => {
	const frame = encodeFrame(Uint8Array.of(1, 2, 3));
	const [payload] = createFrameDecoder().push(frame);
	expect(payload?.buffer).toBe(frame.buffer);
});

test('encoding a frame whose payload is above the limit throws RangeError', () => {
	expect(() => encodeFrame(new Uint8Array(0))).toThrow(RangeError);
	expect(() => encodeFrame(new Uint8Array(MAX_FRAME_BYTES + 1))).toThrow(RangeError);
});

test('the memory of a returned payload is used for the next long payload, and not for a short one', () => {
	const decoder = createFrameDecoder();
	const receive = (payload: Uint8Array) => {
		const frame = encodeFrame(payload);
		return [...decoder.push(frame.subarray(0, 3)), ...decoder.push(frame.subarray(3))];
	};
	const inTwo = (payload: Uint8Array) => {
		const frame = encodeFrame(payload);
		return [...decoder.push(frame.subarray(0, 100)), ...decoder.push(frame.subarray(100))];
	};
	const [first] = inTwo(new Uint8Array(1000).fill(1));
	decoder.reuse(first!);
	expect(decoder.bufferBytes).toBe(1000);
	const [second] = inTwo(new Uint8Array(900).fill(2));
	expect(second).toEqual(new Uint8Array(900).fill(2));
	expect(second?.buffer).toBe(first?.buffer);
	// Without `reuse` the payload keeps its memory.
	const [third] = inTwo(new Uint8Array(900).fill(3));
	expect(second).toEqual(new Uint8Array(900).fill(2));
	decoder.reuse(third!);
	const [short] = receive(Uint8Array.of(4, 4));
	expect(short).toEqual(Uint8Array.of(4, 4));
	expect(decoder.bufferBytes).toBe(0);
});

test('the memory of a chunk is not used for a later payload, even if a payload fills the start of the chunk', () => {
	const decoder = createFrameDecoder();
	const first = encodeFrame(new Uint8Array(200).fill(1));
	const rest = Buffer.concat([first.subarray(4), encodeFrame(new Uint8Array(200).fill(2))]);
	const chunk = new Uint8Array(rest);
	decoder.push(first.subarray(0, 4));
	const payloads = decoder.push(chunk);
	decoder.reuse(payloads[0]!);
	const next = encodeFrame(new Uint8Array(300).fill(3));
	decoder.push(next.subarray(0, 100));
	decoder.push(next.subarray(100));
	expect(payloads[1]).toEqual(new Uint8Array(200).fill(2));
	expect(decoder.bufferBytes).toBe(0);
});
