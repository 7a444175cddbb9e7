/** Faults that mutate.mjs puts into the rules of presence. The simulator or a test must find each one. Format: mutations.mjs. */
export const presenceMutations = [
	{
		rule: 'Peers report a lost peer one after another, by rank.',
		edits: [{in: 'createFailureDetector.dueAt', limit: 'LOST_RANK_STEP_MS', number: 1, becomes: '0'}],
	},
	{
		rule: 'A peer that others are connected to is not reported lost.',
		edits: [{in: 'createFailureDetector.isReachable', returned: 1, becomes: 'connectedPeers.has(peer)'}],
	},
	{
		rule: 'A peer that returned is announced at once if another peer reported it lost.',
		edits: [{in: 'createMessageRouter.processPeers', call: 'expedite', becomes: 'removed'}],
	},
	{
		rule: 'A peer is reported lost only after a grace period.',
		edits: [{in: 'createFailureDetector.dueAt', limit: 'LOST_GRACE_MS', becomes: '0'}],
		tests: ['failure-detector'],
	},
	{
		rule: 'A peer that vanished while nobody was connected to it is reported lost.',
		edits: [{in: 'createFailureDetector.dueAt', returned: -1, becomes: 'Number.POSITIVE_INFINITY'}],
		tests: ['failure-detector'],
	},
	{
		rule: 'A peer that only others are connected to is not reported lost while they say that it is alive.',
		edits: [{in: 'createFailureDetector.dueAt', variable: 'aliveAt', becomes: 'undefined'}],
		scenes: ['topology'],
		tests: ['failure-detector'],
	},
	{
		rule: 'A node tells each peer which of the peers without a connection to that peer are alive.',
		edits: [{in: 'createAliveSender.sendTo', call: 'send', becomes: 'removed'}],
		scenes: ['topology'],
	},
	{
		rule: 'A node does not tell a peer what it heard from that peer.',
		edits: [
			{
				in: 'createFailureDetector.aliveFor',
				variable: 'sources',
				becomes: '[...connectedPeers].filter(source => !known?.has(source))',
			},
		],
		tests: ['failure-detector'],
	},
	{
		rule: 'A new event of a peer without connections restarts the time until the peer is reported lost.',
		edits: [{in: 'createFailureDetector.heardFrom', unassigned: 'since'}],
		tests: ['failure-detector'],
	},
	{
		rule: 'Each answer of a peer that it is alive makes nodes without a connection to it wait longer.',
		edits: [{in: 'createFailureDetector.dueAt', limit: 'MAX_VANISHED_DOUBLINGS', becomes: '0'}],
		tests: ['failure-detector'],
	},
	{
		rule: 'Reports about a peer that nobody knows add nobody to the roster.',
		edits: [{in: 'collectLost', condition: 2, becomes: 'true'}],
		scenes: ['attackers'],
		tests: ['hearsay'],
	},
	{
		rule: 'The reports of one feed count a limited number of times.',
		edits: [{in: 'countReport', condition: 2, becomes: 'false'}],
		scenes: ['attackers'],
		tests: ['hearsay'],
	},
	{
		rule: 'A node reports a limited number of lost peers at the same time.',
		edits: [{in: 'createFailureDetector.evaluate', limit: 'MAX_REPORTED_AT_ONCE', becomes: 'Number.POSITIVE_INFINITY'}],
		scenes: ['attackers-history'],
		tests: ['presence'],
	},
	{
		rule: 'A peer answers a report that it is lost.',
		edits: [{in: 'createPresence.answerLost', call: 'appendReturned', becomes: 'removed'}],
	},
	{
		rule: 'A peer writes that it returned only if it is reported lost.',
		edits: [{in: 'createPresence.answerLost', condition: 1, without: 3}],
	},
	{
		rule: 'A peer writes that it left when it stops.',
		edits: [{in: 'createConversation.leave', call: 'append', becomes: 'removed'}],
	},
	{
		rule: 'The last events of a peer are read before its goodbye is noted.',
		edits: [{in: 'createMessageRouter.handle', call: 'flushSmall', becomes: 'removed'}],
	},
	{
		rule: 'Silence while our own timers stood still closes no connection.',
		edits: [{in: 'createMesh.checkStall', call: 'resetIdle', becomes: 'removed'}],
	},
	{
		rule: 'Silence while our own timers stood still leads to no report.',
		edits: [{in: 'createFailureDetector.stalled', unassigned: 'startedAt'}],
		tests: ['failure-detector'],
	},
	{
		rule: 'Silence ends a connection.',
		edits: [{in: 'stepLiveness', condition: 1, becomes: 'false'}],
		tests: ['keepalive', 'peer-link'],
	},
	{
		rule: 'A silent connection is pinged.',
		edits: [{in: 'openPeerLink.tick', call: 'sendPing', becomes: 'removed'}],
		tests: ['peer-link'],
	},
	{
		rule: 'A peer that only listens sends pings.',
		edits: [{in: 'createKeepalive.tick', variable: 'isQuiet', becomes: 'false'}],
		tests: ['peer-link'],
	},
];
