/** What connections tell while they stand: how far away each is, whether it is silent, and whose clock is wrong. */
import type {PassingFact} from '../core/event.js';
import type {PeerId} from '../core/ids.js';
import {CLOCK_OFFSET_SHOWN_MS, CLOCK_WRONG_MS} from '../core/limits.js';
import type {Clock, Timer} from '../network/clock.js';
import type {PeerLink} from '../network/peer-link.js';
import type {NodeClock} from './node-clock.js';
import type {Notices} from './notices.js';
import type {Store} from './store.js';

export interface LinkMeasuresOptions {
	readonly clock: Clock;
	readonly nodeClock: NodeClock;
	readonly store: Store;
	readonly notices: Notices;
	/** One for each connected peer. */
	links(): readonly PeerLink[];
	pass(fact: PassingFact): void;
}

export interface LinkMeasures {
	/** Tells the state of it. */
	pass(link: PeerLink): void;
	/** Something is new of it: told at once if its status changed, else with others. */
	note(link: PeerLink): void;
	/** A connection came up: is ours the clock that is wrong? */
	judge(link: PeerLink): void;
	/** Two clocks far apart: whose is wrong, others will tell in a moment. What is stamped now cannot be taken back. */
	agrees(link: PeerLink): boolean;
	stop(): void;
}

const MEASURE_INTERVAL_MS = 2000;
/** Offsets are shown in tenths of seconds. */
const SHOWN_OFFSET_STEP_MS = 100;

function isNear(a: number | undefined, b: number | undefined, step: number): boolean {
	if (a === undefined || b === undefined) return a === b;
	return Math.round(a / step) === Math.round(b / step);
}

export function createLinkMeasures({clock, nodeClock, store, notices, links, pass}: LinkMeasuresOptions): LinkMeasures {
	const noted = new Set<PeerId>();
	let timer: Timer | undefined;
	let isJudged = false;
	let stopped = false;

	const knownOf = ({peer}: PeerLink) => store.getState().passing.links[peer];

	function passLink(link: PeerLink): void {
		const {roundTripMs, clockOffsetMs} = link;
		pass({
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
		const known = knownOf(link);
		return (
			known?.status === link.status &&
			known.queuedBytes === link.queuedBytes &&
			isNear(known.roundTripMs, link.roundTripMs, 1) &&
			isNear(known.clockOffsetMs, link.clockOffsetMs, SHOWN_OFFSET_STEP_MS)
		);
	}

	function judgeClocks(): void {
		isJudged = true;
		const before = nodeClock.correctionMs;
		const after = nodeClock.observe(links().map(link => link.clockOffsetMs ?? Number.NaN));
		if (Math.abs(after - before) > CLOCK_OFFSET_SHOWN_MS && after !== 0) notices.clockCorrected(after);
	}

	const agrees = ({clockOffsetMs = 0}: PeerLink) => Math.abs(clockOffsetMs - nodeClock.correctionMs) <= CLOCK_WRONG_MS;

	function flush(): void {
		timer = undefined;
		for (const link of links()) if (noted.has(link.peer) && !looksSame(link)) passLink(link);
		noted.clear();
		judgeClocks();
	}

	return {
		pass: passLink,
		note(link) {
			const known = knownOf(link);
			if (known && known.status !== link.status) {
				passLink(link);
				return;
			}

			if (stopped) return;
			noted.add(link.peer);
			timer ??= clock.after(MEASURE_INTERVAL_MS, flush);
		},
		judge(link) {
			// One more that agrees with a clock that needs no correction moves no median beyond what is wrong.
			if (!isJudged || nodeClock.correctionMs !== 0 || !agrees(link)) judgeClocks();
		},
		agrees,
		stop() {
			stopped = true;
			timer?.cancel();
		},
	};
}
