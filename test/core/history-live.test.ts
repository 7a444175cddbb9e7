/** Compares the state of a live node after every commit with the state that replay computes from the same records. */
import {describe, expect, test} from 'vitest';
import {recordsToInputs} from '../../source/cli/saved-log.js';
import {createHistory} from '../../source/core/history.js';
import type {State} from '../../source/core/state.js';
import {sliceTimeline} from '../../source/core/timeline.js';
import {createFeedTips} from '../../source/feed/feed-tips.js';
import {deriveRoomKeys} from '../../source/feed/room-keys.js';
import {createScenario} from '../simulation/scenario.js';
import {createWorld} from '../simulation/world.js';

/** Content of a state without the ephemeral part, which no log contains. */
function contentOf({timeline, pending, unreadable, ephemeral: _, ...others}: State) {
	return {...others, rows: [timeline, pending, unreadable].map(part => sliceTimeline(part, 0, part.length))};
}

const SEEDS = [3, 11, 29, 58];

describe('the replayed log', () => {
	test.each(SEEDS)(
		'the replayed log gives the state of the live node after every commit, with the scenario of seed %i',
		async seed => {
			const scenario = {...createScenario(seed, {low: 3, high: 5}), hasSecret: false, skews: [0, 900, -1500, 0, 40]};
			const keys = await deriveRoomKeys({room: 'room'});
			const world = createWorld({...scenario, skews: scenario.skews.slice(0, scenario.nodes)}, keys);
			const statesByLife = new Map<object, Map<number, State>>();
			for (const node of world.nodes) {
				const {launch} = node;
				Object.assign(node, {
					launch() {
						launch();
						const {life} = node;
						if (!life || statesByLife.has(life)) return;
						const states = new Map<number, State>([
							[life.chatNode.store.getState().recordCount, life.chatNode.store.getState()],
						]);
						statesByLife.set(life, states);
						life.chatNode.store.subscribe(state => states.set(state.recordCount, state));
					},
				});
			}
			await world.play();
			await world.stopAll();
			let compared = 0;
			for (const node of world.nodes) {
				for (const life of node.lives) {
					const states = statesByLife.get(life);
					const history = createHistory();
					history.append(recordsToInputs(life.disk.records, createFeedTips({roomTag: keys.tag})));
					for (const [recordCount, live] of states ?? []) {
						expect(contentOf(history.stateAt(recordCount))).toEqual(contentOf(live));
						compared++;
					}
					const last = life.chatNode.store.getState();
					expect(history.length).toBe(last.recordCount);
					expect(contentOf(history.state)).toEqual(contentOf(last));
				}
			}
			expect(compared).toBeGreaterThan(30);
		},
	);
});
