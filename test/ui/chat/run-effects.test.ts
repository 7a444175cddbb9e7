import {expect, test} from 'vitest';
import {createMessageNumbers} from '../../../source/node/commands/message-numbers.js';
import type {ScreenMessage} from '../../../source/ui/chat/chat-state.js';
import {type EffectPorts, runEffect} from '../../../source/ui/chat/run-effects.js';
import {createFakeChatNode} from '../../helpers/fake-chat-node.js';
import {liveClock} from '../../helpers/launch-chat.js';

test('a failed export returns the typed command to the input', async () => {
	const chatNode = createFakeChatNode();
	const messages: ScreenMessage[] = [];
	await new Promise<void>(resolve => {
		const ports: EffectPorts = {
			chatNode,
			self: chatNode.self,
			hooks: {clock: liveClock, exportTimeline: () => Promise.reject(new Error('/x/out.txt cannot be written'))},
			getUi: () => {
				throw new Error('not used');
			},
			numbers: createMessageNumbers(),
			dispatch(message) {
				messages.push(message);
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
	expect(messages).toEqual([{type: 'draft-rejected', draft: '/export out.txt', text: '/x/out.txt cannot be written'}]);
});
