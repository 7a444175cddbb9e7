/** What is played in the demo: who does what, when. Data; `demo.ts` plays it. */

export type Player = 'Ada' | 'Linus' | 'Yuki' | 'Grace';

export type Move =
	| {readonly type: 'come'}
	| {readonly type: 'say'; readonly text: string}
	| {readonly type: 'act'; readonly text: string}
	| {readonly type: 'rename'; readonly name: string}
	| {readonly type: 'lose contact'}
	| {readonly type: 'find back'}
	| {readonly type: 'leave'};

export interface Step {
	/** Seconds after the visitor came; below 0: what was said before. */
	readonly at: number;
	readonly who: Player;
	readonly move: Move;
}

/** Stands for the visitor's own name. */
export const VISITOR = '{you}';

const say = (at: number, who: Player, text: string): Step => ({at, who, move: {type: 'say', text}});

export const script: readonly Step[] = [
	{at: -1.75, who: 'Ada', move: {type: 'come'}},
	{at: -1.7, who: 'Linus', move: {type: 'come'}},
	say(-1.2, 'Ada', 'morning! the uplink is down again, so it is just us and the switch'),
	say(-1, 'Linus', 'good. finally some peace'),
	say(-0.8, 'Ada', 'who has the label printer?'),
	say(-0.6, 'Linus', 'third floor, behind the plant 🌱'),
	say(3, 'Ada', `welcome, ${VISITOR}! Everybody here but you is played; the network is real, on this computer alone.`),
	say(7, 'Ada', 'What we said before you came was handed to you, signed by whoever wrote it.'),
	say(11, 'Linus', 'Type something and press Enter. The mark in front shows how many of us have it.'),
	{at: 16, who: 'Yuki', move: {type: 'come'}},
	say(18, 'Yuki', 'おはよう! is this the room for the printer? 🖨️'),
	say(22, 'Ada', 'It is. Careful with the lift, it eats Wi-Fi.'),
	say(26, 'Yuki', 'taking the lift now'),
	{at: 28, who: 'Yuki', move: {type: 'lose contact'}},
	say(30, 'Linus', 'there she goes. Watch the list on the right.'),
	say(
		36,
		'Ada',
		`@${VISITOR} you are mentioned here: Alt+P jumps back to such lines, Ctrl+F searches, Ctrl+G shows all keys.`,
	),
	say(
		39,
		'Linus',
		'three things to bring to the cellar:\n  - the blue cable\n  - a torch\n  - somebody who knows what it is for',
	),
	{at: 43, who: 'Yuki', move: {type: 'find back'}},
	say(46, 'Yuki', 'back! did I miss anything?'),
	say(50, 'Linus', 'nothing: what we said meanwhile was handed to you. Scroll up with PgUp.'),
	{at: 56, who: 'Grace', move: {type: 'come'}},
	say(59, 'Grace', 'hello, I have only just started it, and I can read all of the above'),
	{at: 65, who: 'Linus', move: {type: 'rename', name: 'Linus (cellar)'}},
	{at: 70, who: 'Yuki', move: {type: 'act', text: 'waters the plant'}},
	say(76, 'Grace', 'is there a way to see this again later?'),
	say(80, 'Ada', 'every launch keeps a log: npx p2pchat-ink replay plays it back. (This one is thrown away.)'),
	{at: 88, who: 'Linus', move: {type: 'leave'}},
	say(94, 'Ada', 'That was all. Stay and type as long as you like; Esc or Ctrl+C leaves, and nothing is left behind.'),
];

/** What Ada says to the visitor's own messages, in turn, then no more. */
export const replies: readonly string[] = [
	'we read you! The mark in front of your line tells how many of us hold it.',
	'Ctrl+J starts a new line, ↑ brings back what you wrote, Tab completes names and commands.',
	'try /me waves, or /who',
	'Ctrl+O walks through the panes; in the timeline y copies a line and Enter shows who signed it.',
];
