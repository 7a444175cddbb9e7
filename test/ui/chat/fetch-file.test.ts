/** Shared files on the screen: the row, its keys, its progress, and the list of files. */
import {describe, expect, test} from 'vitest';
import type {FileTransfer} from '../../../source/core/file-transfer.js';
import type {FileId} from '../../../source/core/shared-file.js';
import {launch, room} from '../../helpers/chat-room.js';
import type {FakeChatNode, FakePeer} from '../../helpers/fake-chat-node.js';
import {launchReplay} from '../../helpers/launch-replay.js';

const MB = 1_000_000;
const idOf = (index: number) => index.toString(16).padStart(4, '0').padEnd(64, 'f') as FileId;

function share(chatNode: FakeChatNode, bob: FakePeer, index: number, name = `plan ${index}.pdf`) {
	return chatNode.tell(bob, {type: 'shared', fileName: name, size: 4 * MB, file: idOf(index)});
}

function report(chatNode: FakeChatNode, index: number, change: Partial<FileTransfer>): void {
	const whole = {
		id: idOf(index),
		name: `plan ${index}.pdf`,
		state: 'fetching',
		bytes: 0,
		of: 4 * MB,
		holders: 1,
		completeHolders: 1,
		sentBytes: 0,
	} as const;
	chatNode.store.commit([{type: 'ephemeral', event: {type: 'file', transfer: {...whole, ...change}}}]);
}

describe('the row of a shared file', () => {
	test('Enter on the row of a shared file fetches the file, its progress is in the row and the status line, and x cancels the fetch', async () => {
		const {chatNode, bob} = room();
		const {seq} = share(chatNode, bob, 1);
		const {terminal, press} = await launch({chatNode, columns: 100});
		await terminal.see('Bob shared plan 1.pdf (4.0 MB)');
		await terminal.see('Enter or /fetch: save it');
		await press('\t', '\r');
		expect(chatNode.calls).toContain(`fetch ${seq}`);
		report(chatNode, 1, {bytes: MB, bytesPerSecond: MB});
		await terminal.see('25 % of 4.0 MB, 1.0 MB/s, 3 s left   x: c');
		await terminal.see('fetching 25 % of plan 1.pdf, 1.0 MB/s, 3 s left');
		await press('x');
		expect(chatNode.calls).toContain('cancel 0001');
		const reason = 'nobody who is connected has the missing 3.0 MB, except 1 peer that did not send it';
		report(chatNode, 1, {state: 'waiting', bytes: MB, reason});
		await terminal.see('waiting at 25 %: nobody who is connected has the missing');
		await terminal.see('peer that did not send it   x: cancel');
		report(chatNode, 1, {state: 'done', bytes: 4 * MB, path: '/d/plan 1.pdf'});
		await terminal.see('saved: /d/plan 1.pdf');
	});

	test('a replay shows the row of a shared file without a hint on how to fetch the file', async () => {
		const {chatNode, bob} = room();
		const event = share(chatNode, bob, 1);
		const joined = {type: 'joined', name: 'Bob', addresses: [], version: '1'} as const;
		const events = [{...event, ...joined, seq: 1} as never, event];
		const {terminal, close} = await launchReplay({inputs: [{type: 'events', loggedAt: event.at, live: false, events}]});
		await terminal.see('shared plan 1.pdf (4.0 MB)');
		expect(terminal.rows().join('\n')).not.toContain('save it');
		await close();
	});
});

describe('/files', () => {
	test('/files lists the shared files, the newest first, with their transfers', async () => {
		const {chatNode, bob} = room();
		share(chatNode, bob, 1);
		share(chatNode, bob, 2);
		report(chatNode, 1, {state: 'done', bytes: 4 * MB, path: '/d/plan 1.pdf'});
		const {terminal, press} = await launch({chatNode});
		await press('/files', '\r');
		await terminal.see('Shared files');
		const rows = terminal.rows().filter(row => row.includes('plan'));
		expect(rows).toEqual([
			expect.stringMatching(/plan 2\.pdf {2}4\.0 MB {2}Bob, /),
			expect.stringMatching(/plan 1\.pdf {2}4\.0 MB {2}Bob, .* {2}saved: \/d\/plan 1\.pdf/),
		]);
	});
});
