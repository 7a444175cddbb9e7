/** The window for guests: a real node, HTTP requests, and a phone-sized Chromium. On loopback only. */
import {createHash} from 'node:crypto';
import {request} from 'node:http';
import {connect, type Socket} from 'node:net';
import {afterAll, describe, expect, onTestFinished, test} from 'vitest';
import {cleanText} from '../../source/core/text.js';
import {createInvitation} from '../../source/invite/create-invitation.js';
import {addressGroup} from '../../source/network/ip-address.js';
import type {Invitation, InvitationInfo} from '../../source/node/invitation.js';
import {
	closeBrowser,
	DESKTOP,
	findIntrusions,
	hasChromium,
	NO_INTRUSIONS,
	openPage,
	PHONE,
	WITHOUT_CHROMIUM,
} from '../helpers/browser.js';
import {findFreeUdpPort, makeHome} from '../helpers/data-home.js';
import {createFakeChatNode, type FakeChatNode} from '../helpers/fake-chat-node.js';
import {createFakeClock} from '../helpers/fake-clock.js';
import {startNode} from '../helpers/run-node.js';
import {addHostile, createStateBuilder, hostileTexts} from '../page/page-events.js';

afterAll(closeBrowser);

interface TestWindow {
	readonly invitation: Invitation;
	readonly chatNode: FakeChatNode;
	readonly clock: ReturnType<typeof createFakeClock>;
	readonly announced: string[];
	readonly info: () => InvitationInfo;
	readonly host: () => string;
}

/** Opens the window for guests of a fake node, with the page of the build. */
async function openWindow({
	hasSecret = false,
	room = 'lan',
	chatNode = createFakeChatNode(),
} = {}): Promise<TestWindow> {
	const clock = createFakeClock();
	const announced: string[] = [];
	const {readPageAssets} = await import('../../dist/cli/page-assets.js' as string);
	const invitation = createInvitation(
		{
			store: chatNode.store,
			clock,
			room,
			hasSecret,
			addresses: () => ['127.0.0.1'],
			groupOf: addressGroup,
			isIgnored: () => false,
			announce: state => announced.push(state),
			showGuests: () => {},
			notify: (_, text) => announced.push(text),
		},
		{page: readPageAssets, program: () => Buffer.from('the package')},
	);
	onTestFinished(() => invitation.close());
	const opened = await invitation.open({inSecretRoom: false});
	if ('refused' in opened && !hasSecret) throw new Error(opened.refused);
	const info = () => {
		const found = invitation.info();
		if (!found) throw new Error('the window is closed');
		return found;
	};
	return {invitation, chatNode, clock, announced, info, host: () => new URL(info().packageUrl).host};
}

interface Reply {
	readonly status: number;
	readonly body: string;
	readonly headers: NodeJS.Dict<string | string[]>;
}

function send(
	host: string,
	path: string,
	options: {method?: string; headers?: Record<string, string>; body?: string} = {},
) {
	return new Promise<Reply>((resolve, reject) => {
		const {method = 'GET', headers = {}, body = ''} = options;
		const sent = request(`http://${host}${path}`, {method, headers, agent: false}, response => {
			let text = '';
			response.setEncoding('utf8').on('data', part => {
				text += part;
			});
			response.on('end', () => resolve({status: response.statusCode ?? 0, body: text, headers: response.headers}));
		});
		sent.on('error', reject);
		sent.end(body);
	});
}

const tokenOf = ({urls}: InvitationInfo) => urls[0]?.split('#')[1] ?? '';

async function becomeGuest({host, info}: TestWindow): Promise<string> {
	const {body} = await send(host(), '/guest', {method: 'POST', body: tokenOf(info())});
	return JSON.parse(body).bearer;
}

/** Resolves when the server has closed a raw connection. Rejects after `ms`. */
function closedByServer(socket: Socket, ms: number): Promise<void> {
	return new Promise((resolve, reject) => {
		const timer = setTimeout(() => reject(new Error(`still open after ${ms} ms`)), ms);
		socket.resume();
		socket.on('error', () => {});
		socket.on('close', () => {
			clearTimeout(timer);
			resolve();
		});
	});
}

/** Resolves when the server has closed all but `count` of the connections. */
async function closedByServerExcept(sockets: readonly Socket[], count: number): Promise<void> {
	let open = sockets.length;
	for (const socket of sockets) {
		socket.resume();
		socket.on('error', () => {});
		socket.on('close', () => open--);
	}
	await expect.poll(() => open, {timeout: 20_000, interval: 5}).toBeLessThanOrEqual(count);
}

/**
 * Number of rows that a guest scrolls back. Scrolling through all 100,000 takes some minutes, so only a manual run sets
 * this number.
 */
