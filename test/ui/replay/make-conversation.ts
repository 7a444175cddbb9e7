/**
 * Makes fixtures/conversation.p2plog: real sessions on the memory network and a fake clock act out conversation.txt; the
 * log of one of them, written by the real file log, is the fixture. `UPDATE_FIXTURES=1` with conversation.test.ts runs it.
 */
import {copyFileSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {deriveRoomKeys} from '../../../source/feed/room-keys.js';
import type {ChatNode} from '../../../source/node/chat-node.js';
import {createChatNode} from '../../../source/node/create-chat-node.js';
import {openFileLog} from '../../../source/storage/file-log.js';
import {createFakeClock} from '../../helpers/fake-clock.js';
import {createMemoryNetwork, type MemoryHost} from '../../helpers/memory-network.js';
import {createSeededRandom} from '../../helpers/seeded-random.js';
import {createDisk} from '../../simulation/disk.js';

const SCRIPT = join(import.meta.dirname, 'conversation.txt');
const ROOM = 'third floor';
const VERSION = '1.0.0';
const START = Date.UTC(2026, 10, 19, 13, 52, 11);
const WATCHED = 'Carol';

interface Line {
	readonly afterS: number;
	readonly text: string;
}

/** Indented lines belong to the one above. */
export function readScript(path = SCRIPT): Line[] {
	const lines: Line[] = [];
	for (const raw of readFileSync(path, 'utf8').split('\n')) {
		const found = /^\+(\d+) (.*)$/.exec(raw);
		if (found) lines.push({afterS: Number(found[1]), text: found[2] ?? ''});
		else if (raw.startsWith('    ')) {
			const last = lines.pop()!;
			lines.push({...last, text: `${last.text}\n${raw.trim()}`});
		}
	}
	return lines;
}

interface Member {
	readonly host: MemoryHost;
	chatNode: ChatNode;
}

export async function makeConversation(target: string): Promise<void> {
	const clock = createFakeClock(START);
	const random = createSeededRandom(314);
	const network = createMemoryNetwork({clock, random: random.fork()});
	const keys = await deriveRoomKeys({room: ROOM});
	const folder = mkdtempSync(join(tmpdir(), 'p2pchat-conversation-'));
	const path = join(folder, 'conversation.p2plog');
	const members = new Map<string, Member>();
	const header = {version: VERSION, roomTag: keys.tag, roomName: ROOM, created: START};
	network.links.setDefaults({latencyMs: 2, jitterMs: 3});
	let seen = 0;

	/** Where the log of the one we watch is a file, those of the others are in memory. */
	async function joinRoom(name: string): Promise<void> {
		const known = members.get(name);
		const host = known?.host ?? network.addHost(name, `192.168.1.${20 + members.size * 3}`);
		const openedLog =
			name === WATCHED
				? openFileLog(path, {create: {...header, created: clock.now()}})
				: createDisk({...header, format: 1}).open();
		const chatNode = createChatNode(
			{name: name.replace(/\d$/, ''), room: ROOM, keys, version: VERSION, targets: [], identitySeed: seedOf(name)},
			{
				clock: host.clock,
				random: random.fork(),
				transport: host.createTransport({psk: keys.psk, identity: keys.pskIdentity, port: 4000}),
				beacon: host.createBeacon({port: 47_474}),
				openedLog,
				debug: () => {},
				rememberTarget: () => {},
			},
		);
		members.set(name, {host, chatNode});
		let started = false;
		void chatNode.start().then(() => {
			started = true;
		});
		await clock.advanceUntil(() => started, 5000);
	}

	async function happen([what = '', name = '', ...rest]: readonly string[]): Promise<void> {
		const member = members.get(name);
		if (what === 'join') return joinRoom(name);
		if (what === 'leave') return void member?.chatNode.stop('quit');
		if (what === 'rename') return void member?.chatNode.rename(rest.join(' '));
		if (what === 'move') return member?.host.setAddresses(['192.168.1.201']);
		if (what === 'heal') return network.healAll();
		if (what === 'power') {
			member?.host.crash('power');
			member?.host.restart();
			return;
		}
		if (what !== 'split') throw new Error(`what is “${what}”?`);
		const apart = [name, ...rest];
		network.partition(
			apart,
			[...members.keys()].filter(other => !apart.includes(other)),
		);
	}

	for (const {afterS, text} of readScript()) {
		// Nobody types by the clock.
		await clock.advance(afterS * 1000 + random.between(-400, 900));
		if (text.startsWith('! ')) {
			await happen(text.slice(2).split(' '));
			continue;
		}
		const [, name = '', mark, said = ''] = /^(\w+)([:*]) ?(.*)$/s.exec(text) ?? [];
		const result = members.get(name)?.chatNode.post(said, {action: mark === '*'});
		if (!result || 'refused' in result) throw new Error(`${name} could not say “${said}”`);
		seen++;
	}
	await clock.advance(4000);
	const watched = members.get(WATCHED)!.chatNode;
	for (const [name, {chatNode: session}] of members) {
		if (name !== WATCHED && name !== 'Mateo') void session.stop('quit');
		await clock.advance(700);
	}
	let done = false;
	void watched.stop('quit').then(() => {
		done = true;
	});
	await clock.advanceUntil(() => done, 10_000);
	if (seen < 200) throw new Error('too short');
	copyFileSync(path, target);
	rmSync(folder, {recursive: true});
}

/** The same person has the same identity after a restart. */
function seedOf(name: string): Uint8Array {
	return createSeededRandom([...name].reduce((sum, character) => sum * 31 + character.charCodeAt(0), 7) >>> 0).bytes(
		32,
	);
}
