/** What somebody who sees nobody needs to know: what was tried, and what to do. */
import type {State} from '../../core/state.js';
import {sliceTimeline} from '../../core/timeline.js';
import {inviteCommand, isHereOnly, replayCommand} from '../../session/printed-commands.js';
import type {SelfInfo} from '../../session/session.js';
import {cleanLine} from '../layout/clean-for-screen.js';
import {wrapText} from '../layout/wrap.js';

/** How far back the notice of this launch is looked for: who is alone has few rows. */
const LOOKED_AT = 50;

/** The timeline says already that others are near in another room. */
function saysNotice({timeline, launch}: State): boolean {
	return sliceTimeline(timeline, Math.max(0, timeline.length - LOOKED_AT), timeline.length).some(
		entry => entry.type === 'notice' && entry.code === 'strangers' && entry.peer === launch?.peer,
	);
}

/** At most `rows` lines of `width` cells; none when not alone. */
export function aloneLines(state: State, self: SelfInfo, width: number, rows: number): string[] {
	const {alone, tried, strangers} = state.passing;
	if (!alone) return [];
	const lines = ['Nobody else is here. Still looking.'];
	if (strangers > 0 && !saysNotice(state)) {
		lines.push(
			`${strangers} ${strangers === 1 ? 'node' : 'nodes'} here ${strangers === 1 ? 'is' : 'are'} in another room or use another secret (--room, --ask-secret).`,
		);
	}
	if (tried.length > 0) lines.push(`Announced on ${tried.map(cleanLine).join(', ')}.`);
	const where = isHereOnly(self) ? 'in another terminal of this computer' : 'on another machine of this network';
	lines.push(`Start it ${where}: ${inviteCommand(self)}`);
	if (self.earlierLog !== undefined) {
		lines.push(`What was said here before is in a log; to read it: ${replayCommand(self.earlierLog)}`);
	}
	lines.push('If they should see each other: /net, /doctor, or /peer HOST for one that broadcast does not reach.');
	const wrapped = lines.flatMap(line =>
		wrapText(line, Math.max(10, width), Math.max(10, width - 2)).map(
			(part, index) => (index === 0 ? '' : '  ') + line.slice(part.start, part.end),
		),
	);
	return wrapped.slice(0, Math.max(1, rows));
}
