/** Performs the screen actions that slash commands and some keys request: jumps, filters, overlays, settings. */

import {findFirstIndex} from '../../core/binary-search.js';
import {isMentionOfUs} from '../timeline/mentions.js';
import {keyOf} from '../timeline/viewport.js';
import {type ScreenIntent, type UiState, withInfo} from './chat-state.js';
import {type ChatContext, type ChatStep, step} from './frame.js';
import {openFiles, openPins} from './message-steps.js';
import {cycleTimes, togglePeers} from './pane-steps.js';
import {requestQuit} from './questions.js';
import {findEntryFrom, firstUnreadKey, goNewest, jumpTo, markRead, oldestUnreadKey} from './reading-position.js';
import {openSearch} from './search.js';

/** Performs an intent, which is what a slash command asks of the screen. The function runCommand returns it. */
export function applyIntent(ui: UiState, intent: ScreenIntent, context: ChatContext): ChatStep {
	switch (intent.type) {
		case 'help':
			return step({...ui, overlay: {type: 'help', scroll: 0}});
		case 'net':
		case 'doctor':
			return step({...ui, overlay: {type: 'network', scroll: 0}});
		case 'mark':
			return step(goNewest(markRead(ui), context), {type: 'read-all'});
		case 'unread': {
			const key = oldestUnreadKey(ui, context) ?? firstUnreadKey(ui, context);
			return step(key ? jumpTo(closeOverlays(ui), context, key) : withInfo(ui, 'No unread messages'));
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
		case 'addresses':
			return step({...ui, addresses: !ui.addresses});
		case 'pins':
			return step(openPins(ui, context));
		case 'files':
			return step(openFiles(ui, context));
		case 'copy':
			return step(ui, {type: 'copy-view'});
		case 'export':
			return step(ui, {type: 'export', file: intent.file});
		case 'verify':
			return step({
				...ui,
				overlay: {type: 'text', title: 'Verify', lines: intent.lines, scroll: 0},
				question: {type: 'verify', name: intent.name, person: intent.person, digits: ''},
			});
		case 'quit':
			return requestQuit(ui, context);
	}
}

/**
 * Closes the overlay and the prompt before a jump. The focus does not move, so that the jump does not interrupt typing.
 */
function closeOverlays(ui: UiState): UiState {
	return {...ui, overlay: undefined, prompt: undefined};
}

function goToMention(ui: UiState, context: ChatContext, direction: 'prev' | 'next'): UiState {
	const key = findEntryFrom(ui, context, direction === 'prev' ? -1 : 1, entry => isMentionOfUs(context.state, entry));
	if (!key) return withInfo(ui, direction === 'prev' ? 'No earlier mention of you' : 'No later mention of you');
	return jumpTo(closeOverlays(ui), context, key);
}

function goToTime(ui: UiState, context: ChatContext, at: number): UiState {
	const {view} = context.frameOf(context.state, ui);
	const position = findFirstIndex(0, view.length, index => (view.at(index)?.ms ?? 0) >= at);
	const entry = view.at(Math.min(position, view.length - 1));
	if (!entry) return withInfo(ui, 'The timeline is empty');
	return jumpTo(closeOverlays(ui), context, keyOf(entry));
}
