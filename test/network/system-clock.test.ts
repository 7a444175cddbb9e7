import {expect, it} from 'vitest';
import {createSystemClock, systemRandom} from '../../source/network/system-clock.js';

it('the system clock adds the time that the computer slept to monotonic time, which never goes back', () => {
	const time = {awake: 100, boot: 50_000};
	const clock = createSystemClock({wall: () => 0, awake: () => time.awake, sinceBoot: () => time.boot});
	const pass = (awake: number, slept: number) => {
		time.awake += awake;
		time.boot += awake + slept;
		return clock.monotonic();
	};
	expect(clock.monotonic()).toBe(100);
	expect(pass(1000, 0)).toBe(1100);
	expect(pass(300, 900)).toBe(1400);
	expect(pass(300, -900)).toBe(1700);
	expect(pass(300, 60_000)).toBe(62_000);
	expect(pass(300, -1000)).toBe(62_300);
	expect(pass(1, 0)).toBe(62_301);
});

it('the system clock runs a timer once, and runs no timer that was cancelled', async () => {
	const clock = createSystemClock();
	const ran: string[] = [];
	const before = clock.monotonic();
	clock.after(1, () => ran.push('cancelled')).cancel();
	await new Promise<void>(resolve => clock.after(5, resolve));
	clock.after(2 ** 40, () => ran.push('far too early')).cancel();
	expect(ran).toEqual([]);
	expect(clock.monotonic()).toBeGreaterThanOrEqual(before);
	expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1000);
});

it('the system random source returns fractions below one and the requested number of bytes', () => {
	const fractions = Array.from({length: 1000}, systemRandom.fraction);
	expect(fractions.every(fraction => fraction >= 0 && fraction < 1)).toBe(true);
	expect(Math.abs(fractions.reduce((sum, fraction) => sum + fraction) / 1000 - 0.5)).toBeLessThan(0.1);
	expect(systemRandom.bytes(16)).toHaveLength(16);
	expect(systemRandom.bytes(16)).not.toEqual(systemRandom.bytes(16));
});
