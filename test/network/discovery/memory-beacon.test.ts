import {createFakeClock} from '../../helpers/fake-clock.js';
import {createMemoryNetwork} from '../../helpers/memory-network.js';
import {createSeededRandom} from '../../helpers/seeded-random.js';
import {describeBeacon} from './beacon-acceptance.js';

describeBeacon('memory', async () => {
	const clock = createFakeClock();
	const network = createMemoryNetwork({clock, random: createSeededRandom(1)});
	const host = network.addHost('one', '10.0.0.1');
	return {
		create: () => host.createBeacon({port: 47_474}),
		async until(condition) {
			if (!(await clock.advanceUntil(condition, 10_000))) throw new Error('it never happened');
		},
		close: async () => {},
	};
});
