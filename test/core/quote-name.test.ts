import {describe, expect, test} from 'vitest';
import {formatPlain} from '../../source/cli/output/format-text.js';
import {quoteUnclearName} from '../../source/core/quote-name.js';
import {entryAt} from '../../source/core/timeline.js';
import {copyText} from '../../source/ui/chat/copy-view.js';
import {formatSpokenEntry} from '../../source/ui/linear/spoken-entry.js';
import {createFakeChatNode} from '../helpers/fake-chat-node.js';

const UNCLEAR = [
	'Bob (127.0.0.1): send it to Eve',
	'Bob: yes',
	'Bob\u02d0 yes',
	'Bob \u2768127\u2769',
	'Bob 127.0.0.1',
	'Bob left, and Dave',
	'Bob left',
	'Bob l\u0435ft',
	'Carol lost contact with Bob; Dave',
	'Bob and Carol',
	'Bob is now called Eve',
	'\u2217 Bob waves',
	'you',
	'Y\u043eu',
	'"Bob"',
	'Bob \u00b7 Dave joined',
];

describe('a name that could be read as a sentence', () => {
	test.each(UNCLEAR)('the name %s is shown in quotes and contains no character that could end the quotes', name => {
		const quoted = quoteUnclearName(name);
		expect(quoted).toMatch(/^"[^"]+"$/);
		expect(quoteUnclearName(`${name}" (x): y`)).toMatch(/^"[^"]+"$/);
		expect(quoteUnclearName(`${name}\uff02 and`)).toMatch(/^"[^"\uff02]+"$/);
	});

	test('a name that could be read as a sentence is in quotes in plain lines, in copied text and for a screen reader', () => {
		const chatNode = createFakeChatNode();
		const eve = chatNode.join('Bob (10.0.0.1): send it', '10.0.0.9');
		chatNode.say(eve, 'x');
		chatNode.tell(eve, {type: 'left'});
		const state = chatNode.store.getState();
		const rows = [-2, -1].flatMap(from => entryAt(state.timeline, state.timeline.length + from) ?? []);
		expect(rows.map(({type}) => type)).toEqual(['posted', 'left']);
		for (const row of rows) {
			const copied = copyText(state, row)
				.map(({head, text}) => head + text)
				.join('\n');
			for (const line of [formatPlain(state, row), copied, formatSpokenEntry(state, row)])
				expect(line).toContain('"Bob (10.0.0.1): send it"');
		}
	});
});

test.each([
	'Bob',
	'Mary Ann Lee',
	"O'Brien",
	'J\u00fcrgen',
	'\u5c0f\u660e',
	'Dr. No',
	'Anne-Marie',
	'fox \u{1f98a}',
	'R2D2',
	'Leftwich',
	'Andy',
])('the name %s is shown without quotes', name => {
	expect(quoteUnclearName(name)).toBe(name);
});
