import {expect, test} from 'vitest';
import type {PeerId, Whisper} from '../../source/core/event.js';
import {sliceTimeline} from '../../source/core/timeline.js';
import {createMemoryRoom, type MemoryRoomNode} from '../helpers/memory-room.js';
import {createSeededRandom} from '../helpers/seeded-random.js';

const ROOMS = Number(process.env.P2PCHAT_WHISPER_ROOMS ?? 3);
const STEPS = 60;
const MAX_LAUNCHES = 8;

interface Launch {
	readonly name: string;
	readonly node: MemoryRoomNode;
	isRunning: boolean;
}

const peerOf = ({node}: Launch): PeerId => node.chatNode.store.getState().launch?.peer as PeerId;

/** The whispers in the timeline of a launch. They are the same as in its log, because every commit changes both. */
function whispersOf({node}: Launch): Whisper[] {
	const {timeline} = node.chatNode.store.getState();
	return sliceTimeline(timeline, 0, timeline.length).flatMap(entry => (entry.type === 'whisper' ? [entry] : []));
}

/** Plays a room in which connections break and processes are killed while people whisper. Returns what is wrong in the end. */
async function playRoom(seed: number): Promise<string[]> {
	const random = createSeededRandom(seed);
	const room = await createMemoryRoom({seed});
	const launches: Launch[] = [];
	const launch = async () => {
		const name = `host ${launches.length}`;
		launches.push({name, node: await room.launch(name), isRunning: true});
	};
	for (let count = 0; count < 3; count++) await launch();
	await room.clock.advance(3000);
	for (let step = 0; step < STEPS; step++) {
		const running = launches.filter(({isRunning}) => isRunning);
		const from = random.pick(running);
		const to = random.pick(running.filter(one => one !== from));
		switch (random.between(0, 11)) {
			case 0:
				room.network.reset(from.name, to.name, random.pick(['all', 'newest']));
				break;
			case 1:
				room.network.cut(from.name, to.name);
				room.clock.after(random.between(50, 20_000), () => room.network.heal(from.name, to.name));
				break;
			case 2:
				if (launches.length >= MAX_LAUNCHES) break;
				from.node.host.crash(random.pick(['killed', 'power']));
				from.isRunning = false;
				await launch();
				break;
			default:
				for (let count = random.between(1, 5); count > 0; count--)
					from.node.chatNode.whisper(peerOf(to), `step ${step} of ${from.name}, ${count}`);
		}
		await room.clock.advance(random.chance(0.1) ? random.between(1000, 15_000) : random.between(1, 60));
	}
	room.network.healAll();
	await room.clock.advance(60_000);
	const faults = launches.flatMap(from => launches.flatMap(to => (from === to ? [] : checkPair(from, to))));
	for (const one of launches) {
		const own = whispersOf(one);
		if (own.some(({peer, subject}) => peer !== peerOf(one) || !launches.some(other => peerOf(other) === subject)))
			faults.push(`${one.name} has a whisper that is not between it and one of the others`);
	}
	// Only running nodes are stopped: the clock of a killed process has ended, so that its `stop` would never resolve.
	for (const {node, isRunning} of launches) if (isRunning) void node.chatNode.stop();
	await room.clock.advance(2000);
	return faults;
}

function checkPair(from: Launch, to: Launch): string[] {
	const title = `${from.name} to ${to.name}`;
	const sent = whispersOf(from).filter(({own, subject}) => own && subject === peerOf(to));
	const got = whispersOf(to).filter(({own, subject}) => !own && subject === peerOf(from));
	const answered = from.node.chatNode.store.getState().ephemeral.whispered[peerOf(to)]?.id ?? 0;
	const faults: string[] = [];
	if (sent.some(({id}, index) => id !== index + 1)) faults.push(`${title}: sent numbers ${sent.map(({id}) => id)}`);
	const expected = sent.slice(0, got.length).map(({text}) => text);
	if (got.map(({text}) => text).join() !== expected.join())
		faults.push(`${title}: got ${got.map(({id}) => id)} of ${sent.length}`);
	if (answered > got.length) faults.push(`${title}: ${answered} count as delivered, ${got.length} arrived`);
	const bothRun = from.isRunning && to.isRunning;
	if (bothRun && (got.length !== sent.length || answered !== sent.length))
		faults.push(`${title}: sent ${sent.length}, arrived ${got.length}, answered ${answered}, and both run`);
	return faults;
}

test('whispers in rooms with broken connections and killed processes arrive once, in order and completely, and only at their addressee', async () => {
	for (let seed = 1; seed <= ROOMS; seed++) expect(await playRoom(seed), `room ${seed}`).toEqual([]);
}, 120_000);
