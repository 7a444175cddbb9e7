/** Runs a node without a screen, for `--json` and `--plain`: executes input lines and prints events in the order of the log. */

import type {ChatNode, SelfInfo} from '../../node/chat-node.js';
import {invitationLines} from '../../node/commands/invite-command.js';
import {qrCodeLines} from '../../ui/text/qr-code.js';
import {themeOf} from '../../ui/theme.js';
import {noUnread} from '../../ui/timeline/describe-unread.js';
import {type CliContext, exitCodes} from '../context.js';
import {createExitRequest} from '../exit-request.js';
import {jsonInvitation, jsonReady, jsonUnread, toJsonLine} from '../output/format-json.js';
import {createJsonReportFormatter, createPlainReports} from '../output/report-formats.js';
import {createReporter, type Reporter} from '../output/reporter.js';
import {openNode} from './open-node.js';
import {readInput} from './read-input.js';

/**
 * Maximum time to write the remaining output to a slow reader after a signal, ms. The program must exit within one
 * second after the signal.
 */
const SIGNAL_FLUSH_MS = 300;

/** Runs the chat until the input ends, a signal arrives or the output is closed. Resolves to the exit code. */
export async function runHeadless(context: CliContext, mode: 'json' | 'plain'): Promise<number> {
	const {output, clock, options, stdin, printError} = context;
	const relaunch = () => {
		printError(
			'This computer woke on another network. The chat has ended, so that its messages are not sent there. Start it again.',
		);
		exitCode = exitCodes.failed;
		exitRequest.request('quit');
	};
	const node = await openNode(context, {keepsLog: true, relaunch});
	const {chatNode} = node;
	const jsonFormatter = mode === 'json' ? createJsonReportFormatter() : undefined;
	const {reading} = chatNode;
	const plain = createPlainReports(
		() => reading?.unread() ?? noUnread,
		() => clock.now(),
	);
	const reporter = createReporter(output, jsonFormatter?.format ?? plain.format, clock, chatNode.store.getState, () => {
		// All messages were printed, so they are marked as read, unless nobody gets the output or history is held back.
		if (!output.isClosed && !plain.isHoldingBack()) reading?.markAllRead();
	});
	chatNode.store.subscribe(reporter.onCommit);
	const exitRequest = createExitRequest(output);
	let exitCode: number = exitCodes.done;
	try {
		const self = await Promise.race([node.start(), exitRequest.requested]);
		if (typeof self === 'object') {
			reporter.start(jsonFormatter && [jsonReady(self, node.name), ...jsonUnread(chatNode)].map(toJsonLine).join('\n'));
			if (options.command === 'invite' && !(await openWindow(context, chatNode, self, reporter, mode))) {
				exitCode = exitCodes.failed;
				exitRequest.request('quit');
			}
			const quit = () => exitRequest.request('quit');
			const inputDone = readInput({
				context,
				chatNode,
				self,
				reporter,
				jsonFormatter,
				quit,
			}).then(result => {
				if (options.stay || options.command === 'invite') return;
				exitCode = result;
				exitRequest.request('input-ended');
			});
			await Promise.race([inputDone.then(() => exitRequest.requested), exitRequest.requested]);
		}
		const reason = await exitRequest.requested;
		await chatNode.stop();
		await reporter.finish(
			jsonFormatter && toJsonLine({type: 'bye', reason}),
			reason === 'signal' ? SIGNAL_FLUSH_MS : undefined,
		);
		return exitCode;
	} finally {
		exitRequest.stop();
		stdin.destroy();
	}
}

/**
 * Opens the window for guests (a page of the room over HTTP) and prints its links. Resolves to false if it cannot be
 * opened.
 */
async function openWindow(
	{options, stdout, printError}: CliContext,
	{invitation}: ChatNode,
	self: SelfInfo,
	reporter: Reporter,
	mode: 'json' | 'plain',
): Promise<boolean> {
	const opened = (await invitation?.open(options)) ?? {refused: 'The window for guests is not available here.'};
	if ('refused' in opened) {
		printError(opened.refused);
		return false;
	}
	const theme = themeOf(process.env, options);
	const code = stdout.isTTY && theme.isUnicode ? qrCodeLines(opened.code, theme.background === 'light') : [];
	const lines = mode === 'json' ? [] : [...code, ...invitationLines(opened, self)].map(line => `    ${line}`.trimEnd());
	if (mode === 'json') reporter.writeLine(toJsonLine(jsonInvitation(opened)));
	for (const line of lines) reporter.writeLine(line);
	return true;
}
