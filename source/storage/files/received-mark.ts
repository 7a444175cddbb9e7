/**
 * Mark of files that came over the network. The system warns before it opens a file with such a mark: on Windows the
 * stream Zone.Identifier, on macOS the attribute com.apple.quarantine. Linux has no mark that programs respect.
 */
import {execFile} from 'node:child_process';
import {writeFile} from 'node:fs/promises';

/** Mark of a file from the internet (zone 3). For files from the local network (zone 1), Windows would not warn. */
const ZONE_OF_THE_INTERNET = '[ZoneTransfer]\r\nZoneId=3\r\n';
/**
 * Flags 0081 of the macOS mark: a program without a sandbox downloaded the file, and the user has not approved the
 * file yet.
 */
const QUARANTINE_FLAGS = '0081';
const MAX_TOOL_MS = 5000;

export interface MarkEnvironment {
	readonly platform: string;
	/** Wall clock in ms since 1970. */
	now(): number;
	/** Runs a program without a shell. Rejects if it fails. */
	run(program: string, parameters: readonly string[]): Promise<void>;
	write(path: string, content: string): Promise<void>;
}

/** Marks a file. Never rejects, because FAT and many network file systems cannot keep the mark. */
export async function markAsReceived(path: string, environment: MarkEnvironment): Promise<void> {
	try {
		if (environment.platform === 'win32') await environment.write(`${path}:Zone.Identifier`, ZONE_OF_THE_INTERNET);
		if (environment.platform !== 'darwin') return;
		// Node cannot set extended attributes of files, so this function runs the tool `xattr` of macOS. The tool
		// cannot mistake the path for an option, because the path is absolute.
		const seconds = Math.floor(environment.now() / 1000).toString(16);
		const mark = `${QUARANTINE_FLAGS};${seconds};p2pchat-ink;`;
		await environment.run('/usr/bin/xattr', ['-w', 'com.apple.quarantine', mark, path]);
	} catch {
		// A failure is ignored, because the file is complete and verified even without the mark.
	}
}

/** Environment of this computer. `now`: wall clock in ms since 1970. */
export function systemMarkEnvironment(now: () => number): MarkEnvironment {
	return {
		platform: process.platform,
		now,
		run: (program, parameters) =>
			new Promise((resolve, reject) => {
				execFile(program, [...parameters], {timeout: MAX_TOOL_MS}, error => (error ? reject(error) : resolve()));
			}),
		write: (path, content) => writeFile(path, content),
	};
}
