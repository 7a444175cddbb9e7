import {expect, test} from 'vitest';
import type {FileId} from '../../source/core/shared-file.js';
import {createNamedFiles} from '../../source/node/named-files.js';
import {createFakeChatNode} from '../helpers/fake-chat-node.js';

const FILE = 'aa'.padEnd(64, '0') as FileId;
const shared = {type: 'shared', fileName: 'salary.txt', size: 10, file: FILE} as const;

test('a file may be served to others as long as at least one of the members who shared it has not withdrawn it', () => {
	const chatNode = createFakeChatNode('Ann');
	const files = createNamedFiles(chatNode.store, () => {});
	expect(files.isNamed(FILE)).toBe(false);
	const bob = chatNode.join('Bob', '192.168.1.8');
	const carol = chatNode.join('Carol', '192.168.1.9');
	const [first, second] = [chatNode.tell(bob, shared), chatNode.tell(carol, shared)];
	expect(files.isNamed(FILE)).toBe(true);
	chatNode.tell(bob, {type: 'withdrawn', target: {peer: first.peer, seq: first.seq}});
	expect(files.isNamed(FILE)).toBe(true);
	chatNode.tell(carol, {type: 'withdrawn', target: {peer: second.peer, seq: second.seq}});
	expect(files.isNamed(FILE)).toBe(false);
	files.stop();
});

test.each([
	['before', true],
	['after', false],
])(
	'a file that the user withdrew may not be served although another member shares it 100 times, if this node first checked the file %s the withdrawal',
	(_order, asksFirst) => {
		const chatNode = createFakeChatNode('Ann');
		const ann = chatNode.own;
		const mallory = chatNode.join('Mallory', '192.168.1.66');
		const files = createNamedFiles(chatNode.store, () => {});
		for (let count = 0; count < 50; count++) chatNode.tell(mallory, shared);
		const own = chatNode.tell(ann, shared);
		if (asksFirst) expect(files.isNamed(FILE)).toBe(true);
		chatNode.tell(ann, {type: 'withdrawn', target: {peer: own.peer, seq: own.seq}});
		for (let count = 0; count < 50; count++) chatNode.tell(mallory, shared);
		expect(files.isNamed(FILE)).toBe(false);
		chatNode.tell(ann, shared);
		expect(files.isNamed(FILE)).toBe(true);
		files.stop();
	},
);
