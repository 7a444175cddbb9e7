import {describe, expect, test} from 'vitest';
import {ENTER_COPY_VIEW, NOT_DIM} from '../../../source/ui/terminal/escape-sequences.js';
import {ALT, CTRL, closeChat, ESC, launch, room} from '../../helpers/chat-room.js';
import {INPUT_HINT} from '../../helpers/screen-texts.js';

describe('the input', () => {
	test('the input sends a line when its text and Enter arrive in one read', async () => {
		const {terminal, chatNode} = await launch();
		terminal.type('hello\r');
		await terminal.see(/ Carol hello +192\.168\.1\.5/);
		expect(chatNode.posted).toEqual([{text: 'hello', action: false}]);
		expect(chatNode.calls).toContain('typing');
	});

	test('a whisper that is typed before the screen is ready, when Enter arrives as a line feed, never goes to everybody', async () => {
		const {terminal, press, chatNode} = await launch(room());
		const misplaced = 'line 2 begins with /msg, but a command must be a message of its own';
		for (const reads of [
			['hello\n/msg Bob secret\n', '\r'],
			['hello\n', '/msg Bob ', 'secret\r'],
		]) {
			await press(...reads);
			await terminal.see(misplaced);
			expect(terminal.text()).toContain('/msg Bob secret');
			await terminal.until(() => terminal.text().split(misplaced).length === 2);
			await press(CTRL('c'));
			await terminal.until(() => !terminal.text().includes('secret'));
		}
		await press('\u001B[200~hello\r/msg Bob secret\u001B[201~', '\r');
		await terminal.see(misplaced);
		expect([chatNode.posted, chatNode.calls.filter(call => call.startsWith('whisper'))]).toEqual([[], []]);
		await press(CTRL('c'), 'hello\n\r');
		await terminal.until(() => chatNode.posted.length === 1);
		expect(chatNode.posted[0]?.text).toBe('hello');
	});

	test('the input grows with its lines up to a third of the screen height, and the terminal cursor is at the caret', async () => {
		const {terminal, press, chatNode} = await launch();
		await press('one\ntwo\nthree');
		await terminal.see('three');
		expect(
			terminal
				.rows()
				.slice(-3)
				.map(row => row.trim()),
		).toEqual(['› one', 'two', 'three']);
		expect(terminal.cursor).toMatchObject({x: 7, y: 23});
		await press('\u001B[A', '\u001B[D', 'X');
		await terminal.see('twXo');
		expect(terminal.cursor).toMatchObject({x: 5, y: 22});
		await press('\n'.repeat(20));
		expect(terminal.rowOf('lan (open)')).toBe(24 - 8 - 1);
		await press('\r');
		expect(chatNode.posted[0]?.text).toContain('one\ntwX');
	});

	test('the input places the cursor on the correct cell after wide characters', async () => {
		const {terminal, press} = await launch();
		await press('日本👍');
		await terminal.see('日本');
		expect(terminal.cursor).toMatchObject({x: 8, y: 23});
		await press('\u007F', '\u001B[D');
		await terminal.until(() => terminal.cursor.x === 4);
	});

	test('the input keeps the unsent draft in the history', async () => {
		const {terminal, press} = await launch();
		await press('first\r', 'draft', '\u001B[A');
		await terminal.see('› first');
		await press('\u001B[B');
		await terminal.see('› draft');
	});

	test('the input completes names, commands and arguments with Tab and shows the candidates', async () => {
		const {chatNode, bob} = room();
		chatNode.join('Bobby', '192.168.1.30');
		chatNode.say(bob, 'hi');
		const {terminal, press} = await launch({chatNode});
		await press('bo\t');
		await terminal.see('› Bob:');
		expect(terminal.cursor.x).toBe(7);
		expect(terminal.text()).toContain('[Bob:]');
		expect(terminal.text()).toContain('Bobby:');
		await press('\t');
		await terminal.see('› Bobby:');
		await press(CTRL('c'), '/be\t');
		await terminal.see('› /bell');
		expect(terminal.text()).toContain('/bell mentions|all|off');
		await press('a\t');
		await terminal.see('› /bell all');
		await press(CTRL('c'), 'qqq\t');
		await terminal.see('Nothing to complete');
	});

	test('Enter sends a draft whose last word Tab has completed, also while the candidates are shown', async () => {
		const {chatNode} = room();
		chatNode.join('Bobby', '192.168.1.30');
		const {terminal, press} = await launch({chatNode});
		await press('hi @bo\t');
		await terminal.see('[@Bob]');
		await press('\r');
		await terminal.until(() => chatNode.posted.length === 1);
		await press('and @bo\t\t');
		await terminal.see('[@Bobby]');
		await press('\r');
		await terminal.until(() => chatNode.posted.length === 2);
		expect(chatNode.posted.map(({text}) => text)).toEqual(['hi @Bob', 'and @Bobby']);
		expect(terminal.text()).not.toContain('[@');
	});

	test('the input sends a line without the space that completion appends, and sends several lines unchanged', async () => {
		const {press, chatNode, terminal} = await launch();
		await press('shipped :tada:\t');
		await terminal.see('shipped 🎉');
		await press('\r', 'one  \ntwo  ', '\r');
		await terminal.until(() => chatNode.posted.length === 2);
		expect(chatNode.posted.map(({text}) => text)).toEqual(['shipped 🎉', 'one  \ntwo  ']);
	});

	test('after a slash, the input shows the commands that begin with the typed letters, and the description of the command if there is only one', async () => {
		const {terminal, press} = await launch({columns: 120});
		await press('/');
		await terminal.until(() => /\/help {2}\/name {2}\/me {2}\/msg/.test(terminal.rows().at(-2) ?? ''));
		await press('un');
		await terminal.until(() =>
			/ \/unread {2}\/unignore {2}\/unverify {2}\/unpin +$/.test(terminal.rows().at(-2) ?? ''),
		);
		await press('ignore');
		await terminal.see('/unignore NAME: show a hidden person again');
		await press(CTRL('c'), '/zz');
		await terminal.see('lan (open)');
	});

	test('the input inserts a bracketed paste without sending it, and asks first if the paste has more than 20 lines', async () => {
		const {terminal, press, chatNode} = await launch();
		await press('\u001B[200~one\ntwo\u001B[201~');
		await terminal.see('two');
		expect(chatNode.posted).toEqual([]);
		const many = Array.from({length: 30}, (_, index) => `row ${index}`).join('\n');
		await press(CTRL('c'), `\u001B[200~${many}\u001B[201~`);
		await terminal.see('Paste 30 lines into the input?');
		await press(ESC);
		await terminal.seeNot('Paste 30 lines');
		await press(`\u001B[200~${many}\u001B[201~`, 'y');
		await terminal.see('row 29');
		expect(chatNode.posted).toEqual([]);
		await press('\r');
		expect(chatNode.posted[0]?.text).toBe(many);
	});

	test('the input inserts an unbracketed paste without sending it, and asks first if the paste has more than 20 lines', async () => {
		const {terminal, press, chatNode} = await launch();
		await press('one\rtwo\rthree\r');
		await terminal.see('three');
		expect(chatNode.posted).toEqual([]);
		await press('\r');
		await terminal.until(() => chatNode.posted.length > 0);
		expect(chatNode.posted.map(({text}) => text)).toEqual(['one\ntwo\nthree']);
		await press(Array.from({length: 30}, (_, index) => `row ${index}`).join('\r'));
		await terminal.see('Paste 30 lines into the input?');
		expect(chatNode.posted).toHaveLength(1);
	});

	test('a rejected message returns to the input, and the reason is shown', async () => {
		const {terminal, press, chatNode} = await launch();
		chatNode.refuse = 'too fast: wait a second';
		await press('important\r');
		await terminal.see('too fast: wait a second');
		expect(terminal.text()).toContain('› important');
	});

	test('the input refuses an unknown command with an error, and sends a text that begins with // as a message that begins with one slash', async () => {
		const {terminal, press, chatNode} = await launch();
		await press('/serch x\r');
		await terminal.see('Unknown command /serch. Did you mean /search TEXT?');
		expect(terminal.text()).not.toContain('› /serch x');
		await press('/name\r');
		await terminal.see('Usage: /name NAME');
		expect(chatNode.posted).toEqual([]);
		await press('//etc\r');
		await terminal.see(/ Carol \/etc /);
	});

	test.each([
		['that does not exist', '/serch x', 'Unknown command'],
		['that fails', '/ignore Nobody', 'Nobody here is called'],
	])('a command %s leaves the input empty, and ↑ brings the command back', async (_, command, error) => {
		const {terminal, press} = await launch();
		await press(`${command}\r`);
		await terminal.see(error);
		expect(terminal.text()).not.toContain(`› ${command}`);
		await press('\u001B[A');
		await terminal.see(`› ${command}`);
	});

	test('Ctrl+C clears the draft in the input, and undo restores the draft', async () => {
		const {terminal, press} = await launch();
		await press('precious', CTRL('c'));
		await terminal.see(INPUT_HINT);
		await press('\u001F');
		await terminal.see('› precious');
	});

	test('the input shows a hint only the first time that macOS types a character with Option', async () => {
		const {terminal, press} = await launch();
		await press('˜');
		await terminal.see('Option types characters here');
		await press('a', '˜');
		expect(terminal.text()).not.toContain('Option types');
	});
});

