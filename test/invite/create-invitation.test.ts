/** The window for guests with a fake node, over HTTP on loopback. */
import {request} from 'node:http';
import {networkInterfaces} from 'node:os';
import {expect, onTestFinished, test} from 'vitest';
import {MAX_GUEST_QUEUED_BYTES, MAX_WINDOW_ADDRESSES} from '../../source/core/limits.js';
import {createInvitation} from '../../source/invite/create-invitation.js';
import {addressGroup} from '../../source/network/ip-address.js';
import type {InvitationInfo} from '../../source/node/invitation.js';
import {createFakeChatNode, fakePeerId} from '../helpers/fake-chat-node.js';
import {createFakeClock} from '../helpers/fake-clock.js';

async function openWindow(addresses: readonly string[], chatNode = createFakeChatNode()) {
	const shown: (number | undefined)[] = [];
	const invitation = createInvitation(
		{
			store: chatNode.store,
			clock: createFakeClock(),
			room: 'lan',
			hasSecret: false,
			addresses: () => addresses,
			groupOf: addressGroup,
			isIgnored: () => false,
			announce: () => {},
			showGuests: connected => shown.push(connected),
			notify: () => {},
		},
		{
			page: () => ({script: '', style: '', scriptHash: '', styleHash: ''}),
			program: () => Buffer.from('package'),
		},
	);
	onTestFinished(() => invitation.close());
	const opened = await invitation.open({inSecretRoom: false});
	return {invitation, opened, shown};
}

interface SendOptions {
	readonly method?: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string;
}

/** Resolves to the status and the first part of the body. `abort` ends the connection; `ended` resolves at its end. */
function send(url: string, {method = 'GET', headers = {}, body = ''}: SendOptions = {}) {
	return new Promise<{status: number; text: string; ended: Promise<unknown>; abort(): void}>((resolve, reject) => {
		const sent = request(url, {method, headers, agent: false}, response => {
			const abort = () => sent.destroy();
			response.on('error', () => {});
			const status = response.statusCode ?? 0;
			const ended = new Promise(done => response.once('close', done));
			response.once('end', () => resolve({status, text: '', ended, abort}));
			response.once('data', part => resolve({status, text: part.toString(), ended, abort}));
		});
		sent.on('error', reject);
		sent.end(body);
	});
}

function windowOf(opened: unknown): InvitationInfo {
	if (typeof opened !== 'object' || opened === null || 'refused' in opened) throw new Error(JSON.stringify(opened));
	return opened as InvitationInfo;
}

test('the local user sees how many guests are connected, as long as the window for guests is open, and the connection of a guest who is sent away ends', async () => {
	const {invitation, opened, shown} = await openWindow(['127.0.0.1']);
	const [link = ''] = windowOf(opened).urls;
	const {origin, hash} = new URL(link);
	const {bearer} = JSON.parse((await send(`${origin}/guest`, {method: 'POST', body: hash.slice(1)})).text);
	expect(shown).toEqual([0]);
	const follow = () => send(`${origin}/events`, {headers: {authorization: `Bearer ${bearer}`}});
	const first = await follow();
	expect(shown.at(-1)).toBe(1);
	first.abort();
	await expect.poll(() => shown.at(-1)).toBe(0);
	const second = await follow();
	expect(shown.at(-1)).toBe(1);
	invitation.kick(1);
	await second.ended;
	await expect.poll(() => shown.at(-1)).toBe(0);
	await invitation.close();
	expect(shown.at(-1)).toBeUndefined();
});

const hasIpv6 = networkInterfaces().lo?.some(({address}) => address === '::1') ?? false;

test.skipIf(!hasIpv6)(
	`each address of the computer, IPv4 or IPv6, has its own link, whose server refuses requests that name another Host${hasIpv6 ? '' : ' (left out: loopback has no IPv6)'}`,
	async () => {
		const {opened} = await openWindow(['127.0.0.1', '::1']);
		const {urls} = windowOf(opened);
		expect(urls).toEqual([
			expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/#[\w-]{22}$/),
			expect.stringMatching(/^http:\/\/\[::1\]:\d+\/#[\w-]{22}$/),
		]);
		const {origin, port, hash} = new URL(urls[1] ?? '');
		const guest = {method: 'POST', body: hash.slice(1)};
		for (const host of [`::1:${port}`, `[::1]`, `[0:0:0:0:0:0:0:1]:${port}`, `127.0.0.1:${port}`, `localhost:${port}`])
			expect(await send(`${origin}/guest`, {...guest, headers: {host}}), host).toMatchObject({status: 421});
		expect(await send(`${origin}/guest`, {...guest, headers: {origin}})).toMatchObject({status: 200});
		expect(await send(`${origin}/p2pchat-ink.tgz`)).toMatchObject({status: 200, text: 'package'});
	},
);

test('the window for guests opens if at least one address of the computer can be used', async () => {
	// 192.0.2.0/24 is for documentation (RFC 5737), so no computer has such an address.
	const {opened} = await openWindow(['192.0.2.1', '127.0.0.1']);
	expect(windowOf(opened).urls).toEqual([expect.stringMatching(/^http:\/\/127/)]);
	for (const addresses of [['192.0.2.1'], []])
		expect(await openWindow(addresses)).toMatchObject({opened: {refused: expect.any(String)}, shown: []});
});

test('a window for guests listens on the first MAX_WINDOW_ADDRESSES addresses of the computer', async () => {
	const addresses = Array.from({length: MAX_WINDOW_ADDRESSES + 2}, (_, index) => `127.0.0.${index + 1}`);
	const {opened} = await openWindow(addresses);
	expect(windowOf(opened).urls.map(url => new URL(url).hostname)).toEqual(addresses.slice(0, MAX_WINDOW_ADDRESSES));
});

/** Follows a window as a new guest. Resolves to whether a whole line arrives before the connection ends. */
async function getsLine(link: string): Promise<boolean> {
	const {origin, hash} = new URL(link);
	const {bearer} = JSON.parse((await send(`${origin}/guest`, {method: 'POST', body: hash.slice(1)})).text);
	return new Promise(resolve => {
		const headers = {authorization: `Bearer ${bearer}`};
		const sent = request(`${origin}/events`, {headers, agent: false}, response => {
			response.on('data', part => part.includes('\n') && resolve(true));
			response.on('error', () => {}).on('close', () => resolve(false));
		});
		sent.on('error', () => resolve(false)).end();
		onTestFinished(() => void sent.destroy());
	});
}

test('the connection of a guest ends when the queue for this guest exceeds MAX_GUEST_QUEUED_BYTES, and not before', async () => {
	const chatNode = createFakeChatNode();
	const dave = chatNode.join('Dave', '10.0.0.2');
	chatNode.say(dave, 'a message with long reactions');
	const target = {peer: dave.peer, seq: dave.seq};
	/** Reacts with words that the codec would not accept, because no row within the limits of the codec is so long. */
	const react = (from: number, to: number) => {
		for (let share = from; share < to; share++) {
			const word = `${share}`.padEnd(MAX_GUEST_QUEUED_BYTES / 100);
			chatNode.tell({peer: fakePeerId(share + 10), seq: 0}, {type: 'marked', target, word, on: true});
		}
	};
	const {opened} = await openWindow(['127.0.0.1'], chatNode);
	const [link = ''] = windowOf(opened).urls;
	react(0, 90);
	expect(await getsLine(link)).toBe(true);
	react(90, 110);
	expect(await getsLine(link)).toBe(false);
});
