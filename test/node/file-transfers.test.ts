import {afterEach, expect, test} from 'vitest';
import type {EventRef} from '../../source/core/event.js';
import type {FileTransfer} from '../../source/core/file-transfer.js';
import {partSize} from '../../source/core/shared-file.js';
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
