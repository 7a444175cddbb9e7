import {expect, it} from 'vitest';
import type {ChatNode} from '../../source/node/chat-node.js';
import {openHistory} from './malicious-peer.js';
import {createHostileRoom, expectChat, rowsOf} from './room.js';

it('a member that is connected to both ends of a whisper, before and after it is sent, receives no byte of its text', async () => {
	const room = await createHostileRoom();
	const {ann, bob} = room;
	const received: Uint8Array[] = [];
	const hello = {features: ['typing', 'whispers', 'files']};
	const onData = (chunk: Uint8Array) => void received.push(chunk);
	/** Connects to each end a spy that requests the history of both ends. */
	async function spy(): Promise<void> {
		for (const host of ['10.0.0.1', '10.0.0.2']) {
			const peer = await room.attack({host, hello, onData});
			openHistory(peer);
			peer.send({type: 'want', id: 1, ranges: [ann, bob].map(({info}) => ({peer: info.peer, from: 1}))});
		}
		await room.clock.advance(2000);
	}

	await spy();
	const whisper = (from: ChatNode, to: typeof ann, text: string) => from.whisper(to.info.peer, text);
	expect(whisper(ann.chatNode, bob, 'a secret question')).toEqual({id: 1});
	expect(whisper(bob.chatNode, ann, 'a secret answer')).toEqual({id: 1});
	await expectChat(room, 'public words');
	await spy();
	for (const end of [ann, bob]) expect(rowsOf(end).filter(({type}) => type === 'whisper')).toHaveLength(2);
	const bytes = Buffer.concat(received);
	const times = (text: string) => bytes.toString('latin1').split(text).length - 1;
	// Each spy received the public messages at least of the node to which it is connected, so the spies do record
	// messages.
	expect(times('public words')).toBeGreaterThanOrEqual(4);
	expect(times('secret')).toBe(0);
	await room.stop();
});
