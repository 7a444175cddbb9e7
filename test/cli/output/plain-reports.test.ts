import {PassThrough} from 'node:stream';
import {describe, expect, test} from 'vitest';
import {createPlainReportFormat} from '../../../source/cli/output/report-formats.js';
import {createReporter} from '../../../source/cli/output/reporter.js';
import {createOutput} from '../../../source/cli/standard-output.js';
import {drain} from '../../helpers/drain.js';
import {createFakeChatNode} from '../../helpers/fake-chat-node.js';
import {createFakeClock} from '../../helpers/fake-clock.js';

function start() {
	const chatNode = createFakeChatNode();
	const {store} = chatNode;
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
	return {chatNode, reporter, read};
}

/** Commits the history of two peers that joined before us, first all events of Ann, then all events of Eve. */
function history({chatNode}: ReturnType<typeof start>) {
	const from = chatNode.at - 3_600_000;
	const ann = {peer: 'aa'.repeat(32) as never, seq: 0};
	const eve = {peer: 'ee'.repeat(32) as never, seq: 0};
	const joined = (name: string) => ({type: 'joined' as const, name, addresses: [], version: '1'});
	const say = (text: string) => ({type: 'posted' as const, text});
	chatNode.commit(
		[
			chatNode.make(ann, joined('Ann'), from + 1),
			chatNode.make(ann, say('second'), from + 20),
			chatNode.make(ann, say('fourth'), from + 40),
		],
		false,
	);
	chatNode.commit([chatNode.make(eve, joined('Eve'), from + 5), chatNode.make(eve, say('third'), from + 30)], false);
	return {ann, eve};
}

describe('plain lines', () => {
	test('once the history is complete, plain lines contain it in timeline order, followed by the peers that were found', () => {
		const room = start();
		const {chatNode, read} = room;
		const {ann} = history(room);
		chatNode.observe({type: 'peer-connected', subject: ann.peer, address: '10.0.0.9'});
		expect(read()).toEqual([]);
		chatNode.publish({type: 'synced', peer: ann.peer, received: 5});
		expect(read()).toEqual([
			'* Ann joined',
			'* Eve joined',
			'Ann (10.0.0.9): second',
			'Eve: third',
			'Ann (10.0.0.9): fourth',
			'* connected to Ann (10.0.0.9)',
		]);
	});

	test('plain lines contain one line when a lost connection is restored', () => {
		const room = start();
		const {chatNode, read} = room;
		const bob = chatNode.join('Bob', '192.168.1.9');
		chatNode.observe({type: 'peer-disconnected', subject: bob.peer, reason: 'lost contact', alone: true});
		chatNode.observe({type: 'peer-connected', subject: bob.peer, address: '192.168.1.9'});
		expect(read()).toEqual(['* Bob joined', '* you lost contact with Bob', '* reconnected to Bob']);
	});

	test('history that is still incomplete is printed before an own message, when the peer that sends the history disconnects, and at the end', async () => {
		for (const release of ['own', 'disconnected', 'end']) {
			const room = start();
			const {chatNode, read, reporter} = room;
			const {ann} = history(room);
			chatNode.observe({type: 'peer-connected', subject: ann.peer, address: '10.0.0.9'});
			expect(read()).toEqual([]);
			if (release === 'own') chatNode.post('hi');
			else if (release === 'disconnected') {
				chatNode.observe({type: 'peer-disconnected', subject: ann.peer, reason: 'gone', alone: false});
				chatNode.publish({type: 'link-closed', peer: ann.peer});
			} else await reporter.finish(undefined);
			expect(read().filter(line => /second|third|fourth/.test(line))).toHaveLength(3);
		}
	});
});
