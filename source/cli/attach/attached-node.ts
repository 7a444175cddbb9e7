/**
 * Chat node of an attached screen. The real node runs in a keeper. The attached node has a store of its own. It first
 * reduces the log of the keeper, and then the same inputs as the store of the keeper. Therefore both stores go through
 * the same states.
 */
import {resolve as resolvePath} from 'node:path';
import type {Clock} from '../../core/environment.js';
import {compareOrder, type OrderKey} from '../../core/event-order.js';
import {findPosted} from '../../core/find-posted.js';
import {initialState, reduceInputs} from '../../core/reduce.js';
import type {State} from '../../core/state.js';
import {
	emptyTimeline,
	entryAt,
	insertEntries,
	positionOf,
	removeEntry,
	type TimelineEntry,
} from '../../core/timeline.js';
import {createFeedTips} from '../../feed/feed-tips.js';
import type {ChatNode} from '../../node/chat-node.js';
import {refuseName, refuseText, whenDelivered} from '../../node/conversation.js';
import {createEffectCommands} from '../../node/effect-commands.js';
import {idOf, type Reading, type ReadingChange, type Unread} from '../../node/reading.js';
import {createStore, type Store} from '../../node/store.js';
import {createVerification} from '../../node/verification.js';
import {expandHome} from '../../storage/home-path.js';
import {openLogReader} from '../../storage/log-reader.js';
import {whisperPrefix} from '../../ui/addressee.js';
import type {AttachRequest, KeeperMessage, OpenedMessage, ShareResult} from '../keep/keeper-messages.js';
import {restoreError} from '../keep/portable-error.js';
import {recordsToInputs} from '../saved-log.js';

export interface AttachedNode {
	readonly chatNode: ChatNode;
	/** Applies a message of the keeper. Called with the messages in the order in which they were sent. */
	receive(message: KeeperMessage): void;
}

interface AttachedNodeOptions {
	readonly opened: OpenedMessage;
	readonly clock: Clock;
	send(request: AttachRequest): void;
	/**
	 * Called when the keeper refused a request. `text`: a sentence for the user. `draft`: text to put back into the
	 * input.
	 */
	onRefused(text: string, draft?: string): void;
	detach(): void;
}

/**
 * Reads the log of the keeper, up to the position `end` in the message `opened`. Rejects with StorageError, or with an
 * Error if the keeper has begun another log at this path.
 */
export async function readKeptState({end, ephemeral}: OpenedMessage): Promise<State> {
	const reader = openLogReader(end.path);
	try {
		if (reader.marker !== end.marker) throw new Error(`The keeper has begun another log. Attach again.`);
		const tips = createFeedTips({roomTag: reader.header.roomTag});
		let state = initialState;
		for await (const records of reader.read(end.offset)) state = reduceInputs(state, recordsToInputs(records, tips));
		return {...state, ephemeral};
	} finally {
		reader.close();
	}
}

