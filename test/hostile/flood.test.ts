import {afterEach, beforeEach, describe, expect, it, test} from 'vitest';
import type {Message} from '../../source/codec/message-types.js';
import {pack} from '../../source/codec/msgpack.js';
import type {PeerId} from '../../source/core/event.js';
import {
	LIVE_BURST_SECONDS,
	MAX_LIVE_BYTES_PER_SECOND,
	MAX_LIVE_EVENTS_PER_SECOND,
	MAX_OPEN_WANTS,
	MAX_PENDING_PER_ADDRESS,
	MAX_WHISPERERS,
} from '../../source/core/limits.js';
import type {FileId} from '../../source/core/shared-file.js';
import {CUT} from '../helpers/memory-links.js';
import {connectMalicious, type MaliciousPeer, openHistory} from './malicious-peer.js';
import {
	createHostileRoom,
	expectChat,
	type HostileRoom,
	isConnected,
	noticeCodes,
	noticesOf,
	rowsOf,
	textsOf,
} from './room.js';

let room: HostileRoom;

beforeEach(async () => {
	room = await createHostileRoom();
});

afterEach(() => room.stop());

const fakePeer = (index: number) => index.toString(16).padStart(64, 'e') as PeerId;
const fakeFile = (index: number) => index.toString(16).padStart(64, 'f') as FileId;

const FLOODS: readonly (readonly [string, (index: number) => Message])[] = [
	['typing signals', () => ({type: 'typing'})],
	['pings', index => ({type: 'ping', id: index})],
	['pongs', index => ({type: 'pong', id: index, clock: 0, hlc: {ms: 0, counter: 0}})],
	[
		'peer names',
		index => ({
			type: 'peers',
			added: Array.from({length: 32}, (_, at) => ({peer: fakePeer(index * 32 + at), addresses: []})),
			removed: [],
		}),
	],
	[
		'inventory messages',
		index => ({type: 'have', kind: 'delta', feeds: [{peer: fakePeer(index), seq: 9, hash: new Uint8Array(8)}]}),
	],
	['whispers', index => ({type: 'whisper', id: index + 1, text: 'x'.repeat(1000)})],
	['answers to whispers', index => ({type: 'whisper-ack', id: index, refused: [index + 1], closed: true})],
	[
		'peers in `alive`',
		index => ({
			type: 'alive',
			peers: Array.from({length: 64}, (_, at) => ({peer: fakePeer(index * 64 + at), ageMs: 0})),
		}),
	],
	['questions about files', index => ({type: 'file-ask', id: index, file: fakeFile(index), leaves: true})],
	['descriptions of files', index => ({type: 'file-info', id: index, have: true})],
	['inventory digests', () => ({type: 'have', kind: 'digest', digest: new Uint8Array(2048).fill(1)})],
];

