import {expect, test} from 'vitest';
import {
	MAX_TOKEN_FAILURES_PER_ADDRESS,
	MAX_TOKEN_FAILURES_PER_MINUTE,
	MAX_WINDOW_GUESTS,
} from '../../source/core/limits.js';
import {createGuestList} from '../../source/invite/guest-list.js';
import {addressGroup} from '../../source/network/ip-address.js';

function createList() {
	let count = 0;
	return createGuestList(length => new Uint8Array(length).fill(++count), addressGroup);
}

function admitted(list: ReturnType<typeof createList>, address = '10.0.0.9', now = 0) {
	const result = list.admit(list.token, address, now);
	if ('refused' in result) throw new Error(String(result.refused));
	return result;
}

test('each use of the link gives a guest a number and a bearer token of its own', () => {
	const list = createList();
	const [first, second] = [admitted(list), admitted(list)];
	expect([first.guest, second.guest]).toEqual([1, 2]);
	expect(first.bearer).not.toBe(second.bearer);
	expect(list.find(first.bearer)).toBe(1);
	expect(list.find(list.token)).toBeUndefined();
	expect(list.find('')).toBeUndefined();
});

test('an address that has sent too many wrong tokens is refused for a minute, even with the right token, and other addresses are not', () => {
	const list = createList();
	for (let count = 0; count < MAX_TOKEN_FAILURES_PER_ADDRESS; count++)
		expect(list.admit('guess', '10.0.0.66', 0)).toEqual({refused: 401});
	expect(list.admit(list.token, '10.0.0.66', 1000)).toEqual({refused: 429});
	expect(admitted(list, '10.0.0.9', 1000).guest).toBe(1);
	expect(admitted(list, '10.0.0.66', 61_000).guest).toBe(2);
});

test('wrong tokens from many IPv6 addresses of one /64 count as wrong tokens from one address', () => {
	const list = createList();
	for (let count = 0; count < MAX_TOKEN_FAILURES_PER_ADDRESS; count++)
		expect(list.admit('guess', `2001:db8::${count}`, 0)).toEqual({refused: 401});
	expect(list.admit(list.token, '2001:db8::beef', 0)).toEqual({refused: 429});
	expect(admitted(list, '2001:db8:0:1::9').guest).toBe(1);
});

test('after MAX_TOKEN_FAILURES_PER_MINUTE wrong tokens from all addresses together, the window for guests refuses further tokens', () => {
	const list = createList();
	for (let count = 0; count < MAX_TOKEN_FAILURES_PER_MINUTE; count++) list.admit('guess', `10.0.1.${count}`, 0);
	expect(list.admit('guess', '10.0.2.1', 0)).toEqual({refused: 429});
});

test('a new guest replaces the guest that has been away for longest, but never a connected guest', () => {
	const list = createList();
	for (let count = 0; count < MAX_WINDOW_GUESTS; count++) list.connected(admitted(list).guest, 1, 0);
	expect(list.admit(list.token, '10.0.0.9', 0)).toEqual({refused: 503});
	list.connected(7, -1, 5);
	list.connected(3, -1, 9);
	expect(admitted(list).guest).toBe(MAX_WINDOW_GUESTS + 1);
	expect(list.list().map(({number}) => number)).not.toContain(7);
	expect(list.list().map(({number}) => number)).toContain(3);
});

test('a guest who is sent away loses the bearer token, and the link changes; other guests keep their bearer tokens', () => {
	const list = createList();
	const {token} = list;
	const [first, second] = [admitted(list), admitted(list)];
	expect(list.kick(1)).toBe(true);
	expect(list.kick(1)).toBe(false);
	expect(list.find(first.bearer)).toBeUndefined();
	expect(list.find(second.bearer)).toBe(2);
	expect(list.admit(token, '10.0.0.9', 0)).toEqual({refused: 401});
});
