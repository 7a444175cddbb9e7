/** Nobody is called silent while what it sent in time lies unread in the node's own socket (protocol.md, 10). */
import type {EphemeralEvent} from '../../source/core/event.js';
import {LIVENESS_TICK_MS, SUSPECT_AFTER_MS} from '../../source/core/limits.js';
import {unreadSince} from '../helpers/memory-connection.js';
import type {Life} from './node.js';
import type {Overhearing} from './overhear.js';

/** What came later than this may have been too late for the last look before it. */
const IN_TIME_MS = SUSPECT_AFTER_MS - LIVENESS_TICK_MS;

/**
 * Judged by what the network knows: when bytes came to this host, and when its program read some before. What is said is
 * told at the end of a turn: what was read in the same moment lay unread when it was said. `now`: true time, ms.
 */
export function judgeSilence({traffic}: Life, fact: EphemeralEvent, {partner}: Overhearing, now: number): string[] {
	if (fact.type !== 'link-measured' || fact.status !== 'suspect') return [];
	const links = [...traffic.ears].filter(([, {end}]) => partner(end)?.life.info?.peer === fact.peer);
	// Of two connections the one that goes may be silent.
	if (links.length !== 1) return [];
	return links.flatMap(([connection, {end}]) => {
		const {at, cameAt, before} = end.lastRead;
		const came = at === now ? cameAt : unreadSince(connection);
		const silentMs = (came ?? now) - (at === now ? before : at);
		if (came === undefined || silentMs >= IN_TIME_MS) return [];
		return [`called ${fact.peer.slice(0, 6)} suspect though what came after ${Math.round(silentMs)} ms lay unread`];
	});
}
