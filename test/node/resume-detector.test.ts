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
const woken = (facts: Partial<ResumeFacts>) =>
	decideOnResume({
		hasSecret: false,
		interfacesBefore: [LOOPBACK, OFFICE],
		interfacesNow: [LOOPBACK, CAFE],
		localAddresses: [],
		...facts,
	});

describe('a laptop that wakes', () => {
	it.each([
		['somewhere else, in an open room, starts anew', {}, 'relaunch'],
		['somewhere else goes on in a room with a secret', {hasSecret: true}, 'stay'],
		['where it was goes on, also with another address', {interfacesNow: [LOOPBACK, on('192.168.1.99')]}, 'stay'],
		['on one of two former networks goes on', {interfacesBefore: [OFFICE, CAFE]}, 'stay'],
		['with no network yet waits', {interfacesNow: [LOOPBACK]}, 'wait'],
		['with a connection that lives goes on', {localAddresses: ['10.20.30.40']}, 'stay'],
		['starts anew though dead connections are not closed yet', {localAddresses: ['192.168.1.7']}, 'relaunch'],
		['after it was on loopback only goes on', {interfacesBefore: [LOOPBACK]}, 'stay'],
	] as const)('%s', (_, facts, verdict) => {
		expect(woken(facts)).toBe(verdict);
	});
});
