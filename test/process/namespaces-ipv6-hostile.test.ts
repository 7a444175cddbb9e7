/**
 * Nodes on IPv6 networks, in network namespaces: with an eavesdropper, with a flooder, and with host names that have
 * unreachable addresses.
 */
import {mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {createInterface} from 'node:readline';
import {describe, expect, it} from 'vitest';
import {EAVESDROPPER} from '../helpers/eavesdropper.js';
import {allAgree, allConnected, createRoom, ROOM_PORT, type Room} from '../helpers/namespace-room.js';
import {linkLocalOf, type NamespaceHost, namespacesAvailable} from '../helpers/namespaces.js';

const reason = namespacesAvailable();
const node = process.execPath;

async function withRoom(run: (room: Room) => Promise<void>): Promise<void> {
	const room = createRoom(['lan'], {ipv6: true});
	try {
		await run(room);
	} finally {
		await room.close();
	}
}

/** Runs a program in a namespace and collects the JSON lines that it prints. */
function spawnScript<Line>(host: NamespaceHost, source: string, args: readonly string[]) {
	const child = host.spawn(node, ['--input-type=module', '-e', source, ...args]);
	const lines: Line[] = [];
	createInterface({input: child.stdout!}).on('line', line => void lines.push(JSON.parse(line)));
	child.stderr!.on('data', text => process.stderr.write(text));
	return lines;
}

/** Name of an interface that occurs nowhere else. */
const ZONE = 'zq7x4w';

describe.skipIf(reason).concurrent('the name of an interface', {timeout: 180_000}, () => {
	it('the zone of an address is in no beacon, in no message and in no log', () =>
		withRoom(async room => {
			const [here, there, outside] = ['a', 'b', 'm'].map((name, index) =>
				room.host(name, {lan: `fd00:77::${index + 1}/64`}),
			) as [NamespaceHost, NamespaceHost, NamespaceHost];
			here.run('ip', 'link', 'set', 'eth0', 'down');
			here.run('ip', 'link', 'set', 'eth0', 'name', ZONE);
			here.run('ip', 'link', 'set', ZONE, 'up');
			const [own, other] = [linkLocalOf(here, ZONE), linkLocalOf(there)];
			const bob = await room.start(there, 'Bob');
			const targets = [`[${other}%${ZONE}]:${bob.tcpPort}`, `[fe80::dead%${ZONE}]:9`, `[${other}%${ZONE}]:9`];
			const ann = await room.start(
				here,
				'Ann',
				targets.flatMap(target => ['--peer', target]),
			);
			await room.until('they meet', () => allConnected([ann, bob]), 30_000);
			ann.post('hello');
			await room.until('the post', () => allAgree([ann, bob], ['hello']));
			const notices = () => ann.lines.filter(line => line.code === 'peer-unreachable');
			await room.until('a failed target is reported', () => notices().length > 0, 30_000);

			const words = [`${own}%eth0`, String(ann.tcpPort), String(ROOM_PORT), 'eth0'];
			const heard = spawnScript<{type: string; hex: string}>(outside, EAVESDROPPER, words);
			const types = () => new Set(heard.map(({type}) => type));
			await room.until('all kinds of messages', () =>
				['beacon', 'hello', 'have', 'peers', 'events'].every(type => types().has(type)),
			);
			await room.until('Bob is listed', () => heard.some(({type, hex}) => type === 'peers' && hex.includes(bob.peer)));
			bob.child.kill('SIGKILL');
			await room.until('Ann reports Bob as lost', () => ann.presence().some(row => row === 'lost Ann Bob'), 30_000);
			ann.post('after that');
			await room.until('the second post', () => heard.some(({hex}) => Buffer.from(hex, 'hex').includes('after that')));
			expect(types()).not.toContain('closed');

			const bytes = heard.map(({hex}) => Buffer.from(hex, 'hex'));
			expect(bytes.filter(one => one.includes(ZONE)).length).toBe(0);
			// The address itself is not sent either, because it leads to the peer only on this network.
			expect(bytes.filter(one => one.includes('fe80:')).length).toBe(0);
			for (const {lines} of [ann, bob]) expect(readFileSync(lines[0]!.log).includes(ZONE)).toBe(false);
		}));
});

/** Opens connections, each from an address that was not used before, sends nothing, and holds them until the node closes them. */
const SILENT_FLOOD = `
	import {connect} from 'node:net';
	const [host, port] = process.argv.slice(1);
	let opened = 0, refused = 0;
	const open = () => {
		const localAddress = 'fd00:77::bad:0:' + (++opened & 0xffff).toString(16);
		const socket = connect({host, port: Number(port), localAddress}).on('error', () => {}).resume();
		socket.on('connect', () => socket.on('close', () => refused++));
	};
	setInterval(() => { for (let index = 0; index < 4; index++) open(); }, 20);
	setInterval(() => console.log(JSON.stringify({opened, refused})), 200);
`;

/** Makes 20 TLS handshakes with the key of the room, one after another, and prints how many a node accepted. */
const DIALS = `
	import {deriveRoomKeys} from ${JSON.stringify(new URL('../../dist/feed/room-keys.js', import.meta.url).href)};
	import {createTlsTransport} from ${JSON.stringify(new URL('../../dist/network/transport/tls-transport.js', import.meta.url).href)};
	const [host, port] = process.argv.slice(1);
	const keys = await deriveRoomKeys({room: 'lan'});
	const transport = createTlsTransport({psk: keys.psk, identity: keys.pskIdentity});
	let accepted = 0;
	const failures = [];
	for (let index = 0; index < 20; index++) {
		const {connection, failure} = await transport.dial(host, Number(port));
		if (failure) failures.push(failure.text);
		if (!connection) continue;
		accepted++;
		connection.handle({data() {}, drain() {}, closed() {}});
	}
	console.log(JSON.stringify({accepted, failures}));
	process.exit();
`;

describe.skipIf(reason).concurrent('a machine with many addresses of one IPv6 prefix', {timeout: 180_000}, () => {
	it('a machine that opens connections from thousands of addresses of a /64 keeps nobody of another network out, and delays no member', () =>
		withRoom(async room => {
			const [here, there, other] = [1, 2, 3].map(n => {
				const addresses = n === 3 ? '10.77.0.3/24' : `10.77.0.${n}/24 fd00:77::${n}/64`;
				return room.host(`h${n}`, {lan: addresses});
			}) as [NamespaceHost, NamespaceHost, NamespaceHost];
			const flooder = room.host('m', {lan: 'fd00:77::4/64'});
			// The flooder owns a whole /96 of the prefix.
			flooder.run('sysctl', '-qw', 'net.ipv6.ip_nonlocal_bind=1');
			flooder.run('ip', '-6', 'route', 'add', 'local', 'fd00:77::bad:0:0/96', 'dev', 'lo');
			here.run('ip', '-6', 'route', 'add', 'fd00:77::bad:0:0/96', 'via', 'fd00:77::4');
			const [ann, bob] = await Promise.all([room.start(here, 'Ann'), room.start(there, 'Bob')]);
			await room.until('Ann and Bob meet', () => allConnected([ann, bob]), 30_000);
			const words = ['fd00:77::1', String(ann.tcpPort)];
			const counts = spawnScript<{opened: number; refused: number}>(flooder, SILENT_FLOOD, words);
			await room.until('connections are refused', () => (counts.at(-1)?.refused ?? 0) > 1000, 60_000);

			const dials = spawnScript<{accepted: number; failures: string[]}>(other, DIALS, [
				'10.77.0.1',
				String(ann.tcpPort),
			]);
			await room.until('20 dials from another network', () => dials.length > 0, 60_000);
			expect(dials[0]?.accepted, dials[0]?.failures.join()).toBeGreaterThanOrEqual(18);

			// Ann cannot dial Cid, so that the only possible connection is one that Ann accepts.
			other.setFaults({type: 'broadcast'}, {type: 'multicast'}, {type: 'ipv6'}, {type: 'incoming-tcp'});
			const cid = await room.start(other, 'Cid', ['--peer', `10.77.0.1:${ann.tcpPort}`]);
			await room.until('Cid reaches Ann', () => cid.statusOf('Ann') === 'connected', 30_000);
			bob.post('in spite of the flood');
			await room.until('the post', () => allAgree([ann, bob, cid], ['in spite of the flood']), 30_000);
			expect([ann.statuses('Bob'), bob.statuses('Ann')]).toEqual([['connected'], ['connected']]);
		}));
});

describe.skipIf(reason).concurrent('a host name with several addresses', {timeout: 180_000}, () => {
	it('a dial to a host name tries IPv6 and IPv4 addresses in parallel: an address without an answer delays nothing, and IPv4 is used if both answer', () =>
		withRoom(async room => {
			const [here, there] = [1, 2].map(n => room.host(`h${n}`, {lan: `10.77.0.${n}/24 fd00:77::${n}/64`})) as [
				NamespaceHost,
				NamespaceHost,
			];
			// Packets to these addresses are sent, because their neighbour entries exist, and nobody answers.
			for (const address of ['10.77.0.99', 'fd00:77::99', 'fd00:77::98'])
				here.run('ip', 'neigh', 'add', address, 'lladdr', '02:00:00:00:00:99', 'dev', 'eth0');
			const names: Record<string, readonly string[]> = {
				'both.test': ['fd00:77::2', '10.77.0.2'],
				'only-aaaa-answers.test': ['10.77.0.99', 'fd00:77::2'],
				'only-a-answers.test': ['fd00:77::99', '10.77.0.2'],
				'third-answers.test': ['fd00:77::99', 'fd00:77::98', '10.77.0.2'],
			};
			// `ip netns exec` puts this file in the place of /etc/hosts.
			const folder = `/etc/netns/${here.namespace}`;
			mkdirSync(folder, {recursive: true});
			try {
				const lines = Object.entries(names).flatMap(([name, all]) => all.map(address => `${address} ${name}\n`));
				writeFileSync(`${folder}/hosts`, `127.0.0.1 localhost\n${lines.join('')}`);
				for (const host of [here, there])
					host.setFaults({type: 'broadcast'}, {type: 'multicast'}, {type: 'ipv6-beacons'});
				const bob = await room.start(there, 'Bob');
				const met = await Promise.all(
					Object.keys(names).map(async name => {
						const ann = await room.start(here, name, ['--peer', `${name}:${bob.tcpPort}`]);
						await room.until(`${name} connects`, () => allConnected([ann, bob]), 30_000);
						const address = ann.lines.find(line => line.type === 'peer' && line.name === 'Bob')?.address;
						const failures = ann.lines.filter(line => line.code === 'peer-unreachable').length;
						return [name, address, failures];
					}),
				);
				expect(met).toEqual([
					['both.test', '10.77.0.2', 0],
					['only-aaaa-answers.test', 'fd00:77::2', 0],
					['only-a-answers.test', '10.77.0.2', 0],
					['third-answers.test', '10.77.0.2', 0],
				]);
			} finally {
				rmSync(folder, {recursive: true});
			}
		}));
});
