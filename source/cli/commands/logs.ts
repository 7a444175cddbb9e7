/** `logs`: what is saved, newest first. */

import {resolveSystemDataDir} from '../../storage/data-dir.js';
import {type LogListing, listLogs, summarizeLog} from '../../storage/log-directory.js';
import {cleanLine} from '../../ui/text/clean-for-screen.js';
import {type CliContext, exitCodes} from '../context.js';
import {formatLocalTime} from '../output/format-text.js';

const TABLE_HEADER = ['when', 'room', 'peers', 'events', 'size', 'path'];
const RIGHT_ALIGNED_COLUMNS = new Set([2, 3, 4]);

export async function runLogs({options, output, printError}: CliContext): Promise<number> {
	const {logs} = resolveSystemDataDir(options.dataDir);
	const rows: string[][] = [];
	for (const log of listLogs(logs)) {
		if (output.isClosed) break;
		const row = await describeLog(log).catch(error => {
			printError(`${log.path}: ${error instanceof Error ? error.message : error}`);
			return undefined;
		});
		if (row) rows.push(row);
	}
	if (rows.length === 0) printError(`no log is saved in ${logs} yet`);
	else output.write(`${formatTable([TABLE_HEADER, ...rows]).join('\n')}\n`);
	await output.flush();
	return exitCodes.done;
}

async function describeLog(log: LogListing): Promise<string[]> {
	if ('error' in log) throw log.error;
	const {events, peers, damage} = await summarizeLog(log.path);
	const path = damage.length === 0 ? log.path : `${log.path} (damaged: replay tells where)`;
	return [
		formatLocalTime(log.header.created),
		cleanLine(log.header.roomName),
		String(peers),
		String(events),
		formatBytes(log.size),
		cleanLine(path),
	];
}

/** 1,000 bytes make a kB. */
export function formatBytes(bytes: number): string {
	const units = ['B', 'kB', 'MB', 'GB'];
	let value = bytes;
	let unit = 0;
	while (value >= 999.5 && unit < units.length - 1) {
		value /= 1000;
		unit++;
	}
	return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
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
