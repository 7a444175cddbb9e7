import {mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {delimiter, join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {findProgramCommand} from '../../source/cli/program-command.js';

let root: string;
let script: string;

beforeEach(() => {
	root = realpathSync(mkdtempSync(join(tmpdir(), 'p2pchat-command-')));
	mkdirSync(join(root, 'program/dist'), {recursive: true});
	script = join(root, 'program/dist/cli.js');
	writeFileSync(script, '');
});

afterEach(() => rmSync(root, {recursive: true, force: true}));

function folderWithLink(name: string, target = script): string {
	const folder = join(root, name);
	mkdirSync(folder, {recursive: true});
	symlinkSync(target, join(folder, 'p2pchat-ink'));
	return folder;
}

const find = (directory: string, ...searchPath: string[]) =>
	findProgramCommand({script, directory, searchPath: ['/nowhere', ...searchPath].join(delimiter)});

describe('the command that starts the running program again', () => {
	test('the command that restarts the program is its bare name if PATH finds it', () => {
		expect(find(root, folderWithLink('bin'))).toBe('p2pchat-ink');
	});

	test('the command that restarts the program is not the bare name of another program in PATH', () => {
		const other = join(root, 'other.js');
		writeFileSync(other, '');
		expect(find(root, folderWithLink('bin', other))).toBe(`node ${script}`);
	});

	test('the command that restarts the program is not the bare name if only npm added the folder to PATH for this run', () => {
		expect(find('/', folderWithLink('cache/node_modules/.bin'))).toBe(`node ${script}`);
	});

	test('the command that restarts the program uses npx in and below a folder where the package is installed', () => {
		folderWithLink('project/node_modules/.bin');
		const below = join(root, 'project/deep/er');
		mkdirSync(below, {recursive: true});
		expect(find(below)).toBe('npx p2pchat-ink');
	});

	test('the command that restarts the program uses npx in the folder of the program itself', () => {
		writeFileSync(join(root, 'program/package.json'), JSON.stringify({bin: {'p2pchat-ink': 'dist/cli.js'}}));
		expect(find(join(root, 'program'))).toBe('npx p2pchat-ink');
	});

	test.each(['{', 'null', '[]', '{"bin": "dist/cli.js"}'])(
		'the command that restarts the program is node with the path of the program if its package.json is %s',
		text => {
			writeFileSync(join(root, 'program/package.json'), text);
			expect(find(join(root, 'program'))).toBe(`node ${script}`);
		},
	);

	test('the command that restarts the program does not use npx where npx would download a package of that name', () => {
		expect(find('/')).toBe(`node ${script}`);
	});
});
