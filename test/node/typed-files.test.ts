import {describe, expect, test} from 'vitest';
import {findShared, listShared} from '../../source/core/find-shared.js';
import type {FileId} from '../../source/core/shared-file.js';
import {cancelTypedFile, fetchTypedFile, shareTypedFile} from '../../source/node/commands/typed-files.js';
import {parseTypedPath} from '../../source/node/commands/typed-path.js';
import {StorageError} from '../../source/storage/errors.js';
import {createFakeChatNode, type FakePeer} from '../helpers/fake-chat-node.js';

const fileId = (digits: string) => digits.padEnd(64, '0') as FileId;

function room() {
	const chatNode = createFakeChatNode();
	const ann = chatNode.join('Ann', '10.0.0.2');
	const share = (peer: FakePeer, fileName: string, digits: string) =>
		chatNode.tell(peer, {type: 'shared', fileName, size: 10, file: fileId(digits)});
	return {chatNode, ann, share};
}

describe('the path after /share', () => {
	test('the path after /share is the whole text if its first word is not the path of a file', async () => {
		const {chatNode} = room();
		const tried: unknown[] = [];
		const missing = Object.assign(new Error('missing'), {code: 'ENOENT'});
		const shareFile: typeof chatNode.shareFile = async (path, options) => {
			tried.push([path, options]);
			if (path === 'my file.txt') return {seq: 7};
			throw new StorageError('failed', 'no such file', path, 'Check the path.', {cause: missing});
		};
		const node = {...chatNode, shareFile};
		expect(await shareTypedFile(node, parseTypedPath('my file.txt'))).toMatchObject({type: 'done', seq: 7});
		expect(tried).toEqual([
			['my', {note: 'file.txt'}],
			['my file.txt', {}],
		]);
		expect(await shareTypedFile(node, parseTypedPath('gone'))).toEqual({
			type: 'error',
			text: 'gone: no such file. Check the path.',
		});
	});
});

test('a file is found by its name, the start of its name or the start of its id; of several files the newest is found', () => {
	const {chatNode, ann, share} = room();
	share(ann, 'plan.pdf', 'aaaa0001');
	share(ann, 'Plan.pdf', 'aaaa0002');
	share(ann, 'plan.pdf.txt', 'bbbb0003');
	share(ann, 'plan.pdf', 'aaaa0001');
	const {seq} = share(ann, 'gone.txt', 'cccc0004');
	chatNode.tell(ann, {type: 'withdrawn', target: {peer: ann.peer, seq}});
	const files = listShared(chatNode.store.getState());
	expect(files.map(({file}) => file.slice(0, 8))).toEqual(['aaaa0001', 'bbbb0003', 'aaaa0002']);
	const find = (typed: string) => findShared(files, typed)?.file.slice(0, 8);
	expect(['plan.pdf', 'PLAN.PDF.T', 'aaaa0002', 'aaaa000', '', 'gone.txt', 'x'].map(find)).toEqual([
		'aaaa0001',
		'bbbb0003',
		'aaaa0002',
		undefined,
		'aaaa0001',
		undefined,
		undefined,
	]);
	expect(listShared(chatNode.store.getState(), 'Nobody')).toEqual([]);
});

test('/fetch without a name fetches the newest file of somebody else that is missing here, and /cancel ends the only fetch', () => {
	const {chatNode, ann, share} = room();
	expect(fetchTypedFile(chatNode, '')).toMatchObject({type: 'error'});
	expect(cancelTypedFile(chatNode, '')).toMatchObject({type: 'error', text: 'No file is being fetched.'});
	share(ann, 'one.txt', '01');
	const two = share(ann, 'two.txt', '02');
	share(chatNode.own, 'mine.txt', '03');
	const fetched: unknown[] = [];
	const cancelled: unknown[] = [];
	const node = {
		...chatNode,
		fetchFile(target: {seq: number}) {
			fetched.push(target.seq);
			return {file: fileId('02')};
		},
		cancelFile(file: FileId) {
			cancelled.push(file);
			return true;
		},
	};
	expect(fetchTypedFile(node, '')).toMatchObject({type: 'done'});
	expect(fetched).toEqual([two.seq]);
	expect(fetchTypedFile(node, 'nothing')).toMatchObject({type: 'error'});
	const transfer = {
		name: 'x',
		state: 'fetching',
		bytes: 0,
		of: 10,
		holders: 1,
		completeHolders: 1,
		sentBytes: 0,
	} as const;
	chatNode.publish({type: 'file', transfer: {...transfer, id: fileId('01')}});
	expect(cancelTypedFile(node, '')).toMatchObject({type: 'done'});
	chatNode.publish({type: 'file', transfer: {...transfer, id: fileId('02')}});
	expect(cancelTypedFile(node, '')).toMatchObject({type: 'error', text: expect.stringContaining('2 files')});
	expect(cancelTypedFile(node, 'two.txt')).toMatchObject({type: 'done'});
	expect(cancelled).toEqual([fileId('01'), fileId('02')]);
});

test.each(['cancelled', 'failed'] as const)(
	'/fetch without a name fetches a file again whose earlier fetch was %s',
	state => {
		const {chatNode, ann, share} = room();
		const {seq} = share(ann, 'one.txt', '01');
		const fetched: unknown[] = [];
		const node = {
			...chatNode,
			fetchFile(target: {seq: number}) {
				fetched.push(target.seq);
				return {file: fileId('01')};
			},
		};
		const transfer = {id: fileId('01'), name: 'x', bytes: 0, of: 10, holders: 0, completeHolders: 0, sentBytes: 0};
		chatNode.publish({type: 'file', transfer: {...transfer, state: 'fetching'}});
		expect(fetchTypedFile(node, '')).toMatchObject({type: 'error'});
		chatNode.publish({type: 'file', transfer: {...transfer, state}});
		expect(fetchTypedFile(node, '')).toMatchObject({type: 'done'});
		expect(fetched).toEqual([seq]);
	},
);
