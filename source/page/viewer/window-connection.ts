/**
 * Connection of a guest to the window for guests: exchanges the token of the link for the bearer token of this guest,
 * follows the stream of events, and connects again after the network was lost or the phone slept. The new connection
 * continues after the last line that arrived, unless the window was closed and opened again in between.
 */
import type {PagePerson, PageRow} from '../page-row.js';

/** A line of the stream of events. Unknown types are ignored. */
export type StreamLine =
	| {
			readonly type: 'snapshot';
			readonly launch: string;
			readonly position: number;
			readonly rows: PageRow[];
			readonly more: boolean;
	  }
	| {readonly type: 'resumed'}
	| {readonly type: 'row'; readonly position: number; readonly row: PageRow}
	| {readonly type: 'gone'; readonly position: number; readonly id: string}
	| {readonly type: 'people'; readonly people: readonly PagePerson[]}
	| {readonly type: 'pins'; readonly pins: readonly PageRow[]}
	| {readonly type: 'ping'}
	| {readonly type: 'end'; readonly reason: 'closed' | 'kicked'};

export interface Connection {
	/** Rows before the sort key `order`. Rejects if the server cannot be reached or refuses the request. */
	rowsBefore(order: string): Promise<{readonly rows: PageRow[]; readonly more: boolean}>;
}

export interface ConnectionListener {
	onLine(line: StreamLine): void;
	/** Called with a sentence about the connection; empty: the connection works. */
	onState(text: string): void;
}

/**
 * Maximum time without data, ms. After this time the connection is taken to be lost. The server sends a ping every 15
 * s.
 */
const SILENCE_MS = 40_000;
const FIRST_RETRY_MS = 1000;
const MAX_RETRY_MS = 15_000;
const BEARER_KEY = 'p2pchat-bearer';

export function openConnection({onLine, onState}: ConnectionListener): Connection {
	let bearer = sessionStorage.getItem(BEARER_KEY) ?? '';
	let place = '';
	let retryMs = FIRST_RETRY_MS;
	let isOver = false;
	let heardAt = 0;
	let running: AbortController | undefined;
	let retryTimer: ReturnType<typeof setTimeout> | undefined;

	function over(text: string): void {
		isOver = true;
		onState(text);
	}

	/** The token is only in the fragment of the link, which no browser sends. The page removes it from the address bar immediately. */
	async function admit(): Promise<boolean> {
		const token = location.hash.slice(1);
		if (/^[\w-]{22}$/.test(token)) {
			history.replaceState(null, '', location.pathname);
			const response = await fetch('/guest', {method: 'POST', body: token});
			if (response.ok) {
				bearer = (await response.json()).bearer;
				sessionStorage.setItem(BEARER_KEY, bearer);
				return true;
			}
			if (response.status === 429) over('Too many wrong links were tried. Wait a minute, then open the link again.');
			else if (response.status === 503) over('All places for guests are taken. Try again later.');
			else over('This link is not valid any more. Scan the code again, or ask for a new link.');
			return false;
		}
		if (bearer !== '') return true;
		over('Scan the code or open the whole link that the person who invites you shows.');
		return false;
	}

	async function follow(): Promise<void> {
		const controller = new AbortController();
		running = controller;
		const response = await fetch(`/events${place}`, {headers: authorization(), signal: controller.signal});
		if (response.status === 401) {
			sessionStorage.removeItem(BEARER_KEY);
			return over('You are not a guest here any more. Scan the code again, or ask for a new link.');
		}
		if (!response.ok || !response.body) throw new Error(`status ${response.status}`);
		onState('');
		retryMs = FIRST_RETRY_MS;
		const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
		let rest = '';
		for (let part = await reader.read(); !part.done; part = await reader.read()) {
			heardAt = performance.now();
			const lines = (rest + part.value).split('\n');
			rest = lines.pop() ?? '';
			for (const line of lines) take(JSON.parse(line));
			if (isOver) return;
		}
	}

	function take(line: StreamLine): void {
		if (line.type === 'snapshot') launch = line.launch;
		if ('position' in line) place = `?launch=${launch}&position=${line.position}`;
		if (line.type === 'end')
			over(
				line.reason === 'kicked'
					? 'The person who shows this room sent you away.'
					: 'The person who shows this room has closed this page.',
			);
		else onLine(line);
	}
	let launch = '';

	function authorization(): Record<string, string> {
		return {Authorization: `Bearer ${bearer}`};
	}

	async function run(): Promise<void> {
		clearTimeout(retryTimer);
		heardAt = performance.now();
		try {
			if (bearer === '' || location.hash.length > 1) if (!(await admit())) return;
			await follow();
		} catch {
			// Whatever failed, the code below connects again.
		}
		if (isOver) return;
		onState('The connection was lost. Trying again…');
		retryTimer = setTimeout(run, retryMs);
		retryMs = Math.min(MAX_RETRY_MS, retryMs * 2);
	}

	/**
	 * Ends a connection that has been silent for longer than SILENCE_MS. After the device has slept, a connection may
	 * look open although the server has closed it.
	 */
	function check(): void {
		if (isOver || document.hidden) return;
		if (performance.now() - heardAt > SILENCE_MS) running?.abort();
	}

	function reconnectNow(): void {
		if (isOver) return;
		retryMs = FIRST_RETRY_MS;
		running?.abort();
		clearTimeout(retryTimer);
		retryTimer = setTimeout(run);
	}

	setInterval(check, SILENCE_MS / 8);
	document.addEventListener('visibilitychange', check);
	addEventListener('online', reconnectNow);
	void run();

	return {
		async rowsBefore(order) {
			const response = await fetch(`/rows?before=${encodeURIComponent(order)}`, {headers: authorization()});
			if (!response.ok) throw new Error(`status ${response.status}`);
			return response.json();
		},
	};
}
