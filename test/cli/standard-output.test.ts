import {Writable} from 'node:stream';
import {describe, expect, it} from 'vitest';
import {createErrorOutput, createOutput, finishOutput} from '../../source/cli/standard-output.js';

/** A stream on which every write fails with the error code `code`. */
function failingStream(code: string, properties: {isTTY?: boolean} = {}): Writable {
	const stream = new Writable({
		write: (_chunk, _encoding, done) => done(Object.assign(new Error('write failed'), {code})),
	});
	return Object.assign(stream, properties);
}

function collectingStream(): {stream: Writable; text: () => string} {
	let text = '';
	const stream = new Writable({
		write(chunk, _encoding, done) {
			text += String(chunk);
			done();
		},
	});
	return {stream, text: () => text};
}

async function writeTo(stream: Writable): Promise<{isWritten: boolean; message: string; isClosed: boolean}> {
	const errors = collectingStream();
	const output = createOutput(stream);
	output.write('text\n');
	const isWritten = await finishOutput(output, createErrorOutput(errors.stream));
	await new Promise(resolve => setImmediate(resolve));
	return {isWritten, message: errors.text(), isClosed: output.isClosed};
}

describe('a failed write to standard output', () => {
	it.each([
		['ENOSPC', 'the disk is full'],
		['EIO', 'the disk reports an error'],
		['EBADF', 'it is not open for writing'],
		['EDQUOT', 'your disk quota is used up'],
	])('a failed write to standard output is reported when it fails with %s', async (code, reason) => {
		expect(await writeTo(failingStream(code))).toEqual({
			isWritten: false,
			message: `p2pchat-ink: Cannot write to standard output: ${reason}.\n`,
			isClosed: true,
		});
	});

	it('a failed write to standard output causes no message if the reader has closed its end, or if the terminal has hung up', async () => {
		const quiet = {isWritten: true, message: '', isClosed: true};
		expect(await writeTo(failingStream('EPIPE'))).toEqual(quiet);
		expect(await writeTo(failingStream('EIO', {isTTY: true}))).toEqual(quiet);
	});

	it('a failed write to standard error makes the exit code 1', async () => {
		const errors = createErrorOutput(failingStream('ENOSPC'));
		errors.printError('a warning');
		expect(await finishOutput(createOutput(collectingStream().stream), errors)).toBe(false);
	});
});
