/** What happens when a connection comes up, goes down, or something is said on it. */
import type {ByeReason, Message, PeersMessage} from '../codec/message.js';
import type {Clock} from '../core/environment.js';
import {FAULT_BAN_MS} from '../core/limits.js';
import {formatPeerName} from '../core/select-peers.js';
import type {Dialler} from '../network/dial/dialler.js';
import type {LinkClosing, PeerLink} from '../network/link/peer-link.js';
import type {FailureDetector} from '../network/mesh/failure-detector.js';
import type {Mesh, MeshHandlers} from '../network/mesh/mesh.js';
import {createPeerExchangeSender, dialableAddresses} from '../network/mesh/peer-exchange.js';
import {type ChunkedWork, type DeferWork, inChunks} from '../network/scheduling/chunked-work.js';
import type {Sync} from '../network/sync/sync.js';
import type {EventPipeline} from './event-pipeline.js';
import {createLinkMetrics} from './link-metrics.js';
import type {NodeClock} from './node-clock.js';
import type {Notices} from './notices.js';
import type {Presence} from './presence.js';
import type {Store} from './store.js';
import {createTypingExpiry} from './typing-expiry.js';

export interface LinkEventHandlerOptions {
	readonly clock: Clock;
	readonly nodeClock: NodeClock;
	readonly store: Store;
	readonly notices: Notices;
	pipeline(): EventPipeline;
	mesh(): Mesh;
	sync(): Sync;
	dialler(): Dialler;
	readonly failureDetector: FailureDetector;
	presence(): Presence;
	/** A connection is up whose clock does not contradict ours: time to say that we joined. */
	onReadyToJoin(): void;
	/** Our timers stood still: announce ourselves. */
	onTimersStalled(): void;
}

const BENIGN_BYE_REASONS: ReadonlySet<string> = new Set<ByeReason>([
	'leaving',
	'duplicate',
	'self',
	'idle',
	'overloaded',
]);

/** Whoever found it does not take the other back for FAULT_REST_MS, so that neither needs to dial. */
function isFault({by, code}: LinkClosing): boolean {
	return by === 'fault' || (by === 'them' && !BENIGN_BYE_REASONS.has(code));
}

export function createLinkEventHandlers(options: LinkEventHandlerOptions): MeshHandlers & {stop(): void} {
	const {clock, nodeClock, store, failureDetector, notices} = options;
	const linkMetrics = createLinkMetrics({
		clock,
		nodeClock,
		store,
		notices,
		links: () => options.mesh().links(),
		publish: fact => options.pipeline().publish(fact),
	});
	const peerExchangeSender = createPeerExchangeSender(clock, () => options.mesh().links());
	const typingExpiry = createTypingExpiry({
		clock,
		wall: nodeClock.wall,
		publish: fact => options.pipeline().publish(fact),
		isShown: peer => store.getState().ephemeral.typing[peer] !== undefined,
	});
	function up(link: PeerLink): void {
		linkMetrics.checkClock(link);
		nodeClock.merge(link.hello.hlc);
		if (linkMetrics.clockAgrees(link)) options.onReadyToJoin();
		options.pipeline().observe({type: 'peer-connected', subject: link.peer, address: link.remoteAddress});
		linkMetrics.publish(link);
		options.pipeline().commit();
		options.dialler().connected(link.peer);
		failureDetector.connected(link.peer, clock.monotonic());
		options.sync().up(link);
		peerExchangeSender.up(link.peer);
	}

	function down(link: PeerLink, closing: LinkClosing): void {
		const {peer} = link;
		const isLeaving = closing.by === 'them' && closing.code === 'leaving';
		options.sync().down(peer);
		options.pipeline().observe({type: 'peer-disconnected', subject: peer, reason: closing.text, alone: false});
		options.pipeline().publish({type: 'link-closed', peer});
		options.pipeline().commit();
		failureDetector.disconnected(peer, clock.monotonic());
		peerExchangeSender.down(peer);
		if (closing.by === 'them' && !isLeaving) notices.closedByPeer(formatPeerName(store.getState(), peer), closing);
		if (closing.by === 'fault') notices.peerFault(formatPeerName(store.getState(), peer), closing);
		if (isLeaving) options.dialler().peerLeft(peer);
		else options.dialler().disconnected(peer, isFault(closing) ? FAULT_BAN_MS : 0);
		if (!isLeaving) options.presence().onPeerDisconnected(peer);
	}

	/** What one says whom it is connected to. */
	function* processPeers(link: PeerLink, {added, removed, all}: PeersMessage): ChunkedWork {
		if (all)
			failureDetector.reportFullList(
				link.peer,
				new Set(added.map(reportedPeer => reportedPeer.peer)),
				clock.monotonic(),
			);
		yield* inChunks(added, named => {
			failureDetector.reportChange(link.peer, named.peer, true, clock.monotonic());
			for (const address of dialableAddresses(link, named))
				options.dialler().learnAddress(named.peer, address, 'exchange');
		});
		yield* inChunks(removed, peer => {
			failureDetector.reportChange(link.peer, peer, false, clock.monotonic());
			peerExchangeSender.expedite(peer);
		});
	}

	function message(link: PeerLink, message: Message, defer: DeferWork): void {
		switch (message.type) {
			case 'have':
			case 'want':
			case 'events':
				options.sync().message(link, message, defer);
				break;
			case 'peers':
				defer(processPeers(link, message));
				break;
			case 'typing':
				typingExpiry.refresh(link.peer);
				break;
			case 'bye':
				// Its last words are read before its end is noted.
				options.sync().flushSmall();
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
			peerExchangeSender.replaced(link.peer);
		},
		down,
		message,
		metricsChanged: link => linkMetrics.recordChange(link),
		drained: link => options.sync().drained(link),
		rejected: (connection, closing) => notices.connectionRejected(connection.remoteAddress, closing),
		stalled() {
			failureDetector.stalled(clock.monotonic());
			options.onTimersStalled();
		},
		stop() {
			linkMetrics.stop();
			peerExchangeSender.stop();
			typingExpiry.stop();
		},
	};
}
