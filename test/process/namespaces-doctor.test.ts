/** Produces, in network namespaces, every finding of the doctor that a network can cause. */
import {describe, expect, it, type TestContext} from 'vitest';
import {createRoom, ROOM_PORT, type Room} from '../helpers/namespace-room.js';
import type {NamespaceHost} from '../helpers/namespaces.js';
import {namespacesAvailable} from '../helpers/namespaces.js';

const reason = namespacesAvailable();
const quiet = process.env.P2PCHAT_SHOW === undefined;

interface Examination {
	readonly code: number | null;
	readonly ok: boolean;
	/** Codes of the errors and warnings. */
	readonly broken: string[];
	readonly codes: string[];
	readonly findings: readonly {code: string; level: string; text: string; next?: string}[];
	readonly report: any;
}

async function inRoom(context: TestContext, networks: readonly string[], run: (room: Room) => Promise<void>) {
	if (reason !== undefined) context.skip(reason);
	const room = createRoom(networks);
	try {
		await run(room);
	} finally {
		await room.close();
	}
}

async function examine(room: Room, host: NamespaceHost, words: readonly string[] = []): Promise<Examination> {
	const {code, stdout, stderr} = await room.run(host, ['doctor', '--json', ...words]);
	expect(stderr).toBe('');
	const found = JSON.parse(stdout);
	const broken = found.verdicts.filter((finding: any) => finding.level === 'error' || finding.level === 'warn');
	if (!quiet)
		console.log(found.verdicts.map((one: any) => `${one.level} ${one.code}: ${one.text}\n  -> ${one.next}`).join('\n'));
	expect(code).toBe(broken.length > 0 ? 1 : 0);
	expect(found.ok).toBe(code === 0);
	return {
		code,
		ok: found.ok,
		broken: broken.map((finding: any) => finding.code),
		codes: found.verdicts.map((finding: any) => finding.code),
		findings: found.verdicts,
		report: found.report,
	};
}

const hostA = (room: Room) => room.host('a', {lan: '10.77.0.1/24'});
const hostB = (room: Room) => room.host('b', {lan: '10.77.0.2/24'});
/** Drops or rejects packets from other machines. */
function block(host: NamespaceHost, what: string): void {
	const chain = 'add table ip wall; add chain ip wall in { type filter hook input priority 0; }';
	host.run('nft', `${chain}; add rule ip wall in iifname != "lo" ${what}`);
}

