/** What commands ask of the screen. */
import {findFirstIndex} from '../../core/search.js';
import type {Intent} from '../../session/command/run-command.js';
import {isMentionOfUs} from '../timeline/mentions.js';
import {cycleTimes, togglePeers} from './focus-step.js';
import {type Context, type Step, step} from './model.js';
import {findFrom, firstUnread, goNewest, jumpTo, markRead} from './scroll.js';
import {openSearch} from './search-step.js';
import type {UiState} from './ui-state.js';

export function applyIntent(ui: UiState, intent: Intent, context: Context): Step {
	switch (intent.type) {
		case 'help':
		case 'net':
			return step({...ui, overlay: {type: intent.type === 'net' ? 'network' : 'help', scroll: 0}});
		case 'mark':
			return step(goNewest(markRead(ui), context));
		case 'unread': {
			const key = firstUnread(ui, context);
			return step(key ? jumpTo(closed(ui), context, key) : inform(ui, 'nothing unread'));
		}
		case 'mention':
			return step(goToMention(ui, context, intent.direction));
		case 'search':
			return step(openSearch(ui, context, intent.text));
		case 'goto':
			return step(goToTime(ui, context, intent.at));
		case 'bell':
			return step({...ui, bell: intent.mode});
		case 'filter':
			return step({...ui, filter: intent.filter});
		case 'ignored':
			return step({...ui, ignored: intent.keys});
		case 'peers':
			return step(togglePeers(ui));
		case 'times':
			return step(cycleTimes(ui));
		case 'copy':
			return step(ui, {type: 'copy-view'});
		case 'doctor':
			return step(ui, {type: 'doctor'});
		case 'export':
			return step(ui, {type: 'export', file: intent.file});
		case 'quit':
			return step(ui, {type: 'quit', reason: 'quit'});
	}
}

/** Whoever writes goes on writing: a jump leaves the focus where it is. */
function closed(ui: UiState): UiState {
	return {...ui, overlay: undefined, prompt: undefined};
}

function inform(ui: UiState, text: string): UiState {
	return {...ui, flash: {text, level: 'info', until: 0}};
}

function goToMention(ui: UiState, context: Context, direction: 'prev' | 'next'): UiState {
	const key = findFrom(ui, context, direction === 'prev' ? -1 : 1, entry => isMentionOfUs(context.state, entry));
	if (!key) return inform(ui, direction === 'prev' ? 'no earlier mention of you' : 'no later mention of you');
	return jumpTo(closed(ui), context, key);
}

function goToTime(ui: UiState, context: Context, at: number): UiState {
	const {view} = context.frameOf(context.state, ui);
	const position = findFirstIndex(0, view.length, index => (view.at(index)?.ms ?? 0) >= at);
	const entry = view.at(Math.min(position, view.length - 1));
	if (!entry) return inform(ui, 'nothing there');
	const {ms, counter, peer, seq} = entry;
	return jumpTo(closed(ui), context, {ms, counter, peer, seq});
}
