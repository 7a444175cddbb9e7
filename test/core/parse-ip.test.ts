import {isIP} from 'node:net';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {formatIp, parseIp} from '../../source/core/parse-ip.js';

/** Canonical text of an address by the URL parser of Node, which is independent of this program. */
const canonicalIpv6 = (text: string) => new URL(`http://[${text}]/`).hostname.slice(1, -1);

describe('an IP address', () => {
	it('an IPv4 address is unchanged after it is parsed and formatted', () => {
		fc.assert(fc.property(fc.ipV4(), text => formatIp(parseIp(text)!) === text));
	});

	it('an IPv6 address that is not IPv4-mapped is formatted as the URL standard formats it', () => {
		const group = fc.constantFrom('0', '0', '0', '00a', 'FFFF', '1', 'fe80');
		const text = fc.array(group, {minLength: 8, maxLength: 8}).map(groups => groups.join(':'));
		fc.assert(
			fc.property(fc.oneof(fc.ipV6(), text), address => {
				const canonical = canonicalIpv6(address);
				if (canonical.startsWith('::ffff:')) return;
				expect(formatIp(parseIp(address)!)).toBe(canonical);
			}),
			{numRuns: 500},
		);
	});

	it('an IP address is parsed if and only if Node accepts it', () => {
		const part = fc.constantFrom('0', '1', 'fe80', 'ffff1', 'g', '10.0.0.1', '256.0.0.1', '01.2.3.4', '%', '%eth0');
		const text = fc
			.array(fc.tuple(fc.constantFrom(':', ':', ':', '::', ''), part), {minLength: 1, maxLength: 9})
			.map(parts => parts.flat().join(''));
		fc.assert(
			fc.property(fc.oneof(text, fc.string()), address => {
				expect(parseIp(address) !== undefined).toBe(isIP(address) !== 0);
			}),
			{numRuns: 1000},
		);
	});

	it.each([
		['::ffff:10.0.0.1', '10.0.0.1'],
		['::FFFF:a00:1', '10.0.0.1'],
		['::ffff:0:10.0.0.1', '::ffff:0:a00:1'],
		['fe80::1%eth0', 'fe80::1%eth0'],
		['febf::1%12', 'febf::1%12'],
		['fec0::1%eth0', 'fec0::1'],
		['fd00::1%eth0', 'fd00::1'],
		['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
		['1:0:0:2:3:0:0:4', '1::2:3:0:0:4'],
		['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7'],
	])('the address %s is formatted as %s', (text, expected) => {
		expect(formatIp(parseIp(text)!)).toBe(expected);
	});

	it.each([
		'',
		' 1.2.3.4',
		'1.2.3.4\n',
		'1.2.3',
		'1.2.3.256',
		':::',
		'1::2::3',
		'::1%',
		'::1%a b',
		'::1%a%b',
		'1.2.3.4::',
	])('%j is no address', text => expect(parseIp(text)).toBeUndefined());
});
