/**
 * One attached screen, seen from the keeper: sends the state and the changes of the state, and runs what the screen
 * requests.
 */
import type {Clock, Timer} from '../../core/environment.js';
import type {OrderKey} from '../../core/event-order.js';
import {sliceTimeline} from '../../core/timeline.js';
import type {ChatNode, SelfInfo} from '../../node/chat-node.js';
import {typedMessage} from '../../node/commands/parse-command.js';
import type {ReadingChange} from '../../node/reading.js';
import type {ScreenNotes} from '../../ui/screen-contract.js';
import type {AttachRequest, KeeperMessage} from './keeper-messages.js';
import {toPortableError} from './portable-error.js';

const REPORT_INTERVAL_MS = 1000;

export interface KeeperSessionOptions {
	readonly chatNode: ChatNode;
	readonly self: SelfInfo;
	readonly clock: Clock;
	send(message: KeeperMessage): void;
	/** The notes that a screen saved last. All sessions share them. */
	readonly notes: {current: ScreenNotes};
}

export interface KeeperSession {
	handle(request: AttachRequest): void;
	stop(): void;
}

/** Begins a session. Returns undefined if the screen cannot read the log now; the message `unavailable` says why. */
export function startKeeperSession(options: KeeperSessionOptions): KeeperSession | undefined {
	const {chatNode, self, clock, send, notes} = options;
	const end = chatNode.logEnd();
	const state = chatNode.store.getState();
	if (!end) {
		const reason = state.ephemeral.savingReason ?? 'it has no log';
		send({type: 'unavailable', text: `The keeper cannot save its log now, so nobody can attach to it: ${reason}.`});
		return undefined;
	}
	const {messages, ...unread} = chatNode.reading?.unread() ?? {messages: undefined};
	const keys = messages ? sliceTimeline(messages, 0, messages.length).map(keyOf) : [];
	let report = JSON.stringify(chatNode.reportNetwork());
	send({
		type: 'opened',
		// Copied, because some properties are getters, whose present values are sent.
		self: {...self},
		end,
		ephemeral: state.ephemeral,
		unread: {...unread, keys},
		report: JSON.parse(report),
		screen: notes.current,
	});
	/**
	 * Changes of the unread messages that are not sent yet. They name entries, so the commit with the entries is sent
	 * first.
	 */
	let changes: ReadingChange[] = [];

	function sendChanges(): void {
		for (const change of changes) send({type: 'read', change});
		changes = [];
	}

	const unsubscribe = [
		chatNode.store.subscribe((_state, inputs) => {
			send({type: 'commit', inputs});
			sendChanges();
		}),
		chatNode.reading?.subscribe(change => {
			changes.push(change);
			queueMicrotask(sendChanges);
		}),
	];

	function sendReport(): void {
		timer = clock.after(REPORT_INTERVAL_MS, sendReport);
		const next = JSON.stringify(chatNode.reportNetwork());
		if (next === report) return;
		report = next;
		send({type: 'report', report: JSON.parse(next)});
	}
	let timer: Timer = clock.after(REPORT_INTERVAL_MS, sendReport);

	/** If `result` is a refusal, sends it to the screen. `draft`: text to put back into the input. */
	function answer(result: object | undefined, draft?: string): void {
		if (result && 'refused' in result && typeof result.refused === 'string')
			send({type: 'refused', text: result.refused, ...(draft !== undefined && {draft})});
	}

	async function share({id, path, note, name}: AttachRequest & {type: 'share'}): Promise<void> {
		const shareOptions = {...(note !== undefined && {note}), ...(name !== undefined && {name})};
		const result = await chatNode
			.shareFile(path, shareOptions)
			.catch((error: unknown) => ({error: toPortableError(error)}));
		send({type: 'shared', id, result});
	}

	return {
		handle(request) {
			switch (request.type) {
				case 'post':
					return answer(chatNode.post(request.text, request.options), typedMessage(request.text, request.options));
				case 'send': {
					const posted = chatNode.post(request.text);
					if ('refused' in posted) return answer(posted);
					void chatNode.whenDelivered(request.waitMs).then(isDelivered => send({type: 'sent', isDelivered}));
					return;
				}
				case 'mark':
					return answer(chatNode.mark(request.target, request.word, request.on));
				case 'correct':
					return answer(chatNode.correct(request.target, request.text), typedMessage(request.text));
				case 'whisper':
					return answer(chatNode.whisper(request.peer, request.text), request.draft);
				case 'share':
					return void share(request);
				case 'fetch': {
					const {target, directory} = request;
					return answer(chatNode.fetchFile(target, directory === undefined ? {} : {directory}));
				}
				case 'cancel':
					return void chatNode.cancelFile(request.file);
				case 'withdraw':
					return answer(chatNode.withdraw(request.target));
				case 'pin':
					return answer(chatNode.pin(request.target, request.on));
				case 'rename':
					return answer(chatNode.rename(request.name));
				case 'attached':
					return chatNode.readWhispers();
				case 'typing':
					return chatNode.notifyTyping();
				case 'add-peer':
					return chatNode.addPeer(request.host, request.port);
				case 'drop-peer':
					if (!chatNode.dropPeer(request.host, request.port))
						answer({
							refused: `${request.host} was not removed: you did not add this address, or the peer is connected.`,
						});
					return;
				case 'ignore':
					return chatNode.ignore(request.peers);
				case 'unignore':
					return chatNode.unignore(request.peers);
				case 'mark-read':
					return chatNode.reading?.markRead(request.keys);
				case 'mark-all-read':
					return chatNode.reading?.markAllRead();
				case 'verify': {
					const shown = chatNode.verification.showNumber(request.peer);
					return answer('refused' in shown ? shown : chatNode.verification.confirm(request.peer, request.digits));
				}
				case 'forget':
					return answer(chatNode.verification.forget(request.peer));
				case 'screen':
					notes.current = request.notes;
					return;
				default:
					request satisfies never;
			}
		},
		stop() {
			timer.cancel();
			for (const remove of unsubscribe) remove?.();
		},
	};
}

function keyOf({ms, counter, peer, seq}: OrderKey): OrderKey {
	return {ms, counter, peer, seq};
}
