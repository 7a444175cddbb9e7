/**
 * Generator of fixtures/conversation.p2plog. Real nodes on the memory network with a fake clock perform conversation.txt.
 * The file log of one of them is the fixture. Run conversation.test.ts with `UPDATE_FIXTURES=1` to generate it.
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
/** The node whose log is the fixture. */
const RECORDED = 'Carol';

interface Line {
	readonly afterS: number;
	readonly text: string;
}

/** Lines of the script. An indented line continues the one above it. */
function readScript(path = SCRIPT): Line[] {
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
	let posted = 0;

	/** Starts a node. The recorded node logs to a file, all others to memory. */
	async function joinRoom(name: string): Promise<void> {
		const known = members.get(name);
		const host = known?.host ?? network.addHost(name, `192.168.1.${20 + members.size * 3}`);
		const openedLog =
			name === RECORDED
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

	async function performAction([action = '', name = '', ...args]: readonly string[]): Promise<void> {
		const member = members.get(name);
		if (action === 'join') return joinRoom(name);
		if (action === 'leave') return void member?.chatNode.stop();
		if (action === 'rename') return void member?.chatNode.rename(args.join(' '));
		if (action === 'move') return member?.host.setAddresses(['192.168.1.201']);
		if (action === 'heal') return network.healAll();
		if (action === 'power') {
			member?.host.crash('power');
			member?.host.restart();
			return;
		}
		if (action !== 'split') throw new Error(`unknown action ${action}`);
		const side = [name, ...args];
		network.partition(
			side,
			[...members.keys()].filter(other => !side.includes(other)),
		);
	}

	for (const {afterS, text} of readScript()) {
		// A random offset, because people do not type at exact intervals.
		await clock.advance(afterS * 1000 + random.between(-400, 900));
		if (text.startsWith('! ')) {
			await performAction(text.slice(2).split(' '));
			continue;
		}
		const [, name = '', mark, message = ''] = /^(\w+)([:*]) ?(.*)$/s.exec(text) ?? [];
		const result = members.get(name)?.chatNode.post(message, {action: mark === '*'});
		if (!result || 'refused' in result) throw new Error(`${name} could not post “${message}”`);
		posted++;
	}
	await clock.advance(4000);
	const recorded = members.get(RECORDED)!.chatNode;
	for (const [name, {chatNode}] of members) {
		if (name !== RECORDED && name !== 'Mateo') void chatNode.stop();
		await clock.advance(700);
	}
	let done = false;
	void recorded.stop().then(() => {
		done = true;
	});
	await clock.advanceUntil(() => done, 10_000);
	if (posted < 200) throw new Error(`only ${posted} messages`);
	copyFileSync(path, target);
	rmSync(folder, {recursive: true});
}

/** Identity seed of a person, the same after a restart. */
function seedOf(name: string): Uint8Array {
	return createSeededRandom([...name].reduce((sum, character) => sum * 31 + character.charCodeAt(0), 7) >>> 0).bytes(
		32,
	);
}
