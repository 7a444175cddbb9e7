import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {formatIp} from '../../source/core/parse-ip.js';
import type {LocalInterface} from '../../source/network/ip-address.js';
import {
	addressGroup,
	directedBroadcast,
	interfaceFor,
	isInSubnet,
	isIpLiteral,
	isLinkLocal,
	isLoopback,
	isOnLink,
	isPublic,
	mayReach,
	normaliseAddress,
	shareKey,
	withoutZone,
} from '../../source/network/ip-address.js';

function localInterface(address: string, prefix: number): LocalInterface {
	return {name: address, family: 4, address, prefix, broadcast: '', loopback: false, virtual: false};
}

describe('directed broadcast', () => {
	it.each([
		['192.168.1.7', 24, '192.168.1.255'],
		['10.1.2.3', 8, '10.255.255.255'],
		['172.16.5.130', 25, '172.16.5.255'],
		['172.16.5.4', 25, '172.16.5.127'],
		['192.168.1.5', 30, '192.168.1.7'],
		['127.0.0.1', 8, '127.255.255.255'],
		['1.2.3.4', 0, '255.255.255.255'],
		['10.0.0.1', 31, undefined],
		['10.0.0.1', 32, undefined],
		['10.0.0.1', Number.NaN, undefined],
		['fe80::1', 10, undefined],
		['10.0.0.256', 24, undefined],
	])('the directed broadcast address of %s/%s is %s', (address, prefix, expected) => {
		expect(directedBroadcast(address, prefix)).toBe(expected);
	});

	it('the directed broadcast address is in the subnet, and is the same for every address in that subnet', () => {
		fc.assert(
			fc.property(fc.nat(0xffffffff), fc.nat(0xffffffff), fc.integer({min: 1, max: 30}), (value, other, prefix) => {
				const address = formatIp({family: 4, value});
				const broadcast = directedBroadcast(address, prefix)!;
				const neighbour = formatIp({family: 4, value: other});
				expect(isInSubnet(broadcast, address, prefix)).toBe(true);
				expect(directedBroadcast(neighbour, prefix) === broadcast).toBe(isInSubnet(neighbour, address, prefix));
			}),
		);
	});
});

