/** Faults that mutate.mjs puts into the rules of sync, clocks, order and stopping. The simulator or a test must find each one. Format: mutations.mjs. */
export const historyMutations = [
	{
		rule: 'A batch that starts after a gap is not accepted.',
		edits: [{in: 'createFeedTips.accept', condition: 2, becomes: 'false'}],
		tests: ['feed-tips'],
	},
	{
		rule: 'Buckets whose digests differ are compared feed by feed.',
		edits: [{in: 'differingBuckets', call: 'push', becomes: 'removed'}],
		tests: ['sync'],
	},
	{
		rule: 'A digest that differs is answered with our own digest.',
		edits: [{in: 'createInventoryReceiver.receiveDigest', condition: 2, becomes: 'false'}],
		tests: ['sync'],
	},
	{
		rule: 'A digest is not answered while our own digest is under way.',
		edits: [{in: 'createInventoryReceiver.receiveDigest', condition: 2, without: 1}],
		tests: ['sync'],
	},
	{
		rule: 'Peers relay the feeds of others.',
		edits: [{in: 'sendDelta', condition: 5, without: 2}],
		tests: ['sync'],
	},
	{
		rule: 'The author of a feed receives an acknowledgement even if it holds the feed.',
		edits: [{in: 'sendDelta', condition: 5, without: 1}],
		tests: ['sync'],
	},
	{
		rule: 'An author whose list names its own feed receives an acknowledgement.',
		edits: [{in: 'createInventoryReceiver.receiveFeed', call: 'add', becomes: 'removed'}],
		tests: ['sync'],
	},
	{
		rule: 'An inventory that claims more of our own feed than exists is ignored.',
		edits: [{in: 'createInventoryReceiver.receiveFeed', call: 'min', number: 1, becomes: 'its argument 1'}],
		tests: ['sync'],
	},
	{
		rule: 'New own events are pushed to every connected peer.',
		edits: [{in: 'createOwnFeedSender.push', call: 'sendFrame', becomes: 'removed'}],
		tests: ['sync'],
	},
	{
		rule: 'The queue of pushed events is bounded for each connection.',
		edits: [{in: 'createOwnFeedSender.push', condition: 1, becomes: 'false'}],
		scenes: ['slow-reader'],
		tests: ['sync'],
	},
	{
		rule: 'A slow reader receives the end of our feed when it reads again.',
		edits: [{in: 'createOwnFeedSender.resume', call: 'add', becomes: 'removed'}],
		scenes: ['slow-reader'],
		tests: ['sync'],
	},
	{
		rule: 'The events before a batch that arrives too early are requested.',
		edits: [{in: 'createIngest.ingest', call: 'noteClaim', becomes: 'removed'}],
		tests: ['sync'],
	},
	{
		rule: 'History that was not requested is refused.',
		edits: [{in: 'createIngest.admit', condition: 2, becomes: 'false'}],
		tests: ['sync'],
	},
	{
		rule: 'A request has a timeout.',
		edits: [{in: 'createRangeRequester.sendRequest', call: 'after', becomes: '{cancel() {}}'}],
		tests: ['sync'],
	},
	{
		rule: 'A request that timed out is closed.',
		edits: [{in: 'createRangeRequester.onTimeout', unassigned: 'request'}],
		tests: ['sync'],
	},
	{
		rule: 'A peer that does not deliver a listed range is not asked for it again.',
		edits: [{in: 'createRangeRequester.dropRefused', call: 'dropClaim', becomes: 'removed'}],
		tests: ['sync'],
	},
	{
		rule: 'A peer that answered late is asked last.',
		edits: [{in: 'planRequests', call: 'sort', becomes: 'its object'}],
		tests: ['plan-requests', 'sync'],
	},
	{
		rule: 'A range is requested from one peer at a time.',
		edits: [{in: 'planRequests', condition: 1, without: 1}],
		tests: ['plan-requests', 'sync', 'newcomer'],
	},
	{
		rule: 'An event that its author is about to push is not requested yet.',
		edits: [{in: 'createInventoryReceiver.receiveFeed', condition: 4, becomes: 'false'}],
		tests: ['sync'],
	},
	{
		rule: 'A batch that another peer passes on is charged to its author only if it is verified and new.',
		edits: [{in: 'createIngest.ingest', call: 'chargeAuthor', argument: 2, becomes: 'batch.entries.length'}],
		scenes: ['attackers-history'],
		tests: ['sync-limits'],
	},
	{
		rule: 'Events that their author pushes are live, whatever others claim to have had before.',
		edits: [{in: 'createIngest.receive', variable: 'live', becomes: '!options.isHistory(batch.peer, firstNew)'}],
		scenes: ['attackers-history'],
		tests: ['sync-limits'],
	},
	{
		rule: 'The claims of a peer that answers nothing are dropped.',
		edits: [{in: 'createRangeRequester.onTimeout', call: 'dropAllClaims', becomes: 'removed'}],
		scenes: ['attackers-history'],
		tests: ['sync-limits', 'sync.test'],
	},
	{
		rule: 'A full table of claims gives a place to an address with fewer claims.',
		edits: [{in: 'createFairShare.add', condition: 4, becomes: 'true'}],
		scenes: ['attackers-history'],
		tests: ['fair-share', 'sync-limits'],
	},
	{
		rule: 'A push contains the earlier events that the peer is not known to hold.',
		edits: [{in: 'createOwnFeedSender.pushUnknown', condition: 1, becomes: 'true'}],
		tests: ['sync-limits'],
	},
	{
		rule: 'The pages of an answer to a digest are sent at a limited rate.',
		edits: [{in: 'sendNextPage', condition: 1, without: 2}],
		tests: ['sync-limits'],
	},
	{
		rule: 'The names of connected peers are sent at a limited rate.',
		edits: [{in: 'createPeerExchangeSender.flush', call: 'take', becomes: 'true'}],
		tests: ['peer-exchange-sender'],
	},
	{
		rule: 'At most half of the concurrent dials are to candidates that one address announced.',
		edits: [{in: 'createDialQueue.best', condition: 2, becomes: 'false'}],
		scenes: ['attackers-places'],
		tests: ['dialler.test'],
	},
	{
		rule: 'Candidates of an address whose dials fail come after others.',
		edits: [{in: 'createDialQueue.finished', call: 'set', becomes: 'removed'}],
		scenes: ['attackers-places'],
		tests: ['dialler.test'],
	},
	{
		rule: 'A peer that was connected once keeps its place among the candidates.',
		edits: [{in: 'createDialler.connected', call: 'keepKnown', becomes: 'removed'}],
		scenes: ['attackers-places'],
		tests: ['dialler.test'],
	},
	{
		rule: 'A full node gives a place to an address with fewer connections.',
		edits: [{in: 'createConnectionPlaces.chooseClosing', condition: 2, becomes: 'true'}],
		scenes: ['attackers-places'],
		tests: ['connection-places'],
	},
	{
		rule: 'Addresses that do not prove the secret share a rate of their own.',
		edits: [{in: 'createHandshakeRate.take', condition: 2, becomes: 'false'}],
		tests: ['handshake-rate'],
	},
	{
		rule: 'One address gets at most half of what remains of the reserve for live events.',
		edits: [{in: 'createIngest.chargeReserve', call: 'set', becomes: 'removed'}],
		tests: ['sync-limits'],
	},
	{
		rule: 'Requests to a peer are sent at a limited rate.',
		edits: [{in: 'createRangeRequester.mayRequest', returned: 1, becomes: 'true'}],
		tests: ['sync-limits'],
	},
	{
		rule: 'The clocks of other peers are merged into ours.',
		edits: [{in: 'createNodeClock.merge', unassigned: 'received'}],
		tests: ['node-clock'],
	},
	{
		rule: 'Clocks are followed up to 23 h ahead of our wall clock, not of our last reading.',
		edits: [{in: 'createNodeClock.merge', call: 'isMergeable', argument: 2, becomes: 'Math.max($, received.ms)'}],
		scenes: ['attackers'],
		tests: ['node-clock'],
	},
	{
		rule: 'The peers at one address have one vote on our clock.',
		edits: [{in: 'voteOf', call: 'addressGroup', becomes: 'Symbol()'}],
		scenes: ['attackers'],
		tests: ['link-metrics'],
	},
	{
		rule: 'The correction of our clock is bounded.',
		edits: [{in: 'correctionFor', limit: 'MAX_CLOCK_CORRECTION_MS', becomes: 'Number.POSITIVE_INFINITY'}],
		tests: ['node-clock'],
	},
	{
		rule: 'The limit up to which clocks are followed moves in common steps.',
		edits: [{in: 'hlcLimit', returned: 1, becomes: 'wall + MAX_HLC_MERGED_MS'}],
		tests: ['node-clock'],
	},
	{
		rule: 'The memory that the events of a log take is bounded.',
		edits: [{in: 'createFeedInventory.usageOf', limit: 'MAX_EVENT_MEMORY_BYTES', becomes: 'Number.POSITIVE_INFINITY'}],
		tests: ['feed-inventory'],
	},
	{
		rule: 'No timer is left after a stop.',
		edits: [{in: 'createSync.stop', call: 'stop', number: 1, becomes: 'removed'}],
		tests: ['sync'],
	},
];
