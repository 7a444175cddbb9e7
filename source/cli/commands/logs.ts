/** `logs`: lists the saved logs, newest first. */

import {errorMessage} from '../../core/errors.js';
import {resolveSystemDataDir} from '../../storage/data-dir.js';
import {type LogListing, listLogs, summarizeLog} from '../../storage/log-directory.js';
import {cleanLine} from '../../ui/text/clean-for-screen.js';
import {type CliContext, exitCodes} from '../context.js';
import {formatBytes, formatLocalTime} from '../output/format-text.js';

const TABLE_HEADER = ['when', 'room', 'peers', 'events', 'size', 'path'];
const RIGHT_ALIGNED_COLUMNS = new Set([2, 3, 4]);

/** Resolves to the exit code. */
export async function runLogs({options, output, printError}: CliContext): Promise<number> {
	const {logs} = resolveSystemDataDir(options.dataDir);
	const rows: string[][] = [];
	for (const log of listLogs(logs)) {
		if (output.isClosed) break;
		const row = await describeLog(log).catch(error => {
			printError(`${log.path}: ${errorMessage(error)}`);
			return undefined;
		});
		if (row) rows.push(row);
	}
	if (rows.length === 0) printError(`No saved log in ${logs}.`);
	else output.write(`${formatTable([TABLE_HEADER, ...rows]).join('\n')}\n`);
	await output.flush();
	return exitCodes.done;
}

async function describeLog(log: LogListing): Promise<string[]> {
	if ('error' in log) throw log.error;
	const {events, peers, damage} = await summarizeLog(log.path);
	const path = damage.length === 0 ? log.path : `${log.path} (damaged: see replay)`;
	return [
		formatLocalTime(log.header.created),
		cleanLine(log.header.roomName),
		String(peers),
		String(events),
		formatBytes(log.size),
		cleanLine(path),
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
