/** Broken rules of who is here. Form: mutations.mjs. */
const mesh = 'network/mesh.ts';
const witness = 'network/witness.ts';
const presence = 'session/presence.ts';
const links = 'session/link-events.ts';

export const presenceMutations = [
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
		rule: 'who came is told late although somebody lost them',
		file: links,
		edits: [['peerTeller.doubted(peer);', '']],
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
	{
		rule: 'who only listens does not ping',
		file: 'network/link-pulse.ts',
		edits: [['pingDue: step.ping || isQuiet', 'pingDue: step.ping']],
		tests: ['network/open-peer-link'],
	},
];
