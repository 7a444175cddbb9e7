import {describe, expect, test} from 'vitest';
import {ALT, CTRL, ESC, launch, room} from '../../helpers/chat-room.js';
import {createFakeChatNode, fakePeerId, START} from '../../helpers/fake-chat-node.js';
import {liveClock} from '../../helpers/launch-chat.js';
import {INPUT_HINT} from '../../helpers/screen-texts.js';

describe('the three panes', () => {
	test.each([
		[80, 24],
		[120, 40],
		[40, 10],
	])(
		'the three panes are drawn at %dx%d: timeline, peers if wide enough, status line, input',
		async (columns, rows) => {
			const {chatNode, bob} = room();
			const {terminal} = await launch({columns, rows, chatNode});
			chatNode.say(bob, 'hello everybody');
			await terminal.see('hello everybody');
			const drawn = terminal.rows();
			expect(drawn).toHaveLength(rows);
			expect(drawn[rows - 1]).toContain(INPUT_HINT);
			expect(drawn[rows - 2]).toContain('lan (open)');
			expect(terminal.text().includes('Peers 2/2 and you')).toBe(columns >= 100);
			expect(drawn[rows - 2]?.includes('peers 2/2: Bob, Dave')).toBe(columns === 80);
			const at = drawn.findIndex(line => line.includes('hello everybody'));
			// In a narrow terminal the name and the address are above the text.
			const row = columns < 50 ? drawn[at - 1] : drawn[at];
			expect(row).toContain('Bob');
			expect(row).toContain('192.168.1.9');
			expect(row).toMatch(/\d\d:\d\d/);
			expect(terminal.cursor).toMatchObject({x: 2, y: rows - 1});
		},
	);

	test('the first frame shows the own name and address, and that the node is searching for peers', async () => {
		const {terminal, chatNode} = await launch({
			columns: 100,
			chatNode: createFakeChatNode('Carol', {notYetJoined: true}),
		});
		expect(terminal.rows().at(-2)).toMatch(/^ lan \(open\) {2}Carol 192\.168\.1\.5 {2}peers 0\/0 {2}searching /);
		expect(terminal.rows()[1]).toMatch(/· Carol +you$/);
		expect(terminal.rows()[2]).toMatch(/ 192\.168\.1\.5$/);
		chatNode.join('Bob', '192.168.1.9');
		await terminal.seeNot('searching');
	});

	test('a keeper is labelled as keeper in the peers pane and in the row about its arrival', async () => {
		const {chatNode} = room();
		const keeper = {peer: fakePeerId(9), seq: 0};
		const {terminal} = await launch({columns: 120, chatNode});
		const address = '192.168.1.77';
		chatNode.tell(keeper, {type: 'joined', name: 'Archive', addresses: [address], version: '1.0.0', keeper: true});
		chatNode.observe({type: 'peer-connected', subject: keeper.peer, address});
		await terminal.see('joined as keeper');
		await expect.poll(() => terminal.text()).toMatch(/Archive +keeper/);
	});

	test('below 100 columns the messages use the full width, because the peers pane is hidden until the user asks for it', async () => {
		const {chatNode, bob} = room();
		chatNode.say(bob, 'word '.repeat(40));
		const {terminal, press} = await launch({columns: 80, rows: 24, chatNode});
		await terminal.see('word');
		const longest = Math.max(...terminal.rows().map(row => row.lastIndexOf('word') + 4 - row.indexOf('word')));
		expect(longest).toBeGreaterThan(80 * 0.7);
		await press('/peers\r');
		await terminal.see('Peers 2/2 and you');
		await press('/peers\r');
		await terminal.seeNot('Peers 2/2 and you');
		await press(ALT('2'));
		await terminal.see('Peers 2/2 and you');
	});

	test('in a narrow terminal the peers pane has the full width while it has the focus', async () => {
		const {terminal, press} = await launch({columns: 50, rows: 12, chatNode: room().chatNode});
		expect(terminal.text()).not.toContain('Peers 2/2 and you');
		await press(ALT('2'));
		await terminal.see('Peers 2/2 and you');
		expect(terminal.text()).toContain('Dave');
		await press(ESC);
		await terminal.seeNot('Peers 2/2 and you');
	});

	test('in a narrow terminal a message confirms /peers, because the effect of this command is not visible there', async () => {
		const {terminal, press} = await launch({columns: 50, rows: 12, chatNode: room().chatNode});
		await press('/peers\r');
		await terminal.see('Peers pane on (needs 60 columns)');
		await press('/peers\r');
		await terminal.see('Peers pane off (needs 60 columns)');
	});

	test('the three panes are replaced by one line in a terminal smaller than 30x8, until it grows', async () => {
		const {terminal, press} = await launch({chatNode: room(3).chatNode});
		await press('draft');
		terminal.resize(20, 6);
		await terminal.see('Terminal too small');
		terminal.resize(80, 24);
		await terminal.see('message 3');
		expect(terminal.text()).toContain('draft');
	});

	test('the focus moves between the three panes with Ctrl+O, with Tab in an empty input, and with Alt and a digit', async () => {
		const {terminal, press} = await launch({chatNode: room(3).chatNode});
		await press(CTRL('o'));
		await terminal.see(/^▌ 14:00 +message 3/);
		await press('\t');
		await terminal.until(() => terminal.rows().some(row => /│▌. Bob/.test(row)));
		await press('\t');
		await terminal.until(() => !terminal.text().includes('▌'));
		await press(ALT('1'));
		await terminal.see('▌ 14:00');
		await press('i', 'typed');
		await terminal.see('› typed');
	});

	test('a letter that is typed in a list and has no function there shows a hint on how to reach the input', async () => {
		const {terminal, press} = await launch({chatNode: room(1).chatNode});
		await press(CTRL('o'), 'x');
		await terminal.see('Press i or Esc to write');
	});
});

