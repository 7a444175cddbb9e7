import {basename} from 'node:path';
import {defineConfig} from 'vitest/config';
import {BaseSequencer, type TestSpecification} from 'vitest/node';

/** Test files that start first: they mostly wait, for some minutes, while the other files use the processor. */
const FIRST = ['namespaces-topology.test.ts', 'namespaces-away.test.ts', 'room-of-crashes.test.ts'];
/** Files that measure delays of messages or of the discovery. They run alone. */
const MEASURING = ['process/malicious-peer.test.ts', 'process/room.test.ts'];

class Sequencer extends BaseSequencer {
	override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
		const rank = ({moduleId}: TestSpecification) => {
			const index = FIRST.indexOf(basename(moduleId));
			return index < 0 ? FIRST.length : index;
		};
		return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
	}
}

/** The projects run one after the other. */
export default defineConfig({
	test: {
		sequence: {sequencer: Sequencer},
		projects: [
			{
				/** Tests of code that runs in the process of vitest. Their files share threads, without isolation. */
				test: {
					name: 'unit',
					root: import.meta.dirname,
					include: [
						'{architecture,core,codec,feed,storage,network,protocol,node,page,invite,doctor,ui,cli,simulation,hostile,security}/**/*.test.{ts,tsx}',
					],
					pool: 'threads',
					isolate: false,
					// By default one processor stays free, although many of these tests wait for timers.
					maxWorkers: 2,
					testTimeout: 60_000,
					sequence: {groupOrder: 0},
				},
			},
			{
				/** Tests of real processes, sockets, ptys and namespaces. Most of them wait, so three files run at a time. */
				test: {
					name: 'process',
					root: import.meta.dirname,
					include: ['process/**/*.test.{ts,tsx}'],
					exclude: MEASURING,
					pool: 'forks',
					maxWorkers: 3,
					testTimeout: 180_000,
					hookTimeout: 180_000,
					sequence: {groupOrder: 1},
				},
			},
			{
				/** Tests that measure delays of real processes, one file at a time. */
				test: {
					name: 'measured',
					root: import.meta.dirname,
					include: MEASURING,
					pool: 'forks',
					fileParallelism: false,
					testTimeout: 180_000,
					hookTimeout: 180_000,
					sequence: {groupOrder: 2},
				},
			},
		],
	},
});
