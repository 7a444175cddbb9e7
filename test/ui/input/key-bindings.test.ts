import {describe, expect, test} from 'vitest';
import {findAction, keyRows} from '../../../source/ui/input/key-bindings.js';
import {keyHelpLines, keyLabel, keyTableMarkdown} from '../../../source/ui/input/key-help.js';
import {helpRows} from '../../../source/ui/overlays/overlay-text.js';
import {findReplayAction} from '../../../source/ui/replay/replay-bindings.js';
import {createTheme} from '../../../source/ui/theme.js';

describe('the key table', () => {
	test('the key table binds no key twice in one scope', () => {
		const seen = new Map<string, string>();
		for (const row of keyRows) {
			for (const key of [...row.keys, ...(row.alternativeKeys ?? [])]) {
				const scopedKey = `${row.scope} ${key}`;
				expect(seen.get(scopedKey) ?? row.action, scopedKey).toBe(row.action);
				seen.set(scopedKey, row.action);
			}
		}
	});

	test('every action of the key table has a key without Alt, F-keys and Shift+Enter, or a slash command', () => {
		const reachable = new Set<string>();
		for (const row of keyRows) {
			const plain = [...row.keys, ...(row.alternativeKeys ?? [])].filter(
				key => !key.includes('alt+') && key !== 'shift+enter' && !/^f\d/.test(key),
			);
			if (plain.length > 0 || row.command) reachable.add(row.action);
		}
		// Ctrl+O and Tab cycle through the panes, so the actions that focus one pane can be reached without a key of their
		// own.
		for (const action of ['focus-timeline', 'focus-peers', 'focus-input']) reachable.add(action);
		expect(keyRows.map(row => row.action).filter(action => !reachable.has(action))).toEqual([]);
	});

	test('the help overlay and the readme show every row of the key table', () => {
		const overlay = helpRows(100, createTheme({unicode: true, depth: 0}))
			.map(line => line.map(segment => segment.text).join(''))
			.join('\n');
		const items = keyTableMarkdown()
			.split('\n')
			.slice(2)
			.flatMap(row => row.split('|')[2]?.trim().split(' · ') ?? []);
		const expected = keyHelpLines().map(
			({labels, description}) => `${labels.map(label => `\`${label}\``).join(' ')} ${description}`,
		);
		for (const label of keyHelpLines().flatMap(line => line.labels)) expect(overlay).toContain(label);
		expect(items.toSorted()).toEqual(expected.toSorted());
	});

	test('the key table shows the names of keys in a readable form, for example Ctrl+Alt+X', () => {
		expect(keyLabel('ctrl+alt+x')).toBe('Ctrl+Alt+X');
		expect(keyLabel('alt+U')).toBe('Alt+Shift+U');
		expect(keyLabel('pageup')).toBe('PgUp');
		expect(keyLabel('G')).toBe('G');
	});

	test('the key table uses the narrowest scope that binds a key: Ctrl+U deletes in the input and scrolls in a list', () => {
		expect(findAction('input', 'ctrl+u')).toBe('edit:kill-to-start');
		expect(findAction('timeline', 'ctrl+u')).toBe('half-up');
		expect(findAction('input', 'x')).toBeUndefined();
	});

	test('the key table finds the action of an Alt key even with Caps Lock on, but no action of a Ctrl key with Shift', () => {
		expect(findAction('input', 'alt+L')).toBe(findAction('input', 'alt+l'));
		expect(findAction('input', 'ctrl+C')).toBeUndefined();
		expect(findReplayAction('alt+T')).toBe(findReplayAction('alt+t'));
	});
});
