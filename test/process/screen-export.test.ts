/**
 * Checks the HTML page that `/export` on the screen writes. The page contains the script of the viewer, so the test
 * needs a build.
 */
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, onTestFinished, test} from 'vitest';
import type {exportRows as ExportRows} from '../../source/cli/desktop-integration.js';
import {sliceTimeline} from '../../source/core/timeline.js';
import {createFakeChatNode} from '../helpers/fake-chat-node.js';
import {readPageRows} from '../helpers/page-data.js';

const dist = fileURLToPath(new URL('../../dist/cli/desktop-integration.js', import.meta.url));

test.each(['a.html', 'a.HTM'])(
	'/export %s writes one HTML page, without addresses and notices, and says nothing about a selection',
	async name => {
		const {exportRows}: {exportRows: typeof ExportRows} = await import(dist);
		const folder = mkdtempSync(join(tmpdir(), 'p2pchat-export-'));
		onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
		const chatNode = createFakeChatNode();
		const bob = chatNode.join('Bob', '192.168.1.9');
		chatNode.say(bob, 'hi');
		chatNode.commit([chatNode.make(bob, {type: 'moved', addresses: ['192.168.1.44']})]);
		chatNode.observe({type: 'notice', level: 'warn', code: 'test', text: 'something about 192.168.1.77'});
		const state = chatNode.store.getState();
		await exportRows(join(folder, name), state, sliceTimeline(state.timeline, 0, state.timeline.length), 'lan');
		const html = readFileSync(join(folder, name), 'utf8');
		expect(html).toMatch(/^<!doctype html>/i);
		expect(html).not.toMatch(/192\.168\.|This page is a selection/);
		const rows = readPageRows(html).map(({text}) => text);
		expect(rows).toEqual(expect.arrayContaining(['hi', 'moved to another address']));
		expect(rows.join('\n')).not.toMatch(/192\.168\./);
	},
);
