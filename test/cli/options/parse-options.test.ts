import meow from 'meow';
import {describe, expect, it} from 'vitest';
import {type Environment, unknownVariables} from '../../../source/cli/options/option-sources.js';
import {environmentName, listOptionSpecs} from '../../../source/cli/options/option-table.js';
import {createMeowParser, parseOptions} from '../../../source/cli/options/parse-options.js';
import {UsageError} from '../../../source/core/errors.js';

const parser = createMeowParser(meow);
const NOW = Date.UTC(2026, 10, 22, 12);
const configPath = '/data/config.json';

function parse(argv: string[], environment: Environment = {}, config?: unknown, secret?: string) {
	const readConfig = () => (config === undefined ? undefined : {file: configPath, config});
	return parseOptions(argv, environment, secret, parser, readConfig, NOW);
}

function usageErrorOf(argv: string[], environment: Environment = {}, config?: unknown, secret?: string): string {
	try {
		parse(argv, environment, config, secret);
	} catch (error) {
		expect(error).toBeInstanceOf(UsageError);
		return (error as UsageError).message;
	}
	throw new Error(`${argv.join(' ')} was accepted`);
}

describe('options', () => {
	it('empty environment variables do not change any option', () => {
		const names = listOptionSpecs().flatMap(([key, spec]) =>
			key === 'secretFile' ? [] : (environmentName(spec) ?? []),
		);
		const empty = Object.fromEntries([...names, 'NO_COLOR', 'INK_SCREEN_READER'].map(name => [name, '']));
		expect(names).toContain('P2PCHAT_HOME');
		expect(parse([], empty)).toEqual(parse([]));
		expect(parse([], empty, {interface: ['lo'], 'no-log': true})).toMatchObject({
			interfaces: ['lo'],
			log: {type: 'none'},
		});
	});

	it('options have the documented defaults', () => {
		expect(parse([])).toEqual({
			command: 'chat',
			operands: [],
			sourceNames: {},
			room: 'lan',
			port: 47_474,
			tcpPort: 0,
			interfaces: [],
			peers: [],
			log: {type: 'new'},
			stay: false,
			waitMs: 5000,
			files: [],
			servesFiles: true,
			bell: 'mentions',
			mono: false,
			theme: 'auto',
			identity: true,
			takesWhispers: true,
			filter: {},
			format: 'text',
			verify: false,
			withAddresses: false,
			whispers: false,
			inSecretRoom: false,
			speed: 1,
			help: false,
			version: false,
		});
	});

	it('options are read from long and short flags', () => {
		const options = parse([
			'-n',
			'Carol',
			'-r',
			'lab',
			'-p',
			'5000',
			'--tcp-port=0',
			'-i',
			'lo',
			'-i',
			'10.0.0.1',
			'--peer',
			'10.0.0.2:99',
			'--no-log',
			'--json',
			'--stay',
			'--wait',
			'0.5',
			'--no-identity',
			'--mono',
			'--bell',
			'off',
			'--data-dir',
			'/d',
			'--debug',
			'/f',
		]);
		expect(options).toMatchObject({
			name: 'Carol',
			room: 'lab',
			port: 5000,
			tcpPort: 0,
			interfaces: ['lo', '10.0.0.1'],
			peers: [{host: '10.0.0.2', port: 99}],
			log: {type: 'none'},
			mode: 'json',
			stay: true,
			waitMs: 500,
			identity: false,
			mono: true,
			bell: 'off',
			dataDir: '/d',
			debug: '/f',
		});
	});

	it.each(['--from', '--to', '--at'])(
		'the option %s accepts a time before now, although the time starts with a hyphen',
		flag => {
			const joined = parse(['replay', `${flag}=-10m`]);
			expect(parse(['replay', flag, '-10m'])).toEqual(joined);
			expect(() => parse(['replay', '-10m'])).toThrow(UsageError);
		},
	);

	it('for each option, a flag has precedence over the environment, and the environment over config.json', () => {
		const config = {name: 'File', port: 1, room: 'file', interface: ['eth0'], stay: true};
		const environment = {P2PCHAT_NAME: 'Env', P2PCHAT_PORT: '2', P2PCHAT_INTERFACE: 'lo,10.0.0.1', P2PCHAT_STAY: '0'};
		expect(parse(['--name', 'Flag'], environment, config)).toMatchObject({
			name: 'Flag',
			port: 2,
			room: 'file',
			interfaces: ['lo', '10.0.0.1'],
			stay: false,
		});
	});

	it('options that are switches can be turned on by the environment or config.json, and off by a negated flag', () => {
		expect(parse([], {P2PCHAT_JSON: '1', P2PCHAT_NO_LOG: '1'}, {'no-identity': true, mono: true})).toMatchObject({
			mode: 'json',
			log: {type: 'none'},
			identity: false,
			mono: true,
		});
		expect(parse(['--no-json', '--identity'], {P2PCHAT_JSON: '1'}, {'no-identity': true})).toMatchObject({
			identity: true,
		});
		expect(parse(['--no-json'], {P2PCHAT_JSON: '1'}).mode).toBeUndefined();
	});

	it('of two options that exclude each other, the one from the source with higher precedence applies', () => {
		expect(parse(['--plain'], {P2PCHAT_JSON: '1'}).mode).toBe('plain');
		expect(parse(['--log', 'a'], {P2PCHAT_NO_LOG: '1'}).log).toEqual({type: 'file', path: 'a'});
		expect(parse(['--no-log'], {P2PCHAT_LOG: 'a'}).log).toEqual({type: 'none'});
	});

	it('options are taken from NO_COLOR and INK_SCREEN_READER only if no other source sets them', () => {
		expect(parse([], {NO_COLOR: '1', INK_SCREEN_READER: 'true'})).toMatchObject({mono: true, mode: 'screen-reader'});
		expect(parse([], {NO_COLOR: '', INK_SCREEN_READER: 'false'})).toMatchObject({mono: false});
		expect(parse([], {NO_COLOR: '1', P2PCHAT_MONO: '0'}).mono).toBe(false);
	});

	it('parsing does not change the operands of send, and an operand after -- may look like a flag', () => {
		expect(parse(['send', '007', '1e3', '-']).operands).toEqual(['007', '1e3', '-']);
		expect(parse(['send', '--name', 'a', '--', '--not-a-flag']).operands).toEqual(['--not-a-flag']);
	});

	it('the parsed options contain the source of the secret, and a flag has precedence over the environment', () => {
		expect(parse([], {}, undefined, 'x').secret).toEqual({type: 'environment', secret: 'x'});
		expect(parse(['--secret-file', 'f'], {}, undefined, 'x').secret).toEqual({type: 'file', path: 'f'});
		expect(parse(['--ask-secret'], {P2PCHAT_SECRET_FILE: 'f'}).secret).toEqual({type: 'ask'});
	});

	it('options are read from the config.json of the requested data folder', () => {
		const asked: (string | undefined)[] = [];
		parseOptions(['--data-dir', '/a'], {P2PCHAT_HOME: '/b'}, undefined, parser, dir => void asked.push(dir), NOW);
		parseOptions([], {P2PCHAT_HOME: '/b'}, undefined, parser, dir => void asked.push(dir), NOW);
		expect(asked).toEqual(['/a', '/b']);
	});

	it('--help and --version are accepted despite errors in other arguments and in the environment', () => {
		expect(parse(['--help', '--port', 'x', 'nonsense']).help).toBe(true);
		expect(parse(['--version'], {P2PCHAT_PORT: 'x'}).version).toBe(true);
	});
});

