import fc from 'fast-check';
import {expect, it} from 'vitest';
import {createHandshakeLimiter} from '../../../source/network/transport/handshake-limiter.js';

const LIMITS = {active: 3, waiting: 2, perAddress: 2};

it('the handshake limiter starts a limited number of handshakes, queues some more, and refuses the others', () => {
	const limiter = createHandshakeLimiter(LIMITS, () => true);
	const started: number[] = [];
	const keys = Array.from({length: 6}, () => ({}));
	const accepted = keys.map((key, index) => limiter.acquire(key, 'a', () => void started.push(index)));
	expect(accepted).toEqual([true, true, true, true, true, false]);
	expect(started).toEqual([0, 1, 2]);
	limiter.release(keys[3]!);
	limiter.release(keys[0]!);
	limiter.release(keys[0]!);
	expect(started).toEqual([0, 1, 2, 4]);
});

it('the handshake limiter refuses an address with too many handshakes, and accepts other addresses', () => {
	const limiter = createHandshakeLimiter(LIMITS, () => false);
	const [first, ...others] = Array.from({length: 4}, () => ({}));
	const enter = (key: object, address: string) => limiter.acquire(key, address, () => {});
	expect([enter(first!, 'a'), enter(others[0]!, 'a'), enter(others[1]!, 'a'), enter(others[2]!, 'b')]).toEqual([
		...[true, true],
		...[false, true],
	]);
	limiter.release(first!);
	expect(enter(others[1]!, 'a')).toBe(true);
});

it('the handshake limiter never exceeds its limit, and no handshake waits while a slot is free', () => {
	const steps = fc.array(fc.record({enter: fc.boolean(), address: fc.nat(3), which: fc.nat(10)}), {maxLength: 200});
	fc.assert(
		fc.property(steps, operations => {
			const limiter = createHandshakeLimiter(LIMITS, () => false);
			const current: {active: boolean}[] = [];
			for (const {enter, address, which} of operations) {
				const key = {active: false};
				if (enter) {
					const isAccepted = limiter.acquire(key, `${address}`, () => {
						key.active = true;
					});
					if (isAccepted) current.push(key);
				} else if (current.length > 0) {
					for (const released of current.splice(which % current.length, 1)) limiter.release(released);
				}
				const active = current.filter(entry => entry.active).length;
				expect(active).toBe(Math.min(current.length, LIMITS.active));
				expect(current.length).toBeLessThanOrEqual(LIMITS.active + LIMITS.waiting);
			}
		}),
	);
});

it('the addresses of one IPv6 prefix together get at most half of the places for handshakes', () => {
	const groupOf = (address: string) => (address.startsWith('x') ? 'prefix' : undefined);
	const limiter = createHandshakeLimiter({active: 3, waiting: 3, perAddress: 2}, () => false, groupOf);
	const keys = Array.from({length: 8}, () => ({}));
	const accepted = keys.map((key, index) => limiter.acquire(key, index < 5 ? `x${index}` : `y${index}`, () => {}));
	expect(accepted).toEqual([true, true, true, false, false, true, true, true]);
	limiter.release(keys[0]!);
	expect(limiter.acquire({}, 'x9', () => {})).toBe(true);
});

it('while handshakes of one IPv6 prefix wait, half of the places for active handshakes stay free for other addresses', () => {
	const begun: string[] = [];
	const group = (address: string) => (address.startsWith('fd00:') ? 'fd00::/64' : undefined);
	const limiter = createHandshakeLimiter({active: 4, waiting: 20, perAddress: 10}, () => false, group);
	const keys = new Map<string, object>();
	const acquire = (address: string) => {
		const key = {};
		keys.set(address, key);
		return limiter.acquire(key, address, () => void begun.push(address));
	};
	const release = (address: string) => limiter.release(keys.get(address)!);
	for (let index = 0; index < 5; index++) acquire(`fd00::${index}`);
	acquire('10.0.0.1');
	acquire('10.0.0.2');
	expect(begun).toEqual(['fd00::0', 'fd00::1', '10.0.0.1', '10.0.0.2']);
	release('fd00::0');
	release('10.0.0.1');
	expect(begun.slice(4)).toEqual(['fd00::2']);
	release('fd00::4');
	release('fd00::1');
	expect(begun.slice(5)).toEqual(['fd00::3']);
});
