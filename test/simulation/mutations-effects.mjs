/** Faults that mutate.mjs puts into the rules of effects (replies, reactions, corrections, withdrawals, pins) and of features. The simulator or a test must find each one. Format: mutations.mjs. */

/**
 * Plays only one room, for rules that the rooms of the simulator never reach: limits, the replay, and texts on the
 * screen.
 */
const WITHOUT_ROOMS = {room: {seed: 2000, runs: 1, nodes: '2..2'}};

export const effectMutations = [
	{
		rule: 'The last correction in timeline order wins, not that of the feed that is examined last.',
		edits: [{in: 'contentOf', condition: 1, without: 2}],
		tests: ['effects'],
	},
	{
		rule: 'Of the corrections of one feed, the last one wins.',
		edits: [{in: 'contentOf', call: 'lastEffectsOn', becomes: 'effectsOn(corrections, event, {author})'}],
		tests: ['effects'],
	},
	{
		rule: 'A withdrawal is final.',
		edits: [{in: 'contentOf', condition: 4, becomes: 'false'}],
		tests: ['effects'],
	},
	{
		rule: 'The text as of a position has only the corrections up to that position.',
		edits: [{in: 'contentOf', call: 'lastEffectsOn', argument: 4, becomes: '{max: 1}'}],
		tests: ['effects', 'state-as-of'],
	},
	{
		rule: 'The text as of a position has only the withdrawals up to that position.',
		edits: [{in: 'contentOf', condition: 2, without: 2}],
		tests: ['effects', 'state-as-of'],
	},
	{
		rule: 'Only the author corrects a message.',
		edits: [{in: 'contentOf', call: 'feedsOfAuthor', number: 1, becomes: 'outerAuthorsOn(corrections, event)'}],
		tests: ['effects'],
	},
	{
		rule: 'Only the author withdraws a message.',
		edits: [{in: 'contentOf', call: 'feedsOfAuthor', number: 2, becomes: 'outerAuthorsOn(withdrawals, event)'}],
		tests: ['effects'],
	},
	{
		rule: 'A correction or withdrawal that changes nothing is not reported to the user.',
		edits: [{in: 'canChange', condition: 2, becomes: 'true'}],
		tests: ['effect-formats'],
		...WITHOUT_ROOMS,
	},
	{
		rule: 'A correction changes the note of a shared file.',
		edits: [{in: 'contentOf', begins: "if (event.type === 'shared') return {text: originalText(event)};"}],
		tests: ['shared-event'],
		...WITHOUT_ROOMS,
	},
	{
		rule: 'Nobody corrects or withdraws the row about a window for guests.',
		edits: [{in: 'feedsOfAuthor', condition: 1, becomes: 'false'}],
		scenes: ['window-row'],
		tests: ['effects'],
	},
	{
		rule: 'Another launch of the same verified identity may correct a message.',
		edits: [{in: 'feedsOfAuthor', condition: 3, becomes: 'true'}],
		tests: ['effects'],
	},
	{
		rule: 'An effect by another feed does not hide the corrections by the author.',
		edits: [{in: 'feedsOfAuthor', returned: 3, becomes: '[]'}],
		tests: ['effects'],
	},
	{
		rule: 'Reactions of ignored people do not count.',
		edits: [{in: 'countMarks.isLeftOut', condition: 2, becomes: 'false'}],
		tests: ['effects', 'state-as-of'],
	},
	{
		rule: 'Reactions after a position do not count at that position.',
		edits: [{in: 'countMarks.isLeftOut', returned: 1, becomes: 'ignored'}],
		tests: ['effects', 'state-as-of'],
	},
	{
		rule: 'One feed cannot take all the places for reactions to a message.',
		edits: [{in: 'countMarks', limit: 'MAX_MARKS_PER_FEED', becomes: '99_999'}],
		tests: ['effects'],
	},
	{
		rule: 'The last reaction of a person with a word decides.',
		edits: [{in: 'countMarks', condition: 2, becomes: 'true'}],
		tests: ['effects'],
	},
	{
		rule: 'A reaction that was taken back does not count.',
		edits: [{in: 'countMarks', call: 'filter', number: 2, becomes: 'its object'}],
		tests: ['effects'],
	},
	{
		rule: 'Words of reactions are compared byte by byte.',
		edits: [{in: 'countMarks', variable: 'key', becomes: "($).normalize('NFC').toLowerCase()"}],
		tests: ['effects'],
		...WITHOUT_ROOMS,
	},
	{
		rule: 'The number of reactions to a message that are counted is limited.',
		edits: [{in: 'countMarks', limit: 'MAX_MARKS_COUNTED', becomes: '99_999'}],
		tests: ['effects'],
		...WITHOUT_ROOMS,
	},
	{
		rule: 'Pins after a position do not count at that position.',
		edits: [{in: 'countedPins', condition: 3, without: 2}],
		tests: ['effects', 'state-as-of'],
		...WITHOUT_ROOMS,
	},
	{
		rule: 'A message is not pinned before its own position.',
		edits: [{in: 'selectPins', condition: 3, without: 4}],
		tests: ['state-as-of'],
		...WITHOUT_ROOMS,
	},
	{
		rule: 'The number of pins that are considered is limited.',
		edits: [{in: 'countedPins', limit: 'MAX_PINS_CONSIDERED', becomes: '99_999'}],
		tests: ['effects'],
		...WITHOUT_ROOMS,
	},
	{
		rule: 'The number of pinned messages that are searched is limited.',
		edits: [{in: 'selectPins', limit: 'MAX_PINS_SEARCHED', becomes: '99_999'}],
		tests: ['effects'],
		...WITHOUT_ROOMS,
	},
	{
		rule: 'The number of pins that are shown is limited.',
		edits: [{in: 'selectPins', limit: 'MAX_PINS_SHOWN', becomes: '99_999'}],
		tests: ['effects'],
		...WITHOUT_ROOMS,
	},
	{
		rule: 'A pinned message of an ignored person is not shown.',
		edits: [{in: 'selectPins', condition: 3, without: 2}],
		tests: ['effects'],
	},
	{
		rule: 'A pin or reply refers to a message or a shared file, not to another event.',
		edits: [{in: 'findPosted', condition: 5, without: 2}],
		tests: ['effects'],
		...WITHOUT_ROOMS,
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
		rule: 'An effect that arrives twice is stored once.',
		edits: [{in: 'mergeEffects', condition: 2, becomes: 'false'}],
		tests: ['effects'],
	},
	{
		rule: 'An effect that is twice in one call of the reducer is stored once.',
		edits: [{in: 'mergeEffects', condition: 1, becomes: 'false'}],
		tests: ['effects'],
		...WITHOUT_ROOMS,
	},
	{
		rule: 'An effect is no row of the timeline.',
		edits: [{in: 'placeDue', condition: 1, becomes: 'true'}],
		tests: ['effects'],
	},
	{
		rule: 'An effect whose time is too far ahead has no effect yet.',
		edits: [{in: 'placeRows', variable: 'limit', becomes: 'Number.POSITIVE_INFINITY'}],
		tests: ['guest-stream'],
		...WITHOUT_ROOMS,
	},
	{
		rule: 'A message stays readable if its reference to another message is ill-formed.',
		edits: [
			{in: 'readPosted', call: 'readReply', becomes: 'fields[6] ? readRef(fields[6][0], fields[6][1]) : undefined'},
		],
		tests: ['entry'],
		...WITHOUT_ROOMS,
	},
	{
		rule: 'A quote above a reply has the text that the message had when the reply was written.',
		edits: [{in: 'quoteRow', call: 'quoteOf', argument: 3, becomes: 'undefined'}],
		tests: ['format-effects'],
		...WITHOUT_ROOMS,
	},
	{
		rule: 'A correction, reaction or pin never rings.',
		edits: [{in: 'updateNotifications', call: 'isWritten', becomes: 'true'}],
		tests: ['notifications'],
		...WITHOUT_ROOMS,
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
