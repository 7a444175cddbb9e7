import {expect, it} from 'vitest';
import {MAX_CONNECTIONS_PER_ADDRESS, MAX_PENDING_PER_ADDRESS} from '../../source/core/limits.js';
import {createPlaces, type Place} from '../../source/network/places.js';

const from = (remoteAddress: string, dialled = false) => ({remoteAddress, dialled});

/** As many as it gets, each settled or not. */
function fill(places: ReturnType<typeof createPlaces>, address: string, settled: boolean): Place[] {
	const taken: Place[] = [];
	for (let place = places.enter(from(address)); place; place = places.enter(from(address))) {
		if (settled) place.settle();
		taken.push(place);
	}

	return taken;
}

it('one address has so many connections that said no hello yet, and more once one has', () => {
	const places = createPlaces();
	const pending = fill(places, '10.0.0.2', false);
	expect(pending).toHaveLength(MAX_PENDING_PER_ADDRESS);
	expect(places.enter(from('10.0.0.3'))).toBeDefined();
	pending[0]?.settle();
	pending[0]?.settle();
	expect(fill(places, '10.0.0.2', false)).toHaveLength(1);
});

it('one address has so many connections in all, and a new one for each that is gone', () => {
	const places = createPlaces();
	const open = fill(places, '10.0.0.2', true);
	expect(open).toHaveLength(MAX_CONNECTIONS_PER_ADDRESS);
	open[0]?.leave();
	open[0]?.leave();
	expect(fill(places, '10.0.0.2', true)).toHaveLength(1);
});

it('what we dialled and what comes from this computer is not counted', () => {
	const places = createPlaces();
	fill(places, '10.0.0.2', false);
	for (let index = 0; index < 2 * MAX_CONNECTIONS_PER_ADDRESS; index++) {
		expect(places.enter(from('10.0.0.2', true))).toBeDefined();
		expect(places.enter(from('127.0.0.1'))).toBeDefined();
	}
});
