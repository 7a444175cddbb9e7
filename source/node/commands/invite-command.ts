/** The command `/invite`. It opens, describes and closes the window for guests (a web page that shows the room). */
import type {SelfInfo} from '../chat-node.js';
import {packageCommand} from '../cli-hints.js';
import type {Invitation, InvitationInfo, InvitationResult} from '../invitation.js';

export type InviteAction =
	| {readonly action: 'open'; readonly inSecretRoom: boolean}
	| {readonly action: 'off'}
	| {readonly action: 'kick'; readonly guest: number};

export type InviteOutcome =
	| {readonly type: 'done' | 'error'; readonly text: string}
	| {
			readonly type: 'lines';
			readonly title: string;
			readonly lines: readonly string[];
			readonly invitation: InvitationInfo;
	  };

/** Parses the argument of `/invite`. Undefined if the argument is wrong. */
export function parseInviteAction(argument: string): InviteAction | undefined {
	if (argument === '' || argument === '--in-secret-room')
		return {action: 'open', inSecretRoom: argument === '--in-secret-room'};
	if (argument === 'off') return {action: 'off'};
	const guest = /^kick\s+([1-9]\d{0,5})$/.exec(argument)?.[1];
	return guest === undefined ? undefined : {action: 'kick', guest: Number(guest)};
}

const CLOSED = 'The window for guests is not open. /invite opens it.';

export function runInvite(
	action: InviteAction,
	invitation: Invitation | undefined,
	self: SelfInfo,
): InviteOutcome | Promise<InviteOutcome> {
	if (!invitation) return {type: 'error', text: 'The window for guests is not available here.'};
	switch (action.action) {
		case 'open':
			return invitation.open(action).then(result => toOutcome(result, self));
		case 'off':
			if (!invitation.info()) return {type: 'error', text: CLOSED};
			return invitation.close().then(() => ({type: 'done', text: 'The window for guests is closed.'}));
		case 'kick':
			if (!invitation.info()) return {type: 'error', text: CLOSED};
			return invitation.kick(action.guest)
				? {
						type: 'done',
						text: `Guest ${action.guest} was sent away. The old link no longer works. /invite shows the new link.`,
					}
				: {type: 'error', text: `There is no guest ${action.guest}. /invite lists the guests.`};
		default:
			return action satisfies never;
	}
}

function toOutcome(result: InvitationResult, self: SelfInfo): InviteOutcome {
	if ('refused' in result) return {type: 'error', text: result.refused};
	return {type: 'lines', title: 'Window for guests', lines: invitationLines(result, self), invitation: result};
}

/** Description of an open window for guests as lines of text. The QR code is not included. */
export function invitationLines(info: InvitationInfo, self: SelfInfo): string[] {
	const [first = '', ...others] = info.urls;
	return [
		'With a phone or any browser in this network, to read along:',
		`    ${first}`,
		...others.map(url => `    ${url}`),
		'Anybody who has this link can read the whole room. The page travels without encryption. /invite off closes the page.',
		`Guests: ${describeGuests(info)}`,
		'',
		'To pass this program on to a computer with Node and npm, type there:',
		`    curl -O ${shellUrl(info.packageUrl)}`,
		`    ${packageCommand(self)}`,
		'The second line runs a program that comes from this computer. Others on this network can replace it on the way.',
		'So before the second line, run this command there: sha256sum p2pchat-ink.tgz',
		'(macOS: shasum -a 256 p2pchat-ink.tgz). The hash that it prints must be:',
		`    ${info.packageHash.slice(0, 32)}`,
		`    ${info.packageHash.slice(32)}`,
	];
}

/** Quotes the URL of an IPv6 address, because shells such as zsh interpret its brackets as a pattern. */
function shellUrl(url: string): string {
	return url.includes('[') ? `"${url}"` : url;
}

function describeGuests({guests}: InvitationInfo): string {
	if (guests.length === 0) return 'nobody yet.';
	const names = guests.map(({number, address, isConnected}) => `${number} (${address}${isConnected ? '' : ', away'})`);
	return `${names.join(', ')}. /invite kick N sends one away.`;
}
