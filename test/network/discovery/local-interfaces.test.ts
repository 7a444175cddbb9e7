import {describe, expect, it} from 'vitest';
import {
	announcingAddresses,
	chooseInterfaces,
	describeMissing,
	isLoopbackOnly,
	isOwnSelected,
	isVirtualName,
	listenHosts,
	readInterfaces,
	type SystemInterfaces,
} from '../../../source/network/discovery/local-interfaces.js';

function ipv4(cidr: string, internal = false) {
	return {address: cidr.split('/')[0]!, family: 'IPv4', internal, cidr};
}

function ipv6(cidr: string) {
	return {address: cidr.split('/')[0]!, family: 'IPv6', internal: false, cidr};
}

const SYSTEM: SystemInterfaces = {
	lo: [ipv4('127.0.0.1/8', true), {address: '::1', family: 'IPv6', internal: true, cidr: '::1/128'}],
	eth0: [
		ipv4('192.168.1.7/24'),
		ipv4('10.5.0.1/16'),
		ipv6('2001:db8::aaaa/64'),
		ipv6('FD00:1::7/64'),
		ipv6('2001:db8::bbbb/64'),
		ipv6('fe80::1/64'),
	],
	docker0: [ipv4('172.17.0.1/16')],
	wg0: [ipv4('10.99.0.1/32')],
	tun0: [ipv4('10.98.0.1/24'), ipv6('fe80::98/64')],
	veth1: [ipv6('fe80::99/64')],
	broken0: [{address: '10.1.1.1', family: 'IPv4', internal: false, cidr: null}],
	empty0: undefined,
};

const addresses = (selection?: readonly string[]) => readInterfaces(selection, SYSTEM).map(({address}) => address);

