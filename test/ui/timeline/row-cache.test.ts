import {expect, test} from 'vitest';
import {sliceTimeline} from '../../../source/core/timeline.js';
import {createTheme} from '../../../source/ui/theme.js';
import {createRowCache, MAX_CACHED_ENTRIES} from '../../../source/ui/timeline/row-cache.js';
import {createFakeChatNode} from '../../helpers/fake-chat-node.js';

test('the row cache returns the same rows for recently drawn entries, and forgets the rows of entries that were drawn long ago', () => {
	const chatNode = createFakeChatNode();
	const ann = chatNode.join('Ann', '10.0.0.9');
	for (let index = 0; index <= MAX_CACHED_ENTRIES; index++) chatNode.say(ann, `message ${index}`);
	const state = chatNode.store.getState();
	const entries = sliceTimeline(state.timeline, 0, state.timeline.length).filter(({type}) => type === 'posted');
	const rowsOf = createRowCache();
	const theme = createTheme({unicode: true, depth: 0});
	const options = {width: 80, times: 'none' as const, theme, search: '', addresses: true};
	const draw = (at: number) => {
		const entry = entries[at];
		if (!entry) throw new Error(`no entry ${at}`);
		return rowsOf(state, {from: at, to: at + 1, entries: [entry]}, options);
	};
	const first = draw(0);
	expect(draw(0)).toBe(first);
	const drawn = entries.map((_, at) => draw(at));
	const last = entries.length - 1;
	expect(draw(last)).toBe(drawn[last]);
	expect(draw(0)).not.toBe(drawn[0]);
});
