/** `inspect FILE`: prints the records of a log or captured frames as annotated lines, for people who debug the program. */
import {createReadStream} from 'node:fs';
import {crc32} from 'node:zlib';
import {UsageError} from '../../core/errors.js';
import {resolveSystemDataDir} from '../../storage/data-dir.js';
import {StorageError, toStorageError} from '../../storage/errors.js';
import {createLogScanner} from '../../storage/log-scanner.js';
import {type CliContext, exitCodes} from '../context.js';
import {inspectFrames} from '../inspect/inspect-frames.js';
import {createLogInspector} from '../inspect/inspect-log.js';
import {resolveLogPath} from '../saved-log.js';

/**
 * Maximum size of a capture (a file with recorded frames), bytes. A capture is held in memory; a log is read in chunks.
 */
const MAX_CAPTURE_BYTES = 256 * 1024 * 1024;

/** Resolves to the exit code: 1 if a part of the input is damaged. Throws UsageError if FILE is missing. */
export async function runInspect(context: CliContext): Promise<number> {
	const [file] = context.options.operands;
	if (file === undefined) throw new UsageError('Usage: p2pchat-ink inspect FILE, or - for standard input.');
	const path = file === '-' ? undefined : resolveLogPath(file, resolveSystemDataDir(context.options.dataDir));
	const input = path === undefined ? context.stdin : createReadStream(path);
	try {
		return await printInspection(context, input);
	} catch (error) {
		throw toStorageError(error, 'cannot read the file', path ?? 'standard input');
	}
}

async function printInspection({output, printError}: CliContext, input: AsyncIterable<Uint8Array>): Promise<number> {
	const print = async (lines: readonly string[]) => {
		for (const line of lines) output.write(`${line}\n`);
		if (output.isFull) await output.whenWritable();
	};
	const chunks: Uint8Array[] = [];
	let bytes = 0;
	let inspector: ReturnType<typeof createLogInspector> | undefined;
	for await (const chunk of input) {
		if (output.isClosed) break;
		if (inspector) {
			await print(inspector.push(chunk));
			continue;
		}
		chunks.push(chunk);
		bytes += chunk.length;
		if (bytes > MAX_CAPTURE_BYTES)
			throw new StorageError(
				'not-a-log',
				'is neither a log nor a capture of frames',
				'The input',
				`A capture has at most ${MAX_CAPTURE_BYTES} bytes.`,
			);
		if (!isLog(chunks[0] ?? new Uint8Array())) continue;
		inspector = createLogInspector();
		for (const first of chunks.splice(0)) await print(inspector.push(first));
	}
	let faults: number;
	if (inspector) {
		await print(inspector.end());
		faults = inspector.damaged;
	} else {
		const inspected = inspectFrames(Buffer.concat(chunks));
		await print(inspected.lines);
		faults = inspected.faults;
		if (bytes === 0) printError('The input is empty.');
	}
	await output.flush();
	return faults === 0 && bytes + Number(inspector !== undefined) > 0 ? exitCodes.done : exitCodes.failed;
}

/** Whether the first bytes of the input contain the header of a log. */
function isLog(start: Uint8Array): boolean {
	const scanner = createLogScanner(crc32);
	scanner.push(start);
	scanner.end();
	return scanner.header !== undefined;
}
