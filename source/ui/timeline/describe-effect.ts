/**
 * Text for effects (reactions, corrections, withdrawals and pins of messages) and for quotes of the messages that
 * replies answer.
 */

import type {EffectEvent, EventRef, WrittenEvent} from '../../core/event.js';
import type {OrderKey} from '../../core/event-order.js';
import {findPosted} from '../../core/find-posted.js';
import {selectMarks} from '../../core/select-marks.js';
import type {State} from '../../core/state.js';
import {canChange, contentOf} from '../../core/text-of.js';
import {cleanForScreen, cleanLine} from '../text/clean-for-screen.js';
import {truncateCells} from '../text/graphemes.js';
import {displayName} from './display-name.js';
import {WITHDRAWN_TEXT} from './message-text.js';
import type {TextPart} from './text-parts.js';

/** Text in place of a quoted message that this node has not received. */
const UNKNOWN_TEXT = 'a message that is not here';
/** Maximum width of a quoted text in a sentence, in cells. */
const SENTENCE_QUOTE_CELLS = 60;

/** Message that a reply answers, on one line. */
export interface Quote {
	/** Author and text. Only UNKNOWN_TEXT if this node has not received the message. */
	readonly parts: readonly TextPart[];
	readonly text: string;
}

/** Quote of a message with the text that it had at a position in timeline order, usually the position of the reply. */
export function quoteOf(state: State, ref: EventRef, position?: OrderKey): Quote {
	const message = findPosted(state.timeline, ref);
	if (!message) return {parts: [UNKNOWN_TEXT], text: UNKNOWN_TEXT};
	const {text, withdrawal} = contentOf(state, message, position);
	const shown = withdrawal ? WITHDRAWN_TEXT : cleanLine(cleanForScreen(text).replaceAll('\n', ' ')).trim();
	const author = {name: displayName(state, message.peer, message.seq), peer: message.peer};
	return {parts: [author, `${message.type === 'posted' && message.action ? '' : ':'} ${shown}`], text: shown};
}

/**
 * Describes an effect in a sentence. Undefined if the timeline does not contain the target of the effect. Also
 * undefined if the target is withdrawn, unless the effect is the withdrawal itself.
 */
export function describeEffect(state: State, effect: EffectEvent): TextPart[] | undefined {
	const message = findPosted(state.timeline, effect.target);
	if (!message) return undefined;
	const {withdrawal} = contentOf(state, message);
	if (withdrawal && effect.type !== 'withdrawn') return undefined;
	const by = {name: displayName(state, effect.peer, effect.seq), peer: effect.peer};
	const author = {name: displayName(state, message.peer, message.seq), peer: message.peer};
	const quoted = () => ` “${truncateCells(quoteOf(state, effect.target, effect).text, SENTENCE_QUOTE_CELLS, '…')}”`;
	switch (effect.type) {
		case 'marked': {
			const word = cleanLine(effect.word);
			const verb = effect.on ? ` reacted with ${word} to` : ` took back ${word} on`;
			return [by, verb, quoted(), ' by ', author];
		}
		case 'corrected':
			if (!canChange(state, effect, message)) return undefined;
			return [by, ` edited a message: ${cleanForScreen(effect.text)}`];
		case 'withdrawn':
			return canChange(state, effect, message) ? [by, ' withdrew a message'] : undefined;
		case 'pinned':
			return [by, effect.on ? ' pinned' : ' unpinned', quoted(), ' by ', author];
		default:
			return effect satisfies never;
	}
}

/**
 * Reactions to a message with their counts, for example `👍 2 🎉 1`; empty if there are none or the message was
 * withdrawn.
 */
export function describeMarks(state: State, message: WrittenEvent): string {
	if (contentOf(state, message).withdrawal) return '';
	return selectMarks(state, message)
		.map(({word, people}) => `${cleanLine(word)} ${people.length}`)
		.join('  ');
}
