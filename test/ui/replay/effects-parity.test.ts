/** At every position of a log, a replay shows what the screen of the live node showed at that moment. */
import {afterEach, expect, test} from 'vitest';
import type {EventRef, FeedEventBody, Input} from '../../../source/core/event.js';
import {createFakeChatNode, type FakePeer, START} from '../../helpers/fake-chat-node.js';
import {type Chat, launchChat} from '../../helpers/launch-chat.js';
import {launchReplay, type Replay} from '../../helpers/launch-replay.js';
import {createSeededRandom} from '../../helpers/seeded-random.js';
import type {Terminal} from '../../helpers/terminal.js';

const MESSAGES = 8;
const RIGHT = '\u001B[C';

let chat: Chat | undefined;
let replay: Replay | undefined;
afterEach(async () => {
	await chat?.close();
	await replay?.close();
});

/** The rows of the timeline that have text, without their marks for the selection and the delivery. */
function timelineRows(terminal: Terminal): string[] {
	const rows = terminal.rows().map(row => row.split('│')[0]?.slice(2).trimEnd() ?? '');
	// The row about pinned messages names a command that a replay does not have.
	const texts = rows.slice(0, 38).map(row => row.replace(/ +/g, ' ').replace(' /pins', ''));
	return texts.filter(row => row !== '');
}

/**
 * The rows up to message `number` and its reactions, without the later rows, which a replay that is paused (in review
 * mode) shows too.
 */
function rowsUpTo(rows: readonly string[], number: number): readonly string[] {
	const next = rows.findIndex(row => row.includes(`message ${number + 1}.`) || row.includes(`later ${number + 1}.`));
	if (next < 0) return rows;
	return rows.slice(0, /^\s*┌/.test(rows[next - 1] ?? '') ? next - 1 : next);
}

test.each([1, 2])(
	'a replay shows at each message the replies, corrections, withdrawals, reactions and pins of that moment, as the live node did (seed %i)',
	async seed => {
		const random = createSeededRandom(seed);
		const chatNode = createFakeChatNode();
		const inputs: Input[] = [];
		const own = {peer: chatNode.own.peer, seq: 0, at: START, ms: START, counter: 0} as const;
		inputs.push({type: 'observed', loggedAt: START, observation: {...own, type: 'launched', version: '1.0.0'}});
		const joined = {
			...own,
			seq: 1,
			type: 'joined',
			name: 'Carol',
			addresses: ['192.168.1.5'],
			version: '1.0.0',
		} as const;
		inputs.push({type: 'events', loggedAt: START, live: true, events: [{...joined, at: START + 1, ms: START + 1}]});
		chatNode.store.subscribe((_, added) => inputs.push(...added.filter(input => input.type !== 'ephemeral')));
		const people = [chatNode.own, chatNode.join('Bob', '10.0.0.2'), chatNode.join('Ann', '10.0.0.3')];
		chat = await launchChat({columns: 100, rows: 40, chatNode, options: {bell: 'off'}});

		const written: {author: FakePeer; ref: EventRef}[] = [];
		const seen: (readonly string[])[] = [];
		const effect = (): FeedEventBody => {
			const {ref: target} = random.pick(written);
			const word = random.pick(['👍', 'ok', '🎉']);
			const on = random.chance(0.7);
			return random.chance(0.6) ? {type: 'marked', target, word, on} : {type: 'pinned', target, on};
		};
		for (let number = 1; number <= MESSAGES; number++) {
			const author = random.pick(people);
			const answered = written.length > 0 && random.chance(0.4) ? {replyTo: random.pick(written).ref} : {};
			chatNode.tell(author, {type: 'posted', text: `message ${number}.`, ...answered});
			written.push({author, ref: {peer: author.peer, seq: author.seq}});
			await chat.terminal.see(`message ${number}.`);
			seen.push(rowsUpTo(timelineRows(chat.terminal), number));
			for (let effects = random.between(0, 4); effects > 0; effects--) {
				if (random.chance(0.5)) chatNode.tell(random.pick(people), effect());
				else {
					const index = random.between(0, written.length - 1);
					const {author: by, ref: target} = written[index]!;
					const text = `later ${index + 1}. (${effects})`;
					chatNode.tell(by, random.chance(0.2) ? {type: 'withdrawn', target} : {type: 'corrected', target, text});
				}
			}
		}
		chatNode.tell(people[1]!, {type: 'posted', text: `message ${MESSAGES + 1}.`});

		replay = await launchReplay({inputs, columns: 100, rows: 41});
		await replay.press('g');
		let compared = 0;
		for (let steps = 0; steps < 60 && compared < MESSAGES; steps++) {
			const selected = replay.terminal.rows().find(row => row.startsWith('▌') && !row.includes('┌'));
			if (selected?.includes(`message ${compared + 1}.`)) {
				expect(rowsUpTo(timelineRows(replay.terminal), compared + 1)).toEqual(seen[compared]);
				compared++;
			}
			await replay.press(RIGHT);
		}
		expect(compared).toBe(MESSAGES);
	},
);
