import {execFileSync} from 'node:child_process';
import {readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {MAX_CONTACTS, readContacts, removeContact, saveContact} from '../../source/storage/contacts-file.js';
import {makeFolder} from './log-samples.js';

const room = 'ab'.repeat(8);
const contact = (byte: number, name = 'Carol') => ({
	room,
	key: byte.toString(16).padStart(2, '0').repeat(32),
	name,
	verified: 1000 + byte,
});
const contactsPath = () => join(makeFolder(), 'contacts.json');

test('contacts are kept with mode 0600, one for each room and key, until the user removes them', () => {
	const path = contactsPath();
	expect(readContacts(path)).toEqual({contacts: []});
	saveContact(path, contact(1));
	saveContact(path, contact(2, 'Dave'));
	saveContact(path, {...contact(1), room: 'cd'.repeat(8)});
	saveContact(path, contact(1, 'Caroline'));
	expect(readContacts(path).contacts.map(({name, room: tag}) => `${name} ${tag.slice(0, 2)}`)).toEqual([
		'Dave ab',
		'Carol cd',
		'Caroline ab',
	]);
	expect(statSync(path).mode & 0o777).toBe(0o600);
	removeContact(path, room, contact(2).key);
	expect(readContacts(path).contacts).toHaveLength(2);
	expect(readdirSync(join(path, '..'))).toEqual(['contacts.json']);
});

test.skipIf(process.platform === 'win32')(
	'a FIFO in place of the contacts file gives a warning and no contacts',
	() => {
		const path = contactsPath();
		execFileSync('mkfifo', [path]);
		expect(readContacts(path)).toEqual({contacts: [], warning: expect.stringContaining(path)});
		expect(() => saveContact(path, contact(1))).toThrow(/regular file/);
	},
);

test('a full contacts file keeps all its contacts and refuses a further one', () => {
	const path = contactsPath();
	const contacts = Array.from({length: MAX_CONTACTS}, (_, index) => ({
		...contact(0),
		key: index.toString(16).padStart(64, '0'),
	}));
	writeFileSync(path, JSON.stringify({format: 1, contacts}));
	expect(() => saveContact(path, contact(1))).toThrow(/1024/);
	saveContact(path, {...contact(0), key: '0'.repeat(64), name: 'Renamed'});
	expect(readContacts(path).contacts).toHaveLength(MAX_CONTACTS);
});

test.each([
	['an incomplete file', '{"format":1,"contacts":[{"room"'],
	['another format', JSON.stringify({format: 2, contacts: []})],
	['a list instead of an object', '[]'],
	['a key that is too short', JSON.stringify({format: 1, contacts: [{...contact(1), key: 'ab'}]})],
	['a room that is no tag', JSON.stringify({format: 1, contacts: [{...contact(1), room: 'lan'}]})],
	['a name with an escape sequence', JSON.stringify({format: 1, contacts: [{...contact(1), name: 'Ca\u001b[31mrol'}]})],
	['a name that imitates a fingerprint', JSON.stringify({format: 1, contacts: [contact(1, 'Carol#a1b2c3d4')]})],
	['a time that is no whole number', JSON.stringify({format: 1, contacts: [{...contact(1), verified: 1.5}]})],
	['a file that is too long', `{"format":1,"contacts":[]${' '.repeat(1024 * 1024)}}`],
])('a contacts file with a fault (%s) counts as empty with one warning, and is not overwritten', (_, content) => {
	const path = contactsPath();
	writeFileSync(path, content);
	expect(readContacts(path)).toEqual({contacts: [], warning: expect.stringContaining(path)});
	expect(readContacts(path).warning).not.toContain('\n');
	expect(() => saveContact(path, contact(2))).toThrow(expect.objectContaining({name: 'StorageError'}));
	expect(() => removeContact(path, room, contact(2).key)).toThrow();
	expect(readFileSync(path, 'utf8')).toBe(content);
});
