import {chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {readConfigFile} from '../../source/storage/config-file.js';
import {openIdentitySeed} from '../../source/storage/identity-file.js';
import {MAX_REMEMBERED_PEERS, readRememberedPeers, rememberPeer} from '../../source/storage/remembered-peers.js';
import {makeFolder} from './log-samples.js';

const seedOf = (byte: number) => () => new Uint8Array(32).fill(byte);
const identityPath = () => join(makeFolder(), 'identity');

test('the identity is created once, is readable only by its owner, and is read at later launches', () => {
	const path = identityPath();
	expect(openIdentitySeed(path, seedOf(1))).toEqual({seed: seedOf(1)()});
	expect(openIdentitySeed(path, seedOf(2))).toEqual({seed: seedOf(1)()});
	expect(statSync(path).mode & 0o777).toBe(0o600);
	expect(readdirSync(join(path, '..'))).toEqual(['identity']);
});

test('if another process creates the identity file first, this process uses the same identity', () => {
	const path = identityPath();
	const slow = () => {
		openIdentitySeed(path, seedOf(1));
		return seedOf(2)();
	};
	expect(openIdentitySeed(path, slow).seed).toEqual(seedOf(1)());
});

test('an identity file with a changed or missing byte is rejected with advice and is not changed', () => {
	const path = identityPath();
	openIdentitySeed(path, seedOf(1));
	const good = readFileSync(path);
	const advice = expect.stringMatching(/move it away/);
	for (const at of [0, 10, 25, 60, good.length - 5, good.length - 1]) {
		const damaged = Buffer.from(good);
		damaged[at] = (damaged[at] ?? 0) ^ 1;
		for (const content of [damaged, good.subarray(0, at)]) {
			writeFileSync(path, content);
			expect(() => openIdentitySeed(path, seedOf(2))).toThrow(expect.objectContaining({code: 'damaged', path, advice}));
			expect(readFileSync(path)).toEqual(content);
		}
	}
});

test('the permissions of an identity file that others could read are corrected, with a warning', () => {
	const path = identityPath();
	openIdentitySeed(path, seedOf(1));
	chmodSync(path, 0o644);
	expect(openIdentitySeed(path, seedOf(2))).toEqual({seed: seedOf(1)(), warning: expect.stringContaining(path)});
	expect(statSync(path).mode & 0o777).toBe(0o600);
	expect(openIdentitySeed(path, seedOf(2)).warning).toBeUndefined();
});

const peer = (port: number, host = '10.0.0.1') => ({room: '0123456789abcdef', host, port, worked: port});

test('a limited number of peers is remembered, each once and the newest first', () => {
	const path = join(makeFolder(), 'peers.json');
	expect(readRememberedPeers(path)).toEqual({peers: []});
	for (let port = 1; port <= MAX_REMEMBERED_PEERS + 5; port++) rememberPeer(path, peer(port));
	rememberPeer(path, {...peer(40), worked: 99});
	const {peers, warning} = readRememberedPeers(path);
	expect(peers).toHaveLength(MAX_REMEMBERED_PEERS);
	expect(peers[0]).toEqual({...peer(40), worked: 99});
	expect(peers.filter(({port}) => port === 40)).toHaveLength(1);
	expect(warning).toBeUndefined();
	expect(statSync(path).mode & 0o777).toBe(0o600);
	expect(readdirSync(join(path, '..'))).toEqual(['peers.json']);
});

test('a partly invalid file of remembered peers is kept beside the new file, because a user may have edited it', () => {
	const path = join(makeFolder(), 'peers.json');
	const edited = JSON.stringify([peer(1), {...peer(2), host: 'a b'}]);
	writeFileSync(path, edited);
	rememberPeer(path, peer(3));
	expect(readFileSync(`${path}.damaged`, 'utf8')).toBe(edited);
	expect(readRememberedPeers(path)).toEqual({peers: [peer(3), peer(1)]});
});

test('a file of remembered peers that cannot be read now is not replaced', () => {
	const path = join(makeFolder(), 'peers.json');
	mkdirSync(path);
	expect(() => rememberPeer(path, peer(3))).toThrow(/cannot remember the peer|not a regular file/);
	expect(statSync(path).isDirectory()).toBe(true);
});

test.each([
	['not JSON', 'x', 0],
	['not a list', '{}', 0],
	['too long', ' '.repeat(100_000), 0],
	[
		'an entry that is not a peer',
		JSON.stringify([peer(1), null, 3, {}, {...peer(2), host: 'a b'}, peer(3, 'bob.local')]),
		2,
	],
	['invalid ports', JSON.stringify([peer(0), peer(65_536), peer(1.5)]), 0],
])('invalid remembered peers are skipped with a warning: %s', (_, content, kept) => {
	const path = join(makeFolder(), 'peers.json');
	writeFileSync(path, content);
	const {peers, warning} = readRememberedPeers(path);
	expect(peers).toHaveLength(kept);
	expect(warning).toContain(path);
});

test('config.json is read even if it begins with a byte order mark, and a missing config.json gives undefined', () => {
	const path = join(makeFolder(), 'config.json');
	expect(readConfigFile(path)).toBeUndefined();
	writeFileSync(path, '\uFEFF{"name": "Carol"}');
	expect(readConfigFile(path)).toEqual({file: path, config: {name: 'Carol'}});
});

test.each([
	['{\n"name": "Carol",\n}', /config\.json(:3)?: not JSON/],
	['{\n"name": "Ca', /config\.json(:2)?: not JSON/],
	['', /config\.json:1: not JSON/],
	[`"${' '.repeat(70_000)}"`, /config\.json: the file is longer than 65536 bytes/],
])(
	'the error for a config.json that is no valid JSON, or is too long, names the file, and the line of the fault if it is known',
	(content, message) => {
		const path = join(makeFolder(), 'config.json');
		writeFileSync(path, content);
		expect(() => readConfigFile(path)).toThrow(
			expect.objectContaining({name: 'UsageError', message: expect.stringMatching(message)}),
		);
	},
);

test('a folder in the place of config.json gives a StorageError', () => {
	expect(() => readConfigFile(makeFolder())).toThrow(expect.objectContaining({name: 'StorageError'}));
});
