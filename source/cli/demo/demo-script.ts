/** Script of the demo: what each simulated participant does at which time. demo.ts performs it. */

export type Participant = 'Ada' | 'Linus' | 'Yuki' | 'Grace';

type Action =
	| {readonly type: 'join'}
	| {readonly type: 'post'; readonly text: string}
	| {readonly type: 'action'; readonly text: string}
	| {readonly type: 'rename'; readonly name: string}
	| {readonly type: 'disconnect'}
	| {readonly type: 'reconnect'}
	| {readonly type: 'leave'};

export interface ScriptStep {
	/** Seconds after the visitor joins; negative for the history, which is written before the visitor joins. */
	readonly atSeconds: number;
	readonly participant: Participant;
	readonly action: Action;
}

/** Placeholder in the script for the name of the visitor. */
export const VISITOR_PLACEHOLDER = '{you}';

const postStep = (atSeconds: number, participant: Participant, text: string): ScriptStep => ({
	atSeconds,
	participant,
	action: {type: 'post', text},
});

export const demoScript: readonly ScriptStep[] = [
	{atSeconds: -1.75, participant: 'Ada', action: {type: 'join'}},
	{atSeconds: -1.7, participant: 'Linus', action: {type: 'join'}},
	postStep(-1.2, 'Ada', 'morning! the uplink is down again, so it is just us and the switch'),
	postStep(-1, 'Linus', 'good. finally some peace'),
	postStep(-0.8, 'Ada', 'who has the label printer?'),
	postStep(-0.6, 'Linus', 'third floor, behind the plant 🌱'),
	postStep(
		3,
		'Ada',
		`welcome, ${VISITOR_PLACEHOLDER}! Everyone but you is simulated; the network is real, on this computer only.`,
	),
	postStep(7, 'Ada', 'You received what we wrote before you joined. Each author signed their own messages.'),
	postStep(11, 'Linus', 'Type something and press Enter. The mark in front shows how many of us have received it.'),
	{atSeconds: 16, participant: 'Yuki', action: {type: 'join'}},
	postStep(18, 'Yuki', 'おはよう! is this the room for the printer? 🖨️'),
	postStep(22, 'Ada', 'It is. Careful with the lift, it eats Wi-Fi.'),
	postStep(26, 'Yuki', 'taking the lift now'),
	{atSeconds: 28, participant: 'Yuki', action: {type: 'disconnect'}},
	postStep(30, 'Linus', 'she is disconnected. Watch the list on the right.'),
	postStep(
		36,
		'Ada',
		`@${VISITOR_PLACEHOLDER} this is a mention: Alt+P jumps to the previous one, Ctrl+F searches, Ctrl+G shows all keys.`,
	),
	postStep(
		39,
		'Linus',
		'three things to bring to the cellar:\n  - the blue cable\n  - a torch\n  - somebody who knows what it is for',
	),
	{atSeconds: 43, participant: 'Yuki', action: {type: 'reconnect'}},
	postStep(46, 'Yuki', 'back! did I miss anything?'),
	postStep(50, 'Linus', 'nothing: you received what we wrote meanwhile. Scroll up with PgUp.'),
	{atSeconds: 56, participant: 'Grace', action: {type: 'join'}},
	postStep(59, 'Grace', 'hello, I have just joined, and I can read everything above'),
	{atSeconds: 65, participant: 'Linus', action: {type: 'rename', name: 'Linus (cellar)'}},
	{atSeconds: 70, participant: 'Yuki', action: {type: 'action', text: 'waters the plant'}},
	postStep(76, 'Grace', 'is there a way to see this again later?'),
	postStep(
		80,
		'Ada',
		'every chat is saved in a log: npx p2pchat-ink replay plays it back. (The log of this demo is deleted.)',
	),
	{atSeconds: 88, participant: 'Linus', action: {type: 'leave'}},
	postStep(94, 'Ada', 'That was the demo. Stay as long as you like. Esc or Ctrl+C quits and deletes everything.'),
];

/** Ada's replies to the first messages of the visitor. */
export const adaReplies: readonly string[] = [
	'we read you! The mark in front of your line shows how many of us have received it.',
	'Ctrl+J starts a new line, ↑ recalls your last message, Tab completes names and commands.',
	'try /me waves, or /who',
	'Ctrl+O switches between the panes; in the timeline y copies a message and Enter shows its details.',
];
