/**
 * Destination of a fetch to standard output: it stores the parts and passes them on in order. The parts are also
 * stored in a file until the fetch ends. So this node can serve them to others during the fetch, and parts that
 * arrive out of order take no memory.
 */
import type {FileSink, NamedFile} from '../../core/file-content.js';
import {addPart, emptyPartSet, hasPart} from '../../core/part-set.js';
import {partCount} from '../../core/shared-file.js';
import {StorageError} from '../errors.js';

/**
 * Creates a destination that stores each part in `sink`, a destination on disk without parts of an earlier fetch, and
 * passes the parts to `writeBytes` in order. `writeBytes` resolves when the reader of the output accepts more bytes.
 */
export function createStreamSink(
	file: NamedFile,
	sink: FileSink,
	writeBytes: (bytes: Uint8Array) => Promise<void>,
): FileSink {
	const count = partCount(file.size);
	const written = emptyPartSet(count);
	let next = 0;
	let passing: Promise<void> = Promise.resolve();

	async function passOn(): Promise<void> {
		while (next < count && hasPart(written, next)) {
			const bytes = await sink.read(next);
			if (!bytes)
				throw new StorageError(
					'changed',
					'a part that was already written cannot be read back',
					file.name,
					'Fetch the file again.',
				);
			await writeBytes(bytes);
			next++;
		}
	}

	return {
		...sink,
		async write(part, bytes) {
			await sink.write(part, bytes);
			addPart(written, part);
			// If the part is the next one in order, `write` waits until the reader of the output has accepted it. So
			// the fetch is never faster than the reader.
			if (part !== next) return;
			passing = passing.then(passOn);
			await passing;
		},
		async finish() {
			passing = passing.then(passOn);
			await passing;
			return sink.finish();
		},
	};
}
