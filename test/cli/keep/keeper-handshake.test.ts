import {chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {createAttachHandshake, createKeeperHandshake} from '../../../source/cli/keep/keeper-handshake.js';
import {
	claimRoom,
	keeperFolder,
	listKeepers,
	removeDescription,
	saveDescription,
	socketPath,
} from '../../../source/cli/keep/keeper-place.js';
import {makeHome} from '../../helpers/data-home.js';

const token = 'ab'.repeat(32);
const other = 'cd'.repeat(32);

/** Runs the handshake between both sides. Returns the last step of each side. */
function shake(attach: {token?: string; version?: string}, keeper: {token?: string; version?: string}) {
	const ours = createAttachHandshake({token, version: '1.1.0', ...attach});
	const theirs = createKeeperHandshake({token, version: '1.1.0', ...keeper});
	const hello = theirs.receive(ours.first ?? '');
	const reply = ours.receive(hello.type === 'continue' ? (hello.send ?? '') : '');
	const end = reply.type === 'continue' ? theirs.receive(reply.send ?? '') : undefined;
	return {reply, end};
}

describe('the handshake of an attached screen and a keeper', () => {
	it('the handshake of an attached screen and a keeper succeeds if both know the token and have the same version', () => {
		expect(shake({}, {})).toMatchObject({reply: {done: true}, end: {type: 'continue', done: true}});
	});

	it('the screen rejects the handshake before it sends a proof if the other side does not know the token', () => {
		expect(shake({}, {token: other}).reply).toEqual({type: 'failed', reason: 'not-authentic'});
	});

	it('the handshake of an attached screen reports the version of a keeper that knows the token but has another version', () => {
		expect(shake({}, {version: '1.0.0'}).reply).toEqual({type: 'failed', reason: 'other-version', version: '1.0.0'});
	});

	it("the keeper rejects the handshake if the screen does not know the token, or if the screen repeats the keeper's proof or an earlier proof", () => {
		const keeper = () => createKeeperHandshake({token, version: '1.1.0'});
		const stranger = createAttachHandshake({token: other, version: '1.1.0'});
		for (const proof of ['', 'ab'.repeat(32)]) {
			const attacked = keeper();
			attacked.receive(stranger.first ?? '');
			expect(attacked.receive(JSON.stringify({proof}))).toEqual({type: 'failed', reason: 'not-authentic'});
		}
		const reflected = keeper();
		const answer = reflected.receive(stranger.first ?? '');
		const {proof} = JSON.parse(answer.type === 'continue' ? (answer.send ?? '') : '');
		expect(reflected.receive(JSON.stringify({proof}))).toEqual({type: 'failed', reason: 'not-authentic'});

		const attach = createAttachHandshake({token, version: '1.1.0', nonce: '1'.repeat(64)});
		const first = createKeeperHandshake({token, version: '1.1.0', nonce: '2'.repeat(64)});
		const hello = first.receive(attach.first ?? '');
		const recorded = attach.receive(hello.type === 'continue' ? (hello.send ?? '') : '');
		const again = keeper();
		again.receive(attach.first ?? '');
		const replay = recorded.type === 'continue' ? (recorded.send ?? '') : '';
		expect(again.receive(replay)).toEqual({type: 'failed', reason: 'not-authentic'});
	});

	it('the handshake of an attached screen and a keeper fails after a line of unknown form', () => {
		for (const line of ['', '{', '[]', 'null', '{"attach":1}', '{"attach":"1.1.0","nonce":"short"}']) {
			expect(createKeeperHandshake({token, version: '1.1.0'}).receive(line)).toEqual({
				type: 'failed',
				reason: 'malformed',
			});
			expect(createAttachHandshake({token, version: '1.1.0'}).receive(line)).toMatchObject({type: 'failed'});
		}
	});
});

describe('the description of a keeper', () => {
	const room = {room: 'crew', tag: new Uint8Array(8).fill(7), version: '1.1.0'};

	it('the file that describes a running keeper can be read only by its owner, is found by listKeepers, and is removed only by the keeper that wrote it', () => {
		const root = makeHome();
		const {description: first, release} = claimRoom(root, room);
		saveDescription(root, first);
		const path = join(keeperFolder(root), '0707070707070707.json');
		expect([statSync(path).mode & 0o777, statSync(keeperFolder(root)).mode & 0o777]).toEqual([0o600, 0o700]);
		expect(listKeepers(root)).toEqual([first]);
		release();
		const {description: second} = claimRoom(root, room);
		expect(second.token).not.toBe(first.token);
		saveDescription(root, second);
		removeDescription(root, first);
		expect(listKeepers(root)).toEqual([second]);
		removeDescription(root, second);
		expect(existsSync(path)).toBe(false);
	});

	it('only one keeper at a time claims a room, and another one can claim the room after the first has ended', () => {
		const root = makeHome();
		const {release} = claimRoom(root, room);
		expect(() => claimRoom(root, room)).toThrow(`A keeper of room ${room.room} runs already.`);
		expect(() => claimRoom(root, {...room, tag: new Uint8Array(8).fill(9)})).not.toThrow();
		release();
		expect(() => claimRoom(root, room)).not.toThrow();
	});

	it('if the lock of a room was made in another container, or under another name of this computer, the error says which file to delete', () => {
		const root = makeHome();
		claimRoom(root, room);
		expect(() => claimRoom(root, room)).toThrow(/ attach --room crew$/);
		const path = join(keeperFolder(root), '0707070707070707.lock');
		const lock = JSON.parse(readFileSync(path, 'utf8'));
		writeFileSync(path, JSON.stringify({...lock, place: 'elsewhere'}));
		expect(() => claimRoom(root, room)).toThrow(`If the process has ended, delete ${path}.`);
	});

	it('a file that describes a keeper is ignored if other users of the computer can read it, or if it is damaged', () => {
		const root = makeHome();
		mkdirSync(keeperFolder(root));
		const {description} = claimRoom(root, room);
		saveDescription(root, description);
		chmodSync(join(keeperFolder(root), '0707070707070707.json'), 0o644);
		writeFileSync(join(keeperFolder(root), '0808080808080808.json'), '{"room":"crew"}', {mode: 0o600});
		expect(listKeepers(root)).toEqual([]);
	});

	it('the socket of a keeper has a path that is short enough for every system, even if the path of the data folder is long', () => {
		const tag = '07'.repeat(8);
		expect(socketPath('/home/ann/.local/share/p2pchat-ink', tag)).toBe(
			`/home/ann/.local/share/p2pchat-ink/keep/${tag}.sock`,
		);
		const deep = `/${'d'.repeat(120)}`;
		expect(socketPath(deep, tag).length).toBeLessThan(100);
		expect(socketPath(`${deep}2`, tag)).not.toBe(socketPath(deep, tag));
	});
});
