import {expect, test} from 'vitest';
import {decodeMessage} from '../../../source/codec/message.js';
import {createLinkWriter} from '../../../source/network/link/link-writer.js';
import type {Connection} from '../../../source/network/transport/transport.js';

/** A connection that keeps the frames, as a queue does. */
function createQueue() {
	const frames: Uint8Array[] = [];
	const connection = {
		queuedBytes: 0,
		send(frame: Uint8Array) {
			frames.push(frame);
			return true;
		},
	};
	const writer = createLinkWriter(connection as unknown as Connection, () => {});
	const slice = (id: number) => void writer.send({type: 'file-data', id, bytes: new Uint8Array(200).fill(id)});
	const read = (frame: Uint8Array | undefined) => decodeMessage(frame!.subarray(4));
	return {frames, connection, writer, slice, read};
}

test('the memory of a slice is used for the next slice when the connection has written all bytes', () => {
	const {frames, slice, read} = createQueue();
	slice(1);
	slice(2);
	expect(frames[1]?.buffer === frames[0]?.buffer).toBe(true);
	expect(read(frames[1])).toEqual({type: 'file-data', id: 2, bytes: new Uint8Array(200).fill(2)});
});

test('a slice in the queue of a connection does not change when another slice is sent', () => {
	const {frames, connection, slice, read} = createQueue();
	slice(1);
	connection.queuedBytes = 200;
	slice(2);
	expect(read(frames[0])).toEqual({type: 'file-data', id: 1, bytes: new Uint8Array(200).fill(1)});
	expect(read(frames[1])).toEqual({type: 'file-data', id: 2, bytes: new Uint8Array(200).fill(2)});
});

test('the memory of slices is not kept after another message', () => {
	const {frames, writer, slice} = createQueue();
	slice(1);
	writer.send({type: 'file-none', id: 1});
	slice(2);
	expect(frames[2]?.buffer === frames[0]?.buffer).toBe(false);
});
