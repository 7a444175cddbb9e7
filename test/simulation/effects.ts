/**
 * Effects in the simulator: the effect that a node writes after a post, and the check of the effects that each node
 * shows. All choices follow from the time of the step, so that the random numbers of a scenario stay the same.
 */
import {isEffect} from '../../source/core/effects.js';
import type {EffectEvent, EventRef, FeedEvent, PeerId, PostedEvent} from '../../source/core/event.js';
import {compareOrder} from '../../source/core/event-order.js';
import {MAX_PINS_SHOWN} from '../../source/core/limits.js';
import {findPeer} from '../../source/core/roster.js';
import {selectMarks} from '../../source/core/select-marks.js';
import {selectPins} from '../../source/core/select-pins.js';
import type {State} from '../../source/core/state.js';
import {stateIgnoring, textOf} from '../../source/core/text-of.js';
import {sliceTimeline} from '../../source/core/timeline.js';
import type {Life} from './node.js';

const WORDS = ['up', 'down', 'ok'];
/** Number of newest rows from which a target is chosen. */
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

/**
 * What the effects of a state show: one line for each message, and one for the pins. Then the same lines for a user who
 * ignores the author of the first message. The first message is the same on all nodes.
 */
export function describeEffects(state: State): string[] {
	const ignored = postedRows(state)[0]?.peer;
	const ignoring = stateIgnoring(state, peer => peer === ignored);
	return [...describeShown(state), ...describeShown(ignoring).map(line => `if one person is ignored: ${line}`)];
}

const short = ({peer, seq}: EventRef) => `${peer.slice(0, 6)}:${seq}`;

function describeShown(state: State): string[] {
	const messages = postedRows(state).map(message => {
		const marks = selectMarks(state, message).map(
			({word, people}) => `${word} by ${people.map(peer => peer.slice(0, 6))}`,
		);
		return `${short(message)} ${textOf(state, message)} ${marks.join()}`;
	});
	return [...messages, `pins ${selectPins(state).map(({message}) => short(message))}`];
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
	// A node holds back events that are far ahead of its own clock, so nodes with different clocks may show different
	// effects until nothing is held back.
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
		const on = effects.get(`${message.peer}:${message.seq}`) ?? [];
		const text = expectedText(message, on, person);
		if (textOf(state, message) !== text)
			faults.push(`${name}: ${short(message)} shows "${textOf(state, message)}", not "${text}"`);
		const shownMarks = selectMarks(state, message).flatMap(({word, people}) =>
			people.map(peer => `${person(peer)} ${word}`),
		);
		if (shownMarks.sort().join() !== expectedMarks(on, person).join())
			faults.push(`${name}: ${short(message)} shows the reactions ${shownMarks}, not ${expectedMarks(on, person)}`);
	}
	const pins = selectPins(state).map(({message}) => short(message));
	const pinned = expectedPins(state, effects, person);
	if (pins.join() !== pinned.join()) faults.push(`${name}: shows the pins ${pins}, not ${pinned}`);
	return faults;
}

/** Person and word of each reaction that counts. Limits are not applied, because no node of a room reaches them. */
function expectedMarks(effects: readonly EffectEvent[], person: (peer: PeerId) => string): string[] {
	const last = new Map<string, boolean>();
	for (const mark of effects.filter(({type}) => type === 'marked').sort(compareOrder))
		if (mark.type === 'marked') last.set(`${person(mark.peer)} ${mark.word}`, mark.on);
	return [...last].flatMap(([mark, on]) => (on ? [mark] : [])).sort();
}

/** Pinned messages in the order of their pins, the newest pin first. */
function expectedPins(
	state: State,
	effects: ReadonlyMap<string, readonly EffectEvent[]>,
	person: (peer: PeerId) => string,
): string[] {
	const lastOf = (list: readonly EffectEvent[]) =>
		list
			.filter(effect => effect.type === 'pinned')
			.sort(compareOrder)
			.at(-1);
	const pinned = postedRows(state).flatMap(message => {
		const on = effects.get(`${message.peer}:${message.seq}`) ?? [];
		const last = lastOf(on);
		const isWithdrawn = on.some(effect => effect.type === 'withdrawn' && person(effect.peer) === person(message.peer));
		return last?.on && !isWithdrawn ? [{last, message}] : [];
	});
	return pinned
		.sort((a, b) => compareOrder(b.last, a.last))
		.slice(0, MAX_PINS_SHOWN)
		.map(({message}) => short(message));
}

function expectedText(message: PostedEvent, effects: readonly EffectEvent[], person: (peer: PeerId) => string): string {
	const valid: FeedEvent[] = effects.filter(({peer}) => person(peer) === person(message.peer)).sort(compareOrder);
	if (valid.some(({type}) => type === 'withdrawn')) return '';
	const last = valid.findLast(({type}) => type === 'corrected');
	return last?.type === 'corrected' ? last.text : message.text;
}
