/** Faults that mutate.mjs puts into the rules of connections and discovery. The simulator or a test must find each one. Format: mutations.mjs. */
export const linkMutations = [
	{
		rule: 'Only the peer with the lower id closes a duplicate connection.',
		edits: [{in: 'createMesh.onMessage', condition: 2, without: 1}],
	},
	{
		rule: 'The peer with the lower id closes a duplicate only after the other end has verified the new connection.',
		edits: [{in: 'createMesh.onVerified', call: 'replaced', before: 'if (self < link.peer) resolveDuplicate(link);'}],
	},
	{
		rule: 'One of two peers closes a duplicate connection.',
		edits: [{in: 'createMesh.resolveDuplicate', loop: 1}],
	},
	{
		rule: 'Both ends send on the newest connection.',
		edits: [
			{in: 'createMesh.linkOf', call: 'at', argument: 1, becomes: '0'},
			{in: 'createMesh.links', call: 'at', argument: 1, becomes: '0'},
			{in: 'createMesh.onVerified', call: 'replaced', argument: 1, becomes: 'older[0]'},
		],
		tests: ['mesh-duplicates'],
	},
	{
		rule: 'History is compared again after one of two connections closed.',
		edits: [{in: 'createMesh.onClosed', call: 'replaced', becomes: 'removed'}],
		tests: ['mesh-duplicates'],
	},
	{
		rule: 'History is compared again when a connection is replaced.',
		edits: [{in: 'createMesh.onVerified', call: 'replaced', becomes: 'removed'}],
		tests: ['mesh-duplicates'],
	},
	{
		rule: 'The digest is sent once for each connection, not for each peer.',
		edits: [{in: 'createSync.open', call: 'startComparison', onlyIf: '!previous'}],
		tests: ['sync'],
	},
	{
		rule: 'A request that arrived on the older of two connections is answered.',
		edits: [{in: 'createSync.open', call: 'cancel', before: 'responder.forget(link.peer);'}],
		tests: ['sync'],
	},
	{
		rule: 'The peer with the higher id dials too.',
		edits: [{in: 'createDialler.learnAddress', condition: 1, becomes: '$ || peer < self'}],
	},
	{
		rule: 'Peers exchange the addresses of other peers.',
		edits: [{in: 'createMessageRouter.processPeers', call: 'learnAddress', becomes: 'removed'}],
	},
	{
		rule: 'A peer that is known by link-local addresses only is listed to others, without addresses.',
		edits: [
			{
				in: 'addedMessages',
				call: 'chunk',
				argument: 1,
				becomes: '$.filter(({addresses}) => addresses.length > 0)',
			},
		],
		scenes: ['topology'],
		tests: ['peer-exchange'],
	},
	{
		rule: 'Only IP addresses that peers report are dialled.',
		edits: [{in: 'dialableAddresses', call: 'isIpLiteral', becomes: 'true'}],
		scenes: ['attackers'],
		tests: ['peer-exchange'],
	},
	{
		rule: 'Beacons continue after the burst.',
		edits: [
			{in: 'createBeaconSchedule.planSteady', call: 'planSteady', becomes: 'removed'},
			{in: 'createBeaconSchedule.planSteady', call: 'announce', becomes: 'removed'},
		],
		tests: ['discovery'],
	},
	{
		rule: 'A beacon is answered.',
		edits: [{in: 'createDiscovery.onBeacon', call: 'answer', becomes: 'removed'}],
		tests: ['discovery'],
	},
	{
		rule: 'A replayed beacon is ignored.',
		edits: [{in: 'createBeaconCounters.judge', condition: 3, becomes: 'false'}],
		tests: ['discovery'],
	},
	{
		rule: 'After a signed beacon of a peer, no unsigned one in its name counts.',
		edits: [{in: 'createBeaconCounters.judge', condition: 1, becomes: 'false'}],
		tests: ['discovery'],
	},
	{
		rule: 'A beacon whose signature is wrong does not count.',
		edits: [{in: 'createBeaconCounters.judge', condition: 4, becomes: 'false'}],
		tests: ['discovery'],
	},
	{
		rule: 'A signed beacon counts whatever counter an unsigned one claimed before.',
		edits: [{in: 'createBeaconCounters.judge', variable: 'isSuperseded', becomes: 'false'}],
		tests: ['discovery'],
	},
	{
		rule: 'Every known address of a peer is dialled in turn.',
		edits: [{in: 'chooseAddresses', begins: 'if (addresses[0]) return [verifiedAddress ?? addresses[0]];'}],
		tests: ['dialler'],
	},
	{
		rule: 'A peer is dialled again on a new report after too many failures.',
		edits: [{in: 'createDialler.learnAddress', call: 'schedule', number: 2, onlyIf: '!gaveUp'}],
		tests: ['dialler'],
	},
	{
		rule: 'A peer that others are connected to is dialled again after too many failures.',
		edits: [{in: 'createDialScheduler.planNext', call: 'isSeen', becomes: 'false'}],
		tests: ['dialler'],
	},
	{
		rule: 'A peer whose connection broke does not wait for a dial that nobody answers.',
		edits: [{in: 'createDialQueue.next', call: 'bypassCandidate', becomes: 'removed'}],
		room: {seed: 60601, runs: 1, nodes: '3..5'},
		tests: ['dial-concurrency'],
	},
	{
		rule: 'The lateness of our own timers does not count as silence of a peer.',
		edits: [{in: 'createKeepalive.tick', call: 'creditTimerLag', becomes: 'its argument 1'}],
		tests: ['keepalive'],
	},
	{
		rule: 'A lost target is dialled again.',
		edits: [{in: 'createDialler.disconnected', condition: 3, becomes: '$ || candidate.isTarget'}],
		tests: ['dialler'],
	},
];
