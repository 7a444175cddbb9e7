/** Checks that a room with a secret leaks nothing through files, beacons, the process list or nodes with another secret. */
import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {deriveRoomKeys} from '../../source/feed/room-keys.js';
import {findFreeUdpPort, makeHome} from '../helpers/data-home.js';
import {launchNode, runToEnd, startNode} from '../helpers/run-node.js';
import {until} from '../helpers/wait.js';

const SECRET = 'plover-xyzzy-7731-quux';
const WRONG = 'another secret altogether';
const NAME = 'Zenobia';
const TEXT = 'the eagle lands at noon';

function secretFile(home: string, secret: string): string {
	const path = join(home, 'secret.txt');
	writeFileSync(path, `${secret}\n`, {mode: 0o600});
	return path;
}

/** All files below a folder except the secret file, which the user wrote. */
function filesIn(folder: string): string[] {
	return readdirSync(folder, {recursive: true, withFileTypes: true})
		.filter(entry => entry.isFile() && entry.name !== 'secret.txt')
		.map(entry => join(entry.parentPath, entry.name));
}

it('a room with a secret keeps its secret, keys, names and messages from outsiders', {timeout: 120_000}, async () => {
	const port = await findFreeUdpPort();
	const keys = await deriveRoomKeys({room: 'lan', secret: SECRET});
	const beacons: Buffer[] = [];
	const listener = createSocket({type: 'udp4', reuseAddr: true});
	listener.on('message', bytes => beacons.push(bytes));
	listener.bind(port, '0.0.0.0');
	await once(listener, 'listening');

	const start = async (name: string, secret: string) => {
		const home = makeHome();
		const args = ['--secret-file', secretFile(home, secret), '--debug', join(home, 'debug.txt')];
		return {home, node: await startNode({home, port, name, args})};
	};
	const inside = await start(NAME, SECRET);
	const friend = await start('Yorick', SECRET);
	await inside.node.waitFor('the friend', ({type, name}) => type === 'peer' && name === 'Yorick');
	const outside = await start('Oscar', WRONG);
	const open = launchNode({home: makeHome(), port, name: 'Olga'});
	inside.node.post(TEXT);
	await friend.node.waitFor(TEXT, line => line.text === TEXT);
	await until(() => beacons.length > 20, 20_000);
	for (const node of [outside.node, open]) await node.waitFor('alone', ({type}) => type === 'alone', 20_000);
	const commandLine = readFileSync(`/proc/${inside.node.pid}/cmdline`, 'latin1');
	const nodes = [inside.node, friend.node, outside.node, open];
	for (const node of nodes) node.child.stdin?.end();
	await Promise.all(nodes.map(({result}) => result));
	listener.close();

	const log = filesIn(inside.home).find(path => path.endsWith('.p2plog'))!;
	const exported = await runToEnd(['export', log], {home: inside.home});
	expect(exported.stdout).toContain(TEXT);

	const secrets = [
		Buffer.from(SECRET),
		...[keys.psk, keys.roomKey, keys.beaconKey].flatMap(key => [
			Buffer.from(key),
			Buffer.from(Buffer.from(key).toString('hex')),
			Buffer.from(Buffer.from(key).toString('base64')),
		]),
	];
	const outputs: [string, Buffer][] = [
		['the process list', Buffer.from(commandLine, 'latin1')],
		['the export', Buffer.from(exported.stdout + exported.stderr)],
		...nodes.map((node, index): [string, Buffer] => [`output ${index}`, Buffer.from(node.stdout + node.stderr)]),
		...beacons.map((bytes): [string, Buffer] => ['a beacon', bytes]),
		...[inside, friend].flatMap(({home}) => filesIn(home).map((path): [string, Buffer] => [path, readFileSync(path)])),
	];
	expect(outputs.length).toBeGreaterThan(25);
	expect(
		outputs.flatMap(([source, bytes]) => secrets.filter(secret => bytes.includes(secret)).map(() => source)),
	).toEqual([]);

	for (const {home} of [inside, friend, outside])
		for (const path of filesIn(home)) expect([path, (statSync(path).mode & 0o777).toString(8)]).toEqual([path, '600']);

	const texts = [NAME, 'Yorick', TEXT].map(text => Buffer.from(text));
	const outsiders: [string, Buffer][] = [
		...beacons
			.filter(bytes => !bytes.includes(Buffer.from('Olga')))
			.map((bytes): [string, Buffer] => ['a beacon', bytes]),
		...[outside.node, open].map((node): [string, Buffer] => ['an outsider', Buffer.from(node.stdout + node.stderr)]),
		...filesIn(outside.home).map((path): [string, Buffer] => [path, readFileSync(path)]),
	];
	expect(outsiders.flatMap(([source, bytes]) => texts.filter(text => bytes.includes(text)).map(() => source))).toEqual(
		[],
	);
});

it('a node with another secret reports the reason as a notice in its JSON lines', {
	timeout: 60_000,
}, async () => {
	const port = await findFreeUdpPort();
	const start = (name: string, secret: string) => {
		const home = makeHome();
		return startNode({home, port, name, args: ['--secret-file', secretFile(home, secret)]});
	};
	await start(NAME, SECRET);
	const outside = await start('Oscar', WRONG);
	const notice = await outside.waitFor(
		'the reason',
		({type, code}) => type === 'notice' && code === 'strangers',
		20_000,
	);
	expect(notice.text).toMatch(/secret/);
});
