/** Finds the command that starts this program again on this computer, for hints that the user can copy into a shell. */
import {existsSync, readFileSync, realpathSync} from 'node:fs';
import {delimiter, dirname, join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {quoteShellArgument} from '../core/shell-argument.js';
import {PROGRAM_COMMAND} from '../node/cli-hints.js';

const PROGRAM_NAME = 'p2pchat-ink';

export interface ProgramLocation {
	/** Path of cli.js. */
	readonly script: string;
	/** The variable PATH. */
	readonly searchPath: string;
	readonly directory: string;
}

/** Path of cli.js, which starts this program. */
export function ownProgramPath(): string {
	// cli.js is one directory above this module, both in the bundle and in the output of tsc.
	return fileURLToPath(new URL('../cli.js', import.meta.url));
}

/** Command that starts the running program again. It works in the current directory and with the current PATH. */
export function ownProgramCommand(): string {
	return findProgramCommand({script: ownProgramPath(), searchPath: process.env.PATH ?? '', directory: process.cwd()});
}

/**
 * Returns `p2pchat-ink` if this program is in the user's PATH. Otherwise returns `npx p2pchat-ink` if npx finds the
 * program from `directory`, or else `node` with the path of the program. If npx does not find a package here, it
 * downloads the package of this name, which can be from anybody. So the hint names npx only where npx starts this
 * program.
 */
export function findProgramCommand({script, searchPath, directory}: ProgramLocation): string {
	const program = realPath(script);
	if (program === undefined) return PROGRAM_COMMAND;
	// While npm runs a program, it adds folders to PATH: `node_modules/.bin` and folders of its cache.
	const folders = searchPath.split(delimiter).filter(folder => folder !== '' && !/[\\/]node_modules[\\/]/.test(folder));
	if (folders.some(folder => realPath(join(folder, PROGRAM_NAME)) === program)) return PROGRAM_NAME;
	if (directoriesUpward(directory).some(parent => npxFindsIn(parent, program))) return PROGRAM_COMMAND;
	return `node ${quoteShellArgument(program)}`;
}

/**
 * Whether npx, started in this directory or below, starts `program`: because the package is installed there, or because
 * the directory is the package itself.
 */
function npxFindsIn(directory: string, program: string): boolean {
	if (realPath(join(directory, 'node_modules/.bin', PROGRAM_NAME)) === program) return true;
	const manifest = join(directory, 'package.json');
	if (!existsSync(manifest)) return false;
	try {
		const {bin} = JSON.parse(readFileSync(manifest, 'utf8'));
		return typeof bin?.[PROGRAM_NAME] === 'string' && realPath(join(directory, bin[PROGRAM_NAME])) === program;
	} catch {
		return false;
	}
}

function directoriesUpward(directory: string): string[] {
	const found = [resolve(directory)];
	for (let parent = dirname(found[0] ?? ''); parent !== found.at(-1); parent = dirname(parent)) found.push(parent);
	return found;
}

function realPath(path: string): string | undefined {
	try {
		return realpathSync(path);
	} catch {
		return undefined;
	}
}
