/** What commands mean where there is no screen: lines to read. Pure but for the session's report. */

import {compareOrder} from '../../core/order.js';
import type {State, TimelineEntry} from '../../core/state.js';
import {sliceTimeline} from '../../core/timeline.js';
import {commandForm, commandRows} from '../../session/command/command-table.js';
import type {Intent} from '../../session/command/run-command.js';
import type {Session} from '../../session/session.js';
import {matchesSearch} from '../model/search-step.js';
import {networkText} from '../overlays/network-text.js';
import {isMentionOfUs} from '../timeline/mentions.js';
import {spokenEntry} from './spoken-entry.js';

const READ_AT_ONCE = 10;
/** How far back a search looks. */
const MAX_SEARCHED = 100_000;

/** Undefined: the shell has to do something itself (quit, export, bell, hidden people). */
export function intentLines(intent: Intent, session: Session): string[] | undefined {
	const state = session.store.getState();
	switch (intent.type) {
		case 'help':
			return helpWords();
		case 'net':
		case 'doctor':
			return networkText(session.diagnose());
		case 'search':
			return readMatches(state, entry => matchesSearch(state, entry, intent.text.toLowerCase()));
		case 'mention':
			return readMatches(state, entry => isMentionOfUs(state, entry));
		case 'goto':
			return readFrom(state, intent.at);
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

function helpWords(): string[] {
	return [
		'Type a line and press Enter to say it. Tab completes a name or command, Up brings back what you said.',
		'Ctrl+J begins a new line of the same message. Ctrl+U takes the line back. Ctrl+C twice leaves.',
		...commandRows.map(row => `${commandForm(row)}: ${row.does}`),
	];
}

function readMatches(state: State, test: (entry: TimelineEntry) => boolean): string[] {
	const {length} = state.timeline;
	const found = sliceTimeline(state.timeline, Math.max(0, length - MAX_SEARCHED), length).filter(test);
	if (found.length === 0) return ['nothing found'];
	const shown = found.slice(-READ_AT_ONCE).map(entry => spokenEntry(state, entry));
	return [`${found.length} found${found.length > shown.length ? `, the newest ${shown.length}` : ''}:`, ...shown];
}

function readFrom(state: State, at: number): string[] {
	const {length} = state.timeline;
	const entries = sliceTimeline(state.timeline, 0, length).filter(entry => entry.ms >= at);
	const shown = entries.sort(compareOrder).slice(0, READ_AT_ONCE);
	return shown.length === 0 ? ['nothing after that'] : shown.map(entry => spokenEntry(state, entry));
}
