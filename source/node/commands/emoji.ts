/** Emoji by their short names, as in many chat programs (`:tada:`). Used for completion and reactions. */
import {foldText} from '../../core/fold-text.js';
import {isReactionWord} from '../../core/text.js';

const emojiByName: ReadonlyMap<string, string> = new Map(
	Object.entries({
		'+1': '👍',
		'-1': '👎',
		angry: '😠',
		beer: '🍺',
		beers: '🍻',
		blush: '😊',
		boom: '💥',
		broken_heart: '💔',
		bug: '🐛',
		bulb: '💡',
		cake: '🍰',
		calendar: '📅',
		clap: '👏',
		coffee: '☕',
		computer: '💻',
		confused: '😕',
		construction: '🚧',
		cry: '😢',
		disappointed: '😞',
		dizzy: '💫',
		email: '📧',
		exclamation: '❗',
		eyes: '👀',
		facepalm: '🤦',
		fire: '🔥',
		grin: '😁',
		grinning: '😀',
		hammer: '🔨',
		heart: '❤️',
		heart_eyes: '😍',
		hourglass: '⌛',
		hugs: '🤗',
		hushed: '😯',
		innocent: '😇',
		joy: '😂',
		key: '🔑',
		laughing: '😆',
		lock: '🔒',
		mag: '🔍',
		memo: '📝',
		moon: '🌙',
		muscle: '💪',
		neutral_face: '😐',
		no_entry: '⛔',
		ok: '🆗',
		ok_hand: '👌',
		open_mouth: '😮',
		package: '📦',
		party: '🥳',
		pensive: '😔',
		phone: '📞',
		pizza: '🍕',
		point_right: '👉',
		poop: '💩',
		pray: '🙏',
		pushpin: '📌',
		question: '❓',
		rage: '😡',
		raised_hands: '🙌',
		relieved: '😌',
		robot: '🤖',
		rocket: '🚀',
		rofl: '🤣',
		rotating_light: '🚨',
		scream: '😱',
		see_no_evil: '🙈',
		shrug: '🤷',
		skull: '💀',
		sleeping: '😴',
		slightly_smiling_face: '🙂',
		smile: '😄',
		smiley: '😃',
		smirk: '😏',
		sob: '😭',
		sparkles: '✨',
		star: '⭐',
		stuck_out_tongue: '😛',
		sun: '☀️',
		sunglasses: '😎',
		sweat_smile: '😅',
		tada: '🎉',
		thinking: '🤔',
		thumbsdown: '👎',
		thumbsup: '👍',
		umbrella: '☔',
		upside_down_face: '🙃',
		warning: '⚠️',
		wave: '👋',
		white_check_mark: '✅',
		wink: '😉',
		wrench: '🔧',
		x: '❌',
		yum: '😋',
		zap: '⚡',
	}),
);

/**
 * Emoji whose names begin with `typed`. The emoji with exactly this name comes first, the others in alphabetical order
 * of their names. No emoji appears twice.
 */
export function findEmoji(typed: string): string[] {
	const folded = foldText(typed);
	const exact = emojiByName.get(folded);
	const found = [...emojiByName].filter(([name]) => name.startsWith(folded)).map(([, emoji]) => emoji);
	return [...new Set(exact === undefined ? found : [exact, ...found])];
}

/** Replaces the short name of an emoji, such as `:tada:`, by the emoji. Returns every other word unchanged. */
export function expandEmoji(word: string): string {
	const name = /^:?([^:\s]+):?$/.exec(word)?.[1];
	return (name !== undefined && emojiByName.get(foldText(name))) || word;
}

/**
 * Whether a typed word can be a reaction. A word of ASCII characters cannot, because it is probably a short name with a
 * typing error.
 */
export function isTypedReaction(word: string): boolean {
	return isReactionWord(word) && !/^[\x20-\x7e]+$/.test(word);
}
