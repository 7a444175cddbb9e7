/** Complete nodes in network namespaces on IPv6 networks and on networks with both families. The rooms run at the same time. */
import {readFileSync} from 'node:fs';
import {setTimeout as sleep} from 'node:timers/promises';
import {describe, expect, it} from 'vitest';
import {allAgree, allConnected, createRoom, type Room, type RoomNode} from '../helpers/namespace-room.js';
import {type Fault, linkLocalOf, type NamespaceHost, namespacesAvailable} from '../helpers/namespaces.js';

const reason = namespacesAvailable();

/** IPv4 address and unique local IPv6 address of the host with the number `n`. */
const IPV4 = (n: number) => `10.77.0.${n}/24`;
const ULA = (n: number) => `fd00:77::${n}/64`;

async function withRoom(run: (room: Room) => Promise<void>, networks: readonly string[] = ['lan']): Promise<void> {
	const room = createRoom(networks, {ipv6: true});
	try {
		await run(room);
	} finally {
		await room.close();
	}
}

/** For how long the addresses of a host change, in s. `ADDRESS_CHANGE_SECONDS=60` runs longer. */
const CHANGE_SECONDS = Number(process.env.ADDRESS_CHANGE_SECONDS ?? 8);
/**
 * Time after which a loss would have been reported, ms: longer than LOST_GRACE_MS and a step of LOST_RANK_STEP_MS for each of
 * three observers.
 */
const GRACE_MS = 8000;
const TUN_CABLE = new URL('../helpers/tun-cable.py', import.meta.url).pathname;

const connectionsTo = (node: RoomNode, name: string) => node.statuses(name).filter(status => status === 'connected');

async function diagnose(room: Room, host: NamespaceHost): Promise<string[]> {
	const {stdout} = await room.run(host, ['doctor', '--json']);
	return JSON.parse(stdout).verdicts.map(({code}: {code: string}) => code);
}

/**
 * Two nodes connect and chat. A third node gets the history and is killed, which the others notice. Then the doctor
 * runs on its host. Returns the findings of the doctor.
 */
async function expectRoomWorks(
	room: Room,
	addresses: (n: number) => string,
	faults: readonly Fault[] = [],
): Promise<string[]> {
	const hosts = [1, 2, 3].map(n => room.host(`h${n}`, {lan: addresses(n)}));
	for (const host of hosts) if (faults.length > 0) host.setFaults(...faults);
	const [ann, bob] = await Promise.all([room.start(hosts[0]!, 'Ann'), room.start(hosts[1]!, 'Bob')]);
	await room.until('Ann and Bob meet', () => allConnected([ann, bob]), 30_000);
	ann.post('from Ann');
	bob.post('from Bob');
	await room.until('both posts', () => allAgree([ann, bob], ['from Ann', 'from Bob']));
	const cid = await room.start(hosts[2]!, 'Cid');
	await room.until('Cid has the history', () => allAgree([ann, bob, cid], ['from Ann', 'from Bob']), 30_000);
	await room.until('all are connected', () => allConnected([ann, bob, cid]));
	expect([connectionsTo(ann, 'Bob'), connectionsTo(bob, 'Ann')]).toEqual([['connected'], ['connected']]);
	cid.child.kill('SIGKILL');
	await room.until('Cid is gone', () => [ann, bob].every(node => node.statusOf('Cid') === 'unreachable'));
	const findings = await diagnose(room, hosts[2]!);
	expect([ann.statusOf('Bob'), bob.statusOf('Ann')]).toEqual(['connected', 'connected']);
	for (const {lines} of [ann, bob]) expect(readFileSync(lines[0]!.log, 'latin1')).not.toMatch(/eth0/);
	return findings;
}

/** Counts the datagrams and TCP packets that a host sends on its interfaces other than loopback. */
function countSent(host: NamespaceHost): () => number {
	const rules = 'add table inet sent; add chain inet sent out { type filter hook output priority 1; }';
	host.run('nft', `${rules}; add rule inet sent out oifname != "lo" meta l4proto { tcp, udp } counter`);
	return () => Number(/packets (\d+)/.exec(host.run('nft', 'list', 'table', 'inet', 'sent'))?.[1]);
}

