import {PassThrough, Writable} from 'node:stream';
import {describe, expect, it} from 'vitest';
import {createReporter, type OutputReport} from '../../../source/cli/output/reporter.js';
import {createOutput} from '../../../source/cli/standard-output.js';
import type {FeedEvent, Input, PeerId} from '../../../source/core/event.js';
import {createStore} from '../../../source/node/store.js';
import {drain} from '../../helpers/drain.js';
import {createFakeClock} from '../../helpers/fake-clock.js';

const own = 'aa'.repeat(32) as PeerId;
const [bob, cid] = ['bb'.repeat(32), 'cc'.repeat(32)] as [PeerId, PeerId];
const head = (seq: number) => ({peer: own, seq, at: seq, ms: seq, counter: 0});
const launch: Input = {
	type: 'observed',
	loggedAt: 0,
	observation: {type: 'launched', version: '1', ...head(0), seq: 0},
};
const joined: FeedEvent = {type: 'joined', name: 'A', addresses: [], version: '1', ...head(1)};
const live = (...events: FeedEvent[]): Input => ({type: 'events', loggedAt: 0, live: true, events});
const post = (seq: number): Input => live({type: 'posted', text: `${seq}`, ...head(seq)});
const link = (peer: PeerId): Input => ({type: 'ephemeral', event: {type: 'link-measured', peer, status: 'connected'}});
const delivered = (peer: PeerId, seq: number): Input => ({type: 'ephemeral', event: {type: 'delivered', peer, seq}});

function format(report: OutputReport): string | undefined {
	if (report.type === 'event') return `${report.event.type} ${report.event.seq}`;
	return report.type === 'delivery' ? `delivery ${report.seq}: ${report.delivered}/${report.of}` : undefined;
}

function start(stream: Writable = new PassThrough()) {
	const clock = createFakeClock();
	const store = createStore();
	const reporter = createReporter(createOutput(stream), format, clock, store.getState);
	store.subscribe(reporter.onCommit);
	store.commit([launch]);
	const read = () =>
		drain(stream as PassThrough)
			.trimEnd()
			.split('\n')
			.filter(Boolean);
	return {clock, store, reporter, read};
}

describe('the reporter', () => {
	it('when it starts, the reporter prints its first line and then the reports of all earlier commits of the store', () => {
		const {store, reporter, read} = start();
		store.commit([live(joined)]);
		expect(read()).toEqual([]);
		reporter.start('ready');
		expect(read()).toEqual(['ready', 'joined 1']);
	});

	it('the reporter reports the first delivery immediately, further deliveries at most every 250 ms, and none after all peers have the post', async () => {
		const {clock, store, reporter, read} = start();
		reporter.start();
		store.commit([link(bob), link(cid), live(joined), post(2)]);
		read();
		store.commit([delivered(bob, 2)]);
		expect(read()).toEqual(['delivery 2: 1/2']);
		store.commit([delivered(cid, 2)]);
		await clock.advance(249);
		expect(read()).toEqual([]);
		await clock.advance(1);
		expect(read()).toEqual(['delivery 2: 2/2']);
		store.commit([delivered(cid, 2)]);
		await clock.advance(1000);
		expect(read()).toEqual([]);
	});

	it('the reporter reports a delivery to a peer that connected after the post', () => {
		const {store, reporter, read} = start();
		reporter.start();
		store.commit([live(joined), post(2)]);
		read();
		store.commit([link(bob), delivered(bob, 2)]);
		expect(read()).toEqual(['delivery 2: 1/0']);
	});

	it('the reporter writes no faster than its output accepts, and loses no report', async () => {
		const written: string[] = [];
		const pendingWrites: (() => void)[] = [];
		const slow = new Writable({
			highWaterMark: 16,
			write(chunk, _encoding, done) {
				written.push(String(chunk));
				pendingWrites.push(done);
			},
		});
		const {store, reporter} = start(slow);
		reporter.start();
		for (let seq = 1; seq <= 2000; seq++) store.commit([seq === 1 ? live(joined) : post(seq)]);
		expect(slow.writableLength).toBeLessThan(20_000);
		const finished = reporter.finish('bye');
		const pump = setInterval(() => {
			for (let done = pendingWrites.shift(); done; done = pendingWrites.shift()) done();
		}, 0);
		await finished;
		clearInterval(pump);
		expect(written.join('').trimEnd().split('\n')).toEqual([
			'joined 1',
			...Array.from({length: 1999}, (_, at) => `posted ${at + 2}`),
			'bye',
		]);
	});

	it('the reporter writes a limited number of characters at once, so that few long reports wait for a slow reader', async () => {
		const lengths: number[] = [];
		let resume = () => {};
		const slow = new Writable({
			write(chunk, _encoding, done) {
				lengths.push(chunk.length);
				resume = done;
			},
		});
		const {reporter} = start(slow);
		const long = 'x'.repeat(16_000);
		for (let count = 0; count < 100; count++) reporter.writeLine(long);
		reporter.start();
		const finished = reporter.finish(undefined);
		const pump = setInterval(() => resume(), 0);
		await finished;
		clearInterval(pump);
		expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(100 * 16_001);
		expect(Math.max(...lengths)).toBeLessThanOrEqual(256 * 1024 + 16_001);
	});

	it('the reporter finishes even if the reader has closed the output', async () => {
		const stream = new PassThrough();
		const {store, reporter} = start(stream);
		reporter.start();
		stream.destroy();
		await new Promise(resolve => stream.once('close', resolve));
		store.commit([live(joined)]);
		await reporter.finish('bye');
	});
});
