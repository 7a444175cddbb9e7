/** What happens when a connection comes up, goes down, or something is said on it. */
import type {ByeReason, Message, PeersMessage} from '../codec/message.js';
import {labelOf} from '../core/label.js';
import {FAULT_REST_MS} from '../core/limits.js';
import type {Clock} from '../network/clock.js';
import type {Dialler} from '../network/dialler.js';
import type {Mesh} from '../network/mesh.js';
import type {MeshHandlers} from '../network/mesh-handlers.js';
import {inParts, type Parts, type PutOff} from '../network/parts.js';
import {believedAddresses} from '../network/peer-exchange.js';
import type {LinkClosing, PeerLink} from '../network/peer-link.js';
import {createPeerTeller} from '../network/peer-teller.js';
import type {Sync} from '../network/sync-options.js';
import type {Witness} from '../network/witness.js';
import type {Ledger} from './ledger.js';
import {createLinkMeasures} from './link-measures.js';
import type {NodeClock} from './node-clock.js';
import type {Notices} from './notices.js';
import type {Presence} from './presence.js';
import type {Store} from './store.js';
import {createTypingWatch} from './typing-watch.js';

export interface LinkEventsOptions {
	readonly clock: Clock;
	readonly nodeClock: NodeClock;
	readonly store: Store;
	readonly notices: Notices;
	ledger(): Ledger;
	mesh(): Mesh;
	sync(): Sync;
	dialler(): Dialler;
	readonly witness: Witness;
	presence(): Presence;
	/** A connection is up whose clock does not contradict ours: time to say that we joined. */
	firstHello(): void;
	/** Our timers stood still: announce ourselves. */
	burst(): void;
}

const GOODBYES: ReadonlySet<string> = new Set<ByeReason>(['leaving', 'duplicate', 'self', 'idle', 'overloaded']);

/** Whoever found it does not take the other back for FAULT_REST_MS, so that neither needs to dial. */
function isFault({by, code}: LinkClosing): boolean {
	return by === 'fault' || (by === 'them' && !GOODBYES.has(code));
}

export function createLinkEvents(options: LinkEventsOptions): MeshHandlers & {stop(): void} {
	const {clock, nodeClock, store, witness, notices} = options;
	const measures = createLinkMeasures({
		clock,
		nodeClock,
		store,
		notices,
		links: () => options.mesh().links(),
		pass: fact => options.ledger().pass(fact),
	});
	const peerTeller = createPeerTeller(clock, () => options.mesh().links());
	const typing = createTypingWatch({
		clock,
		wall: nodeClock.wall,
		pass: fact => options.ledger().pass(fact),
		isShown: peer => store.getState().passing.typing[peer] !== undefined,
	});
	function up(link: PeerLink): void {
		measures.judge(link);
		nodeClock.merge(link.hello.hlc);
		if (measures.agrees(link)) options.firstHello();
		options.ledger().observe({type: 'peer-connected', subject: link.peer, address: link.remoteAddress});
		measures.pass(link);
		options.ledger().commit();
		options.dialler().connected(link.peer);
		witness.connected(link.peer, clock.monotonic());
		options.sync().up(link);
		peerTeller.up(link.peer);
	}

	function down(link: PeerLink, closing: LinkClosing): void {
		const {peer} = link;
		const leaving = closing.by === 'them' && closing.code === 'leaving';
		options.sync().down(peer);
		options.ledger().observe({type: 'peer-disconnected', subject: peer, reason: closing.text, alone: false});
		options.ledger().pass({type: 'link-closed', peer});
		options.ledger().commit();
		witness.disconnected(peer, clock.monotonic());
		peerTeller.down(peer);
		if (closing.by === 'them' && !leaving) notices.closedByPeer(labelOf(store.getState(), peer), closing);
		if (closing.by === 'fault') notices.fault(labelOf(store.getState(), peer), closing);
		if (leaving) options.dialler().forget(peer);
		else options.dialler().disconnected(peer, isFault(closing) ? FAULT_REST_MS : 0);
		if (!leaving) options.presence().disconnected(peer);
	}

	/** What one says whom it is connected to. */
	function* readPeers(link: PeerLink, {added, removed, all}: PeersMessage): Parts {
		if (all) witness.listed(link.peer, new Set(added.map(named => named.peer)), clock.monotonic());
		yield* inParts(added, named => {
			witness.reported(link.peer, named.peer, true, clock.monotonic());
			for (const address of believedAddresses(link, named)) options.dialler().heard(named.peer, address, 'exchange');
		});
		yield* inParts(removed, peer => {
			witness.reported(link.peer, peer, false, clock.monotonic());
			peerTeller.doubted(peer);
		});
	}

	function message(link: PeerLink, message: Message, rest: PutOff): void {
		switch (message.type) {
			case 'have':
			case 'want':
			case 'events':
				options.sync().message(link, message, rest);
				break;
			case 'peers':
				rest(readPeers(link, message));
				break;
			case 'typing':
				typing.sign(link.peer);
				break;
			case 'bye':
				// Its last words are read before its end is noted.
				options.sync().hurry();
				break;
			case 'pong':
				nodeClock.merge(message.hlc);
				break;
			default:
		}
	}

	return {
		up,
		replaced(link, closed) {
			options.sync().replaced(link, closed);
			peerTeller.replaced(link.peer);
		},
		down,
		message,
		measured: link => measures.note(link),
		drained: link => options.sync().drained(link),
		rejected: (connection, closing) => notices.rejected(connection.remoteAddress, closing),
		stalled() {
			witness.stalled(clock.monotonic());
			options.burst();
		},
		stop() {
			measures.stop();
			peerTeller.stop();
			typing.stop();
		},
	};
}
