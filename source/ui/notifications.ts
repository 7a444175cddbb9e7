/**
 * Bell, desktop notification and window title: a pure function that decides what incoming events cause, and the
 * notifier that carries it out.
 */

import type {Clock} from '../core/environment.js';
import {type Input, isWritten, type PeerId} from '../core/event.js';
import {isMentionOfAll} from '../core/mention.js';
import {isIgnored, personKeyOf} from '../core/name-collisions.js';
import {isOurs} from '../core/own-sessions.js';
import {findPeer} from '../core/roster.js';
import type {State} from '../core/state.js';
import {contentOf, feedsOfIdentity} from '../core/text-of.js';
import type {ChatNode, SelfInfo} from '../node/chat-node.js';
import type {BellMode} from '../node/commands/parse-command.js';
import {notification, setTitle} from './terminal/escape-sequences.js';
import {cleanLine} from './text/clean-for-screen.js';
import {truncateCells} from './text/graphemes.js';
import {displayName} from './timeline/display-name.js';
import {mentionsUs} from './timeline/mentions.js';
import {messageText} from './timeline/message-text.js';

const NOTIFY_INTERVAL_MS = 5000;
/** Time without a key after which the user counts as absent, in a terminal without focus reports, ms. */
const IDLE_MS = 60_000;
const BODY_CELLS = 100;
/**
 * Minimum time since the first connection to a person, ms. An `@all` of a person connected more recently is no mention
 * of us.
 */
const ALL_ACQUAINTANCE_MS = 600_000;
/** Minimum interval between two `@all` of one person that both count as mentions, ms. */
const ALL_INTERVAL_MS = 300_000;
/**
 * Maximum number of people whose last counted `@all` is remembered. At this maximum, an `@all` of another person is no
 * mention, until one of the remembered times is older than ALL_INTERVAL_MS.
 */
export const MAX_ALL_AUTHORS = 1024;

export interface NotificationState {
	/** Number of messages of other people that arrived while the user was absent. */
	readonly unread: number;
	readonly mentions: number;
	/** Time of the last ring, on the clock of `Attention.now`, ms. */
	readonly lastRingAt: number;
	/**
	 * For each person (by `personKey`): time of the last `@all` that was a mention, on the clock of `Attention.now`.
	 */
	readonly lastAlls: ReadonlyMap<string, number>;
}

export const noNotifications: NotificationState = {
	unread: 0,
	mentions: 0,
	lastRingAt: Number.NEGATIVE_INFINITY,
	lastAlls: new Map(),
};

/** Title and text of one desktop notification. */
export interface Ring {
	readonly title: string;
	readonly body: string;
}

/** What updateNotifications needs to know of the user and the screen to decide whether a message rings the bell. */
export interface Attention {
	/** Whether the terminal window has the focus; undefined until the terminal reports it. */
	readonly focused: boolean | undefined;
	readonly lastKeyAt: number;
	readonly now: number;
	readonly bell: BellMode;
	readonly ignored: readonly string[];
	readonly room: string;
}

/**
 * Whether the user is at the screen. That is so while the terminal window has the focus. If the terminal does not
 * report the focus, it is so until IDLE_MS after the last key.
 */
export function isUserPresent({focused, lastKeyAt, now}: Pick<Attention, 'focused' | 'lastKeyAt' | 'now'>): boolean {
	return focused ?? now - lastKeyAt < IDLE_MS;
}

/** Counts live messages of other people while the user is absent, and rings at most once in NOTIFY_INTERVAL_MS. */
export function updateNotifications(
	notices: NotificationState,
	state: State,
	inputs: readonly Input[],
	attention: Attention,
): {notices: NotificationState; ring?: Ring} {
	if (isUserPresent(attention)) return {notices: clearNotifications(notices)};
	let {unread, mentions, lastAlls} = notices;
	let ring: Ring | undefined;
	const own = state.launch?.peer;
	for (const input of inputs) {
		if (input.type === 'observed' && input.live !== false) {
			const {observation} = input;
			if (observation.type !== 'whisper' || observation.own || isIgnored(state, attention.ignored, observation))
				continue;
			unread++;
			mentions++;
			// The desktop may keep notifications, or show them on a locked screen, so the text of a whisper is not in them.
			const name = displayName(state, observation.subject);
			if (attention.bell !== 'off') ring = {title: `${name} in ${cleanLine(attention.room)}`, body: 'whispered to you'};
		}
		if (input.type !== 'events' || !input.live) continue;
		for (const event of input.events) {
			if (!isWritten(event) || isOurs(state, event.peer) || isIgnored(state, attention.ignored, event)) continue;
			const {text, withdrawal} = contentOf(state, event);
			if (withdrawal) continue;
			unread++;
			let mention = own !== undefined && mentionsUs(state, {text, ms: event.ms});
			if (!mention && isMentionOfAll(text)) {
				const counted = countAll(lastAlls, state, {author: event.peer, loggedAt: input.loggedAt}, attention.now);
				mention = counted !== undefined;
				lastAlls = counted ?? lastAlls;
			}
			if (mention) mentions++;
			if (attention.bell === 'all' || (attention.bell === 'mentions' && mention)) {
				const body = truncateCells(cleanLine(messageText(state, event)), BODY_CELLS);
				ring = {title: `${displayName(state, event.peer, event.seq)} in ${cleanLine(attention.room)}`, body};
			}
		}
	}
	const due = ring && attention.now - notices.lastRingAt >= NOTIFY_INTERVAL_MS;
	const counted = {unread, mentions, lastAlls, lastRingAt: due ? attention.now : notices.lastRingAt};
	return due && ring ? {notices: counted, ring} : {notices: counted};
}

