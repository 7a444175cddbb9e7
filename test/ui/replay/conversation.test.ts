import {statSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {type LoadedLog, loadLog} from '../../../source/cli/saved-log.js';
import {verifyLog} from '../../../source/cli/verify-log.js';
import {nameOf} from '../../../source/core/select-peers.js';
import {sliceTimeline} from '../../../source/core/timeline.js';

const FILE = join(import.meta.dirname, '../../../fixtures/conversation.p2plog');

describe('the conversation fixture of the readme', () => {
	let log: LoadedLog;
	beforeAll(async () => {
		if (process.env.UPDATE_FIXTURES) await (await import('./make-conversation.js')).makeConversation(FILE);
		log = await loadLog(FILE);
	}, 600_000);
	afterAll(() => {
		log = undefined!;
	});

	test('the conversation fixture of the readme is undamaged and small, and has several hundred events', () => {
		expect(log.damage).toEqual([]);
		expect(log.state.timeline.length).toBeGreaterThan(260);
		expect(statSync(FILE).size).toBeLessThan(200_000);
	});

	test('the conversation fixture of the readme has valid signatures in every feed', () => {
		const results = verifyLog(log);
		expect(results.length).toBeGreaterThanOrEqual(10);
		expect(results.filter(({fault}) => fault !== undefined)).toEqual([]);
	});

	test('the conversation fixture of the readme contains late joiners, a partition, a lost peer, a rename and name collisions', () => {
		const rows = sliceTimeline(log.state.timeline, 0, log.state.timeline.length);
		const kinds = new Set(rows.map(({type}) => type));
		for (const kind of ['joined', 'posted', 'renamed', 'moved', 'left', 'lost', 'returned', 'peer-connected'] as const)
			expect(kinds).toContain(kind);
		const joiners = rows.filter(({type}) => type === 'joined');
		expect(joiners.filter(({peer}) => nameOf(log.state, peer, 1) === 'Alex')).toHaveLength(2);
		expect(joiners.filter(({peer}) => nameOf(log.state, peer, 1) === 'Mateo')).toHaveLength(2);
	});
});
