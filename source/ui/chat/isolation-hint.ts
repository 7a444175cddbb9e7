/** Hint shown while no other node is connected: what was tried, and what to do. */
import type {State} from '../../core/state.js';
import {sliceTimeline} from '../../core/timeline.js';
import type {SelfInfo} from '../../node/chat-node.js';
import {inviteCommand, replayCommand, usesLoopbackOnly} from '../../node/cli-hints.js';
import {cleanLine} from '../text/clean-for-screen.js';
import {wrapText} from '../text/wrap-text.js';

/**
 * Number of newest entries that are searched for the notice on nodes in another room. They are enough, because an
 * isolated node has few entries.
 */
const NOTICE_SCAN_ENTRIES = 50;

/** Whether the timeline already has the notice on nodes in another room. */
function hasForeignNodesNotice({timeline, launch}: State): boolean {
	return sliceTimeline(timeline, Math.max(0, timeline.length - NOTICE_SCAN_ENTRIES), timeline.length).some(
		entry => entry.type === 'notice' && entry.code === 'strangers' && entry.peer === launch?.peer,
	);
}

/** Formats the hint as at most `rows` lines of `width` cells. Returns an empty list if the node is not isolated. */
export function formatIsolationHint(state: State, self: SelfInfo, width: number, rows: number): string[] {
	const {isolated, tried, foreignNodes} = state.ephemeral;
	if (!isolated) return [];
	const lines = ['Nobody else is here. Still looking.'];
	if (foreignNodes > 0 && !hasForeignNodesNotice(state)) {
		const nodes = foreignNodes === 1 ? '1 other node nearby uses' : `${foreignNodes} other nodes nearby use`;
		lines.push(`${nodes} another room or another secret: check --room and --ask-secret.`);
	}
	if (tried.length > 0) lines.push(`Announced on ${tried.map(cleanLine).join(', ')}.`);
	const where = usesLoopbackOnly(self) ? 'in another terminal of this computer' : 'on another machine of this network';
	lines.push(`To connect a second node, run this ${where}: ${inviteCommand(self)}`);
	if (self.earlierLog !== undefined) {
		lines.push(`An earlier log of this room exists. To read it: ${replayCommand(self, self.earlierLog)}`);
	}
	lines.push(
		'If others should be here: /net shows problems, /peer HOST connects to a node that broadcast does not reach.',
	);
	const wrapped = lines.flatMap(line =>
		wrapText(line, Math.max(10, width), Math.max(10, width - 2)).map(
			(part, index) => (index === 0 ? '' : '  ') + line.slice(part.start, part.end),
		),
	);
	return wrapped.slice(0, Math.max(1, rows));
}
