/** Message router: passes each message of a verified peer to the part of the node that handles its type. */
import type {Message, PeersMessage, WhisperAckMessage, WhisperMessage} from '../codec/message-types.js';
import type {Clock} from '../core/environment.js';
import type {Dialler} from '../network/dial/dialler.js';
import type {Files} from '../network/files/files.js';
import {type LocalInterface, shareKey} from '../network/ip-address.js';
import type {PeerLink} from '../network/link/peer-link.js';
import type {FailureDetector} from '../network/mesh/failure-detector.js';
import {dialableAddresses, type PeerExchangeSender} from '../network/mesh/peer-exchange.js';
import {type ChunkedWork, type DeferWork, inChunks} from '../network/scheduling/chunked-work.js';
import type {Sync} from '../network/sync/sync.js';
import type {NodeClock} from './node-clock.js';
import type {TypingExpiry} from './typing-expiry.js';

export interface MessageRouterParts {
	readonly clock: Clock;
	readonly nodeClock: NodeClock;
	readonly sync: Sync;
	readonly files: Files;
	readonly dialler: Dialler;
	readonly failureDetector: FailureDetector;
	readonly peerExchangeSender: PeerExchangeSender;
	readonly typingExpiry: TypingExpiry;
	/** Network interfaces of this computer. */
	interfaces(): readonly LocalInterface[];
	onWhisper(link: PeerLink, message: WhisperMessage | WhisperAckMessage): void;
}

/** Handler of the messages on all links. It passes work that takes long to `defer`. */
export type MessageRouter = (link: PeerLink, message: Message, defer: DeferWork) => void;

export function createMessageRouter(parts: MessageRouterParts): MessageRouter {
	const {clock, nodeClock, sync, files, dialler, failureDetector, peerExchangeSender, typingExpiry} = parts;

	function handle(link: PeerLink, message: Message, defer: DeferWork): void {
		switch (message.type) {
			case 'have':
			case 'want':
			case 'events':
				sync.message(link, message, defer);
				break;
			case 'peers':
				defer(processPeers(link, message));
				break;
			case 'file-ask':
			case 'file-info':
			case 'file-want':
			case 'file-data':
			case 'file-none':
				files.message(link, message);
				break;
			case 'alive':
				failureDetector.reportAlive(link.peer, message.peers, clock.monotonic());
				break;
			case 'typing':
				files.noteTalk();
				typingExpiry.refresh(link.peer);
				break;
			case 'whisper':
			case 'whisper-ack':
				files.noteTalk();
				parts.onWhisper(link, message);
				break;
			case 'bye':
				// The last events of the peer must be in the log before the record of its disconnection.
				sync.flushSmall();
				break;
			case 'pong':
				nodeClock.merge(message.hlc);
				break;
			default:
		}
	}

	/** Processes a list of the peers to which the peer of `link` is connected. */
	function* processPeers(link: PeerLink, {added, removed, all}: PeersMessage): ChunkedWork {
		if (all) failureDetector.reportFullList(link.peer, new Set(added.map(({peer}) => peer)), clock.monotonic());
		yield* inChunks(added, reportedPeer => {
			failureDetector.reportChange(link.peer, reportedPeer.peer, true, clock.monotonic());
			for (const address of dialableAddresses(link, reportedPeer, parts.interfaces()))
				dialler.learnAddress(reportedPeer.peer, address, 'exchange', shareKey(link.remoteAddress, link.peer));
		});
		yield* inChunks(removed, peer => {
			failureDetector.reportChange(link.peer, peer, false, clock.monotonic());
			peerExchangeSender.expedite(peer);
		});
	}

	return handle;
}
