/**
 * An attacker fills each limit of a node to the brim, while honest people chat at the same time (protocol.md, section
 * 18, Shares). A row of the table is one attack. A row that does not reach its limits fails, because it would show
 * nothing.
 */
import {readFileSync} from 'node:fs';
import {expect, it} from 'vitest';
import {type ChatResult, createBrimRoom} from './brim-room.js';
import type {Brim, LimitName} from './brims.js';
import {fileBrims} from './brims-files.js';
import {historyBrims} from './brims-history.js';
import {messageBrims} from './brims-messages.js';
import {networkBrims} from './brims-network.js';

const BRIMS: readonly Brim[] = [...messageBrims, ...networkBrims, ...historyBrims, ...fileBrims];

/**
 * Limits that other tests fill, because filling them here would take too long or because no node is needed. Each of
 * those tests names the limit.
 */
const SHOWN_ELSEWHERE: Readonly<Record<string, readonly LimitName[]>> = {
	'codec/beacon-datagram.test.ts': ['MAX_BEACON_BYTES'],
	'codec/entry.test.ts': ['MAX_FILE_NAME_BYTES', 'MAX_NOTE_BYTES'],
	'core/hearsay.test.ts': ['MAX_HEARSAY', 'MAX_REPORTS_PER_SUBJECT'],
	'core/memory-cost.test.ts': ['MAX_EVENTS', 'MAX_EVENT_MEMORY_BYTES'],
	'core/reduce.test.ts': ['MAX_ABSENCES', 'MAX_CONTACTS_KEPT'],
	'core/shared-file.test.ts': ['MAX_FILE_BYTES', 'MAX_FILE_PARTS', 'MIN_PART_BYTES'],
	'hostile/connections.test.ts': ['MAX_QUEUED_BYTES'],
	'hostile/flood.test.ts': ['MAX_WHISPERERS'],
	'invite/guest-list.test.ts': ['MAX_TOKEN_FAILURES_PER_ADDRESS', 'MAX_TOKEN_FAILURES_PER_MINUTE', 'MAX_WINDOW_GUESTS'],
	'invite/guest-stream.test.ts': ['MAX_WINDOW_ANSWER_UNITS', 'MAX_WINDOW_CHANGES', 'MAX_WINDOW_CHANGES_AT_ONCE'],
	'invite/window-server.test.ts': [
		'MAX_WINDOW_CONNECTIONS',
		'MAX_WINDOW_CONNECTIONS_PER_ADDRESS',
		'MAX_WINDOW_REQUEST_BYTES',
	],
	'network/dial/ban-list.test.ts': ['MAX_BANS'],
	'network/dial/candidate.test.ts': ['MAX_ADDRESSES'],
	'network/dial/dial-concurrency.test.ts': ['MAX_DIALS_AT_ONCE'],
	'network/dial/dialler.test.ts': ['MAX_SEEN_RETRIES'],
	'network/discovery/udp-beacon.test.ts': ['MAX_BEACONS_PER_SOURCE_PER_SECOND'],
	'network/files/arriving-parts.test.ts': ['MAX_FILE_HOLDERS'],
	'network/files/file-server.test.ts': ['MAX_FILE_ASKS'],
	'network/files/holders.test.ts': ['MAX_PART_REFUSALS'],
	'network/files/part-cache.test.ts': ['MAX_SERVED_CACHE_BYTES'],
	'network/link/frame-budget.test.ts': ['MAX_PARTIAL_FRAME_BYTES'],
	'network/mesh/failure-detector.test.ts': ['MAX_REPORTED_PEERS', 'MAX_SUSPECTS'],
	'network/sync/feed-inventory.test.ts': ['MAX_FEED_BYTES'],
	'network/sync/ingest-queue.test.ts': ['MAX_INGEST_BYTES'],
	'network/sync/listed-feeds.test.ts': ['MAX_LISTED_FEEDS'],
	'network/sync/sync-limits.test.ts': ['LIVE_RESERVE', 'WANT_BYTES_PER_SECOND'],
	'network/transport/handshake-rate.test.ts': [
		'MAX_HANDSHAKE_BURST',
		'MAX_FAILED_HANDSHAKES',
		'MAX_HANDSHAKES_PER_ADDRESS_PER_SECOND',
		'MAX_HANDSHAKES_PER_SECOND',
		'MAX_SUSPECT_HANDSHAKES_PER_SECOND',
	],
	'network/transport/send-budget.test.ts': ['SEND_BUDGET_BYTES', 'MIN_SEND_HIGH_WATER_BYTES'],
	'network/transport/tls-hostile.test.ts': ['MAX_WAITING_CONNECTIONS'],
	'network/transport/tls-transport.test.ts': ['MAX_RESOLVED_ADDRESSES'],
	'node/whisper-pair.test.ts': ['MAX_WHISPERS_OUTSTANDING'],
	'simulation/attackers-places.test.ts': ['MAX_CONNECTIONS'],
	'simulation/files.test.ts': ['MIN_SLICE_BYTES'],
};

