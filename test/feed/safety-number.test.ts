import {createHash} from 'node:crypto';
import {describe, expect, it} from 'vitest';
import {computeSafetyNumber, formatSafetyNumber} from '../../source/feed/safety-number.js';

const [ann, bob] = ['0a'.repeat(32), 'b0'.repeat(32)];

/** Digits of one key by the definition in protocol.md, computed with big integers and without code of the program. */
function referenceDigits(hex: string): string {
	const key = Buffer.from(hex, 'hex');
	let hash = Buffer.concat([Buffer.from('p2pchat-ink safety number 1'), key]);
	for (let round = 0; round < 5200; round++)
		hash = createHash('sha512')
			.update(Buffer.concat([hash, key]))
			.digest();
	return [0, 5, 10, 15, 20, 25]
		.map(at => BigInt(`0x${hash.subarray(at, at + 5).toString('hex')}`) % 100_000n)
		.map(value => value.toString().padStart(5, '0'))
		.join('');
}

describe('safety number', () => {
	it('both people compute the same safety number from their two keys', () => {
		expect(computeSafetyNumber(ann, bob)).toBe(computeSafetyNumber(bob, ann));
		expect(computeSafetyNumber(ann, bob)).toMatch(/^\d{60}$/);
	});

	it('a safety number consists of 30 digits of each key, the smaller 30 digits first', () => {
		const halves = [referenceDigits(ann), referenceDigits(bob)];
		expect(computeSafetyNumber(ann, bob)).toBe(halves.sort().join(''));
	});

	it('two people get a different safety number if one of the two keys is another one', () => {
		const numbers = ['00', '01', '02', 'ff'].map(byte => computeSafetyNumber(ann, `${byte}${'b0'.repeat(31)}`));
		expect(new Set(numbers).size).toBe(4);
	});

	it('a safety number is shown in groups of five digits', () => {
		const digits = Array.from({length: 60}, (_, index) => index % 10).join('');
		expect(formatSafetyNumber(digits)).toEqual([
			'01234 56789 01234 56789 01234 56789',
			'01234 56789 01234 56789 01234 56789',
		]);
	});
});
