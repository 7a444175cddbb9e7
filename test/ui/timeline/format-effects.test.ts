import {describe, expect, test} from 'vitest';
import type {EventRef, FeedEvent} from '../../../source/core/event.js';
import {sliceTimeline} from '../../../source/core/timeline.js';
import {copyText} from '../../../source/ui/chat/copy-view.js';
import {formatSpokenEntry} from '../../../source/ui/linear/spoken-entry.js';
import {createTheme} from '../../../source/ui/theme.js';
import {matchesSearch} from '../../../source/ui/timeline/match-search.js';
import {isMentionOfUs} from '../../../source/ui/timeline/mentions.js';
import {createRowCache} from '../../../source/ui/timeline/row-cache.js';
import {createFakeChatNode} from '../../helpers/fake-chat-node.js';

const refOf = ({peer, seq}: FeedEvent): EventRef => ({peer, seq});
const optionsOf = (width: number) => ({
	width,
	times: 'none' as const,
	theme: createTheme({unicode: true, depth: 0}),
	search: '',
	addresses: true,
});

function room() {
	const chatNode = createFakeChatNode();
	const bob = chatNode.join('Bob', '192.168.1.9');
	const message = chatNode.tell(bob, {type: 'posted', text: 'teh end'});
	const rowsOf = createRowCache();
	const options = new Map([40, 80, 120].map(width => [width, optionsOf(width)]));
	/** The rows of the last entry. */
	function rows(width = 120): string[] {
		const state = chatNode.store.getState();
		const {length} = state.timeline;
		const [previous, entry] = sliceTimeline(state.timeline, length - 2, length);
		if (!entry) throw new Error('no entry');
		const item = {from: length - 1, to: length, entries: [entry], ...(previous && {previous})};
		return rowsOf(state, item, options.get(width) ?? optionsOf(width)).map(row => row.map(({text}) => text).join(''));
	}
	return {chatNode, bob, message, target: refOf(message), rows};
}

describe('rows of a message with effects', () => {
	test.each([40, 80, 120])(
		'rows of a message with effects fit %i cells and change with each effect, although the event stays the same',
		width => {
			const {chatNode, bob, target, rows} = room();
			const before = rows(width);
			chatNode.tell(bob, {type: 'corrected', target, text: 'the end'});
			const edited = rows(width);
			expect(edited.join(' ')).toMatch(/the end\s+\(edited\)/);
			chatNode.tell(bob, {type: 'marked', target, word: '👍', on: true});
			expect(rows(width).at(-1)?.trim()).toBe('👍 1');
			chatNode.tell(bob, {type: 'withdrawn', target});
			const withdrawn = rows(width);
			expect(withdrawn.join(' ')).toContain('(withdrawn)');
			expect(withdrawn).toHaveLength(before.length);
			for (const row of [...before, ...edited, ...withdrawn]) expect(row.length).toBeLessThanOrEqual(width - 2);
		},
	);

	test('rows of a message with effects count the reactions that do not fit, and show no control characters of a reaction', () => {
		const {chatNode, target, rows} = room();
		for (let number = 0; number < 60; number++) {
			const peer = chatNode.join(`P${number}`, '10.0.0.1', {connect: false});
			chatNode.tell(peer, {type: 'marked', target, word: `w${number}\u202e`, on: true}, {});
		}
		chatNode.tell(chatNode.own, {type: 'posted', text: 'x', replyTo: target});
		chatNode.tell(chatNode.own, {type: 'withdrawn', target: {peer: chatNode.own.peer, seq: 99}});
		const state = chatNode.store.getState();
		const message = sliceTimeline(state.timeline, 0, state.timeline.length).find(({type}) => type === 'posted');
		const shown = createRowCache()(state, {from: 0, to: 1, entries: message ? [message] : []}, optionsOf(80));
		const last =
			shown
				.at(-1)
				?.map(({text}) => text)
				.join('') ?? '';
		expect(last).toMatch(/w0 1 {2}w1 1 .* \+\d+$/);
		expect(last).not.toContain('\u202e');
		expect(rows()[0]).toContain('Bob: teh end');
	});

	test('rows of a message with effects show reactions that are older than the correction dimmed, and own reactions bold', () => {
		const {chatNode, bob, target} = room();
		const rowsOf = createRowCache();
		const options = optionsOf(80);
		const styleOf = (word: string) => {
			const state = chatNode.store.getState();
			const entry = sliceTimeline(state.timeline, 0, state.timeline.length).find(({type}) => type === 'posted');
			const rows = rowsOf(state, {from: 0, to: 1, entries: entry ? [entry] : []}, options);
			return rows.flat().find(({text}) => text.includes(word))?.style;
		};
		chatNode.tell(bob, {type: 'marked', target, word: 'before', on: true});
		chatNode.tell(chatNode.own, {type: 'marked', target, word: 'own', on: true});
		expect([styleOf('before'), styleOf('own')]).toEqual([{}, {bold: true}]);
		chatNode.tell(bob, {type: 'corrected', target, text: 'the end'});
		const {muted} = options.theme;
		expect(['before', 'own'].map(styleOf)).toEqual([muted, muted]);
		chatNode.tell(bob, {type: 'marked', target, word: 'after', on: true});
		expect(['before', 'own', 'after'].map(styleOf)).toEqual([muted, muted, {}]);
	});

	test('rows of a message with effects quote the text as it was when the reply was written', () => {
		const {chatNode, bob, target, rows} = room();
		chatNode.tell(chatNode.own, {type: 'posted', text: 'which end?', replyTo: target});
		chatNode.tell(bob, {type: 'corrected', target, text: 'the end'});
		expect(rows()[0]?.trim()).toBe('┌ Bob: teh end');
		expect(rows()[1]).toContain('which end?');
	});

	test('rows of a message with effects say that a quoted message is not here until it arrives', () => {
		const {chatNode, bob, rows} = room();
		const missing = {...chatNode.make(bob, {type: 'posted', text: 'late'})};
		chatNode.tell(chatNode.own, {type: 'posted', text: 'yes', replyTo: refOf(missing)});
		expect(rows()[0]).toContain('a message that is not here');
		chatNode.commit([missing]);
		expect(rows()[0]).toContain('┌ Bob: late');
	});
});

test('search, mentions, the copy view and spoken lines use the corrected text of a message', () => {
	const {chatNode, bob, message, target} = room();
	chatNode.tell(bob, {type: 'corrected', target, text: '@Carol the end'});
	const state = chatNode.store.getState();
	if (message.type !== 'posted') throw new Error('no message');
	const copyOf = (now: typeof state) =>
		copyText(now, message)
			.map(({text}) => text)
			.join('\n');
	expect(matchesSearch(state, message, 'the end')).toBe(true);
	expect(matchesSearch(state, message, 'teh')).toBe(false);
	expect(isMentionOfUs(state, message)).toBe(true);
	expect(copyOf(state)).toBe('@Carol the end (edited)');
	expect(formatSpokenEntry(state, message)).toContain('@Carol the end (edited)');
	chatNode.tell(bob, {type: 'withdrawn', target});
	const withdrawn = chatNode.store.getState();
	expect(matchesSearch(withdrawn, message, 'the end')).toBe(false);
	expect(isMentionOfUs(withdrawn, message)).toBe(false);
	expect(copyOf(withdrawn)).toBe('(withdrawn)');
});
