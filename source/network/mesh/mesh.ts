/**
 * Mesh: all connections of this node, one for each connected peer (protocol.md, One connection per pair).
 *
 * Invariants
 *
 * 1. If two peers have several connections, only the peer with the lower id closes the superfluous ones. It keeps the
 *    connection that was verified last. It closes the others when a message other than the hello arrives on the newest
 *    one, because until then the other end may still reject it. The peer with the higher id reads all connections and
 *    sends on the newest. If there are more than MAX_LINKS_PER_PEER connections, both peers close the oldest.
 * 2. `up` and `down` alternate for each peer. `replaced` is called only between an `up` and the next `down`. After each
 *    call of `replaced`, the two nodes compare their inventories again.
 * 3. The silence of a peer in a time in which this process did not run closes no connection.
 * 4. The connections of an address are limited (connection-quota.ts before the hello, connection-places.ts after it).
 *    They are refused while the address is banned (ban-list.ts).
 */
import type {Message} from '../../codec/message-types.js';
import type {Timer} from '../../core/environment.js';
import type {PeerId} from '../../core/event.js';
import {
	LIVENESS_TICK_MS,
	MAX_CONNECTIONS,
	MAX_LINKS_PER_PEER,
	MAX_PENDING_CONNECTIONS,
	STALL_MS,
	TRUSTED_AFTER_MS,
} from '../../core/limits.js';
import {createBanList} from '../dial/ban-list.js';
import type {AdoptOutcome} from '../dial/dial-scheduler.js';
import {createFrameBudget} from '../link/frame-budget.js';
import {type LinkClosing, type OpenLink, openPeerLink, type PeerLink, type PeerLinkOptions} from '../link/peer-link.js';
import type {DeferWork} from '../scheduling/chunked-work.js';
import {createLinkScheduler} from '../scheduling/link-scheduler.js';
import {createConnectionQuota} from '../transport/connection-quota.js';
import type {Connection} from '../transport/transport.js';
import {createConnectionPlaces} from './connection-places.js';

/** Handlers of the events of the mesh. */
export interface MeshHandlers {
	/** Called when the first connection to a peer is verified. */
	up(link: PeerLink): void;
	/**
	 * Called when messages to a peer are sent on another connection, `link`, from now on. Either `link` is newer, or
	 * the newer connection `closed` has ended.
	 */
	replaced(link: PeerLink, closed?: PeerLink): void;
	/** Called when the last connection to a peer has closed. */
	down(link: PeerLink, closing: LinkClosing): void;
	/** Called for each message of a peer. Work that takes long can be passed to `defer`. */
	message(link: PeerLink, message: Message, defer: DeferWork): void;
	metricsChanged(link: PeerLink): void;
	drained(link: PeerLink): void;
	/** Called when all messages that were sent on a connection have been passed on to the operating system. */
	idle?(link: PeerLink): void;
	/** Called when a connection closes before its hello is verified. */
	rejected(connection: Connection, closing: LinkClosing): void;
	/** Called when this connection is closed, because all places for connections are taken. */
	overloaded(link: PeerLink): void;
	/**
	 * Called when the timers of this process were late by `lateMs`, because the computer slept or its CPU was
	 * overloaded.
	 */
	stalled(lateMs: number): void;
}

export interface Mesh {
	start(): void;
	/**
	 * Takes over a connection that was dialled or accepted. Calls `done` once: when its hello is verified, or when it
	 * has failed.
	 */
	adopt(connection: Connection, done?: (outcome: AdoptOutcome) => void): void;
	/** Connection on which messages to this peer are sent; undefined if the peer is not connected. */
	linkOf(peer: PeerId): PeerLink | undefined;
	/** Connections on which messages are sent, one for each connected peer. */
	links(): PeerLink[];
	/** Number of connected peers. */
	readonly size: number;
	/**
	 * Detects that the timers of this process are late, and reports this once (`stalled`). After the computer has
	 * slept, any timer may fire first. Therefore every timer callback that depends on elapsed time must call this
	 * function first.
	 */
	checkStall(): void;
	/** Sends `bye` on all connections and closes them. `down` is called for each peer. */
	closeAll(): void;
	/** Destroys all connections without calling any handler. */
	stop(): void;
}

