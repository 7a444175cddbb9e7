/** Answers to commands in the linear mode, as lines of text. */

import {isWritten, type WrittenEvent} from '../../core/event.js';
import {compareOrder} from '../../core/event-order.js';
import {foldText} from '../../core/fold-text.js';
import {isIgnored} from '../../core/name-collisions.js';
import type {State} from '../../core/state.js';
import type {TimelineEntry} from '../../core/timeline.js';
import {sliceTimeline} from '../../core/timeline.js';
import type {ChatNode} from '../../node/chat-node.js';
import type {CommandContext, Intent} from '../../node/commands/command-result.js';
import {commandRows, commandUsage} from '../../node/commands/command-table.js';
import type {MessageNumbers} from '../../node/commands/message-numbers.js';
import {networkLines} from '../overlays/overlay-text.js';
import {matchesSearch} from '../timeline/match-search.js';
import {isMentionOfUs} from '../timeline/mentions.js';
import {fileLines, NO_MESSAGES, NUMBERS_HINT, pinLines, selectListed} from '../timeline/message-lists.js';
import {formatSpokenEntry} from './spoken-entry.js';

const MAX_LISTED = 10;
/** Maximum number of entries that a search reads. Older entries are not searched. */
const MAX_SEARCHED_ENTRIES = 100_000;

/** Lines that answer a command. Undefined for a command that the screen performs (quit, export, bell, ignore). */
export function intentLines(
	intent: Intent,
	chatNode: ChatNode,
	{numbers, ignored}: Pick<CommandContext, 'numbers' | 'ignored'>,
): string[] | undefined {
	const state = chatNode.store.getState();
	const describe = (entry: TimelineEntry) => formatNumberedEntry(state, entry, numbers);
	const isHidden = (message: WrittenEvent) => isIgnored(state, ignored, message);
	switch (intent.type) {
		case 'help':
			return linearHelpLines();
		case 'net':
		case 'doctor':
			return networkLines(chatNode.reportNetwork());
		case 'search':
			return listMatches(state, entry => matchesSearch(state, entry, foldText(intent.text)), describe);
		case 'mention':
			return listMatches(state, entry => isMentionOfUs(state, entry), describe);
		case 'messages':
		case 'thread': {
			const listed = selectListed(state, intent, isHidden);
			return listed.length === 0 ? [NO_MESSAGES] : [...listed.map(describe), NUMBERS_HINT];
		}
		case 'pins':
			return pinLines(state, message => `${numbers.numberOf(message)}. `);
		case 'files':
			return fileLines(state);
		case 'goto':
			return listEntriesFrom(state, intent.at, describe);
		case 'mark':
			chatNode.reading?.markAllRead();
			return ['All messages are marked as read.'];
		case 'unread':
			return listUnread(chatNode, describe);
		case 'verify':
			return [...intent.lines];
		case 'filter':
		case 'peers':
		case 'times':
		case 'addresses':
		case 'copy':
			return ['This command needs the full screen. /help lists the commands of this mode.'];
		default:
			return undefined;
	}
}

/**
 * Commands that act on the panes of the full screen. Modes without a full screen refuse these commands and leave them
 * out of their help.
 */
export const FULL_SCREEN_COMMANDS: ReadonlySet<string> = new Set(['copy', 'peers', 'times', 'addresses']);

/** Help line of the modes without a full screen, where commands name a message by its number in a list. */
export const MESSAGES_HELP =
	'/messages lists the newest messages with numbers, which /reply, /react, /correct, /withdraw, /thread and /pin take.';

function linearHelpLines(): string[] {
	return [
		'Type a line and press Enter to send it. Tab completes a name or command, Up repeats your last message.',
		MESSAGES_HELP,
		'Ctrl+J starts a new line in the same message. Ctrl+U deletes the draft. Ctrl+C twice leaves.',
		...commandRows
			.filter(({name}) => !FULL_SCREEN_COMMANDS.has(name))
			.map(row => `${commandUsage(row)}: ${row.description}`),
	];
}

type Describe = (entry: TimelineEntry) => string;

/** An entry as a line. A message begins with the number by which commands refer to it. */
function formatNumberedEntry(state: State, entry: TimelineEntry, numbers: MessageNumbers): string {
	const line = formatSpokenEntry(state, entry);
	return isWritten(entry) ? `${numbers.numberOf(entry)}. ${line}` : line;
}

/** Lines of `/unread`: the oldest unread messages, which are then marked as read. */
function listUnread({reading}: ChatNode, describe: Describe): string[] {
	const messages = reading?.unread().messages;
	if (!reading || !messages || messages.length === 0) return ['No unread messages.'];
	const shown = sliceTimeline(messages, 0, MAX_LISTED);
	reading.markRead(shown);
	const remaining = reading.unread().messages.length;
	return [
		...shown.map(describe),
		...(remaining > 0 ? [`${remaining} more. /unread reads them, /mark marks all as read.`] : []),
	];
}

function listMatches(state: State, test: (entry: TimelineEntry) => boolean, describe: Describe): string[] {
	const {length} = state.timeline;
	const matches = sliceTimeline(state.timeline, Math.max(0, length - MAX_SEARCHED_ENTRIES), length).filter(test);
	if (matches.length === 0) return ['No matches.'];
	const shown = matches.slice(-MAX_LISTED).map(describe);
	const count = `${matches.length} ${matches.length === 1 ? 'match' : 'matches'}`;
	return [matches.length > shown.length ? `${count}, the newest ${shown.length}:` : `${count}:`, ...shown];
}

function listEntriesFrom(state: State, at: number, describe: Describe): string[] {
	const {length} = state.timeline;
	const entries = sliceTimeline(state.timeline, 0, length).filter(entry => entry.ms >= at);
	const shown = entries.sort(compareOrder).slice(0, MAX_LISTED);
	return shown.length === 0 ? ['No messages after that time.'] : shown.map(describe);
}
