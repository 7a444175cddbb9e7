import {expect, test} from 'vitest';
import {createJsonReportFormatter} from '../../../source/cli/output/report-formats.js';
import {createFakeChatNode} from '../../helpers/fake-chat-node.js';

test('who leaves does not tell that the others became unreachable; who loses one does', () => {
	for (const leaves of [false, true]) {
		const session = createFakeChatNode();
		const bob = session.join('Bob', '10.0.0.2');
		const {format} = createJsonReportFormatter();
		const tell = () => format({type: 'peer', peer: bob.peer}, session.store.getState());
		expect(tell()).toContain('"status":"connected"');
		if (leaves) session.tell(session.own, {type: 'left'});
		session.observe({type: 'peer-disconnected', subject: bob.peer, reason: 'gone', alone: false});
		session.publish({type: 'link-closed', peer: bob.peer});
		if (leaves) expect(tell()).toBe(undefined);
		else expect(tell()).toContain('"status":"unreachable"');
	}
});