export function createMesh(options: PeerLinkOptions, handlers: MeshHandlers): Mesh {
	const {clock, self, debug} = options;
	const scheduler = createLinkScheduler(clock);
	const frameBudget = createFrameBudget();
	const open = new Set<OpenLink>();
	/** Verified connections of each peer, oldest first. Messages to the peer are sent on the last one. */
	const byPeer = new Map<PeerId, PeerLink[]>();
	const quota = createConnectionQuota();
	const banList = createBanList();
	/** Time at which each connection was verified, in monotonic ms. */
	const verifiedAt = new WeakMap<PeerLink, number>();
	const places = createConnectionPlaces(link => {
		const openMs = clock.monotonic() - (verifiedAt.get(link) ?? clock.monotonic());
		return openMs >= TRUSTED_AFTER_MS || banList.isTrusted(link.peer);
	});
	let timer: Timer | undefined;
	let tickedAt = 0;
	let stopped = false;

	function checkStall(): void {
		const now = clock.monotonic();
		const late = now - tickedAt - LIVENESS_TICK_MS;
		if (late <= STALL_MS) return;
		tickedAt = now;
		debug('mesh', 'the timers of this node fired late', {lateMs: Math.round(late)});
		for (const link of open) link.resetIdle();
		handlers.stalled(late);
	}

	function tick(): void {
		checkStall();
		const now = clock.monotonic();
		const lateMs = Math.max(0, now - tickedAt - LIVENESS_TICK_MS);
		tickedAt = now;
		for (const link of [...open]) link.tick(lateMs);
		timer = clock.after(LIVENESS_TICK_MS, tick);
	}

	function onVerified(link: PeerLink): void {
		const now = clock.monotonic();
		const older = byPeer.get(link.peer);
		const refusal = banList.refusalReason(link, older !== undefined, now);
		if (refusal !== undefined) {
			link.fail('barred', refusal);
			return;
		}

		const closing = places.take(link);
		if (closing) {
			handlers.overloaded(closing);
			closing.close('overloaded');
			if (closing === link) return;
		}

		verifiedAt.set(link, now);
		if (!older) {
			byPeer.set(link.peer, [link]);
			handlers.up(link);
			return;
		}

		debug('mesh', 'second connection to a peer', {peer: link.peer.slice(0, 8), lower: self < link.peer});
		const superfluous = older.splice(0, Math.max(0, older.length + 1 - MAX_LINKS_PER_PEER));
		older.push(link);
		for (const one of superfluous) one.close('duplicate');
		handlers.replaced(link);
	}

	/**
	 * Closes the older connections to a peer. To be called when the peer has sent a message on `link`. Has no effect
	 * unless `link` is the newest connection.
	 */
	function resolveDuplicate(link: PeerLink): void {
		const links = byPeer.get(link.peer);
		if (!links || links.length < 2 || links.at(-1) !== link) return;
		for (const one of links.splice(0, links.length - 1)) one.close('duplicate');
	}

	function onMessage(link: PeerLink, message: Message, defer: DeferWork): void {
		if (stopped) return;
		if (self < link.peer && message.type !== 'bye' && message.type !== 'error') resolveDuplicate(link);
		handlers.message(link, message, defer);
	}

	function onClosed(link: PeerLink, closing: LinkClosing): void {
		const now = clock.monotonic();
		places.release(link);
		if (closing.by !== 'fault') banList.recordCleanClose(link, now - (verifiedAt.get(link) ?? now));
		else if (closing.code !== 'barred') banList.banPeer(link, now);
		const links = byPeer.get(link.peer);
		if (!links) return;
		const index = links.indexOf(link);
		if (index >= 0) links.splice(index, 1);
		const last = links.at(-1);
		if (last) {
			handlers.replaced(last, link);
			return;
		}

		byPeer.delete(link.peer);
		handlers.down(link, closing);
	}

	return {
		start() {
			tickedAt = clock.monotonic();
			timer = clock.after(LIVENESS_TICK_MS, tick);
		},
		adopt(connection, done) {
			// Connections above MAX_CONNECTIONS are accepted only until their hello is verified.
			const isFull = open.size >= MAX_CONNECTIONS + MAX_PENDING_CONNECTIONS;
			const slot = stopped || isFull ? undefined : quota.acquire(connection);
			if (!slot) {
				connection.destroy();
				done?.({type: 'failed', closing: {by: 'us', code: 'overloaded', text: 'too many connections'}});
				return;
			}

			let report = done;
			const opened = openPeerLink(
				connection,
				{...options, scheduler, frameBudget},
				{
					verified(link) {
						slot.handshakeDone();
						onVerified(link);
						report?.({type: 'verified', link});
						report = undefined;
					},
					message: onMessage,
					metricsChanged: link => stopped || handlers.metricsChanged(link),
					drained: link => stopped || handlers.drained(link),
					idle: link => stopped || handlers.idle?.(link),
					closed(link, closing) {
						slot.release();
						open.delete(opened);
						report?.({type: 'failed', closing});
						report = undefined;
						if (stopped) return;
						if (link) onClosed(link, closing);
						else handlers.rejected(connection, closing);
					},
				},
			);
			open.add(opened);
		},
		linkOf: peer => byPeer.get(peer)?.at(-1),
		links: () => [...byPeer.values()].flatMap(links => links.at(-1) ?? []),
		get size() {
			return byPeer.size;
		},
		checkStall,
		closeAll() {
			for (const links of byPeer.values()) for (const link of links) link.close('leaving');
		},
		stop() {
			stopped = true;
			timer?.cancel();
			for (const link of [...open]) link.destroy('stopped', 'this node stops');
			scheduler.stop();
			open.clear();
			byPeer.clear();
		},
	};
}
