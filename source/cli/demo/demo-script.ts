/** What is played in the demo: who does what, when. Data; `demo.ts` plays it. */

export type Participant = 'Ada' | 'Linus' | 'Yuki' | 'Grace';

export type Action =
	| {readonly type: 'come'}
	| {readonly type: 'say'; readonly text: string}
	| {readonly type: 'act'; readonly text: string}
	| {readonly type: 'rename'; readonly name: string}
	| {readonly type: 'lose contact'}
	| {readonly type: 'find back'}
	| {readonly type: 'leave'};

export interface ScriptStep {
	/** Seconds after the visitor came; below 0: what was said before. */
	readonly atSeconds: number;
	readonly participant: Participant;
	readonly action: Action;
}

/** Stands for the visitor's own name. */
export const VISITOR_PLACEHOLDER = '{you}';

const sayStep = (atSeconds: number, participant: Participant, text: string): ScriptStep => ({
	atSeconds,
	participant,
	action: {type: 'say', text},
});

export const demoScript: readonly ScriptStep[] = [
	{atSeconds: -1.75, participant: 'Ada', action: {type: 'come'}},
	{atSeconds: -1.7, participant: 'Linus', action: {type: 'come'}},
	sayStep(-1.2, 'Ada', 'morning! the uplink is down again, so it is just us and the switch'),
	sayStep(-1, 'Linus', 'good. finally some peace'),
	sayStep(-0.8, 'Ada', 'who has the label printer?'),
	sayStep(-0.6, 'Linus', 'third floor, behind the plant 🌱'),
	sayStep(
		3,
		'Ada',
		`welcome, ${VISITOR_PLACEHOLDER}! Everybody here but you is played; the network is real, on this computer alone.`,
	),
	sayStep(7, 'Ada', 'What we said before you came was handed to you, signed by whoever wrote it.'),
	sayStep(11, 'Linus', 'Type something and press Enter. The mark in front shows how many of us have it.'),
	{atSeconds: 16, participant: 'Yuki', action: {type: 'come'}},
	sayStep(18, 'Yuki', 'おはよう! is this the room for the printer? 🖨️'),
	sayStep(22, 'Ada', 'It is. Careful with the lift, it eats Wi-Fi.'),
	sayStep(26, 'Yuki', 'taking the lift now'),
	{atSeconds: 28, participant: 'Yuki', action: {type: 'lose contact'}},
	sayStep(30, 'Linus', 'there she goes. Watch the list on the right.'),
	sayStep(
		36,
		'Ada',
		`@${VISITOR_PLACEHOLDER} you are mentioned here: Alt+P jumps back to such lines, Ctrl+F searches, Ctrl+G shows all keys.`,
	),
	sayStep(
		39,
		'Linus',
		'three things to bring to the cellar:\n  - the blue cable\n  - a torch\n  - somebody who knows what it is for',
	),
	{atSeconds: 43, participant: 'Yuki', action: {type: 'find back'}},
	sayStep(46, 'Yuki', 'back! did I miss anything?'),
	sayStep(50, 'Linus', 'nothing: what we said meanwhile was handed to you. Scroll up with PgUp.'),
	{atSeconds: 56, participant: 'Grace', action: {type: 'come'}},
	sayStep(59, 'Grace', 'hello, I have only just started it, and I can read all of the above'),
	{atSeconds: 65, participant: 'Linus', action: {type: 'rename', name: 'Linus (cellar)'}},
	{atSeconds: 70, participant: 'Yuki', action: {type: 'act', text: 'waters the plant'}},
	sayStep(76, 'Grace', 'is there a way to see this again later?'),
	sayStep(80, 'Ada', 'every launch keeps a log: npx p2pchat-ink replay plays it back. (This one is thrown away.)'),
	{atSeconds: 88, participant: 'Linus', action: {type: 'leave'}},
	sayStep(
		94,
		'Ada',
		'That was all. Stay and type as long as you like; Esc or Ctrl+C leaves, and nothing is left behind.',
	),
];

/** What Ada says to the visitor's own messages, in turn, then no more. */
export const adaReplies: readonly string[] = [
	'we read you! The mark in front of your line tells how many of us hold it.',
	'Ctrl+J starts a new line, ↑ brings back what you wrote, Tab completes names and commands.',
	'try /me waves, or /who',
	'Ctrl+O walks through the panes; in the timeline y copies a line and Enter shows who signed it.',
];
