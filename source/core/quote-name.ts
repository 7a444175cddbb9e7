/**
 * Quotes for names that could be read as something other than a name. A line of text begins with a name. So a name such
 * as `Bob (192.168.1.7): yes` would look like a message of Bob, and `Bob left, and Dave` would look like a fact about
 * Bob.
 */
import {confusableSkeleton, toPrototypes} from './confusables.js';
import {LruMap} from './lru-map.js';

/**
 * Matches what could be mistaken for the structure of a line of text: punctuation that the program uses in such
 * lines, and IPv4 addresses.
 */
const STRUCTURE = /[():;,*!"<>[\]{}|·]|\d+\.\d+\.\d+\.\d+/;
/** Words with which the program states a fact about people or lists several people, such as `left` and `and`. */
const FACT_WORDS: ReadonlySet<string> = new Set(
	['and', 'called', 'connected', 'disconnected', 'found', 'joined', 'left', 'lost', 'moved', 'notice']
		.concat(['private', 'reconnected', 'sent', 'started', 'typing', 'you'])
		.map(confusableSkeleton),
);
const MAX_CACHED_NAMES = 1024;

const cache = new LruMap<string, string>(MAX_CACHED_NAMES);

/**
 * The name of a person, for use in a line of text. A name that could be read as anything but a name is put in quotes,
 * and quotes inside the name are replaced.
 */
export function quoteUnclearName(name: string): string {
	const cached = cache.get(name);
	if (cached !== undefined) return cached;
	const quoted = isUnclear(name) ? `"${replaceQuotes(name)}"` : name;
	cache.set(name, quoted);
	return quoted;
}

function isUnclear(name: string): boolean {
	if (STRUCTURE.test(name) || STRUCTURE.test(toPrototypes(name))) return true;
	return name.split(/\s+/u).some(word => FACT_WORDS.has(confusableSkeleton(word)));
}

function replaceQuotes(name: string): string {
	return Array.from(name, character => (/^(?:"|'')$/.test(toPrototypes(character)) ? "'" : character)).join('');
}