describe('usage errors', () => {
	const table: [string[], RegExp][] = [
		[['--port', 'abc'], /^--port must be a port from 1 to 65535, not "abc"\.$/],
		[['--port', '0'], /--port must be/],
		[['--port', '65536'], /--port must be/],
		[['--port', '4e3'], /--port must be/],
		[['--port', '-1'], /--port must be/],
		[['--port', '1.5'], /--port must be/],
		[['--port'], /^--port needs a value\. Usage: --port PORT/],
		[['--port='], /^--port needs a value/],
		[['--tcp-port', '70000'], /--tcp-port must be/],
		[['--name'], /^--name needs a value/],
		[['--name', ''], /^--name needs a value/],
		[['--name', '   '], /^--name needs a value/],
		[['--name', '--json'], /^--name needs a value/],
		[['--name', 'a\u001b[2J'], /^--name must not contain control characters/],
		[['--name', 'x'.repeat(65)], /^Too long: --name is 65 bytes, the limit is 64 bytes\.$/],
		[['--name', 'Carol#99c4b7ec'], /^--name must not contain "#" and a fingerprint/],
		[['--name', 'a', '--name', 'b'], /^--name may be given only once\.$/],
		[['-n', 'a', '--name', 'b'], /^--name may be given only once\.$/],
		[['--no-name'], /^Unknown option --no-name\./],
		[['--name.first', 'x'], /--name takes one value/],
		[['--room', 'é'.repeat(40)], /^Too long: --room is 80 bytes/],
		[['--peer'], /^--peer needs a value/],
		[['--peer', 'a', '--peer'], /^--peer needs a value/],
		[['--peer', 'a:0'], /^--peer must be HOST or HOST:PORT/],
		[['--peer', 'a:b'], /^--peer must be HOST or HOST:PORT/],
		[['--peer', 'http://a'], /^--peer must be/],
		[['--peer', '[::1]:99999'], /^--peer must be/],
		[['-i', ''], /^--interface needs a value/],
		[['--interface', 'a b'], /^--interface must be/],
		[['--wait', 'NaN'], /^--wait must be a number of seconds/],
		[['--wait', '-1'], /^--wait must be a number of seconds/],
		[['--bell', 'loud'], /^--bell must be mentions, all or off, not "loud"\.$/],
		[['--json', '--plain'], /^--json and --plain cannot be combined\.$/],
		[['--log', 'a', '--no-log'], /^--log (and --no-log cannot be combined|may be given only once)\.$/],
		[['--ask-secret', '--secret-file', 'f'], /cannot be combined/],
		[['--secret', 'x'], /^Unknown option --secret\./],
		[['--colour'], /^Unknown option --colour\. See --help\.$/],
		[['--jsno'], /Did you mean --json\?$/],
		[['--interfaces', 'lo'], /Did you mean --interface\?$/],
		[['--nolog'], /Did you mean --no-log\?$/],
		[['-x'], /^Unknown option -x\./],
		[['--constructor'], /^Unknown option --constructor/],
		[['--__proto__', 'x'], /^Unknown option/],
		[['hello'], /^Unknown command "hello"\. Commands: replay/],
		[['exprot'], /^Unknown command "exprot"\. Did you mean "export"\?$/],
		[['help'], /^Unexpected argument "help"\. Did you mean "--help"\?$/],
		[['doctor', 'peer'], /Did you mean "--peer"\?$/],
		[['logs', 'x'], /^Unexpected argument "x"\. "logs" takes no arguments\.$/],
		[['replay', 'a', 'b'], /^Unexpected argument "b"\. "replay" takes one argument\.$/],
		[['send'], /^Usage: p2pchat-ink send TEXT/],
		[['send', ' '], /^Usage: p2pchat-ink send TEXT/],
		[
			['logs', '--name', 'x'],
			/^--name is not an option of "logs"\. It is an option of "chat", "send", "invite", "fetch", "doctor", "keep", "demo"\.$/,
		],
		[['export', '--format', 'pdf'], /^--format must be text, markdown, jsonl or html/],
		[['export', '--from', '25:00'], /^--from must be a time/],
		[['export', '--from', '2026-02-30'], /^--from must be a time/],
		[['export', '--from', '2026-02-03', '--to', '2026-02-02'], /^--from must be before --to\.$/],
		[['replay', '--speed', '17'], /^--speed must be/],
	];

	it.each(table)('the usage error for %j is one line that names the option and the expected form', (argv, message) => {
		const line = usageErrorOf(argv);
		expect(line).toMatch(message);
		expect(line).not.toMatch(/[\p{Cc}]/u);
	});

	it('a usage error names the environment variable that is wrong', () => {
		expect(usageErrorOf([], {P2PCHAT_PORT: 'x'})).toMatch(/^P2PCHAT_PORT must be a port/);
		expect(usageErrorOf([], {P2PCHAT_JSON: 'yes'})).toBe('P2PCHAT_JSON must be 1 or 0, not "yes".');
		expect(usageErrorOf([], {P2PCHAT_PEER: 'a,,b'})).toMatch(/^P2PCHAT_PEER needs a value/);
		expect(usageErrorOf([], {P2PCHAT_SECRET_FILE: ''})).toMatch(/^P2PCHAT_SECRET_FILE needs a value/);
		expect(usageErrorOf([], {}, undefined, '')).toMatch(/^P2PCHAT_SECRET is empty/);
	});

	it('a usage error names the config file and the key that is wrong', () => {
		expect(usageErrorOf([], {}, [])).toBe(`${configPath} must contain a JSON object, for example {"name": "Carol"}.`);
		expect(usageErrorOf([], {}, {port: 'x'})).toMatch(/^"port" in \/data\/config.json must be a port/);
		expect(usageErrorOf([], {}, {port: true})).toBe(`${configPath}: "port" must be a string or a number.`);
		expect(usageErrorOf([], {}, {stay: 'yes'})).toBe(`${configPath}: "stay" must be true or false.`);
		expect(usageErrorOf([], {}, {nmae: 'x'})).toBe(`${configPath}: Unknown option "nmae". Did you mean "name"?`);
		for (const key of ['secret-file', 'data-dir', 'debug', 'grep'])
			expect(usageErrorOf([], {}, {[key]: 'x'})).toMatch(/cannot be set in config\.json/);
	});
});

