/** Checks that no peer is suspected while its bytes are unread in the node's own socket (protocol.md, 10). */
import type {EphemeralEvent} from '../../source/core/event.js';
import {LIVENESS_TICK_MS, SUSPECT_AFTER_MS} from '../../source/core/limits.js';
import {unreadSince} from '../helpers/memory-connection.js';
import type {MessageRecorder} from './message-recorder.js';
import type {Life} from './node.js';

/** Time since the previous read, ms. Bytes that arrive after this time may be too late for the last keepalive tick. */
const IN_TIME_MS = SUSPECT_AFTER_MS - LIVENESS_TICK_MS;

/**
 * Checks one ephemeral event. The simulated network knows when bytes arrived at the host of the process, and when the
 * process read before. Ephemeral events are delivered at the end of a turn of the event loop, so bytes that were read
 * in the same turn count as unread. `now` is true time, ms.
 */
export function checkSuspect(
	{traffic}: Life,
	event: EphemeralEvent,
	{partner}: MessageRecorder,
	now: number,
): string[] {
	if (event.type !== 'link-measured' || event.status !== 'suspect') return [];
	const links = [...traffic.recorders].filter(([, {end}]) => partner(end)?.life.info?.peer === event.peer);
	// If a pair has two connections, the older one is about to be closed and may be silent, so nothing is checked.
	if (links.length !== 1) return [];
	return links.flatMap(([connection, {end}]) => {
		const {at, arrivedAt, previousAt} = end.lastRead;
		const unreadAt = at === now ? arrivedAt : unreadSince(connection);
		const silentMs = (unreadAt ?? now) - (at === now ? previousAt : at);
		if (unreadAt === undefined || silentMs >= IN_TIME_MS) return [];
		return [
			`suspected ${event.peer.slice(0, 6)} while bytes that arrived after ${Math.round(silentMs)} ms were unread`,
		];
	});
}
