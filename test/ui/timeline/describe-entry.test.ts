import {describe, expect, test} from 'vitest';
import {formatJsonEntry} from '../../../source/cli/output/format-json.js';
import {formatPlain} from '../../../source/cli/output/format-text.js';
import {sliceTimeline, type TimelineEntry} from '../../../source/core/timeline.js';
import {describeEntry} from '../../../source/ui/timeline/describe-entry.js';
import {describePresenceGroup} from '../../../source/ui/timeline/describe-presence.js';
import {joinParts} from '../../../source/ui/timeline/text-parts.js';
import {createFakeChatNode, type FakeChatNode} from '../../helpers/fake-chat-node.js';

/** The text of a row that sums up all entries from position `from` on. */
function groupText(chatNode: FakeChatNode, from = 0): string {
	const state = chatNode.store.getState();
	return joinParts(describePresenceGroup(state, sliceTimeline(state.timeline, from, state.timeline.length)));
}

/** A room in which Dave lost contact with Bob, who then came back and took another name. */
function renamedAfterLoss(): FakeChatNode {
	const chatNode = createFakeChatNode();
	const bob = chatNode.join('Bob', '10.0.0.7');
	const dave = chatNode.join('Dave', '10.0.0.8');
	chatNode.tell(dave, {type: 'lost', subject: bob.peer, absence: 0});
	chatNode.observe({type: 'peer-disconnected', subject: bob.peer, reason: 'lost contact', alone: true});
	chatNode.observe({type: 'peer-connected', subject: bob.peer, address: '10.0.0.7'});
	chatNode.tell(bob, {type: 'returned', absence: 0});
	chatNode.tell(bob, {type: 'renamed', name: 'Robert'});
	return chatNode;
}

describe('a rename does not change the name in earlier rows', () => {
	test('a rename does not change the name in earlier rows of the screen, plain text and JSON', () => {
		const chatNode = renamedAfterLoss();
		const state = chatNode.store.getState();
		const entries = sliceTimeline(state.timeline, 0, state.timeline.length);
		const renamedAt = entries.findIndex(({type}) => type === 'renamed');
		const tell = (entry: TimelineEntry) => [
			joinParts(describeEntry(state, entry)),
			formatPlain(state, entry),
			formatJsonEntry(state, entry) ?? '',
		];
		const about = entries
			.slice(0, renamedAt)
			.filter(entry => ['lost', 'peer-disconnected', 'peer-connected', 'returned'].includes(entry.type));
		expect(about.map(({type}) => type)).toEqual(['lost', 'peer-disconnected', 'peer-connected', 'returned']);
		for (const entry of about) {
			for (const text of tell(entry).filter(Boolean)) expect(text).toContain('Bob');
			expect(tell(entry).join()).not.toContain('Robert');
		}
	});

	test('a rename does not change the name in earlier rows that sum up arrivals and departures', () => {
		expect(groupText(renamedAfterLoss())).not.toContain('Robert');
	});
});

test('the row about the window for guests says "you" to the person who opened it, and the name to the others', () => {
	const chatNode = createFakeChatNode();
	const bob = chatNode.join('Bob', '10.0.0.7');
	const opened = {type: 'posted', text: 'shows this room over HTTP', action: true, window: 'opened'} as const;
	for (const author of [chatNode.own, bob]) chatNode.tell(author, opened);
	const state = chatNode.store.getState();
	const {length} = state.timeline;
	const [own, other] = sliceTimeline(state.timeline, length - 2, length).map(entry =>
		joinParts(describeEntry(state, entry)),
	);
	expect(own).toMatch(/^you show this room/);
	expect(other).toMatch(/^Bob shows this room/);
});

describe('a presence group', () => {
	test('a row that sums up arrivals and departures names each person once, even after several launches with the same identity', () => {
		const chatNode = createFakeChatNode();
		for (let launch = 0; launch < 6; launch++) {
			const eve = chatNode.join('Eve', '10.0.0.9', {identity: 'e0e0e0e0', connect: false});
			chatNode.tell(eve, {type: 'left'});
		}
		chatNode.join('Dave', '10.0.0.8', {identity: 'd0d0d0d0', connect: false});
		expect(groupText(chatNode, 1)).toBe('Eve joined, then left 6 times · Dave joined');
		chatNode.join('Eve', '10.0.0.9', {identity: 'e0e0e0e0', connect: false});
		expect(groupText(chatNode, 1)).toBe('Dave joined · Eve joined, left 6 times, then rejoined');
	});

	test('a row that sums up arrivals and departures names people in the order of their latest arrival or departure', () => {
		const chatNode = createFakeChatNode();
		const eve = chatNode.join('Eve', '10.0.0.9', {connect: false});
		const bob = chatNode.join('Bob', '10.0.0.7', {connect: false});
		chatNode.tell(eve, {type: 'left'});
		chatNode.join('Dave', '10.0.0.8', {connect: false});
		chatNode.tell(bob, {type: 'left'});
		chatNode.tell(bob, {type: 'returned', absence: 0});
		expect(groupText(chatNode, 1)).toBe('Eve joined, then left · Dave joined · Bob joined, left, then reconnected');
	});

	test('a row that sums up arrivals and departures shows fingerprints of people with the same name', () => {
		const chatNode = createFakeChatNode();
		for (const identity of ['a0a0a0a0', 'b0b0b0b0']) chatNode.join('Tim', '10.0.0.9', {identity, connect: false});
		expect(groupText(chatNode, 1)).toBe('Tim#a0a0a0a0 and Tim#b0b0b0b0 joined');
	});

	test('a row that sums up arrivals and departures names earlier launches of this user as "you"', () => {
		const chatNode = createFakeChatNode();
		const {peer} = chatNode.join('Carol', '10.0.0.5', {at: chatNode.at - 90_000, connect: false});
		chatNode.store.commit([
			{
				type: 'observed',
				loggedAt: chatNode.at - 91_000,
				observation: {peer, seq: 0, at: 0, ms: 0, counter: 0, type: 'launched', version: '1'},
			},
		]);
		expect(groupText(chatNode)).toBe('you joined');
	});

	test('a row that sums up arrivals and departures says separately how often a person left and lost contact, and begins with an arrival only if the person was not there before', () => {
		const chatNode = createFakeChatNode();
		const bob = chatNode.join('Bob', '10.0.0.7', {connect: false});
		const dave = chatNode.join('Dave', '10.0.0.8', {connect: false});
		for (const absence of [0, 1]) {
			chatNode.tell(dave, {type: 'lost', subject: bob.peer, absence});
			chatNode.tell(bob, {type: 'returned', absence});
		}
		chatNode.tell(bob, {type: 'left'});
		expect(groupText(chatNode, 3)).toBe('Bob disconnected twice, then left');
		expect(groupText(chatNode, 4)).toBe('Bob reconnected, disconnected, then left');
	});

	test('a row that sums up arrivals and departures says that this user was disconnected, and who reported it', () => {
		const chatNode = createFakeChatNode();
		const bob = chatNode.join('Bob', '10.0.0.7', {connect: false});
		chatNode.tell(bob, {type: 'lost', subject: chatNode.own.peer, absence: 0});
		const state = chatNode.store.getState();
		const [entry] = sliceTimeline(state.timeline, state.timeline.length - 1, state.timeline.length);
		expect(groupText(chatNode, state.timeline.length - 1)).toBe('you were disconnected');
		expect(joinParts(describeEntry(state, entry!))).toBe('you were disconnected (reported by Bob)');
	});
});
