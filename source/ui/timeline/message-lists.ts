/** Lists of messages as lines of text: a thread, the newest messages with numbers, and the pinned messages. */
import {type EventRef, eventId, isWritten, type WrittenEvent} from '../../core/event.js';
import {compareOrder} from '../../core/event-order.js';
import {findPosted} from '../../core/find-posted.js';
import {listShared} from '../../core/find-shared.js';
import {formatBytes} from '../../core/format-quantity.js';
import {selectPins} from '../../core/select-pins.js';
import type {State} from '../../core/state.js';
import {sliceTimeline, type TimelineEntry} from '../../core/timeline.js';
import type {ListIntent} from '../../node/commands/command-result.js';
import type {MessageNumbers} from '../../node/commands/message-numbers.js';
import {cleanLine} from '../text/clean-for-screen.js';
import {describeMarks} from './describe-effect.js';
import {displayName} from './display-name.js';
import {summarizeTransfer, transferOf} from './format-file.js';
import {formatMoment, formatTime} from './format-time.js';
import {markedMessageText} from './message-text.js';

/** Maximum number of newest entries that are searched for the messages of a list or of a thread. */
const MAX_SEARCHED_ROWS = 20_000;
/**
 * Maximum number of steps from a reply to the first message of its thread. Without it, replies that answer each other
 * would make the search endless.
 */
const MAX_DEPTH = 256;

/**
 * Thread of a message: the first message of its chain of replies, and all direct and indirect answers to that first
 * message, in timeline order.
 */
function threadOf(state: State, message: WrittenEvent): WrittenEvent[] {
	let root = message;
	for (let depth = 0; depth < MAX_DEPTH && root.type === 'posted' && root.replyTo; depth++) {
		const answered = findPosted(state.timeline, root.replyTo);
		if (!answered || compareOrder(answered, root) >= 0) break;
		root = answered;
	}
	const ids = new Set([idOf(root)]);
	const thread: WrittenEvent[] = [root];
	const {length} = state.timeline;
	for (const row of sliceTimeline(state.timeline, Math.max(0, length - MAX_SEARCHED_ROWS), length)) {
		if (row.type !== 'posted' || !row.replyTo || !ids.has(idOf(row.replyTo)) || ids.has(idOf(row))) continue;
		ids.add(idOf(row));
		thread.push(row);
	}
	return thread;
}

function idOf({peer, seq}: EventRef): string {
	return eventId(peer, seq);
}

export function threadLines(state: State, message: WrittenEvent): string[] {
	return threadOf(state, message).map(item => messageLine(state, item, formatTime(item.at, 'minutes')));
}

/** All shared files, the newest first: name, size, who shared it, and its transfer. */
export function fileLines(state: State): string[] {
	const files = listShared(state);
	if (files.length === 0) return ['Nobody has shared a file. /share FILE shares one.'];
	return files.map(event => {
		const {peer, seq, fileName, size, at} = event;
		const transfer = transferOf(state, event);
		const what = `${cleanLine(fileName)}  ${formatBytes(size)}  ${displayName(state, peer, seq)}, ${formatMoment(at)}`;
		return transfer ? `${what}  ${summarizeTransfer(transfer)}` : what;
	});
}

/** Maximum number of messages that a list shows. Older ones are left out. */
const MAX_LISTED_MESSAGES = 10;

/**
 * The messages of a list: the newest ones that are not hidden, or a thread. Commands about one message name it by its
 * number in the list.
 */
export function selectListed(
	state: State,
	intent: ListIntent,
	isHidden: (message: WrittenEvent) => boolean,
): readonly (WrittenEvent & TimelineEntry)[] {
	if (intent.type === 'thread') {
		const message = findPosted(state.timeline, intent.message);
		return message ? threadOf(state, message) : [];
	}
	const {length} = state.timeline;
	const rows = sliceTimeline(state.timeline, Math.max(0, length - MAX_SEARCHED_ROWS), length);
	return rows
		.filter(row => isWritten(row))
		.filter(row => !isHidden(row))
		.slice(-MAX_LISTED_MESSAGES);
}

/** Lines of a list with numbers, for the full screen. */
export function numberedLines(state: State, messages: readonly WrittenEvent[], numbers: MessageNumbers): string[] {
	if (messages.length === 0) return [NO_MESSAGES];
	return [
		...messages.map(item => `${numbers.numberOf(item)}. ${messageLine(state, item, formatTime(item.at, 'minutes'))}`),
		'',
		NUMBERS_HINT,
	];
}

export const NO_MESSAGES = 'There are no messages yet.';
/** How to use the numbers of a list. */
export const NUMBERS_HINT =
	'/reply N TEXT, /react N EMOJI, /thread N and /pin N take these numbers. /correct N TEXT and /withdraw N change your own messages.';

/** All pinned messages. `prefixOf`: text at the start of the line of a message. */
export function pinLines(state: State, prefixOf: (message: WrittenEvent) => string = () => ''): string[] {
	const pins = selectPins(state);
	if (pins.length === 0) return ['No message is pinned.'];
	return pins.map(({message, by}) => {
		return `${prefixOf(message)}${messageLine(state, message, formatMoment(message.at))} (pinned by ${displayName(state, by)})`;
	});
}

/** A message on one line: time, name, text and reactions. */
function messageLine(state: State, message: WrittenEvent, time: string): string {
	const marks = describeMarks(state, message);
	const text = markedMessageText(state, message).replaceAll('\n', ' ');
	return `${time} ${displayName(state, message.peer, message.seq)}${message.type === 'posted' && message.action ? '' : ':'} ${text}${marks ? `  (${marks})` : ''}`;
}
