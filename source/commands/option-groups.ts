/** In what order, and under which titles, the help and the readme tell the options: each stands in one group. */
import type {OptionKey} from './option-table.js';

export interface OptionGroup {
	readonly title: string;
	readonly keys: readonly OptionKey[];
}

export const optionGroups: readonly OptionGroup[] = [
	{title: 'You and the room', keys: ['name', 'room', 'askSecret', 'secretFile', 'noIdentity']},
	{title: 'Network', keys: ['port', 'tcpPort', 'interface', 'peer']},
	{title: 'Files', keys: ['dataDir', 'log', 'noLog', 'debug']},
	{title: 'Screen', keys: ['bell', 'mono', 'screenReader']},
	{title: 'Lines for scripts', keys: ['json', 'plain', 'stay', 'wait']},
	{title: 'Replay and export', keys: ['author', 'grep', 'from', 'to']},
	{title: 'Replay', keys: ['at', 'speed']},
	{title: 'Export', keys: ['format', 'verify']},
	{title: 'Help', keys: ['help', 'version']},
];