/** Limits that no peer can fill, or that a test fills without naming them. */
const OTHERS: Readonly<Partial<Record<LimitName, string>>> = {
	ENTRY_COST_BYTES: 'a weight for MAX_INGEST_BYTES',
	LISTEN_BACKLOG: 'a queue of the operating system',
	MAX_FEEDS: 'filled by memory-at-limits.mjs; feed-inventory.test.ts shows how full the log counts',
	MAX_GUEST_QUEUED_BYTES: 'a guest, not a peer',
	MAX_HLC_COUNTER: 'a field of an entry',
	MAX_LOG_BYTES: 'filled by memory-at-limits.mjs; feed-inventory.test.ts shows how full the log counts',
	MAX_SLICE_BYTES: 'a field of a message',
	MAX_WINDOW_ADDRESSES: 'the interfaces of this computer',
	MAX_WINDOW_HEADER_BYTES: 'a guest, not a peer',
	MAX_WINDOW_ROWS_PER_ANSWER: 'a guest, not a peer',
};

let quiet: Promise<ChatResult> | undefined;

async function chatWithoutAttack(): Promise<ChatResult> {
	const room = await createBrimRoom();
	const result = await room.chat();
	await room.stop();
	return result;
}

it.each(BRIMS.map(brim => [brim.title, brim] as const))(
	'while an attacker fills the limit of %s, the messages of honest people take at most twice as long and no connection of theirs ends',
	{timeout: 180_000},
	async (_, brim) => {
		quiet ??= chatWithoutAttack();
		const room = await createBrimRoom();
		const attack = await brim.attack(room);
		const result = await room.chat(attack.repeat);
		const fills = await attack.fills();
		await room.stop();
		for (const {what, value, atLeast, atMost} of fills) {
			expect(value, what).toBeGreaterThanOrEqual(atLeast);
			expect(value, what).toBeLessThanOrEqual(atMost);
		}
		expect(result.broken, 'connections between honest nodes that ended').toBe(0);
		expect(result.p99).toBeLessThanOrEqual(2 * (await quiet).p99);
	},
);

/**
 * Names of the limits in the first column of the table "Shares". Left out are the row about what a node does itself,
 * and times, because a time cannot be used up.
 */
function limitsOfShares(): string[] {
	const document = readFileSync(new URL('../../source/protocol.md', import.meta.url), 'utf8');
	const table = document.split('\n**Shares**\n')[1]?.split('\n**')[0] ?? '';
	const rows = Array.from(table.matchAll(/^\| ([^|]+) \|/gm), ([, first = '']) => first);
	const names = rows
		.filter(first => !first.startsWith('What a node does itself'))
		.flatMap(first => Array.from(first.matchAll(/`([A-Z][A-Z0-9_]+)`/g), ([, name = '']) => name));
	return names.filter(name => !name.endsWith('_MS'));
}

it('each limit in the table "Shares" of protocol.md is filled by an attack here, or by another test that names it', () => {
	const filled = new Set<string>([
		...BRIMS.flatMap(({limits}) => limits),
		...Object.values(SHOWN_ELSEWHERE).flat(),
		...Object.keys(OTHERS),
	]);
	const all = limitsOfShares();
	expect(all.length).toBeGreaterThan(90);
	expect(all.filter(name => !filled.has(name))).toEqual([]);
	for (const [file, names] of Object.entries(SHOWN_ELSEWHERE)) {
		const text = readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
		expect(
			names.filter(name => !text.includes(name)),
			file,
		).toEqual([]);
	}
});
