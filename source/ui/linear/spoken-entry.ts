/** How an entry reads aloud: who, what, then where and when. Pure. */
import type {State, TimelineEntry} from '../../core/state.js';
import {cleanForScreen} from '../layout/clean-for-screen.js';
import {formatTime} from '../timeline/day.js';
import {describeEntry} from '../timeline/describe-entry.js';
import {isMentionOfUs} from '../timeline/mentions.js';
import {shownAddress, shownName} from '../timeline/people.js';

export function spokenEntry(state: State, entry: TimelineEntry): string {
	const time = formatTime(entry.at, 'minutes');
	if (entry.type !== 'posted') {
		const said = describeEntry(state, entry).map(part => (typeof part === 'string' ? part : part.name));
		return `${entry.type === 'notice' ? 'Notice: ' : ''}${said.join('')}, ${time}`;
	}
	const own = state.launch?.peer;
	const text = cleanForScreen(entry.text).replaceAll('\n', '\n    ');
	const name = entry.peer === own ? 'You' : shownName(state, entry.peer, entry.seq);
	const address = entry.peer === own ? '' : shownAddress(state, entry.peer);
	const said = entry.action ? `* ${name} ${text}` : `${name}${isMentionOfUs(state, entry) ? ' to you' : ''}: ${text}`;
	return `${said} (${[address, time].filter(Boolean).join(', ')})`;
}
