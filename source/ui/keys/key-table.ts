/** The readme's table of keys: everything that the help overlay tells, a row for each thing that one is after. */
import type {Action, Where} from './bindings.js';
import {type HelpLine, helpLines} from './key-labels.js';

interface Group {
	readonly title: string;
	readonly where: Where;
	/** Left out: all in that place that no group before it took. */
	readonly takes?: (action: Action) => boolean;
}

const groups: readonly Group[] = [
	{title: 'Write', where: 'input', takes: action => !/^(edit|move):|^yank$/.test(action)},
	{
		title: 'Scroll',
		where: 'any',
		takes: among('page-up', 'page-down', 'line-up', 'line-down', 'oldest', 'newest'),
	},
	{title: 'Find', where: 'any', takes: among('first-unread', 'mention-previous', 'mention-next', 'search')},
	{
		title: 'Panes',
		where: 'any',
		takes: among('next-pane', 'previous-pane', 'focus-timeline', 'focus-peers', 'focus-input', 'back'),
	},
	{title: 'Leave', where: 'any', takes: among('interrupt', 'suspend')},
	{title: 'View', where: 'any'},
	{title: 'In a list', where: 'list'},
	{title: 'In the timeline', where: 'timeline'},
	{title: 'In the peers', where: 'peers'},
	{title: 'While searching', where: 'prompt'},
	{title: 'Cursor', where: 'input', takes: action => action.startsWith('move:')},
	{title: 'Undo', where: 'input', takes: among('yank', 'edit:undo', 'edit:redo')},
	{title: 'Delete', where: 'input'},
];

function among(...actions: readonly Action[]): (action: Action) => boolean {
	return action => actions.includes(action);
}

export function keyTableMarkdown(lines: readonly HelpLine[] = helpLines()): string {
	const left = new Set(lines);
	const rows = groups.flatMap(({title, where, takes = () => true}) => {
		const taken = [...left].filter(line => line.where === where && takes(line.action));
		for (const line of taken) left.delete(line);
		return taken.length === 0 ? [] : [`| ${title} | ${taken.map(item).join(' · ')} |`];
	});
	return ['| for | keys |', '|---|---|', ...rows].join('\n');
}

function item({does, labels}: HelpLine): string {
	return `${labels.map(label => `\`${label.replaceAll('|', '\\|')}\``).join(' ')} ${does}`;
}