describe('addresses', () => {
	it.each([
		['::ffff:192.168.1.7', '192.168.1.7'],
		['::FFFF:c0a8:0107', '192.168.1.7'],
		['fe80::1%eth0', 'fe80::1%eth0'],
		['FE80:0::0:1%eth0', 'fe80::1%eth0'],
		['fd00::2%eth0', 'fd00::2'],
		['FD00::2', 'fd00::2'],
		['10.0.0.1', '10.0.0.1'],
	])('the address %s is formatted as %s', (address, expected) => {
		expect(normaliseAddress(address)).toBe(expected);
	});

	it.each([
		['192.168.1.7', false],
		['10.9.9.9', false],
		['172.16.0.1', false],
		['172.31.255.255', false],
		['172.32.0.1', true],
		['100.64.0.1', false],
		['100.128.0.1', true],
		['169.254.3.4', false],
		['127.0.0.1', false],
		['8.8.8.8', true],
		['::ffff:8.8.8.8', true],
		['::ffff:10.0.0.1', false],
		['fd12:3456::1', false],
		['fe80::1', false],
		['::1', false],
		['2001:db8::1', true],
		['chat.example', true],
	])('the address %s is public: %s', (address, expected) => {
		expect(isPublic(address)).toBe(expected);
	});

	it('isLoopback and isLinkLocal recognise addresses of both families', () => {
		expect(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1', '128.0.0.1', '::2'].map(isLoopback)).toEqual([
			...[true, true, true, true],
			...[false, false],
		]);
		expect(['169.254.0.1', 'fe80::1%3', 'febf::1', '169.253.0.1', 'fec0::1'].map(isLinkLocal)).toEqual([
			...[true, true, true],
			...[false, false],
		]);
	});

	it.each([
		['127.0.0.1', '127.9.9.9', true],
		['127.0.0.1', 'localhost', true],
		['127.0.0.1', 'LOCALHOST', true],
		['127.0.0.1', 'localhost.', true],
		['127.0.0.1', '::ffff:127.0.0.1', true],
		['127.0.0.1', '10.0.0.1', false],
		['127.0.0.1', 'chat.example', false],
		['10.0.0.1', '10.0.0.2', true],
		[undefined, 'chat.example', true],
	])('a node that is bound to %s may dial %s: %s', (host, address, expected) => {
		expect(mayReach(host, address)).toBe(expected);
	});

	it('a text counts as a literal address only if no resolver has to look it up', () => {
		for (const address of ['10.0.0.1', '::1', 'fe80::1', '::ffff:10.0.0.1']) expect(isIpLiteral(address)).toBe(true);
		for (const text of ['localhost', '127.1', '10.0.0.1%a.example', 'fd00:c.example', 'fe80::1%eth0', ''])
			expect(isIpLiteral(text)).toBe(false);
	});

	it('two addresses count as one source if they are equal, or if they are in one /64 that is not link-local', () => {
		expect(addressGroup('10.0.0.1')).not.toBe(addressGroup('10.0.0.2'));
		expect(addressGroup('::ffff:10.0.0.1')).toBe(addressGroup('10.0.0.1'));
		expect(addressGroup('fd00::1')).toBe(addressGroup('fd00:0:0:0:9:9:9:9'));
		expect(addressGroup('fd00:0:0:1::1')).not.toBe(addressGroup('fd00::1'));
		expect(addressGroup('2001:DB8:1:2:3::')).toBe(addressGroup('2001:db8:1:2::4'));
		expect(addressGroup('fe80::1%eth0')).not.toBe(addressGroup('fe80::2%eth0'));
	});

	it.each([
		['fd00:1:2:3::9', 'fd00:1:2:3::1', 64, true],
		['fd00:1:2:4::9', 'fd00:1:2:3::1', 64, false],
		['fd00:1:2:3::9', 'fd00:1:2:3::1', 128, true],
		['fd00:1:2:4::9', 'fd00:1:2:3::1', 128, false],
		['fd00:1:2:3::9', 'fd00:1:2:3::1', 60, true],
		['fd00:1:2:13::9', 'fd00:1:2:3::1', 60, false],
		['fe80::9%eth0', 'fe80::1%eth0', 64, true],
		['fe80::9%eth1', 'fe80::1%eth0', 64, false],
		['fe80::9', 'fe80::1%eth0', 64, false],
		['10.0.0.1', 'fd00::1', 0, false],
		['fd00::1', '10.0.0.1', 0, false],
	])('the address %s is in the subnet of %s/%s: %s', (address, network, prefix, expected) => {
		expect(isInSubnet(address, network, prefix)).toBe(expected);
	});

	it('an address counts as on-link (reachable without a router) if an interface has its subnet; of several interfaces, the one with the longest prefix is chosen', () => {
		const wide = localInterface('10.0.0.1', 8);
		const narrow = localInterface('10.1.0.1', 24);
		expect(interfaceFor('10.1.0.77', [wide, narrow])).toBe(narrow);
		expect(interfaceFor('::ffff:10.2.0.77', [wide, narrow])).toBe(wide);
		expect(isOnLink('11.0.0.1', [wide, narrow])).toBe(false);
		expect(isOnLink('fd00::1', [wide, narrow])).toBe(false);
	});
});

it('a share of a budget belongs to one address, but on loopback to one peer', () => {
	const keys = ['192.168.1.7', 'fd00:1:2:3::7', '127.0.0.1', '::1'].map(address => shareKey(address, 'peer'));
	expect(keys).toEqual(['192.168.1.7', 'fd00:1:2:3::7', 'peer', 'peer']);
});

it('the zone of an address can be removed, and an address without a zone stays unchanged', () => {
	const addresses = ['fe80::1%eth0', 'fe80::1', '10.0.0.1'];
	expect(addresses.map(withoutZone)).toEqual(['fe80::1', 'fe80::1', '10.0.0.1']);
});
