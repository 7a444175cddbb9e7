import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {makeHome} from '../helpers/data-home.js';
import {runToEnd} from '../helpers/run-node.js';

describe('the command line', () => {
	it('--version prints the version of package.json and --help the help, both with exit code 0', async () => {
		const home = makeHome();
		const {version} = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
		expect(await runToEnd(['--version'], {home})).toMatchObject({code: 0, stdout: `${version}\n`, stderr: ''});
		expect(await runToEnd(['-v', '--name', 'x'], {home})).toMatchObject({code: 0, stdout: `${version}\n`});
		const help = await runToEnd(['--help'], {home});
		expect(help).toMatchObject({code: 0, stderr: ''});
		expect(help.stdout).toMatch(/^p2pchat-ink: chat on the local network/);
	});

	const faults: [string, string[], Record<string, string>, RegExp][] = [
		['a flag that does not exist', ['--nmae', 'x'], {}, /Unknown option --nmae\. Did you mean --name\?/],
		['a value that is not a number', ['--port', 'abc'], {}, /--port must be a port from 1 to 65535, not "abc"/],
		['a flag without a value', ['--name'], {}, /--name needs a value/],
		['a repeated flag', ['--name', 'a', '--name', 'b'], {}, /--name may be given only once/],
		['an unknown command', ['hello'], {}, /Unknown command "hello"/],
		['an invalid environment variable', [], {P2PCHAT_PORT: '0'}, /P2PCHAT_PORT must be a port/],
		['an empty secret', [], {P2PCHAT_SECRET: ''}, /P2PCHAT_SECRET is empty/],
		[
			'a missing secret file',
			['--secret-file', '/nonexistent/secret'],
			{},
			/Cannot read --secret-file \/nonexistent\/secret/,
		],
		[
			'an interface that does not exist',
			['--interface', 'nosuch0'],
			{},
			/--interface: no interface or address 'nosuch0'/,
		],
		['a secret prompt without a terminal', ['--ask-secret', '--json'], {}, /--ask-secret needs a terminal/],
		[
			'a debug file that cannot be written',
			['--debug', '/nonexistent/debug'],
			{},
			/Cannot write --debug \/nonexistent\/debug/,
		],
		['an invisible name', ['--name', '\u2800'], {}, /--name needs at least one visible character/],
		[
			'an invisible name of a variable',
			[],
			{P2PCHAT_NAME: '\u2800'},
			/P2PCHAT_NAME needs at least one visible character/,
		],
		[
			'a variable with an interface that does not exist',
			[],
			{P2PCHAT_INTERFACE: 'nosuch0'},
			/P2PCHAT_INTERFACE: no interface or address 'nosuch0'/,
		],
		[
			'a variable with a secret file that cannot be read',
			[],
			{P2PCHAT_SECRET_FILE: '/nonexistent/secret'},
			/Cannot read P2PCHAT_SECRET_FILE \/nonexistent\/secret/,
		],
		[
			'a variable with a debug file that cannot be written',
			[],
			{P2PCHAT_DEBUG: '/nonexistent/debug'},
			/Cannot write P2PCHAT_DEBUG \/nonexistent\/debug/,
		],
		['nothing to send', ['send', '-'], {}, /Nothing to send/],
	];
	it.each(faults)('%s prints one line on stderr and exits with code 2', async (_, words, environment, message) => {
		const {code, stdout, stderr} = await runToEnd(words, {home: makeHome(), environment});
		expect(stderr).toMatch(message);
		expect(stderr.trimEnd().split('\n')).toHaveLength(1);
		expect({code, stdout}).toEqual({code: 2, stdout: ''});
	});

	it.each([
		['{"port": "x"}', /^p2pchat-ink: "port" in .*config\.json must be a port/],
		['{"colour": 1}', /config\.json: Unknown option "colour"/],
		['{"secret-file": "x"}', /cannot be set in config\.json/],
		['{"name": }', /config\.json.*not JSON/],
		['[]', /config\.json must contain a JSON object/],
	])(
		'if config.json contains %s, the program prints one line that names the file, and exits with code 2',
		async (text, message) => {
			const home = makeHome();
			writeFileSync(join(home, 'config.json'), text);
			const {code, stderr} = await runToEnd(['--plain'], {home});
			expect(stderr).toMatch(message);
			expect(stderr.trimEnd().split('\n')).toHaveLength(1);
			expect(code).toBe(2);
		},
	);

	it('replay and export of something that is not a log print one line without a stack trace, and exit with code 1', async () => {
		const home = makeHome();
		const file = join(home, 'note.txt');
		writeFileSync(file, 'hello');
		mkdirSync(join(home, 'folder'));
		for (const path of [file, join(home, 'folder'), join(home, 'missing')]) {
			for (const command of ['replay', 'export']) {
				const {code, stdout, stderr} = await runToEnd([command, path], {home});
				expect({code, stdout, lines: stderr.trimEnd().split('\n').length}).toEqual({code: 1, stdout: '', lines: 1});
				expect(stderr).not.toMatch(/\n\s+at /);
			}
		}
	});

	it('control characters of an invalid argument are not printed', async () => {
		const {stderr} = await runToEnd(['\u001b]0;x\u0007\u009b31m\u202e'], {home: makeHome()});
		expect(stderr.trimEnd()).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
	});
});
