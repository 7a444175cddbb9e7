/** What commands mean where there is no screen: lines to read. Pure but for the session's report. */

import {compareOrder} from '../../core/event-order.js';
import type {State} from '../../core/state.js';
import type {TimelineEntry} from '../../core/timeline.js';
import {sliceTimeline} from '../../core/timeline.js';
import type {ChatNode} from '../../node/chat-node.js';
import {commandRows, commandUsage} from '../../node/commands/command-table.js';
import type {Intent} from '../../node/commands/run-command.js';
import {networkLines} from '../overlays/overlay-text.js';
import {matchesSearch} from '../timeline/match-search.js';
import {isMentionOfUs} from '../timeline/mentions.js';
import {formatSpokenEntry} from './spoken-entry.js';

const MAX_LISTED = 10;
/** How far back a search looks. */
const MAX_SEARCHED_ENTRIES = 100_000;

/** Undefined: the shell has to do something itself (quit, export, bell, hidden people). */
export function intentLines(intent: Intent, chatNode: ChatNode): string[] | undefined {
	const state = chatNode.store.getState();
	switch (intent.type) {
		case 'help':
			return linearHelpLines();
		case 'net':
		case 'doctor':
			return networkLines(chatNode.reportNetwork());
		case 'search':
			return listMatches(state, entry => matchesSearch(state, entry, intent.text.toLowerCase()));
		case 'mention':
			return listMatches(state, entry => isMentionOfUs(state, entry));
		case 'goto':
			return listEntriesFrom(state, intent.at);
		case 'filter':
		case 'peers':
		case 'times':
		case 'copy':
		case 'mark':
		case 'unread':
			return ['this is for the full screen; here: /who, /search TEXT, /goto TIME, /mention prev'];
		default:
			return undefined;
	}
}

function linearHelpLines(): string[] {
	return [
		'Type a line and press Enter to say it. Tab completes a name or command, Up brings back what you said.',
		'Ctrl+J begins a new line of the same message. Ctrl+U takes the line back. Ctrl+C twice leaves.',
		...commandRows.map(row => `${commandUsage(row)}: ${row.description}`),
	];
}

function listMatches(state: State, test: (entry: TimelineEntry) => boolean): string[] {
	const {length} = state.timeline;
	const found = sliceTimeline(state.timeline, Math.max(0, length - MAX_SEARCHED_ENTRIES), length).filter(test);
	if (found.length === 0) return ['nothing found'];
	const shown = found.slice(-MAX_LISTED).map(entry => formatSpokenEntry(state, entry));
	return [`${found.length} found${found.length > shown.length ? `, the newest ${shown.length}` : ''}:`, ...shown];
}

function listEntriesFrom(state: State, at: number): string[] {
	const {length} = state.timeline;
	const entries = sliceTimeline(state.timeline, 0, length).filter(entry => entry.ms >= at);
	const shown = entries.sort(compareOrder).slice(0, MAX_LISTED);
	return shown.length === 0 ? ['nothing after that'] : shown.map(entry => formatSpokenEntry(state, entry));
}