const SCROLLED_ROWS = Number(process.env.P2PCHAT_TEST_SCROLLED_ROWS ?? 2000);
const SCROLL_TIMEOUT_MS = 60_000 + SCROLLED_ROWS * 20;

describe('requests', () => {
	test('in the window for guests, rows and events need a bearer token, the page and the package do not, and other paths and methods do not exist', async () => {
		const opened = await openWindow();
		const host = opened.host();
		const bearer = await becomeGuest(opened);
		const status = async (path: string, headers = {}, method = 'GET') =>
			(await send(host, path, {headers, method})).status;
		expect(await status('/')).toBe(200);
		expect((await send(host, '/p2pchat-ink.tgz')).body).toBe('the package');
		expect(opened.info().packageHash).toBe(createHash('sha256').update('the package').digest('hex'));
		expect(await status('/rows')).toBe(401);
		expect(await status('/events')).toBe(401);
		expect(await status('/rows', {authorization: `Bearer ${tokenOf(opened.info())}`})).toBe(401);
		expect(await status('/rows', {authorization: `Bearer ${bearer}`})).toBe(200);
		expect(await status('/rows', {authorization: `Bearer ${bearer}`}, 'POST')).toBe(405);
		expect(await status('/guest')).toBe(405);
		expect(await status('/../package.json')).toBe(404);
		expect(await status('/dist/cli.js')).toBe(404);
	});

	test('the window for guests refuses a foreign Host or Origin header, so that no page of another site reaches it', async () => {
		const opened = await openWindow();
		const host = opened.host();
		const port = host.split(':')[1];
		for (const headers of [
			{host: 'evil.example'},
			{host: `localhost:${port}`},
			{host: '127.0.0.1'},
			{origin: 'http://evil.example'},
			{origin: 'null'},
			{origin: `https://${host}`},
		]) {
			const reply = await send(host, '/guest', {method: 'POST', headers, body: tokenOf(opened.info())});
			expect(reply.status, JSON.stringify(headers)).toBe(421);
		}
		expect((await send(host, '/', {headers: {origin: `http://${host}`}})).status).toBe(200);
		expect(opened.info().guests).toEqual([]);
	});

	test('the page of the window for guests carries a content security policy without inline code, and no answer may be cached, framed or sniffed', async () => {
		const opened = await openWindow();
		const {headers} = await send(opened.host(), '/');
		expect(headers).toMatchObject({
			'cache-control': 'no-store',
			'x-content-type-options': 'nosniff',
			'x-frame-options': 'DENY',
			'referrer-policy': 'no-referrer',
		});
		expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'sha256-[^']+'; style-src/);
		expect(headers['content-security-policy']).not.toMatch(/unsafe|\*/);
	});

	test('the window for guests refuses guessed tokens, and after ten of them the right token too', async () => {
		const opened = await openWindow();
		const guess = (body: string) => send(opened.host(), '/guest', {method: 'POST', body});
		for (const body of ['', 'A'.repeat(22), tokenOf(opened.info()).slice(0, -1)])
			expect((await guess(body)).status).toBe(401);
		expect((await guess('x'.repeat(300))).status).toBe(413);
		for (let count = 3; count < 10; count++) expect((await guess('guess')).status).toBe(401);
		expect((await guess(tokenOf(opened.info()))).status).toBe(429);
	});

	test('the window for guests closes connections with slow headers and accepts at most 8 connections from one address, and the node still works after 10,000 connections', async () => {
		const opened = await openWindow();
		const [address = '', port] = opened.host().split(':');
		const dial = () => connect(Number(port), address);
		const slow = dial();
		slow.write('GET / HTTP/1.1\r\nHost: ');
		const cut = closedByServer(slow, 8000);
		for (let round = 0; round < 200; round++) {
			const sockets = Array.from({length: 50}, dial);
			await closedByServerExcept(sockets, 8);
			for (const socket of sockets) socket.destroy();
		}
		await cut;
		await expect.poll(async () => (await send(opened.host(), '/').catch(() => undefined))?.status).toBe(200);
	});

	test('no socket listens before the window for guests opens or after it closes, and the window closes after 12 hours', async () => {
		const opened = await openWindow();
		const host = opened.host();
		const refused = () =>
			send(host, '/').then(
				() => 'open',
				error => error.code,
			);
		await opened.invitation.close();
		expect(opened.invitation.info()).toBeUndefined();
		expect(await refused()).toBe('ECONNREFUSED');
		expect(opened.announced).toEqual(['opened', 'closed']);
		await opened.invitation.open({inSecretRoom: false});
		await opened.clock.advance(12 * 60 * 60 * 1000);
		await expect.poll(() => opened.invitation.info()).toBeUndefined();
		expect(opened.announced.filter(text => text === 'closed')).toHaveLength(2);
	});

	test('a room with a secret opens no window for guests, unless the user allows it with --in-secret-room', async () => {
		const opened = await openWindow({hasSecret: true});
		expect(opened.invitation.info()).toBeUndefined();
		expect(opened.announced).toEqual([]);
		expect(await opened.invitation.open({inSecretRoom: true})).toMatchObject({urls: [expect.stringMatching(/^http/)]});
	});
});

