/** Broken rules of one history, time, order and ends. Form: mutations.mjs. */
const sync = 'network/sync.ts';
const asker = 'network/want-asker.ts';
const teller = 'network/have-teller.ts';

export const historyMutations = [
	{
		rule: 'gaps accepted',
		file: 'feed/feed-tips.ts',
		edits: [["if (batch.firstSeq > seq + 1) return {type: 'ahead'};", '']],
		tests: ['feed/feed-tips'],
	},
	{rule: 'digests never differ', file: teller, edits: [['buckets.push(bucket);', '']], tests: ['network/sync']},
	{
		rule: 'a digest that differs is not answered with our own',
		file: 'network/have-reader.ts',
		edits: [['if (isComplete(sync) && !equalBytes(ours, digest)) tellDigest(sync, holdings);', '']],
		tests: ['network/sync'],
	},
	{
		rule: 'a digest is answered with our own although one of ours is on its way',
		file: 'network/have-reader.ts',
		edits: [['if (isComplete(sync) && !equal', 'if (!equal']],
		tests: ['network/sync'],
	},
	{
		rule: 'no relay',
		file: teller,
		edits: [['if (isAuthor || known < feed.seq)', 'if (isAuthor)']],
		tests: ['network/sync'],
	},
	{
		rule: 'no acknowledgement of what the author holds',
		file: teller,
		edits: [['if (isAuthor || known < feed.seq)', 'if (known < feed.seq)']],
		tests: ['network/sync'],
	},
	{
		rule: 'an author whose list names its own feed is not told that we hold it',
		file: 'network/have-reader.ts',
		edits: [['if (first && feed.peer === sync.link.peer) sync.pending.add(feed.peer);', '']],
		tests: ['network/sync'],
	},
	{
		rule: 'claims about our own feed are believed',
		file: 'network/have-reader.ts',
		edits: [['Math.min(feed.seq, holdings.seqOf(self))', 'feed.seq']],
		tests: ['network/sync'],
	},
	{rule: 'no push', file: sync, edits: [['else sync.link.sendFrame(frame);', '']], tests: ['network/sync']},
	{
		rule: 'push without a bound on what waits',
		file: sync,
		edits: [['if (sync.behind || sync.link.queuedBytes > MAX_QUEUED_BYTES) sync.behind = true;\n\t\t\t\telse ', '']],
		tests: ['simulation/slow-reader', 'network/sync'],
	},
	{
		rule: 'who reads again is not told how far we are',
		file: sync,
		edits: [['sync.pending.add(self);', '']],
		tests: ['simulation/slow-reader', 'network/sync'],
	},
	{
		rule: 'what is ahead is dropped and not asked for',
		file: 'network/batch-receiver.ts',
		edits: [["if (result === 'ahead') claims.note(batch.peer, lastSeq(batch), clock.monotonic());", '']],
		tests: ['network/sync'],
	},
	{
		rule: 'history that nobody asked for is taken',
		file: 'network/batch-receiver.ts',
		edits: [['if (asked ? sync.allowance < 0 : batch.peer !== link.peer)', 'if (sync.allowance < -1e12)']],
		tests: ['network/sync'],
	},
	{
		rule: 'a want is never given up',
		file: asker,
		edits: [['clock.after(WANT_TIMEOUT_MS, () => onTimeout(sync, id))', '{cancel() {}}']],
		tests: ['network/sync'],
	},
	{
		rule: 'a want that was not answered stays open',
		file: asker,
		edits: [['sync.want = undefined;\n\t\tsync.late += 1;', 'sync.late += 1;']],
		tests: ['network/sync'],
	},
	{
		rule: 'who does not give what he claims is asked for ever',
		file: asker,
		edits: [['sync.theirs.set(feed, from - 1);', '']],
		tests: ['network/sync'],
	},
	{
		rule: 'who answered late is asked first again',
		file: 'network/want-planner.ts',
		edits: [['.sort((a, b) => a.late - b.late)', '']],
		tests: ['network/want-planner', 'network/sync'],
	},
	{
		rule: 'a range asked of several at once',
		file: 'network/want-planner.ts',
		edits: [['if (asked || now < notBefore) continue;', 'if (now < notBefore) continue;']],
		tests: ['network/want-planner', 'network/sync', 'simulation/newcomer'],
	},
	{
		rule: 'asked although its author is about to push it',
		file: 'network/have-reader.ts',
		edits: [['isPushed ? now + PUSH_GRACE_MS : now', 'now']],
		tests: ['network/sync'],
	},
	{
		rule: 'the clocks of others are not merged',
		file: 'session/node-clock.ts',
		edits: [['last = mergeHlc(last, hlc, at);', '']],
		tests: ['session/node-clock'],
	},
	{
		rule: 'merged up to a day ahead of our own reading, not of our wall clock',
		file: 'session/node-clock.ts',
		edits: [['last = mergeHlc(last, hlc, at);', 'last = mergeHlc(last, hlc, Math.max(at, last.ms));']],
		tests: ['session/node-clock'],
	},
	{
		rule: 'a timer outlives a stop',
		file: sync,
		edits: [['beat.stop();\n\t\t\treceiver.stop();', 'receiver.stop();']],
		tests: ['network/sync'],
	},
];
