/**
 * Rules broken one at a time: what is written instead, in which file of `source/`. `tests` fail where rooms may not: what
 * only speeds things up, or needs a peer that lies.
 */
const mesh = 'network/mesh.ts';
const sync = 'network/sync.ts';
const witness = 'network/witness.ts';
const presence = 'session/presence.ts';
const asker = 'network/want-asker.ts';
const teller = 'network/have-teller.ts';
const links = 'session/link-events.ts';

export const mutations = [
	// One connection for each pair
	{
		rule: 'both ends close a duplicate',
		file: mesh,
		edits: [['if (self < link.peer && message.type', 'if (message.type']],
	},
	{
		rule: 'the lower id closes before the other end has verified',
		file: mesh,
		edits: [
			[
				"for (const one of superfluous) one.close('duplicate');",
				"for (const one of superfluous) one.close('duplicate');\nif (self < link.peer) resolveDuplicate(link);",
			],
		],
	},
	{
		rule: 'nobody closes a duplicate',
		file: mesh,
		edits: [["for (const one of links.splice(0, links.length - 1)) one.close('duplicate');", '']],
	},
	{
		rule: 'either end sends on the oldest',
		file: mesh,
		edits: [
			['byPeer.get(peer)?.at(-1)', 'byPeer.get(peer)?.at(0)'],
			['links.at(-1) ?? []', 'links.at(0) ?? []'],
			['handlers.replaced(link);', 'handlers.replaced(older[0]);'],
		],
		tests: ['network/mesh-duplicates'],
	},
	{
		rule: 'no `have` anew after a close',
		file: mesh,
		edits: [['handlers.replaced(last);', '']],
		tests: ['network/mesh-duplicates'],
	},
	{
		rule: 'no `have` anew at a replacement',
		file: mesh,
		edits: [['handlers.replaced(link);', '']],
		tests: ['network/mesh-duplicates'],
	},
	{
		rule: '`have` once for each peer, not for each connection',
		file: sync,
		edits: [['tellDigest(sync, holdings);\n\t}', 'if (!before) tellDigest(sync, holdings);\n\t}']],
		tests: ['network/sync'],
	},
	{
		rule: 'what was asked on the older of two is not answered',
		file: 'network/want-servers.ts',
		edits: [['if (links.includes(link)) continue;', '']],
		tests: ['network/sync'],
	},

	// Finding each other
	{
		rule: 'only the lower id dials',
		file: 'network/dialler.ts',
		edits: [['if (peer === self || stopped) return;', 'if (peer === self || stopped || peer < self) return;']],
	},
	{
		rule: 'peers are not exchanged',
		file: links,
		edits: [["options.dialler().heard(named.peer, address, 'exchange');", 'void address;']],
	},
	{
		rule: 'beacons stop after the burst',
		file: 'network/beacon-schedule.ts',
		edits: [['planSteady();\n\t\t\tannounce();\n\t\t});', '});']],
		tests: ['network/discovery'],
	},
	{
		rule: 'no answer to a beacon',
		file: 'network/discovery.ts',
		edits: [['answer(source);', '{}']],
		tests: ['network/discovery'],
	},
	{
		rule: 'a replayed beacon is believed',
		file: 'network/discovery.ts',
		edits: [['if (content.counter < last) return;', '']],
		tests: ['network/discovery'],
	},
	{
		rule: 'only one address of a peer is dialled',
		file: 'network/candidate.ts',
		edits: [
			['	let chosen: Address | undefined;', '	return proven ?? addresses[0];\n	let chosen: Address | undefined;'],
		],
		tests: ['network/dialler'],
	},
	{
		rule: 'after five failures never again',
		file: 'network/dialler.ts',
		edits: [
			[
				'schedule(entry, gaveUp ? Math.max(0, rested) : firstDelay(peer));',
				'if (!gaveUp) schedule(entry, firstDelay(peer));',
			],
		],
		tests: ['network/dialler'],
	},
	{
		rule: 'a target that is lost is not dialled again',
		file: 'network/dialler.ts',
		edits: [
			[
				'if (entry.peer !== peer) continue;\n\t\t\t\tentry.failures = 0;',
				'if (entry.peer !== peer || entry.isTarget) continue;\n\t\t\t\tentry.failures = 0;',
			],
		],
		tests: ['network/dialler'],
	},

	// Who is here
	{
		rule: 'lost by everybody at once',
		file: witness,
		edits: [['since + LOST_GRACE_MS + rank * LOST_RANK_STEP_MS', 'since + LOST_GRACE_MS']],
	},
	{
		rule: 'lost although others are connected',
		file: witness,
		edits: [['for (const connected of reports.values()) if (connected.has(peer)) return true;', '']],
	},
	{
		rule: 'lost without grace',
		file: witness,
		edits: [['since + LOST_GRACE_MS + rank', 'since + rank']],
		tests: ['network/witness'],
	},
	{
		rule: 'no rule for those who vanished unseen',
		file: witness,
		edits: [['return since + VANISHED_AFTER_MS + rank * LOST_RANK_STEP_MS;', 'return Number.POSITIVE_INFINITY;']],
		tests: ['network/witness'],
	},
	{rule: 'lost never answered', file: presence, edits: [['options.writeReturned(own.absences);', '']]},
	{rule: 'returned without a current lost', file: presence, edits: [[' || own.lost[own.absences] === undefined', '']]},
	{rule: 'no `left` on a shutdown', file: 'session/conversation.ts', edits: [["write([{type: 'left'}]);", '{}']]},
	{rule: 'last words not read before a goodbye is noted', file: links, edits: [['options.sync().hurry();', '']]},
	{rule: 'own-stall guard off', file: mesh, edits: [['for (const link of open) link.forgive();', '']]},
	{
		rule: 'own-stall guard off for accusations',
		file: witness,
		edits: [['stalled(now) {\n\t\t\tstartedAt = now;', 'stalled() {']],
		tests: ['network/witness'],
	},
	{
		rule: 'silence ends no connection',
		file: 'network/liveness.ts',
		edits: [["silence >= GONE_AFTER_MS ? 'gone' : ", '']],
		tests: ['network/liveness', 'network/open-peer-link'],
	},
	{
		rule: 'no ping',
		file: 'network/open-peer-link.ts',
		edits: [['if (beat.pingDue) sendPing();', '']],
		tests: ['network/open-peer-link'],
	},

	// One history
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

	// Time and order
	{
		rule: 'the clocks of others are not merged',
		file: 'session/node-clock.ts',
		edits: [['last = mergeHlc(last, hlc, wall());', '']],
		tests: ['session/node-clock'],
	},
	{
		rule: 'merged up to a day ahead of our own reading, not of our wall clock',
		file: 'session/node-clock.ts',
		edits: [['last = mergeHlc(last, hlc, wall());', 'last = mergeHlc(last, hlc, Math.max(wall(), last.ms));']],
		tests: ['session/node-clock'],
	},

	// Ends
	{
		rule: 'a timer outlives a stop',
		file: sync,
		edits: [['timer.cancel();\n\t\t\treceiver.stop();', 'receiver.stop();']],
		tests: ['network/sync'],
	},
];