/** Creates the node. `state`: state of the keeper when the keeper sent `opened`. */
export function createAttachedNode(state: State, options: AttachedNodeOptions): AttachedNode {
	const {opened, clock, send} = options;
	const {self} = opened;
	const store = createStore(state);
	const reading = createMirroredReading(store, opened, send);
	let {report} = opened;
	const isLeaving = () => ({refused: 'The keeper has ended.'});
	let hasEnded = false;
	/**
	 * By the number of a pending `share` request: the function that resolves its call of `shareFile` with the result.
	 */
	const shares = new Map<number, (result: ShareResult) => void>();
	let lastShare = 0;

	/**
	 * Sends a request to the keeper. The checks in this process have accepted it. The returned seq is always 0, because
	 * the real seq is known only when the keeper has written the event.
	 */
	function request(message: AttachRequest): {readonly seq: number} | {readonly refused: string} {
		if (hasEnded) return isLeaving();
		send(message);
		return {seq: 0};
	}

	const verification = createVerification({
		ownKey: self.identityKey,
		contacts: {list: () => store.getState().ephemeral.contacts, add: () => {}, remove: () => {}},
		store,
		// The keeper itself warns if a peer takes the name of a verified person, so this process does not warn again.
		notices: {verifiedNameTaken: () => true},
		now: () => clock.now(),
		publish: () => {},
	});

	const chatNode: ChatNode = {
		store,
		reading: reading.reading,
		start: () => Promise.resolve(self),
		async stop() {
			hasEnded = true;
			for (const settle of shares.values()) settle(isLeaving());
			shares.clear();
			options.detach();
		},
		post(text, postOptions = {}) {
			const refused = refuseText(text);
			return refused === undefined ? request({type: 'post', text, options: postOptions}) : {refused};
		},
		...createEffectCommands({
			self: self.peer,
			getState: store.getState,
			append(body) {
				switch (body.type) {
					case 'marked':
						return request({type: 'mark', target: body.target, word: body.word, on: body.on});
					case 'corrected':
						return request({type: 'correct', target: body.target, text: body.text});
					case 'withdrawn':
						return request({type: 'withdraw', target: body.target});
					case 'pinned':
						return request({type: 'pin', target: body.target, on: body.on});
				}
			},
		}),
		whisper(peer, text) {
			const refused = refuseText(text);
			if (refused !== undefined) return {refused};
			const draft = whisperPrefix(store.getState(), peer) + text;
			const result = request({type: 'whisper', peer, text, draft});
			return 'refused' in result ? result : {id: 0};
		},
		readWhispers: () => void request({type: 'attached'}),
		// Only the input of scripts uses this number, and scripts do not attach.
		outstandingWhispers: () => 0,
		async shareFile(path, {note, name} = {}) {
			const id = ++lastShare;
			const result = new Promise<ShareResult>(resolve => shares.set(id, resolve));
			const names = {...(note !== undefined && {note}), ...(name !== undefined && {name})};
			const sent = request({type: 'share', id, path: resolvePath(expandHome(path)), ...names});
			if ('refused' in sent) return sent;
			const shared = await result;
			if ('error' in shared) throw restoreError(shared.error);
			return shared;
		},
		fetchFile(target, {directory} = {}) {
			const event = findPosted(store.getState().timeline, target);
			if (event?.type !== 'shared') return {refused: 'There is no such file here.'};
			const sent = request({
				type: 'fetch',
				target,
				...(directory !== undefined && {directory: resolvePath(directory)}),
			});
			return 'refused' in sent ? sent : {file: event.file};
		},
		cancelFile(file) {
			request({type: 'cancel', file});
			return true;
		},
		rename(name) {
			const refused = refuseName(name);
			return refused === undefined ? request({type: 'rename', name}) : {refused};
		},
		notifyTyping: () => void request({type: 'typing'}),
		addPeer: (host, port) => void request({type: 'add-peer', host, port}),
		dropPeer(host, port) {
			request({type: 'drop-peer', host, ...(port !== undefined && {port})});
			return true;
		},
		ignore: peers => void request({type: 'ignore', peers}),
		unignore: peers => void request({type: 'unignore', peers}),
		verification: {
			showNumber: verification.showNumber,
			confirm(peer, digits) {
				const refused = verification.confirm(peer, digits);
				if (!refused) request({type: 'verify', peer, digits});
				return refused;
			},
			forget(peer) {
				const refused = verification.forget(peer);
				if (!refused) request({type: 'forget', peer});
				return refused;
			},
		},
		setPersistenceStatus() {},
		notify() {},
		logEnd: () => undefined,
		whenDelivered: ms => whenDelivered(store, clock, self.peer, () => ownSeq(store.getState()), ms),
		reportNetwork: () => report,
	};

	return {
		chatNode,
		receive(message) {
			switch (message.type) {
				case 'commit':
					store.commit(message.inputs);
					return;
				case 'read':
					reading.apply(message.change);
					return;
				case 'report':
					({report} = message);
					return;
				case 'refused':
					options.onRefused(message.text, message.draft);
					return;
				case 'shared':
					shares.get(message.id)?.(message.result);
					shares.delete(message.id);
					return;
				case 'opened':
				case 'sent':
				case 'unavailable':
					return;
				default:
					message satisfies never;
			}
		},
	};
}

/** Seq of our newest event in the store. */
function ownSeq({timeline, launch}: State): number {
	for (let index = timeline.length - 1; index >= 0; index--) {
		const entry = entryAt(timeline, index);
		if (entry && entry.peer === launch?.peer && entry.seq > 0) return entry.seq;
	}
	return 0;
}

/**
 * The unread messages of the keeper. When the screen shows a message, the message is marked as read in this process at
 * once, and by a request also in the keeper.
 */
function createMirroredReading(
	store: Store,
	{unread: {keys, ...rest}}: OpenedMessage,
	send: (request: AttachRequest) => void,
): {reading: Reading; apply(change: ReadingChange): void} {
	const listeners = new Set<(change: ReadingChange) => void>();
	/** Sort keys of the unread messages, by the id that `idOf` returns. */
	const waiting = new Map<string, OrderKey>();
	let unread: Unread = {...rest, messages: emptyTimeline};

	function apply({added, removed, hasMissed}: ReadingChange): void {
		let {messages} = unread;
		const keys = removed === 'all' ? [...waiting.values()] : removed;
		for (const one of keys) {
			const id = idOf(one);
			const key = waiting.get(id);
			if (key && removed !== 'all') messages = removeEntry(messages, key);
			waiting.delete(id);
		}
		if (removed === 'all') messages = emptyTimeline;
		for (const key of added) waiting.set(idOf(key), key);
		messages = insertEntries(messages, entriesOf(store.getState(), added));
		unread = {...unread, messages, ...(hasMissed && {hasMissed})};
		for (const listener of listeners) listener({added, removed, ...(hasMissed && {hasMissed})});
	}

	apply({added: keys, removed: []});
	return {
		apply,
		reading: {
			unread: () => unread,
			markRead(entries) {
				const removed = [...entries].flatMap(entry => waiting.get(idOf(entry)) ?? []);
				if (removed.length === 0) return;
				send({type: 'mark-read', keys: removed});
				apply({added: [], removed});
			},
			markAllRead() {
				if (waiting.size === 0) return;
				send({type: 'mark-all-read'});
				apply({added: [], removed: 'all'});
			},
			subscribe(listener) {
				listeners.add(listener);
				return () => listeners.delete(listener);
			},
		},
	};
}

/** The entries of the timeline with these keys, in timeline order. */
function entriesOf({timeline}: State, keys: readonly OrderKey[]): TimelineEntry[] {
	return keys.toSorted(compareOrder).flatMap(key => {
		const entry = entryAt(timeline, positionOf(timeline, key));
		return entry && compareOrder(entry, key) === 0 ? [entry] : [];
	});
}
