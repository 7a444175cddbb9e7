/** Opens HTML exports in headless Chromium. */
import {execFileSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';
import {afterAll, describe, expect, test} from 'vitest';
import {htmlExport} from '../../source/cli/output/html-export.js';
import {cleanText} from '../../source/core/text.js';
import {sliceTimeline} from '../../source/core/timeline.js';
import type {PageAssets} from '../../source/page/html-document.js';
import {
	closeBrowser,
	DESKTOP,
	findIntrusions,
	hasChromium,
	NO_INTRUSIONS,
	openPage,
	PHONE,
	WITHOUT_CHROMIUM,
} from '../helpers/browser.js';
import {readPageRows} from '../helpers/page-data.js';
import {cliPath} from '../helpers/run-node.js';
import {addHostile, createStateBuilder, hostileTexts, joined, type StateBuilder} from '../page/page-events.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'p2pchat-html-'));
const conversation = join(root, 'fixtures/conversation.p2plog');

afterAll(async () => {
	await closeBrowser();
	rmSync(folder, {recursive: true, force: true});
});

function exportLog(file: string, ...words: string[]): string {
	const environment = {...process.env, P2PCHAT_HOME: folder, TZ: 'UTC'};
	return execFileSync(process.execPath, [cliPath, 'export', file, ...words], {
		encoding: 'utf8',
		env: environment,
		maxBuffer: 1 << 28,
	});
}

function save(name: string, html: string): string {
	const file = join(folder, name);
	writeFileSync(file, html);
	return pathToFileURL(file).href;
}

async function saveState(name: string, builder: StateBuilder, room = 'lan'): Promise<string> {
	const {readPageAssets}: {readPageAssets(): PageAssets} = await import(join(root, 'dist/cli/page-assets.js'));
	const state = builder.state();
	const entries = sliceTimeline(state.timeline, 0, state.timeline.length);
	const about = {room, damagedParts: 0, isFiltered: false, withAddresses: true, version: '1.0.0', now: 0};
	return save(name, [...htmlExport({state, entries, assets: readPageAssets(), ...about})].join(''));
}

describe.skipIf(!hasChromium)(`an exported page in Chromium${WITHOUT_CHROMIUM}`, () => {
	test('an exported page shows every message of the log in order, lists all people, and makes no request', async () => {
		const messages = exportLog(conversation, '--format', 'jsonl')
			.split('\n')
			.filter(line => line.startsWith('{"type":"event"'))
			.map(line => JSON.parse(line))
			.filter(({kind}) => kind === 'posted');
		const opened = await openPage();
		const {page} = opened;
		await page.goto(save('conversation.html', exportLog(conversation, '--format', 'html')));
		await page.waitForSelector('html[data-ready]');
		await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
		const shown = await page.$$eval('#timeline .row.message > .text, #timeline .row.action > .text', rows =>
			rows.map(row => row.textContent),
		);
		expect(shown).toEqual(messages.map(({text}) => text));
		const people = await page.$$eval('.people .name', names => names.map(name => name.textContent));
		expect(people).toEqual(['Ben', 'Amira', 'Jonas', 'Priya', 'Yuki', 'Mateo', 'Carol', 'Alex', 'Alex (2)']);
		const links = await page.$$eval('#timeline a.link', found =>
			found.map(link => [link.getAttribute('href'), link.textContent, link.getAttribute('rel')]),
		);
		const link = 'http://192.168.1.2:8080/packages';
		expect(links).toEqual([[link, link, 'noopener noreferrer nofollow']]);
		expect(await page.textContent('#head')).toMatch(/286 events.*All signatures were verified on \d{4}-\d\d-\d\d/s);
		expect(await page.textContent('body')).not.toContain('192.168.1.20');
		expect({problems: opened.problems, requests: opened.requests}).toEqual({problems: [], requests: []});
	});

	test('on an exported page, a link to a message, the search and the dark or light colours of the system work, at the width of a phone and of a desktop', async () => {
		const address = save('found.html', exportLog(conversation, '--format', 'html', '--with-addresses'));
		for (const [viewport, colorScheme] of [[PHONE, 'dark'] as const, [DESKTOP, 'light'] as const]) {
			const {page, problems} = await openPage({viewport, colorScheme});
			await page.goto(`${address}#e250`);
			await page.waitForSelector('#e250.current');
			expect(await page.locator('#e250').evaluate(row => row.getBoundingClientRect().top)).toBeLessThan(
				viewport.height,
			);
			expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(
				colorScheme === 'dark' ? 'rgb(30, 30, 30)' : 'rgb(255, 255, 255)',
			);
			await page.fill('input[type=search]', 'DIGGER');
			await page.waitForFunction(() => /^[1-9]\d*$/.test(document.querySelector('output')?.textContent ?? ''));
			const count = Number(await page.textContent('output'));
			await page.press('input[type=search]', 'Shift+Enter');
			await page.waitForSelector('.row.current mark');
			expect(await page.textContent('output')).toBe(`${count} of ${count}`);
			expect(await page.textContent('.row.current')).toContain('digger');
			expect(await page.textContent('body')).toContain('192.168.1.20');
			await page.emulateMedia({media: 'print'});
			expect(await page.isVisible('input[type=search]')).toBe(false);
			expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(255, 255, 255)');
			expect(problems).toEqual([]);
		}
	});

	test('no hostile text in any field executes, sends a request, adds an element or breaks the layout', async () => {
		const texts = hostileTexts();
		const builder = createStateBuilder();
		addHostile(builder, texts);
		const room = texts.join(' ');
		const address = await saveState('hostile.html', builder, room);
		for (const viewport of [PHONE, DESKTOP]) {
			const {page, problems, requests} = await openPage({viewport});
			await page.goto(address);
			await page.waitForSelector('html[data-ready]');
			expect(await findIntrusions(page)).toEqual(NO_INTRUSIONS);
			const links = await page.$$eval('a.link[href]', found =>
				found.map(link => [link.getAttribute('href'), link.textContent]),
			);
			expect(links.length).toBeGreaterThan(0);
			for (const [target, text] of links) expect(target).toBe(text);
			const shown = await page.$$eval('#timeline .row.message > .text', rows => rows.map(row => row.textContent));
			expect(shown).toEqual(texts.map(text => `${cleanText(`${text} ${text}`)} (edited)`));
			const events = await page.$$eval('#timeline .row.event', rows => rows.map(row => row.textContent ?? ''));
			expect(events.filter(text => text.includes('OBSERVED '))).toHaveLength(texts.length);
			expect(await page.textContent('body')).not.toContain('WHISPERED');
			expect({problems, requests}).toEqual({problems: [], requests: []});
		}
	});

	test('the document of an exported page with 100,000 events contains only rows near the visible part, at the start, at an anchor and after a search', async () => {
		const builder = createStateBuilder();
		builder.addMany(100_000);
		const {page, problems} = await openPage();
		const address = await saveState('long.html', builder);
		// Chromium parses the rest of a document in one task, which blocks the page for 50 ms per megabyte.
		expect(statSync(fileURLToPath(address)).size).toBeLessThan(1_000_000);
		await page.goto(address);
		await page.waitForSelector('html[data-ready]');
		const drawn = () => page.locator('#timeline .row').count();
		await expect.poll(drawn).toBeGreaterThan(40);
		await page.evaluate(() => {
			location.hash = '#e77777';
		});
		await page.waitForSelector('#e77777.current');
		expect(await page.textContent('#e77777 .text')).toBe('message 77777');
		await page.fill('input[type=search]', 'message 9999');
		await page.waitForFunction(() => document.querySelector('output')?.textContent === '11');
		await page.press('input[type=search]', 'Enter');
		await page.waitForSelector('#e9999.current');
		await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
		await page.waitForSelector('#e100000');
		await expect.poll(drawn).toBeLessThan(1500);
		expect(problems).toEqual([]);
	});

	test('if a part of an exported HTML file was changed, the page shows all other messages and says that messages are missing', async () => {
		const builder = createStateBuilder();
		builder.addMany(2200);
		const address = await saveState('changed.html', builder);
		const html = readFileSync(fileURLToPath(address), 'utf8');
		const second = html.indexOf('class="rows"', html.indexOf('class="rows"') + 1);
		save('changed.html', `${html.slice(0, second + 1000)}AAAA${html.slice(second + 1004)}`);
		const {page, problems} = await openPage();
		await page.goto(address);
		await page.waitForSelector('html[data-ready]');
		await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
		expect(await page.textContent('#head')).toContain('This file is damaged: some messages are missing.');
		const ids = await page.$$eval('#timeline .row', rows => rows.map(({id}) => Number(id.slice(1))));
		expect(ids).toEqual(Array.from({length: 2200}, (_, index) => index + 1).filter(id => id <= 1000 || id > 2000));
		expect(problems).toEqual([]);
	});
});

test('the exported page of a damaged log says how many events are missing, at the place where they are missing', () => {
	const damaged = join(folder, 'damaged.p2plog');
	const bytes = readFileSync(conversation);
	bytes.fill(0, 20_000, 20_400);
	writeFileSync(damaged, bytes);
	const html = exportLog(damaged, '--format', 'html');
	expect(readPageRows(html)).toContainEqual(
		expect.objectContaining({
			kind: 'gap',
			name: expect.stringMatching(/./),
			text: expect.stringMatching(/^\d+ events? (?:is|are) missing here$/),
		}),
	);
	expect(html).toMatch(/The log file is damaged in (?:one place|\d places)/);
	expect(html).toMatch(/"note":"\d events? (?:is|are) missing"/);
});

test('the chat exports its timeline as a page if the name of the file ends in .html', async () => {
	const builder = createStateBuilder();
	builder.add(1, joined('Carol'));
	builder.add(1, {type: 'posted', text: 'hello'});
	const state = builder.state();
	const {exportRows} = await import(join(root, 'dist/cli/desktop-integration.js'));
	const file = join(folder, 'chat.html');
	await exportRows(file, state, sliceTimeline(state.timeline, 0, 2), 'lan');
	const html = readFileSync(file, 'utf8');
	expect(html).toContain('<title>Room lan</title>');
	expect(readPageRows(html).map(({text}) => text)).toEqual(['joined', 'hello']);
	expect(html).not.toContain('verified on');
});
