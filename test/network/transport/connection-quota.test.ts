import {expect, it} from 'vitest';
import {MAX_CONNECTIONS_PER_ADDRESS, MAX_PENDING_PER_ADDRESS} from '../../../source/core/limits.js';
import {type ConnectionSlot, createConnectionQuota} from '../../../source/network/transport/connection-quota.js';

const from = (remoteAddress: string, dialled = false) => ({remoteAddress, dialled});

/** As many as it gets, each settled or not. */
function fill(places: ReturnType<typeof createConnectionQuota>, address: string, settled: boolean): ConnectionSlot[] {
	const taken: ConnectionSlot[] = [];
	for (let place = places.acquire(from(address)); place; place = places.acquire(from(address))) {
		if (settled) place.handshakeDone();
		taken.push(place);
	}

	return taken;
}

it('one address has so many connections that said no hello yet, and more once one has', () => {
	const places = createConnectionQuota();
	const pending = fill(places, '10.0.0.2', false);
	expect(pending).toHaveLength(MAX_PENDING_PER_ADDRESS);
	expect(places.acquire(from('10.0.0.3'))).toBeDefined();
	pending[0]?.handshakeDone();
	pending[0]?.handshakeDone();
	expect(fill(places, '10.0.0.2', false)).toHaveLength(1);
});

it('one address has so many connections in all, and a new one for each that is gone', () => {
	const places = createConnectionQuota();
	const open = fill(places, '10.0.0.2', true);
	expect(open).toHaveLength(MAX_CONNECTIONS_PER_ADDRESS);
	open[0]?.release();
	open[0]?.release();
	expect(fill(places, '10.0.0.2', true)).toHaveLength(1);
});

it('what we dialled and what comes from this computer is not counted', () => {
	const places = createConnectionQuota();
	fill(places, '10.0.0.2', false);
	for (let index = 0; index < 2 * MAX_CONNECTIONS_PER_ADDRESS; index++) {
		expect(places.acquire(from('10.0.0.2', true))).toBeDefined();
		expect(places.acquire(from('127.0.0.1'))).toBeDefined();
	}
});
