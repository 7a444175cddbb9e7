/** What happens when a connection comes up, goes down, or something is said on it. */
import type {ByeReason, Message, PeersMessage} from '../codec/message.js';
import type {PeerId} from '../core/ids.js';
import {labelOf} from '../core/label.js';
import {CLOCK_OFFSET_SHOWN_MS, CLOCK_WRONG_MS, FAULT_REST_MS} from '../core/limits.js';
import type {Clock, Timer} from '../network/clock.js';
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

const MEASURE_INTERVAL_MS = 2000;
/** Offsets are shown in tenths of seconds. */
const SHOWN_OFFSET_STEP_MS = 100;
const GOODBYES: ReadonlySet<string> = new Set<ByeReason>(['leaving', 'duplicate', 'self', 'idle', 'overloaded']);

/** Whoever found it does not take the other back for FAULT_REST_MS, so that neither needs to dial. */
function isFault({by, code}: LinkClosing): boolean {
	return by === 'fault' || (by === 'them' && !GOODBYES.has(code));
}

function isNear(a: number | undefined, b: number | undefined, step: number): boolean {
	if (a === undefined || b === undefined) return a === b;
	return Math.round(a / step) === Math.round(b / step);
}

export function createLinkEvents(options: LinkEventsOptions): MeshHandlers & {stop(): void} {
	const {clock, nodeClock, store, witness, notices} = options;
	const measured = new Set<PeerId>();
	let measuring: Timer | undefined;
	const peerTeller = createPeerTeller(clock, () => options.mesh().links());
	const typing = createTypingWatch({
		clock,
		wall: nodeClock.wall,
		pass: fact => options.ledger().pass(fact),
		isShown: peer => store.getState().passing.typing[peer] !== undefined,
	});
	let isJudged = false;
	let stopped = false;

	function pass(link: PeerLink): void {
		const {roundTripMs, clockOffsetMs} = link;
		options.ledger().pass({
			type: 'link-measured',
			peer: link.peer,
			status: link.status,
			direction: link.dialled ? 'dialled' : 'accepted',
			version: link.hello.program,
			queuedBytes: link.queuedBytes,
			...(roundTripMs === undefined ? {} : {roundTripMs}),
			...(clockOffsetMs === undefined ? {} : {clockOffsetMs}),
		});
	}

	/** As far as anybody shows it. */
	function looksSame(link: PeerLink): boolean {
		const known = store.getState().passing.links[link.peer];
		return (
			known?.status === link.status &&
			known.queuedBytes === link.queuedBytes &&
			isNear(known.roundTripMs, link.roundTripMs, 1) &&
			isNear(known.clockOffsetMs, link.clockOffsetMs, SHOWN_OFFSET_STEP_MS)
		);
	}

	function flushMeasured(): void {
		measuring = undefined;
		for (const peer of measured) {
			const link = options.mesh().linkOf(peer);
			if (link && !looksSame(link)) pass(link);
		}

		measured.clear();
	}

	function judgeClocks(): void {
		isJudged = true;
		const offsets = options
			.mesh()
			.links()
			.map(link => link.clockOffsetMs ?? Number.NaN);
		const before = nodeClock.correctionMs;
		const after = nodeClock.observe(offsets);
		if (Math.abs(after - before) > CLOCK_OFFSET_SHOWN_MS && after !== 0) notices.clockCorrected(after);
	}

	/** Two clocks far apart: whose is wrong, others will tell in a moment. What is stamped now cannot be taken back. */
	const agrees = ({clockOffsetMs = 0}: PeerLink) => Math.abs(clockOffsetMs - nodeClock.correctionMs) <= CLOCK_WRONG_MS;

	function up(link: PeerLink): void {
		// One more that agrees with a clock that needs no correction moves no median beyond what is wrong.
		if (!isJudged || nodeClock.correctionMs !== 0 || !agrees(link)) judgeClocks();
		nodeClock.merge(link.hello.hlc);
		if (agrees(link)) options.firstHello();
		options.ledger().observe({type: 'peer-connected', subject: link.peer, address: link.remoteAddress});
		pass(link);
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
		measured(link) {
			const known = store.getState().passing.links[link.peer];
			if (known && known.status !== link.status) {
				pass(link);
				return;
			}

			if (stopped) return;
			measured.add(link.peer);
			measuring ??= clock.after(MEASURE_INTERVAL_MS, () => {
				flushMeasured();
				judgeClocks();
			});
		},
		drained: link => options.sync().drained(link),
		rejected: (connection, closing) => notices.rejected(connection.remoteAddress, closing),
		stalled() {
			witness.stalled(clock.monotonic());
			options.burst();
		},
		stop() {
			stopped = true;
			measuring?.cancel();
			peerTeller.stop();
			typing.stop();
		},
	};
}
