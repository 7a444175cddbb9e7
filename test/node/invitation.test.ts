import {expect, it, onTestFinished} from 'vitest';
import type {PeerId} from '../../source/core/event.js';
import type {InvitationPorts} from '../../source/node/invitation.js';
import {createFakeChatNode} from '../helpers/fake-chat-node.js';
import {createMemoryRoom} from '../helpers/memory-room.js';

it('the message that says that a window for guests is open cannot be corrected or withdrawn', () => {
	const chatNode = createFakeChatNode();
	const {own} = chatNode;
	chatNode.tell(own, {type: 'posted', text: 'shows this room', action: true, window: 'opened'});
	const target = {peer: own.peer, seq: own.seq};
	for (const result of [chatNode.correct(target, 'nothing'), chatNode.withdraw(target)])
		expect(result).toEqual({refused: expect.stringContaining('cannot be changed')});
});

it('the window for guests leaves out all present and later launches of a person whom the user ignores', async () => {
	const room = await createMemoryRoom();
	onTestFinished(() => room.stop());
	let ports: InvitationPorts | undefined;
	const ann = await room.launch('Ann', {
		createInvitation(given) {
			ports = given;
			return {open: async () => ({refused: ''}), close: async () => {}, kick: () => false, info: () => undefined};
		},
	});
	const identitySeed = new Uint8Array(32).fill(7);
	const eve = await room.launch('Eve', {identitySeed});
	await room.clock.advance(3000);
	ann.chatNode.ignore([eve.self.peer]);
	const again = await room.launch('Eve elsewhere', {identitySeed});
	const bob = await room.launch('Bob', {identitySeed: new Uint8Array(32).fill(8)});
	await room.clock.advance(3000);
	const ignores = (peer: PeerId) => ports?.isIgnored(peer);
	expect([eve, again, bob].map(({self}) => ignores(self.peer))).toEqual([true, true, false]);
});