describe.concurrent('the doctor on separate machines', () => {
	it(
		'the doctor on separate machines reports that the network works in both directions, and stays invisible to other nodes',
		{timeout: 90_000},
		context =>
			inRoom(context, ['lan'], async room => {
				const here = hostA(room);
				const bob = await room.start(hostB(room), 'Bob');
				let found = await examine(room, here);
				// Bob answers at once, but sends a beacon of his own only every five seconds.
				for (let tries = 0; tries < 9 && !found.report.peers[0]?.heardBy.includes('multicast'); tries++)
					found = await examine(room, here);
				expect([found.codes, found.code]).toEqual([['all-well'], 0]);
				const [peer] = found.report.peers;
				expect(peer).toMatchObject({
					name: 'Bob',
					connected: true,
					direction: 'dialled',
					reachesUs: true,
					version: '1.0.0',
				});
				expect(peer.heardBy).toEqual(expect.arrayContaining(['broadcast', 'multicast', 'answer']));
				const lan = found.report.interfaces.find((one: any) => one.name === 'eth0');
				expect(lan.broadcast.echoes).toBe(lan.broadcast.sent);
				expect(lan.multicast.echoes).toBe(lan.multicast.sent);
				await room.until('Bob reports that he is alone', () => bob.lines.some(line => line.type === 'alone'));
				expect(bob.lines.filter(line => line.type === 'peer' || line.type === 'notice')).toEqual([]);
				expect(bob.timeline()).toEqual(['joined Bob']);
			}),
	);

	it(
		'the doctor on separate machines reports that no other node is nearby, and what to do',
		{timeout: 90_000},
		context =>
			inRoom(context, ['lan'], async room => {
				const found = await examine(room, hostA(room));
				expect([found.codes, found.code]).toEqual([['alone'], 0]);
				expect(found.findings[0]!.next).toContain('--peer HOST:PORT');
			}),
	);

	it('the doctor on separate machines reports that no network interface is up', {timeout: 90_000}, context =>
		inRoom(context, ['lan'], async room => {
			const here = hostA(room);
			here.run('ip', 'link', 'set', 'eth0', 'down');
			expect((await examine(room, here)).codes).toEqual(['no-interface']);
		}),
	);

	it('the doctor on separate machines reports that only a virtual interface is up', {timeout: 90_000}, context =>
		inRoom(context, ['lan'], async room => {
			const here = hostA(room);
			here.run('ip', 'link', 'set', 'eth0', 'down');
			here.run('ip', 'link', 'set', 'eth0', 'name', 'docker0');
			here.run('ip', 'link', 'set', 'docker0', 'up');
			expect((await examine(room, here)).codes).toEqual(['only-virtual']);
		}),
	);

	it(
		'the doctor on separate machines reports a local firewall that drops incoming datagrams',
		{timeout: 90_000},
		context =>
			inRoom(context, ['lan'], async room => {
				const here = hostA(room);
				await room.start(hostB(room), 'Bob');
				block(here, `udp dport ${ROOM_PORT} drop`);
				block(here, 'meta l4proto udp drop');
				const found = await examine(room, here);
				expect(found.codes[0]).toBe('filtered');
				expect(found.findings[0]!.next).toContain(`ufw allow ${ROOM_PORT}/udp`);
			}),
	);

	it.for(['broadcast', 'multicast'] as const)(
		'the doctor on separate machines reports that %s is filtered, and that the chat works without it',
		{timeout: 90_000},
		(type, context) =>
			inRoom(context, ['lan'], async room => {
				const here = hostA(room);
				await room.start(hostB(room), 'Bob');
				here.setFaults({type});
				expect((await examine(room, here)).codes).toEqual([`${type}-filtered`, 'all-well']);
			}),
	);

	it('the doctor on separate machines reports that no datagram can be sent', {timeout: 90_000}, context =>
		inRoom(context, ['lan'], async room => {
			const here = hostA(room);
			here.run(
				'nft',
				'add table ip wall; add chain ip wall out { type filter hook output priority 0; }; add rule ip wall out oifname "eth0" meta l4proto udp drop',
			);
			const found = await examine(room, here);
			expect(found.codes).toEqual(['cannot-send']);
		}),
	);

	it.for([
		['drops', 'drop', 'peer-silent'],
		['rejects', 'reject with tcp reset', 'peer-refused'],
	] as const)(
		'the doctor on separate machines reports that a firewall of the peer %s connections, in either direction',
		{timeout: 90_000},
		([, verb, code], context) =>
			inRoom(context, ['lan'], async room => {
				const [here, there] = [hostA(room), hostB(room)];
				block(there, `tcp flags & (syn | ack) == syn ${verb}`);
				await room.start(there, 'Bob');
				expect((await examine(room, here)).broken).toEqual(['one-way']);
				block(here, 'tcp flags & (syn | ack) == syn drop');
				const found = await examine(room, here);
				expect(found.broken).toEqual([code]);
				expect(found.findings[0]!.level).toBe('error');
				expect(found.findings[0]!.text).toContain('Bob (10.77.0.2:');
			}),
	);

	it(
		'the doctor on separate machines reports a local firewall that blocks incoming connections',
		{timeout: 90_000},
		context =>
			inRoom(context, ['lan'], async room => {
				const here = hostA(room);
				await room.start(hostB(room), 'Bob');
				here.setFaults({type: 'incoming-tcp'});
				const found = await examine(room, here);
				expect(found.broken).toEqual(['incoming-blocked']);
				expect(found.findings[0]!.next).toContain('ufw allow 47474/tcp');
			}),
	);

	it(
		'the doctor on separate machines reports a local firewall that blocks outgoing connections',
		{timeout: 90_000},
		context =>
			inRoom(context, ['lan'], async room => {
				const here = hostA(room);
				const peers = [hostB(room), room.host('c', {lan: '10.77.0.3/24'})];
				await Promise.all(peers.map((host, index) => room.start(host, ['Bob', 'Cleo'][index]!)));
				here.setFaults({type: 'incoming-tcp'});
				here.run(
					'nft',
					'add table ip wall; add chain ip wall out { type filter hook output priority 0; }; add rule ip wall out oifname "eth0" meta l4proto tcp drop',
				);
				const found = await examine(room, here);
				expect(found.broken).toEqual(['peer-silent']);
				for (const name of ['Bob', 'Cleo', 'TCP']) expect(found.findings[0]!.text).toContain(name);
			}),
	);

	it(
		'the doctor on separate machines reports that the network isolates devices, with a --peer that answers and with one that does not',
		{timeout: 90_000},
		context =>
			inRoom(context, ['lan'], async room => {
				const [here, there] = [hostA(room), hostB(room)];
				there.setFaults({type: 'broadcast'}, {type: 'multicast'});
				here.run(
					'nft',
					`add table ip air; add chain ip air in { type filter hook input priority 0; }; add rule ip air in ip saddr 10.77.0.2 udp dport ${ROOM_PORT} drop`,
				);
				const bob = await room.start(there, 'Bob');
				const reached = await examine(room, here, ['--peer', `10.77.0.2:${bob.tcpPort}`]);
				expect(reached.broken).toEqual(['isolated']);
				expect(reached.findings[0]!.text).toContain('Bob');
				here.setFaults({type: 'incoming-tcp'});
				block(there, 'ip saddr 10.77.0.1 drop');
				const apart = await examine(room, here, ['--peer', `10.77.0.2:${bob.tcpPort}`]);
				expect(apart.broken).toEqual(['peer-silent', 'isolated']);
			}),
	);

	it(
		'the doctor on separate machines reports an address without a host and a port without a listener',
		{timeout: 90_000},
		context =>
			inRoom(context, ['lan'], async room => {
				const here = hostA(room);
				hostB(room);
				const found = await examine(room, here, ['--peer', '10.77.0.2:4000', '--peer', '10.99.0.1:4000']);
				expect(found.broken).toEqual(expect.arrayContaining(['peer-refused', 'peer-unreachable']));
			}),
	);

	it(
		'the doctor on separate machines reports a node in another room, and a named peer with another secret',
		{timeout: 90_000},
		context =>
			inRoom(context, ['lan'], async room => {
				const here = hostA(room);
				const bob = await room.start(hostB(room), 'Bob', ['--room', 'other']);
				// When Bob reports this, he has sent his first burst of beacons, so the doctor has to wait for his next
				// beacon.
				await room.until('Bob reports that he is alone', () => bob.lines.some(line => line.type === 'alone'));
				const found = await examine(room, here);
				expect(found.broken).toEqual(['other-room']);
				expect(found.findings[0]!.text).toContain('1 node nearby uses another room');
				const named = await examine(room, here, ['--peer', `10.77.0.2:${bob.tcpPort}`]);
				expect(named.broken).toContain('wrong-secret');
			}),
	);

	it('the doctor on separate machines reports that the network mask differs on one side', {timeout: 90_000}, context =>
		inRoom(context, ['lan'], async room => {
			const here = hostA(room);
			const there = room.host('b', {lan: '10.78.0.2/24'});
			// Bob's host has an address of another network, but is on the same wire, so that multicast and the broadcast to
			// 255.255.255.255 reach it.
			await room.start(there, 'Bob');
			here.run('sysctl', '-qw', 'net.ipv4.conf.all.rp_filter=0', 'net.ipv4.conf.eth0.rp_filter=0');
			here.run('ip', 'route', 'add', '10.78.0.0/24', 'dev', 'eth0');
			expect((await examine(room, here)).broken).toEqual(['other-network']);
		}),
	);
});
