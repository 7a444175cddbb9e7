import {readFileSync} from 'node:fs';
import {crc32} from 'node:zlib';
import {expect, it, test} from 'vitest';
import {createLogScanner} from '../../source/storage/log-scanner.js';
import {readLog} from './log-file.mjs';

const bytesOf = (name: string) => readFileSync(new URL(`../../fixtures/log/${name}.p2plog`, import.meta.url));

test.each(['good', 'torn', 'zeros', 'damaged-middle'])(
	'a log reader written from protocol.md finds the same records and damage in the %s log as the program',
	name => {
		const bytes = bytesOf(name);
		const log = readLog(bytes);
		const scanner = createLogScanner(crc32);
		const scanned = [...scanner.push(bytes), ...scanner.end()].map(({record}) => record);
		const ours = scanned.map(record => [record.type === 'batch' ? 'batch' : record.observation.type, record.loggedAt]);
		expect(log.records.map(({kind, loggedAt}) => [kind, loggedAt])).toEqual(ours);
		expect(ours.length).toBeGreaterThan(3);
		const {format, roomName} = scanner.header ?? {};
		expect(log.header).toMatchObject({format, roomName});
		const stretches = (kind: string) => scanner.damage.filter(one => one.kind === kind);
		expect(log.damaged).toEqual(stretches('damaged').map(({offset, length}) => [offset, length]));
		expect(log.torn).toBe(stretches('torn').reduce((sum, {length}) => sum + length, 0));
	},
);

it('the log reader uses the second header if the first one is damaged', () => {
	const bytes = bytesOf('good');
	bytes[20] = 0;
	expect(readLog(bytes).records).toEqual(readLog(bytesOf('good')).records);
	bytes[110] = 0;
	expect(() => readLog(bytes)).toThrow('this is not a log');
});

it('the log reader returns the entries of a batch unchanged', () => {
	const batch = readLog(bytesOf('good')).records.find(({kind}) => kind === 'batch');
	const [live, [, firstSeq, , entries]] = batch?.body ?? [];
	expect([live, firstSeq, entries.map(String)]).toEqual([true, 1, ['first entry', 'second entry']]);
});
