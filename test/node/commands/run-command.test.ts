import {describe, expect, test} from 'vitest';
import type {PeerId} from '../../../source/core/event.js';
import {findPosted} from '../../../source/core/find-posted.js';
import {selectMarks} from '../../../source/core/select-marks.js';
import {textOf} from '../../../source/core/text-of.js';
import type {CommandResult} from '../../../source/node/commands/command-result.js';
import {createMessageNumbers} from '../../../source/node/commands/message-numbers.js';
import {parseCommand} from '../../../source/node/commands/parse-command.js';
import {runCommand} from '../../../source/node/commands/run-command.js';
import {newestOwnMessage} from '../../../source/node/effect-commands.js';
import {createFakeChatNode, type FakeChatNode} from '../../helpers/fake-chat-node.js';

const NOW = new Date(2026, 10, 22, 14, 0).getTime();

function run(
	text: string,
	chatNode: FakeChatNode = createFakeChatNode(),
	ignored: readonly string[] = [],
	numbers = createMessageNumbers(),
): CommandResult {
	const parsed = parseCommand(text);
	if (parsed.type !== 'command') throw new Error(`no command: ${text}`);
	return runCommand(parsed.command, {chatNode, self: chatNode.self, ignored, numbers, now: NOW});
}

describe('running commands', () => {
	test('/me posts an action, /name renames, and the reason of a refusal is the error text', () => {
		const session = createFakeChatNode();
		expect(run('/me waves', session)).toEqual({type: 'done'});
		expect(session.posted).toEqual([{text: 'waves', action: true}]);
		expect(run('/name Bob', session)).toEqual({type: 'done'});
		expect(run(`/name ${'long '.repeat(10)}`, session)).toEqual({
			type: 'done',
			text: expect.stringMatching(/“long long long long long long lo”.*\b32\b/),
		});
		session.refuse = 'too fast';
		expect(run('/name Bob', session)).toEqual({type: 'error', text: 'too fast'});
	});

	test('/r is refused if it could answer more than one person, because somebody whispered while the user typed', () => {
		const session = createFakeChatNode('Ann');
		const bob = session.join('Bob', '192.168.1.8', {identity: 'b0b0b0b0'});
		const mallory = session.join('Mallory', '192.168.1.9', {identity: 'aaaaaaaa'});
		const hear = (peer: PeerId, id: number) =>
			session.observe({type: 'whisper', subject: peer, own: false, id, text: 'psst'});
		expect(run('/r hi', session)).toEqual({type: 'error', text: expect.stringContaining('Nobody has whispered')});
		hear(bob.peer, 1);
		expect(run('/r one', session)).toEqual({type: 'done', whisperedTo: bob.peer});
		hear(mallory.peer, 1);
		const refusal = {type: 'error', text: expect.stringMatching(/Mallory#aaaaaaaa or Bob#b0b0b0b0.*Nothing was sent/u)};
		expect(run('/r two', session)).toEqual(refusal);
		expect(session.calls).toEqual([`whisper ${bob.peer} one`]);
		expect(run('/msg Mallory yes?', session)).toEqual({type: 'done', whisperedTo: mallory.peer});
		expect(run('/r three', session)).toEqual({type: 'done', whisperedTo: mallory.peer});
	});

	test('/msg with a name that two people have in different case is refused and names both fingerprints', () => {
		const session = createFakeChatNode('Ann');
		session.join('Bob', '192.168.1.8', {identity: 'b0b0b0b0'});
		session.join('bob', '192.168.1.9', {identity: 'aaaaaaaa'});
		for (const name of ['Bob', 'bob', 'BOB'])
			expect(run(`/msg ${name} secret`, session)).toEqual({
				type: 'error',
				text: expect.stringMatching(/Bob#b0b0b0b0 or bob#aaaaaaaa.*Nothing was sent/u),
			});
	});

	test('/who lists every person with fingerprint, address and status', () => {
		const session = createFakeChatNode();
		session.join('Bob', '192.168.1.9', {identity: 'b0b0b0b0'});
		const result = run('/who', session);
		expect(result).toMatchObject({type: 'lines'});
		expect(result.type === 'lines' && result.lines.join('\n')).toContain('Bob#b0b0b0b0  192.168.1.9  connected, 2 ms');
	});

	test('/who lists a person with several sessions once, and counts the people who left long ago in one line', () => {
		const session = createFakeChatNode();
		for (const name of ['Ann', 'Ben', 'Cleo'])
			session.tell(session.join(name, '192.168.1.7', {connect: false}), {type: 'left'});
		session.at += 11 * 60_000;
		session.join('Bob', '192.168.1.9', {identity: 'b0b0b0b0'});
		session.join('Bob', '192.168.1.10', {identity: 'b0b0b0b0'});
		session.join('Bot', '192.168.1.9', {identity: 'b0b0b0b0'});
		const result = run('/who', session);
		// The same numbers as in the status line and in the peers pane: people, not sessions.
		expect(result).toMatchObject({title: 'Who is here (peers 2/2)'});
		expect(result.type === 'lines' && result.lines.slice(1)).toEqual([
			'Bob#b0b0b0b0  192.168.1.10  connected, 2 sessions, same identity as Bot, 2 ms',
			'Bot#b0b0b0b0  192.168.1.9  connected, same identity as Bob, 2 ms',
			'3 people left more than ten minutes ago: Ann, Ben, Cleo',
		]);
	});

	test('a command about a message acts on the message to which the printed list gave the number, even after other messages arrived', () => {
		const session = createFakeChatNode();
		const numbers = createMessageNumbers();
		const bob = session.join('Bob', '192.168.1.9');
		session.say(bob, 'first');
		const first = session.store.getState().timeline.pages.flat().at(-1);
		if (!first) throw new Error('no message');
		expect(numbers.numberOf(first)).toBe(1);
		session.say(bob, 'second');
		expect(run('/reply 1 yes', session, [], numbers)).toEqual({type: 'done', seq: session.own.seq});
		expect(session.store.getState().timeline.pages.flat().at(-1)).toMatchObject({replyTo: {seq: first.seq}});
		expect(run('/thread 1', session, [], numbers)).toMatchObject({intent: {message: {seq: first.seq}}});
		expect(run('/pin 2', session, [], numbers)).toMatchObject({type: 'error'});
	});

	test('"last" names the newest message of a visible other person or, in commands that correct or withdraw, the newest own message', () => {
		const session = createFakeChatNode();
		const bob = session.join('Bob', '192.168.1.9');
		const eve = session.join('Eve', '192.168.1.10');
		session.say(bob, 'from Bob');
		const target = {peer: bob.peer, seq: bob.seq};
		session.post('mine');
		const mine = {peer: session.own.peer, seq: session.own.seq};
		session.say(eve, 'from Eve');
		run('/react last 👍', session, [eve.peer]);
		run('/correct last better', session);
		const state = session.store.getState();
		expect(selectMarks(state, target)).toMatchObject([{word: '👍'}]);
		const own = findPosted(state.timeline, mine);
		expect(own && textOf(state, own)).toBe('better');
		expect(run('/withdraw last', session)).toMatchObject({type: 'done'});
		expect(run('/withdraw last', session)).toMatchObject({type: 'error', text: expect.stringContaining('yours')});
	});

	test('"last" of a correction skips withdrawn messages and rows about an invitation, but not /me actions', () => {
		const session = createFakeChatNode();
		session.tell(session.own, {type: 'posted', text: 'waves', action: true});
		const action = {peer: session.own.peer, seq: session.own.seq};
		session.post('withdrawn');
		session.withdraw({peer: session.own.peer, seq: session.own.seq});
		session.tell(session.own, {type: 'posted', text: 'shows the room', window: 'opened'});
		const state = session.store.getState();
		expect(newestOwnMessage(state, session.own.peer)).toMatchObject(action);
		expect(run('/correct last nods', session)).toMatchObject({type: 'done'});
	});

	test('/react takes the same reaction back when it is repeated, also by its short name', () => {
		const session = createFakeChatNode();
		session.say(session.join('Bob', '192.168.1.9'), 'ship it');
		const target = session.store.getState().timeline.pages.flat().at(-1);
		if (!target) throw new Error('no message');
		run('/react last :tada:', session);
		expect(selectMarks(session.store.getState(), target)).toMatchObject([{word: '🎉', isOwn: true}]);
		run('/react last 🎉', session);
		expect(selectMarks(session.store.getState(), target)).toEqual([]);
	});

	test('/react takes short names also without colons, and refuses words that are no emoji', () => {
		const session = createFakeChatNode();
		session.say(session.join('Bob', '192.168.1.9'), 'ship it');
		const target = session.store.getState().timeline.pages.flat().at(-1);
		if (!target) throw new Error('no message');
		for (const word of ['foo', ':nosuch:', '1', 'a👍'.slice(0, 1)])
			expect(run(`/react last ${word}`, session)).toMatchObject({
				type: 'error',
				text: expect.stringContaining(':tada:'),
			});
		expect(selectMarks(session.store.getState(), target)).toEqual([]);
		run('/react last +1', session);
		expect(selectMarks(session.store.getState(), target)).toMatchObject([{word: '👍'}]);
	});

	test('an unknown name with the fingerprint of a person here suggests this person, not somebody with a similar name', () => {
		const session = createFakeChatNode();
		session.join('Alice', '192.168.1.9', {identity: 'a11ce000'});
		const other = session.join('Alice', '192.168.1.10', {identity: '4cabfa67'});
		session.tell(other, {type: 'renamed', name: 'Bobby'});
		for (const command of ['/ignore Alice#4cabfa67', '/msg Alice#4cabfa67 hi'])
			expect(run(command, session)).toMatchObject({
				type: 'error',
				text: expect.stringContaining('Did you mean Bobby#4cabfa67?'),
			});
		expect(run('/ignore Alicia', session)).toMatchObject({text: expect.stringContaining('Did you mean Alice?')});
	});

	test('/who shows a round trip below one millisecond as "<1 ms"', () => {
		const session = createFakeChatNode();
		const {peer} = session.join('Bob', '192.168.1.9');
		session.publish({type: 'link-measured', peer, status: 'connected', roundTripMs: 0.4});
		const result = run('/who', session);
		expect(result.type === 'lines' && result.lines.join('\n')).toMatch(/Bob#\S+ {2}192.168.1.9 {2}connected, <1 ms/);
	});

	test('/log shows the path of the log and the command that replays it', () => {
		expect(run('/log')).toMatchObject({
			lines: [
				expect.stringContaining('/home/carol/logs/lan.p2plog'),
				expect.stringContaining('npx p2pchat-ink replay /home/carol/logs/lan.p2plog'),
			],
		});
		expect(run('/log', createFakeChatNode('Carol', {noLog: true}))).toMatchObject({
			lines: [expect.stringContaining('--no-log')],
		});
		const session = createFakeChatNode();
		const self = {...session.self, earlierLog: '/home/carol/logs/earlier.p2plog'};
		const result = runCommand(
			{type: 'log'},
			{chatNode: session, self, ignored: [], numbers: createMessageNumbers(), now: NOW},
		);
		expect(result.type === 'lines' && result.lines.at(-1)).toContain(
			'npx p2pchat-ink replay /home/carol/logs/earlier.p2plog',
		);
	});

	test('/peer -HOST removes a target, or is an error if there is none', () => {
		const session = createFakeChatNode();
		expect(run('/peer -nohost:4', session)).toEqual({type: 'done', text: expect.stringContaining('nohost')});
		expect(session.calls.at(-1)).toBe('drop nohost 4');
		expect(run('/peer -unknown', session)).toMatchObject({type: 'error', text: expect.stringContaining('/net')});
	});

	test('/ignore hides all peers with the same identity', () => {
		const session = createFakeChatNode();
		const first = session.join('Bob', '192.168.1.9', {identity: 'b0b0b0b0'});
		session.tell(first, {type: 'left'});
		const second = session.join('Bob', '192.168.1.9', {identity: 'b0b0b0b0'});
		const key = 'b0b0b0b0'.padEnd(64, '0');
		expect(run('/ignore bob', session)).toMatchObject({intent: {type: 'ignored', keys: [key]}});
		expect(session.calls.at(-1)).toContain(first.peer);
		expect(session.calls.at(-1)).toContain(second.peer);
		expect(run('/unignore Bob', session, [key])).toMatchObject({intent: {type: 'ignored', keys: []}});
		expect(run('/unignore Bob', session)).toMatchObject({type: 'error'});
		expect(run('/ignore Carol', session)).toMatchObject({type: 'error'});
		expect(run('/ignore Nobody', session)).toMatchObject({type: 'error', text: expect.stringContaining('/who')});
	});

	test('a name prefix of whole words selects a person if it is unambiguous, otherwise the error lists the candidates', () => {
		const session = createFakeChatNode('Dave Own');
		session.join('Dave 日本', '192.168.1.9', {identity: 'b0b0b0b0'});
		const key = 'b0b0b0b0'.padEnd(64, '0');
		const hidden = {
			intent: {type: 'ignored', keys: [key]},
			text: expect.stringContaining('Dave 日本#b0b0b0b0'),
		};
		expect(run('/ignore dave', session)).toMatchObject(hidden);
		expect(run('/unignore @dave', session, [key])).toMatchObject({intent: {type: 'ignored', keys: []}});
		expect(run('/peers dave', session)).toMatchObject({intent: {filter: {key, name: 'Dave 日本'}}});
		expect(run('/ignore dav', session)).toMatchObject({type: 'error'});
		session.join('Dave Smith', '192.168.1.10', {identity: 'c0c0c0c0'});
		expect(run('/ignore dave', session)).toEqual({
			type: 'error',
			text: expect.stringMatching(/dave.*"Dave Smith"#c0c0c0c0.*"Dave 日本"#b0b0b0b0/),
		});
		session.join('Dave', '192.168.1.11', {identity: 'd0d0d0d0'});
		expect(run('/ignore dave', session)).toMatchObject({intent: {keys: ['d0d0d0d0'.padEnd(64, '0')]}});
	});

	test('a fingerprint that several people match is ambiguous, even if one of them is absent or all have the same 8 digits', () => {
		const session = createFakeChatNode();
		session.join('Bob', '192.168.1.9', {identity: 'b0b0b0b01', connect: false});
		session.join('Bob', '192.168.1.10', {identity: 'b0b0b0b02'});
		const forms = /Bob#b0b0b0b010000000 or Bob#b0b0b0b020000000|Bob#b0b0b0b020000000 or Bob#b0b0b0b010000000/;
		for (const text of ['/ignore Bob#b0b0', '/ignore Bob#b0b0b0b0'])
			expect(run(text, session)).toEqual({type: 'error', text: expect.stringMatching(forms)});
		expect(run('/ignore Bob#b0b0b0b01', session)).toMatchObject({intent: {keys: ['b0b0b0b01'.padEnd(64, '0')]}});
		session.join('Bob', '192.168.1.11', {identity: 'b0b0b0b03'});
		expect(run('/ignore Bob', session)).toEqual({type: 'error', text: expect.stringContaining('b0b0b0b030000000')});
	});

	test('/verify shows a safety number in groups of five digits, and confirms the person if the last five digits are given', () => {
		const session = createFakeChatNode();
		const {peer} = session.join('Bob Lee', '192.168.1.9', {identity: 'b0b0b0b0'});
		const shown = run('/verify "Bob Lee"', session);
		expect(shown).toMatchObject({
			intent: {type: 'verify', name: 'Bob Lee#b0b0b0b0', person: {name: 'Bob Lee', fingerprint: peer}},
		});
		const lines = shown.type === 'intent' && shown.intent.type === 'verify' ? shown.intent.lines.join('\n') : '';
		expect(lines).toMatch(/^ +(\d{5} ){5}\d{5}$/m);
		expect(lines).toContain('/verify "Bob Lee"#b0b0b0b0');
		expect(run(`/verify "Bob Lee"#${peer} 54321`, session)).toEqual({
			type: 'done',
			text: expect.stringContaining('verified'),
		});
		expect(session.calls.at(-1)).toBe(`confirm ${peer} 54321`);
		expect(run('/verify Bob Lee 12345', session)).toEqual({type: 'error', text: 'wrong digits'});
		expect(run('/unverify Bob Lee', session)).toMatchObject({type: 'done'});
		expect(session.calls.at(-1)).toBe(`forget ${peer}`);
	});

	test('/verify does not prefer present people, so that nobody can take the place of an absent person', () => {
		const session = createFakeChatNode();
		session.join('Bob', '192.168.1.9', {identity: 'b0b0b0b0', connect: false});
		session.join('Bob', '192.168.1.10', {identity: 'c0c0c0c0'});
		for (const text of ['/verify Bob', '/unverify bob', '/verify Bob 54321'])
			expect(run(text, session)).toEqual({type: 'error', text: expect.stringMatching(/Bob#.*Bob#/)});
		expect(run('/verify Bo', session)).toMatchObject({type: 'error'});
	});

	test('an unknown name is an error that suggests similar names', () => {
		const session = createFakeChatNode();
		session.join('Dave 日本', '192.168.1.9');
		session.join('Mary Ann', '192.168.1.10');
		const answer = (text: string) => {
			const result = run(text, session);
			return result.type === 'error' ? result.text : result;
		};
		expect(answer('/ignore Dvae')).toMatch(/“Dvae”.*"Dave 日本".*\/who/);
		expect(answer('/unignore ann')).toMatch(/“ann”.*"Mary Ann".*\/who/);
		expect(answer('/ignore dave#ffff')).toContain('"Dave 日本"');
		for (const name of ['Zacharias', 'Carole']) {
			expect(answer(`/ignore ${name}`)).toMatch(/\/who/);
			expect(answer(`/ignore ${name}`)).not.toMatch(/Dave|Mary|"Carol"/);
		}
	});

	test('/goto accepts a time of today or yesterday, a date with time, and a time span before now', () => {
		const at = (text: string) => {
			const result = run(`/goto ${text}`);
			return result.type === 'intent' && result.intent.type === 'goto' ? new Date(result.intent.at) : undefined;
		};
		expect(at('13:05')).toEqual(new Date(2026, 10, 22, 13, 5));
		expect(at('15:05')).toEqual(new Date(2026, 10, 21, 15, 5));
		expect(at('2026-11-20 09:30')).toEqual(new Date(2026, 10, 20, 9, 30));
		expect(at('-10m')).toEqual(new Date(NOW - 600_000));
		expect(at('2026-11-20T09:30:00Z')).toEqual(new Date(Date.UTC(2026, 10, 20, 9, 30)));
		for (const text of ['25:00', '2026-02-30', '2026-13-01', '2026-11-20 24:00'])
			expect(at(text), text).toBeUndefined();
		expect(run('/goto soon')).toMatchObject({type: 'error', text: expect.stringContaining('14:05')});
	});

	test('a command that needs the screen returns an intent, which the screen carries out', () => {
		for (const name of ['help', 'mark', 'unread', 'copy', 'times', 'net', 'doctor', 'quit', 'peers']) {
			expect(run(`/${name}`)).toEqual({type: 'intent', intent: {type: name}});
		}
	});
});
