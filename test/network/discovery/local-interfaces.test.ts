import {describe, expect, it} from 'vitest';
import {
	chooseInterfaces,
	describeMissing,
	isLoopbackOnly,
	isVirtualName,
	listenHost,
	readInterfaces,
	type SystemInterfaces,
} from '../../../source/network/discovery/local-interfaces.js';

function ipv4(cidr: string, internal = false) {
	return {address: cidr.split('/')[0]!, family: 'IPv4', internal, cidr};
}

const SYSTEM: SystemInterfaces = {
	lo: [ipv4('127.0.0.1/8', true), {address: '::1', family: 'IPv6', internal: true, cidr: '::1/128'}],
	eth0: [
		ipv4('192.168.1.7/24'),
		ipv4('10.5.0.1/16'),
		{address: 'fe80::1', family: 'IPv6', internal: false, cidr: 'fe80::1/64'},
	],
	docker0: [ipv4('172.17.0.1/16')],
	wg0: [ipv4('10.99.0.1/32')],
	broken0: [{address: '10.1.1.1', family: 'IPv4', internal: false, cidr: null}],
	empty0: undefined,
};

const addresses = (selection?: readonly string[]) => readInterfaces(selection, SYSTEM).map(({address}) => address);

describe('the interfaces of this computer', () => {
	it('the interfaces of this computer are loopback, then the addresses that can broadcast, then those that cannot', () => {
		expect(readInterfaces(undefined, SYSTEM)).toEqual([
			{name: 'lo', address: '127.0.0.1', broadcast: '127.255.255.255', prefix: 8, loopback: true, virtual: false},
			{name: 'eth0', address: '192.168.1.7', broadcast: '192.168.1.255', prefix: 24, loopback: false, virtual: false},
			{name: 'eth0', address: '10.5.0.1', broadcast: '10.5.255.255', prefix: 16, loopback: false, virtual: false},
			{name: 'docker0', address: '172.17.0.1', broadcast: '172.17.255.255', prefix: 16, loopback: false, virtual: true},
			{name: 'wg0', address: '10.99.0.1', broadcast: undefined, prefix: 32, loopback: false, virtual: true},
		]);
		expect(addresses([])).toEqual(addresses());
	});

	it('include loopback even if the system lists none', () => {
		expect(readInterfaces(undefined, {}).map(({address}) => address)).toEqual(['127.0.0.1']);
	});

	it.each([
		[['lo'], ['127.0.0.1']],
		[['lo0'], ['127.0.0.1']],
		[['127.0.0.1'], ['127.0.0.1']],
		[['eth0'], ['192.168.1.7', '10.5.0.1']],
		[['10.5.0.1'], ['10.5.0.1']],
		[
			['docker0', 'lo'],
			['127.0.0.1', '172.17.0.1'],
		],
		[['wg0'], ['10.99.0.1']],
		[['10.99.0.1'], ['10.99.0.1']],
		[['nope'], []],
	])('selected by %j are %j', (selection, expected) => {
		expect(addresses(selection)).toEqual(expected);
	});

	it('are listed in the error text for a selection that matches none of them', () => {
		const choice = chooseInterfaces(['eth0', 'eth7', 'wg1'], SYSTEM);
		expect(choice.missing).toEqual(['eth7', 'wg1']);
		for (const one of ["'eth7', 'wg1'", 'eth0 (10.5.0.1)', 'wg0 (10.99.0.1)'])
			expect(describeMissing(choice)).toContain(one);
		expect(describeMissing(chooseInterfaces(['eth0'], SYSTEM))).toBeUndefined();
	});

	it('are only loopback if only loopback is selected', () => {
		expect([undefined, [], ['lo'], ['127.0.0.1', 'lo0'], ['lo', 'eth0'], ['eth0']].map(isLoopbackOnly)).toEqual([
			...[false, false],
			...[true, true],
			...[false, false],
		]);
	});

	it('determine the address on which TCP listens', () => {
		const host = (selection?: readonly string[]) => listenHost(selection, readInterfaces(selection, SYSTEM));
		expect([host(), host(['lo']), host(['10.5.0.1']), host(['eth0']), host(['wg0'])]).toEqual([
			undefined,
			'127.0.0.1',
			'10.5.0.1',
			undefined,
			'10.99.0.1',
		]);
		expect(listenHost(['lo'], [])).toBe('127.0.0.1');
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
	])('named %s are virtual', name => expect(isVirtualName(name)).toBe(true));

	it.each(['eth0', 'en0', 'wlan0', 'wlp3s0', 'enp0s31f6', 'Ethernet', 'Wi-Fi', 'bridge'])(
		'named %s are not virtual',
		name => expect(isVirtualName(name)).toBe(false),
	);
});
