/** Nodes on IPv6 networks, in network namespaces, among people who listen, flood, or answer names with wrong addresses. */
import {readFileSync} from 'node:fs';
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

describe.skipIf(reason).concurrent('the name of an interface', {timeout: 120_000}, () => {
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
