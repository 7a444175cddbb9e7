/** Key table as text: the lines of the help overlay, and the markdown table of the readme. */
import {type Action, type KeyRow, type KeyScope, keyRows} from './key-bindings.js';

const KEY_NAMES: Readonly<Record<string, string>> = {
	' ': 'Space',
	enter: 'Enter',
	tab: 'Tab',
	escape: 'Esc',
	backspace: 'Backspace',
	delete: 'Delete',
	up: '↑',
	down: '↓',
	left: '←',
	right: '→',
	home: 'Home',
	end: 'End',
	pageup: 'PgUp',
	pagedown: 'PgDn',
	ctrl: 'Ctrl',
	alt: 'Alt',
	shift: 'Shift',
};

/** Formats `ctrl+alt+x` as `Ctrl+Alt+X`, and `alt+X` as `Alt+Shift+X`. */
export function keyLabel(key: string): string {
	const parts = key.split('+');
	return parts
		.map((part, index) => {
			const name = KEY_NAMES[part];
			if (name) return name;
			if (index === 0) return part;
			return part === part.toUpperCase() && /\p{L}/u.test(part) ? `Shift+${part}` : part.toUpperCase();
		})
		.join('+');
}

const SECTION_TITLES: Readonly<Record<KeyScope, string>> = {
	input: 'In the input',
	any: 'Anywhere',
	list: 'In a list',
	timeline: 'In the timeline',
	peers: 'In the peers pane',
	prompt: 'While searching',
};

export interface KeyHelpLine {
	readonly section: string;
	readonly scope: KeyScope;
	/** Action of the line. If several rows of the key table are joined in the line: the action of the first of them. */
	readonly action: Action;
	readonly description: string;
	/** Keys for the action, then the alternative keys, then the slash command. */
	readonly labels: readonly string[];
}

/** Lines of the key help. Rows of the key table with the same scope and the same description are joined in one line. */
export function keyHelpLines(rows: readonly KeyRow[] = keyRows): KeyHelpLine[] {
	const lines: KeyHelpLine[] = [];
	for (const scope of ['any', 'input', 'list', 'timeline', 'peers', 'prompt'] as const) {
		const joined = new Map<string, {action: Action; keys: string[]; alternatives: string[]}>();
		for (const row of rows) {
			if (row.scope !== scope) continue;
			const line = joined.get(row.description) ?? {action: row.action, keys: [], alternatives: []};
			line.keys.push(...row.keys.map(keyLabel));
			line.alternatives.push(...(row.alternativeKeys ?? []).map(keyLabel), ...(row.command ? [row.command] : []));
			joined.set(row.description, line);
		}
		for (const [description, {action, keys, alternatives}] of joined) {
			lines.push({section: SECTION_TITLES[scope], scope, action, description, labels: [...keys, ...alternatives]});
		}
	}
	return lines;
}

/** A row of the readme's table. */
interface KeyGroup {
	readonly title: string;
	readonly scope: KeyScope;
	/**
	 * Whether the group includes an action. If omitted, the group includes every action of its scope that no earlier
	 * group includes.
	 */
	readonly includes?: (action: Action) => boolean;
}

const keyGroups: readonly KeyGroup[] = [
	{title: 'Write', scope: 'input', includes: action => !/^(edit|move):|^yank$/.test(action)},
	{
		title: 'Scroll',
		scope: 'any',
		includes: isOneOf('page-up', 'page-down', 'line-up', 'line-down', 'oldest', 'newest'),
	},
	{title: 'Find', scope: 'any', includes: isOneOf('first-unread', 'mention-previous', 'mention-next', 'search')},
	{
		title: 'Panes',
		scope: 'any',
		includes: isOneOf('next-pane', 'previous-pane', 'focus-timeline', 'focus-peers', 'focus-input', 'back'),
	},
	{title: 'Leave', scope: 'any', includes: isOneOf('interrupt', 'suspend')},
	{title: 'View', scope: 'any'},
	{title: 'In a list', scope: 'list'},
	{title: 'In the timeline', scope: 'timeline'},
	{title: 'In the peers pane', scope: 'peers'},
	{title: 'While searching', scope: 'prompt'},
	{title: 'Cursor', scope: 'input', includes: action => action.startsWith('move:')},
	{title: 'Undo', scope: 'input', includes: isOneOf('yank', 'edit:undo', 'edit:redo')},
	{title: 'Delete', scope: 'input'},
];

function isOneOf(...actions: readonly Action[]): (action: Action) => boolean {
	return action => actions.includes(action);
}

/** The readme's table of keys, with the same contents as the help overlay. A test compares it with the readme. */
export function keyTableMarkdown(lines: readonly KeyHelpLine[] = keyHelpLines()): string {
	const remaining = new Set(lines);
	const rows = keyGroups.flatMap(({title, scope, includes = () => true}) => {
		const included = [...remaining].filter(line => line.scope === scope && includes(line.action));
		for (const line of included) remaining.delete(line);
		return included.length === 0 ? [] : [`| ${title} | ${included.map(formatHelpLine).join(' · ')} |`];
	});
	return ['| for | keys |', '|---|---|', ...rows].join('\n');
}

function formatHelpLine({description, labels}: KeyHelpLine): string {
	return `${labels.map(label => `\`${label.replaceAll('|', '\\|')}\``).join(' ')} ${description}`;
}
