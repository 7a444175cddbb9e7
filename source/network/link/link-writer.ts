/** Outbound side of one connection. It limits the bytes in the send queue and detects a peer that does not read. */

import {encodeMessageFrame} from '../../codec/message.js';
import type {Message} from '../../codec/message-types.js';
import {MAX_QUEUED_BYTES, SLOW_READER_MS} from '../../core/limits.js';
import type {Connection} from '../transport/transport.js';

export interface LinkWriter {
	/**
	 * Sends a message. Returns false if the queue of the connection is above its high-water mark, or if the message was
	 * dropped.
	 */
	send(message: Message): boolean;
	sendFrame(frame: Uint8Array): boolean;
	/** Whether the peer read nothing from a non-empty queue for SLOW_READER_MS. Call it often. `now`: monotonic ms. */
	isStuck(now: number): boolean;
	/** Restarts the SLOW_READER_MS period, for use after a stall of this node's own timers. */
	resetIdle(): void;
}

/** Messages that are useless when they arrive late. They are dropped while more than MAX_QUEUED_BYTES are queued. */
const EXPENDABLE: ReadonlySet<Message['type']> = new Set(['ping', 'pong', 'typing']);

/** `onOverflow` is called for a message dropped because more than twice MAX_QUEUED_BYTES are queued. */
export function createLinkWriter(connection: Connection, onOverflow: () => void): LinkWriter {
	let sentBytes = 0;
	/** Number of bytes that have left the queue, and the time at which `isStuck` first saw this number. */
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
		send: message => write(encodeMessageFrame(message), EXPENDABLE.has(message.type)),
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
