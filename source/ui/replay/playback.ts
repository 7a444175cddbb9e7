/** Playing: time passes at a pace, records follow it. Pure; the clock is passed in. */
import type {History} from '../../core/history.js';
import {enterReview} from './position.js';
import type {ReplayContext} from './replay-frame.js';
import {MAX_IDLE_MS, type ReplayUi, SPEEDS} from './replay-state.js';

export interface Playhead {
	/** Wall clock of the log, ms. */
	readonly time: number;
	/** Records played. */
	readonly index: number;
}

/** At full speed a log of any length takes about this long. */
const FULL_SPEED_DURATION_MS = 8000;

/** `elapsedMs`: real time that went by. */
export function advancePlayhead(
	history: History,
	{time, index}: Playhead,
	elapsedMs: number,
	{speed, skipIdle}: Pick<ReplayUi, 'speed' | 'skipIdle'>,
): Playhead {
	if (speed === Number.POSITIVE_INFINITY) {
		const next = Math.min(
			history.length,
			index + Math.max(1, Math.ceil((history.length * elapsedMs) / FULL_SPEED_DURATION_MS)),
		);
		return {index: next, time: Math.max(time, history.timeAt(next - 1))};
	}
	let reached = time + elapsedMs * speed;
	let known = index;
	for (;;) {
		const played = history.indexAt(reached);
		known = Math.max(known, played);
		if (!skipIdle || known >= history.length) break;
		// Silence is cut once it has been listened to for SQUEEZED_MS.
		const next = history.timeAt(known);
		const quietSince = history.timeAt(known - 1);
		const over = reached - quietSince - MAX_IDLE_MS;
		if (over < 0 || reached >= next) break;
		reached = next + Math.min(over, elapsedMs * speed);
	}
	const last = history.timeAt(history.length - 1);
	return {index: known, time: known >= history.length ? Math.min(reached, Math.max(last, time)) : reached};
}

/** Starts from the position; at the end from the start. */
export function startPlaying(ui: ReplayUi, context: ReplayContext): ReplayUi {
	const {history, frameOf, now} = context;
	if (history.length === 0) return ui;
	const {index} = frameOf(history, ui);
	const from = index >= history.length ? Math.min(1, history.length) : index;
	return {...ui, mode: 'playing', index: from, time: history.timeAt(from - 1), tickedAt: now, overlay: undefined};
}

/** Brings the playhead up to date; at the end of a log that is not followed it stops. */
export function updatePlayhead(ui: ReplayUi, context: ReplayContext): ReplayUi {
	const {history, now} = context;
	if (ui.mode !== 'playing') return ui;
	const head = advancePlayhead(history, ui, Math.max(0, now - ui.tickedAt), ui);
	const played: ReplayUi = {...ui, ...head, tickedAt: now};
	return head.index >= history.length && !ui.following && ui.loadedFraction >= 1
		? enterReview(played, context)
		: played;
}

export function changeSpeed(ui: ReplayUi, by: 1 | -1): ReplayUi {
	const at = SPEEDS.findIndex(speed => speed >= ui.speed);
	const place = by > 0 ? SPEEDS.findIndex(speed => speed > ui.speed) : (at === -1 ? SPEEDS.length : at) - 1;
	const speed = SPEEDS[place];
	return speed === undefined ? ui : {...ui, speed};
}
