import {expect, test} from 'vitest';
import type {ScreenMessage} from '../../../source/ui/chat/chat-state.js';
import {type EffectPorts, runEffect} from '../../../source/ui/chat/run-effects.js';
import {createFakeChatNode} from '../../helpers/fake-chat-node.js';
import {liveClock} from '../../helpers/launch-chat.js';

test('an export that fails gives the typed line back', async () => {
	const chatNode = createFakeChatNode();
	const told: ScreenMessage[] = [];
	await new Promise<void>(resolve => {
		const ports: EffectPorts = {
			chatNode,
			self: chatNode.self,
			hooks: {clock: liveClock, exportTimeline: () => Promise.reject(new Error('/x/out.txt cannot be written'))},
			getUi: () => {
				throw new Error('not asked');
			},
			dispatch(message) {
				told.push(message);
				resolve();
			},
			write() {},
			redraw() {},
			suspend() {},
			copyView() {},
			enableKitty() {},
			quit() {},
		};
		runEffect({type: 'export', file: 'out.txt'}, ports);
	});
	expect(told).toEqual([{type: 'draft-rejected', draft: '/export out.txt', text: '/x/out.txt cannot be written'}]);
});
