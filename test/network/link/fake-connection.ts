/** A connection whose other end is the test, which sees every message and sends any bytes in any pieces. */
import {createFrameDecoder} from '../../../source/codec/frame.js';
import {decodeMessage, encodeMessageFrame, type Message} from '../../../source/codec/message.js';
import type {Connection, ConnectionHandlers} from '../../../source/network/transport/transport.js';

export interface FakeConnection {
	readonly connection: Connection;
	/** The messages of our end, in order. */
	readonly sent: Message[];
	/** The calls of `pause`, `resume`, `close` and `destroy`, in order. */
	readonly calls: string[];
	/** Sends messages of the other end, in one chunk. */
	say(...messages: readonly Message[]): void;
	sayBytes(bytes: Uint8Array): void;
	/** Queues bytes that the other end does not read. What is sent from now on waits behind them. */
	queue(bytes: number): void;
	drain(): void;
	/** Closes the connection. */
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
			handle(given) {
				handlers = given;
			},
			send(frame) {
				for (const payload of decoder.push(frame)) {
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
