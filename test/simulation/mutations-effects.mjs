/** Faults that mutate.mjs puts into the rules of effects (replies, reactions, corrections, withdrawals, pins) and of features. The simulator or a test must find each one. Format: mutations.mjs. */
export const effectMutations = [
	{
		rule: 'The last correction in timeline order wins, not that of the feed that is examined last.',
		edits: [{in: 'contentOf', condition: 2, without: 2}],
		tests: ['effects'],
	},
	{
		rule: 'Of the corrections of one feed, the last one wins.',
		edits: [{in: 'contentOf', call: 'lastEffectsOn', becomes: 'effectsOn(corrections, event, {author})'}],
		tests: ['effects'],
	},
	{
		rule: 'A withdrawal is final.',
		edits: [{in: 'contentOf', condition: 5, becomes: 'false'}],
		tests: ['effects'],
	},
	{
		rule: 'The text as of a position has only the corrections up to that position.',
		edits: [{in: 'contentOf', call: 'lastEffectsOn', argument: 4, becomes: '{max: 1}'}],
		tests: ['effects', 'state-as-of'],
	},
	{
		rule: 'The text as of a position has only the withdrawals up to that position.',
		edits: [{in: 'contentOf', condition: 3, without: 2}],
		tests: ['effects', 'state-as-of'],
	},
	{
		rule: 'A message about a window for guests cannot be corrected.',
		edits: [{in: 'contentOf', condition: 1, becomes: 'false'}],
		tests: ['effects'],
	},
	{
		rule: 'Only the author corrects and withdraws a message.',
		edits: [{in: 'contentOf', call: 'feedsOfAuthor', number: 1, becomes: 'outerAuthorsOn(corrections, event)'}],
		tests: ['effects'],
	},
	{
		rule: 'Nobody corrects or withdraws the row about a window for guests.',
		edits: [{in: 'contentOf', condition: 1, without: 2}],
		scenes: ['window-row'],
		tests: ['effects'],
	},
	{
		rule: 'Another launch of the same verified identity may correct a message.',
		edits: [{in: 'feedsOfAuthor', condition: 2, becomes: 'true'}],
		tests: ['effects'],
	},
	{
		rule: 'An effect by another feed does not hide the corrections by the author.',
		edits: [{in: 'feedsOfAuthor', returned: 2, becomes: '[]'}],
		tests: ['effects'],
	},
	{
		rule: 'Reactions of ignored people do not count.',
		edits: [{in: 'countedMarks', condition: 2, without: 1}],
		tests: ['effects', 'state-as-of'],
	},
	{
		rule: 'Reactions after a position do not count at that position.',
		edits: [{in: 'countedMarks', condition: 2, without: 2}],
		tests: ['effects', 'state-as-of'],
	},
	{
		rule: 'One feed cannot take all the places for reactions to a message.',
		edits: [{in: 'countMarks', limit: 'MAX_MARKS_PER_FEED', becomes: '99_999'}],
		tests: ['effects'],
	},
	{
		rule: 'One feed cannot take all the places for pins.',
		edits: [{in: 'countedPins.remainingOf', limit: 'MAX_PINS_PER_FEED', becomes: '99_999'}],
		tests: ['effects'],
	},
	{
		rule: 'Pins by ignored people do not count.',
		edits: [{in: 'countedPins.remainingOf', condition: 2, becomes: 'false'}],
		tests: ['effects', 'state-as-of'],
	},
	{
		rule: 'A withdrawn message is not pinned.',
		edits: [{in: 'selectPins', condition: 3, without: 3}],
		tests: ['effects'],
	},
	{
		rule: 'A forked feed is frozen, so that all its effects come from one of its histories.',
		edits: [{in: 'createFeedTips.accept', condition: 2, becomes: 'false'}],
		tests: ['effects-forks', 'feed-tips'],
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
