/** The pinned messages, with which every export begins. */
import {eventId} from '../../core/event.js';
import {selectPins} from '../../core/select-pins.js';
import type {State} from '../../core/state.js';
import type {TimelineEntry} from '../../core/timeline.js';
import {toJsonLine} from './format-json.js';
import {createMarkdownFormat, formatPlain} from './format-text.js';

/**
 * Formats the pinned messages for which `matches` returns true, the latest pin first, without a final newline. Empty if
 * there are none. Plain lines are indented, because only rows of the timeline start in column 0.
 */
export function formatPins(
	state: State,
	matches: (entry: TimelineEntry) => boolean,
	format: 'text' | 'markdown' | 'jsonl',
	withAddresses = false,
): string {
	const pinned = selectPins(state).filter(({message}) => matches(message));
	if (pinned.length === 0) return '';
	switch (format) {
		case 'text':
			return pinned.map(({message}) => `    Pinned: ${formatPlain(state, message, withAddresses)}`).join('\n');
		case 'markdown': {
			const rows = pinned.map(({message}) =>
				createMarkdownFormat(state, withAddresses)(message).replace(/^## (.*)\n\n- /, '- $1 '),
			);
			return `## Pinned\n\n${rows.join('\n')}\n`;
		}
		case 'jsonl':
			return pinned
				.map(({message, by}) => toJsonLine({type: 'pinned', id: eventId(message.peer, message.seq), peer: by}))
				.join('\n');
		default:
			return format satisfies never;
	}
}
