import {describe, expect, it} from 'vitest';
import {createSocketFailures, describeSocketFailures} from '../../source/network/socket-failure.js';
import {createFakeClock} from '../helpers/fake-clock.js';

const errorOf = (code: string) => Object.assign(new Error(), {code});

describe('socket failures', () => {
	it('up to three refused datagrams in a row do not count as a failure, and a datagram that is sent resets the count', () => {
		const failures = createSocketFailures(createFakeClock());
		for (let round = 0; round < 3; round++) {
			for (let refused = 0; refused < 3; refused++) failures.refused('UDP', 'send', errorOf('ENOBUFS'));
			expect(failures.list()).toEqual([]);
			failures.works('UDP');
		}
	});

	it('the refusal of an operation on a socket is forgotten after a minute without another refusal', async () => {
		const clock = createFakeClock();
		const failures = createSocketFailures(clock);
		failures.refused('TCP to others', 'dial', errorOf('ENOBUFS'));
		await clock.advance(59_000);
		expect(failures.list()).toHaveLength(1);
		await clock.advance(1000);
		expect(failures.list()).toEqual([]);
	});

	it.each([
		['open', 'EADDRNOTAVAIL'],
		['open', 'EAFNOSUPPORT'],
		['dial', 'EACCES'],
		['dial', 'ECONNREFUSED'],
		['accept', 'ECONNABORTED'],
		['send', 'ENETDOWN'],
	] as const)('the failure to %s with %s does not count as a refusal by the system', (use, code) => {
		const failures = createSocketFailures(createFakeClock());
		for (let count = 0; count < 9; count++) failures.refused('socket', use, errorOf(code));
		expect(failures.list()).toEqual([]);
	});

	it('a socket no longer counts as failed when the system says that the computer no longer has the address of the socket', () => {
		const failures = createSocketFailures(createFakeClock());
		failures.refused('UDP on 10.0.0.1', 'open', errorOf('EMFILE'));
		failures.refused('UDP on 10.0.0.1', 'open', errorOf('EADDRNOTAVAIL'));
		expect(failures.list()).toEqual([]);
	});

	it('the description of socket failures names each reason once, with the sockets that it concerns', () => {
		const failures = createSocketFailures(createFakeClock());
		for (const socket of ['A', 'B']) failures.refused(socket, 'open', errorOf('EMFILE'));
		failures.refused('C', 'open', errorOf('EACCES'));
		expect(describeSocketFailures(failures.list())).toBe('too many open files (A, B); permission denied (C)');
	});

	it('the description of socket failures does not contain the zone of an IPv6 address, because the description is written to the log', () => {
		const failures = createSocketFailures(createFakeClock());
		failures.refused('UDP on fe80::1%eth0', 'open', errorOf('EACCES'));
		expect(describeSocketFailures(failures.list())).toBe('permission denied (UDP on fe80::1)');
	});
});
