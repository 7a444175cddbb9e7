/**
 * Fake connection to a peer that the test controls: the test sees every message and can send any bytes in any chunks.
 */
import {createFrameDecoder} from '../../../source/codec/frame.js';
import {decodeMessage, encodeMessageFrame} from '../../../source/codec/message.js';
import type {Message} from '../../../source/codec/message-types.js';
import {SEND_HIGH_WATER_BYTES} from '../../../source/core/limits.js';
import type {Connection, ConnectionHandlers} from '../../../source/network/transport/transport.js';

export interface FakeConnection {
	readonly connection: Connection;
	/** Messages that the code under test has sent, in order. */
	readonly sent: Message[];
	/** Names of the called methods among `pause`, `resume`, `close` and `destroy`, in order. */
	readonly calls: string[];
	/** Sends messages of the peer, in one chunk. */
	say(...messages: readonly Message[]): void;
	sayBytes(bytes: Uint8Array): void;
	/**
	 * Sets the size of the send queue, as if the peer did not read. While the size is above 0, each frame that is sent
	 * adds its length to the size.
	 */
	queue(bytes: number): void;
	drain(): void;
	/** Closes the connection, as the peer or the network does. `error`: reason of a failure. */
	end(error?: string): void;
}

export function createFakeConnection({dialled = false} = {}): FakeConnection {
	const sent: Message[] = [];
	const calls: string[] = [];
	const decoder = createFrameDecoder();
	let handlers: ConnectionHandlers | undefined;
	let queuedBytes = 0;

	const sayBytes = (bytes: Uint8Array) => handlers?.data(bytes);
	return {
		connection: {
			dialled,
			remoteAddress: '10.0.0.2',
			remotePort: 4000,
			localAddress: '10.0.0.1',
			keyingMaterial: new Uint8Array(32),
			get queuedBytes() {
				return queuedBytes;
			},
			highWaterBytes: SEND_HIGH_WATER_BYTES,
			handle(newHandlers) {
				handlers = newHandlers;
			},
			send(frame) {
				for (const payload of decoder.push(frame.slice())) {
					const message = decodeMessage(payload);
					if (message) sent.push(message);
				}
				if (queuedBytes === 0) return true;
				queuedBytes += frame.length;
				return false;
			},
			pause: () => void calls.push('pause'),
			resume: () => void calls.push('resume'),
			close: () => void calls.push('close'),
			destroy: () => void calls.push('destroy'),
		},
		sent,
		calls,
		say: (...messages) => sayBytes(Buffer.concat(messages.map(encodeMessageFrame))),
		sayBytes,
		queue(bytes) {
			queuedBytes = bytes;
		},
		drain: () => handlers?.drain(),
		end: error => handlers?.closed(error),
	};
}
