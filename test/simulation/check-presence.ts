/** Checks of presence: who is here, who left and who was reported lost. */
import type {PeerId} from '../../source/core/event.js';
import {findPeer} from '../../source/core/roster.js';
import type {State} from '../../source/core/state.js';
import {type Life, peerOf} from './node.js';
import type {World} from './world.js';

/** Time in which all connections of a newcomer are opened, ms. */
const FORMING_MS = 5000;
/** Time in which every receiver relays the last event of a process that left, ms. */
const RELAY_MS = 2000;

/**
 * Whether nobody received the last event of a process that left, or every receiver crashed before it could relay the
 * event.
 */
function leftUnnoticed({departure}: Life): boolean {
	if (!departure) return false;
	return departure.receivers.every(({crashedAt}) => (crashedAt ?? Number.POSITIVE_INFINITY) - departure.at < RELAY_MS);
}

/** Whether the process did not answer requests for its last events, so that nobody could apply its `left` event. */
function suppressedLastEvents(life: Life, lives: readonly Life[], {recorder}: World): boolean {
	const own = peerOf(life);
	const end = life.events.find(({peer, type}) => peer === own && type === 'left');
	if (!end || lives.some(other => other !== life && other.appliedAt.has(`${own}:${end.seq}`))) return false;
	return recorder.ends.some(one => {
		return (
			recorder.partner(one)?.life === life &&
			one.wants.some(({isSuppressed, ranges}) => isSuppressed && ranges.has(own))
		);
	});
}

/** The presence that the room shows must match how each process ended. */
export function checkPresence(name: string, state: State, lives: readonly Life[], world: World): string[] {
	const faults: string[] = [];
	for (const life of lives) {
		if (!life.info) continue;
		const known = findPeer(state.roster, peerOf(life));
		if (!known?.joined) continue;
		const short = known.peer.slice(0, 6);
		const lost = known.lost[known.absences] !== undefined;
		const left = known.left !== undefined;
		if (life.state === 'running' && (lost || left))
			faults.push(`${name}: ${short} is here but ${left ? 'left' : 'lost'}`);
		// A process that crashes while it leaves may already have written its `left` event.
		const hasWrittenLeft = life.events.some(event => event.type === 'left' && event.peer === known.peer);
		if (life.state === 'crashed' && (left ? !hasWrittenLeft : !lost))
			faults.push(`${name}: ${short} crashed but is ${left ? 'left' : 'not lost'}`);
		if (life.state === 'left' && !left && !lost) faults.push(`${name}: ${short} left, but no node shows it`);
		for (let absence = 0; absence < known.absences; absence++)
			if (!known.lost[absence] || !known.returned[absence])
				faults.push(`${name}: ${short} returned from absence ${absence}, which nobody reported`);
		const timesLost = Object.keys(known.lost).length;
		const isCalm = world.scenario.calm && life.state !== 'crashed' && !leftUnnoticed(life);
		if (isCalm && timesLost > 0 && !suppressedLastEvents(life, lives, world))
			faults.push(`${name}: ${short} was never away but was reported lost ${timesLost} times`);
	}
	return faults;
}

/**
 * Whether connections to `subject` may still have been opening when it crashed. Two nodes may then not know that both
 * saw it vanish.
 */
function isForming(world: World, subject: PeerId): boolean {
	const node = world.nodes.find(({lives}) => lives.some(({info}) => info?.peer === subject));
	const {steps} = world.scenario;
	const ends = steps.filter(one => one.type === 'crash' && one.node === node?.index);
	return ends.some(({at}) => steps.some(one => one.type === 'join' && one.at <= at && at - one.at < FORMING_MS));
}

/** Whether a reset may have broken the newest of two connections right after the other end closed the older one. */
function wasReset({nodes, scenario}: World, {index}: Life, subject: PeerId): boolean {
	const other = nodes.find(({lives}) => lives.some(({info}) => info?.peer === subject))?.index;
	return scenario.steps.some(
		one =>
			one.type === 'reset' &&
			((one.node === index && one.other === other) || (one.node === other && one.other === index)),
	);
}

/** In a calm scenario no running peer is reported as lost, and at most two peers report the same loss. */
export function checkCalm(name: string, life: Life, lives: readonly Life[], world: World): string[] {
	const faults: string[] = [];
	const here = new Set(lives.filter(other => other.info && other.state === 'running').map(peerOf));
	for (const record of life.disk.records) {
		if (record.type !== 'observation' || record.observation.type !== 'peer-disconnected') continue;
		const {subject, reason} = record.observation;
		if (reason.startsWith('nothing received') && here.has(subject))
			faults.push(`${name}: declared ${subject.slice(0, 6)} dead`);
		if (reason === 'duplicate' && !wasReset(world, life, subject))
			faults.push(`${name}: closed both connections to ${subject.slice(0, 6)}`);
	}
	const reporters = new Map<string, number>();
	for (const event of life.events) {
		if (event.type !== 'lost') continue;
		if (isForming(world, event.subject)) continue;
		const key = `${event.subject.slice(0, 6)} ${event.absence}`;
		reporters.set(key, (reporters.get(key) ?? 0) + 1);
	}
	for (const [key, count] of reporters)
		if (count > 2) faults.push(`${name}: ${count} reports that ${key} is lost, among ${world.scenario.nodes} nodes`);
	return faults;
}
