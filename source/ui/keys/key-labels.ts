/** The key table as people read it: for the help overlay and the readme. */
import {type KeyRow, keyRows, type Where} from './bindings.js';

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
	readonly does: string;
	readonly keys: string;
	readonly twin: string;
	/** Of both, each by itself. */
	readonly labels: readonly string[];
}

/** One line per thing to do; rows that do the same in the same place are joined. */
export function helpLines(rows: readonly KeyRow[] = keyRows): HelpLine[] {
	const lines: HelpLine[] = [];
	for (const where of ['any', 'input', 'list', 'timeline', 'peers', 'prompt'] as const) {
		const joined = new Map<string, {keys: string[]; twins: string[]}>();
		for (const row of rows) {
			if (row.where !== where) continue;
			const line = joined.get(row.does) ?? {keys: [], twins: []};
			line.keys.push(...row.keys.map(keyLabel));
			line.twins.push(...(row.twins ?? []).map(keyLabel), ...(row.command ? [row.command] : []));
			joined.set(row.does, line);
		}
		for (const [does, line] of joined) {
			const {keys, twins} = line;
			const labels = [...keys, ...twins];
			lines.push({section: SECTIONS[where], does, keys: keys.join(' '), twin: twins.join(' '), labels});
		}
	}
	return lines;
}

/** The readme's table. */
export function keyTableMarkdown(): string {
	const rows = helpLines().map(
		({section, does, keys, twin}) => `| ${section} | ${does} | ${code(keys)} | ${code(twin)} |`,
	);
	return ['| where | what | keys | or |', '|---|---|---|---|', ...rows].join('\n');
}

function code(keys: string): string {
	return keys.replaceAll('|', '\\|');
}
