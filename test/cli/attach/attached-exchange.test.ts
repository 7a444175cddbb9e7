/** Whispers and files through an attached screen: the keeper has the log, the connections and the disk. */
import {expect, it} from 'vitest';
import {startKeeperSession} from '../../../source/cli/keep/keeper-session.js';
import type {PeerId, Whisper} from '../../../source/core/event.js';
import {listShared} from '../../../source/core/find-shared.js';
import {selectWhisperDelivery} from '../../../source/core/select.js';
import type {ChatNode} from '../../../source/node/chat-node.js';
import {attach, serve, setUp} from '../../helpers/kept-room.js';
import {liveClock} from '../../helpers/launch-chat.js';

function whispersOf({store}: ChatNode): Whisper[] {
	return store.getState().timeline.pages.flatMap(page => page.flatMap(row => (row.type === 'whisper' ? [row] : [])));
}

const peerOf = ({store}: ChatNode) => store.getState().launch?.peer as PeerId;

it('a keeper accepts no whispers until a screen has attached to it; from then on it accepts them even when no screen is attached', async () => {
	const kept = await setUp();
	const {room, keeper} = kept;
	const bob = (await room.launch('Bob')).chatNode;
	await room.clock.advance(3000);
	const kim = peerOf(keeper.chatNode);
	expect(bob.whisper(kim, 'is anybody there?')).toEqual({refused: '"Ann" does not take whispers. Nothing was sent.'});
	// A command that sends through the keeper does not prove that somebody reads what the keeper receives.
	const session = startKeeperSession({...keeper, clock: liveClock, notes: kept.notes, send() {}});
	session?.handle({type: 'send', text: 'from a command', waitMs: 0});
	session?.stop();
	await room.clock.advance(1000);
	expect(bob.whisper(kim, 'and now?')).toHaveProperty('refused');

	await serve(kept);
	const attached = await attach(kept);
	const whisperAgain = async () => {
		await room.clock.advance(100);
		return bob.whisper(kim, 'hello');
	};
	await expect.poll(whisperAgain).toEqual({id: 1});
	await room.clock.advance(1000);
	await expect.poll(() => whispersOf(attached.chatNode).map(({text}) => text)).toEqual(['hello']);
	await attached.chatNode.stop();
	expect(bob.whisper(kim, 'for later')).toEqual({id: 2});
	await room.clock.advance(1000);
	const again = await attach(kept);
	expect(whispersOf(again.chatNode).map(({text}) => text)).toEqual(['hello', 'for later']);
	expect(whispersOf(bob).map(one => selectWhisperDelivery(bob.store.getState(), one))).toEqual([
		'delivered',
		'delivered',
	]);
});

it('a whisper that is sent from an attached screen reaches its addressee only, and the screen shows it as delivered', async () => {
	const kept = await setUp();
	const {room, keeper} = kept;
	const bob = await room.launch('Bob');
	const eve = await room.launch('Eve');
	await room.clock.advance(3000);
	await serve(kept);
	const {chatNode} = await attach(kept);
	chatNode.whisper(peerOf(bob.chatNode), 'only for Bob');
	await expect.poll(() => whispersOf(keeper.chatNode)).toHaveLength(1);
	await expect.poll(() => whispersOf(chatNode)).toHaveLength(1);
	await room.clock.advance(1000);
	expect(whispersOf(bob.chatNode)).toMatchObject([{text: 'only for Bob', own: false}]);
	expect([whispersOf(eve.chatNode), eve.texts()]).toEqual([[], []]);
	await expect
		.poll(() => whispersOf(chatNode).map(one => selectWhisperDelivery(chatNode.store.getState(), one)))
		.toEqual(['delivered']);
});

it('files are shared and fetched through an attached screen, which shows the progress of the transfers that the keeper makes', async () => {
	const kept = await setUp();
	const {room, keeper} = kept;
	const bob = await room.launch('Bob');
	await room.clock.advance(3000);
	await serve(kept);
	const {chatNode, refusals} = await attach(kept);
	const bytes = new Uint8Array(300_000).fill(7);
	keeper.files.disk.set('/home/ann/plan.pdf', bytes);
	expect(await chatNode.shareFile('/home/ann/plan.pdf', {note: 'the new one', name: 'map.pdf'})).toHaveProperty('seq');
	await room.clock.advance(1000);
	const [shared] = listShared(bob.chatNode.store.getState());
	expect(shared).toMatchObject({fileName: 'map.pdf', note: 'the new one'});
	if (!shared) throw new Error('no file');
	expect(bob.chatNode.fetchFile(shared, {directory: '/here'})).toEqual({file: shared.file});
	await room.clock.advance(5000);
	expect([...bob.files.finished.values()]).toEqual([bytes]);
	const transfer = () => chatNode.store.getState().ephemeral.files[shared.file];
	await expect.poll(transfer).toMatchObject({state: 'sharing', completeHolders: 1, sentBytes: bytes.length});

	bob.files.disk.set('/home/bob/other.txt', new Uint8Array(1000).fill(9));
	await bob.chatNode.shareFile('/home/bob/other.txt');
	await room.clock.advance(1000);
	await expect.poll(() => listShared(chatNode.store.getState())).toHaveLength(2);
	const [other] = listShared(chatNode.store.getState());
	if (!other) throw new Error('no file');
	expect(chatNode.fetchFile(other, {directory: '/there'})).toEqual({file: other.file});
	const finished = async () => {
		await room.clock.advance(500);
		return [...keeper.files.finished.keys()];
	};
	await expect.poll(finished, {timeout: 10_000}).toEqual(['/there/other.txt']);
	await room.clock.advance(1000);
	await expect.poll(() => chatNode.store.getState().ephemeral.files[other.file]).toMatchObject({state: 'done'});
	expect(chatNode.fetchFile(other, {directory: '/there'})).toEqual({file: other.file});
	await expect.poll(() => refusals).toEqual(['You have other.txt already.']);
});
