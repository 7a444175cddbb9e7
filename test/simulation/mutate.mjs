// `node test/simulation/mutate.mjs [word…]`: breaks each rule (or those whose name holds a word) in a copy of the tree, and
// prints what caught it: the first of 200 rooms of the simulator that failed, and a unit test. A text that is not found, a
// simulator that breaks for another reason and unbroken rooms that fail are errors. Only fake networks; nothing is dialled.
import {execFileSync} from 'node:child_process';
import {cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {mutations} from './mutations.mjs';

const SEED = 2000;
const ROOMS = 200;
const LIMIT_MS = 300_000;
const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const copy = mkdtempSync(join(tmpdir(), 'p2pchat-mutations-'));

function prepare() {
	for (const name of ['source', 'test', 'package.json', 'tsconfig.json'])
		cpSync(join(root, name), join(copy, name), {recursive: true});
	mkdirSync(join(copy, 'node_modules'));
	for (const name of readdirSync(join(root, 'node_modules'))) {
		if (name !== '.cache') symlinkSync(join(root, 'node_modules', name), join(copy, 'node_modules', name));
	}
}

/** What it printed, and whether it ended well. */
function run(command, args) {
	try {
		const text = execFileSync(command, args, {
			cwd: copy,
			encoding: 'utf8',
			timeout: LIMIT_MS,
			stdio: ['ignore', 'pipe', 'pipe'],
			env: {...process.env, NO_COLOR: '1'},
		});
		return {ok: true, text};
	} catch (error) {
		return {ok: false, text: `${error.stdout ?? ''}\n${error.stderr ?? ''}`};
	}
}

/** Undefined: all rooms agree. */
function findRoom() {
	const {ok, text} = run(process.execPath, [
		'test/simulation/simulate.mjs',
		'--seed',
		`${SEED}`,
		'--runs',
		`${ROOMS}`,
		'--nodes',
		'2..6',
	]);
	if (ok) return undefined;
	const [, seed, fault = ''] = /seed (\d+)[^\n]*\n\s*([^\n]*)/.exec(text) ?? [];
	if (!seed) throw new Error(`the simulator did not get as far as a fault:\n${text}`);
	return `room ${Number(seed) - SEED + 1}: ${fault}`;
}

function findTest(tests) {
	const {ok, text} = run(join(copy, 'node_modules/.bin/vitest'), [
		'run',
		'--config',
		'test/vitest.config.ts',
		'--project',
		'unit',
		...tests.map(name => `test/${name}`),
	]);
	if (ok) return undefined;
	const [, file, title] = /FAIL\s+(?:\|?unit\|?\s+)?(\S+)\s+>\s+([^\n]*)/.exec(text) ?? [];
	if (!file) throw new Error(`the tests did not get as far as a failure:\n${text}`);
	return `${file}: ${title}`;
}

function breakRule({file, edits}) {
	const path = join(copy, 'source', file);
	const before = readFileSync(path, 'utf8');
	let after = before;
	for (const [from, to] of edits) {
		if (after.split(from).length !== 2) throw new Error(`${file} does not hold once: ${from}`);
		after = after.replace(from, () => to);
	}
	writeFileSync(path, after);
	return () => writeFileSync(path, before);
}

const words = process.argv.slice(2);
const chosen = mutations.filter(({rule}) => words.length === 0 || words.some(word => rule.includes(word)));
const caught = {rooms: 0, tests: 0, nothing: 0};
try {
	prepare();
	for (const mutation of chosen) breakRule(mutation)();
	const unbroken = findRoom();
	if (unbroken) throw new Error(`unbroken, and yet ${unbroken}`);
	console.log(`unbroken: ${ROOMS} rooms agree`);
	for (const mutation of chosen) {
		const restore = breakRule(mutation);
		const room = findRoom();
		const test = mutation.tests ? findTest(mutation.tests) : undefined;
		restore();
		caught[room ? 'rooms' : test ? 'tests' : 'nothing']++;
		console.log(`| ${mutation.rule} | ${[room, test].filter(Boolean).join(' | ') || 'NOTHING'} |`);
	}
	console.log(
		`${chosen.length} rules: ${caught.rooms} caught by a room, ${caught.tests} by a unit test only, ${caught.nothing} by nothing`,
	);
} finally {
	rmSync(copy, {recursive: true, force: true});
}
process.exitCode = caught.nothing > 0 ? 1 : 0;
