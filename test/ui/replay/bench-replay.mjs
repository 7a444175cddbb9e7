/**
 * Benchmark of the replay: opens a log of many events and navigates in it.
 *
 *     npm run build && node --expose-gc test/ui/replay/bench-replay.mjs [EVENTS]
 *
 * EVENTS is the number of events, 1,000,000 by default. The benchmark first creates the log, with real feeds, and
 * removes it at the end. With `--keep FILE` the log is this file: it is created if it does not exist, and is kept.
 */
import {existsSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

const base = new URL(process.env.REPLAY_DIST ?? '../../../dist/', import.meta.url).href;
const load = path => import(new URL(path, base).href);
const [
	{createHistory},
	{createFeedTips},
	{openLogReader},
	{openFileLog},
	{createOwnFeed},
	{createPeerKey},
	{recordsToInputs},
] = await Promise.all([
	load('core/history.js'),
	load('feed/feed-tips.js'),
	load('storage/log-reader.js'),
	load('storage/file-log.js'),
	load('feed/own-feed.js'),
	load('feed/signing-keys.js'),
	load('cli/saved-log.js'),
]);
const [{createReplayFrameCache}, {createSearchIndex}, {updateReplay}, {initialReplayUi}, {createTheme}] =
	await Promise.all([
		load('ui/replay/replay-frame.js'),
		load('ui/replay/search-index.js'),
		load('ui/replay/update-replay.js'),
		load('ui/replay/replay-state.js'),
		load('ui/theme.js'),
	]);

const args = process.argv.slice(2);
const keep = args.includes('--keep') ? args[args.indexOf('--keep') + 1] : undefined;
const events = Number(args.find(arg => /^\d+$/.test(arg)) ?? 1_000_000);
const folder = mkdtempSync(join(tmpdir(), 'p2pchat-replay-bench-'));
const path = keep ?? join(folder, 'bench.p2plog');
const roomTag = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const START = Date.UTC(2026, 0, 5, 8);

/** Creates the log: a fifth of the events as history of a few feeds, all others as live events in small batches. */
function createLog() {
	const {log} = openFileLog(path, {create: {version: '1.0.0', roomTag, roomName: 'bench', created: START}});
	const feeds = Array.from({length: 24}, () => createOwnFeed({key: createPeerKey(), roomTag}));
	let random = 1;
	const chance = below => {
		random = (Math.imul(random, 1103515245) + 12345) >>> 0;
		return random % below;
	};
	const own = feeds[0].peer;
	const hlc = ms => ({at: ms, ms, counter: 0});
	const observation = (ms, body) => ({
		type: 'observation',
		loggedAt: ms,
		observation: {peer: own, seq: 0, ...hlc(ms), ...body},
	});
	let ms = START;
	let count = 0;
	let pending = [observation(ms, {type: 'launched', version: '1.0.0'})];
	const write = (feed, size, step, live) => {
		const batch = feed.append(
			Array.from({length: size}, () => {
				ms += step;
				const fresh = feed.tip().seq === 0;
				const body = fresh
					? {type: 'joined', name: `peer ${feeds.indexOf(feed)}`, addresses: ['192.168.1.9'], version: '1.0.0'}
					: {
							type: 'posted',
							text: `message ${count + chance(1000)} about ${['lunch', 'the build', 'cables', 'coffee'][chance(4)]}`,
						};
				return {body, at: ms, hlc: {ms, counter: 0}};
			}),
		);
		count += size;
		pending.push({type: 'batch', loggedAt: live ? ms : START + events * 500, live, batch});
		if (pending.length >= 500) {
			log.append(pending);
			pending = [];
		}
	};
	for (const feed of feeds) write(feed, 1, 10, true);
	for (const feed of feeds.slice(1, 6)) while (feed.tip().seq < events / 25) write(feed, 100, 400, false);
	ms = Math.max(ms, START + events * 500);
	while (count < events) {
		if (chance(400) === 0) {
			const type = chance(2) === 0 ? 'peer-connected' : 'peer-disconnected';
			const body = type === 'peer-connected' ? {address: '192.168.1.9'} : {reason: 'gone', alone: false};
			pending.push(observation(ms++, {type, subject: feeds[1 + chance(20)].peer, ...body}));
		}
		write(feeds[chance(24)], 1 + chance(6), 700 + chance(900), true);
	}
	log.append(pending);
	return log.close();
}

const collect = () => {
	globalThis.gc?.();
	globalThis.gc?.();
	return process.memoryUsage();
};
const report = (label, values) => {
	const sorted = [...values].sort((a, b) => a - b);
	const at = part => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))].toFixed(1);
	console.log(
		`${label.padEnd(34)} p50 ${at(0.5).padStart(7)} ms   p99 ${at(0.99).padStart(7)} ms   worst ${at(1).padStart(7)} ms`,
	);
};
const timed = run => {
	const from = performance.now();
	run();
	return performance.now() - from;
};