describe('peers and startup messages', () => {
	test('peers with the same name are distinguished by fingerprint', async () => {
		const {chatNode} = room();
		chatNode.join('Bob', '192.168.1.77', {identity: 'feedface'});
		const {terminal, press} = await launch({chatNode, columns: 120});
		await terminal.see('Bob#b0b0b0b0');
		expect(terminal.text()).toContain('Bob#feedface');
		await press('/ignore Bob\r');
		await terminal.see('Several people are called “Bob”. Use Bob#');
	});

	test('a person with two sessions is one row with the number of sessions, and the details name the address of each session', async () => {
		const {chatNode} = room();
		chatNode.join('Bob', '192.168.1.77', {identity: 'b0b0b0b0'});
		const {terminal, press} = await launch({chatNode, columns: 160});
		await terminal.see('2 sessions, 192.168.1.77');
		expect(terminal.rows().filter(row => /● +Bob/.test(row))).toHaveLength(1);
		expect(terminal.text()).toContain('peers 2/2');
		await press(ALT('2'), '\r');
		await terminal.see(/other session +192\.168\.1\.9, connected/);
	});

	test('another session with our identity is in our row if it has our name, and otherwise in a row of its own', async () => {
		const chatNode = createFakeChatNode('Carol', {identity: 'c0ffee00'});
		chatNode.join('Carol', '192.168.1.77', {identity: 'c0ffee00'});
		const {terminal, press} = await launch({chatNode, columns: 160});
		await terminal.see('2 sessions, 192.168.1.5');
		await terminal.see('peers 0/0');
		await terminal.see('your other session (192.168.1.77) joined');
		expect(terminal.text()).not.toContain('searching');
		chatNode.join('Dave', '192.168.1.78', {identity: 'c0ffee00'});
		await terminal.see('your identity, 192.168.1.78');
		await press('/ignore Dave\r');
		await terminal.see('Dave has your own identity');
	});

	test('the peers pane shows the state of each peer: silent, lost, left, typing, wrong clock', async () => {
		const {chatNode, bob, dave} = room();
		const {terminal} = await launch({chatNode, columns: 100});
		await terminal.see('2 ms');
		chatNode.publish({type: 'link-measured', peer: bob.peer, status: 'suspect'});
		await terminal.until(() => terminal.rows().some(row => /Bob\s+silent/.test(row)));
		chatNode.publish({type: 'link-measured', peer: bob.peer, status: 'connected', clockOffsetMs: 90_000});
		await terminal.until(() => terminal.rows().some(row => /Bob\s+clock/.test(row)));
		chatNode.publish({type: 'typing', peer: dave.peer, until: START + 1_000_000});
		await terminal.see('Dave is typing');
		chatNode.publish({type: 'link-closed', peer: bob.peer});
		chatNode.observe({type: 'peer-disconnected', subject: bob.peer, reason: 'gone', alone: false});
		await terminal.until(() => terminal.rows().some(row => /○ Bob\s+lost/.test(row)));
		chatNode.tell(dave, {type: 'left'});
		await terminal.until(() => terminal.rows().some(row => /× Dave\s+left/.test(row)));
		expect(terminal.text()).toContain('peers 0/1');
	});

	test('people who left long ago are counted in one row, and listed while the peers pane has the focus', async () => {
		const chatNode = createFakeChatNode();
		for (const name of ['Ann', 'Ben', 'Cleo']) {
			const person = chatNode.join(name, '192.168.1.9', {connect: false});
			chatNode.tell(person, {type: 'left'});
		}
		chatNode.at += 11 * 60_000;
		const late = chatNode.join('Zoe', '192.168.1.8', {connect: false});
		chatNode.tell(late, {type: 'left'});
		const {terminal, press} = await launch({chatNode, columns: 100});
		await terminal.see(/│ × 3 left$/);
		expect(terminal.rows().some(row => /│ × Zoe +left$/.test(row))).toBe(true);
		await press(ALT('2'));
		await terminal.see(/× Cleo +left$/);
	});

	test('the timeline reports when contact with a peer is lost and when the contact is restored', async () => {
		const chatNode = createFakeChatNode();
		const bob = chatNode.join('Bob', '192.168.1.9');
		const {terminal} = await launch({chatNode});
		chatNode.observe({type: 'peer-disconnected', subject: bob.peer, reason: 'lost contact', alone: true});
		await terminal.see('* you lost contact with Bob');
		chatNode.observe({type: 'peer-connected', subject: bob.peer, address: '192.168.1.9'});
		await terminal.see('* reconnected to Bob');
	});

	test('startup warnings are shown until the first key', async () => {
		const startupWarnings = ['first complaint', 'second complaint'];
		const {terminal, press} = await launch({options: {startupWarnings, nameFromSystem: true}});
		expect(terminal.rows().at(-3)).toMatch(/^ first complaint; second complaint *$/);
		expect(terminal.rows().at(-2)).toMatch(/^ lan \(open\)/);
		await press('a');
		await terminal.seeNot('first complaint');
	});

	test('the hint on the OS user name disappears after some seconds', async () => {
		let passed = 0;
		const hooks = {clock: {...liveClock, monotonic: () => passed}};
		const {terminal} = await launch({hooks, options: {nameFromSystem: true}});
		await terminal.see('/name NAME changes it');
		expect(terminal.text()).toContain('lan (open)');
		passed += 10_000;
		await terminal.seeNot('/name NAME changes it');
	});

	test('a message above the status line disappears even if no key is pressed: information after 10 s, an error after 30 s', async () => {
		let passed = 0;
		const hooks = {clock: {...liveClock, monotonic: () => passed}};
		const {terminal, press} = await launch({hooks});
		await press(ALT('p'));
		await terminal.see('No earlier mention');
		passed += 10_000;
		await terminal.seeNot('No earlier mention');
		await press('/foo\r');
		await terminal.see('Unknown command /foo');
		passed += 29_000;
		await press();
		expect(terminal.text()).toContain('Unknown command /foo');
		passed += 1000;
		await terminal.seeNot('Unknown command /foo');
	});

	test('a long question and a long error are wrapped above the status line, and nothing of them is cut off', async () => {
		const {chatNode} = room();
		const {terminal, press} = await launch({chatNode, columns: 40, rows: 12});
		await press('mine\r', '\t', 'x');
		await terminal.see('n or Esc: no');
		const shown = terminal.text().replace(/\s+/g, ' ');
		expect(shown).toContain('Withdraw this message? It is hidden for everybody, not erased. y: yes n or Esc: no');
		expect(shown).toContain('Answer the question above');
		expect(terminal.rows().at(-2)).toContain('lan (open)');
		await press('n', ESC, '/verify Bob\r');
		await terminal.see('Verify');
		await press('123');
		await terminal.see('123__');
		const before = terminal.rows()[1];
		await press('\u001B[6~');
		await terminal.until(() => terminal.rows()[1] !== before);
		expect(terminal.text()).toContain('123__');
	});

	test('Enter opens the details of the selected peer, initially of the first peer other than this node', async () => {
		const {chatNode, bob} = room();
		const {terminal, press} = await launch({chatNode});
		await press(ALT('2'), '\r');
		await terminal.see('durable identity');
		expect(terminal.text()).toContain(bob.peer.slice(0, 50));
		expect(terminal.text()).toContain('outgoing');
		expect(terminal.text()).toContain('Press Esc to close the pane above');
		expect(terminal.text()).not.toMatch(/Esc: input|Press i/);
		await press(ESC);
		await terminal.seeNot('durable identity');
		await terminal.see('Press i or Esc to write');
	});
});
