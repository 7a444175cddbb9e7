/** Runs the replay screen. Without FILE the user first chooses a log. The screen appears while the log is still being read. */

import {basename} from 'node:path';
import {errorMessage, UsageError} from '../../core/errors.js';
import {foldText} from '../../core/fold-text.js';
import {formatBytes} from '../../core/format-quantity.js';
import {createHistory, type History} from '../../core/history.js';
import {entryAt} from '../../core/timeline.js';
import {parseTime, resolveTime} from '../../node/parse-time.js';
import {type DataDir, resolveSystemDataDir} from '../../storage/data-dir.js';
import {listLogs, summarizeLog} from '../../storage/log-directory.js';
import {type LogReader, openLogReader} from '../../storage/log-reader.js';
import {chooseFromLogs} from '../../ui/replay/log-chooser.js';
import {runReplayScreen} from '../../ui/replay/replay-screen.js';
import type {ReplayHooks} from '../../ui/screen-hooks.js';
import {type CliContext, exitCodes} from '../context.js';
import {createDesktopHooks, exportRows} from '../desktop-integration.js';
import {createExitRequest, type ExitRequest} from '../exit-request.js';
import type {EventFilter} from '../options/options.js';
import {describeDamage, resolveLogPath} from '../saved-log.js';
import {bookmarksPath, readBookmarks, writeBookmarks} from './bookmarks-file.js';
import {createLogFollower, type LogFollower} from './log-follower.js';

export async function runReplayAtTerminal(context: CliContext): Promise<number> {
	const {options, stdin, output} = context;
	const dataDir = resolveSystemDataDir(options.dataDir);
	const exitRequest = createExitRequest(output);
	try {
		const [file] = options.operands;
		const path =
			file === undefined ? await chooseLogAtTerminal(context, dataDir, exitRequest) : resolveLogPath(file, dataDir);
		if (path === undefined) return exitCodes.done;
		const reader = openLogReader(path);
		try {
			return await runReplaySession(context, reader, exitRequest);
		} finally {
			reader.close();
		}
	} finally {
		exitRequest.stop();
		stdin.destroy();
	}
}

async function runReplaySession(context: CliContext, reader: LogReader, exitRequest: ExitRequest): Promise<number> {
	const {options, clock, stdin, stdout, output} = context;
	const history = createHistory();
	const bookmarks = await loadBookmarks(reader.path);
	const follower: LogFollower = createLogFollower({
		reader,
		history,
		clock,
		onProgress: loadedFraction =>
			screen.reportProgress({loadedFraction, damage: loadedFraction < 1 ? '' : describeAllDamage()}),
		onFailure: error => screen.reportFollowEnded(errorMessage(error)),
	});
	const describeAllDamage = () =>
		[...bookmarks.faults, ...describeDamage({damage: reader.damage, path: basename(reader.path)})].join('; ');
	const screen = runReplayScreen({
		history,
		room: reader.header.roomName,
		file: basename(reader.path),
		stdin,
		stdout,
		stderr: process.stderr,
		environment: process.env,
		mono: options.mono,
		theme: options.theme,
		speed: options.speed,
		filter: createInitialFilter(options.filter, reader.header.created),
		bookmarks: bookmarks.orders,
		hooks: createReplayHooks(context, reader, bookmarks.faults.length === 0, follower),
	});
	void exitRequest.requested.then(reason => screen.stop(reason === 'output-closed' ? reason : 'signal'));
	let failure: {readonly error: unknown} | undefined;
	follower.readToEnd().then(
		() => {
			if (options.at) screen.goTo(resolveTime(options.at, startTimeOf(history)));
		},
		error => {
			failure = {error};
			screen.stop('signal');
		},
	);
	const reason = await screen.waitUntilExit();
	follower.stop();
	if (failure) throw failure.error;
	if (reason.type === 'crashed') throw reason.error;
	if (reason.type !== 'output-closed') output.write(`Replayed: ${reader.path}\n`);
	return exitCodes.done;
}

function startTimeOf({state, timeAt}: History): number {
	return entryAt(state.timeline, 0)?.ms ?? timeAt(0);
}

function createReplayHooks(
	{clock}: CliContext,
	{path, header}: Pick<LogReader, 'path' | 'header'>,
	canSaveBookmarks: boolean,
	follower: LogFollower,
): ReplayHooks {
	const {copyText, stopProcess, onContinue, onProcessExit} = createDesktopHooks(clock, process.env);
	return {
		clock,
		parseTime(text, since) {
			const point = parseTime(text, clock.now());
			return point && resolveTime(point, since);
		},
		exportRows: (file, state, rows) => exportRows(file, state, rows, header.roomName),
		follow: follower.follow,
		...(copyText && {copyText}),
		...(stopProcess && {stopProcess}),
		...(onContinue && {onContinue}),
		...(onProcessExit && {onProcessExit}),
		...(canSaveBookmarks && {saveBookmarks: (orders: readonly string[]) => saveBookmarks(path, orders)}),
	};
}

async function saveBookmarks(path: string, orders: readonly string[]): Promise<string> {
	await writeBookmarks(path, orders);
	return basename(bookmarksPath(path));
}

/**
 * Loads the bookmarks. If the bookmarks file has an unknown format, the user gets a message, and the file is never
 * overwritten.
 */
async function loadBookmarks(path: string): Promise<{orders: readonly string[]; faults: readonly string[]}> {
	try {
		return {orders: await readBookmarks(path), faults: []};
	} catch (error) {
		return {orders: [], faults: [errorMessage(error)]};
	}
}

/**
 * Converts the filter of the command line to a filter of the screen. A time of day (14:05) means the first 14:05 in the
 * log.
 */
function createInitialFilter({author, grep, from, to}: EventFilter, created: number) {
	if (author === undefined && grep === undefined && !from && !to) return undefined;
	const since = from && resolveTime(from, created);
	const quoted = author !== undefined && /\s/.test(author) ? `"${author}"` : author;
	return {
		text: [quoted && `from:${quoted}`, grep].filter(Boolean).join(' '),
		...(author !== undefined && {author}),
		...(grep !== undefined && {words: foldText(grep)}),
		...(since !== undefined && {from: since}),
		...(to && {to: resolveTime(to, since ?? created)}),
	};
}

/**
 * Resolves to the path of the log that the user chooses, or undefined if the user quits. Rejects with UsageError if there
 * are no logs.
 */
async function chooseLogAtTerminal(
	{options, clock, stdin, stdout}: CliContext,
	dataDir: DataDir,
	exitRequest: ExitRequest,
): Promise<string | undefined> {
	const logs = listLogs(dataDir.logs).flatMap(log =>
		'error' in log
			? []
			: [{path: log.path, room: log.header.roomName, created: log.header.created, size: formatBytes(log.size)}],
	);
	const [firstLog] = logs;
	if (!firstLog) throw new UsageError(`No saved log in ${dataDir.logs}. Pass the path of a log file.`);
	const chooser = chooseFromLogs({
		logs,
		stdin,
		stdout,
		stderr: process.stderr,
		environment: process.env,
		mono: options.mono,
		theme: options.theme,
		hooks: createDesktopHooks(clock, process.env),
		async summarize(path) {
			const {events, peers, damage} = await summarizeLog(path);
			return {events, peers, damaged: damage.length > 0};
		},
	});
	void exitRequest.requested.then(chooser.stop);
	return chooser.chosen;
}
