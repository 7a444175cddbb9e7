// `node test/simulation/mutate.mjs [word…]`: breaks each rule (or those whose name holds a word) in a copy of the tree, and
// prints what caught it: the first of 200 rooms of the simulator that failed, and a unit test. A text that is not found, a
// simulator that breaks for another reason and unbroken rooms that fail are errors. Only fake networks; nothing is dialled.
import {execFileSync} from 'node:child_process';
import {cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {mutations} from './mutations.mjs';

const ROOMS = {seed: 2000, runs: 200, nodes: '2..6'};
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
function findRoom({seed, runs, nodes}) {
	const args = ['--seed', `${seed}`, '--runs', `${runs}`, '--nodes', nodes];
	const {ok, text} = run(process.execPath, ['test/simulation/simulate.mjs', ...args]);
	if (ok) return undefined;
	const [, failed, fault = ''] = /seed (\d+)[^\n]*\n\s*([^\n]*)/.exec(text) ?? [];
	if (!failed) throw new Error(`the simulator did not get as far as a fault:\n${text}`);
	return `${runs === 1 ? `seed ${failed}, ${nodes}` : `room ${Number(failed) - seed + 1}`}: ${fault}`;
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
	for (const rooms of [ROOMS, ...chosen.flatMap(({room}) => room ?? [])]) {
		const unbroken = findRoom(rooms);
		if (unbroken) throw new Error(`unbroken, and yet ${unbroken}`);
	}
	console.log(`unbroken: ${ROOMS.runs} rooms agree`);
	for (const mutation of chosen) {
		const restore = breakRule(mutation);
		const room = findRoom(mutation.room ?? ROOMS);
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
