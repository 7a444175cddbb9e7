import {ProtocolError} from '../../codec/errors.js';
import {createFrameDecoder} from '../../codec/frame.js';
import {decodeMessage, type HelloMessage} from '../../codec/message.js';
import type {PeerId} from '../../core/ids.js';
import {HELLO_TIMEOUT_MS} from '../../core/limits.js';
import type {Clock} from '../../network/clock.js';
import {type HelloProof, judgeHello} from '../../network/handshake.js';
import type {Connection} from '../../network/transport.js';

export interface HelloReader {
	readonly self: PeerId;
	readonly proof: HelloProof;
	readonly clock: Clock;
}

export type HelloResult =
	| {readonly type: 'hello'; readonly hello: HelloMessage}
	| {readonly type: 'self'}
	| {readonly type: 'failed'; readonly code: string; readonly text: string};

/** Takes the first message of the other end and hangs up without a word of our own. `done` is called once. */
export function readHello(connection: Connection, reader: HelloReader, done: (result: HelloResult) => void): void {
	const decoder = createFrameDecoder();
	let finished = false;

	function finish(result: HelloResult): void {
		if (finished) return;
		finished = true;
		timer.cancel();
		connection.close();
		done(result);
	}

	function judge(payload: Uint8Array): HelloResult | undefined {
		const message = decodeMessage(payload);
		if (!message) return undefined;
		if (message.type === 'error') return {type: 'failed', code: message.code, text: message.text};
		const role = connection.dialled ? 'accepter' : 'dialler';
		const verdict = judgeHello(message, {...reader, keyingMaterial: connection.keyingMaterial, role});
		if (verdict.type === 'verified') return {type: 'hello', hello: verdict.hello};
		return verdict.type === 'self' ? verdict : {type: 'failed', code: verdict.code, text: verdict.text};
	}

	const timer = reader.clock.after(HELLO_TIMEOUT_MS, () =>
		finish({type: 'failed', code: 'hello-timeout', text: 'connected and encrypted, but it says nothing'}),
	);
	connection.handle({
		data(chunk) {
			if (finished) return;
			try {
				for (const payload of decoder.push(chunk)) {
					const result = judge(payload);
					if (result) return finish(result);
				}
			} catch (error) {
				if (!(error instanceof ProtocolError)) throw error;
				finish({type: 'failed', code: error.code, text: error.detail});
			}
		},
		drain() {},
		closed: error => finish({type: 'failed', code: 'ended', text: error ?? 'it hung up'}),
	});
}
