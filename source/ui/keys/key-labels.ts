/** The key table as people read it: line by line in the help overlay, in short in the readme (key-table.ts). */
import {type Action, type KeyRow, keyRows, type Where} from './bindings.js';

const NAMES: Readonly<Record<string, string>> = {
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

/** `ctrl+alt+x` → `Ctrl+Alt+X`; a capital letter behind Alt is Shift with the letter. */
export function keyLabel(key: string): string {
	const parts = key.split('+');
	return parts
		.map((part, index) => {
			const name = NAMES[part];
			if (name) return name;
			if (index === 0) return part;
			return part === part.toUpperCase() && /\p{L}/u.test(part) ? `Shift+${part}` : part.toUpperCase();
		})
		.join('+');
}

const SECTIONS: Readonly<Record<Where, string>> = {
	input: 'In the input',
	any: 'Anywhere',
	list: 'In a list',
	timeline: 'In the timeline',
	peers: 'In the peers',
	prompt: 'While searching',
};

export interface HelpLine {
	readonly section: string;
	readonly where: Where;
	/** Of the first row that it was joined from. */
	readonly action: Action;
	readonly does: string;
	/** Keys, twins and a command, each by itself. */
	readonly labels: readonly string[];
}

/** One line per thing to do; rows that do the same in the same place are joined. */
export function helpLines(rows: readonly KeyRow[] = keyRows): HelpLine[] {
	const lines: HelpLine[] = [];
	for (const where of ['any', 'input', 'list', 'timeline', 'peers', 'prompt'] as const) {
		const joined = new Map<string, {action: Action; keys: string[]; twins: string[]}>();
		for (const row of rows) {
			if (row.where !== where) continue;
			const line = joined.get(row.does) ?? {action: row.action, keys: [], twins: []};
			line.keys.push(...row.keys.map(keyLabel));
			line.twins.push(...(row.twins ?? []).map(keyLabel), ...(row.command ? [row.command] : []));
			joined.set(row.does, line);
		}
		for (const [does, {action, keys, twins}] of joined) {
			lines.push({section: SECTIONS[where], where, action, does, labels: [...keys, ...twins]});
		}
	}
	return lines;
}
