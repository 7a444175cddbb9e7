/**
 * Stream of one guest: JSON lines that begin with the state of the room and continue with its changes. While a guest
 * has unread text in its connection, nothing more is sent. The guest is disconnected if it has not read that text after
 * WINDOW_STALL_TIMEOUT_MS, or if one write leaves more than MAX_GUEST_QUEUED_BYTES queued. When the guest connects
 * again, the stream continues at the position that the guest had reached.
 */
import type {Clock, Timer} from '../core/environment.js';
import {WINDOW_BATCH_MS, WINDOW_PING_MS, WINDOW_STALL_TIMEOUT_MS} from '../core/limits.js';
import type {State} from '../core/state.js';
import type {ChangeLog, WindowChange} from './change-log.js';
import type {WindowRows} from './window-rows.js';

export interface GuestStreamOptions {
	readonly clock: Clock;
	readonly changes: ChangeLog;
	readonly rows: WindowRows;
	/**
	 * Random name of this window for guests. Each opening of the window has another name, and a position is valid only in
	 * the window in which it was counted.
	 */
	readonly launch: string;
	getState(): State;
	/**
	 * Sends text. Returns false if the guest has not read all of it yet. Then nothing more is written until `drained`
	 * is called.
	 */
	write(text: string): boolean;
	/**
	 * Must end the connection of the guest. Called if the guest has not read the queued text after
	 * WINDOW_STALL_TIMEOUT_MS.
	 */
	cutOff(): void;
}

export interface GuestStream {
	/**
	 * Begins the stream. `from` is where the last connection of the guest ended: `launch` is the name of the window
	 * that the guest read, and `position` is what the guest reached. `from` is undefined for a guest that was not
	 * connected before.
	 */
	start(from: {readonly launch: string; readonly position: number} | undefined): void;
	/** Must be called when the state of the room has changed, so that the changes are sent. */
	changed(): void;
	/** Must be called when the text that `write` queued has been sent. */
	drained(): void;
	/** Tells the guest why the stream ends, and stops. */
	end(reason: 'closed' | 'kicked'): void;
	/** Stops the stream without sending a reason. Idempotent. */
	stop(): void;
}

export function createGuestStream(options: GuestStreamOptions): GuestStream {
	const {clock, changes, rows, launch, getState, write, cutOff} = options;
	let position = 0;
	let isBlocked = false;
	let isStopped = false;
	let batchTimer: Timer | undefined;
	let pingTimer: Timer | undefined;
	let stallTimer: Timer | undefined;
	let sentPeople = '';
	let sentPins = '';

	function send(line: Readonly<Record<string, unknown>>): void {
		if (write(`${JSON.stringify(line)}\n`)) return;
		isBlocked = true;
		stallTimer ??= clock.after(WINDOW_STALL_TIMEOUT_MS, cutOff);
	}

	function sendSnapshot(): void {
		position = changes.position;
		send({type: 'snapshot', launch, position, ...rows.rowsBefore(getState(), undefined)});
	}

	function sendChanges(): void {
		batchTimer = undefined;
		if (isStopped || isBlocked) return;
		const state = getState();
		const pending = changes.since(position);
		if (!pending || pending.some(({type}) => type === 'reset')) sendSnapshot();
		else {
			for (const change of pending) {
				position++;
				sendChange(state, change);
				if (isBlocked) return;
			}
		}
		if (!isBlocked) sendIfNew('people', rows.people(state));
		if (!isBlocked) sendIfNew('pins', rows.pins(state));
	}

	function sendChange(state: State, change: WindowChange): void {
		if (change.type === 'gone') send({type: 'gone', position, id: change.id});
		if (change.type !== 'row') return;
		const row = rows.row(state, change.entry);
		if (row) send({type: 'row', position, row});
	}

	function sendIfNew(type: 'people' | 'pins', value: readonly unknown[]): void {
		const text = JSON.stringify(value);
		if (text === (type === 'people' ? sentPeople : sentPins)) return;
		if (type === 'people') sentPeople = text;
		else sentPins = text;
		send({type, [type]: value});
	}

	function schedulePing(): void {
		pingTimer = clock.after(WINDOW_PING_MS, () => {
			if (!isBlocked) send({type: 'ping'});
			schedulePing();
		});
	}

	function stop(): void {
		isStopped = true;
		batchTimer?.cancel();
		pingTimer?.cancel();
		stallTimer?.cancel();
	}

	return {
		start(from) {
			const isKnown = from?.launch === launch && changes.since(from.position) !== undefined;
			if (isKnown) {
				position = from.position;
				send({type: 'resumed', launch, position});
			} else sendSnapshot();
			sendChanges();
			schedulePing();
		},
		changed() {
			if (!isStopped && !isBlocked) batchTimer ??= clock.after(WINDOW_BATCH_MS, sendChanges);
		},
		drained() {
			if (!isBlocked) return;
			isBlocked = false;
			stallTimer?.cancel();
			stallTimer = undefined;
			sendChanges();
		},
		end(reason) {
			if (isStopped) return;
			send({type: 'end', reason});
			stop();
			// If the guest does not read its last lines in time, the connection is ended.
			stallTimer = clock.after(WINDOW_STALL_TIMEOUT_MS, cutOff);
		},
		stop,
	};
}
