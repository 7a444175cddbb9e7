/** Broken rules of presence. Form: mutations.mjs. */
export const presenceMutations = [
	{
		rule: 'Peers report a lost peer one after another, by rank.',
		edits: [{in: 'createWitness.dueAt', limit: 'LOST_RANK_STEP_MS', number: 1, becomes: '0'}],
	},
	{
		rule: 'A peer that others are connected to is not reported lost.',
		edits: [{in: 'createWitness.isReachable', loop: 1}],
	},
	{
		rule: 'A peer that returned is announced at once if somebody lost it.',
		edits: [{in: 'createLinkEvents.readPeers', call: 'doubted', becomes: 'removed'}],
	},
	{
		rule: 'A peer is reported lost only after a grace period.',
		edits: [{in: 'createWitness.dueAt', limit: 'LOST_GRACE_MS', becomes: '0'}],
		tests: ['witness'],
	},
	{
		rule: 'A peer that vanished unseen is reported lost.',
		edits: [{in: 'createWitness.dueAt', returned: -1, becomes: 'Number.POSITIVE_INFINITY'}],
		tests: ['witness'],
	},
	{
		rule: 'A peer answers a report that it is lost.',
		edits: [{in: 'createPresence.answer', call: 'writeReturned', becomes: 'removed'}],
	},
	{
		rule: 'A peer writes that it returned only if it is reported lost.',
		edits: [{in: 'createPresence.answer', condition: 1, without: 3}],
	},
	{
		rule: 'A peer writes that it left when it stops.',
		edits: [{in: 'createConversation.leave', call: 'write', becomes: 'removed'}],
	},
	{
		rule: 'The last events of a peer are read before its goodbye is noted.',
		edits: [{in: 'createLinkEvents.message', call: 'hurry', becomes: 'removed'}],
	},
	{
		rule: 'Silence while our own timers stood still closes no connection.',
		edits: [{in: 'createMesh.checkStall', call: 'forgive', becomes: 'removed'}],
	},
	{
		rule: 'Silence while our own timers stood still leads to no report.',
		edits: [{in: 'createWitness.stalled', unassigned: 'startedAt'}],
		tests: ['witness'],
	},
	{
		rule: 'Silence ends a connection.',
		edits: [{in: 'stepLiveness', condition: 1, becomes: 'false'}],
		tests: ['liveness', 'open-peer-link'],
	},
	{
		rule: 'A silent connection is pinged.',
		edits: [{in: 'openPeerLink.tick', call: 'sendPing', becomes: 'removed'}],
		tests: ['open-peer-link'],
	},
	{
		rule: 'A peer that only listens sends pings.',
		edits: [{in: 'createLinkPulse.beat', variable: 'isQuiet', becomes: 'false'}],
		tests: ['open-peer-link'],
	},
];
