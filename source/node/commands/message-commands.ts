/**
 * Commands about one message. The user refers to the message by its number in a list, or by `last`. In the modes
 * without a full screen, no message can be selected in the timeline. There, these commands are the only way to reply,
 * react, correct, withdraw and pin.
 */
import type {WrittenEvent} from '../../core/event.js';
import {findPosted} from '../../core/find-posted.js';
import {isIgnored} from '../../core/name-collisions.js';
import {selectMarks} from '../../core/select-marks.js';
import type {PostResult} from '../conversation.js';
import {findNewest, isOwnMessage, newestOwnMessage} from '../effect-commands.js';
import type {CommandContext, CommandResult} from './command-result.js';
import {expandEmoji, isTypedReaction} from './emoji.js';
import type {MessageCommand} from './parse-command.js';

export function runMessageCommand(command: MessageCommand, context: CommandContext): CommandResult {
	const message = resolveMessage(command, context);
	if (typeof message === 'string') return {type: 'error', text: message};
	const {chatNode} = context;
	const target = {peer: message.peer, seq: message.seq};
	switch (command.type) {
		case 'reply':
			return toResult(chatNode.post(command.text, {replyTo: target}));
		case 'correct':
			return toResult(chatNode.correct(target, command.text));
		case 'react': {
			const word = expandEmoji(command.word);
			if (!isTypedReaction(word)) return {type: 'error', text: NO_EMOJI};
			const isOn = selectMarks(chatNode.store.getState(), target).some(mark => mark.isOwn && mark.word === word);
			return toResult(chatNode.mark(target, word, !isOn));
		}
		case 'withdraw':
			return toResult(chatNode.withdraw(target), 'The message is hidden for everybody. It is not erased.');
		case 'pin':
			return toResult(chatNode.pin(target, true));
		case 'unpin':
			return toResult(chatNode.pin(target, false));
		case 'thread':
			return {type: 'intent', intent: {type: 'thread', message: target}};
		default:
			return command satisfies never;
	}
}

const NO_EMOJI = 'A reaction is an emoji or its short name, for example 👍 or :tada:.';

function toResult(result: PostResult, text?: string): CommandResult {
	if ('refused' in result) return {type: 'error', text: result.refused};
	return {type: 'done', seq: result.seq, ...(text !== undefined && {text})};
}

/** The message to which the command refers. If there is none, a sentence for the user that says why. */
function resolveMessage({type, message}: MessageCommand, context: CommandContext): WrittenEvent | string {
	const {chatNode, numbers} = context;
	if (message === 'last') return findLast(type === 'correct' || type === 'withdraw', context);
	const ref = numbers.find(message);
	if (!ref) return `No message has the number ${message}. /messages lists messages with their numbers.`;
	return findPosted(chatNode.store.getState().timeline, ref) ?? 'This message is not here any more.';
}

/**
 * Finds the newest message that is not withdrawn: of this user if `isOwn` is true, otherwise of any other person who is not
 * ignored.
 */
function findLast(isOwn: boolean, {chatNode, self, ignored}: CommandContext): WrittenEvent | string {
	const state = chatNode.store.getState();
	const found = isOwn
		? newestOwnMessage(state, self.peer)
		: findNewest(state, one => !isOwnMessage(state, self.peer, one) && !isIgnored(state, ignored, one));
	if (found) return found;
	return isOwn
		? 'None of the newest messages is yours. /messages lists messages with their numbers.'
		: 'None of the newest messages is by somebody else. /messages lists messages with their numbers.';
}
