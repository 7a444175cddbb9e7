import {describe, expect, it} from 'vitest';
import type {LocalInterface} from '../../source/network/ip-address.js';
import {decideOnResume, type ResumeFacts} from '../../source/node/resume-detector.js';

const on = (address: string, more: Partial<LocalInterface> = {}): LocalInterface => ({
	name: 'wlan0',
	family: 4,
	address,
	broadcast: '',
	prefix: 24,
	loopback: false,
	virtual: false,
	...more,
});
const LOOPBACK = on('127.0.0.1', {name: 'lo', prefix: 8, loopback: true});
const OFFICE = on('192.168.1.7');
const CAFE = on('10.20.30.40');
const on6 = (address: string) => on(address, {family: 6, zone: 'wlan0', broadcast: undefined, prefix: 64});
const HOME6 = on6('fd00:1::7');
const CAFE6 = on6('2001:db8:2::7');
const LINK_LOCAL = on6('fe80::7%wlan0');
const decide = (facts: Partial<ResumeFacts>) =>
	decideOnResume({
		hasSecret: false,
		interfacesBefore: [LOOPBACK, OFFICE],
		interfacesNow: [LOOPBACK, CAFE],
		localAddresses: [],
		...facts,
	});

describe('a node whose computer wakes up', () => {
	it.each([
		['in another network relaunches in a room without a secret', {}, 'relaunch'],
		['in another network stays in a room with a secret', {hasSecret: true}, 'stay'],
		['in the same network stays, even with another address', {interfacesNow: [LOOPBACK, on('192.168.1.99')]}, 'stay'],
		['in one of its two former networks stays', {interfacesBefore: [OFFICE, CAFE]}, 'stay'],
		['without a network waits', {interfacesNow: [LOOPBACK]}, 'wait'],
		['with an open connection from its current address stays', {localAddresses: ['10.20.30.40']}, 'stay'],
		['relaunches if only connections from a former address are open', {localAddresses: ['192.168.1.7']}, 'relaunch'],
		[
			'in another network relaunches, although the bridge of its containers is the same',
			{
				interfacesBefore: [LOOPBACK, OFFICE, on('172.17.0.1', {name: 'docker0', prefix: 16, virtual: true})],
				interfacesNow: [LOOPBACK, CAFE, on('172.17.0.1', {name: 'docker0', prefix: 16, virtual: true})],
			},
			'relaunch',
		],
		[
			'in another network relaunches, although its VPN has the same address',
			{
				interfacesBefore: [LOOPBACK, OFFICE, on('10.99.0.1', {name: 'vpn', prefix: 32, broadcast: undefined})],
				interfacesNow: [LOOPBACK, CAFE, on('10.99.0.1', {name: 'vpn', prefix: 32, broadcast: undefined})],
			},
			'relaunch',
		],
		[
			'with only virtual interfaces stays while they are the same',
			{
				interfacesBefore: [on('172.17.0.1', {name: 'docker0', prefix: 16, virtual: true})],
				interfacesNow: [on('172.17.0.1', {name: 'docker0', prefix: 16, virtual: true})],
			},
			'stay',
		],
		[
			'in an IPv6 network with another prefix relaunches',
			{interfacesBefore: [HOME6], interfacesNow: [CAFE6]},
			'relaunch',
		],
		['in an IPv6 network with the same prefix stays', {interfacesBefore: [HOME6], interfacesNow: [HOME6]}, 'stay'],
		[
			'in another network relaunches, although its link-local address is the same',
			{interfacesBefore: [OFFICE, LINK_LOCAL], interfacesNow: [CAFE, LINK_LOCAL]},
			'relaunch',
		],
		[
			'in another network relaunches, although a link-local connection seems open',
			{interfacesNow: [CAFE, LINK_LOCAL], localAddresses: ['fe80::7%wlan0']},
			'relaunch',
		],
		['waits while it has only a link-local address', {interfacesNow: [LOOPBACK, LINK_LOCAL]}, 'wait'],
		['stays if it had only a link-local address', {interfacesBefore: [LINK_LOCAL]}, 'stay'],
		['stays if only loopback was up before the sleep', {interfacesBefore: [LOOPBACK]}, 'stay'],
	] as const)('a node whose computer wakes up %s', (_, facts, verdict) => {
		expect(decide(facts)).toBe(verdict);
	});
});