/**
 * Returns `lastAlls` without the times that are older than ALL_INTERVAL_MS, and with the time `now` of a new `@all`.
 * Returns undefined if the new `@all` is no mention. It is a mention if this node first connected to the author at
 * least ALL_ACQUAINTANCE_MS ago, and if no other `@all` of the same person was a mention within ALL_INTERVAL_MS.
 */
function countAll(
	lastAlls: ReadonlyMap<string, number>,
	state: State,
	{author, loggedAt}: {readonly author: PeerId; readonly loggedAt: number},
	now: number,
): ReadonlyMap<string, number> | undefined {
	const person = personKeyOf(state, author);
	const recent = new Map([...lastAlls].filter(([, at]) => now - at < ALL_INTERVAL_MS));
	if (recent.has(person) || recent.size >= MAX_ALL_AUTHORS) return undefined;
	if (!(loggedAt - firstContactAt(state, author) >= ALL_ACQUAINTANCE_MS)) return undefined;
	return recent.set(person, now);
}

/** Our wall clock at the first connection to a person, in this or an earlier launch, ms; infinity if there was none. */
function firstContactAt({roster}: State, author: PeerId): number {
	const key = findPeer(roster, author)?.identity?.key;
	const feeds = key === undefined ? [author] : feedsOfIdentity(roster, key);
	const contacts = feeds.flatMap(feed => Object.values(findPeer(roster, feed)?.contacts ?? {}));
	return Math.min(...contacts.map(({firstConnected}) => firstConnected?.at ?? Number.POSITIVE_INFINITY));
}

/** Resets the numbers of unread messages and mentions, because the user is at the screen again. */
function clearNotifications(notices: NotificationState): NotificationState {
	return notices.unread === 0 && notices.mentions === 0 ? notices : {...notices, unread: 0, mentions: 0};
}

/**
 * Formats the title `(3) lan - p2pchat-ink` for 3 unread messages, with `(@3)` if at least one of them mentions this
 * user.
 */
export function windowTitle({unread, mentions}: NotificationState, room: string): string {
	const count = unread > 0 ? `(${mentions > 0 ? '@' : ''}${unread > 999 ? '999+' : unread}) ` : '';
	return `${count}${cleanLine(room)} - p2pchat-ink`;
}

/** Notifier of a running node: applies updateNotifications to each commit of the store, and shows the result. */
export interface Notifier {
	/** Must be called on every key and focus report, because both show whether the user is at the screen. */
	recordActivity(): void;
	stop(): void;
}

export interface NotifierOptions {
	readonly chatNode: ChatNode;
	readonly self: SelfInfo;
	readonly environment: Readonly<Record<string, string | undefined>>;
	readonly clock: Clock;
	/** The part of the state of the screen that updateNotifications needs. */
	getUi(): Pick<Attention, 'focused' | 'lastKeyAt' | 'bell' | 'ignored'>;
	/** Returns false, without writing, while the terminal does not read. */
	writeIfReading(sequence: string): boolean;
}

export function createNotifier({chatNode, self, environment, clock, getUi, writeIfReading}: NotifierOptions): Notifier {
	let notices = noNotifications;
	let title = '';

	const attention = () => {
		const {focused, lastKeyAt, bell, ignored} = getUi();
		return {focused, lastKeyAt, bell, ignored, room: self.room, now: clock.monotonic()};
	};

	function showTitle(): void {
		const next = windowTitle(notices, self.room);
		if (next === title) return;
		if (writeIfReading(setTitle(next))) title = next;
	}

	showTitle();
	const unsubscribe = chatNode.store.subscribe((state, inputs) => {
		const result = updateNotifications(notices, state, inputs, attention());
		notices = result.notices;
		if (result.ring) writeIfReading(notification(result.ring.title, result.ring.body, environment));
		showTitle();
	});

	return {
		recordActivity() {
			if (isUserPresent(attention())) notices = clearNotifications(notices);
			showTitle();
		},
		stop: unsubscribe,
	};
}
