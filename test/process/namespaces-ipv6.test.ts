/** Complete nodes in network namespaces on IPv6 networks and on networks with both families. The rooms run at the same time. */
import {describe, expect, it} from 'vitest';
import {allAgree, allConnected, createRoom, type Room, type RoomNode} from '../helpers/namespace-room.js';
import {type Fault, type NamespaceHost, namespacesAvailable} from '../helpers/namespaces.js';

const reason = namespacesAvailable();

/** Address of one host in each network of a test. `n`: number of the host. */
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

const connectionsTo = (node: RoomNode, name: string) => node.statuses(name).filter(status => status === 'connected');

async function diagnose(room: Room, host: NamespaceHost): Promise<string[]> {
	const {stdout} = await room.run(host, ['doctor', '--json']);
	return JSON.parse(stdout).verdicts.map(({code}: {code: string}) => code);
}

/**
 * Two nodes meet and chat. A third one gets the history, is found by the doctor, is killed, and is noticed to be gone. Returns
 * the findings of the doctor.
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
	return findings;
}

/** Counts the datagrams and TCP packets that a host sends on its interfaces other than loopback. */
function countSent(host: NamespaceHost): () => number {
	const rules = 'add table inet sent; add chain inet sent out { type filter hook output priority 1; }';
	host.run('nft', `${rules}; add rule inet sent out oifname != "lo" meta l4proto { tcp, udp } counter`);
	return () => Number(/packets (\d+)/.exec(host.run('nft', 'list', 'table', 'inet', 'sent'))?.[1]);
}

describe.skipIf(reason).concurrent('a room on an IPv6 network', {timeout: 120_000}, () => {
	it('works with link-local addresses alone', () =>
		withRoom(async room => {
			expect(await expectRoomWorks(room, () => '')).toEqual(['all-well']);
		}));

	it('works with a unique local prefix', () =>
		withRoom(async room => {
			expect(await expectRoomWorks(room, ULA)).toEqual(['all-well']);
		}));

	it('works with both families, with one connection for each pair', () =>
		withRoom(async room => {
			expect(await expectRoomWorks(room, n => `${IPV4(n)} ${ULA(n)}`)).toEqual(['all-well']);
		}));

	it('works with both families if IPv4 broadcast and multicast are dropped', () =>
		withRoom(async room => {
			const faults: Fault[] = [{type: 'broadcast'}, {type: 'multicast'}];
			const findings = await expectRoomWorks(room, n => `${IPV4(n)} ${ULA(n)}`, faults);
			expect(findings).toEqual(['ipv4-filtered', 'all-well']);
		}));

	it('works with both families if IPv6 is dropped', () =>
		withRoom(async room => {
			const findings = await expectRoomWorks(room, n => `${IPV4(n)} ${ULA(n)}`, [{type: 'ipv6'}]);
			expect(findings).toEqual(['ipv6-filtered', 'all-well']);
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
			const other = room.lab
				.addHost('c', {lan: ''})
				.run('ip', '-6', '-o', 'addr', 'show', 'dev', 'eth0', 'scope', 'link');
			const linkLocal = /fe80::[\da-f:]+/.exec(other)?.[0];
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
