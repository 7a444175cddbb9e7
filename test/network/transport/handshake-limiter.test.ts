import fc from 'fast-check';
import {expect, it} from 'vitest';
import {createHandshakeLimiter} from '../../../source/network/transport/handshake-limiter.js';

const LIMITS = {active: 3, waiting: 2, perAddress: 2};

it('begins as many as may be under way, keeps some waiting, refuses the rest', () => {
	const admission = createHandshakeLimiter(LIMITS, () => true);
	const begun: number[] = [];
	const keys = Array.from({length: 6}, () => ({}));
	const entered = keys.map((key, index) => admission.acquire(key, 'a', () => void begun.push(index)));
	expect(entered).toEqual([true, true, true, true, true, false]);
	expect(begun).toEqual([0, 1, 2]);
	admission.release(keys[3]!);
	admission.release(keys[0]!);
	admission.release(keys[0]!);
	expect(begun).toEqual([0, 1, 2, 4]);
});

it('refuses an address that takes too much, and lets others in', () => {
	const admission = createHandshakeLimiter(LIMITS, () => false);
	const [first, ...others] = Array.from({length: 4}, () => ({}));
	const enter = (key: object, address: string) => admission.acquire(key, address, () => {});
	expect([enter(first!, 'a'), enter(others[0]!, 'a'), enter(others[1]!, 'a'), enter(others[2]!, 'b')]).toEqual([
		...[true, true],
		...[false, true],
	]);
	admission.release(first!);
	expect(enter(others[1]!, 'a')).toBe(true);
});

it('never has more under way than allowed, and leaves nobody waiting while there is room', () => {
	const steps = fc.array(fc.record({enter: fc.boolean(), address: fc.nat(3), which: fc.nat(10)}), {maxLength: 200});
	fc.assert(
		fc.property(steps, given => {
			const admission = createHandshakeLimiter(LIMITS, () => false);
			const inside: {active: boolean}[] = [];
			for (const {enter, address, which} of given) {
				const key = {active: false};
				if (enter) {
					const welcome = admission.acquire(key, `${address}`, () => {
						key.active = true;
					});
					if (welcome) inside.push(key);
				} else if (inside.length > 0) {
					for (const gone of inside.splice(which % inside.length, 1)) admission.release(gone);
				}
				const active = inside.filter(entry => entry.active).length;
				expect(active).toBe(Math.min(inside.length, LIMITS.active));
				expect(inside.length).toBeLessThanOrEqual(LIMITS.active + LIMITS.waiting);
			}
		}),
	);
});
