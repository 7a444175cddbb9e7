/** Playback: advances the playhead at the chosen speed and changes the speed. */
import type {History} from '../../core/history.js';
import {enterReview} from './position.js';
import type {ReplayContext} from './replay-frame.js';
import {MAX_IDLE_MS, type ReplayUi, SPEEDS} from './replay-state.js';

export interface Playhead {
	/** Wall clock time in the log, ms. */
	readonly time: number;
	/** Number of records of the log that were played so far. */
	readonly index: number;
}

/** Approximate duration of playback at the maximum speed, for a log of any length, ms. */
const FULL_SPEED_DURATION_MS = 8000;

/** Returns the playhead after `elapsedMs` ms of playback at the chosen speed. */
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
	let newTime = time + elapsedMs * speed;
	let newIndex = index;
	for (;;) {
		newIndex = Math.max(newIndex, history.indexAt(newTime));
		if (!skipIdle || newIndex >= history.length) break;
		// After MAX_IDLE_MS without a record, playback skips the rest of the pause. The time that remains in this step
		// is played after the next record.
		const nextTime = history.timeAt(newIndex);
		const excessMs = newTime - history.timeAt(newIndex - 1) - MAX_IDLE_MS;
		if (excessMs < 0 || newTime >= nextTime) break;
		newTime = nextTime + Math.min(excessMs, elapsedMs * speed);
	}
	const last = history.timeAt(history.length - 1);
	return {index: newIndex, time: newIndex >= history.length ? Math.min(newTime, Math.max(last, time)) : newTime};
}

/** Time for which the message "Playing from event …" replaces the transport bar, ms. */
const START_MESSAGE_MS = 4000;

/** Starts playback at the position, or at the start of the log if the position is at its end. */
export function startPlaying(ui: ReplayUi, context: ReplayContext): ReplayUi {
	const {history, frameOf, now} = context;
	if (history.length === 0) return ui;
	const {index, rank} = frameOf(history, ui);
	const isAtEnd = index >= history.length;
	const startIndex = isAtEnd ? Math.min(1, history.length) : index;
	const {length: shown} = history.stateAt(startIndex).timeline;
	const playing: ReplayUi = {
		...ui,
		mode: 'playing',
		index: startIndex,
		time: history.timeAt(startIndex - 1),
		tickedAt: now,
		overlay: undefined,
	};
	// Playback shows what the log contained at each moment. Messages of others can have arrived in it long after they
	// were written.
	if (isAtEnd || shown === rank) return playing;
	const text = `Playing from event ${shown}: when event ${rank} arrived, this log had only ${shown} events`;
	return {...playing, flash: {text, level: 'info', until: now + START_MESSAGE_MS}};
}

/** Advances the playhead to the current time. Playback ends at the end of the log, unless the file is followed or still being read. */
export function updatePlayhead(ui: ReplayUi, context: ReplayContext): ReplayUi {
	const {history, now} = context;
	if (ui.mode !== 'playing') return ui;
	const head = advancePlayhead(history, ui, Math.max(0, now - ui.tickedAt), ui);
	const flash = ui.flash && ui.flash.until > 0 && ui.flash.until <= now ? undefined : ui.flash;
	const played: ReplayUi = {...ui, ...head, flash, tickedAt: now};
	return head.index >= history.length && !ui.following && ui.loadedFraction >= 1
		? enterReview(played, context)
		: played;
}

/** The next lower or higher speed of SPEEDS. */
export function changeSpeed(ui: ReplayUi, by: 1 | -1): ReplayUi {
	const speed = by > 0 ? SPEEDS.find(other => other > ui.speed) : SPEEDS.findLast(other => other < ui.speed);
	return speed === undefined ? ui : {...ui, speed};
}
