/** Headless Chromium for the tests of the HTML pages. It can reach no network except loopback. */
import {existsSync} from 'node:fs';
import {type Browser, type BrowserContextOptions, chromium, type Page} from 'playwright-core';
import {onTestFinished} from 'vitest';

const executablePath = [process.env.P2PCHAT_TEST_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser'].find(
	path => path !== undefined && existsSync(path),
);

/** Whether Chromium is installed. If it is not, the titles of the skipped tests name the package to install. */
export const hasChromium = executablePath !== undefined;
export const WITHOUT_CHROMIUM = hasChromium ? '' : ' (left out: install Debian’s package chromium)';

let browser: Promise<Browser> | undefined;

function launch(): Promise<Browser> {
	browser ??= chromium.launch({
		...(executablePath !== undefined && {executablePath}),
		// Chromium has no sandbox for root. This does no harm, because only pages of this repository are opened.
		args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking'],
	});
	return browser;
}

export async function closeBrowser(): Promise<void> {
	await (await browser)?.close();
	browser = undefined;
}

export interface OpenedPage {
	readonly page: Page;
	/** Uncaught errors, console messages (which include refused requests) and dialogs of the page. */
	readonly problems: readonly string[];
	/** All requests that the page made, without the request for the page itself. */
	readonly requests: readonly string[];
}

export const PHONE = {width: 360, height: 740};
export const DESKTOP = {width: 1280, height: 800};

/** Opens an empty page in a browser profile of its own. The end of the test closes it. */
export async function openPage(options: BrowserContextOptions = {}): Promise<OpenedPage> {
	const context = await (await launch()).newContext({viewport: PHONE, locale: 'en-GB', timezoneId: 'UTC', ...options});
	onTestFinished(() => context.close());
	const page = await context.newPage();
	const problems: string[] = [];
	const requests: string[] = [];
	page.on('pageerror', error => problems.push(`error: ${error.message}`));
	page.on('console', message => problems.push(`console: ${message.text()}`));
	page.on('dialog', dialog => {
		problems.push(`dialog: ${dialog.message()}`);
		void dialog.dismiss();
	});
	page.on('request', request => {
		if (!request.isNavigationRequest()) requests.push(request.url());
	});
	return {page, problems, requests};
}

/** Elements that the script of a page creates, and elements that the HTML document itself contains. */
const OWN_ELEMENTS =
	'a article b bdi button code details div footer h1 h2 header input li main mark noscript output p script section span summary time ul';

/**
 * Draws all rows of a page. Resolves to everything that texts of people could have added to the page as markup, script
 * or style, and to the elements that are too wide.
 */
export async function findIntrusions(page: Page) {
	await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
	return page.evaluate(own => {
		const elements = [...document.body.querySelectorAll('*')];
		const names = new Set(own.split(' '));
		return {
			pwned: 'pwned' in window,
			elements: elements.map(({localName}) => localName).filter(name => !names.has(name)),
			attributes: elements.flatMap(({localName, attributes}) =>
				[...attributes]
					.map(({name}) => `${localName} ${name}`)
					.filter(name => /^\S+ (?:on|src|style)/.test(name) && name !== 'section style'),
			),
			links: elements
				.map(element => element.getAttribute('href'))
				.filter(link => link && !/^(#e[\da-f:]+$|https?:)/.test(link)),
			wide: elements
				.filter(element => element.scrollWidth > innerWidth + 1)
				.map(({outerHTML}) => outerHTML.slice(0, 200)),
			overflow: document.documentElement.scrollWidth - innerWidth,
		};
	}, OWN_ELEMENTS);
}

export const NO_INTRUSIONS = {pwned: false, elements: [], attributes: [], links: [], wide: [], overflow: 0};
