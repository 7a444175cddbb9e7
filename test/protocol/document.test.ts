import {readdirSync, readFileSync} from 'node:fs';
import {describe, expect, it, test} from 'vitest';
import type {EntryBody} from '../../source/codec/entry.js';

import type {Message} from '../../source/codec/message-types.js';
import type {Observation} from '../../source/core/event.js';
import * as limits from '../../source/core/limits.js';
import {document, fixtureOf, readExamples} from './read-document.js';

const examples = readExamples();

/** The types require complete tables: with a missing or unknown name, this file does not compile. */
const messages: Record<Message['type'], true> = {
	hello: true,
	have: true,
	want: true,
	events: true,
	peers: true,
	ping: true,
	pong: true,
	alive: true,
	'file-ask': true,
	'file-info': true,
	'file-want': true,
	'file-data': true,
	'file-none': true,
	typing: true,
	whisper: true,
	'whisper-ack': true,
	bye: true,
	error: true,
};
const kinds: Record<EntryBody['type'], true> = {
	joined: true,
	posted: true,
	renamed: true,
	moved: true,
	left: true,
	lost: true,
	returned: true,
	marked: true,
	corrected: true,
	withdrawn: true,
	pinned: true,
	shared: true,
};
const observations: Record<Observation['type'], true> = {
	launched: true,
	'peer-connected': true,
	'peer-disconnected': true,
	notice: true,
	whisper: true,
};

describe('every example in protocol.md', () => {
	test.each(examples)('every example in protocol.md equals $claim byte for byte', ({claim, shown}) => {
		expect(shown).toBe(fixtureOf(claim));
	});

	it('every example in protocol.md consists of hexadecimal digits, and there is an example for every kind of fixture', () => {
		for (const {shown} of examples) expect(shown).toMatch(/^([0-9a-f]{2})+$/);
		const shownFiles = new Set(examples.map(({claim}) => claim.split(' ')[0]));
		for (const name of ['keys', 'beacons', 'messages', 'entries', 'batches']) {
			expect(shownFiles).toContain(`fixtures/codec/${name}.json`);
		}
		expect(shownFiles).toContain('fixtures/log/good.p2plog');
	});
});

it('protocol.md quotes the safety number of the fixtures', () => {
	const keys: readonly {readonly value: {readonly safetyNumber?: string}}[] = JSON.parse(
		readFileSync(new URL('../../fixtures/codec/keys.json', import.meta.url), 'utf8'),
	);
	expect(document).toContain(keys[13]?.value.safetyNumber);
});

describe('protocol.md names', () => {
	const source = new URL('../../source/', import.meta.url);
	const text = readdirSync(source, {recursive: true, encoding: 'utf8'})
		.filter(name => /\.tsx?$/.test(name))
		.map(name => readFileSync(new URL(name, source), 'utf8'))
		.join('\n');
	const find = (pattern: RegExp) => [...new Set([...text.matchAll(pattern)].map(([, word = '']) => word))].sort();
	/** Whether protocol.md contains the name as code, in bold, or at the beginning of a table row. */
	const isNamed = (word: string) =>
		[`\`${word}\``, `**${word}**`].some(form => document.includes(form)) ||
		new RegExp(`^\\| *${word} *\\|`, 'm').test(document);
	const missing = (words: readonly string[]) => words.filter(word => !isNamed(word));

	it('protocol.md names every error code', () => {
		const codes = find(/(?:new ProtocolError\(|\bfail\(|\btype:\s*'(?:invalid|rejected)',\s*code:)\s*'([a-z-]+)'/g);
		// Each of these codes is found by a different alternative of the pattern. The test fails if a rename in the
		// program makes one alternative useless.
		expect(codes).toEqual(expect.arrayContaining(['bad-field', 'unasked', 'bad-signature', 'bad-proof']));
		expect(missing(codes)).toEqual([]);
	});

	it('protocol.md has every section to which a comment in the source refers by name', () => {
		const sections = [...document.matchAll(/^#+ (?:\d+\. )?(.+)$|^\*\*([\w ]+?)\.?\*\*/gm)].map(
			([, heading, bold]) => heading ?? bold ?? '',
		);
		const names = find(/protocol\.md, ([A-Z][a-z]+(?:[ \n*]+[a-z]+)*)/g).map(name => name.replaceAll(/[\s*]+/g, ' '));
		expect(names.length).toBeGreaterThan(15);
		expect(names.filter(name => !sections.some(section => section.startsWith(name)))).toEqual([]);
	});

	it('protocol.md names every message, kind of entry and kind of record', () => {
		expect(missing([messages, kinds, observations].flatMap(names => Object.keys(names)))).toEqual([]);
	});

	it('protocol.md names every label that is an input of a key or signature', () => {
		const labels = find(/['"`](p2pchat-ink [a-z ]+ 1)['"`]/g);
		expect(labels.length).toBeGreaterThanOrEqual(5);
		expect(labels.filter(label => !document.includes(label))).toEqual([]);
	});

	it('protocol.md names no limit that does not exist in limits.ts', () => {
		const names = new Set([...document.matchAll(/\b[A-Z]+(?:_[A-Z]+)+\b/g)].map(([name]) => name));
		const foreign = ['SO_REUSEADDR', 'EXPORTER_SECRET', 'SSL_VERIFY_PEER'];
		expect([...names].filter(name => !(name in limits) && !foreign.includes(name))).toEqual([]);
	});

	it('protocol.md refers only to sections that exist', () => {
		for (const [, slug = ''] of document.matchAll(/\]\(#([\w-]+)\)/g)) {
			const headings = [...document.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
				heading
					.toLowerCase()
					.replace(/[^\w -]/g, '')
					.replaceAll(' ', '-'),
			);
			expect(headings).toContain(slug);
		}
	});
});
