import fc from 'fast-check';
import {expect, it} from 'vitest';
import {MAX_ADDRESSES} from '../../../source/core/limits.js';
import {
	addAddress,
	addAlternateAddress,
	chooseAddresses,
	createCandidate,
} from '../../../source/network/dial/candidate.js';
import {formatHostAddress, isIpv6, isLinkLocal} from '../../../source/network/ip-address.js';

const at = (host: string) => ({host, port: 9});

function candidateAt(...hosts: string[]) {
	const candidate = createCandidate(undefined, false);
	for (const host of hosts) addAddress(candidate, at(host));
	return candidate;
}

const hostsOf = (candidate: ReturnType<typeof createCandidate>) => candidate.addresses.map(({host}) => host);
const chosen = (candidate: ReturnType<typeof createCandidate>) => chooseAddresses(candidate).map(({host}) => host);

it('of the IPv6 addresses of a peer to dial, at most one link-local and one other address are kept: the newest of each class', () => {
	const candidate = candidateAt('10.0.0.1', 'fe80::1%a', 'fd00::1', 'fe80::2%b', '2001:db8::1');
	expect(hostsOf(candidate)).toEqual(['2001:db8::1', 'fe80::2%b', '10.0.0.1']);
});

it('a peer to dial has at most MAX_ADDRESSES addresses, and among them at most one link-local and one other IPv6 address, whatever is announced', () => {
	const host = fc.constantFrom(
		'10.0.0.1',
		'10.0.0.2',
		'10.0.0.3',
		'10.0.0.4',
		'10.0.0.5',
		'fe80::1%a',
		'fe80::2%a',
		'fd00::1',
		'fd00::2',
	);
	fc.assert(
		fc.property(fc.array(fc.tuple(host, fc.boolean()), {maxLength: 20}), announced => {
			const candidate = createCandidate(undefined, false);
			for (const [one, isCopy] of announced) (isCopy ? addAlternateAddress : addAddress)(candidate, at(one));
			const hosts = hostsOf(candidate);
			expect(hosts.length).toBeLessThanOrEqual(MAX_ADDRESSES);
			expect(new Set(hosts).size).toBe(hosts.length);
			for (const isClass of [true, false])
				expect(hosts.filter(one => isIpv6(one) && isLinkLocal(one) === isClass).length).toBeLessThanOrEqual(1);
		}),
	);
});

it('a dial to a peer tries its best IPv4 address and its best IPv6 address together, IPv4 first', () => {
	expect(chosen(candidateAt('10.0.0.1', 'fd00::1'))).toEqual(['10.0.0.1', 'fd00::1']);
	expect(chosen(candidateAt('fd00::1', '10.0.0.1', '10.0.0.2'))).toEqual(['10.0.0.2', 'fd00::1']);
	expect(chosen(candidateAt('10.0.0.1', '10.0.0.2'))).toEqual(['10.0.0.2']);
	expect(chosen(candidateAt('fe80::1%a'))).toEqual(['fe80::1%a']);
	expect(chosen(candidateAt())).toEqual([]);
});

it('an address that led to a connection is dialled first, and an address to which a dial failed is dialled last', () => {
	const candidate = candidateAt('10.0.0.1', 'fd00::1');
	candidate.verifiedAddress = at('fd00::1');
	expect(chosen(candidate)).toEqual(['fd00::1', '10.0.0.1']);
	candidate.triedAt.set(formatHostAddress(at('fd00::1')), 1000);
	expect(chosen(candidate)).toEqual(['10.0.0.1', 'fd00::1']);
});

it('an IPv6 address from another copy of a beacon replaces the known address of the same class (link-local or other) only if a dial to the known address failed', () => {
	const candidate = candidateAt('fe80::1%a');
	addAlternateAddress(candidate, at('fe80::1%b'));
	expect(hostsOf(candidate)).toEqual(['fe80::1%a']);
	candidate.triedAt.set(formatHostAddress(at('fe80::1%a')), 1000);
	addAlternateAddress(candidate, at('fe80::1%b'));
	expect(hostsOf(candidate)).toEqual(['fe80::1%b']);
});
