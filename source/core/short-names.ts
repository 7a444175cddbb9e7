/**
 * By what parts of our names `@` means us. Whoever else bears them as a name, or as the first words of one, claims them
 * for as long as they are there: who was there when it was said decides, so that no mark comes or goes when people do.
 */
import {firstWords, isCalled} from './mention.js';
import {foldName} from './namesakes.js';
import {listPeers} from './roster.js';
import type {RosterPeer, State} from './state.js';

/** A name of somebody else that begins with words of ours, and from when to when they were there (HLC ms). */
interface Claim {
	readonly name: string;
	readonly from: number;
	readonly to: number;
}

export interface ShortNames {
	readonly shorts: readonly string[];
	/** Names that hold or held count alike: of a name is not known when it was taken. */
	readonly claims: readonly Claim[];
}

const NONE: ShortNames = {shorts: [], claims: []};

function beginsWith(name: string, words: string): boolean {
	return name === words || name.startsWith(`${words} `);
}

function claimsOf(
	{names, joined, left, lost, absences}: RosterPeer,
	ours: readonly string[],
	shorts: readonly string[],
) {
	const from = joined?.ms ?? 0;
	const to = (left ?? lost[absences])?.ms ?? Number.POSITIVE_INFINITY;
	return [...new Set(names.map(({name}) => foldName(name).split(/\s+/u).join(' ')))]
		.filter(name => !ours.includes(name) && shorts.some(short => beginsWith(name, short)))
		.map((name): Claim => ({name, from, to}));
}

/** `names`: all that we bear or bore. */
export function collectShortNames({roster, launches}: State, names: readonly string[]): ShortNames {
	const ours = names.map(foldName);
	const shorts = [...new Set(ours.flatMap(firstWords))];
	if (shorts.length === 0) return NONE;
	const others = listPeers(roster).filter(({peer}) => !launches[peer]);
	return {shorts, claims: others.flatMap(other => claimsOf(other, ours, shorts))};
}

/** Whether a text said at `ms` (HLC) calls us by the first words of a name; a longer name of somebody else goes first. */
export function isCalledShortly(text: string, ms: number, {shorts, claims}: ShortNames): boolean {
	return shorts.some(
		short =>
			isCalled(text, short) &&
			!claims.some(
				({name, from, to}) =>
					beginsWith(name, short) && ((from <= ms && ms < to) || (name !== short && isCalled(text, name))),
			),
	);
}