describe.skipIf(!hasChromium)(`a guest with a phone${WITHOUT_CHROMIUM}`, () => {
	async function openGuest(opened: TestWindow, viewport = PHONE) {
		const guest = await openPage({viewport});
		await guest.page.goto(opened.info().urls[0] ?? '');
		await guest.page.waitForSelector('html[data-state=open]');
		return guest;
	}

	test('a guest follows the room live, sees corrections and people, and continues after the network was lost', async () => {
		const opened = await openWindow();
		const {chatNode, clock} = opened;
		const dave = chatNode.join('Dave', '10.0.0.2');
		chatNode.say(dave, 'before <b>you</b>');
		const {page, problems} = await openGuest(opened);
		const texts = () => page.$$eval('.row.message .text', rows => rows.map(row => row.textContent));
		await expect.poll(texts).toEqual(['before <b>you</b>']);
		expect(page.url()).not.toContain('#');
		const say = async (text: string) => {
			chatNode.say(dave, text);
			await clock.advance(50);
		};
		await say('first');
		await expect.poll(texts).toContain('first');
		chatNode.tell(dave, {type: 'corrected', target: {peer: dave.peer, seq: dave.seq}, text: 'corrected'});
		await clock.advance(50);
		await expect.poll(texts).toEqual(['before <b>you</b>', 'corrected (edited)']);
		await page.context().setOffline(true);
		await page.evaluate(() => dispatchEvent(new Event('online')));
		await page.waitForSelector('html[data-state=waiting]');
		await say('missed');
		await page.context().setOffline(false);
		await page.evaluate(() => dispatchEvent(new Event('online')));
		await expect.poll(texts, {timeout: 20_000}).toEqual(['before <b>you</b>', 'corrected (edited)', 'missed']);
		expect(await page.textContent('.people')).toContain('Dave');
		expect(opened.info().guests).toMatchObject([{number: 1, address: '127.0.0.1', isConnected: true}]);
		expect(problems.filter(problem => !problem.includes('ERR_INTERNET_DISCONNECTED'))).toEqual([]);
	});

	test('a guest sees the newest message at once, below people and pinned messages, code in a block, and the state of the connection wherever the guest scrolls', async () => {
		const opened = await openWindow();
		const {chatNode} = opened;
		const dave = chatNode.join('Dave', '10.0.0.2');
		for (let count = 1; count <= 30; count++) chatNode.say(dave, `message ${count}`);
		chatNode.tell(dave, {type: 'pinned', target: {peer: dave.peer, seq: dave.seq - 9}, on: true});
		const text = 'run\n```\nnpm  test\n```\nthen';
		chatNode.say(dave, text);
		const {page} = await openGuest(opened);
		await page.waitForSelector('.pins .row');
		const bottom = () => page.evaluate(() => innerHeight + scrollY - document.documentElement.scrollHeight);
		await expect.poll(bottom).toBeGreaterThanOrEqual(-1);
		expect(await page.isVisible('.status .state')).toBe(true);
		const last = page.locator('#timeline .row.message .text').last();
		expect(await last.textContent()).toBe(text);
		expect(await last.locator('code').evaluate(code => getComputedStyle(code).fontFamily)).toContain('monospace');
		await page.evaluate(() => scrollTo(0, 0));
		const status = await page.locator('.status').boundingBox();
		expect((status?.y ?? 0) + (status?.height ?? 0)).toBeCloseTo(PHONE.height, 0);
		chatNode.say(dave, 'unseen');
		await opened.clock.advance(50);
		await page.click('.status button:has-text("1 new")');
		await expect.poll(bottom).toBeGreaterThanOrEqual(-1);
	});

	test('the page of a guest whose phone slept notices the silence, connects again and shows every message', async () => {
		const opened = await openWindow();
		const {chatNode, clock} = opened;
		const dave = chatNode.join('Dave', '10.0.0.2');
		const guest = await openPage({viewport: PHONE});
		await guest.page.clock.install();
		await guest.page.goto(opened.info().urls[0] ?? '');
		await guest.page.waitForSelector('html[data-state=open]');
		// The node sends nothing on the stream, because its fake clock does not advance. The phone sleeps for an hour.
		const connections = () => opened.info().guests.filter(({isConnected}) => isConnected).length;
		await expect.poll(connections).toBe(1);
		const reconnected = guest.page.waitForRequest(sent => sent.url().includes('position='));
		await guest.page.clock.fastForward(3_600_000);
		await guest.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
		await guest.page.clock.runFor(2000);
		await reconnected;
		chatNode.say(dave, 'after the sleep');
		await clock.advance(50);
		await guest.page.waitForSelector('text=after the sleep');
		expect(opened.info().guests).toHaveLength(1);
	});

	test('a guest scrolls back in a room of 100,000 events, and the page stays small', {
		timeout: SCROLL_TIMEOUT_MS,
	}, async () => {
		const builder = createStateBuilder();
		builder.addMany(100_000);
		const {createStore} = await import('../../source/node/store.js');
		const chatNode = Object.assign(createFakeChatNode(), {store: createStore(builder.state())});
		const opened = await openWindow({chatNode});
		const {page} = await openGuest(opened);
		await page.waitForSelector('text=message 100000');
		const seen = await page.evaluate(async wanted => {
			const ids = new Set<string>();
			let largest = 0;
			for (;;) {
				const rows = document.querySelectorAll('#timeline .row');
				for (const {id} of rows) ids.add(id);
				largest = Math.max(largest, rows.length);
				if (ids.size >= wanted) return {count: ids.size, largest};
				scrollTo(0, 0);
				await new Promise(requestAnimationFrame);
			}
		}, SCROLLED_ROWS);
		expect(seen.count).toBeGreaterThanOrEqual(SCROLLED_ROWS);
		expect(seen.largest).toBeLessThan(1500);
	});

	test.each([PHONE, DESKTOP])(
		'no hostile text executes in the window for guests, sends a request elsewhere, adds an element or breaks the layout: %o',
		async viewport => {
			const texts = hostileTexts();
			const builder = createStateBuilder();
			addHostile(builder, texts);
			const {createStore} = await import('../../source/node/store.js');
			const chatNode = Object.assign(createFakeChatNode(), {store: createStore(builder.state())});
			const opened = await openWindow({chatNode, room: texts.join(' ')});
			const {page, problems, requests} = await openGuest(opened, viewport);
			await page.waitForSelector('.row');
			const drawn = () => page.locator('section.block').count();
			for (let last = 0; last < (await drawn()); ) {
				last = await drawn();
				await page.evaluate(() => scrollTo(0, 0));
				await page.waitForFunction(
					above =>
						document.querySelectorAll('section.block').length > above || document.querySelector('p.note:not([hidden])'),
					last,
				);
			}
			expect(await findIntrusions(page)).toEqual(NO_INTRUSIONS);
			const shown = await page.$$eval('#timeline .row.message > .text', rows => rows.map(row => row.textContent));
			expect(shown).toEqual(texts.map(text => `${cleanText(`${text} ${text}`)} (edited)`));
			expect(await page.locator('.people li').count()).toBe(texts.length);
			expect(await page.locator('.pins .row').count()).toBeGreaterThan(30);
			expect(await page.textContent('body')).not.toMatch(/OBSERVED|WHISPERED/);
			expect(requests.filter(url => new URL(url).host !== opened.host())).toEqual([]);
			expect(problems).toEqual([]);
		},
	);

	test('a guest who is sent away sees nothing more and cannot return; another guest stays; then the window closes', async () => {
		const opened = await openWindow();
		const [first, second] = [await openGuest(opened), await openGuest(opened)];
		const link = opened.info().urls[0] ?? '';
		opened.invitation.kick(1);
		await first.page.waitForSelector('text=The person who shows this room sent you away.');
		await first.page.goto('about:blank');
		await first.page.goto(link);
		await first.page.waitForSelector('text=This link is not valid any more');
		const dave = opened.chatNode.join('Dave', '10.0.0.2');
		opened.chatNode.say(dave, 'among us');
		await opened.clock.advance(50);
		await second.page.waitForSelector('text=among us');
		await opened.invitation.close();
		await second.page.waitForSelector('text=The person who shows this room has closed this page.');
	});
});

test('the command invite announces the window in the room, serves guests on loopback only, and announces the end of the window', async () => {
	const port = await findFreeUdpPort();
	const [dave, carol] = await Promise.all([
		startNode({name: 'Dave', home: makeHome(), port}),
		startNode({name: 'Carol', home: makeHome(), port, args: ['invite']}),
	]);
	const line = await carol.waitFor('the link', ({type}) => type === 'invitation');
	expect(line.urls).toEqual([expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/#[\w-]{22}$/)]);
	await dave.waitFor('the row at the start', ({window}) => window === 'opened');
	const host = new URL(line.packageUrl).host;
	const tarball = await send(host, '/p2pchat-ink.tgz');
	expect(tarball.status).toBe(200);
	expect(Number(tarball.headers['content-length'])).toBeGreaterThan(100_000);
	carol.child.kill('SIGTERM');
	await dave.waitFor('the row at the end', ({window}) => window === 'closed');
	await dave.waitFor('the leave', ({kind}) => kind === 'left');
	await expect(send(host, '/')).rejects.toThrow();
});
