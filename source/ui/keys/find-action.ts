import {type Action, keyRows, replayKeyRows, type Where} from './bindings.js';

const table = new Map<string, Action>();
for (const row of keyRows) {
	for (const key of [...row.keys, ...(row.twins ?? [])]) table.set(`${row.where} ${key}`, row.action);
}

const bound = new Set(
	[...keyRows, ...replayKeyRows].flatMap(({keys, twins}) => [...keys, ...(twins ?? [])]).map(key => key.toLowerCase()),
);

/** Whether a key means something anywhere, in chat or replay; a capital letter counts as its small one (Caps Lock). */
export function isBoundKey(key: string): boolean {
	return bound.has(key.toLowerCase());
}

export type Place = 'input' | 'prompt' | 'timeline' | 'peers' | 'overlay';

const LOOKUP: Readonly<Record<Place, readonly Where[]>> = {
	input: ['input', 'any'],
	prompt: ['prompt', 'input', 'any'],
	timeline: ['timeline', 'list', 'any'],
	peers: ['peers', 'list', 'any'],
	overlay: ['list', 'any'],
};

/** What a key means where the focus is, or undefined. */
export function findAction(place: Place, key: string): Action | undefined {
	for (const where of LOOKUP[place]) {
		const action = table.get(`${where} ${key}`);
		if (action) return action;
	}
	return undefined;
}
