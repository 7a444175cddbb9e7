/**
 * Timelines of a room whose machines are unreachable for a while. The tests run concurrently because they mostly wait.
 * P2PCHAT_LONG=1 adds an absence of two minutes and a partition of one minute.
 */
import {describe, expect, it, type TestContext} from 'vitest';
import {allAgree, allConnected, createRoom, type Room, type RoomNode} from '../helpers/namespace-room.js';
import {type NamespaceHost, namespacesAvailable} from '../helpers/namespaces.js';

const reason = namespacesAvailable();
const long = process.env.P2PCHAT_LONG === '1';
/**
 * Time limit for a change that all nodes must show: more than the connection timeout of 9 s, the grace period of 3 s
 * and the further delays by which reporters of a later rank wait.
 */
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

async function startNodes(room: Room, names: readonly string[]): Promise<RoomNode[]> {
	const hosts = names.map((name, index) => room.host(name, {lan: `10.77.0.${index + 1}/24`}));
	const nodes = await Promise.all(hosts.map((host, index) => room.start(host, names[index]!)));
	await room.until('all are connected', () => allConnected(nodes), PATIENCE_MS);
	return nodes;
}

/** Posts ten messages a second, from the nodes in turn. `stop` returns all posted texts. */
function startChatter(nodes: readonly RoomNode[]): {stop(): string[]} {
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

/** Checks that all timelines are equal and contain each posted text exactly once. */
async function expectAgreement(room: Room, nodes: readonly RoomNode[], texts: readonly string[]): Promise<void> {
	await room.until('all are connected again', () => allConnected(nodes), PATIENCE_MS);
	await room.until('all agree', () => allAgree(nodes, texts), PATIENCE_MS);
	const posts = nodes[0]!.timeline().filter(row => row.startsWith('posted '));
	expect(posts).toHaveLength(texts.length);
}

describe.concurrent('while a machine is unreachable', () => {
	it('a cable that is unplugged for 3 s under traffic adds no row and loses no message', {timeout: 120_000}, context =>
		inRoom(context, ['lan'], async room => {
			const nodes = await startNodes(room, ['Ada', 'Bob', 'Cleo']);
			const chat = startChatter(nodes);
			await pause(1000);
			nodes[2]!.host.unplug();
			await pause(3000);
			nodes[2]!.host.plug();
			await pause(1000);
			await expectAgreement(room, nodes, chat.stop());
			for (const node of nodes) expect([...rows(node, 'lost'), ...rows(node, 'returned')]).toEqual([]);
		}),
	);

	for (const seconds of long ? [20, 120] : [20]) {
		const title = `a cable that is unplugged for ${seconds} s under traffic gives one lost and one returned row, and no message is lost`;
		it(title, {timeout: 300_000}, context =>
			inRoom(context, ['lan'], async room => {
				const nodes = await startNodes(room, ['Ada', 'Bob', 'Cleo']);
				const chat = startChatter(nodes);
				await pause(1000);
				nodes[2]!.host.unplug();
				const unpluggedAt = performance.now();
				await room.until('Cleo is reported lost', () => rows(nodes[0]!, 'lost').length > 0, PATIENCE_MS);
				console.log(
					`reported ${((performance.now() - unpluggedAt) / 1000).toFixed(1)} s after the cable was unplugged`,
				);
				await pause(seconds * 1000 - (performance.now() - unpluggedAt));
				nodes[2]!.host.plug();
				const pluggedAt = performance.now();
				await room.until('all are connected again', () => allConnected(nodes), PATIENCE_MS);
				console.log(
					`connected ${((performance.now() - pluggedAt) / 1000).toFixed(1)} s after the cable was plugged in`,
				);
				await expectAgreement(room, nodes, chat.stop());
				await room.until('Cleo is reported returned', () => rows(nodes[0]!, 'returned').length > 0, PATIENCE_MS);
				await expectAgreement(room, nodes, chat.stop());
				for (const node of nodes) {
					expect(rows(node, 'lost')).toHaveLength(1);
					expect(rows(node, 'lost')[0]).toMatch(/^lost (Ada|Bob) Cleo$/);
					expect(rows(node, 'returned')).toEqual(['returned Cleo']);
				}
			}),
		);
	}

	const split = long ? 60_000 : 16_000;
	it(
		`both sides of a partition of ${split / 1000} s continue to chat and merge afterwards`,
		{timeout: 300_000},
		context =>
			inRoom(context, ['lan'], async room => {
				const nodes = await startNodes(room, ['Ada', 'Bob', 'Cleo', 'Dan', 'Eve']);
				const [left, right] = [nodes.slice(0, 2), nodes.slice(2)];
				const cut = (node: RoomNode, others: readonly RoomNode[]) => {
					const from = others.map(other => `10.77.0.${nodes.indexOf(other) + 1}`).join(', ');
					const table = 'add table ip split; add chain ip split in { type filter hook input priority 0; }';
					node.host.run('nft', `${table}; add rule ip split in ip saddr { ${from} } drop`);
				};
				for (const node of left) cut(node, right);
				for (const node of right) cut(node, left);
				const began = performance.now();
				const chat = startChatter(nodes);
				await pause(split - (performance.now() - began));
				for (const node of nodes) node.host.run('nft', 'delete table ip split');
				const healedAt = performance.now();
				await room.until('all are connected again', () => allConnected(nodes), PATIENCE_MS);
				console.log(`connected ${((performance.now() - healedAt) / 1000).toFixed(1)} s after the partition ended`);
				await expectAgreement(room, nodes, chat.stop());
				await room.until(
					'every lost peer has returned',
					() => rows(nodes[0]!, 'returned').length === rows(nodes[0]!, 'lost').length,
					PATIENCE_MS,
				);
				await room.until('all agree', () => allAgree(nodes), PATIENCE_MS);
				const lost = rows(nodes[0]!, 'lost').map(row => row.split(' ')[2]);
				console.log(`rows after the split: ${[...rows(nodes[0]!, 'lost'), ...rows(nodes[0]!, 'returned')].join(', ')}`);
				expect(new Set(lost).size, 'no peer is reported lost twice').toBe(lost.length);
				expect(
					rows(nodes[0]!, 'returned')
						.map(row => row.split(' ')[1])
						.sort(),
				).toEqual(lost.sort());
			}),
	);
});

/** A program is stopped while its machine continues, as by Ctrl+Z or a debugger. */
describe.concurrent('while a program is stopped', () => {
	it.for([5, 30])(
		'while a program is stopped for %i s, no other peer changes its status, and there is at most one lost and one returned row',
		{timeout: 150_000},
		(seconds, context) =>
			inRoom(context, ['lan'], async room => {
				const host: NamespaceHost = room.host('all', {lan: '10.77.0.1/24'});
				const nodes: RoomNode[] = [];
				for (const name of ['Ada', 'Bob', 'Cleo']) nodes.push(await room.start(host, name));
				await room.until('all are connected', () => allConnected(nodes));
				const stopped = nodes[2]!;
				const others = nodes.slice(0, 2);
				stopped.child.kill('SIGSTOP');
				const chat = startChatter(others);
				await pause(seconds * 1000);
				stopped.child.kill('SIGCONT');
				const resumedAt = performance.now();
				await room.until('all are connected again', () => allConnected(nodes), PATIENCE_MS);
				console.log(`connected ${(performance.now() - resumedAt).toFixed(0)} ms after a stop of ${seconds} s`);
				await expectAgreement(room, nodes, chat.stop());
				expect(others[0]!.statuses('Bob').concat(others[1]!.statuses('Ada'))).not.toContain('unreachable');
				expect(stopped.statuses('Ada').concat(stopped.statuses('Bob'))).not.toContain('suspect');
				await room.until(
					'every lost peer has returned',
					() => rows(nodes[0]!, 'lost').length === rows(nodes[0]!, 'returned').length,
					PATIENCE_MS,
				);
				for (const node of nodes) {
					expect(rows(node, 'lost').length).toBeLessThanOrEqual(seconds < 9 ? 0 : 1);
					expect(rows(node, 'lost').filter(row => !row.endsWith(' Cleo'))).toEqual([]);
				}
			}),
	);

	it(
		'a stopped program that resumes on another network sends nothing there, exits and reports the reason',
		{timeout: 60_000},
		context =>
			inRoom(context, ['lan'], async room => {
				const host = room.host('laptop', {lan: '10.77.0.1/24'});
				const laptop = await room.start(host, 'Ada');
				laptop.post('for the people at home');
				let errors = '';
				laptop.child.stderr?.on('data', bytes => {
					errors += String(bytes);
				});
				const ended = new Promise(resolve => laptop.child.once('exit', resolve));
				await room.until('the message is posted', () => laptop.timeline().some(row => row.startsWith('posted ')));
				laptop.child.kill('SIGSTOP');
				await pause(4000);
				host.setAddress('10.99.0.1/24');
				laptop.child.kill('SIGCONT');
				expect(await ended).toBe(1);
				expect(errors).toContain('woke on another network');
			}),
	);
});
