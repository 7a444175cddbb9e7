import {expect, test} from 'vitest';
import {nextValue, whenState} from '../../source/node/when-state.js';
import {createFakeChatNode} from '../helpers/fake-chat-node.js';
import {createFakeClock} from '../helpers/fake-clock.js';

function room() {
	const {store, join} = createFakeChatNode();
	let listeners = 0;
	const counting = {
		...store,
		subscribe: (listener: Parameters<typeof store.subscribe>[0]) => {
			listeners++;
			const unsubscribe = store.subscribe(listener);
			return () => {
				listeners--;
				unsubscribe();
			};
		},
	};
	return {store: counting, join, listeners: () => listeners};
}

const rowsOf = (state: ReturnType<ReturnType<typeof room>['store']['getState']>) => state.timeline.pages.flat().length;

test('nextValue finds a value in the present state without waiting for a commit', async () => {
	const {store, listeners} = room();
	expect(await nextValue(store, () => 'found').value).toBe('found');
	expect(listeners()).toBe(0);
});

test('whenState resolves to true when a later commit meets the condition, and leaves no listener', async () => {
	const {store, join, listeners} = room();
	const clock = createFakeClock();
	const before = rowsOf(store.getState());
	const met = whenState(store, clock, 1000, state => rowsOf(state) > before);
	expect(listeners()).toBe(1);
	join('Ann', '10.0.0.2');
	expect(await met).toBe(true);
	expect([listeners(), clock.pending]).toEqual([0, 0]);
});

test('whenState resolves to false if the condition is not met within the time, and leaves no listener', async () => {
	const {store, listeners} = room();
	const clock = createFakeClock();
	const met = whenState(store, clock, 1000, () => false);
	await clock.advance(1000);
	expect(await met).toBe(false);
	expect(listeners()).toBe(0);
});

test('nextValue rejects with an error of the selector, and leaves no listener', async () => {
	const {store, listeners} = room();
	const {value} = nextValue(store, () => {
		throw new Error('broken');
	});
	await expect(value).rejects.toThrow('broken');
	expect(listeners()).toBe(0);
});

test('whenState rejects with an error of its condition at a later commit, and leaves no listener and no timer', async () => {
	const {store, join, listeners} = room();
	const clock = createFakeClock();
	const before = rowsOf(store.getState());
	const met = whenState(store, clock, 1000, state => {
		if (rowsOf(state) > before) throw new Error('broken');
		return false;
	});
	join('Ann', '10.0.0.2');
	await expect(met).rejects.toThrow('broken');
	expect([listeners(), clock.pending]).toEqual([0, 0]);
});
