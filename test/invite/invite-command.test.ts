import jsqr from 'jsqr';
import {encode} from 'uqr';
import {expect, test} from 'vitest';
import {invitationLines, parseInviteAction, runInvite} from '../../source/node/commands/invite-command.js';
import type {Invitation, InvitationInfo} from '../../source/node/invitation.js';
import {qrCodeLines} from '../../source/ui/text/qr-code.js';
import {createFakeChatNode} from '../helpers/fake-chat-node.js';

// The package jsqr is CommonJS, but its types describe an ES module.
const jsQR = jsqr as unknown as typeof jsqr.default;
const URL = 'http://192.168.100.107:40123/#AAAAAAAAAAAAAAAAAAAAAA';
const info: InvitationInfo = {
	urls: [URL],
	packageUrl: 'http://192.168.100.107:40123/p2pchat-ink.tgz',
	packageHash: 'ab'.repeat(32),
	code: encode(URL, {ecc: 'L', border: 2}).data,
	guests: [{number: 3, address: '10.0.0.9', isConnected: false}],
	until: 0,
};

const self = createFakeChatNode().self;

/**
 * Reads the QR code in these rows of a terminal as a camera does. A cell of the terminal is one module (square) of the
 * code wide and two modules high.
 */
function scan(lines: readonly string[], isLight: boolean): string | undefined {
	const [scale, margin] = [4, 8];
	const width = (lines[0]?.length ?? 0) * scale + 2 * margin;
	const height = lines.length * 2 * scale + 2 * margin;
	const back = isLight ? 255 : 0;
	const pixels = new Uint8ClampedArray(width * height * 4).fill(back);
	for (const [row, line] of lines.entries()) {
		for (const [column, character] of [...line].entries()) {
			const halves = [/[█▀]/.test(character), /[█▄]/.test(character)];
			for (const [half, isDrawn] of halves.entries()) {
				if (!isDrawn) continue;
				for (let y = 0; y < scale; y++) {
					const start = (margin + (row * 2 + half) * scale + y) * width + margin + column * scale;
					pixels.fill(255 - back, start * 4, (start + scale) * 4);
				}
			}
		}
	}
	return jsQR(pixels, width, height, {inversionAttempts: 'dontInvert'})?.data;
}

test('a scanner reads the link of the invitation from the QR code that the screen draws, on dark and on light terminals', () => {
	for (const isLight of [false, true]) {
		const lines = qrCodeLines(info.code, isLight);
		expect(lines.length).toBeLessThan(21);
		expect(scan(lines, isLight)).toBe(URL);
	}
});

test('/invite takes no argument, `off`, `kick` with a number, or `--in-secret-room`', () => {
	expect(parseInviteAction('')).toEqual({action: 'open', inSecretRoom: false});
	expect(parseInviteAction('--in-secret-room')).toEqual({action: 'open', inSecretRoom: true});
	expect(parseInviteAction('off')).toEqual({action: 'off'});
	expect(parseInviteAction('kick 12')).toEqual({action: 'kick', guest: 12});
	for (const argument of ['on', 'kick', 'kick 0', 'kick 1 2', 'off now'])
		expect(parseInviteAction(argument)).toBeUndefined();
});

test('the printed invitation contains the link, the guests, the two commands that install and start the program, and the whole hash of the package', () => {
	const text = invitationLines(info, self).join('\n');
	expect(text).toContain(URL);
	expect(text).toContain('3 (10.0.0.9, away)');
	expect(text).toContain(
		'    curl -O http://192.168.100.107:40123/p2pchat-ink.tgz\n    npx ./p2pchat-ink.tgz --name YOU\n',
	);
	expect(text.replace(/\s/g, '')).toContain('ab'.repeat(32));
});

test('the printed command that starts the program of a guest names the room and port of the inviter, and asks for the secret instead of showing it', () => {
	const crew = createFakeChatNode('Carol', {room: 'our crew', hasSecret: true}).self;
	expect(invitationLines(info, {...crew, udpPort: 48_151})).toContain(
		'    npx ./p2pchat-ink.tgz --name YOU --room "our crew" --port 48151 --ask-secret',
	);
});

test('/invite off and /invite kick give an error while no window is open', async () => {
	const invitation: Invitation = {
		open: async () => ({refused: 'This room has a secret.'}),
		close: async () => {},
		kick: () => false,
		info: () => undefined,
	};
	expect(await runInvite({action: 'off'}, invitation, self)).toMatchObject({type: 'error'});
	expect(await runInvite({action: 'kick', guest: 1}, invitation, self)).toMatchObject({type: 'error'});
	expect(await runInvite({action: 'open', inSecretRoom: false}, invitation, self)).toEqual({
		type: 'error',
		text: 'This room has a secret.',
	});
	expect(await runInvite({action: 'off'}, undefined, self)).toMatchObject({type: 'error'});
});
