import {describe, expect, it} from 'vitest';
import type {PeerId} from '../../../source/core/event.js';
import {MAX_CONNECTIONS, MAX_CONNECTIONS_PER_ADDRESS} from '../../../source/core/limits.js';
import type {PeerLink} from '../../../source/network/link/peer-link.js';
import {createConnectionPlaces} from '../../../source/network/mesh/connection-places.js';
import {fakePeerId} from '../../helpers/fake-chat-node.js';

let count = 0;
const linkFrom = (remoteAddress: string) => ({remoteAddress, peer: fakePeerId(++count)}) as unknown as PeerLink;

function createFull() {
	const trusted = new Set<PeerId>();
	const places = createConnectionPlaces(({peer}) => trusted.has(peer));
	const links: PeerLink[] = [];
	for (let index = 0; index < MAX_CONNECTIONS; index++) {
		const link = linkFrom(`10.0.0.${Math.floor(index / MAX_CONNECTIONS_PER_ADDRESS)}`);
		expect(places.take(link)).toBeUndefined();
		links.push(link);
	}

	return {places, trusted, links};
}

describe('when all places for connections are taken', () => {
	it('when all places are taken, another address gets the place of the newest connection of the address with the most connections', () => {
		const {places, links} = createFull();
		expect(places.take(linkFrom('10.9.0.1'))).toBe(links[MAX_CONNECTIONS_PER_ADDRESS - 1]);
	});

	it('when all places are taken, an address that has as many connections as every other address gets no further connection', () => {
		const {places} = createFull();
		const link = linkFrom('10.0.0.2');
		expect(places.take(link)).toBe(link);
	});

	it('when all places are taken, a trusted peer takes the place of the newest untrusted peer, even of one at the same address', () => {
		const {places, trusted, links} = createFull();
		const known = linkFrom('10.0.0.0');
		trusted.add(known.peer).add(links[MAX_CONNECTIONS_PER_ADDRESS - 1]!.peer);
		expect(places.take(known)).toBe(links[MAX_CONNECTIONS_PER_ADDRESS - 2]);
	});
});

it('the connections of one address, dialled or accepted, get a limited number of places, and a closed connection frees a place', () => {
	const places = createConnectionPlaces(() => false);
	const links = Array.from({length: MAX_CONNECTIONS_PER_ADDRESS}, () => linkFrom('10.0.0.2'));
	for (const link of links) expect(places.take(link)).toBeUndefined();
	const next = linkFrom('10.0.0.2');
	expect(places.take(next)).toBe(next);
	places.release(links[0]!);
	expect(places.take(next)).toBeUndefined();
});

it('peers on this computer have no limit per address, because all of them share loopback', () => {
	const places = createConnectionPlaces(() => false);
	for (let index = 0; index <= MAX_CONNECTIONS_PER_ADDRESS; index++)
		expect(places.take(linkFrom('127.0.0.1'))).toBeUndefined();
});

describe('a room in which all peers have link-local addresses of one network', () => {
	function createLinkLocalRoom() {
		const trusted = new Set<PeerId>();
		const places = createConnectionPlaces(({peer}) => trusted.has(peer));
		const linkOf = (index: number) => linkFrom(`fe80::${index.toString(16)}%eth0`);
		const links = Array.from({length: MAX_CONNECTIONS}, (_, index) => linkOf(index));
		const refused = links.filter(link => places.take(link) !== undefined);
		return {places, trusted, links, linkOf, refused};
	}

	it('untrusted peers of one IPv6 prefix may use all places for connections while nobody else needs them', () => {
		const {places, refused, linkOf} = createLinkLocalRoom();
		expect(refused).toEqual([]);
		const next = linkOf(9999);
		expect(places.take(next)).toBe(next);
	});

	it('if untrusted peers of one IPv6 prefix use all places for connections, peers of other networks replace the newest of them, until they have half of the places', () => {
		const {places, links, linkOf} = createLinkLocalRoom();
		const others = Array.from({length: MAX_CONNECTIONS / 2}, (_, index) => linkFrom(`10.0.1.${index}`));
		expect(others.map(other => places.take(other))).toEqual(links.slice(MAX_CONNECTIONS / 2).reverse());
		const [late, stranger] = [linkFrom('10.0.2.1'), linkOf(9999)];
		expect([places.take(late), places.take(stranger)]).toEqual([late, stranger]);
	});

	it('a trusted peer of an IPv6 prefix never loses its place for a connection to a peer of another network, however many peers of this prefix are connected', () => {
		const {places, trusted, links} = createLinkLocalRoom();
		for (const {peer} of links.slice(1)) trusted.add(peer);
		const other = linkFrom('10.0.1.1');
		expect(places.take(other)).toBe(other);
		trusted.add(other.peer);
		expect(places.take(other)).toBe(links[0]);
	});
});
