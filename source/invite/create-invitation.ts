/**
 * Creates the window for guests, which shows the room to browsers over HTTP. While the window is closed, no socket
 * listens for guests, and nothing about the window is kept in memory.
 */
import {createHash, randomBytes} from 'node:crypto';
import type {ServerResponse} from 'node:http';
import {encode} from 'uqr';
import type {Timer} from '../core/environment.js';
import {errorMessage} from '../core/errors.js';
import {MAX_GUEST_QUEUED_BYTES, MAX_WINDOW_ADDRESSES, WINDOW_LIFETIME_MS} from '../core/limits.js';
import type {Invitation, InvitationInfo, InvitationPorts, InvitationResult} from '../node/invitation.js';
import {contentPolicy, documentEnd, documentStart, type PageAssets} from '../page/html-document.js';
import {pageTitle} from '../page/page-names.js';
import type {PageInfo} from '../page/page-row.js';
import {type ChangeLog, createChangeLog} from './change-log.js';
import {createGuestList, type GuestList} from './guest-list.js';
import {createGuestStream, type GuestStream} from './guest-stream.js';
import {createWindowRows, type WindowRows} from './window-rows.js';
import {
	type Answer,
	openWindowServer,
	streamHeaders,
	type WindowHandler,
	type WindowRequest,
	type WindowServer,
} from './window-server.js';

/**
 * Data of the window for guests that are the same for every room: script and style of the page, and the package of this
 * program. They are read when the window opens. Each function may throw.
 */
export interface InvitationAssets {
	page(): PageAssets;
	/** The package of this program, as the bytes of a .tgz file. */
	program(): Uint8Array;
}

const PACKAGE_NAME = 'p2pchat-ink.tgz';

/** An open window for guests. */
interface OpenWindow {
	readonly servers: readonly WindowServer[];
	readonly guests: GuestList;
	readonly changes: ChangeLog;
	readonly rows: WindowRows;
	readonly launch: string;
	readonly program: Uint8Array;
	readonly packageHash: string;
	readonly html: Uint8Array;
	readonly policy: string;
	readonly until: number;
	readonly streams: Map<GuestStream, {readonly guest: number; readonly response: ServerResponse}>;
	readonly timer: Timer;
	unsubscribe(): void;
}

