/**
 * What dist/cli.js takes in place of main.ts (.bundle.mjs): the same, from one script that is not compiled anew at every
 * start. Its compiled form lies in the data folder, once a screen has been open for a moment; without it all goes the
 * same way, slower.
 */
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {Script} from 'node:vm';
import {keepCode, readKeptCode} from '../storage/kept-code.js';
import type {main as mainOfProgram} from './main.js';
import {placesHere} from './places.js';

/** The script beside this module; its name tells its content. */
declare const PROGRAM_FILE: string;

/** What is used at a start has been compiled by then, and the first second is over. */
const KEEP_AFTER_MS = 2000;

export async function main(words: readonly string[], secret: string | undefined): Promise<void> {
	const url = new URL(PROGRAM_FILE, import.meta.url);
	const filename = fileURLToPath(url);
	const path = placeOfCode(words);
	const key = `${PROGRAM_FILE} ${process.version} ${process.arch}`;
	const cachedData = path === undefined ? undefined : readKeptCode(path, key);
	const script = new Script(readFileSync(filename, 'latin1'), {filename, ...(cachedData && {cachedData})});
	const run: (require: NodeJS.Require, module: object, meta: {url: string}) => {main: typeof mainOfProgram} =
		script.runInThisContext();
	const program = run(createRequire(url), {exports: {}}, {url: url.href});
	const isKept = cachedData !== undefined && !script.cachedDataRejected;
	await program.main(words, secret, () => {
		if (path === undefined || isKept) return;
		setTimeout(() => void keepCode(path, key, script.createCachedData()), KEEP_AFTER_MS).unref();
	});
}

/** Undefined with a data folder of one's own choice: it is not known yet, and nothing is to be written elsewhere. */
function placeOfCode(words: readonly string[]): string | undefined {
	if (words.some(word => word.startsWith('--data-dir') || word.startsWith('--dataDir'))) return undefined;
	return join(placesHere(process.env.P2PCHAT_HOME).root, 'compiled');
}