describe.skipIf(reason).concurrent('a room on an IPv6 network', {timeout: 120_000}, () => {
	it('a room on an IPv6 network works if all nodes have only link-local addresses', () =>
		withRoom(async room => {
			expect(await expectRoomWorks(room, () => '')).toEqual(['all-well']);
		}));

	it('a room on an IPv6 network works if the nodes have addresses of a unique local prefix (fd00::/8)', () =>
		withRoom(async room => {
			expect(await expectRoomWorks(room, ULA)).toEqual(['all-well']);
		}));

	it('a room on a network with IPv4 and IPv6 works, with one connection for each pair of nodes', () =>
		withRoom(async room => {
			expect(await expectRoomWorks(room, n => `${IPV4(n)} ${ULA(n)}`)).toEqual(['all-well']);
		}));

	it('a room on a network with IPv4 and IPv6 works if IPv4 broadcast and multicast are dropped', () =>
		withRoom(async room => {
			const faults: Fault[] = [{type: 'broadcast'}, {type: 'multicast'}];
			const findings = await expectRoomWorks(room, n => `${IPV4(n)} ${ULA(n)}`, faults);
			expect(findings).toEqual(['ipv4-filtered', 'all-well']);
		}));

	it('a room on a network with IPv4 and IPv6 works if all IPv6 packets are dropped', () =>
		withRoom(async room => {
			const findings = await expectRoomWorks(room, n => `${IPV4(n)} ${ULA(n)}`, [{type: 'ipv6'}]);
			expect(findings).toEqual(['ipv6-filtered', 'all-well']);
		}));
});

const command = (node: RoomNode, text: string) =>
	node.child.stdin!.write(`${JSON.stringify({type: 'command', text})}\n`);
const notices = (node: RoomNode, code: string) => node.lines.filter(line => line.code === code).map(line => line.text);

describe.skipIf(reason).concurrent('a node on a network that changes', {timeout: 120_000}, () => {
	it('a node keeps one connection, and its timeline gets no row, while an IPv6 prefix appears and temporary addresses change', () =>
		withRoom(async room => {
			const hosts = [1, 2].map(n => room.host(`h${n}`, {lan: ''}));
			const [ann, bob] = await Promise.all([room.start(hosts[0]!, 'Ann'), room.start(hosts[1]!, 'Bob')]);
			await room.until('they meet', () => allConnected([ann, bob]), 30_000);
			await room.until('they joined', () => allAgree([ann, bob]) && ann.presence().length === 2);
			for (const [index, host] of hosts.entries()) host.run('ip', 'addr', 'add', ULA(index + 1), 'dev', 'eth0');
			const end = performance.now() + CHANGE_SECONDS * 1000;
			for (let change = 1; performance.now() < end; change++) {
				for (const [index, host] of hosts.entries()) {
					const temporary = (n: number) => `fd00:77::${index + 1}:${n}/64`;
					host.run('ip', 'addr', 'add', temporary(change), 'dev', 'eth0');
					if (change > 1) host.run('ip', 'addr', 'del', temporary(change - 1), 'dev', 'eth0');
				}

				await sleep(300);
			}

			ann.post('still here');
			await room.until('the post', () => allAgree([ann, bob], ['still here']));
			expect([ann.statuses('Bob'), bob.statuses('Ann')]).toEqual([['connected'], ['connected']]);
			expect(ann.presence()).toHaveLength(2);
		}));
});

