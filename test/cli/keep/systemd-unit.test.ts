import {spawnSync} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {systemdUnit} from '../../../source/cli/keep/systemd-unit.js';
import {checkOptions} from '../../../source/cli/options/check-options.js';
import {listOptionSpecs, type OptionKey} from '../../../source/cli/options/option-table.js';
import type {Options} from '../../../source/cli/options/options.js';
import {makeHome} from '../../helpers/data-home.js';

const node = process.execPath;
const hasAnalyze = spawnSync('systemd-analyze', ['--version']).status === 0;

function optionsWith(values: Partial<Record<OptionKey, string | boolean | string[]>>, secret?: string): Options {
	const sources = Object.entries(values).map(
		([key, value]) => [key as OptionKey, {value, sourceName: key, precedence: 0}] as const,
	);
	return checkOptions('keep', [], new Map(sources), 0, secret);
}

it('the systemd unit of a keeper starts the keeper with the same options, and names the file of the secret by its absolute path', () => {
	const options = optionsWith({
		room: 'crew 7%',
		secretFile: 'crew-secret',
		name: 'Ann "the $1" \\ Smith',
		port: '5000',
		interface: ['eth0'],
		peer: ['[fd00::7]:99'],
		noIdentity: true,
	});
	const unit = systemdUnit(options, {node, program: '/opt/p2pchat/cli.js'});
	// The path of this folder may contain a space, and the unit then quotes it.
	const path = join(process.cwd(), 'crew-secret');
	const secret = path.includes(' ') ? `"${path}"` : path;
	expect(unit).toContain(
		`ExecStart=${node} /opt/p2pchat/cli.js keep --room "crew 7%%" --secret-file ${secret} --name "Ann \\"the $$1\\" \\\\ Smith" --port 5000 --interface eth0 --peer "[fd00::7]:99" --no-identity\n`,
	);
	expect(unit).toContain('Description=p2pchat-ink, keeper of the room crew 7%%\n');
});

it('the systemd unit of a keeper contains every option that a keeper accepts', () => {
	const values: Partial<Record<OptionKey, string | boolean | string[]>> = {
		name: 'Ann',
		room: 'crew',
		secretFile: '/secret',
		port: '5000',
		tcpPort: '5001',
		interface: ['eth0'],
		peer: ['10.0.0.2:99'],
		log: '/a.p2plog',
		dataDir: '/data',
		downloadDir: '/downloads',
		serve: 'off',
		refuseWhispers: true,
		noIdentity: true,
		hook: 'cat',
		debug: '/debug.txt',
	};
	const accepted = listOptionSpecs().filter(([, {commands}]) => commands.includes('keep'));
	// These options ask for a secret at the terminal, or print something and end.
	const others: readonly OptionKey[] = ['askSecret', 'printUnit', 'help', 'version'];
	const keys = accepted.map(([key]) => key).filter(key => !others.includes(key));
	expect(keys.sort()).toEqual(Object.keys(values).sort());
	const unit = systemdUnit(optionsWith(values), {node, program: '/cli.js'});
	const missing = accepted.filter(([key, {long}]) => key in values && !new RegExp(` --${long}[ \\n]`).test(unit));
	expect(missing).toEqual([]);
});

it('the systemd unit of a keeper is refused if the secret does not come from a file, or if a path has a line break', () => {
	const write = (options: Options) => () => systemdUnit(options, {node, program: '/cli.js'});
	expect(write(optionsWith({}, 'correct horse battery'))).toThrow('--secret-file FILE');
	expect(write(optionsWith({askSecret: true}))).toThrow('--secret-file FILE');
	expect(write(optionsWith({dataDir: '/a\nExecStart=/bin/sh'}))).toThrow('control characters');
	expect(write(optionsWith({}))).not.toThrow();
});

it.runIf(hasAnalyze)('systemd accepts the unit of a keeper', () => {
	const home = makeHome();
	const path = join(home, 'p2pchat-keep-crew.service');
	const program = join(home, 'cli.js');
	writeFileSync(program, '');
	const options = optionsWith({room: 'crew 7% "x"', secretFile: join(home, 'se cret'), dataDir: join(home, '$data')});
	writeFileSync(path, systemdUnit(options, {node, program}));
	const verify = () =>
		spawnSync('systemd-analyze', ['--user', 'verify', path], {
			encoding: 'utf8',
			env: {...process.env, XDG_RUNTIME_DIR: home},
		});
	expect(verify()).toMatchObject({status: 0, stdout: '', stderr: ''});
	writeFileSync(path, systemdUnit(options, {node: '/nowhere/node', program}));
	expect(verify().stderr).toContain('/nowhere/node');
});
