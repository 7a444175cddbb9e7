/** A connection whose other end is the test: it sees each message sent, and says whatever it wants in whatever pieces. */
import {createFrameDecoder} from '../../../source/codec/frame.js';
import {decodeMessage, encodeMessageFrame, type Message} from '../../../source/codec/message.js';
import type {Connection, ConnectionHandlers} from '../../../source/network/transport/transport.js';

export interface FakeConnection {
	readonly connection: Connection;
	/** What our end said, in order. */
	readonly sent: Message[];
	/** `pause`, `resume`, `close`, `destroy`, as called. */
	readonly calls: string[];
	/** The other end says these, in one chunk. */
	say(...messages: readonly Message[]): void;
	sayBytes(bytes: Uint8Array): void;
	/** So many bytes wait that the other end does not take, and what is sent from now on waits behind them. */
	queue(bytes: number): void;
	drain(): void;
	/** It is over. */
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
