import {readdirSync, readFileSync} from 'node:fs';
import {describe, expect, it, test} from 'vitest';
import * as limits from '../../source/core/limits.js';
import {document, fixtureOf, readExamples} from './read-document.js';

const examples = readExamples();
const source = new URL('../../source/', import.meta.url);
const files = readdirSync(source, {recursive: true, encoding: 'utf8'}).filter(name => name.endsWith('.ts'));

describe('every example in protocol.md', () => {
	test.each(examples)('shows $claim byte for byte', ({claim, shown}) => {
		expect(shown).toBe(fixtureOf(claim));
	});

	it('is hexadecimal digits and nothing else, and there are some of each kind', () => {
		for (const {shown} of examples) expect(shown).toMatch(/^([0-9a-f]{2})+$/);
		const kinds = new Set(examples.map(({claim}) => claim.split(' ')[0]));
		for (const name of ['keys', 'beacons', 'messages', 'entries', 'batches']) {
			expect(kinds).toContain(`fixtures/codec/${name}.json`);
		}
		expect(kinds).toContain('fixtures/log/good.p2plog');
	});
});

describe('protocol.md names', () => {
	const text = files
		.filter(name => /^(codec|feed|network|session)\//.test(name))
		.map(name => readFileSync(new URL(name, source), 'utf8'))
		.join('\n');
	const find = (pattern: RegExp) => [...new Set([...text.matchAll(pattern)].map(([, word = '']) => word))].sort();

	const missing = (words: readonly string[]) => words.filter(word => !document.includes(`\`${word}\``));

	it('every error code', () => {
		const codes = find(
			/(?:new ProtocolError\(|\bfail\(\s*|type: 'invalid', code: |type: 'rejected', code: )'([a-z-]+)'/g,
		);
		expect(codes).toContain('bad-signature');
		expect(missing(codes)).toEqual([]);
	});

	it('every message, kind of entry and kind of record', () => {
		const says = (word = '') => document.includes(`**${word}**`) || document.includes(`| \`${word}\` |`);
		const rows = [...document.matchAll(/^\| ([a-z-]+) \|/gm)].map(([, word]) => word);
		const messages = [...readFileSync(new URL('codec/message.ts', source), 'utf8').matchAll(/case '([a-z]+)':/g)];
		const kinds = [...readFileSync(new URL('codec/entry.ts', source), 'utf8').matchAll(/case '([a-z]+)':/g)];
		const records = [
			...readFileSync(new URL('codec/log-observation.ts', source), 'utf8').matchAll(/case '([a-z-]+)':/g),
		];
		expect(messages.map(([, word]) => word).filter(word => !says(word))).toEqual([]);
		expect([...kinds, ...records].map(([, word]) => word).filter(word => !rows.includes(word))).toEqual([]);
	});

	it('every label that a key or signature is bound to', () => {
		const labels = find(/'(p2pchat-ink [a-z ]+ 1)'/g);
		expect(labels.length).toBeGreaterThanOrEqual(5);
		for (const label of labels) expect(document).toContain(`"${label}"`);
	});

	it('no limit that does not exist', () => {
		const names = new Set([...document.matchAll(/\b[A-Z]+(?:_[A-Z]+)+\b/g)].map(([name]) => name));
		const foreign = ['SO_REUSEADDR', 'EXPORTER_SECRET'];
		expect([...names].filter(name => !(name in limits) && !foreign.includes(name))).toEqual([]);
	});

	it('every section that it refers to', () => {
		for (const [, slug = ''] of document.matchAll(/\]\(#([\w-]+)\)/g)) {
			const headings = [...document.matchAll(/^## (.+)$/gm)].map(([, heading = '']) =>
				heading
					.toLowerCase()
					.replace(/[^\w -]/g, '')
					.replaceAll(' ', '-'),
			);
			expect(headings).toContain(slug);
		}
	});
});
