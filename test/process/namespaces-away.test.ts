/**
 * Machines that are away for a while: what every timeline says of it. Side by side, since most of it is waiting.
 * P2PCHAT_LONG=1 takes the longer absences of the issue as well: two minutes, and a partition of one minute.
 */
import {describe, expect, it, type TestContext} from 'vitest';
import {allAgree, allConnected, createRoom, type Room, type RoomNode} from '../helpers/namespace-room.js';
import {type NamespaceHost, namespacesAvailable} from '../helpers/namespaces.js';

const reason = namespacesAvailable();
const long = process.env.P2PCHAT_LONG === '1';
/** More than the liveness of 9 s, the grace of 3 s and the ranks behind it. */
const PATIENCE_MS = 40_000;

const rows = (node: RoomNode, kind: string) => node.presence().filter(row => row.startsWith(`${kind} `));

async function inRoom(context: TestContext, networks: readonly string[], run: (room: Room) => Promise<void>) {
	if (reason !== undefined) context.skip(reason);
	const room = createRoom(networks);
	try {
		await run(room);
	} finally {
		await room.close();
	}
}

async function gather(room: Room, names: readonly string[]): Promise<RoomNode[]> {
	const hosts = names.map((name, index) => room.host(name, {lan: `10.77.0.${index + 1}/24`}));
	const nodes = await Promise.all(hosts.map((host, index) => room.start(host, names[index]!)));
	await room.until('all meet', () => allConnected(nodes), PATIENCE_MS);
	return nodes;
}

/** Everybody says something about ten times a second until stopped; returns all that was said. */
function chatter(nodes: readonly RoomNode[]): {stop(): string[]} {
	const texts: string[] = [];
	const timer = setInterval(() => {
		const node = nodes[texts.length % nodes.length]!;
		texts.push(`${node.name} ${texts.length}`);
		node.post(texts.at(-1)!);
	}, 100);
	return {
		stop() {
			clearInterval(timer);
			return texts;
		},
	};
}

const pause = (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms));

/** All rows, once: equal timelines with everything that was said, each text in one row. */
async function expectAgreement(room: Room, nodes: readonly RoomNode[], texts: readonly string[]): Promise<void> {
	await room.until('all are together', () => allConnected(nodes), PATIENCE_MS);
	await room.until('all agree', () => allAgree(nodes, texts), PATIENCE_MS);
	const posts = nodes[0]!.timeline().filter(row => row.startsWith('posted '));
	expect(posts).toHaveLength(texts.length);
}

describe.concurrent('while a machine is away', () => {
	it('a cable pulled for 3 s under traffic leaves no trace and loses nothing', {timeout: 120_000}, context =>
		inRoom(context, ['lan'], async room => {
			const nodes = await gather(room, ['Ada', 'Bob', 'Cleo']);
			const talk = chatter(nodes);
			await pause(1000);
			nodes[2]!.host.unplug();
			await pause(3000);
			nodes[2]!.host.plug();
			await pause(1000);
			await expectAgreement(room, nodes, talk.stop());
			for (const node of nodes) expect([...rows(node, 'lost'), ...rows(node, 'returned')]).toEqual([]);
		}),
	);

	for (const seconds of long ? [20, 120] : [20]) {
		const title = `a cable pulled for ${seconds} s under traffic is told in one pair of rows, and nothing is lost`;
		it(title, {timeout: 300_000}, context =>
			inRoom(context, ['lan'], async room => {
				const nodes = await gather(room, ['Ada', 'Bob', 'Cleo']);
				const talk = chatter(nodes);
				await pause(1000);
				nodes[2]!.host.unplug();
				const pulled = performance.now();
				await room.until('she is missed', () => rows(nodes[0]!, 'lost').length > 0, PATIENCE_MS);
				console.log(`noticed ${((performance.now() - pulled) / 1000).toFixed(1)} s after the cable was pulled`);
				await pause(seconds * 1000 - (performance.now() - pulled));
				nodes[2]!.host.plug();
				const plugged = performance.now();
				await room.until('they are together', () => allConnected(nodes), PATIENCE_MS);
				console.log(`together ${((performance.now() - plugged) / 1000).toFixed(1)} s after it was back`);
				await expectAgreement(room, nodes, talk.stop());
				await room.until('she says that she is back', () => rows(nodes[0]!, 'returned').length > 0, PATIENCE_MS);
				await expectAgreement(room, nodes, talk.stop());
				for (const node of nodes) {
					expect(rows(node, 'lost')).toHaveLength(1);
					expect(rows(node, 'lost')[0]).toMatch(/^lost (Ada|Bob) Cleo$/);
					expect(rows(node, 'returned')).toEqual(['returned Cleo']);
				}
			}),
		);
	}

	const split = long ? 60_000 : 16_000;
	it(`a room split into two and three for ${split / 1000} s talks on and comes together`, {timeout: 300_000}, context =>
		inRoom(context, ['lan'], async room => {
			const nodes = await gather(room, ['Ada', 'Bob', 'Cleo', 'Dan', 'Eve']);
			const [left, right] = [nodes.slice(0, 2), nodes.slice(2)];
			const cut = (node: RoomNode, others: readonly RoomNode[]) => {
				const from = others.map(other => `10.77.0.${nodes.indexOf(other) + 1}`).join(', ');
				const table = 'add table ip split; add chain ip split in { type filter hook input priority 0; }';
				node.host.run('nft', `${table}; add rule ip split in ip saddr { ${from} } drop`);
			};
			for (const node of left) cut(node, right);
			for (const node of right) cut(node, left);
			const began = performance.now();
			const talk = chatter(nodes);
			await pause(split - (performance.now() - began));
			for (const node of nodes) node.host.run('nft', 'delete table ip split');
			const healed = performance.now();
			await room.until('all are together', () => allConnected(nodes), PATIENCE_MS);
			console.log(`together ${((performance.now() - healed) / 1000).toFixed(1)} s after the split was healed`);
			await expectAgreement(room, nodes, talk.stop());
			await room.until(
				'all have come back',
				() => rows(nodes[0]!, 'returned').length === rows(nodes[0]!, 'lost').length,
				PATIENCE_MS,
			);
			await room.until('all agree', () => allAgree(nodes), PATIENCE_MS);
			const lost = rows(nodes[0]!, 'lost').map(row => row.split(' ')[2]);
			console.log(`rows after the split: ${[...rows(nodes[0]!, 'lost'), ...rows(nodes[0]!, 'returned')].join(', ')}`);
			expect(new Set(lost).size, 'nobody is lost twice').toBe(lost.length);
			expect(
				rows(nodes[0]!, 'returned')
					.map(row => row.split(' ')[1])
					.sort(),
			).toEqual(lost.sort());
		}),
	);
});

