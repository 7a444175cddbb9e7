/** Types and helpers of the comparison with public programs: `npm run bench peers`. */
import {execFileSync} from 'node:child_process';
import {once} from 'node:events';
import {accessSync, constants} from 'node:fs';
import {createServer} from 'node:net';
import {join} from 'node:path';

/** One line of the table: the same measurement of this program and of a public one, in one run. */
export interface Comparison {
	readonly figure: string;
	readonly unit: string;
	readonly ours: number;
	/** Name of the other program with its version. */
	readonly peer: string;
	readonly theirs: number;
	/** Guarantee that only one of the two programs gives, if this explains the difference between their figures. */
	readonly note?: string;
}

/** A comparison that could not be made, with the reason and what to install. */
export interface Skipped {
	readonly peer: string;
	readonly reason: string;
}

export type PeerResult = readonly (Comparison | Skipped)[];

/** Folders of server programs, which are not in the PATH of every user. */
const MORE_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/sbin'];

/** Absolute path of a program, or undefined if it is not installed. */
export function findProgram(name: string): string | undefined {
	return [...(process.env.PATH ?? '').split(':'), ...MORE_FOLDERS]
		.filter(folder => folder !== '')
		.map(folder => join(folder, name))
		.find(path => {
			try {
				accessSync(path, constants.X_OK);
				return true;
			} catch {
				return false;
			}
		});
}

/** Version of a program: the first number with a dot in its output for the arguments `words`. */
export function versionOf(path: string, words: readonly string[] = ['--version']): string {
	const text = execFileSync(path, words, {encoding: 'utf8'});
	return /\d+\.\d+(?:\.\d+)?/.exec(text)?.[0] ?? '?';
}

export const notInstalled = (peer: string, what: string): Skipped => ({peer, reason: `not installed; ${what}`});

/** Finds a TCP port on loopback on which nobody listens. */
export async function freeTcpPort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	server.close();
	await once(server, 'close');
	if (address === null || typeof address === 'string') throw new Error('no port');
	return address.port;
}
