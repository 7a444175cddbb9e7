import {expect, test} from 'vitest';
import {createJsonReports} from '../../source/commands/json-reports.js';
import {createFakeSession} from '../helpers/fake-session.js';

test('who leaves does not tell that the others became unreachable; who loses one does', () => {
	for (const leaves of [false, true]) {
		const session = createFakeSession();
		const bob = session.join('Bob', '10.0.0.2');
		const {format} = createJsonReports();
		const tell = () => format({type: 'peer', peer: bob.peer}, session.store.getState());
		expect(tell()).toContain('"status":"connected"');
		if (leaves) session.tell(session.own, {type: 'left'});
		session.observe({type: 'peer-disconnected', subject: bob.peer, reason: 'gone', alone: false});
		session.passing({type: 'link-closed', peer: bob.peer});
		if (leaves) expect(tell()).toBe(undefined);
		else expect(tell()).toContain('"status":"unreachable"');
	}
});
