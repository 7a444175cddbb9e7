import {expect, it} from 'vitest';
import {
	MAX_FAILED_HANDSHAKES,
	MAX_HANDSHAKE_BURST,
	MAX_HANDSHAKES_PER_ADDRESS_PER_SECOND,
	MAX_HANDSHAKES_PER_SECOND,
	MAX_SUSPECT_HANDSHAKES_PER_SECOND,
} from '../../../source/core/limits.js';
import {createHandshakeRate} from '../../../source/network/transport/handshake-rate.js';

it('addresses that never prove the secret do not use up the handshakes of other addresses', () => {
	const rate = createHandshakeRate();
	let begun = 0;
	let refused = 0;
	for (let ms = 0; ms < 60_000; ms += 5) {
		const address = `10.0.0.${100 + ((ms / 5) % 8)}`;
		if (rate.take(address, ms)) {
			begun++;
			rate.ended(address, false);
		}

		if (ms % 1000 !== 0) continue;
		if (rate.take('10.0.0.2', ms)) rate.ended('10.0.0.2', true);
		else refused++;
	}

	expect([begun < 8 * MAX_FAILED_HANDSHAKES + (MAX_SUSPECT_HANDSHAKES_PER_SECOND + 1) * 60, refused]).toEqual([
		true,
		0,
	]);
});

it('the handshakes of an address that failed too often are no longer slowed down after the address has proved the secret', () => {
	const rate = createHandshakeRate();
	for (let index = 0; index < MAX_FAILED_HANDSHAKES; index++) {
		rate.take('10.0.0.2', 0);
		rate.ended('10.0.0.2', false);
	}

	const begun = () => Array.from({length: 20}, () => rate.take('10.0.0.2', 5000)).filter(Boolean).length;
	expect(begun()).toBeLessThan(10);
	rate.ended('10.0.0.2', true);
	expect(begun()).toBe(20);
});

it('the handshakes of all addresses together are limited, both in one burst and per second', () => {
	const rate = createHandshakeRate();
	const begun = (now: number) => {
		let count = 0;
		for (let index = 0; index < 2000; index++) if (rate.take(`10.1.${index >> 8}.${index & 255}`, now)) count++;
		return count;
	};
	expect([begun(0), begun(1000)]).toEqual([MAX_HANDSHAKE_BURST, MAX_HANDSHAKES_PER_SECOND]);
});

it('one address gets only its own share of a burst of handshakes, although it proves the secret each time', () => {
	const rate = createHandshakeRate();
	rate.ended('10.0.0.2', true);
	const begun = Array.from({length: 2000}, () => rate.take('10.0.0.2', 0)).filter(Boolean);
	expect(begun).toHaveLength(MAX_HANDSHAKES_PER_ADDRESS_PER_SECOND);
	expect(rate.take('10.0.0.3', 0)).toBe(true);
});

it('a room of 200 computers that have only link-local addresses gets its handshakes within seconds, although the addresses count as one prefix', () => {
	const rate = createHandshakeRate();
	let waiting = Array.from({length: 199}, (_, index) => `fe80::${(index + 2).toString(16)}%eth0`);
	let now = 0;
	for (const delay of [0, 1000, 2000, 4000, 8000]) {
		now += delay;
		waiting = waiting.filter(address => {
			if (!rate.take(address, now)) return true;
			rate.ended(address, true);
			return false;
		});
	}

	expect(waiting).toEqual([]);
});

it('strangers at any number of IPv6 addresses of one prefix leave half of the handshakes to others', () => {
	const rate = createHandshakeRate();
	let strangers = 0;
	for (let index = 0; index < 2000; index++)
		if (rate.take(`fe80::${index.toString(16)}%eth0`, 0)) {
			strangers++;
			rate.ended(`fe80::${index.toString(16)}%eth0`, false);
		}

	expect(strangers).toBe(MAX_HANDSHAKE_BURST / 2);
	expect(rate.take('10.0.0.2', 0)).toBe(true);
	rate.ended('fe80::a:b%eth0', true);
	expect([rate.take('fe80::a:b%eth0', 0), rate.take('fe80::a:c%eth0', 0)]).toEqual([true, false]);
	expect([rate.strangerGroup('fe80::a:b%eth0'), rate.strangerGroup('fe80::a:c%eth0')]).toEqual([
		undefined,
		'fe80::%eth0/64',
	]);
});
