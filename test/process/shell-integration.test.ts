/** Loads the completion scripts into real shells, and opens the manual page with `man`. */
import {execFileSync, spawnSync} from 'node:child_process';
import {chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {manPage} from '../../source/cli/options/man-page.js';
import {listOptionSpecs} from '../../source/cli/options/option-table.js';
import {namedCommands} from '../../source/cli/options/sub-command-table.js';
import {cliPath} from '../helpers/run-node.js';

const scratch = mkdtempSync(join(tmpdir(), 'p2pchat-shell-'));
const bin = join(scratch, 'bin');
const env = {PATH: `${bin}:${process.env.PATH}`, HOME: scratch, P2PCHAT_HOME: scratch, LANG: 'C.UTF-8', TERM: 'dumb'};
const has = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

beforeAll(() => {
	mkdirSync(bin);
	writeFileSync(join(bin, 'p2pchat-ink'), `#!/bin/sh\nexec "${process.execPath}" "${cliPath}" "$@"\n`);
	chmodSync(join(bin, 'p2pchat-ink'), 0o755);
	mkdirSync(join(scratch, 'work/folder'), {recursive: true});
	writeFileSync(join(scratch, 'work/file.p2plog'), '');
});

afterAll(() => rmSync(scratch, {recursive: true, force: true}));

function runShell(shell: string, words: readonly string[], script: string): string[] {
	const {stdout, stderr, status} = spawnSync(shell, [...words, script], {
		cwd: join(scratch, 'work'),
		env,
		encoding: 'utf8',
	});
	expect([status, stderr], script).toEqual([0, '']);
	return stdout.split('\n').filter(line => line !== '');
}

/** Completions that each shell offers for the last word of a line. */
const complete: Readonly<Record<string, (line: readonly string[]) => string[]>> = {
	bash(line) {
		const words = ['p2pchat-ink', ...line];
		return runShell(
			'bash',
			['-c'],
			`eval "$(p2pchat-ink completion bash)"
			COMP_WORDS=(${words.map(word => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}
			_p2pchat_ink p2pchat-ink "\${COMP_WORDS[COMP_CWORD]}" "\${COMP_WORDS[COMP_CWORD-1]}"
			printf '%s\\n' "\${COMPREPLY[@]}"`,
		);
	},
	fish(line) {
		return runShell(
			'fish',
			['--no-config', '-c'],
			`p2pchat-ink completion fish | source; complete -C 'p2pchat-ink ${line.join(' ')}'`,
		).map(found => found.split('\t')[0] ?? '');
	},
	zsh(line) {
		// zsh completes only in its line editor, so a zsh within a pseudo terminal of zsh types the line and the tab key.
		const lines = runShell(
			'zsh',
			['-f', '-c'],
			`zmodload zsh/zpty
			zpty z zsh -f -i
			zpty -w z 'PS1=; autoload -Uz compinit; compinit -u -d ${scratch}/zcompdump; eval "$(p2pchat-ink completion zsh)"; zstyle ":completion:*" list-colors; LISTMAX=10000; setopt no_always_last_prompt; show() { zle list-choices; zle -R; print -rn -- SHO""WN }; zle -N show; bindkey "^I" show; print -r -- REA""DY'
			zpty -r -m z text '*READY*'
			zpty -w -n z 'p2pchat-ink ${line.join(' ')}'$'\\t'
			zpty -r -m z text '*SHOWN*'
			print -rn -- "$text"
			zpty -d z`,
		);
		return lines.flatMap(text => text.replaceAll('\r', '').split(/\s+/));
	},
};

describe.each(['bash', 'zsh', 'fish'])('completion in %s', shell => {
	const offers = (...line: string[]) => complete[shell]?.(line) ?? [];

	test.runIf(has(shell))('shell completion offers every sub-command', () => {
		expect(offers('')).toEqual(expect.arrayContaining([...namedCommands]));
	});

	test.runIf(has(shell))('shell completion offers the options of the named command, and no others', () => {
		const offered = offers('export', '--');
		expect(offered).toEqual(expect.arrayContaining(['--format', '--verify', '--data-dir']));
		expect(offered).not.toContain('--room');
	});

	test.runIf(has(shell))('shell completion offers the values of an option', () => {
		expect(offers('export', '--format', '')).toEqual(expect.arrayContaining(['text', 'markdown', 'jsonl']));
	});

	test.runIf(has(shell))('shell completion offers file names where a command expects a file', () => {
		expect(offers('replay', 'fi')).toContain('file.p2plog');
	});
});

describe('the manual page', () => {
	const page = join(scratch, 'p2pchat-ink.1');

	test.runIf(has('man'))('the manual page opens without warnings and names every option and sub-command', () => {
		writeFileSync(page, manPage('1.0.0', '2026-11-28'));
		const {stdout, stderr, status} = spawnSync('man', ['--warnings', '-l', page], {
			env: {...env, MANWIDTH: '200', MAN_KEEP_FORMATTING: '', PAGER: 'cat'},
			encoding: 'utf8',
		});
		expect([status, stderr]).toEqual([0, '']);
		// biome-ignore lint/suspicious/noControlCharactersInRegex: bold text is overstruck in the output of man
		const text = stdout.replace(/.\u0008/g, '').replace(/\u001b\[[\d;]*m/g, '');
		for (const [, {long}] of listOptionSpecs()) expect(text).toContain(`--${long}`);
		for (const name of namedCommands) expect(text).toContain(`p2pchat-ink ${name}`);
	});
});

test('an unknown shell is refused with the names of the known shells', () => {
	const {status, stderr} = spawnSync(process.execPath, [cliPath, 'completion', 'csh'], {env, encoding: 'utf8'});
	expect(status).toBe(2);
	expect(stderr).toContain('bash, zsh or fish');
});

test('the help of a sub-command shows only its own options', () => {
	const help = execFileSync(process.execPath, [cliPath, 'send', '--help'], {env, encoding: 'utf8'});
	expect(help).toContain('--wait');
	expect(help).not.toContain('--grep');
});
