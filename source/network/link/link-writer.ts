/** Outbound side of one connection: limits what may be queued, and detects an other end that does not read. */
import {encodeMessageFrame, type Message} from '../../codec/message.js';
import {MAX_QUEUED_BYTES, SLOW_READER_MS} from '../../core/limits.js';
import type {Connection} from '../transport/transport.js';

export interface LinkWriter {
	/** Returns false above the high-water mark of the connection, or if the message was not sent. */
	send(message: Message): boolean;
	sendFrame(frame: Uint8Array): boolean;
	/** Whether the other end took nothing of the queue for SLOW_READER_MS. To be called at intervals; `now`: monotonic ms. */
	isStuck(now: number): boolean;
	/** Restarts the time of `isStuck`, after the timers of this node stalled. */
	resetIdle(): void;
}

/** Messages without value once they are late. They are dropped above MAX_QUEUED_BYTES. */
const EXPENDABLE: ReadonlySet<Message['type']> = new Set(['ping', 'pong', 'typing']);

/** Above twice MAX_QUEUED_BYTES nothing is sent any more, and `onOverflow` is called. Pushes stop earlier (sync.ts). */
export function createLinkWriter(connection: Connection, onOverflow: () => void): LinkWriter {
	let sentBytes = 0;
	/** Bytes that the other end had taken when it took some last, and the time of the first look after that. */
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
