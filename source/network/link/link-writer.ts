/**
 * Outbound side of one connection. It limits the number of bytes in the send queue, and detects a peer that does not
 * read.
 */

import {encodeMessageFrame, encodeSliceFrame} from '../../codec/message.js';
import type {Message} from '../../codec/message-types.js';
import {MAX_QUEUED_BYTES, SLOW_READER_MS} from '../../core/limits.js';
import type {Connection} from '../transport/transport.js';

export interface LinkWriter {
	/** Sends a message. Returns false if the send queue is above its high-water mark, or if the message was dropped. */
	send(message: Message): boolean;
	sendFrame(frame: Uint8Array): boolean;
	/**
	 * Whether bytes wait in the send queue and the peer has read none of them for SLOW_READER_MS. To be called often.
	 * `now`: monotonic ms.
	 */
	isStuck(now: number): boolean;
	/**
	 * Restarts the time that is compared with SLOW_READER_MS. To be called after a time in which this process did not
	 * run.
	 */
	resetIdle(): void;
}

/**
 * Messages that are useless if they arrive late. Such a message is dropped if more than MAX_QUEUED_BYTES are in the
 * send queue.
 */
const EXPENDABLE: ReadonlySet<Message['type']> = new Set(['ping', 'pong', 'typing']);

/**
 * Creates the writer of a connection. `onOverflow`: called when a message is dropped because more than twice
 * MAX_QUEUED_BYTES are in the send queue.
 */
export function createLinkWriter(connection: Connection, onOverflow: () => void): LinkWriter {
	let sentBytes = 0;
	/**
	 * Frame of the last message, if it was a slice of a file. Its memory is used again for the next slice, because new
	 * memory for each slice would cost page faults and garbage collections.
	 */
	let sliceFrame: Uint8Array | undefined;
	/**
	 * Last observed progress of the send queue. `takenBytes`: number of bytes that have left the queue. `since`: time at
	 * which `isStuck` first saw this value of `takenBytes`.
	 */
	let stall: {readonly since: number; readonly takenBytes: number} | undefined;

	function write(frame: Uint8Array, isExpendable: boolean): boolean {
		const {queuedBytes} = connection;
		if (queuedBytes > MAX_QUEUED_BYTES && isExpendable) return false;
		if (queuedBytes > 2 * MAX_QUEUED_BYTES) {
			onOverflow();
			return false;
		}

		sentBytes += frame.length;
		return connection.send(frame);
	}

	return {
		send(message) {
			const memory = connection.queuedBytes === 0 ? sliceFrame : undefined;
			sliceFrame = message.type === 'file-data' ? encodeSliceFrame(message, memory) : undefined;
			return write(sliceFrame ?? encodeMessageFrame(message), EXPENDABLE.has(message.type));
		},
		sendFrame: frame => write(frame, false),
		isStuck(now) {
			const {queuedBytes} = connection;
			const takenBytes = sentBytes - queuedBytes;
			if (queuedBytes === 0) stall = undefined;
			else if (stall?.takenBytes !== takenBytes) stall = {since: now, takenBytes};
			return stall !== undefined && now - stall.since > SLOW_READER_MS;
		},
		resetIdle() {
			stall = undefined;
		},
	};
}