describe('copying and links', () => {
	test('the key y copies the message with the clipboard tool if there is one, else with OSC 52', async () => {
		const {chatNode, bob} = room();
		chatNode.say(bob, 'copy mé');
		const {terminal, press} = await launch({chatNode});
		await press(ALT('1'), 'y');
		await terminal.see('If the clipboard is empty, use /copy');
		expect(terminal.output).toContain(`\u001B]52;c;${Buffer.from('copy mé').toString('base64')}\u0007`);
		await closeChat();
		const copied: string[] = [];
		const local = await launch({chatNode, hooks: {copyText: async text => copied.push(text) > 0}});
		await local.press(ALT('1'), 'y');
		await local.terminal.see('Copied');
		expect(copied).toEqual(['copy mé']);
		expect(local.terminal.output).not.toContain(']52;');
	});

	test('the key o shows the whole address of a link and asks before it opens the link', async () => {
		const {chatNode, bob} = room();
		chatNode.say(bob, 'see https://example.org/a?b=1.');
		const opened: string[] = [];
		const {terminal, press} = await launch({chatNode, hooks: {openUrl: async url => void opened.push(url)}});
		await press(ALT('1'), 'o');
		await terminal.see('Open this link?');
		expect(terminal.text()).toContain('https://example.org/a?b=1');
		await press('n');
		expect(opened).toEqual([]);
		await press('o', 'y');
		await terminal.see('Link opened');
		expect(opened).toEqual(['https://example.org/a?b=1']);
	});

	test('the key o lets the user choose among several links, and shows the address of a link that cannot be opened', async () => {
		const {chatNode, bob} = room();
		chatNode.say(bob, 'https://example.org/one and https://example.org/two');
		const opened: string[] = [];
		const openUrl = async (url: string) => {
			opened.push(url);
			return 'xdg-open could not open the address.';
		};
		const {terminal, press} = await launch({chatNode, hooks: {openUrl}});
		await press(ALT('1'), 'o');
		await terminal.see('Open link 1 of 2?');
		await press('o');
		await terminal.see('Open link 2 of 2?');
		await press('o', 'o', 'y');
		await terminal.see('Open it yourself: https://example.org/two');
		expect(opened).toEqual(['https://example.org/two']);
	});

	test('the copy view shows a message longer than the screen on several pages, without added spaces', async () => {
		const {chatNode, bob} = room();
		chatNode.say(bob, Array.from({length: 20}, (_, index) => `  code ${index}`).join('\n'));
		chatNode.say(bob, 'short');
		const {terminal, press} = await launch({chatNode, rows: 10});
		await press(ALT('l'));
		await terminal.see('Page 3 of 3');
		expect(terminal.rows().filter(row => /code/.test(row))).toEqual(
			Array.from({length: 8}, (_, index) => `  code ${index + 12}`),
		);
		await press('\u001B[5~');
		await terminal.see('Page 2 of 3');
		expect(terminal.rows()[0]).toBe('  code 3');
		await press('x');
		await terminal.see(INPUT_HINT);
	});

	test('a pasted stack trace of 60 lines is sent, folded, shown in full by Enter, and copied byte for byte by y and by /copy', async () => {
		const frames = Array.from({length: 57}, (_, index) => {
			const indent = ' '.repeat(4 + 2 * (index % 3));
			return `${indent}at frame_${index} (file:///srv/app/modules/${'deep/'.repeat(index % 9)}m.js:${index}:17)  `;
		});
		const trace = ['```', 'Error: naïve “quote” → 日本語 🎉', ...frames, '```'].join('\n');
		expect(trace.split('\n')).toHaveLength(60);
		const copied: string[] = [];
		const {terminal, press, chatNode} = await launch({hooks: {copyText: async text => copied.push(text) > 0}});
		await press(`\u001B[200~${trace}\u001B[201~`);
		await terminal.see('Paste 60 lines into the input?');
		await press('y', '\r');
		await terminal.until(() => chatNode.posted.length > 0);
		expect(chatNode.posted[0]?.text).toBe(trace);
		await terminal.see(/… \d+ more lines \(Enter: show all\)/);
		expect(terminal.text()).toContain('    at frame_0 (file:///srv/app/modules/m.js:0:17)');
		await press(ALT('1'), 'y');
		await terminal.until(() => copied.length > 0);
		expect(copied).toEqual([trace]);
		await press('\r', 'G');
		await terminal.see(/^ {8}at frame_55 \(file:\/\/\/srv\/app\/modules\/deep\/m\.js:55:17\)$/);
		await terminal.see('          at frame_56 (');
		await press(ESC);
		const before = terminal.output.length;
		await press(ALT('l'));
		await terminal.see(/Page \d+ of \d+: PgUp/);
		const pages = Number(/Page \d+ of (\d+)/.exec(terminal.text())?.[1]);
		for (let page = 1; page < pages; page++) await press('\u001B[5~');
		// The newest page is shown first. A hint in parentheses follows the lines of each page.
		const [, ...shown] = terminal.output.slice(before).split(ENTER_COPY_VIEW);
		const text = shown.map(page => page.slice(0, page.lastIndexOf('\r\n(Page '))).toReversed();
		expect(text.join('\r\n').replaceAll(NOT_DIM, '')).toContain(trace.replaceAll('\n', '\r\n'));
	});

	test('the copy view prints each long line whole and lets the terminal wrap the line, and any key returns to the chat', async () => {
		const {chatNode, bob} = room();
		const url = `https://example.org/${'path/'.repeat(30)}end`;
		chatNode.say(bob, url);
		const {terminal, press} = await launch({chatNode});
		await press('draft', ALT('l'));
		await terminal.see('Press any key to return');
		expect(terminal.output).toContain(`Bob (192.168.1.9): \u001B[22m${url}`);
		expect(terminal.modes.wraparoundMode).toBe(true);
		expect(terminal.text()).not.toContain('│');
		await press('x');
		await terminal.see('› draft');
		expect(terminal.text()).not.toContain('draftx');
		expect(terminal.modes.wraparoundMode).toBe(false);
	});

	test('the key R inserts a quote of the selected message above the draft', async () => {
		const {chatNode, bob} = room();
		chatNode.say(bob, 'the point');
		const {terminal, press} = await launch({chatNode});
		await press('I agree', ALT('1'), 'R');
		await terminal.see('> the point');
		expect(terminal.text()).toContain('I agree');
	});
});
