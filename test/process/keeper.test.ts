/** Keepers in real processes. */
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {findFreeUdpPort, makeHome} from '../helpers/data-home.js';
import {compareLineOrder, type Line, runCli, runToEnd, startNode} from '../helpers/run-node.js';

it('a keeper that was killed and started again sends the whole history to people who return with empty folders', async () => {
	const port = await findFreeUdpPort();
	const home = makeHome();
	const secretFile = join(home, 'secret');
	writeFileSync(secretFile, 'correct horse battery staple\n');
	const args = ['--room', 'crew', '--secret-file', secretFile];
	const keep = () => {
		const words = ['keep', ...args, '--name', 'Kept', '--interface', 'lo', '--port', String(port)];
		const keeper = runCli(words, {home});
		return new Promise<typeof keeper>(resolve => {
			keeper.child.stderr?.on('data', () => keeper.stderr.includes('Keeping room crew as Kept') && resolve(keeper));
		});
	};
	const first = await keep();
	const ann = await startNode({home: makeHome(), port, name: 'Ann', args});
	const bob = await startNode({home: makeHome(), port, name: 'Bob', args});
	for (const node of [ann, bob])
		await node.waitUntil('both', all => all.filter(({type}) => type === 'synced').length >= 2);
	ann.post('hello');
	await bob.waitFor('hello', ({text}) => text === 'hello');
	bob.post('and goodbye');
	for (const node of [ann, bob]) {
		await node.waitFor('goodbye', ({text}) => text === 'and goodbye');
		node.child.stdin?.end();
		expect((await node.result).code).toBe(0);
	}
	// Ann has the message, which is enough for Bob to leave. The keeper must have saved it too before the test kills the
	// keeper.
	const [, log = ''] = /Log: (.+)/.exec(first.stderr) ?? [];
	await expect.poll(() => readFileSync(log).includes('and goodbye')).toBe(true);
	first.child.kill('SIGKILL');
	await first.result;

	const second = await keep();
	const back = await startNode({home: makeHome(), port, name: 'Ann', args});
	await back.waitFor('synced', ({type}) => type === 'synced');
	const isKeeper = ({type, keeper}: Line) => type === 'peer' && keeper === true;
	// Events are printed in the order of the log, and the history of two authors can arrive in either order. Sorting
	// gives the order of the timeline.
	const posted = back.events().filter(({kind}) => kind === 'posted');
	const texts = posted.toSorted(compareLineOrder).map(({text}) => text);
	expect(texts).toEqual(['hello', 'and goodbye']);
	const kept = back.events().filter(({kind, keeper}) => kind === 'joined' && keeper === true);
	expect(kept.map(({name}) => name)).toEqual(['Kept', 'Kept']);
	expect(await back.waitFor('the keeper', isKeeper)).toMatchObject({name: 'Kept'});
	expect(back.events().filter(({kind, keeper}) => kind === 'joined' && keeper === undefined)).toHaveLength(3);
	second.child.kill('SIGTERM');
	expect((await second.result).code).toBe(0);
	await back.waitFor('left', ({kind, name}) => kind === 'left' && name === 'Kept');
});

it('a keeper that cannot open its log leaves no lock of the room behind', async () => {
	const home = makeHome();
	const log = join(home, 'text.p2plog');
	writeFileSync(log, 'not a log');
	const {code, stderr} = await runToEnd(['keep', '--interface', 'lo', '--log', log], {home});
	expect([code, stderr]).toEqual([1, expect.stringContaining(log)]);
	expect(readdirSync(join(home, 'keep'))).toEqual([]);
});

it('a keeper says that it forgets a room without a secret at a restart, and refuses to print a systemd unit that would contain a secret', async () => {
	const port = await findFreeUdpPort();
	const keeper = runCli(['keep', '--interface', 'lo', '--port', String(port)], {home: makeHome()});
	await new Promise<void>(resolve => {
		keeper.child.stderr?.on('data', () => keeper.stderr.includes('has no secret') && resolve());
	});
	keeper.child.kill('SIGTERM');
	expect((await keeper.result).code).toBe(0);
	const environment = {P2PCHAT_SECRET: 'correct horse battery staple'};
	const refused = await runToEnd(['keep', '--print-unit'], {home: makeHome(), environment});
	expect([refused.code, refused.stdout]).toEqual([2, '']);
	expect(refused.stderr).toContain('--secret-file FILE');
});