describe
	.skipIf(reason)
	.concurrent('two hosts that see each other by link-local addresses only', {timeout: 120_000}, () => {
		it('a host that other hosts lost is reported as lost only after the neighbour that is connected to it by link-local addresses has lost it too', () =>
			withRoom(
				async room => {
					const hosts = [
						room.host('h1', {left: '10.77.1.1/24', cable: ''}),
						room.host('h2', {right: '10.77.2.2/24', cable: ''}),
						room.host('h3', {left: '10.77.1.3/24', right: '10.77.2.3/24'}),
						room.host('h4', {left: '10.77.1.4/24', right: '10.77.2.4/24'}),
					];
					const names = ['Ann', 'Bob', 'Cid', 'Dora'];
					const nodes = await Promise.all(hosts.map((host, index) => room.start(host, names[index]!)));
					const [ann, bob, cid, dora] = nodes as [RoomNode, RoomNode, RoomNode, RoomNode];
					await room.until('all are connected', () => allConnected(nodes), 30_000);
					const address = bob.lines.findLast(line => line.type === 'peer' && line.name === 'Ann')?.address;
					expect(address).toMatch(/^fe80:/);
					const losses = () => nodes.flatMap(node => node.presence()).filter(row => /^(lost|returned)/.test(row));

					for (const host of hosts.slice(2)) host.unplug(1);
					const isGone = (node: RoomNode, name: string) => node.statusOf(name) === 'unreachable';
					await room.until('Cid and Dora lose Bob', () => [cid, dora].every(node => isGone(node, 'Bob')), 30_000);
					await sleep(GRACE_MS);
					expect([losses(), bob.statusOf('Ann'), ann.statusOf('Cid')]).toEqual([[], 'connected', 'connected']);

					hosts[0]!.unplug(1);
					await room.until('Bob is called lost', () => losses().length > 0, 30_000);
					// Which of these three observers reports Bob depends on their random peer ids.
					for (const loss of losses()) expect(loss).toMatch(/^lost (Ann|Cid|Dora) Bob$/);
				},
				['left', 'right', 'cable'],
			));

		it('two hosts that lose only each other do not report each other as lost, because the other hosts are still connected to both', () =>
			withRoom(
				async room => {
					const hosts = [
						room.host('h1', {left: '10.77.1.1/24', cable: ''}),
						room.host('h2', {right: '10.77.2.2/24', cable: ''}),
						room.host('h3', {left: '10.77.1.3/24', right: '10.77.2.3/24'}),
					];
					const nodes = await Promise.all(hosts.map((host, index) => room.start(host, ['Ann', 'Bob', 'Cid'][index]!)));
					const [ann, bob] = nodes as [RoomNode, RoomNode];
					await room.until('all are connected', () => allConnected(nodes), 30_000);
					hosts[0]!.unplug(1);
					await room.until(
						'Ann and Bob lose each other',
						() => ann.statusOf('Bob') === 'unreachable' && bob.statusOf('Ann') === 'unreachable',
						30_000,
					);
					await sleep(GRACE_MS);
					const rows = nodes.flatMap(node => node.presence()).filter(row => !row.startsWith('joined'));
					expect(rows).toEqual([]);
				},
				['left', 'right', 'cable'],
			));
	});

describe.skipIf(reason).concurrent('a node with an unusual interface', {timeout: 120_000}, () => {
	it('a node connects to others over a tun interface with a /32 address and IPv6, and the doctor reports that only a virtual interface is up', () =>
		withRoom(async room => {
			const hosts = [1, 2].map(n => room.lab.addHost(`t${n}`, {}));
			const cable = hosts[0]!.spawn('python3', [TUN_CABLE, hosts[0]!.namespace, hosts[1]!.namespace]);
			await new Promise(resolve => cable.stdout!.once('data', resolve));
			for (const [index, host] of hosts.entries()) {
				host.run('ip', 'addr', 'add', `10.78.0.${index + 1}`, 'peer', `10.78.0.${2 - index}`, 'dev', 'tun0');
				host.run('ip', 'addr', 'add', `fd00:78::${index + 1}/64`, 'dev', 'tun0');
				host.run('ip', 'link', 'set', 'tun0', 'up');
			}

			const ann = await room.start(hosts[0]!, 'Ann', ['--interface', 'tun0']);
			const bob = await room.start(hosts[1]!, 'Bob', ['--interface', 'fd00:78::2', '--interface', '10.78.0.2']);
			await room.until('they meet', () => allConnected([ann, bob]), 30_000);
			ann.post('over the tunnel');
			await room.until('the post', () => allAgree([ann, bob], ['over the tunnel']));
			expect(await diagnose(room, hosts[0]!)).toEqual(['only-virtual', 'all-well']);
			bob.child.kill('SIGKILL');
			await room.until('Bob is gone', () => ann.statusOf('Bob') === 'unreachable');
		}));

	it('a node can be limited to interfaces by name, by IPv4 and by IPv6 address, and then uses no others', () =>
		withRoom(
			async room => {
				const [a, b] = [1, 2].map(n => room.host(`h${n}`, {lan: `${IPV4(n)} ${ULA(n)}`, lab: `10.88.0.${n}/24`}));
				const bob = await room.start(b!, 'Bob');
				const selections = [
					['eth0'],
					['10.77.0.1'],
					['fd00:77::1'],
					[`${linkLocalOf(a!)}%eth0`],
					['eth0', '10.88.0.1'],
				];
				for (const [index, words] of selections.entries()) {
					const name = `Ann ${index}`;
					const ann = await room.start(
						a!,
						name,
						words.flatMap(word => ['--interface', word]),
					);
					await room.until(`${name} meets Bob`, () => allConnected([ann, bob]), 30_000);
					const listening = a!
						.run('ss', '-Hltn')
						.split('\n')
						.map(line => line.split(/\s+/)[3]);
					expect(listening.includes(`0.0.0.0:${ann.tcpPort}`)).toBe(index === 4);
					ann.child.kill('SIGKILL');
					await room.until(`${name} is gone`, () => bob.statusOf(name) === 'unreachable');
				}

				const {code, stderr} = await room.run(a!, ['--json', '--interface', 'fe80::1%eth7']);
				expect([code, stderr]).toEqual([2, expect.stringContaining(`eth0 (${linkLocalOf(a!)}%eth0)`)]);
			},
			['lan', 'lab'],
		));

	it('a node starts without any interface but loopback, and connects to others when an interface appears that has only IPv6', () =>
		withRoom(async room => {
			const host = room.host('h1', {lan: ''});
			host.run('ip', 'link', 'set', 'eth0', 'down');
			const ann = await room.start(host, 'Ann');
			const bob = await room.start(room.host('h2', {lan: ''}), 'Bob');
			expect(await diagnose(room, host)).toEqual(['no-interface']);
			expect(ann.lines[0]).toMatchObject({addresses: ['127.0.0.1']});
			host.run('ip', 'link', 'set', 'eth0', 'up');
			await room.until('they meet', () => allConnected([ann, bob]), 30_000);
		}));
});

