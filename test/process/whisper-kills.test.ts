import {expect, it} from 'vitest';
import {findFreeUdpPort, makeHome} from '../helpers/data-home.js';
import {readLoggedWhispers} from '../helpers/logged-whispers.js';
import {type Line, type RunningNode, startNode} from '../helpers/run-node.js';
import {createSeededRandom} from '../helpers/seeded-random.js';

/** Number of processes that are killed. A longer run: P2PCHAT_KILLS=200. */
const KILLS = Number(process.env.P2PCHAT_KILLS ?? 6);
const SEED = Number(process.env.P2PCHAT_SEED ?? 1);
/** Maximum time between a printed line about a whisper of the round and the kill, ms. */
const MAX_KILL_DELAY_MS = 12;
const WHISPERS_PER_ROUND = 4;

interface Launch {
	readonly home: string;
	readonly node: RunningNode;
	readonly peer: string;
}

const isDelivery = ({type, state}: Line) => type === 'whisper-delivery' && state === 'delivered';

it(
	`whispers between processes of which one is killed ${KILLS} times arrive once and in order, and no whisper that is missing in the other log counts as delivered`,
	async () => {
		const random = createSeededRandom(SEED);
		const port = await findFreeUdpPort();
		const homes = {Ann: makeHome(), Bob: makeHome()};
		const launches: Launch[] = [];
		async function launch(name: 'Ann' | 'Bob'): Promise<Launch> {
			const node = await startNode({home: homes[name], port, name, args: ['--no-identity']});
			const started = {home: homes[name], node, peer: node.lines[0]?.peer as string};
			launches.push(started);
			return started;
		}
		const connected = ({node}: Launch, {peer}: Launch) =>
			node.waitFor('the other end', line => line.type === 'peer' && line.peer === peer && line.status === 'connected');
		let ann = await launch('Ann');
		let bob = await launch('Bob');
		await Promise.all([connected(ann, bob), connected(bob, ann)]);
		let count = 0;
		const whisperBothWays = () => {
			for (const [from, to] of [
				[ann, bob],
				[bob, ann],
			] as const) {
				const lines = Array.from({length: WHISPERS_PER_ROUND}, () =>
					JSON.stringify({type: 'whisper', to: to.peer, text: `text ${++count}`}),
				);
				from.node.write(`${lines.join('\n')}\n`);
			}
		};
		for (let kill = 0; kill < KILLS; kill++) {
			const [from, to] = random.chance(0.5) ? [ann, bob] : [bob, ann];
			const isSender = random.chance(0.5);
			const [seenBy, other] = isSender ? [from, to] : [to, from];
			const seen = ({type, own, peer}: Line) => type === 'whisper' && own === isSender && peer === other.peer;
			const before = seenBy.node.lines.filter(seen).length;
			whisperBothWays();
			const wanted = before + random.between(1, WHISPERS_PER_ROUND);
			await seenBy.node.waitUntil('a whisper of the round', lines => lines.filter(seen).length >= wanted);
			// The kill must be able to hit every step up to the answer, so a random time decides when it comes.
			await new Promise(resolve => setTimeout(resolve, random.between(0, MAX_KILL_DELAY_MS)));
			const victim = random.chance(0.5) ? 'Ann' : 'Bob';
			const {node} = victim === 'Ann' ? ann : bob;
			node.child.kill('SIGKILL');
			await node.result;
			if (victim === 'Ann') ann = await launch('Ann');
			else bob = await launch('Bob');
			await Promise.all([connected(ann, bob), connected(bob, ann)]);
		}
		whisperBothWays();
		for (const [from, to] of [
			[ann, bob],
			[bob, ann],
		] as const) {
			await from.node.waitUntil('everything delivered', lines => {
				const own = lines.filter(({type, peer, own: isOwn}) => type === 'whisper' && isOwn && peer === to.peer);
				const delivered = lines.filter(line => isDelivery(line) && line.peer === to.peer);
				return own.length >= WHISPERS_PER_ROUND && own.length === delivered.length;
			});
		}
		for (const {node} of [ann, bob]) {
			node.child.stdin?.end();
			await node.result;
		}

		const logged = new Map([
			['Ann', await readLoggedWhispers(homes.Ann)],
			['Bob', await readLoggedWhispers(homes.Bob)],
		]);
		const all = [...logged.values()].flat();
		let received = 0;
		/** Number of pairs of launches by the state of their whispers, for the report of a long run. */
		const pairs = {nothing: 0, someSent: 0, someReceived: 0, someAnswered: 0, allAnswered: 0};
		for (const from of launches) {
			for (const to of launches) {
				const sent = all.filter(({own, peer, subject}) => own && peer === from.peer && subject === to.peer);
				const got = all.filter(({own, peer, subject}) => !own && peer === to.peer && subject === from.peer);
				received += got.length;
				expect(sent.map(({id}) => id)).toEqual(sent.map((_, index) => index + 1));
				expect(got.map(({id, text}) => [id, text])).toEqual(sent.slice(0, got.length).map(({id, text}) => [id, text]));
				const delivered = from.node.lines.filter(line => isDelivery(line) && line.peer === to.peer);
				expect(delivered.length).toBeLessThanOrEqual(got.length);
				if (sent.length === 0) pairs.nothing++;
				else if (got.length < sent.length && got.length === 0) pairs.someSent++;
				else if (got.length < sent.length) pairs.someReceived++;
				else if (delivered.length < got.length) pairs.someAnswered++;
				else pairs.allAnswered++;
				if ((from === ann && to === bob) || (from === bob && to === ann)) expect(got).toHaveLength(sent.length);
			}
		}
		expect(received).toBeGreaterThan(KILLS);
		if (process.env.P2PCHAT_KILLS) console.log(JSON.stringify({kills: KILLS, seed: SEED, received, pairs}));
	},
	30_000 + KILLS * 10_000,
);