describe('a peer that floods a node', () => {
	test.each(FLOODS)(
		'a peer that floods a node with %s is disconnected with an error code that the screen explains, and the chat continues',
		async (subject, make) => {
			const mallory = await room.attack();
			openHistory(mallory);
			for (let index = 0; index < 5000; index++) mallory.send(make(index));
			await room.until('the connection is closed', () => mallory.isClosed && noticesOf(room.ann).length > 0);
			expect(mallory.errorCode).toBe('flood');
			expect(noticesOf(room.ann).map(({code, text}) => `${code}: ${text}`)).toEqual([
				expect.stringMatching(
					new RegExp(`^flood: Closed the connection to "(?:Mallory|[0-9a-f]{8})": .*${subject} per second\\.$`),
				),
			]);
			expect(isConnected(room.ann, room.bob.info.peer)).toBe(true);
			await expectChat(room, 'chat continues');
		},
	);

	it('a peer that floods a node with large whispers fills neither the log nor the memory, because whispers above the rate limit of an author are dropped', async () => {
		const mallory = await room.attack();
		openHistory(mallory);
		for (let index = 0; index < 200; index++) mallory.send({type: 'whisper', id: index + 1, text: 'x'.repeat(16_000)});
		await room.clock.advance(2000);
		const taken = rowsOf(room.ann).filter(({type}) => type === 'whisper').length;
		expect(taken).toBeGreaterThan(0);
		expect(taken * 16_000).toBeLessThan(MAX_LIVE_BYTES_PER_SECOND * (LIVE_BURST_SECONDS + 3));
		expect(mallory.isClosed).toBe(false);
		await expectChat(room, 'chat continues');
	});

	it('a host that floods a node with whispers from more new keys than MAX_WHISPERERS does not make the node forget an absent person', {
		timeout: 60_000,
	}, async () => {
		const {ann, bob, network, clock} = room;
		const textsOfBob = () =>
			rowsOf(ann).flatMap(row => (row.type === 'whisper' && row.subject === bob.info.peer ? [row.text] : []));
		bob.chatNode.whisper(ann.info.peer, 'before');
		await room.until('the whisper', () => textsOfBob().length === 1);
		for (const [from, to] of [
			['Ann', 'Bob'],
			['Bob', 'Ann'],
		] as const)
			network.links.set(from, to, CUT);
		await room.until('Bob is away', () => !isConnected(ann, bob.info.peer), 20_000);
		const transport = room.attackerHost.createTransport({psk: room.keys.psk, identity: room.keys.pskIdentity});
		const options = {transport, host: '10.0.0.1', port: 4000, keys: room.keys, now: () => clock.now()};
		for (let count = 0; count < MAX_WHISPERERS + 20; count += MAX_PENDING_PER_ADDRESS) {
			const keys: MaliciousPeer[] = [];
			for (let index = 0; index < MAX_PENDING_PER_ADDRESS; index++)
				void connectMalicious(options).then(peer => {
					peer.send({type: 'whisper', id: 1, text: 'x'});
					keys.push(peer);
				});
			await room.until('all of them whisper', () => keys.length === MAX_PENDING_PER_ADDRESS);
			await clock.advance(10);
			for (const {connection} of keys) connection.close();
		}
		const taken = rowsOf(ann).filter(row => row.type === 'whisper').length;
		expect(taken).toBeGreaterThan(MAX_WHISPERERS);
		network.links.clearAll();
		await room.until('Bob is back', () => isConnected(ann, bob.info.peer) && isConnected(bob, ann.info.peer), 60_000);
		bob.chatNode.whisper(ann.info.peer, 'after');
		await room.until('the second whisper', () => textsOfBob().length === 2);
		expect(textsOfBob()).toEqual(['before', 'after']);
		await expectChat(room, 'chat continues');
	});

	it('a whisper whose id was used before, or does not follow the last id, is dropped, and an answer to whispers that lists too many refused ids closes the connection', async () => {
		const mallory = await room.attack();
		openHistory(mallory);
		for (const id of [7, 2, 1, 1, 3, 2, 4]) mallory.send({type: 'whisper', id, text: `text ${id}`});
		mallory.send({type: 'whisper-ack', id: 9_000_000, refused: [1, 2, 3]});
		await room.clock.advance(500);
		const texts = rowsOf(room.ann).flatMap(row => (row.type === 'whisper' ? [row.text] : []));
		expect(texts).toEqual(['text 1', 'text 2']);
		mallory.sendFrame(pack({type: 'whisper-ack', id: 1, refused: Array.from({length: 65}, (_, index) => index + 1)}));
		await room.until('the connection is closed', () => mallory.isClosed);
		expect(mallory.errorCode).toBe('bad-field');
		await expectChat(room, 'chat continues');
	});

	it('a peer that floods a node with requests for history is disconnected, and the queued answers take limited memory', async () => {
		const mallory = await room.attack();
		openHistory(mallory);
		for (let index = 0; index < 5000; index++)
			mallory.send({type: 'want', id: index, ranges: [{peer: room.ann.info.peer, from: 1}]});
		await room.until('the connection is closed', () => mallory.isClosed);
		expect(['flood', 'too-many-wants']).toContain(mallory.errorCode);
		expect(room.ann.mostQueued()).toBeLessThan(9 * 1024 * 1024);
		await expectChat(room, 'chat continues');
	});

	it('a peer that has one unanswered request more than allowed is disconnected with the code too-many-wants', async () => {
		const mallory = await room.attack();
		openHistory(mallory);
		for (let index = 0; index <= MAX_OPEN_WANTS; index++)
			mallory.send({type: 'want', id: index, ranges: [{peer: room.ann.info.peer, from: 1}]});
		await room.until('the connection is closed', () => mallory.isClosed);
		expect(mallory.errorCode).toBe('too-many-wants');
	});

	it('a peer that floods a node with messages of unknown type is read at the rate limit and does not disturb the chat', async () => {
		const mallory = await room.attack();
		const payload = pack({type: 'nonsense', more: [1, 2, 3]});
		for (let index = 0; index < 20_000; index++) mallory.sendFrame(payload);
		await expectChat(room, 'first');
		await room.clock.advance(12_000);
		await expectChat(room, 'later');
		expect(noticesOf(room.ann)).toEqual([]);
	});

	it.each([
		['', false],
		[', even if it announced a higher seq before', true],
	])(
		'a peer that floods a node with its own events is read at the rate limit, with a notice%s',
		async (_, announcesMore) => {
			const mallory = await room.attack();
			openHistory(mallory);
			if (announcesMore) {
				const own = {peer: mallory.peer, seq: 1_000_000, hash: new Uint8Array(8)};
				mallory.send({type: 'have', kind: 'page', feeds: [own], last: true});
			}

			for (let index = 0; index < 400; index++) {
				const bodies = Array.from({length: 100}, (_, at) => ({type: 'posted' as const, text: `spam ${index} ${at}`}));
				mallory.send({type: 'events', batches: [mallory.write(bodies)]});
			}

			await room.until('a notice', () => noticeCodes(room.ann).includes('limit-live-events'));
			await expectChat(room, 'chat continues');
			await room.clock.advance(20_000);
			const most = (LIVE_BURST_SECONDS + 21) * MAX_LIVE_EVENTS_PER_SECOND;
			expect(textsOf(room.ann).filter(text => text.startsWith('spam')).length).toBeLessThanOrEqual(most);
			expect(noticeCodes(room.ann)).toEqual(['limit-live-events']);
			await expectChat(room, 'still');
		},
	);

	it('a peer that floods a node with different errors on many connections causes at most 20 notices per minute', async () => {
		for (let index = 0; index < 60; index++) {
			const mallory = await room.attack({name: `m${index}`});
			mallory.send({type: 'error', code: `code-${index}`, text: `your disk is broken ${index}\nnow`});
			await room.until('closed', () => mallory.isClosed);
		}

		const notices = noticesOf(room.ann);
		expect(notices.length).toBeLessThanOrEqual(22);
		expect(notices.at(-1)?.code).toBe('notices-left-out');
		expect(notices.every(({text}) => !text.includes('\n'))).toBe(true);
		expect(notices[0]?.code).toBe('closed-by-peer');
		expect(notices[0]?.text).toContain('"your disk is broken 0 now"');
	});

	it('a peer that floods a node is not accepted again for one minute', async () => {
		const mallory = await room.attack();
		for (let index = 0; index < 100; index++) mallory.send({type: 'typing'});
		await room.until('the connection is closed', () => mallory.isClosed);
		const again = await room.attack({key: mallory.key});
		await room.until('the connection is closed again', () => again.isClosed);
		expect(again.errorCode).toBe('barred');
		expect(noticeCodes(room.ann)).toEqual(['flood']);
		await room.clock.advance(60_000);
		const late = await room.attack({key: mallory.key});
		await room.clock.advance(500);
		expect(late.isClosed).toBe(false);
	});
});