describe.skipIf(reason).concurrent('a node that is told whom to dial', {timeout: 120_000}, () => {
	it('a node with --peer targets reaches a link-local, a global and an IPv4 address, and reports each failing address only once', () =>
		withRoom(async room => {
			const [a, b] = [1, 2].map(n => room.host(`h${n}`, {lan: `${IPV4(n)} ${ULA(n)}`}));
			for (const host of [a!, b!]) host.setFaults({type: 'broadcast'}, {type: 'multicast'}, {type: 'ipv6-beacons'});
			const bob = await room.start(b!, 'Bob');
			for (const [index, target] of [`[${linkLocalOf(b!)}%eth0]`, '[fd00:77::2]', '10.77.0.2'].entries()) {
				const ann = await room.start(a!, `Ann ${index}`, ['--peer', `${target}:${bob.tcpPort}`]);
				await room.until(`Ann reaches ${target}`, () => allConnected([ann, bob]));
				const address = ann.lines.find(line => line.type === 'peer' && line.name === 'Bob')?.address;
				expect(address).toBe(target.replace(/[[\]]|%eth0/g, ''));
				ann.child.kill('SIGKILL');
			}

			const ann = await room.start(a!, 'Ann', ['--peer', `[${linkLocalOf(b!)}%nosuch]:9`]);
			for (const text of ['/peer 10.77.0.2', '/peer [fd00:77::2]:9', '/peer 999.1.1.1']) command(ann, text);
			await room.until('three failures are reported', () => notices(ann, 'peer-unreachable').length === 3);
			await sleep(3000);
			expect(notices(ann, 'peer-unreachable').sort()).toEqual([
				expect.stringMatching(/10\.77\.0\.2:47474.*refused.*\/net/),
				expect.stringMatching(/\[fd00:77::2\]:9.*refused/),
				expect.stringMatching(/\[fe80::[\da-f:]+\]:9: no interface of this computer has the name/),
			]);
			expect(ann.lines.filter(line => line.type === 'error')).toHaveLength(1);
		}));
});

it.skipIf(reason)(
	'a node that is limited to loopback sends nothing to other computers over IPv6',
	{timeout: 60_000},
	() =>
		withRoom(async room => {
			const host = room.host('a', {lan: `${IPV4(1)} ${ULA(1)}`});
			room.host('b', {lan: `${IPV4(2)} ${ULA(2)}`});
			const sent = countSent(host);
			const linkLocal = linkLocalOf(room.lab.addHost('c', {lan: ''}));
			const targets = [
				`[${linkLocal}%eth0]:9`,
				'[fd00:77::2]:9',
				'[fd00:77::1]:9',
				'[::1]:9',
				'localhost:9',
				'10.77.0.2:9',
			];
			for (const selection of ['lo', '::1', '127.0.0.1']) {
				const words = ['--interface', selection, ...targets.flatMap(target => ['--peer', target])];
				const ann = await room.start(host, 'Ann', words);
				const bob = await room.start(host, 'Bob', ['--interface', selection, '--peer', `[::1]:${ann.tcpPort}`]);
				await room.until('two nodes on loopback meet', () => allConnected([ann, bob]));
				ann.child.kill('SIGKILL');
				bob.child.kill('SIGKILL');
			}

			await room.run(host, ['doctor', '--interface', 'lo', '--peer', targets[0]!]);
			expect(sent()).toBe(0);
			await room.start(host, 'Ann');
			await room.until('a node without the limit sends something', () => sent() > 0);
		}),
);
