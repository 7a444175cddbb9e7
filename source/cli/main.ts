/** Runs the command named in argv and sets the exit code. Errors are printed as one line; --debug also records the stack. */

import * as nodeModule from 'node:module';
import meow from 'meow';
import type {Debug} from '../core/environment.js';
import {UsageError} from '../core/errors.js';
import {createSystemClock} from '../network/system-clock.js';
import {readConfigFile} from '../storage/config-file.js';
import {resolveSystemDataDir} from '../storage/data-dir.js';
import {ensurePrivateDirectory} from '../storage/ensure-directory.js';
import {type CliContext, exitCodes} from './context.js';
import {type DebugLog, formatDebugLine, isDebugEnabled, openDebugLog} from './debug-log.js';
import {helpText} from './options/help-text.js';
import {unknownVariables} from './options/option-sources.js';
import type {Options} from './options/options.js';
import {createMeowParser, parseOptions} from './options/parse-options.js';
import {programVersion} from './program-version.js';
import {restoreIgnoredSignals} from './signals.js';
import {createErrorOutput, createOutput, type ErrorOutput, finishOutput} from './standard-output.js';
import {ensureTerminalSize} from './terminal-size.js';
import {installPatientTerminals} from './terminal-stream.js';

/** When the command has ended, the process exits after this time, ms, even if a timer or socket is still open. */
const FORCED_EXIT_DELAY_MS = 400;

/** Runs the program. `argv`: the arguments of the user. `secret`: the value of P2PCHAT_SECRET. Never rejects. */
export async function main(argv: readonly string[], secret: string | undefined): Promise<void> {
	installPatientTerminals();
	const {stdout, stderr} = process;
	const errorOutput = createErrorOutput(stderr);
	const {printError, printAnswer} = errorOutput;
	let debug: Debug = () => {};
	let debugLog: DebugLog | undefined;
	const fail = (error: unknown) => {
		debug('main', 'failed', {error});
		printError(describeError(error));
		return error instanceof UsageError ? exitCodes.usage : exitCodes.failed;
	};
	const crash = (error: unknown) => process.exit(fail(error));
	process.on('uncaughtException', crash);
	process.on('unhandledRejection', crash);
	const output = createOutput(stdout);
	try {
		const options = readOptions(argv, secret);
		if (options.help || options.version) {
			output.write(`${options.help ? helpText(options.command) : programVersion()}\n`);
			process.exitCode = (await finishOutput(output, errorOutput)) ? exitCodes.done : exitCodes.failed;
			return;
		}
		restoreIgnoredSignals(options.stay);
		for (const name of unknownVariables(process.env)) printError(`Unknown variable ${name} is ignored.`);
		if (options.debug !== undefined) debugLog = openDebugLog(options.debug, Date.now, options.sourceNames.debug);
		debug = debugLog?.debug ?? debugToStandardError(options, errorOutput);
		enableCompileCache(options);
		const {stdin} = process;
		ensureTerminalSize(stdout);
		const [version, clock] = [programVersion(), createSystemClock()];
		process.exitCode = await runCommand({
			options,
			version,
			clock,
			debug,
			stdin,
			stdout,
			output,
			printError,
			printAnswer,
		});
	} catch (error) {
		process.exitCode = fail(error);
	}
	setTimeout(() => process.exit(), FORCED_EXIT_DELAY_MS).unref();
	const isWritten = await finishOutput(output, errorOutput, FORCED_EXIT_DELAY_MS);
	const debugFailure = debugLog?.failure;
	if (debugFailure !== undefined) printError(debugFailure);
	if (!isWritten || debugFailure !== undefined) process.exitCode ||= exitCodes.failed;
}

function readOptions(argv: readonly string[], secret: string | undefined): Options {
	const readConfig = (dataDir: string | undefined) => readConfigFile(resolveSystemDataDir(dataDir).config);
	return parseOptions(argv, process.env, secret, createMeowParser(meow), readConfig, Date.now());
}

/**
 * Debug output to standard error, which the variable DEBUG enables. Throws UsageError if it would overwrite the full screen.
 */
function debugToStandardError(options: Options, errorOutput: ErrorOutput): Debug {
	if (!isDebugEnabled(process.env.DEBUG)) return () => {};
	if (options.command === 'chat' && options.mode === undefined && process.stderr.isTTY && process.stdout.isTTY) {
		throw new UsageError('DEBUG would print over the screen. Use --debug FILE, or redirect standard error: 2>FILE.');
	}
	return (scope, text, fields) => errorOutput.write(formatDebugLine(Date.now(), scope, text, fields));
}

/**
 * Turns on Node's compile cache, so that the next start of the chat is faster. Node 20 has no compile cache. The cache
 * contains code, so this program keeps it in the data folder of the user, and not in Node's default, the temporary
 * folder that all users share. The cache stays off with `--no-log`, and if the data folder cannot be used.
 */
function enableCompileCache({command, log, dataDir}: Options): void {
	if (command !== 'chat' || log.type === 'none') return;
	if (!('enableCompileCache' in nodeModule) || typeof nodeModule.enableCompileCache !== 'function') return;
	const {compileCache, notice} = resolveSystemDataDir(dataDir);
	if (notice !== undefined) return;
	try {
		ensurePrivateDirectory(compileCache);
	} catch {
		// The data folder cannot be used. The chat reports this later, so there is no message here.
		return;
	}

	nodeModule.enableCompileCache(compileCache);
}

async function runCommand(context: CliContext): Promise<number> {
	switch (context.options.command) {
		case 'chat':
			return (await import('./chat/chat.js')).runChat(context);
		case 'invite':
			return (await import('./chat/chat.js')).runInvitation(context);
		case 'send':
			return (await import('./commands/index.js')).runSend(context);
		case 'fetch':
			return (await import('./commands/index.js')).runFetch(context);
		case 'logs':
			return (await import('./commands/index.js')).runLogs(context);
		case 'export':
			return (await import('./commands/index.js')).runExport(context);
		case 'replay':
			return (await import('./commands/index.js')).runReplay(context);
		case 'doctor':
			return (await import('./commands/index.js')).runDoctor(context);
		case 'inspect':
			return (await import('./commands/index.js')).runInspect(context);
		case 'completion':
			return (await import('./commands/index.js')).runCompletion(context);
		case 'keep':
			return (await import('./commands/index.js')).runKeep(context);
		case 'attach':
			return (await import('./commands/index.js')).runAttach(context);
		case 'demo':
			return (await import('./commands/index.js')).runDemo(context);
		default:
			return context.options.command satisfies never;
	}
}

/** The message of an error as one text for the user, with the path and the advice of a StorageError. */
function describeError(error: unknown): string {
	if (!(error instanceof Error)) return `Failed: ${String(error)}`;
	const pathPrefix =
		'path' in error && typeof error.path === 'string' && !error.message.includes(error.path) ? `${error.path}: ` : '';
	const advice = 'advice' in error && typeof error.advice === 'string' ? error.advice : undefined;
	const message = `${pathPrefix}${error.message}`;
	return advice === undefined ? message : `${message.replace(/\.$/, '')}. ${advice}`;
}
