import {isIPv6} from 'node:net';
import fc from 'fast-check';
import {describe, expect, it, test} from 'vitest';
import {parseTarget} from '../../source/core/parse-target.js';

const target = (host: string, port?: number) => ({type: 'target', host, port});

describe('parseTarget', () => {
	test.each([
		['192.168.1.7', target('192.168.1.7')],
		['192.168.1.7:1', target('192.168.1.7', 1)],
		['carol.local:50123', target('carol.local', 50_123)],
		['carol.local.', target('carol.local.')],
		['a', target('a')],
		['böse_maus-2:65535', target('böse_maus-2', 65_535)],
		['::1', target('::1')],
		['[::1]', target('::1')],
		['[fe80::1%eth0]:9', target('fe80::1%eth0', 9)],
		['fe80::1%eth0', target('fe80::1%eth0')],
		['::ffff:10.0.0.1', target('10.0.0.1')],
		['FE80:0::1%eth0', target('fe80::1%eth0')],
		['10.0.0.host', target('10.0.0.host')],
	])('parseTarget accepts %s', (text, parsed) => {
		expect(parseTarget(text)).toEqual(parsed);
	});

	test.each([
		'',
		' ',
		'a b',
		'-a',
		'a-',
		'a:',
		'a:b',
		':9',
		'[]',
		'[a]:9',
		'[::1',
		'::1]:9',
		'http://a',
		'a:1:2',
		'[10.0.0.1]',
		'999.1.1.1',
		'10.0.0.256:9',
		'127.1',
		'0x7f.1',
		'010.0.0.1',
		'10.0.0.1.',
	])('parseTarget reports an invalid host for "%s"', text => {
		expect(parseTarget(text)).toEqual({type: 'invalid-host'});
	});

	test.each([
		['a:0', '0'],
		['a:65536', '65536'],
		['[::1]:99999', '99999'],
	])('parseTarget reports an invalid port for %s', (text, port) => {
		expect(parseTarget(text)).toEqual({type: 'invalid-port', port});
	});

	it('parseTarget accepts the IPv6 addresses that Node accepts', () => {
		const part = fc.constantFrom('0', '1', 'fe80', 'ffff1', 'g', '10.0.0.1', '256.0.0.1', '%', '%eth0');
		const separator = fc.constantFrom(':', ':', ':', '::', '');
		const text = fc
			.array(fc.tuple(separator, part), {minLength: 1, maxLength: 9})
			.chain(parts => separator.map(end => parts.flat().join('') + end));
		const check = (address: string): void => {
			expect(parseTarget(`[${address}]`).type === 'target').toBe(isIPv6(address));
		};
		fc.assert(fc.property(fc.oneof(text, fc.ipV6()), check), {numRuns: 500});
		for (const address of [
			'::',
			'1::',
			'1:2:3:4:5:6:7:8',
			'1:2:3:4:5:6:7::',
			'1:2:3:4:5:6:10.0.0.1',
			'1.2.3.4::',
			'::1.2.3.4:1',
		])
			check(address);
	});
});
