/** The wall clock can jump when somebody sets it, so a duration must be measured with the monotonic clock. */
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';

const SOURCE = join(import.meta.dirname, '../../source');

/**
 * Files that read the wall clock, with the number of readings in each file. Each reading is a time of day, an age across
 * launches, or a clock offset.
 */
const READINGS: Readonly<Record<string, number>> = {
	// These files write times of day to files or to lines that people read.
	'cli/main.ts': 3,
	'cli/attach/attached-node.ts': 1,
	'cli/commands/export.ts': 1,
	'cli/desktop-integration.ts': 1,
	// This file prints when the window for guests closes. A timer closes the window, not this clock.
	'invite/create-invitation.ts': 1,
	'cli/api/api-node.ts': 1,
	'cli/commands/logs.ts': 1,
	'cli/chat/node-storage.ts': 3,
	'cli/chat/open-file-store.ts': 1,
	'cli/demo/demo.ts': 1,
	'cli/output/report-formats.ts': 1,
	// This file prints how long ago the first unread message was written.
	'cli/chat/headless.ts': 1,
	// These files turn a time of day that a user types into a time of the present day.
	'cli/replay/replay-at-terminal.ts': 1,
	'cli/chat/read-input.ts': 1,
	'ui/chat/run-effects.ts': 1,
	'ui/linear/linear-screen.ts': 2,
	// These files make the clock of this node, and measure how far this clock is from the clocks of peers.
	'node/local-state.ts': 1,
	'node/own-hello.ts': 1,
	'network/link/keepalive.ts': 2,
	'network/system-clock.ts': 1,
	'doctor/probe.ts': 1,
};

test('only known places read the wall clock, and none of them measures a duration', () => {
	const readings: Record<string, number> = {};
	for (const file of readdirSync(SOURCE, {recursive: true, encoding: 'utf8'})) {
		if (!/\.tsx?$/.test(file)) continue;
		const code = readFileSync(join(SOURCE, file), 'utf8').replaceAll(/^\s*(\/\/|\*|\/\*).*$/gm, '');
		const count = code.match(/\b(clock|Date)\.now\b|\bnew Date\(\)/g)?.length ?? 0;
		if (count > 0) readings[file.replaceAll('\\', '/')] = count;
	}
	expect(readings).toEqual(READINGS);
});
