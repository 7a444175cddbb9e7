import {expect, it} from 'vitest';
import {HIGHER_ID_DIALS_AFTER_MS} from '../../../source/core/limits.js';
import {createDialler} from '../../../source/network/dial/dialler.js';
import type {PeerLink} from '../../../source/network/link/peer-link.js';
import type {Connection, Transport} from '../../../source/network/transport/transport.js';
import {fakePeerId} from '../../helpers/fake-chat-node.js';
import {createFakeClock} from '../../helpers/fake-clock.js';
import {createSeededRandom} from '../../helpers/seeded-random.js';

it('a --peer target is dialled again after its connection is lost, even if no other peer reports it', async () => {
	const clock = createFakeClock();
	const [lower, self, higher] = [1, 5, 9].map(fakePeerId) as [
		ReturnType<typeof fakePeerId>,
		ReturnType<typeof fakePeerId>,
		ReturnType<typeof fakePeerId>,
	];
	for (const peer of [lower, higher]) {
		const connected = new Set<string>();
		const dials: number[] = [];
		const transport: Pick<Transport, 'dial'> = {
			dial() {
				dials.push(clock.monotonic());
				return Promise.resolve({connection: {destroy() {}} as unknown as Connection});
			},
		};
		const dialler = createDialler({
			self,
			clock,
			random: createSeededRandom(1),
			transport: transport as Transport,
			debug: () => {},
			isConnected: one => connected.has(one),
			isSeen: () => false,
			adopt(_, done) {
				connected.add(peer);
				done({type: 'verified', link: {peer} as PeerLink});
			},
			targetWorked: () => {},
			targetFailed: () => {},
		});
		dialler.addTarget({host: '10.0.0.9', port: 4000});
		await clock.advance(60_000);
		expect(dials).toHaveLength(1);
		connected.delete(peer);
		dialler.disconnected(peer);
		await clock.advance(2 * HIGHER_ID_DIALS_AFTER_MS);
		expect(dials).toHaveLength(2);
		dialler.stop();
	}
});

it('a removed --peer target is not dialled again, whether it was waiting for its next dial or being dialled', async () => {
	const clock = createFakeClock();
	const dials: string[] = [];
	const transport: Pick<Transport, 'dial'> = {
		dial(host, port) {
			dials.push(`${host}:${port}`);
			const result = {failure: {code: 'timeout' as const, text: 'no answer'}};
			return new Promise(resolve => clock.after(4000, () => resolve(result)));
		},
	};
	const dialler = createDialler({
		self: fakePeerId(1),
		clock,
		random: createSeededRandom(1),
		transport: transport as Transport,
		debug: () => {},
		isConnected: () => false,
		isSeen: () => false,
		adopt() {},
		targetWorked: () => {},
		targetFailed: () => {},
	});
	dialler.addTarget({host: 'nohost', port: 4});
	dialler.addTarget({host: 'nohost', port: 5});
	await clock.advance(1000);
	expect(dialler.removeTarget('nohost', 5)).toBe(true);
	expect(dialler.removeTarget('nohost', 5)).toBe(false);
	await clock.advance(60_000);
	expect(dials.filter(target => target === 'nohost:5')).toHaveLength(1);
	const before = dials.length;
	expect(before).toBeGreaterThan(3);
	expect(dialler.removeTarget('nohost')).toBe(true);
	await clock.advance(120_000);
	expect(dials.length - before).toBeLessThanOrEqual(1);
	expect(dialler.reports()).toEqual([]);
	dialler.stop();
});

it('the first failure of a target that the user named is reported once, and again if the user names the target again', async () => {
	const clock = createFakeClock();
	const reports: string[] = [];
	let dials = 0;
	const dialler = createDialler({
		self: fakePeerId(1),
		clock,
		random: createSeededRandom(1),
		transport: {
			dial() {
				dials += 1;
				return Promise.resolve({failure: {code: 'refused', text: 'refused'}});
			},
		} as unknown as Transport,
		debug: () => {},
		isConnected: () => false,
		isSeen: () => false,
		adopt() {},
		targetWorked: () => {},
		targetFailed: ({host}, reason) => void reports.push(`${host} ${reason}`),
	});
	dialler.addTarget({host: '10.0.0.9', port: 4000});
	dialler.addTarget({host: '10.0.0.8', port: 4000}, 'remembered');
	await clock.advance(120_000);
	expect(reports).toEqual(['10.0.0.9 refused']);
	const before = dials;
	dialler.addTarget({host: '10.0.0.9', port: 4000});
	await clock.advance(1);
	expect([dials - before, reports.length]).toEqual([1, 2]);
	dialler.stop();
});
