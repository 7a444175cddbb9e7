import {expect, test} from 'vitest';
import {createJsonReportFormatter} from '../../../source/cli/output/report-formats.js';
import {createFakeChatNode} from '../../helpers/fake-chat-node.js';

test('the JSON report of a peer is "unreachable" after its connection is lost, but there is none after we left', () => {
	for (const leaves of [false, true]) {
		const chatNode = createFakeChatNode();
		const bob = chatNode.join('Bob', '10.0.0.2');
		const {format} = createJsonReportFormatter();
		const formatPeer = () => format({type: 'peer', peer: bob.peer}, chatNode.store.getState());
		expect(formatPeer()).toContain('"status":"connected"');
		if (leaves) chatNode.tell(chatNode.own, {type: 'left'});
		chatNode.observe({type: 'peer-disconnected', subject: bob.peer, reason: 'gone', alone: false});
		chatNode.publish({type: 'link-closed', peer: bob.peer});
		if (leaves) expect(formatPeer()).toBe(undefined);
		else expect(formatPeer()).toContain('"status":"unreachable"');
	}
});
