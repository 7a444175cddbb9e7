/** `logs`: lists the saved logs, newest first, or deletes old ones. */

import {errorMessage} from '../../core/errors.js';
import {formatBytes} from '../../core/format-quantity.js';
import {resolveSystemDataDir} from '../../storage/data-dir.js';
import {type LogListing, listLogs, MAX_SOUND_LOG_BYTES, summarizeLog} from '../../storage/log-directory.js';
import {pruneLogs} from '../../storage/prune-logs.js';
import {cleanLine} from '../../ui/text/clean-for-screen.js';
import {type CliContext, exitCodes} from '../context.js';
import {formatLocalTime} from '../output/format-text.js';

const TABLE_HEADER = ['when', 'room', 'peers', 'events', 'size', 'path'];
const RIGHT_ALIGNED_COLUMNS = new Set([2, 3, 4]);

/** Resolves to the exit code: 1 if an old log could not be deleted. */
export async function runLogs(context: CliContext): Promise<number> {
	const {logs} = resolveSystemDataDir(context.options.dataDir);
	const {pruneMs} = context.options;
	let exitCode: number = exitCodes.done;
	if (pruneMs === undefined) await printLogs(context, logs);
	else if (!printPrunedLogs(context, logs, pruneMs)) exitCode = exitCodes.failed;
	await context.output.flush();
	return exitCode;
}

/** Prints a table, or with `--json` one line per log as soon as the log is read. */
async function printLogs({options, output, printError}: CliContext, folder: string): Promise<void> {
	const rows: string[][] = [];
	for (const listing of listLogs(folder)) {
		if (output.isClosed) break;
		try {
			const log = await readLog(listing);
			if (options.mode === 'json') output.write(`${JSON.stringify(log)}\n`);
			else rows.push(formatRow(log));
		} catch (error) {
			printError(`${listing.path}: ${errorMessage(error)}`);
		}
	}
	if (rows.length > 0) output.write(`${formatTable([TABLE_HEADER, ...rows]).join('\n')}\n`);
	else if (options.mode !== 'json') printError(`No saved log in ${folder}.`);
}

/** Returns false if an old log could not be deleted. */
function printPrunedLogs({options, output, printError, clock}: CliContext, folder: string, ageMs: number): boolean {
	const pruned = pruneLogs(folder, clock.now() - ageMs);
	let bytes = 0;
	let count = 0;
	for (const log of pruned) {
		if ('error' in log) {
			printError(`${log.path}: ${log.error.message}`);
			continue;
		}
		bytes += log.size;
		count++;
		if (options.mode === 'json') output.write(`${JSON.stringify({type: 'deleted', ...log})}\n`);
		else output.write(`Deleted ${cleanLine(log.path)}\n`);
	}
	if (options.mode !== 'json') {
		if (pruned.length === 0) printError(`Nothing was deleted: no log in ${folder} is old enough.`);
		else if (count > 0) printError(`Deleted ${count === 1 ? '1 log' : `${count} logs`}, ${formatBytes(bytes)}.`);
	}
	return count === pruned.length;
}

/** One log as `logs --json` prints it. Fields may be added, but not renamed or removed. */
interface LogLine {
	readonly type: 'log';
	readonly path: string;
	readonly room: string;
	readonly created: string;
	readonly peers: number;
	readonly events: number;
	/** Size of the file in bytes. */
	readonly size: number;
	readonly damaged: boolean;
}

async function readLog(listing: LogListing): Promise<LogLine> {
	if ('error' in listing) throw listing.error;
	const {path, size, header} = listing;
	if (size > MAX_SOUND_LOG_BYTES)
		throw new Error(`not counted, because no valid log is that large: ${formatBytes(size)}`);
	const {events, peers, damage} = await summarizeLog(path);
	const created = new Date(header.created).toISOString();
	return {type: 'log', path, room: header.roomName, created, peers, events, size, damaged: damage.length > 0};
}

function formatRow({path, room, created, peers, events, size, damaged}: LogLine): string[] {
	return [
		formatLocalTime(Date.parse(created)),
		cleanLine(room),
		String(peers),
		String(events),
		formatBytes(size),
		cleanLine(damaged ? `${path} (damaged: see replay)` : path),
	];
}

function formatTable(rows: readonly (readonly string[])[]): string[] {
	const widths = TABLE_HEADER.map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)));
	return rows.map(row =>
		row
			.map((cell, column) =>
				RIGHT_ALIGNED_COLUMNS.has(column)
					? cell.padStart(widths[column] ?? 0)
					: column === TABLE_HEADER.length - 1
						? cell
						: cell.padEnd(widths[column] ?? 0),
			)
			.join('  '),
	);
}
