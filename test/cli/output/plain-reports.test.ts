import {PassThrough} from 'node:stream';
import {describe, expect, test} from 'vitest';
import {createOutput} from '../../../source/cli/context.js';
import {createPlainReportFormat} from '../../../source/cli/output/report-formats.js';
import {createReporter} from '../../../source/cli/output/reporter.js';
import {drain} from '../../helpers/drain.js';
import {createFakeChatNode} from '../../helpers/fake-chat-node.js';
import {createFakeClock} from '../../helpers/fake-clock.js';

function start() {
	const session = createFakeChatNode();
	const {store} = session;
	const stream = new PassThrough();
	const reporter = createReporter(createOutput(stream), createPlainReportFormat(), createFakeClock(), store.getState);
	store.subscribe(reporter.onCommit);
	reporter.start();
	const read = () =>
		drain(stream)
			.split('\n')
			.filter(Boolean)
			.map(line => line.slice(26));
	read();
	return {session, reporter, read};
}

/** Of two who were here before us, and talked; each feed comes in one piece. */
function history({session}: ReturnType<typeof start>) {
	const from = session.at - 3_600_000;
	const ann = {peer: 'aa'.repeat(32) as never, seq: 0};
	const eve = {peer: 'ee'.repeat(32) as never, seq: 0};
	const joined = (name: string) => ({type: 'joined' as const, name, addresses: [], version: '1'});
	const say = (text: string) => ({type: 'posted' as const, text});
	session.commit(
		[
			session.make(ann, joined('Ann'), from + 1),
			session.make(ann, say('second'), from + 20),
			session.make(ann, say('fourth'), from + 40),
		],
		false,
	);
	session.commit([session.make(eve, joined('Eve'), from + 5), session.make(eve, say('third'), from + 30)], false);
	return {ann, eve};
}

describe('plain lines', () => {
	test('tell history in the order of time when all of it is here, and who was found then behind it', () => {
		const room = start();
		const {session, read} = room;
		const {ann} = history(room);
		session.observe({type: 'peer-connected', subject: ann.peer, address: '10.0.0.9'});
		expect(read()).toEqual([]);
		session.publish({type: 'synced', peer: ann.peer, received: 5});
		expect(read()).toEqual([
			'* Ann joined',
			'* Eve joined',
			'Ann (10.0.0.9): second',
			'Eve: third',
			'Ann (10.0.0.9): fourth',
			'* found Ann (10.0.0.9)',
		]);
	});

	test('say that lost contact is back, once', () => {
		const room = start();
		const {session, read} = room;
		const bob = session.join('Bob', '192.168.1.9');
		session.observe({type: 'peer-disconnected', subject: bob.peer, reason: 'lost contact', alone: true});
		session.observe({type: 'peer-connected', subject: bob.peer, address: '192.168.1.9'});
		expect(read()).toEqual(['* Bob joined', '* you lost contact with Bob', '* contact with Bob is back']);
	});

	test('keep nothing back: not behind our own words, not for who is gone, not at the end', async () => {
		for (const release of ['own', 'gone', 'end']) {
			const room = start();
			const {session, read, reporter} = room;
			const {ann} = history(room);
			session.observe({type: 'peer-connected', subject: ann.peer, address: '10.0.0.9'});
			expect(read()).toEqual([]);
			if (release === 'own') session.post('hi');
			else if (release === 'gone') {
				session.observe({type: 'peer-disconnected', subject: ann.peer, reason: 'gone', alone: false});
				session.publish({type: 'link-closed', peer: ann.peer});
			} else await reporter.finish(undefined);
			expect(read().filter(line => /second|third|fourth/.test(line))).toHaveLength(3);
		}
	});
});
