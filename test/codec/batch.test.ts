import fc from 'fast-check';
import {expect, test} from 'vitest';
import {batchFields, readBatch} from '../../source/codec/batch.js';
import {pack, unpack} from '../../source/codec/msgpack.js';
import type {Batch} from '../../source/core/batch.js';
import {ProtocolError} from '../../source/core/errors.js';
import {MAX_BATCH_BYTES, MAX_BATCH_ENTRIES, MAX_ENTRY_BYTES} from '../../source/core/limits.js';
import * as arbitrary from './arbitraries.js';

const read = (value: unknown) => readBatch(unpack(pack(value)), 'batch');
const [sample] = fc.sample(arbitrary.batch, {numRuns: 1, seed: 2}) as [Batch];
const filled = (count: number, length: number) => Array.from({length: count}, () => new Uint8Array(length).fill(1));
const withEntries = (entries: readonly unknown[]) => batchFields({...sample, entries: entries as Uint8Array[]});

test('a decoded batch equals the encoded one', () => {
	fc.assert(
		fc.property(arbitrary.batch, batch => {
			expect(arbitrary.plain(read(batchFields(batch)))).toEqual(arbitrary.plain(batch));
		}),
	);
});

test('additional fields of later versions in a batch are ignored', () => {
	expect(arbitrary.plain(read([...batchFields(sample), 'later']))).toEqual(arbitrary.plain(sample));
});

test('batches of the largest allowed size are accepted', () => {
	expect(read(withEntries(filled(8, MAX_ENTRY_BYTES))).entries).toHaveLength(8);
	expect(read(withEntries(filled(MAX_BATCH_ENTRIES, 16))).entries).toHaveLength(MAX_BATCH_ENTRIES);
});

test.each<[string, unknown]>([
	['no entries', withEntries([])],
	['an empty entry', withEntries([new Uint8Array(0)])],
	['an entry that is a string', withEntries(['text'])],
	['an entry above the limit', withEntries(filled(1, MAX_ENTRY_BYTES + 1))],
	['too many bytes in total', withEntries([...filled(8, MAX_ENTRY_BYTES), new Uint8Array(MAX_BATCH_BYTES / 8)])],
	['too many entries', withEntries(filled(MAX_BATCH_ENTRIES + 1, 1))],
	['seq 0', batchFields({...sample, firstSeq: 0})],
	['a seq with a fraction', batchFields({...sample, firstSeq: 1.5})],
	['a last seq beyond the safe integers', batchFields({...sample, firstSeq: Number.MAX_SAFE_INTEGER})],
	['a short hash', batchFields({...sample, previousHash: new Uint8Array(31)})],
	['a short signature', batchFields({...sample, signature: new Uint8Array(63)})],
	['a short peer id', [new Uint8Array(31), ...batchFields(sample).slice(1)]],
	['a missing field', batchFields(sample).slice(0, 4)],
	['a map in place of its array', {...sample}],
])('a batch with %s is rejected', (_title, value) => {
	expect(() => read(value)).toThrow(ProtocolError);
});
