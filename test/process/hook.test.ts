/** Hooks as real processes, at nodes with `--json`. */
import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {findFreeUdpPort, makeHome} from '../helpers/data-home.js';
import {type Line, startNode} from '../helpers/run-node.js';

it('a hook gets each live event once and in order on standard input, and no data of the chat in its arguments or variables', async () => {
	const [port, home] = [await findFreeUdpPort(), makeHome()];
	const [events, facts] = [join(home, 'events'), join(home, 'facts')];
	const ann = await startNode({home: makeHome(), port, name: 'Ann'});
	ann.post('from before');
	const hook = `(env; tr '\\0' ' ' < /proc/$$/cmdline) > ${facts}; cat >> ${events}`;
	const environment = {P2PCHAT_BELL: 'off', TOKEN: 'sesame'};
	const bob = await startNode({home, port, name: 'Bob', args: ['--hook', hook], environment});
	await bob.waitFor('synced', ({type}) => type === 'synced');
	for (let number = 1; number <= 20; number++) ann.post(`message ${number}`);
	await bob.waitFor('all', ({text}) => text === 'message 20');
	bob.post('mine');
	await ann.waitFor('mine', ({text}) => text === 'mine');
	bob.child.stdin?.end();
	expect((await bob.result).code).toBe(0);

	const handed: Line[] = readFileSync(events, 'utf8')
		.trim()
		.split('\n')
		.map(line => JSON.parse(line));
	expect(handed).toEqual(bob.events().filter(({live}) => live));
	expect(handed.map(({text}) => text)).toEqual(expect.arrayContaining(['message 1', 'message 20', 'mine']));
	expect(handed.some(({text}) => text === 'from before')).toBe(false);
	const told = readFileSync(facts, 'utf8');
	expect(told).toContain('PATH=');
	for (const word of ['P2PCHAT', 'sesame', 'message', 'Ann', 'Bob']) expect(told.replace(hook, '')).not.toContain(word);
});

it('a hook that blocks, crashes, floods or cannot be found does no harm, is reported, and ends with the node', async () => {
	const home = makeHome();
	const pids = (name: string) => `echo $$ > ${join(home, name)}; `;
	const hooks = {
		blocks: `${pids('blocks')}sleep 1000`,
		dies: 'kill -9 $$',
		missing: 'no-such-command-here',
		floods: `${pids('floods')}yes flood >&2`,
	};
	const nodes = await Promise.all(
		Object.values(hooks).map(async hook =>
			startNode({home: makeHome(), port: await findFreeUdpPort(), name: 'Ann', args: ['--hook', hook]}),
		),
	);
	for (const node of nodes) {
		node.post('still here');
		await node.waitFor('the own message', ({text}) => text === 'still here');
	}
	const ended = (index: number) =>
		nodes[index]!.waitFor('its end', ({type, code}) => type === 'notice' && code === 'hook-ended');
	expect((await ended(1)).text).toBe('The hook ended: SIGKILL. It starts again in 1 s.');
	expect((await ended(2)).text).toMatch(/exit code 127 \(.*no-such-command-here.*not found\)/);
	const started = performance.now();
	for (const node of nodes) node.child.kill('SIGTERM');
	for (const node of nodes) expect((await node.result).code).toBe(0);
	expect(performance.now() - started).toBeLessThan(4000);
	for (const name of ['blocks', 'floods'])
		expect(existsSync(`/proc/${readFileSync(join(home, name), 'utf8').trim()}`), name).toBe(false);
});
