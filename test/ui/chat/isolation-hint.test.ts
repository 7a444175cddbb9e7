import {describe, expect, test} from 'vitest';
import {formatIsolationHint} from '../../../source/ui/chat/isolation-hint.js';
import {createFakeChatNode} from '../../helpers/fake-chat-node.js';

function lines(self: Partial<ReturnType<typeof createFakeChatNode>['self']>): string {
	const chatNode = createFakeChatNode();
	chatNode.publish({type: 'isolated', isolated: true, tried: ['127.255.255.255 on lo']});
	return formatIsolationHint(chatNode.store.getState(), {...chatNode.self, ...self}, 200, 20).join('\n');
}

describe('the hint of an isolated node shows', () => {
	test('the hint of an isolated node shows a command that joins this room', () => {
		expect(lines({room: 'crew', udpPort: 48_151, hasSecret: true})).toContain(
			'on another machine of this network: npx p2pchat-ink --name NAME --room crew --port 48151 --ask-secret',
		);
		expect(lines({addresses: ['127.0.0.1']})).toContain(
			'in another terminal of this computer: npx p2pchat-ink --name NAME --interface lo',
		);
	});

	test('the hint of an isolated node shows how to read the earlier log of an open room', () => {
		expect(lines({})).not.toContain('replay');
		expect(lines({earlierLog: '/home/carol/my logs/lan.p2plog'})).toContain(
			'earlier log of this room exists. To read it: npx p2pchat-ink replay "/home/carol/my logs/lan.p2plog"',
		);
	});
});