if (!keep || !existsSync(path)) await createLog();
const before = collect();
const history = createHistory();
const reader = openLogReader(path);
const tips = createFeedTips({roomTag: reader.header.roomTag});
const cpu = process.cpuUsage();
const opened = performance.now();
let first = 0;
let blocked = 0;
let chunkStart = performance.now();
for await (const records of reader.read()) {
	history.append(recordsToInputs(records, tips));
	first ||= performance.now() - opened;
	blocked = Math.max(blocked, performance.now() - chunkStart);
	chunkStart = performance.now();
}
const took = performance.now() - opened;
const used = process.cpuUsage(cpu);
const after = collect();
const bytes = after.heapUsed + after.external - before.heapUsed - before.external;
console.log(`${history.length} records, file ${(reader.size / 1e6).toFixed(0)} MB`);
console.log(
	`open: ${(took / 1000).toFixed(2)} s (${((used.user + used.system) / 1e6).toFixed(2)} s of CPU), first rows after ${first.toFixed(0)} ms, longest chunk ${blocked.toFixed(0)} ms`,
);
console.log(`memory: ${(bytes / history.length).toFixed(0)} B a record (${(bytes / 1e6).toFixed(0)} MB)`);

let random = 7;
const randomIndex = () => {
	random = (Math.imul(random, 1103515245) + 12345) >>> 0;
	return (random / 2 ** 32) * history.length;
};
report(
	'seek to random positions',
	Array.from({length: 1000}, () => timed(() => history.stateAt(randomIndex()))),
);
let index = history.length - 2;
report(
	'one event back, 500 times',
	Array.from({length: 500}, () => timed(() => history.stateAt(index--))),
);

const frameOf = createReplayFrameCache(createTheme({unicode: true, depth: 256}));
const searchIndex = createSearchIndex();
let ui = {...initialReplayUi({columns: 120, rows: 40, speed: 1, filter: undefined, bookmarks: []}), loadedFraction: 1};
const context = () => ({history, frameOf, searchIndex, now: performance.now(), parseTime: () => undefined});
const press = (...keys) => {
	for (const key of keys) {
		const token = key.length === 1 ? {type: 'text', text: key} : {type: 'key', key};
		ui = updateReplay(ui, {type: 'tokens', tokens: [token]}, context()).ui;
		const frame = frameOf(history, ui);
		for (const {item} of frame.viewport.slots) frame.rowsOf(item);
	}
};
const keys = ['5', 'up', 'pageup', 'left', '(', '>', '<', '9', 'down', ')', 'g', 'pagedown', 'right', '3', 'G', '1'];
report(
	'a key, to the rows of its frame',
	Array.from({length: 800}, (_, index) => timed(() => press(keys[index % keys.length]))),
);
press('G', '/');
for (const letter of 'zzz') console.log(`search, letter without a match: ${timed(() => press(letter)).toFixed(0)} ms`);
press('escape', 'g', '/');
for (const letter of 'coff') console.log(`search, letter ${letter}: ${timed(() => press(letter)).toFixed(0)} ms`);
press('enter');
report(
	'next match',
	Array.from({length: 200}, () => timed(() => press('n'))),
);
console.log(
	`count all matches in slices of 8 ms: ${timed(() => {
		while (searchIndex.scan(history.state, ui.search, 8, performance.now.bind(performance)));
	}).toFixed(0)} ms`,
);
press('escape');
press('f', 'c', 'a', 'b', 'l');
console.log(`filter: ${timed(() => press('enter')).toFixed(0)} ms`);
reader.close();
rmSync(folder, {recursive: true});
