import {afterEach, expect, test} from 'vitest';
import type {EventRef} from '../../source/core/event.js';
import type {FileTransfer} from '../../source/core/file-transfer.js';
import {FILE_TALK_MS} from '../../source/core/limits.js';
import {partSize} from '../../source/core/shared-file.js';
import type {ChatNode} from '../../source/node/chat-node.js';
import {makeContent} from '../helpers/memory-files.js';
import {createMemoryRoom, type MemoryRoom, type MemoryRoomNode} from '../helpers/memory-room.js';

let room: MemoryRoom;
afterEach(() => room.stop());

const PART = partSize(0);

function transferOf({chatNode}: MemoryRoomNode): FileTransfer | undefined {
	return Object.values(chatNode.store.getState().ephemeral.files)[0];
}

/** Shares a file of `size` bytes, and waits until all nodes in `others` have the event about it. */
async function share(author: MemoryRoomNode, size: number, others: readonly MemoryRoomNode[]): Promise<EventRef> {
	author.files.disk.set('/home/ann/plan.pdf', makeContent(size));
	const result = await author.chatNode.shareFile('/home/ann/plan.pdf', {note: 'the new one'});
	if (!('seq' in result)) throw new Error(result.refused);
	const ref = {peer: author.chatNode.store.getState().launch!.peer, seq: result.seq};
	await room.clock.advanceUntil(() => others.every(node => sharedIn(node).length > 0), 10_000);
	return ref;
}

function sharedIn({chatNode}: MemoryRoomNode) {
	return chatNode.store
		.getState()
		.timeline.pages.flat()
		.filter(entry => entry.type === 'shared');
}

async function untilDone(nodes: readonly MemoryRoomNode[], limitMs = 60_000): Promise<void> {
	await room.clock.advanceUntil(() => nodes.every(node => transferOf(node)?.state === 'done'), limitMs);
}

test.each([0, 1, PART - 1, PART, PART + 1, 5 * PART + 17])('a fetched file of %i bytes is unchanged', async size => {
	room = await createMemoryRoom();
	const ann = await room.launch('Ann');
	const bob = await room.launch('Bob');
	await room.clock.advance(2000);
	const ref = await share(ann, size, [bob]);
	expect(sharedIn(bob)[0]).toMatchObject({fileName: 'plan.pdf', size, note: 'the new one'});
	expect(bob.chatNode.fetchFile(ref)).toMatchObject({file: expect.any(String)});
	await untilDone([bob]);
	expect(transferOf(bob)).toMatchObject({state: 'done', bytes: size, of: size, path: '/downloads/plan.pdf'});
	expect(Buffer.compare(bob.files.finished.get('/downloads/plan.pdf')!, makeContent(size))).toBe(0);
	await room.clock.advance(1000);
	expect(transferOf(ann)).toMatchObject({state: 'sharing', completeHolders: 1, sentBytes: size});
});

/** Time in ms of a transfer from Ann to Bob that begins just after `act`. */
async function transferTime(act: (ann: MemoryRoomNode, bob: MemoryRoomNode) => unknown): Promise<number> {
	room = await createMemoryRoom();
	const ann = await room.launch('Ann');
	const bob = await room.launch('Bob');
	await room.clock.advance(2000);
	const ref = await share(ann, 32 * PART, [bob]);
	await room.clock.advance(FILE_TALK_MS);
	act(ann, bob);
	await room.clock.advance(100);
	const from = room.clock.monotonic();
	bob.chatNode.fetchFile(ref);
	while (bob.files.finished.size === 0 && room.clock.monotonic() - from < 10_000) await room.clock.advance(1);
	const ms = room.clock.monotonic() - from;
	await room.stop();
	return ms;
}

test.each<[string, (ann: ChatNode, bob: ChatNode) => unknown]>([
	['a message arrives', ann => ann.post('hi')],
	['a message is sent', (_, bob) => bob.post('hi')],
	['a typing notice arrives', ann => ann.notifyTyping()],
	['a typing notice is sent', (_, bob) => bob.notifyTyping()],
	['a whisper arrives', (ann, bob) => ann.whisper(bob.store.getState().launch!.peer, 'hi')],
	['a whisper is sent', (ann, bob) => bob.whisper(ann.store.getState().launch!.peer, 'hi')],
])('a transfer keeps few bytes in transit after %s', async (_, act) => {
	// The memory network has a latency and no limit of its bandwidth, so that the bytes in transit decide the time.
	const quietMs = await transferTime(() => {});
	const ms = await transferTime((ann, bob) => act(ann.chatNode, bob.chatNode));
	expect(ms).toBeGreaterThan(1.5 * quietMs);
});

test('of 100 files that are shared at once, at most 4 are read at the same time, and all of them are shared in this order', async () => {
	room = await createMemoryRoom();
	const ann = await room.launch('Ann');
	const read = ann.files.share;
	let reading = 0;
	let most = 0;
	ann.files.share = async (...args) => {
		most = Math.max(most, ++reading);
		await Promise.resolve();
		return read(...args).finally(() => reading--);
	};
	const names = Array.from({length: 100}, (_, index) => `file-${index}`);
	const sharing = names.map((name, index) => {
		ann.files.disk.set(`/home/ann/${name}`, makeContent(1, index + 1));
		return ann.chatNode.shareFile(`/home/ann/${name}`);
	});
	for (const result of await Promise.all(sharing)) expect(result).toHaveProperty('seq');
	expect(most).toBe(4);
	expect(sharedIn(ann).map(({fileName}) => fileName)).toEqual(names);
});
