/** When to ring, and what the title counts: pure steps over what came in. */

import type {Input} from '../../core/event.js';
import type {State} from '../../core/state.js';
import type {BellMode} from '../../session/command/parse-command.js';
import {cleanLine} from '../layout/clean-for-screen.js';
import {truncateCells} from '../layout/width.js';
import {speaksToUs} from '../timeline/mentions.js';
import {personKey, shownName} from '../timeline/people.js';

export const NOTIFY_INTERVAL_MS = 5000;
/** Without focus reports: no key for this long counts as looking elsewhere. */
export const IDLE_MS = 60_000;
const BODY_CELLS = 100;

export interface Notices {
	/** Messages of others while the reader looked elsewhere. */
	readonly unread: number;
	readonly mentions: number;
	/** Monotonic or wall clock, ms; of the last ring. */
	readonly rangAt: number;
}

export const noNotices: Notices = {unread: 0, mentions: 0, rangAt: Number.NEGATIVE_INFINITY};

export interface Ring {
	readonly title: string;
	readonly body: string;
}

export interface Attention {
	/** Of the terminal window; undefined until it reports. */
	readonly focused: boolean | undefined;
	readonly lastKeyAt: number;
	readonly now: number;
	readonly bell: BellMode;
	readonly ignored: readonly string[];
	readonly room: string;
}

export function isLooking({focused, lastKeyAt, now}: Attention): boolean {
	return focused ?? now - lastKeyAt < IDLE_MS;
}

/** Counts live messages of others, and rings at most once in NOTIFY_INTERVAL_MS. */
export function noticeInputs(
	notices: Notices,
	state: State,
	inputs: readonly Input[],
	attention: Attention,
): {notices: Notices; ring?: Ring} {
	if (isLooking(attention)) return {notices: clearNotices(notices)};
	let {unread, mentions} = notices;
	let ring: Ring | undefined;
	const own = state.launch?.peer;
	for (const input of inputs) {
		if (input.type !== 'events' || !input.live) continue;
		for (const event of input.events) {
			if (event.type !== 'posted' || event.peer === own || isIgnored(state, event.peer, attention)) continue;
			unread++;
			const mention = own !== undefined && speaksToUs(state, event);
			if (mention) mentions++;
			if (attention.bell === 'all' || (attention.bell === 'mentions' && mention)) {
				const body = truncateCells(cleanLine(event.text), BODY_CELLS);
				ring = {title: `${shownName(state, event.peer, event.seq)} in ${cleanLine(attention.room)}`, body};
			}
		}
	}
	const due = ring && attention.now - notices.rangAt >= NOTIFY_INTERVAL_MS;
	const counted = {unread, mentions, rangAt: due ? attention.now : notices.rangAt};
	return due && ring ? {notices: counted, ring} : {notices: counted};
}

function isIgnored(state: State, peer: Parameters<typeof personKey>[1], {ignored}: Attention): boolean {
	return ignored.includes(peer) || ignored.includes(personKey(state, peer));
}

/** The reader is back. */
export function clearNotices(notices: Notices): Notices {
	return notices.unread === 0 && notices.mentions === 0 ? notices : {...notices, unread: 0, mentions: 0};
}

/** `(3) lan - p2pchat-ink`; `@` where one of them speaks to us. */
export function titleText({unread, mentions}: Notices, room: string): string {
	const count = unread > 0 ? `(${mentions > 0 ? '@' : ''}${unread > 999 ? '999+' : unread}) ` : '';
	return `${count}${cleanLine(room)} - p2pchat-ink`;
}
