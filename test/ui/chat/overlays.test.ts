import {describe, expect, test} from 'vitest';
import {CTRL, ESC, launch, PAGE_DOWN, room} from '../../helpers/chat-room.js';
import {createFakeChatNode} from '../../helpers/fake-chat-node.js';
import {INPUT_HINT} from '../../helpers/screen-texts.js';

describe('overlays and the status line', () => {
	test('the help overlay shows keys and commands and scrolls', async () => {
		const {terminal, press} = await launch();
		await press(CTRL('g'));
		await terminal.see('Help  1-');
		expect(terminal.rows().at(-1)).toContain('Write a message, or press Esc');
		expect(terminal.text()).toContain('/name NAME');
		await press(PAGE_DOWN);
		await press(PAGE_DOWN);
		await terminal.see('Anywhere');
		await press('\u001B[F');
		await terminal.see('delivered to all peers that were connected');
		await press(ESC);
		await terminal.see(INPUT_HINT);
	});

	test('a list of messages that is longer than the screen opens at the newest message', async () => {
		const {chatNode, bob} = room();
		for (let count = 1; count <= 10; count++) chatNode.say(bob, `question ${count} ${'and so on '.repeat(12)}`);
		const {terminal, press} = await launch({chatNode, columns: 60, rows: 16});
		await press('/messages\r');
		await terminal.see('Messages');
		expect(terminal.text()).toContain('question 10');
		expect(terminal.text()).not.toContain('1. ');
		await press('\u001B[H');
		await terminal.see('question 1 ');
	});

	test('the network pane shows the measurements of the node', async () => {
		const {chatNode} = room();
		const {terminal, press} = await launch({chatNode});
		await press('/net\r');
		await terminal.see('OK: No problem was found on this computer, but no other');
		expect(terminal.text()).toContain('Ports: UDP 47474');
		expect(terminal.text()).toContain('sent 6, failed 1 (ENETUNREACH)');
	});

	test('an isolated node shows where it announced itself, how many nodes use another room, and what to do', async () => {
		const {terminal, chatNode} = await launch({columns: 100});
		chatNode.publish(
			{type: 'isolated', isolated: true, tried: ['192.168.1.255 (wlan0)']},
			{type: 'foreign-nodes', count: 3},
		);
		await terminal.see('Nobody else is here');
		expect(terminal.text()).toContain('Peers: only you');
		expect(terminal.text()).toContain('192.168.1.255 (wlan0)');
		expect(terminal.text()).toMatch(/\b3 /);
		expect(terminal.text()).toContain('/peer');
		chatNode.publish({type: 'isolated', isolated: false, tried: []});
		await terminal.seeNot('Nobody else');
	});

	test('a narrow status line drops the own address before the number of peers and the hint on help', async () => {
		const chatNode = createFakeChatNode('Anna-Katharina');
		const {terminal} = await launch({chatNode, columns: 64, rows: 20});
		const status = () => terminal.rows().at(-2)?.trim().split(/ {2,}/);
		expect(status()).toEqual(['lan (open)', 'Anna-Katharina', 'peers 0/0', 'searching', 'Ctrl+G help']);
		terminal.resize(90, 20);
		await terminal.see('Anna-Katharina 192.168.1.5');
		chatNode.publish({type: 'isolated', isolated: true, tried: []});
		await terminal.see('alone, searching');
		terminal.resize(70, 20);
		await terminal.until(() => status()?.includes('Anna-Katharina') === true);
		expect(status()).toEqual(['lan (open)', 'Anna-Katharina', 'peers 0/0', 'alone, searching', 'Ctrl+G help']);
	});

	test.each([
		[66, /^ lan \(open\) {2}Anna-Katharina {2}peers 1\/1 {2}30 of 30 matches {2,}$/],
		[50, /^ lan \(open\) {2}peers 1\/1 {2}30 of 30 matches +$/],
	])(
		'at %d columns the status line shows the activity in place of the hint on help and the own name',
		async (columns, status) => {
			const chatNode = createFakeChatNode('Anna-Katharina');
			const bob = chatNode.join('Bob', '192.168.1.9');
			for (let number = 1; number <= 30; number++) chatNode.say(bob, `message ${number}`);
			const {terminal, press} = await launch({chatNode, columns, rows: 15});
			await press('/search message\r');
			await terminal.until(() => status.test(terminal.rows().at(-2) ?? ''));
		},
	);

	test('a narrow status line that shows no activity (such as the progress of a search) keeps the number of peers and drops the hint on help', async () => {
		const chatNode = createFakeChatNode('Anna-Katharina');
		chatNode.join('Bob', '192.168.1.9');
		const {terminal} = await launch({chatNode, columns: 40, rows: 15});
		await terminal.until(() => / {2}peers 1\/1 +$/.test(terminal.rows().at(-2) ?? ''));
	});

	test.each([
		[50, /^ Help {2}1-12 of \d+ {2}PgUp, PgDn {3}Esc: close +$/],
		[34, /^ Help {2}1-12 of \d+ {3}Esc: close +$/],
	])('at %d columns the title of a long overlay names as many keys as fit', async (columns, title) => {
		const {terminal, press} = await launch({columns, rows: 15});
		await press(CTRL('g'));
		await terminal.until(() => title.test(terminal.rows()[0] ?? ''));
	});

	test('an isolated node reports nodes in another room once in the timeline, and also in the status line', async () => {
		const {terminal, chatNode} = await launch({columns: 80, rows: 24});
		chatNode.observe({
			type: 'notice',
			level: 'warn',
			code: 'strangers',
			text: '2 nodes here are in another room, or so',
		});
		chatNode.publish({type: 'isolated', isolated: true, tried: []}, {type: 'foreign-nodes', count: 2});
		await terminal.see('Nobody else is here');
		expect(terminal.text().match(/nodes here are in another room/g)).toHaveLength(1);
		expect(terminal.rows().at(-2)).toContain('alone; 2 nodes nearby in another room');
	});

	test('the status line shows the progress of a sync, and that the log is not being saved', async () => {
		const {terminal, chatNode} = await launch({columns: 120});
		chatNode.publish({type: 'sync-progress', received: 300, expected: 1200});
		await terminal.see('syncing 300/1200 (25 %)');
		chatNode.publish(
			{type: 'sync-progress', received: 0, expected: 0},
			{type: 'persistence', saving: false, reason: 'disk full'},
		);
		await terminal.see('NOT SAVED: disk full');
	});

	test('the status line shows that the room is open to guests, and how many are connected, until the window closes', async () => {
		const {terminal, chatNode} = await launch({columns: 120});
		chatNode.publish({type: 'window', guests: 0});
		await terminal.see('open to guests');
		chatNode.publish({type: 'window', guests: 2});
		await terminal.see('open to guests, 2 here');
		chatNode.publish({type: 'window', guests: undefined});
		await terminal.until(() => !terminal.text().includes('open to guests'));
	});

	test('the status line shows the quality of the connections, and names the person with a bad connection', async () => {
		const {chatNode, bob, dave} = room();
		const {terminal} = await launch({chatNode, columns: 120});
		const status = () => terminal.rows().at(-2) ?? '';
		await terminal.until(() => status().includes('connection good'));
		chatNode.publish({type: 'link-measured', peer: bob.peer, status: 'connected', roundTripMs: 150});
		await terminal.until(() => status().includes('connection fair'));
		chatNode.publish({type: 'link-measured', peer: dave.peer, status: 'connected', roundTripMs: 1200});
		await terminal.until(() => status().includes('slow connection to Dave (1200 ms)'));
		chatNode.publish({type: 'link-measured', peer: bob.peer, status: 'suspect'});
		await terminal.until(() => status().includes('Bob is silent'));
		terminal.resize(60, 20);
		await terminal.until(() => status().includes('Bob is silent'));
	});

	test('the status line shows whether the room has a secret, and a hint says how to change a name that is the OS user name', async () => {
		const chatNode = createFakeChatNode('carol', {hasSecret: true, room: 'ops'});
		const {terminal, press} = await launch({chatNode, options: {nameFromSystem: true}});
		await terminal.see('/name NAME changes it');
		await press('/name Carla\r');
		await terminal.see('you joined as carol');
		await terminal.see('ops (secret)');
		expect(terminal.text()).toContain('Carla');
	});

	test('the timeline shows the text of a warning after the mark "!"', async () => {
		const {terminal, chatNode} = await launch();
		chatNode.observe({
			type: 'notice',
			level: 'warn',
			code: 'log-damaged',
			text: '120 bytes of the log are damaged at 4096',
		});
		await terminal.see('! 120 bytes of the log are damaged');
	});
});
