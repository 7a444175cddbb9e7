/** Nodes on interfaces that cannot broadcast, or whose address changes, in network namespaces. */
import {describe, expect, it, type TestContext} from 'vitest';
import {createRoom, type Room} from '../helpers/namespace-room.js';
import {type NamespaceHost, namespacesAvailable} from '../helpers/namespaces.js';

const reason = namespacesAvailable();

async function inRoom(context: TestContext, run: (room: Room) => Promise<void>) {
	if (reason !== undefined) context.skip(reason);
	const room = createRoom(['lan']);
	try {
		await run(room);
	} finally {
		await room.close();
	}
}

/** Gives the interface a /32 address and a route to the other end, as WireGuard does. */
function setPointToPoint(host: NamespaceHost, address: string, peer: string): void {
	host.run('ip', 'addr', 'flush', 'dev', 'eth0');
	host.run('ip', 'addr', 'add', `${address}/32`, 'peer', `${peer}/32`, 'dev', 'eth0');
}

describe('an interface that cannot broadcast', () => {
	it(
		'an interface that cannot broadcast can be selected by name and by address, and reaches a peer that --peer names, and the doctor reports only no-broadcast',
		{
			timeout: 90_000,
		},
		context =>
			inRoom(context, async room => {
				const a = room.host('a', {lan: '10.77.0.1/24'});
				const b = room.host('b', {lan: '10.77.0.2/24'});
				setPointToPoint(a, '10.77.0.1', '10.77.0.2');
				setPointToPoint(b, '10.77.0.2', '10.77.0.1');
				const bea = await room.start(b, 'Bea');
				const target = ['--peer', `10.77.0.2:${bea.tcpPort}`];
				for (const selection of ['eth0', '10.77.0.1']) {
					const ann = await room.start(a, 'Ann', ['--interface', selection, ...target]);
					await room.until('Ann reaches Bea', () => ann.statusOf('Bea') === 'connected');
					expect(ann.lines[0]).toMatchObject({addresses: ['10.77.0.1']});
					ann.child.kill('SIGKILL');
				}

				const {stdout} = await room.run(a, ['doctor', '--json']);
				expect(JSON.parse(stdout).verdicts.map(({code}: {code: string}) => code)).toEqual(['no-broadcast']);
			}),
	);
});

describe('two nodes that are limited to one interface', () => {
	it(
		'two nodes that are limited to one interface connect again after both computers got new addresses',
		{timeout: 120_000},
		context =>
			inRoom(context, async room => {
				const a = room.host('a', {lan: '10.77.0.1/24'});
				const b = room.host('b', {lan: '10.77.0.2/24'});
				const ann = await room.start(a, 'Ann', ['--interface', 'eth0']);
				const bob = await room.start(b, 'Bob', ['--interface', 'eth0']);
				await room.until('they meet', () => ann.statusOf('Bob') === 'connected' && bob.statusOf('Ann') === 'connected');
				a.setAddress('10.77.0.101/24');
				b.setAddress('10.77.0.102/24');
				const count = (node: typeof ann, who: string) => node.statuses(who).filter(one => one === 'connected').length;
				await room.until('they meet again', () => count(ann, 'Bob') >= 2 && count(bob, 'Ann') >= 2, 60_000);
			}),
	);
});