describe('mistakes in options', () => {
	it('--log together with --no-log is an error, in any order and form', () => {
		for (const argv of [
			['--no-log', '--log', 'x'],
			['--log=x', '--no-log'],
		])
			expect(usageErrorOf(argv)).toBe('--log and --no-log cannot be combined.');
		expect(usageErrorOf(['--log', 'a', '--log', 'b'])).toBe('--log may be given only once.');
	});

	it('config.json accepts a number only for an option whose value is a number', () => {
		for (const key of ['name', 'room', 'bell', 'log', 'secret'] as const)
			expect(() => parse([], {}, {[key]: 5}), key).toThrow(UsageError);
		expect(usageErrorOf([], {}, {name: 5})).toBe('/data/config.json: "name" must be a string.');
		expect(usageErrorOf([], {}, {port: true})).toBe('/data/config.json: "port" must be a string or a number.');
		expect(parse([], {}, {port: 5000, 'tcp-port': 6000, wait: 1.5})).toMatchObject({
			port: 5000,
			tcpPort: 6000,
			waitMs: 1500,
		});
	});

	it('an unknown environment variable of the program that resembles a known one is refused with the known name', () => {
		expect(usageErrorOf([], {P2PCHAT_PRT: '1'})).toBe('Unknown variable P2PCHAT_PRT. Did you mean P2PCHAT_PORT?');
		expect(usageErrorOf([], {P2PCHAT_INTERFCE: 'lo'})).toContain('P2PCHAT_INTERFACE');
		expect(usageErrorOf([], {P2PCHAT_SECRT: 'x'})).toContain('P2PCHAT_SECRET');
		expect(usageErrorOf([], {P2PCHAT_FORMAT: 'text'})).toBe(
			'P2PCHAT_FORMAT cannot be set in the environment. Use --format.',
		);
	});

	it('an unknown environment variable of the program that resembles no known one is reported by name', () => {
		const environment = {P2PCHAT_COLOUR_OF_SKY: '1', P2PCHAT_PORT: '5000', P2PCHAT_TEST_CLI: 'x', HOME: '/'};
		expect(unknownVariables(environment)).toEqual(['P2PCHAT_COLOUR_OF_SKY']);
		expect(parse([], environment)).toMatchObject({port: 5000});
	});

	it('every option that accepts a time also accepts a time before now, such as -10m', () => {
		const from = {type: 'instant', ms: NOW - 600_000};
		expect(parse(['export', '--from=-10m']).filter).toEqual({from});
		expect(parse(['replay', '--at=-10m']).at).toEqual(from);
		expect(usageErrorOf(['export', '--from', '2026-02-30'])).toContain('-10m');
	});
});
