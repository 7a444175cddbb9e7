import {defineConfig} from 'vitest/config';

/** `unit`: pure or in-process, shared threads. `process`: real processes, sockets, ptys and namespaces, one at a time. */
export default defineConfig({
	test: {
		projects: [
			{
				test: {
					name: 'unit',
					root: import.meta.dirname,
					include: [
						'{architecture,core,codec,feed,storage,network,protocol,node,doctor,ui,cli,simulation,hostile,security}/**/*.test.{ts,tsx}',
					],
					pool: 'threads',
					isolate: false,
					testTimeout: 20_000,
				},
			},
			{
				test: {
					name: 'process',
					root: import.meta.dirname,
					include: ['process/**/*.test.{ts,tsx}'],
					pool: 'forks',
					fileParallelism: false,
					testTimeout: 90_000,
					hookTimeout: 60_000,
				},
			},
		],
	},
});
