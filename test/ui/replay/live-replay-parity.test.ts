/** The live screen and the replay of its log show the same rows. */
import {afterEach, describe, expect, test} from 'vitest';
import {recordsToInputs} from '../../../source/cli/saved-log.js';
import {createFeedTips} from '../../../source/feed/feed-tips.js';
import {deriveRoomKeys} from '../../../source/feed/room-keys.js';
import {type Chat, launchChat} from '../../helpers/launch-chat.js';
import {launchReplay, type Replay} from '../../helpers/launch-replay.js';
import type {Terminal} from '../../helpers/terminal.js';
import {createScenario, type Scenario} from '../../simulation/scenario.js';
import {createWorld} from '../../simulation/world.js';

/** A run with three nodes, a fourth node that joins late, and a partition that ends. */
const scenario: Scenario = {
	...createScenario(1, {low: 4, high: 4}),
	nodes: 4,
	skews: [0, 0, 0, 0],
	hasSecret: false,
	scattered: false,
	limitedPairs: [],
	datagramLoss: 0,
	filter: 'none',
	steps: [
		{type: 'join', node: 0, at: 0},
		{type: 'join', node: 1, at: 10},
		{type: 'join', node: 2, at: 30},
		{type: 'post', node: 1, at: 2000, count: 12, bytes: 30},
		{type: 'post', node: 0, at: 2500, count: 3, bytes: 120},
		{type: 'join', node: 3, at: 4000},
		{type: 'rename', node: 2, at: 6000},
		{type: 'fault', fault: {type: 'partition', side: [3]}, ms: 20_000, at: 8000},
		{type: 'post', node: 3, at: 12_000, count: 2, bytes: 10},
		{type: 'post', node: 0, at: 13_000, count: 2, bytes: 10},
		{type: 'leave', node: 2, at: 33_000},
	],
	until: 50_000,
};

let chat: Chat | undefined;
let replay: Replay | undefined;
afterEach(async () => {
	await chat?.close();
	await replay?.close();
});

/** Timeline and peers without delivery marks and round-trip times, which are ephemeral and not in the log. */
function panes(terminal: Terminal, height: number): string[] {
	return terminal
		.rows()
		.slice(0, height)
		.map(row =>
			row
				.slice(2)
				.replace(/ (<?\d+ ms)$/, '')
				.trimEnd(),
		);
}

describe('a live screen and the replay of its log', () => {
	test.each([0, 3])(
		'a live screen and the replay of its log show the same rows at the end of a run, for node %i',
		async watched => {
			const keys = await deriveRoomKeys({room: 'room'});
			const world = createWorld(scenario, keys);
			await world.play();
			const life = world.nodes[watched]?.life;
			if (!life?.info) throw new Error('the node is not running');
			const {chatNode, info, disk} = life;
			chat = await launchChat({
				columns: 100,
				rows: 42,
				chatNode: Object.assign(Object.create(chatNode), {self: info}),
			});
			const inputs = recordsToInputs(disk.records, createFeedTips({roomTag: keys.tag}));
			replay = await launchReplay({inputs, columns: 100, rows: 43});
			const live = panes(chat.terminal, 40);
			expect(live.filter(row => row.includes('x'.repeat(20))).length).toBeGreaterThan(10);
			expect(live.some(row => /reconnected/.test(row))).toBe(true);
			expect(panes(replay.terminal, 40)).toEqual(live);
			await world.stopAll();
		},
	);
});