/** One program on a machine of its own, stopped as Ctrl+Z or a debugger does. */
describe.concurrent('while a program is stopped', () => {
	it.for([5, 30])(
		'for %i s, nobody else flaps, and at most one pair of rows tells it',
		{timeout: 150_000},
		(seconds, context) =>
			inRoom(context, ['lan'], async room => {
				const host: NamespaceHost = room.host('all', {lan: '10.77.0.1/24'});
				const nodes: RoomNode[] = [];
				for (const name of ['Ada', 'Bob', 'Cleo']) nodes.push(await room.start(host, name));
				await room.until('all meet', () => allConnected(nodes));
				const stopped = nodes[2]!;
				const others = nodes.slice(0, 2);
				stopped.child.kill('SIGSTOP');
				const talk = chatter(others);
				await pause(seconds * 1000);
				stopped.child.kill('SIGCONT');
				const woken = performance.now();
				await room.until('all are together', () => allConnected(nodes), PATIENCE_MS);
				console.log(`together ${(performance.now() - woken).toFixed(0)} ms after a stop of ${seconds} s`);
				await expectAgreement(room, nodes, talk.stop());
				expect(others[0]!.statuses('Bob').concat(others[1]!.statuses('Ada'))).not.toContain('unreachable');
				expect(stopped.statuses('Ada').concat(stopped.statuses('Bob'))).not.toContain('suspect');
				await room.until(
					'it came back',
					() => rows(nodes[0]!, 'lost').length === rows(nodes[0]!, 'returned').length,
					PATIENCE_MS,
				);
				for (const node of nodes) {
					expect(rows(node, 'lost').length).toBeLessThanOrEqual(seconds < 9 ? 0 : 1);
					expect(rows(node, 'lost').filter(row => !row.endsWith(' Cleo'))).toEqual([]);
				}
			}),
	);

	it('and wakes on another network, it hands nothing on there: it ends and says why', {timeout: 60_000}, context =>
		inRoom(context, ['lan'], async room => {
			const host = room.host('laptop', {lan: '10.77.0.1/24'});
			const laptop = await room.start(host, 'Ada');
			laptop.post('for the people at home');
			let complaints = '';
			laptop.child.stderr?.on('data', bytes => {
				complaints += String(bytes);
			});
			const ended = new Promise(resolve => laptop.child.once('exit', resolve));
			await room.until('it was said', () => laptop.timeline().some(row => row.startsWith('posted ')));
			laptop.child.kill('SIGSTOP');
			await pause(4000);
			host.setAddress('10.99.0.1/24');
			laptop.child.kill('SIGCONT');
			expect(await ended).toBe(1);
			expect(complaints).toContain('woke on another network');
		}),
	);
});
