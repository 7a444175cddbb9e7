import {expect, test} from 'vitest';
import type {Message} from '../../source/ui/model/message.js';
import {type EffectPorts, runEffect} from '../../source/ui/run-effects.js';
import {createFakeSession} from '../helpers/fake-session.js';
import {liveClock} from '../helpers/launch-chat.js';

test('an export that fails gives the typed line back', async () => {
	const session = createFakeSession();
	const told: Message[] = [];
	await new Promise<void>(resolve => {
		const ports: EffectPorts = {
			session,
			self: session.self,
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
	expect(told).toEqual([{type: 'refused', draft: '/export out.txt', text: '/x/out.txt cannot be written'}]);
});
