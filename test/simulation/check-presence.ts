/** What the room says of who is here, who left and who was lost (design.md, 1, Who testifies). */
import type {PeerId} from '../../source/core/event.js';
import {findPeer} from '../../source/core/roster.js';
import type {State} from '../../source/core/state.js';
import {type Life, peerOf} from './node.js';
import type {World} from './world.js';

const FORMING_MS = 5000;
/** Until a last word was passed on. */
const TELLING_MS = 2000;

/** Nobody could take its last word, or only such as crashed before they could tell. */
function leftUnheard({farewell}: Life): boolean {
	if (!farewell) return false;
	return farewell.to.every(({crashedAt}) => (crashedAt ?? Number.POSITIVE_INFINITY) - farewell.at < TELLING_MS);
}

/** Asked for what it said before its last word it gave nothing, and so nobody could take that word. */
function keptItsEnd(life: Life, lives: readonly Life[], {heard}: World): boolean {
	const own = peerOf(life);
	const end = life.events.find(({peer, type}) => peer === own && type === 'left');
	if (!end || lives.some(other => other !== life && other.learntAt.has(`${own}:${end.seq}`))) return false;
	return heard.ends.some(one => {
		return heard.partner(one)?.life === life && one.wants.some(({isKept, ranges}) => isKept && ranges.has(own));
	});
}

/** How each life ended must be what the room says of it. */
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
		// One that crashes while it leaves may have said so before.
		const saidLeft = life.events.some(event => event.type === 'left' && event.peer === known.peer);
		if (life.state === 'crashed' && (left ? !saidLeft : !lost))
			faults.push(`${name}: ${short} crashed but is ${left ? 'left' : 'not lost'}`);
		if (life.state === 'left' && !left && !lost) faults.push(`${name}: ${short} left, which nobody says`);
		for (let absence = 0; absence < known.absences; absence++)
			if (!known.lost[absence] || !known.returned[absence])
				faults.push(`${name}: ${short} returned from ${absence} that nobody reported`);
		const timesLost = Object.keys(known.lost).length;
		const isCalm = world.scenario.calm && life.state !== 'crashed' && !leftUnheard(life);
		if (isCalm && timesLost > 0 && !keptItsEnd(life, lives, world))
			faults.push(`${name}: ${short} never went but ${timesLost} times lost`);
	}
	return faults;
}

/** While connections come up, two may not know that both saw a third vanish. */
function isForming(world: World, subject: PeerId): boolean {
	const node = world.nodes.find(({lives}) => lives.some(({info}) => info?.peer === subject));
	const {happenings} = world.scenario;
	const ends = happenings.filter(one => one.type === 'crash' && one.node === node?.index);
	return ends.some(({at}) => happenings.some(one => one.type === 'join' && one.at <= at && at - one.at < FORMING_MS));
}

/** The newest of two may have been broken from outside right after the other end closed the older one. */
function wasReset({nodes, scenario}: World, {index}: Life, subject: PeerId): boolean {
	const other = nodes.find(({lives}) => lives.some(({info}) => info?.peer === subject))?.index;
	return scenario.happenings.some(
		one =>
			one.type === 'reset' &&
			((one.node === index && one.other === other) || (one.node === other && one.other === index)),
	);
}

/** Where nothing happened that could silence a living peer, nobody was given up, and one accuser was enough. */
export function checkCalm(name: string, life: Life, lives: readonly Life[], world: World): string[] {
	const faults: string[] = [];
	const here = new Set(lives.filter(other => other.info && other.state === 'running').map(peerOf));
	for (const record of life.disk.records) {
		if (record.type !== 'observation' || record.observation.type !== 'peer-disconnected') continue;
		const {subject, reason} = record.observation;
		if (reason.startsWith('nothing received') && here.has(subject))
			faults.push(`${name}: gave up ${subject.slice(0, 6)}`);
		if (reason === 'duplicate' && !wasReset(world, life, subject))
			faults.push(`${name}: no connection to ${subject.slice(0, 6)} was left of two`);
	}
	const accusers = new Map<string, number>();
	for (const event of life.events) {
		if (event.type !== 'lost') continue;
		if (isForming(world, event.subject)) continue;
		const key = `${event.subject.slice(0, 6)} ${event.absence}`;
		accusers.set(key, (accusers.get(key) ?? 0) + 1);
	}
	for (const [key, count] of accusers)
		if (count > 2) faults.push(`${name}: ${count} accusers of ${key} among ${world.scenario.nodes}`);
	return faults;
}
