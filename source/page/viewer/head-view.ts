/** Draws the head of a page: its title, notes, people and pinned messages. */
import type {PageInfo, PagePerson, PageRow} from '../page-row.js';
import {create, createText} from './elements.js';
import {nameView, rowView} from './row-view.js';

/** Number of people from which on the list of people is collapsed until the reader opens it. */
const MANY_PEOPLE = 12;

export function headView({title, notes}: PageInfo): HTMLElement[] {
	return [createText('h1', '', title), ...notes.map(note => createText('p', 'note', note))];
}

export function peopleView(people: readonly PagePerson[]): HTMLElement {
	const list = create('ul', 'people');
	for (const person of people) list.append(personView(person));
	const count = people.length === 1 ? '1 person' : `${people.length} people`;
	const details = create('details', '', create('summary', '', count), list);
	details.open = people.length < MANY_PEOPLE;
	return details;
}

function personView(person: PagePerson): HTMLElement {
	const {messages, fingerprint, address, note} = person;
	const facts = [
		messages !== undefined && (messages === 1 ? '1 message' : `${messages} messages`),
		address,
		fingerprint !== undefined && `fingerprint ${fingerprint}`,
		note,
	].filter(fact => typeof fact === 'string');
	const item = create('li', '', nameView(person));
	if (facts.length > 0) item.append(' ', createText('span', 'note', facts.join(' · ')));
	return item;
}

/**
 * The pinned messages. Their elements have no id, so that a link to a message leads to its row in the timeline and not
 * to this list.
 */
export function pinsView(pins: readonly PageRow[]): HTMLElement | undefined {
	if (pins.length === 0) return undefined;
	const section = create('section', 'pins', create('h2', '', pins.length === 1 ? 'Pinned' : `${pins.length} pinned`));
	for (const pin of pins) {
		const view = rowView(pin, undefined, '');
		view.removeAttribute('id');
		section.append(view);
	}
	return section;
}