export function createInvitation(ports: InvitationPorts, assets: InvitationAssets): Invitation {
	const {store, clock} = ports;
	let window: OpenWindow | undefined;
	let opening: Promise<InvitationResult> | undefined;

	async function openWindow(): Promise<InvitationResult> {
		const addresses = ports.addresses().slice(0, MAX_WINDOW_ADDRESSES);
		if (addresses.length === 0) return {refused: 'This computer has no address that a browser can open. See /net.'};
		let page: PageAssets;
		let program: Uint8Array;
		const servers: WindowServer[] = [];
		try {
			page = assets.page();
			program = assets.program();
			// If the server cannot listen on one of the addresses, for example because it is not ready yet, the window
			// opens on the others.
			let failure: unknown;
			for (const address of addresses)
				await openWindowServer(address, handler, clock).then(
					server => servers.push(server),
					error => {
						failure ??= error;
					},
				);
			if (servers.length === 0) throw failure;
		} catch (error) {
			return {refused: `The window cannot be opened: ${errorMessage(error)}`};
		}
		const changes = createChangeLog(store.getState());
		const streams: OpenWindow['streams'] = new Map();
		const info: PageInfo = {mode: 'window', title: pageTitle(ports.room), notes: [], people: [], pins: []};
		window = {
			servers,
			streams,
			changes,
			program,
			guests: createGuestList(randomBytes, ports.groupOf),
			rows: createWindowRows(ports.isIgnored, store.getState()),
			launch: randomBytes(8).toString('hex'),
			packageHash: createHash('sha256').update(program).digest('hex'),
			html: Buffer.from(documentStart(info, page) + documentEnd),
			policy: `${contentPolicy(page, true)}; frame-ancestors 'none'`,
			until: clock.now() + WINDOW_LIFETIME_MS,
			timer: clock.after(WINDOW_LIFETIME_MS, () => {
				ports.notify(
					'window-closed',
					'The window for guests has been open for 12 hours and is now closed. /invite opens it again.',
				);
				void close();
			}),
			unsubscribe: store.subscribe((state, inputs) => {
				changes.note(state, inputs);
				for (const stream of streams.keys()) stream.changed();
			}),
		};
		ports.announce('opened');
		showGuests(window);
		return infoOf(window);
	}

	async function close(): Promise<void> {
		await opening;
		if (!window) return;
		const {servers, streams, timer, unsubscribe} = window;
		window = undefined;
		timer.cancel();
		unsubscribe();
		for (const [stream, {response}] of streams) {
			stream.end('closed');
			response.end();
		}
		ports.announce('closed');
		ports.showGuests(undefined);
		await Promise.all(servers.map(server => server.close()));
	}

	/**
	 * Shows the local user how many guests are connected to the window `open`, unless that window is already closed.
	 */
	function showGuests(open: OpenWindow): void {
		if (open === window) ports.showGuests(open.guests.list().filter(({isConnected}) => isConnected).length);
	}

	const handler: WindowHandler = {
		groupOf: ports.groupOf,
		answer: request => (window ? answer(window, request) : {status: 503}),
		stream(request, response) {
			if (request.path !== '/events') return undefined;
			const guest = window?.guests.find(request.bearer);
			if (!window || guest === undefined) return {status: 401};
			startStream(window, request, response, guest);
			return true;
		},
	};

	function answer(open: OpenWindow, request: WindowRequest): Answer {
		const {method, path, query, bearer} = request;
		if (path === '/guest') return method === 'POST' ? admit(open, request) : {status: 405};
		if (method !== 'GET') return {status: 405};
		if (path === '/') {
			const headers = {'Content-Security-Policy': open.policy};
			return {status: 200, type: 'text/html; charset=utf-8', body: open.html, headers};
		}
		if (path === `/${PACKAGE_NAME}`) return {status: 200, type: 'application/octet-stream', body: open.program};
		if (path !== '/rows') return {status: 404};
		if (open.guests.find(bearer) === undefined) return {status: 401};
		const order = query.get('before') ?? undefined;
		return jsonAnswer(open.rows.rowsBefore(store.getState(), order));
	}

	function admit({guests}: OpenWindow, {body, address}: WindowRequest): Answer {
		const admitted = guests.admit(body, address, clock.monotonic());
		if ('refused' in admitted) return {status: admitted.refused};
		ports.notify(
			'guest-joined',
			`Guest ${admitted.guest} (${address}) now reads this room in a browser. To disconnect this guest, type /invite kick ${admitted.guest}.`,
		);
		return jsonAnswer(admitted);
	}

	function startStream(open: OpenWindow, {query}: WindowRequest, response: ServerResponse, guest: number): void {
		const {streams, guests, changes, rows, launch} = open;
		response.writeHead(200, streamHeaders());
		const stream = createGuestStream({
			clock,
			changes,
			rows,
			launch,
			getState: () => store.getState(),
			write(text) {
				if (response.destroyed || response.writableEnded) return false;
				const isReady = response.write(text);
				if (response.writableLength > MAX_GUEST_QUEUED_BYTES) response.destroy();
				return isReady;
			},
			cutOff: () => response.destroy(),
		});
		// A guest has one stream. A new stream replaces the old one, whose connection may be dead: the guest may have
		// changed to another network.
		for (const [other, {guest: number, response: old}] of streams) {
			if (number !== guest) continue;
			other.stop();
			old.destroy();
		}
		streams.set(stream, {guest, response});
		guests.connected(guest, 1, clock.monotonic());
		showGuests(open);
		response.on('drain', () => stream.drained());
		response.on('close', () => {
			stream.stop();
			streams.delete(stream);
			guests.connected(guest, -1, clock.monotonic());
			showGuests(open);
		});
		const position = Number(query.get('position') ?? Number.NaN);
		const isValid = Number.isSafeInteger(position) && position >= 0;
		stream.start(isValid ? {launch: query.get('launch') ?? '', position} : undefined);
	}

	function infoOf({servers, guests, packageHash, until}: OpenWindow): InvitationInfo {
		const urls = servers.map(({host}) => `http://${host}/#${guests.token}`);
		return {
			urls,
			packageUrl: `http://${servers[0]?.host ?? ''}/${PACKAGE_NAME}`,
			packageHash,
			code: encode(urls[0] ?? '', {ecc: 'L', border: 2}).data,
			guests: guests.list(),
			until,
		};
	}

	return {
		async open({inSecretRoom}) {
			if (ports.hasSecret && !inSecretRoom)
				return {
					refused:
						'This room has a secret, but the page for guests is not encrypted, and everybody who has its link can read the room. To open the page nevertheless: /invite --in-secret-room',
				};
			if (window) return infoOf(window);
			opening ??= openWindow();
			const result = await opening;
			opening = undefined;
			return result;
		},
		close,
		kick(number) {
			if (!window?.guests.kick(number)) return false;
			for (const [stream, {guest, response}] of window.streams) {
				if (guest !== number) continue;
				stream.end('kicked');
				response.end();
			}
			showGuests(window);
			return true;
		},
		info: () => window && infoOf(window),
	};
}

function jsonAnswer(value: unknown): Answer {
	return {status: 200, type: 'application/json', body: Buffer.from(JSON.stringify(value))};
}
