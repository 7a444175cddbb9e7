/**
 * Effects in the simulator: the effect that a node writes after a post, and the check of the effects that each node
 * shows. All choices follow from the time of the step, so that the random numbers of a scenario stay the same.
 */
import {isEffect} from '../../source/core/effects.js';
import type {EffectEvent, FeedEvent, PeerId, PostedEvent} from '../../source/core/event.js';
import {compareOrder} from '../../source/core/event-order.js';
import {findPeer} from '../../source/core/roster.js';
import {selectMarks} from '../../source/core/select-marks.js';
import {selectPins} from '../../source/core/select-pins.js';
import type {State} from '../../source/core/state.js';
import {textOf} from '../../source/core/text-of.js';
import {sliceTimeline} from '../../source/core/timeline.js';
import type {Life} from './node.js';

const WORDS = ['up', 'down', 'ok'];
/** Newest rows from which a target is chosen. */
const RECENT_ROWS = 30;

function postedRows({timeline}: State, from = 0): PostedEvent[] {
	return sliceTimeline(timeline, from, timeline.length).filter(row => row.type === 'posted');
}

/** Makes a node reply to, react to or pin a recent message, or correct or withdraw one of its own. `at`: time of the step, ms. */
export function actOnMessage({chatNode, info}: Life, at: number): void {
	const state = chatNode.store.getState();
	const recent = postedRows(state, Math.max(0, state.timeline.length - RECENT_ROWS));
	const own = recent.filter(({peer}) => peer === info?.peer);
	const target = recent[at % recent.length];
	const ownTarget = own[at % own.length];
	const word = WORDS[at % WORDS.length] ?? '';
	if (!target) return;
	switch (Math.floor(at / 10) % 8) {
		case 0:
			chatNode.post(`reply at ${at}`, {replyTo: {peer: target.peer, seq: target.seq}});
			break;
		case 1:
		case 2:
			chatNode.mark(target, word, true);
			break;
		case 3:
			chatNode.mark(target, word, false);
			break;
		case 4:
		case 5:
			if (ownTarget) chatNode.correct(ownTarget, `corrected at ${at}`);
			break;
		case 6:
			if (ownTarget) chatNode.withdraw(ownTarget);
			break;
		default:
			chatNode.pin(target, at % 4 !== 0);
	}
}

/** What the effects of a state show: one line for each message, and one for the pins. */
export function describeEffects(state: State): string[] {
	const messages = postedRows(state).map(message => {
		const marks = selectMarks(state, message).map(({word, people}) => `${word} ${people.length}`);
		return `${message.peer.slice(0, 6)}:${message.seq} ${textOf(state, message)} ${marks.join()}`;
	});
	return [...messages, `pins ${selectPins(state).map(({message}) => `${message.peer.slice(0, 6)}:${message.seq}`)}`];
}

/**
 * Compares the effects that a node shows with those on the first node, and with a direct computation over all events
 * that it received.
 */
export function checkEffects(
	name: string,
	life: Life,
	state: State,
	expected: readonly string[] | undefined,
): string[] {
	// Which effects are held back depends on the local clock.
	if (state.pending.length > 0) return [];
	const shown = describeEffects(state);
	const differing = expected ? shown.findIndex((line, index) => line !== expected[index]) : -1;
	const faults =
		differing < 0 ? [] : [`${name}: effects show "${shown[differing]}", on the first node "${expected?.[differing]}"`];
	const person = (peer: PeerId) => findPeer(state.roster, peer)?.identity?.key ?? peer;
	const effects = new Map<string, EffectEvent[]>();
	for (const effect of life.events.filter(isEffect)) {
		const id = `${effect.target.peer}:${effect.target.seq}`;
		effects.set(id, [...(effects.get(id) ?? []), effect]);
	}
	for (const message of postedRows(state)) {
		const text = expectedText(message, effects.get(`${message.peer}:${message.seq}`) ?? [], person);
		if (textOf(state, message) !== text)
			faults.push(
				`${name}: ${message.peer.slice(0, 6)}:${message.seq} shows "${textOf(state, message)}", not "${text}"`,
			);
	}
	return faults;
}

function expectedText(message: PostedEvent, effects: readonly EffectEvent[], person: (peer: PeerId) => string): string {
	const valid: FeedEvent[] = effects.filter(({peer}) => person(peer) === person(message.peer)).sort(compareOrder);
	if (valid.some(({type}) => type === 'withdrawn')) return '';
	const last = valid.findLast(({type}) => type === 'corrected');
	return last?.type === 'corrected' ? last.text : message.text;
}
