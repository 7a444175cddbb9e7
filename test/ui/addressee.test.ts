import {expect, test} from 'vitest';
import {
	addressingOf,
	comesBack,
	draftError,
	draftToKeep,
	noAddressing,
	updateAddressing,
	whisperPrefix,
} from '../../source/ui/addressee.js';
import {createFakeChatNode} from '../helpers/fake-chat-node.js';

const stateOf = (chatNode: ReturnType<typeof createFakeChatNode>) => chatNode.store.getState();

test.each(['Dave', 'Dave Smith', '@Dave', 'Dave "the" Smith', 'Dave ✓', 'C#', 'Dave (home)', '✓'])(
	'a saved draft of a whisper to %s still has this person as its addressee after somebody else takes the same name',
	name => {
		const chatNode = createFakeChatNode('Carol');
		const {peer} = chatNode.join(name, '192.168.1.8', {identity: 'aaaaaaaa'});
		const draft = `${whisperPrefix(stateOf(chatNode), peer)}half a text`;
		expect(addressingOf(draft, stateOf(chatNode)).addressee).toMatchObject({peer});
		chatNode.join(name, '192.168.1.9', {identity: 'bbbbbbbb'});
		expect(addressingOf(draft, stateOf(chatNode)).addressee).toMatchObject({peer});
	},
);

test('a saved draft loses its addressee when that person leaves or takes another name, even if somebody else now has the old name', () => {
	const chatNode = createFakeChatNode('Carol');
	const dave = chatNode.join('Dave', '192.168.1.8', {identity: 'aaaaaaaa'});
	const draft = `${whisperPrefix(stateOf(chatNode), dave.peer)}half a text`;
	chatNode.join('Dave', '192.168.1.9', {identity: 'bbbbbbbb'});
	chatNode.tell(dave, {type: 'renamed', name: 'Eddie'});
	expect(addressingOf(draft, stateOf(chatNode)).addressee).toBeUndefined();
	chatNode.tell(dave, {type: 'renamed', name: 'Dave'});
	chatNode.tell(dave, {type: 'left'});
	expect(addressingOf(draft, stateOf(chatNode)).addressee).toBeUndefined();
});

test('a draft of /r is saved with its addressee; a draft of /r that was saved without an addressee has none when it is restored', () => {
	const chatNode = createFakeChatNode('Carol');
	const dave = chatNode.join('Dave', '192.168.1.8', {identity: 'aaaaaaaa'});
	const erna = chatNode.join('Erna', '192.168.1.9', {identity: 'bbbbbbbb'});
	const hear = (peer: string, id: number) =>
		chatNode.observe({type: 'whisper', subject: peer, own: false, id, text: 'psst'});
	expect(addressingOf('/r yes', stateOf(chatNode)).addressee).toBeUndefined();
	hear(dave.peer, 1);
	const typed = updateAddressing(addressingOf('', stateOf(chatNode)), '', '/r  yes', stateOf(chatNode));
	hear(erna.peer, 1);
	const kept = draftToKeep(typed, '/r  yes', stateOf(chatNode));
	expect(kept).toBe('/msg Dave#aaaaaaaa yes');
	expect(addressingOf(kept, stateOf(chatNode)).addressee).toMatchObject({peer: dave.peer});
	expect(addressingOf('/r yes', stateOf(chatNode)).addressee).toBeUndefined();
	expect(draftToKeep(typed, 'public now', stateOf(chatNode))).toBe('public now');
});

test('a message or whisper that the node refuses returns to the input, and a command that it refuses does not', () => {
	const drafts = ['hello', '//me', '/msg Dave hi', '/W Dave hi', '/r hi', '/name Bob', '/unknown'];
	expect(drafts.filter(comesBack)).toEqual(['hello', '//me', '/msg Dave hi', '/W Dave hi', '/r hi']);
});

test('a draft in which a later line looks like a command is sent neither to everybody nor to an addressee; a draft with paths or comments is sent', () => {
	const chatNode = createFakeChatNode('Carol');
	const {peer} = chatNode.join('Bob', '192.168.1.9', {identity: 'bbbbbbbb'});
	const state = stateOf(chatNode);
	const errorOf = (draft: string, addressing = noAddressing) => draftError(addressing, draft, state);
	const refused = ['hello\n/msg Bob secret', 'a\nb\n /w Bob secret', '\n/r yes', 'hello\n/W', 'hello\n/mgs Bob secret'];
	refused.push('hello\n/quit', 'hello\n/who  ', 'hello\n/dm Bob secret', '/me waves\n/msg Bob secret');
	for (const draft of refused) expect(errorOf(draft), draft).toContain('a command must be a message of its own');
	expect(errorOf('a\n\n/msg Bob secret')).toContain('line 3 begins with /msg');
	const addressee = {prefix: '/msg Bob ', peer, name: 'Bob'};
	expect(errorOf('/msg Bob hi\n/msg Dave secret', {...noAddressing, addressee})).toContain('line 2');
	const sent = [
		'a\n/usr/bin and\n/etc\n/home',
		'a\n// note',
		'a\n/* note */',
		'a\n  /who',
		'a\n//msg Bob',
		'a\nsee /msg Bob',
	];
	for (const draft of sent) expect(errorOf(draft), draft).toBeUndefined();
});
