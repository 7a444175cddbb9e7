/** What goes out on one connection: how much may wait, and whether the other end reads. Times in monotonic ms. */
import {encodeMessageFrame, type Message} from '../../codec/message.js';
import {MAX_QUEUED_BYTES, SLOW_READER_MS} from '../../core/limits.js';
import type {Connection} from '../transport/transport.js';

export interface LinkWriter {
	/** False: above the high-water mark. */
	send(message: Message): boolean;
	sendFrame(frame: Uint8Array): boolean;
	/** Whether they took nothing of what is queued for SLOW_READER_MS. To be asked now and then. */
	isStuck(now: number): boolean;
	/** Our own clock stood still. */
	resetIdle(): void;
}

/** Not worth queueing for one who does not read. */
const EXPENDABLE: ReadonlySet<Message['type']> = new Set(['ping', 'pong', 'typing']);

/**
 * Pushes stop at MAX_QUEUED_BYTES (sync.ts), and so does what is worth nothing later; twice that is the end: `overflow` is
 * called and nothing is sent.
 */
export function createLinkWriter(connection: Connection, onOverflow: () => void): LinkWriter {
	let sentBytes = 0;
	/** How much they had taken, and since when no more. */
	let stuck: {readonly since: number; readonly flushed: number} | undefined;

	function write(frame: Uint8Array, passing: boolean): boolean {
		const queued = connection.queuedBytes;
		if (queued > MAX_QUEUED_BYTES && passing) return false;
		if (queued > 2 * MAX_QUEUED_BYTES) {
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
			const queued = connection.queuedBytes;
			const flushed = sentBytes - queued;
			if (queued === 0) stuck = undefined;
			else if (stuck?.flushed !== flushed) stuck = {since: now, flushed};
			return stuck !== undefined && now - stuck.since > SLOW_READER_MS;
		},
		resetIdle() {
			stuck = undefined;
		},
	};
}
