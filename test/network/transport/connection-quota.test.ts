import {expect, it} from 'vitest';
import {MAX_PENDING_CONNECTIONS, MAX_PENDING_PER_ADDRESS} from '../../../source/core/limits.js';
import {type ConnectionSlot, createConnectionQuota} from '../../../source/network/transport/connection-quota.js';

const from = (remoteAddress: string, dialled = false) => ({remoteAddress, dialled});

/** Opens as many connections as the quota permits. */
function fill(quota: ReturnType<typeof createConnectionQuota>, address: string): ConnectionSlot[] {
	const taken: ConnectionSlot[] = [];
	for (let slot = quota.acquire(from(address)); slot; slot = quota.acquire(from(address))) {
		taken.push(slot);
	}

	return taken;
}

it('an address has a limited number of connections without a verified hello, and a verified hello frees a slot', () => {
	const quota = createConnectionQuota();
	const pending = fill(quota, '10.0.0.2');
	expect(pending).toHaveLength(MAX_PENDING_PER_ADDRESS);
	expect(quota.acquire(from('10.0.0.3'))).toBeDefined();
	pending[0]?.handshakeDone();
	pending[0]?.handshakeDone();
	expect(fill(quota, '10.0.0.2')).toHaveLength(1);
});

it('the connection quota does not count outgoing connections and connections from this machine', () => {
	const quota = createConnectionQuota();
	fill(quota, '10.0.0.2');
	for (let index = 0; index < 2 * MAX_PENDING_PER_ADDRESS; index++) {
		expect(quota.acquire(from('10.0.0.2', true))).toBeDefined();
		expect(quota.acquire(from('127.0.0.1'))).toBeDefined();
	}
});

it('the connection quota counts each IPv6 address separately, and gives all addresses of one /64 together half of the places', () => {
	const quota = createConnectionQuota();
	const pending = fill(quota, 'fe80::1%eth0');
	expect(pending).toHaveLength(MAX_PENDING_PER_ADDRESS);
	const others = Array.from({length: 100}, (_, index) => quota.acquire(from(`fe80::${index + 2}%eth0`)));
	expect(pending.length + others.filter(slot => slot !== undefined).length).toBe(MAX_PENDING_CONNECTIONS / 2);
	expect([quota.acquire(from('fe80::1%eth1')), quota.acquire(from('10.0.0.1'))]).not.toContain(undefined);
	pending[0]?.release();
	expect(quota.acquire(from('fe80::999%eth0'))).toBeDefined();
});
