// Mutation test of the simulator: `node test/simulation/mutate.mjs [--list] [WORD...]`. Breaks each rule, or only those
// whose title contains one of the words, in a copy of the tree. Prints the first of 200 rooms that fails, or the scene,
// and a unit test that fails. A scene is a simulated room that a test of this folder plays, for example with attackers.
// If a rule names a scene, the rule is tried in this scene, not in the 200 rooms. `--list` only shows the edits. Stops
// if a function or place is not found, if the simulator crashes, or if a room fails without a mutation. It uses memory
// networks only.
import {execFileSync} from 'node:child_process';
import {cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {basename, dirname, join, relative} from 'node:path';
import {fileURLToPath} from 'node:url';
import {mutations} from './mutations.mjs';
import {planRule, readSources} from './rewrite.mjs';

const ROOMS = {seed: 2000, runs: 200, nodes: '2..6'};
/** Number of rooms that one process of the simulator plays. */
const ROOMS_PER_RUN = 50;
const LIMIT_MS = 900_000;
/** Errors that show a mistake in the edit itself, for example a name that the program does not have. */
const NOT_A_FAULT = /ReferenceError|is not defined|SyntaxError|Transform failed/;
const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

function prepare() {
	for (const name of ['source', 'test', 'package.json', 'tsconfig.json'])
		cpSync(join(root, name), join(copy, name), {recursive: true});
	mkdirSync(join(copy, 'node_modules'));
	for (const name of readdirSync(join(root, 'node_modules'))) {
		if (name !== '.cache') symlinkSync(join(root, 'node_modules', name), join(copy, 'node_modules', name));
	}
}

/** Runs a command in the copy. Returns its output and whether it succeeded. */
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

/** The first room that fails, with its fault. Undefined if all rooms converge. */
function findRoom({seed, runs, nodes}) {
	for (let first = seed; first < seed + runs; first += ROOMS_PER_RUN) {
		const count = Math.min(ROOMS_PER_RUN, seed + runs - first);
		const args = ['--seed', `${first}`, '--runs', `${count}`, '--nodes', nodes];
		const {ok, text} = run(process.execPath, ['test/simulation/simulate.mjs', ...args]);
		if (ok) continue;
		const [, failed, fault = ''] = /seed (\d+)[^\n]*\n\s*([^\n]*)/.exec(text) ?? [];
		if (!failed) throw new Error(`the simulator stopped without reporting a fault:\n${text}`);
		if (NOT_A_FAULT.test(fault)) throw new Error(`the edit does not run: ${fault}`);
		return `${runs === 1 ? `seed ${failed}, ${nodes}` : `room ${Number(failed) - seed + 1}`}: ${fault}`;
	}
	return undefined;
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
	if (!file) throw new Error(`the tests stopped without reporting a failure:\n${text}`);
	if (NOT_A_FAULT.test(text)) throw new Error(`the edit does not run:\n${NOT_A_FAULT.exec(text).input.slice(0, 2000)}`);
	return `${file}: ${title}`;
}

/** Paths of the unit test files whose names begin with an entry of `names`. */
function findTestFiles(rule, names = []) {
	return names.flatMap(name => {
		const found = testFiles.filter(file => basename(file).startsWith(name));
		if (found.length === 0) throw new Error(`rule "${rule}": no test file name begins with ${name}`);
		return found;
	});
}

/** Applies the edits of a rule to the copy. Returns a function that reverts them. */
function breakRule(edits) {
	const files = new Map();
	// Edits go from the end of the file to its beginning, so that earlier positions stay valid.
	for (const {file, start, end, text} of edits.toSorted((a, b) => b.start - a.start)) {
		const path = join(copy, relative(root, file));
		const before = readFileSync(path, 'utf8');
		if (!files.has(path)) files.set(path, before);
		writeFileSync(path, before.slice(0, start) + text + before.slice(end));
	}

	return () => {
		for (const [path, before] of files) writeFileSync(path, before);
	};
}

const isList = process.argv.includes('--list');
const words = process.argv.slice(2).filter(word => word !== '--list');
const chosen = mutations.filter(
	({rule}) => words.length === 0 || words.some(word => rule.toLowerCase().includes(word.toLowerCase())),
);
const functions = readSources(join(root, 'source'));
const testFiles = readdirSync(join(root, 'test'), {recursive: true, encoding: 'utf8'}).filter(
	name => /\.test\.tsx?$/.test(name) && !name.startsWith('process/'),
);
const faults = [];
const planned = chosen.flatMap(mutation => {
	try {
		return {
			...mutation,
			tests: findTestFiles(mutation.rule, mutation.tests),
			scenes: findTestFiles(mutation.rule, mutation.scenes),
			edits: planRule(functions, mutation),
		};
	} catch (error) {
		faults.push(error.message);
		return [];
	}
});
if (faults.length > 0 || chosen.length === 0) {
	console.error(faults.join('\n') || 'no rule title contains these words');
	process.exit(2);
}

if (isList) {
	for (const {rule, edits} of planned) console.log([rule, ...edits.map(({shown}) => `    ${shown}`)].join('\n'));
	process.exit(0);
}

const copy = mkdtempSync(join(tmpdir(), 'p2pchat-mutations-'));
const caught = {rooms: 0, tests: 0, nothing: 0};
try {
	prepare();
	const usesRooms = planned.some(({room, scenes}) => !room && scenes.length === 0);
	for (const rooms of [...(usesRooms ? [ROOMS] : []), ...planned.flatMap(({room}) => room ?? [])]) {
		const unbroken = findRoom(rooms);
		if (unbroken) throw new Error(`a room fails without a mutation: ${unbroken}`);
	}
	const usedScenes = [...new Set(planned.flatMap(({scenes}) => scenes))];
	const unbroken = usedScenes.length > 0 ? findTest(usedScenes) : undefined;
	if (unbroken) throw new Error(`a scene fails without a mutation: ${unbroken}`);
	console.log('without a mutation all rooms converge');
	for (const {rule, room = ROOMS, tests, scenes, edits} of planned) {
		const restore = breakRule(edits);
		try {
			const failedRoom = scenes.length > 0 ? findTest(scenes) : findRoom(room);
			const failedTest = tests.length > 0 ? findTest(tests) : undefined;
			caught[failedRoom ? 'rooms' : failedTest ? 'tests' : 'nothing']++;
			console.log(`| ${rule} | ${[failedRoom, failedTest].filter(Boolean).join(' | ') || 'NOTHING'} |`);
		} catch (error) {
			caught.nothing++;
			console.log(`| ${rule} | NOT JUDGED: ${error.message.trim()} |`);
		} finally {
			restore();
		}
	}
	console.log(
		`${planned.length} rules: ${caught.rooms} caught by a room, ${caught.tests} by a unit test only, ${caught.nothing} by nothing`,
	);
} finally {
	rmSync(copy, {recursive: true, force: true});
}
process.exitCode = caught.nothing > 0 ? 1 : 0;
