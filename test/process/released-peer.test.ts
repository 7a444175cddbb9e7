import {describe, expect, it} from 'vitest';
import {findFreeUdpPort, makeHome} from '../helpers/data-home.js';
import {releasedProgram} from '../helpers/released-program.js';
import {type RunningNode, startNode, timelineOf} from '../helpers/run-node.js';

const hasText = (node: RunningNode, text: string) =>
	node.waitFor(`the message "${text}"`, line => line.kind === 'posted' && line.text === text);

/** Starts release 1.0.0 and the present program in one room, and waits until both are synced. */
async function startBoth(): Promise<{old: RunningNode; present: RunningNode}> {
	const port = await findFreeUdpPort();
	const old = await startNode({home: makeHome(), port, name: 'Olga', program: await releasedProgram()});
	const present = await startNode({home: makeHome(), port, name: 'Pia'});
	for (const node of [old, present]) await node.waitFor('synced', ({type}) => type === 'synced');
	return {old, present};
}

describe('release 1.0.0 and the present program', () => {
	it('chat in one room and show the same timeline', async () => {
		const {old, present} = await startBoth();
		expect(old.lines[0]).toMatchObject({type: 'ready', version: '1.0.0'});
		old.post('from the old one');
		await hasText(present, 'from the old one');
		present.post('from the new one');
		await hasText(old, 'from the new one');
		expect(timelineOf(old)).toEqual(timelineOf(present));
		for (const node of [old, present]) expect(node.lines.filter(({type}) => type === 'notice')).toEqual([]);
	});
});
