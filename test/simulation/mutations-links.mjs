/** Broken rules of connections and of finding each other. Form: mutations.mjs. */
const mesh = 'network/mesh.ts';
const sync = 'network/sync.ts';
const links = 'session/link-events.ts';

export const linkMutations = [
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
		edits: [['handlers.replaced(last, link);', '']],
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
		file: sync,
		edits: [['before?.want?.timer.cancel();', 'before?.want?.timer.cancel();\n\t\tservers.forget(link.peer);']],
		tests: ['network/sync'],
	},
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
		rule: 'one whom others see is not dialled again either',
		file: 'network/dial-runner.ts',
		edits: [['options.isSeen(entry.peer)', 'false']],
		tests: ['network/dialler'],
	},
	{
		rule: 'a dial that nobody answers holds up a peer whose connection broke',
		file: 'network/dial-queue.ts',
		edits: [[' ?? heldUp()', '']],
		room: {seed: 60601, runs: 1, nodes: '3..5'},
		tests: ['network/dial-pace'],
	},
	{
		rule: 'our own lateness counts as silence of others',
		file: 'network/link-pulse.ts',
		edits: [['excuse(liveness, lateMs, now)', 'liveness']],
		tests: ['network/link-pulse'],
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
];
