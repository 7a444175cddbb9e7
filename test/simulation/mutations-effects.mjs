/** Faults that mutate.mjs puts into the rules of effects (replies, reactions, corrections, withdrawals, pins) and of features. The simulator or a test must find each one. Format: mutations.mjs. */
export const effectMutations = [
	{
		rule: 'The last correction in timeline order wins, not the one found last.',
		edits: [{in: 'contentOf', condition: 3, without: 2}],
		tests: ['effects'],
	},
	{
		rule: 'A withdrawal is final.',
		edits: [{in: 'contentOf', condition: 5, becomes: 'false'}],
		tests: ['effects'],
	},
	{
		rule: 'The text as of a position has only the effects up to that position.',
		edits: [{in: 'contentOf', condition: 2, becomes: 'false'}],
		tests: ['effects', 'state-as-of'],
	},
	{
		rule: 'Only the author corrects and withdraws a message.',
		edits: [{in: 'textEffects', call: 'effectsOn', number: 2, argument: 4, becomes: 'undefined'}],
		tests: ['effects'],
	},
	{
		rule: 'Another launch of the same verified identity corrects a message.',
		edits: [{in: 'textEffects', condition: 2, becomes: 'true'}],
		tests: ['effects'],
	},
	{
		rule: 'Reactions of several launches of one identity count once.',
		edits: [{in: 'countMarks', variable: 'key', becomes: 'mark.peer + mark.word'}],
		tests: ['effects'],
	},
	{
		rule: 'Of the different reactions of one feed to a message, only a limited number counts.',
		edits: [{in: 'countedMarks', limit: 'MAX_WORDS_PER_FEED', becomes: '99'}],
		tests: ['effects'],
	},
	{
		rule: 'The index is sorted, in whatever order effects arrive.',
		edits: [{in: 'addEffects', call: 'toSorted', becomes: 'its object'}],
		tests: ['effects'],
	},
	{
		rule: 'For each message the last pin or unpin decides.',
		edits: [{in: 'selectPins', call: 'add', becomes: 'removed'}],
		tests: ['effects'],
	},
	{
		rule: 'A message is found when it arrives after a search for it.',
		edits: [{in: 'findPosted', condition: 1, becomes: 'search.missingIn !== undefined'}],
		tests: ['effects'],
	},
	{
		rule: 'A message of a feature is sent only to peers that name the feature.',
		edits: [{in: 'createChatNode.sendTyping', condition: 1, becomes: 'true'}],
		tests: ['typing-expiry'],
	},
];
