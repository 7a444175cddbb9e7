/** Row 17: 100,000 events on a phone-sized page in Chromium, as the window for guests and as an exported file. */
import {existsSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import type {Browser} from 'playwright-core';
import {htmlExport} from '../../../source/cli/output/html-export.js';
import {initialState, reduceInputs} from '../../../source/core/reduce.js';
import type {State} from '../../../source/core/state.js';
import {sliceTimeline} from '../../../source/core/timeline.js';
import {createInvitation} from '../../../source/invite/create-invitation.js';
import {addressGroup} from '../../../source/network/ip-address.js';
import {createSystemClock} from '../../../source/network/system-clock.js';
import {createStore} from '../../../source/node/store.js';
import type {PageAssets} from '../../../source/page/html-document.js';
import {makeEvents} from '../make-history.js';
import type {Figure, Row} from '../row.js';

const EVENTS = 100_000;
const SCROLL_STEPS = 150;
const CHROMIUM = process.env.P2PCHAT_TEST_CHROMIUM ?? '/usr/bin/chromium';

export const windowRow: Row = {
	number: 17,
	name: '100,000 events on a phone-sized page',
	against: 'nothing; left out without Chromium',
	async run() {
		if (!existsSync(CHROMIUM)) {
			console.error('Row 17 is left out: Chromium is not installed.');
			return [];
		}
		const root = process.env.P2PCHAT_BENCH_ROOT ?? '';
		const {readPageAssets}: {readPageAssets(): PageAssets} = await import(join(root, 'dist/cli/page-assets.js'));
		// People write at irregular times, which the file cannot compress as well as equal intervals.
		const events = makeEvents(EVENTS).map((event, n) => ({...event, at: event.at + ((n * 7919) % 997)}));
		const state = reduceInputs(initialState, [{type: 'events', loggedAt: Date.now(), live: false, events}]);
		// The import is here and not at the top, because the bundle that runs the other rows cannot load the module.
		const {chromium} = await import('playwright-core');
		const browser = await chromium.launch({executablePath: CHROMIUM, args: ['--no-sandbox']});
		try {
			const assets = readPageAssets();
			return [...(await measureWindow(browser, state, assets)), ...(await measureFile(browser, state, assets))];
		} finally {
			await browser.close();
		}
	},
};

async function measureWindow(browser: Browser, state: State, assets: PageAssets): Promise<Figure[]> {
	const invitation = createInvitation(
		{
			store: createStore(state),
			clock: createSystemClock(),
			room: 'bench',
			hasSecret: false,
			addresses: () => ['127.0.0.1'],
			groupOf: addressGroup,
			isIgnored: () => false,
			announce: () => {},
			showGuests: () => {},
			notify: () => {},
		},
		{page: () => assets, program: () => new Uint8Array()},
	);
	const opened = await invitation.open({inSecretRoom: false});
	if ('refused' in opened) throw new Error(opened.refused);
	const figures = await measurePage(browser, 'window', opened.urls[0] ?? '', -600);
	await invitation.close();
	return figures;
}

async function measureFile(browser: Browser, state: State, assets: PageAssets): Promise<Figure[]> {
	const folder = mkdtempSync(join(tmpdir(), 'p2pchat-bench-page-'));
	const file = join(folder, 'page.html');
	const entries = sliceTimeline(state.timeline, 0, state.timeline.length);
	const about = {room: 'bench', damagedParts: 0, isFiltered: false, withAddresses: false, version: '1.0.0', now: 0};
	writeFileSync(file, [...htmlExport({state, entries, assets, ...about})].join(''));
	const figures = await measurePage(browser, 'exported file', pathToFileURL(file).href, 600);
	rmSync(folder, {recursive: true});
	return figures;
}

/** Measures one page. `wheel`: px of one step of scrolling. */
async function measurePage(browser: Browser, what: string, url: string, wheel: number): Promise<Figure[]> {
	const page = await browser.newPage({viewport: {width: 360, height: 740}});
	const session = await page.context().newCDPSession(page);
	await browser.startTracing(page, {categories: TRACED});
	await page.goto(url, {waitUntil: 'commit'});
	// Playwright's own wait functions run a script in the page, which would take longer than the work of the page.
	const isLoaded = "document.querySelector('.row') && document.documentElement.dataset.ready || ''";
	while ((await session.send('Runtime.evaluate', {expression: isLoaded})).result.value !== '1')
		await new Promise(resolve => setTimeout(resolve, 20));
	const trace = readTrace(await browser.stopTracing());
	const paint = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0);
	await browser.startTracing(page, {categories: TRACED});
	await page.mouse.move(180, 400);
	for (let step = 0; step < SCROLL_STEPS; step++) {
		await page.mouse.wheel(0, wheel);
		await page.evaluate(() => new Promise(resolve => requestAnimationFrame(resolve)));
	}
	const scrolling = longestTask(readTrace(await browser.stopTracing()));
	await page.close();
	return [
		{what: `${what}: first paint`, unit: 'ms', ours: paint, atMost: 1000},
		{what: `${what}: work until the first paint`, unit: 'ms', ours: workUntilPaint(trace), note: 'processor time'},
		{
			what: `${what}: longest task while loading`,
			unit: 'ms',
			ours: longestTask(trace),
			atMost: 50,
			note: 'processor time',
		},
		{what: `${what}: longest task while scrolling`, unit: 'ms', ours: scrolling, atMost: 50, note: 'processor time'},
	];
}

interface TraceEvent {
	readonly name: string;
	readonly pid: number;
	readonly tid: number;
	/** Time of the event, microseconds. */
	readonly ts: number;
	/** Processor time of the task, microseconds. */
	readonly tdur?: number;
	readonly args?: {readonly name?: string};
}

const TRACED = ['toplevel', 'loading', '__metadata'];

function readTrace(trace: Buffer): readonly TraceEvent[] {
	return JSON.parse(trace.toString('utf8')).traceEvents;
}

/** Tasks of the main threads of pages. */
function mainTasks(events: readonly TraceEvent[]): readonly TraceEvent[] {
	const threads = events.filter(({name, args}) => name === 'thread_name' && args?.name === 'CrRendererMain');
	const isMain = ({pid, tid}: TraceEvent) => threads.some(thread => thread.pid === pid && thread.tid === tid);
	return events.filter(event => event.name.endsWith('RunTask') && isMain(event));
}

/** Longest task of a main thread of a page, ms of processor time, so that the load of the machine does not count. */
function longestTask(events: readonly TraceEvent[]): number {
	return Math.max(0, ...mainTasks(events).map(({tdur = 0}) => tdur / 1000));
}

/** Processor time of all main threads until the first paint of the page, ms. */
function workUntilPaint(events: readonly TraceEvent[]): number {
	const painted = events.filter(({name}) => name === 'firstContentfulPaint').at(-1)?.ts ?? Number.POSITIVE_INFINITY;
	return mainTasks(events)
		.filter(({ts}) => ts < painted)
		.reduce((sum, {tdur = 0}) => sum + tdur / 1000, 0);
}
