import {createFakeClock} from '../../helpers/fake-clock.js';
import {createMemoryNetwork} from '../../helpers/memory-network.js';
import {createSeededRandom} from '../../helpers/seeded-random.js';
import {describeTransport} from './transport-acceptance.js';

const LIMIT_MS = 60_000;

describeTransport('memory', async () => {
	const clock = createFakeClock();
	const network = createMemoryNetwork({clock, random: createSeededRandom(1)});
	const host = network.addHost('one', '10.0.0.1');
	return {
		address: '10.0.0.1',
		create: (psk, port) => host.createTransport({psk, ...(port === undefined ? {} : {port})}),
		freePort: async () => 9,
		async until(condition) {
			if (!(await clock.advanceUntil(condition, LIMIT_MS))) throw new Error('it never happened');
		},
		async settled(promise) {
			let done = false;
			void promise.finally(() => {
				done = true;
			});
			await clock.advanceUntil(() => done, LIMIT_MS);
			return promise;
		},
		close: async () => {},
	};
});