describe('the interfaces of this computer', () => {
	it('the interfaces of this computer are listed in this order: loopback, the IPv4 addresses that can broadcast, the IPv4 addresses that cannot, one IPv6 address of each subnet', () => {
		const lan = {loopback: false, virtual: false};
		const vpn = {loopback: false, virtual: true};
		const [four, six] = [{family: 4}, {family: 6, broadcast: undefined, prefix: 64}];
		expect(readInterfaces(undefined, SYSTEM)).toEqual([
			{...lan, ...four, name: 'lo', address: '127.0.0.1', broadcast: '127.255.255.255', prefix: 8, loopback: true},
			{...lan, ...four, name: 'eth0', address: '192.168.1.7', broadcast: '192.168.1.255', prefix: 24},
			{...lan, ...four, name: 'eth0', address: '10.5.0.1', broadcast: '10.5.255.255', prefix: 16},
			{...vpn, ...four, name: 'docker0', address: '172.17.0.1', broadcast: '172.17.255.255', prefix: 16},
			{...vpn, ...four, name: 'tun0', address: '10.98.0.1', broadcast: '10.98.0.255', prefix: 24},
			{...vpn, ...four, name: 'wg0', address: '10.99.0.1', broadcast: undefined, prefix: 32},
			{...lan, ...six, name: 'eth0', zone: 'eth0', address: '2001:db8::aaaa'},
			{...lan, ...six, name: 'eth0', zone: 'eth0', address: 'fd00:1::7'},
			{...lan, ...six, name: 'eth0', zone: 'eth0', address: 'fe80::1%eth0'},
			{...vpn, ...six, name: 'tun0', zone: 'tun0', address: 'fe80::98%tun0'},
		]);
		expect(addresses([])).toEqual(addresses());
	});

	it('the interfaces of this computer include loopback even if the system lists none', () => {
		expect(readInterfaces(undefined, {}).map(({address}) => address)).toEqual(['127.0.0.1']);
	});

	it.each([
		[['lo'], ['127.0.0.1']],
		[['lo0'], ['127.0.0.1']],
		[['127.0.0.1'], ['127.0.0.1']],
		[['::1'], ['127.0.0.1']],
		[['eth0'], ['192.168.1.7', '10.5.0.1', '2001:db8::aaaa', 'fd00:1::7', 'fe80::1%eth0']],
		[['2001:DB8:0::bbbb'], ['2001:db8::bbbb']],
		[['fe80::1%eth0'], ['fe80::1%eth0']],
		[['fe80::1%eth1'], []],
		[['veth1'], ['fe80::99%veth1']],
		[['10.5.0.1'], ['10.5.0.1']],
		[
			['docker0', 'lo'],
			['127.0.0.1', '172.17.0.1'],
		],
		[['wg0'], ['10.99.0.1']],
		[['10.99.0.1'], ['10.99.0.1']],
		[['nope'], []],
	])('the interfaces of this computer that %j selects are %j', (selection, expected) => {
		expect(addresses(selection)).toEqual(expected);
	});

	it('the interfaces of this computer are listed in the error text for a selection that matches none of them', () => {
		const choice = chooseInterfaces(['eth0', 'eth7', 'wg1'], SYSTEM);
		expect(choice.missing).toEqual(['eth7', 'wg1']);
		for (const one of ["'eth7', 'wg1'", 'eth0 (10.5.0.1)', 'wg0 (10.99.0.1)'])
			expect(describeMissing(choice)).toContain(one);
		expect(describeMissing(chooseInterfaces(['eth0'], SYSTEM))).toBeUndefined();
	});

	it('the interfaces of this computer are only loopback if only loopback is selected', () => {
		expect([undefined, [], ['lo'], ['127.0.0.1', 'lo0'], ['lo', 'eth0'], ['eth0']].map(isLoopbackOnly)).toEqual([
			...[false, false],
			...[true, true],
			...[false, false],
		]);
	});

	it.each([
		[undefined, {ipv4: '0.0.0.0', ipv6: '::'}],
		[['lo'], {ipv4: '127.0.0.1', ipv6: '::1'}],
		[['::1', '127.0.0.1'], {ipv4: '127.0.0.1', ipv6: '::1'}],
		[['10.5.0.1'], {ipv4: '10.5.0.1'}],
		[['eth0'], {ipv4: '0.0.0.0', ipv6: '::'}],
		[['fd00:1::7'], {ipv6: 'fd00:1::7'}],
		[['wg0'], {ipv4: '10.99.0.1'}],
		[['tun0'], {ipv4: '10.98.0.1', ipv6: 'fe80::98%tun0'}],
		[['nope'], {}],
	])('with the interface selection %j, TCP listens on %j', (selection, hosts) => {
		expect(listenHosts(selection, readInterfaces(selection, SYSTEM))).toEqual(hosts);
		expect(listenHosts(['lo'], [])).toEqual({ipv4: '127.0.0.1', ipv6: '::1'});
	});

	it('connections to an address of a selected interface, or to a new address in its subnet, are accepted; connections to other addresses are not', () => {
		const selected = readInterfaces(['eth0'], SYSTEM);
		const own = ['192.168.1.7', '2001:db8::cccc', 'fd00:1::7', 'fe80::1%eth0'];
		const others = ['10.99.0.1', 'fe80::1%eth1', 'fd00:2::7', '127.0.0.1', '::1'];
		expect([...own, ...others].filter(address => isOwnSelected(address, selected))).toEqual(own);
		const loopback = readInterfaces(['lo', '10.99.0.1'], SYSTEM);
		expect(others.filter(address => isOwnSelected(address, loopback))).toEqual(['10.99.0.1', '127.0.0.1', '::1']);
	});

	it('a node announces itself from each IPv4 address of an interface that can broadcast, and from one IPv6 address of each interface, preferably the link-local one', () => {
		const of = (system: SystemInterfaces) =>
			announcingAddresses(readInterfaces(undefined, system)).map(({address}) => address);
		expect(of(SYSTEM)).toEqual([
			...['127.0.0.1', '192.168.1.7', '10.5.0.1', '172.17.0.1', '10.98.0.1'],
			...['fe80::1%eth0', 'fe80::98%tun0'],
		]);
		expect(of({wg0: [ipv6('fd00:9::1/64'), ipv6('fd00:8::1/64')]})).toEqual(['127.0.0.1', 'fd00:9::1']);
	});

	it('a link-local IPv6 address of this computer is listed with the zone that the system gives it', () => {
		const system: SystemInterfaces = {'Ethernet 2': [{...ipv6('fe80::1/64'), zone: '12'}]};
		expect(readInterfaces(undefined, system).map(({address, zone}) => [address, zone])).toEqual([
			['127.0.0.1', undefined],
			['fe80::1%12', '12'],
		]);
	});

	it.each([
		'docker0',
		'br-1a2b',
		'veth12',
		'virbr0',
		'tun0',
		'tap1',
		'utun3',
		'vmnet8',
		'wg0',
		'zt7nn',
		'tailscale0',
		'vEthernet (WSL)',
	])('an interface named %s is virtual', name => expect(isVirtualName(name)).toBe(true));

	it.each(['eth0', 'en0', 'wlan0', 'wlp3s0', 'enp0s31f6', 'Ethernet', 'Wi-Fi', 'bridge'])(
		'an interface named %s is not virtual',
		name => expect(isVirtualName(name)).toBe(false),
	);
});
