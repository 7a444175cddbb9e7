import {describe, expect, it} from 'vitest';
import {createHook, type HookProcessEvents} from '../../../source/cli/hook/hook.js';
import {hookEnvironment} from '../../../source/cli/hook/hook-process.js';
import {createFakeClock} from '../../helpers/fake-clock.js';

/** A hook with fake processes. `reads`: whether the processes read what they get. */
function setUp() {
	const clock = createFakeClock();
	const notices: string[] = [];
	const processes: {lines: string[]; events: HookProcessEvents}[] = [];
	const control = {reads: true};
	const hook = createHook({
		clock,
		notify: (_level, code) => notices.push(code),
		startProcess(events) {
			const lines: string[] = [];
			processes.push({lines, events});
			return {
				write(text) {
					lines.push(text.trimEnd());
					return control.reads;
				},
				stop: async () => {},
			};
		},
	});
	hook.start();
	return {clock, notices, processes, control, hook, received: () => processes.flatMap(({lines}) => lines)};
}

describe('a hook', () => {
	it('a hook gets each line once and in order, also the lines that arrive while its process does not run', async () => {
		const {hook, clock, processes, received, notices} = setUp();
		hook.push('1');
		processes[0]?.events.onEnd('exit code 1');
		hook.push('2');
		hook.push('3');
		await clock.advance(1000);
		hook.push('4');
		expect(received()).toEqual(['1', '2', '3', '4']);
		expect(processes.map(({lines}) => lines.length)).toEqual([1, 3]);
		expect(notices).toEqual(['hook-ended']);
	});

	it('a hook that ends repeatedly restarts after growing delays, and each end is reported until the delay is at its maximum', async () => {
		const {clock, processes, notices} = setUp();
		const delays: number[] = [];
		for (let round = 0; round < 9; round++) {
			const count = processes.length;
			const endedAt = clock.monotonic();
			processes.at(-1)?.events.onEnd('exit code 127');
			await clock.advanceUntil(() => processes.length > count, 120_000);
			delays.push(clock.monotonic() - endedAt);
		}
		expect(delays).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
		expect(notices).toHaveLength(6);
		await clock.advance(60_000);
		const count = processes.length;
		processes.at(-1)?.events.onEnd('SIGSEGV');
		await clock.advance(1000);
		expect(processes).toHaveLength(count + 1);
	});

	it('the next process of a hook gets the lines that its previous process did not read', async () => {
		const {hook, clock, processes, control, received} = setUp();
		control.reads = false;
		for (const line of ['1', '2', '3']) hook.push(line);
		control.reads = true;
		processes[0]?.events.onEnd('SIGKILL');
		await clock.advance(1000);
		expect(received()).toEqual(['1', '2', '3']);
	});

	it('a hook that pauses reading gets the waiting lines afterwards; lines above the limit are dropped, counted and reported once', () => {
		const {hook, processes, control, received, notices} = setUp();
		control.reads = false;
		for (let number = 1; number <= 5000; number++) hook.push(String(number));
		expect(received()).toEqual(['1']);
		expect(notices).toEqual(['hook-blocked']);
		control.reads = true;
		processes[0]?.events.onDrain();
		expect(received()).toEqual(Array.from({length: 4097}, (_, index) => String(index + 1)));
		expect(notices).toEqual(['hook-blocked', 'hook-dropped']);
		hook.push('last');
		expect(received().at(-1)).toBe('last');
	});

	it('the lines that wait for a hook are limited by their total size and not only by their number', () => {
		const {hook, control, notices, processes, received} = setUp();
		control.reads = false;
		for (let number = 0; number < 100; number++) hook.push('x'.repeat(100_000));
		expect(notices).toEqual(['hook-blocked']);
		control.reads = true;
		processes[0]?.events.onDrain();
		expect(received().length).toBeLessThan(45);
	});

	it('after it is stopped, a hook starts no further process and passes on no further lines', async () => {
		const {hook, clock, processes, received} = setUp();
		processes[0]?.events.onEnd('exit code 0');
		await hook.stop();
		hook.push('late');
		await clock.advance(120_000);
		expect([processes.length, received()]).toEqual([1, []]);
		expect(clock.pending).toBe(0);
	});

	it('the process of a hook gets no environment variable of this program and no secret of another program', () => {
		const environment = {
			PATH: '/bin',
			HOME: '/home/ann',
			LC_ALL: 'C',
			P2PCHAT_SECRET: 's',
			P2PCHAT_HOME: '/data',
			AWS_SECRET_ACCESS_KEY: 's',
			NODE_OPTIONS: '--require x',
			LD_PRELOAD: 'x.so',
		};
		expect(hookEnvironment(environment)).toEqual({PATH: '/bin', HOME: '/home/ann', LC_ALL: 'C'});
	});
});
