import type {Message} from '../../codec/message.js';
import type {Timer} from '../../core/environment.js';
import type {PeerId} from '../../core/event.js';
import {LIVENESS_TICK_MS, MAX_CONNECTIONS, MAX_LINKS_PER_PEER, STALL_MS} from '../../core/limits.js';
import {createBanList} from '../dial/ban-list.js';
import type {AdoptOutcome} from '../dial/dial-scheduler.js';
import {type LinkClosing, type OpenLink, openPeerLink, type PeerLink, type PeerLinkOptions} from '../link/peer-link.js';
import type {DeferWork} from '../scheduling/chunked-work.js';
import {createLinkScheduler} from '../scheduling/link-scheduler.js';
import {createConnectionQuota} from '../transport/connection-quota.js';
import type {Connection} from '../transport/transport.js';

/** What the mesh tells of its connections. */
export interface MeshHandlers {
	/** First connection to this peer. */
	up(link: PeerLink): void;
	/** Another connection carries on, since it is new or since `closed` is gone: say `have` anew on it. */
	replaced(link: PeerLink, closed?: PeerLink): void;
	/** No connection to this peer is left. */
	down(link: PeerLink, closing: LinkClosing): void;
	/** `rest`: for work that takes long, the rest of it. */
	message(link: PeerLink, message: Message, rest: DeferWork): void;
	metricsChanged(link: PeerLink): void;
	drained(link: PeerLink): void;
	/** A connection that never got past its hello, and why. */
	rejected(connection: Connection, closing: LinkClosing): void;
	/** Our own timers fired late by this many ms: sleep, or a starved CPU. */
	stalled(lateMs: number): void;
}

/**
 * Every connection of this node: exactly one for each peer, whoever dialled (design.md, 3, One connection per pair).
 *
 * Invariants
 * 1. Only the lower peer id resolves duplicates: it keeps the connection verified last and closes the other, as soon as the
 *    other end has spoken on it behind its hello: closed before, it might be left without any. The higher id closes
 *    neither, reads both, sends on the newest. At either, one above MAX_LINKS_PER_PEER closes its oldest.
 * 2. `up` and `down` alternate for each peer; between them `replaced` says that history must be compared anew.
 * 3. If our own timers stood still, nobody is declared gone for it.
 * 4. One address holds a part of the places only; who was cut off for a fault is not taken back for a while (ban-list.ts).
 */

export interface Mesh {
	start(): void;
	/** Takes over a connection, dialled or accepted. */
	adopt(connection: Connection, done?: (outcome: AdoptOutcome) => void): void;
	/** The connection to send on. */
	linkOf(peer: PeerId): PeerLink | undefined;
	/** One for each connected peer. */
	links(): PeerLink[];
	readonly size: number;
	/** Of the timers that come due after a sleep any may be the first: each that concludes something from time asks here. */
	checkStall(): void;
	/** Says bye to all; `closed` follows for each. */
	closeAll(): void;
	/** Destroys what is still open; nothing is reported any more. */
	stop(): void;
}

export function createMesh(options: PeerLinkOptions, handlers: MeshHandlers): Mesh {
	const {clock, self, debug} = options;
	const scheduler = createLinkScheduler(clock);
	const open = new Set<OpenLink>();
	/** In the order in which they were verified; the last one carries what we send. */
	const byPeer = new Map<PeerId, PeerLink[]>();
	const quota = createConnectionQuota();
	const banList = createBanList();
	/** When each was let in, monotonic ms. */
	const verifiedAt = new WeakMap<PeerLink, number>();
	let timer: Timer | undefined;
	let tickedAt = 0;
	let stopped = false;

	function checkStall(): void {
		const now = clock.monotonic();
		const late = now - tickedAt - LIVENESS_TICK_MS;
		if (late <= STALL_MS) return;
		tickedAt = now;
		debug('mesh', 'our own timers stood still', {lateMs: Math.round(late)});
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

	/** The other end has verified this connection: the one before it is not needed any more. */
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
			const slot = stopped || open.size >= MAX_CONNECTIONS ? undefined : quota.acquire(connection);
			if (!slot) {
				connection.destroy();
				done?.({type: 'failed', closing: {by: 'us', code: 'overloaded', text: 'too many connections'}});
				return;
			}

			let report = done;
			const opened = openPeerLink(
				connection,
				{...options, scheduler},
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
