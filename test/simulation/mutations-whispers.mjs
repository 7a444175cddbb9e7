/** Faults that mutate.mjs puts into the rules of whispers. The simulator or a test must find each one. Format: mutations.mjs. The scene plays rooms in
 * which connections break and processes are killed. */
export const whisperMutations = [
	{
		rule: 'A receiver handles only the whisper that follows the last one.',
		edits: [{in: 'createWhisperInbox.check', condition: 2, becomes: 'true'}],
		tests: ['whisper-pair', 'flood'],
		scenes: ['whispers'],
	},
	{
		rule: 'A whisper that was handled before is not accepted again.',
		edits: [{in: 'createWhispers.receive', condition: 2, becomes: 'true'}],
		tests: ['whispers'],
		scenes: ['whispers'],
	},
	{
		rule: 'A whisper that was handled before is answered again, because the first answer may be lost.',
		edits: [{in: 'createWhispers.receive', call: 'answer', onlyIf: "check === 'next'"}],
		tests: ['whisper-state'],
		scenes: ['whispers'],
	},
	{
		rule: 'Whispers without an answer are sent again on a new connection.',
		edits: [{in: 'createWhispers.linked', call: 'restart', becomes: 'removed'}],
		tests: ['whisper-state'],
		scenes: ['whispers'],
	},
	{
		rule: 'Only whispers that are saved in the log are answered.',
		edits: [{in: 'createWhispers.answer', condition: 2, becomes: 'true'}],
		tests: ['log-recovery'],
		scenes: ['whispers'],
	},
	{
		rule: 'A whisper is sent only to a peer that names the feature.',
		edits: [{in: 'createWhispers.refusal', condition: 5, without: 1}],
		tests: ['whispers'],
		scenes: ['whispers'],
	},
	{
		rule: 'The number of a refused whisper is never used again.',
		edits: [{in: 'createWhisperInbox.refuse', unassigned: 'last'}],
		tests: ['whisper'],
		scenes: ['whispers'],
	},
	{
		rule: 'The addressee of a whisper stays the same while its command is unchanged.',
		edits: [{in: 'updateAddressing', condition: 3, becomes: 'false'}],
		tests: ['whispers'],
		scenes: ['whispers'],
	},
];
