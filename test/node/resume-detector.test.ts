import {describe, expect, it} from 'vitest';
import type {LocalInterface} from '../../source/network/ip-address.js';
import {decideOnResume, type ResumeFacts} from '../../source/node/resume-detector.js';

const on = (address: string, more: Partial<LocalInterface> = {}): LocalInterface => ({
	name: 'wlan0',
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
const decide = (facts: Partial<ResumeFacts>) =>
	decideOnResume({
		hasSecret: false,
		interfacesBefore: [LOOPBACK, OFFICE],
		interfacesNow: [LOOPBACK, CAFE],
		localAddresses: [],
		...facts,
	});

describe('a machine that resumes from sleep', () => {
	it.each([
		['on another network relaunches in an open room', {}, 'relaunch'],
		['on another network stays in a room with a secret', {hasSecret: true}, 'stay'],
		['on the same network stays, even with another address', {interfacesNow: [LOOPBACK, on('192.168.1.99')]}, 'stay'],
		['on one of two earlier networks stays', {interfacesBefore: [OFFICE, CAFE]}, 'stay'],
		['without a network waits', {interfacesNow: [LOOPBACK]}, 'wait'],
		['with an open connection stays', {localAddresses: ['10.20.30.40']}, 'stay'],
		['relaunches even if dead connections are not closed yet', {localAddresses: ['192.168.1.7']}, 'relaunch'],
		['after it used only loopback stays', {interfacesBefore: [LOOPBACK]}, 'stay'],
	] as const)('%s', (_, facts, expected) => {
		expect(decide(facts)).toBe(expected);
	});
});
