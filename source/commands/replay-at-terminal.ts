/** A saved log on the full screen: shown while it is still being read, and further when it grows. */
import {basename} from 'node:path';
import {createHistory, type History} from '../core/history.js';
import {entryAt} from '../core/timeline.js';
import {type LogReader, openLogReader} from '../storage/log-reader.js';
import type {ReplayHooks} from '../ui/replay/replay-hooks.js';
import {runReplayScreen} from '../ui/replay-screen.js';
import {bookmarksPath, readBookmarks, writeBookmarks} from './bookmarks-file.js';
import {chooseLogAtTerminal} from './choose-log.js';
import {type Context, exitCodes} from './context.js';
import {exportRows} from './export-rows.js';
import {createLeaving, type Leaving} from './leaving.js';
import {chooseLog, describeDamage} from './open-log.js';
import type {EventFilter} from './options.js';
import {parseTime, resolveTime} from './parse-time.js';
import {placesHere} from './places.js';
import {createReplayFeed, type ReplayFeed} from './replay-feed.js';
import {createScreenHooks} from './screen-machine.js';

export async function runReplayAtTerminal(context: Context): Promise<number> {
	const {options, stdin, output} = context;
	const places = placesHere(options.dataDir);
	const leaving = createLeaving(output);
	try {
		const [file] = options.words;
		const path = file === undefined ? await chooseLogAtTerminal(context, places, leaving) : chooseLog(file, places);
		if (path === undefined) return exitCodes.done;
		const reader = openLogReader(path);
		try {
			return await replayLog(context, reader, leaving);
		} finally {
			reader.close();
		}
	} finally {
		leaving.stop();
		stdin.destroy();
	}
}

async function replayLog(context: Context, reader: LogReader, leaving: Leaving): Promise<number> {
	const {options, clock, stdin, stdout, output} = context;
	const history = createHistory();
	const marks = await loadMarks(reader.path);
	const feed: ReplayFeed = createReplayFeed({
		reader,
		history,
		clock,
		grown: part => screen.grown({part, damage: part < 1 ? '' : missing()}),
		failed: error => screen.followEnded(error instanceof Error ? error.message : String(error)),
	});
	const missing = () =>
		[...marks.faults, ...describeDamage({damage: reader.damage, path: basename(reader.path)})].join('; ');
	const screen = runReplayScreen({
		history,
		room: reader.header.roomName,
		file: basename(reader.path),
		stdin,
		stdout,
		stderr: process.stderr,
		environment: process.env,
		mono: options.mono,
		speed: options.speed,
		filter: filterOf(options.filter, reader.header.created),
		bookmarks: marks.orders,
		hooks: hooksOf(context, reader.path, marks.faults.length === 0, feed),
	});
	void leaving.asked.then(reason => screen.stop(reason === 'output-closed' ? reason : 'signal'));
	let failure: {readonly error: unknown} | undefined;
	feed.readOn().then(
		() => {
			if (options.at) screen.goTo(resolveTime(options.at, startOf(history)));
		},
		error => {
			failure = {error};
			screen.stop('signal');
		},
	);
	const reason = await screen.waitUntilExit();
	feed.stop();
	if (failure) throw failure.error;
	if (reason.type === 'crashed') throw reason.error;
	if (reason.type !== 'output-closed') output.write(`Replayed: ${reader.path}\n`);
	return exitCodes.done;
}

function startOf({state, timeAt}: History): number {
	return entryAt(state.timeline, 0)?.ms ?? timeAt(0);
}

function hooksOf({clock}: Context, path: string, keepsMarks: boolean, feed: ReplayFeed): ReplayHooks {
	const {copyText, stopProcess, onProcessExit} = createScreenHooks(clock, process.env);
	return {
		clock,
		parseTime(text, since) {
			const point = parseTime(text);
			return point && resolveTime(point, since);
		},
		exportRows,
		follow: feed.follow,
		...(copyText && {copyText}),
		...(stopProcess && {stopProcess}),
		...(onProcessExit && {onProcessExit}),
		...(keepsMarks && {saveBookmarks: (orders: readonly string[]) => keepMarks(path, orders)}),
	};
}

async function keepMarks(path: string, orders: readonly string[]): Promise<string> {
	await writeBookmarks(path, orders);
	return basename(bookmarksPath(path));
}

/** A file of bookmarks that is not ours is told of, and not written over. */
async function loadMarks(path: string): Promise<{orders: readonly string[]; faults: readonly string[]}> {
	try {
		return {orders: await readBookmarks(path), faults: []};
	} catch (error) {
		return {orders: [], faults: [error instanceof Error ? error.message : String(error)]};
	}
}

/** The filters of the command line; `x` takes them away like any other. Times of day count from when the log began. */
function filterOf({author, grep, from, to}: EventFilter, created: number) {
	if (author === undefined && grep === undefined && !from && !to) return undefined;
	const since = from && resolveTime(from, created);
	const words = grep?.normalize('NFC').toLowerCase();
	const quoted = author !== undefined && /\s/.test(author) ? `"${author}"` : author;
	return {
		text: [quoted && `from:${quoted}`, grep].filter(Boolean).join(' '),
		...(author !== undefined && {author}),
		...(words !== undefined && {words}),
		...(since !== undefined && {from: since}),
		...(to && {to: resolveTime(to, since ?? created)}),
	};
}
