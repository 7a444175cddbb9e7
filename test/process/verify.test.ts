import {existsSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {findFreeUdpPort, makeHome} from '../helpers/data-home.js';
import {type NodeOptions, type RunningNode, runCli, startNode} from '../helpers/run-node.js';

const secret = (text: string) => ({environment: {P2PCHAT_SECRET: text}});

function run(node: RunningNode, text: string): void {
	node.write(`${JSON.stringify({type: 'command', text})}\n`);
}

/** Runs `/verify` and returns the 60 digits that it shows. */
async function safetyNumberOf(node: RunningNode, name: string): Promise<string> {
	run(node, `/verify ${name}`);
	const rows = () => node.lines.filter(({code, text}) => code === 'answer' && /^ +(\d{5} ?){6}$/.test(text));
	await node.waitUntil('two rows of digits', () => rows().length >= 2);
	return rows()
		.slice(-2)
		.map(({text}) => text.replace(/\s/g, ''))
		.join('');
}

const knows = (node: RunningNode, name: string, verified?: true) =>
	node.waitFor(
		`${name}, ${verified ? 'verified' : 'known'}`,
		line => line.type === 'peer' && line.name === name && line.verified === verified,
	);

describe('/verify', () => {
	it('/verify shows the same number at both ends; the verification remains after a restart, and the same name with another key causes a warning', async () => {
		const port = await findFreeUdpPort();
		const [annHome, bobHome] = [makeHome(), makeHome()];
		const start = (name: string, home: string, options: Partial<NodeOptions> = secret('long secret one')) =>
			startNode({name, home, port, ...options});
		const ann = await start('Ann', annHome);
		const bob = await start('Bob', bobHome);
		await Promise.all([knows(ann, 'Bob'), knows(bob, 'Ann')]);
		const number = await safetyNumberOf(ann, 'Bob');
		expect(number).toMatch(/^\d{60}$/);
		expect(await safetyNumberOf(bob, 'Ann')).toBe(number);
		run(ann, '/verify Bob 00000x');
		run(ann, `/verify Bob ${number.slice(-5)}`);
		await ann.waitFor('the confirmation', ({code, text}) => code === 'answer' && /is verified/.test(text));
		const path = join(annHome, 'contacts.json');
		expect(statSync(path).mode & 0o777).toBe(0o600);
		const bobKey = bob.lines[0]?.identityKey;
		expect(bobKey).toMatch(/^[0-9a-f]{64}$/);
		expect(JSON.parse(readFileSync(path, 'utf8')).contacts).toMatchObject([{name: 'Bob', key: bobKey}]);

		const plain = runCli(['--plain', '--name', 'Ann 2', '--port', String(port), '--stay'], {
			home: annHome,
			...secret('long secret one'),
		});
		const impostor = await start('BOB', makeHome());
		const warning = await ann.waitFor('the warning', ({code}) => code === 'verified-name');
		expect(warning).toMatchObject({type: 'notice', level: 'error', text: expect.stringContaining('"BOB"')});
		expect(warning.text).toContain(impostor.lines[0]?.identity);
		await expect.poll(() => plain.stdout, {timeout: 15_000}).toMatch(/^\S+ \* Warning: .*"BOB"/m);
		plain.child.kill('SIGTERM');
		ann.child.kill('SIGTERM');
		await ann.result;

		const again = await start('Ann', annHome);
		await knows(again, 'Bob', true);
		run(again, '/unverify Bob');
		await again.waitFor('the question who is meant', ({text}) => /BOB#/.test(text));
		run(again, `/unverify Bob#${bob.lines[0]?.identity}`);
		await again.waitFor('the answer', ({text}) => /not verified any more/.test(text));
		expect(JSON.parse(readFileSync(path, 'utf8')).contacts).toEqual([]);
	});

	it('a verification is valid only for the secret that the room had: with a new secret nobody is verified and no name causes a warning', async () => {
		const port = await findFreeUdpPort();
		const [annHome, bobHome] = [makeHome(), makeHome()];
		const ann = await startNode({name: 'Ann', home: annHome, port, ...secret('long secret one')});
		const bob = await startNode({name: 'Bob', home: bobHome, port, ...secret('long secret one')});
		await knows(ann, 'Bob');
		run(ann, `/verify Bob ${(await safetyNumberOf(ann, 'Bob')).slice(-5)}`);
		await ann.waitFor('the confirmation', ({text}) => /is verified/.test(text));
		for (const node of [ann, bob]) {
			node.child.kill('SIGTERM');
			await node.result;
		}

		const annLater = await startNode({name: 'Ann', home: annHome, port, ...secret('long secret two')});
		const bobLater = await startNode({name: 'Bob', home: bobHome, port, ...secret('long secret two')});
		expect(bobLater.lines[0]?.identityKey).not.toBe(bob.lines[0]?.identityKey);
		await knows(annLater, 'Bob');
		expect(annLater.lines.some(({verified, code}) => verified || code === 'verified-name')).toBe(false);
	});

	it('/verify saves nothing with --no-log, and is refused with --no-identity', async () => {
		const port = await findFreeUdpPort();
		const home = makeHome();
		const bob = await startNode({name: 'Bob', home: makeHome(), port});
		const ann = await startNode({name: 'Ann', home, port, args: ['--no-log']});
		await knows(ann, 'Bob');
		run(ann, `/verify Bob ${(await safetyNumberOf(ann, 'Bob')).slice(-5)}`);
		expect(await ann.waitFor('an error', ({type}) => type === 'error')).toMatchObject({
			text: expect.stringContaining('--no-log'),
		});
		expect(existsSync(join(home, 'contacts.json'))).toBe(false);
		const cat = await startNode({name: 'Cat', home, port, args: ['--no-identity']});
		await knows(cat, 'Bob');
		run(cat, '/verify Bob');
		await cat.waitFor('an error', ({type, text}) => type === 'error' && /--no-identity/.test(text));
		await knows(bob, 'Cat');
		run(bob, '/verify Cat');
		await bob.waitFor('an error', ({type, text}) => type === 'error' && /no durable identity/.test(text));
	});
});
