/** The compiled form of the program, kept between two starts: never in the way. */
import {existsSync, readFileSync, statSync, truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {findFreeUdpPort, makeHome} from '../helpers/data-home.js';
import {openTerminal} from '../helpers/pty.js';
import {cliPath} from '../helpers/run-node.js';
import {until} from '../helpers/wait.js';

/** Opens the screen, leaves it when `meanwhile` is done. */
async function visit(home: string, meanwhile: () => Promise<void>, words: readonly string[] = []): Promise<void> {
	const env = {HOME: home, P2PCHAT_HOME: home, P2PCHAT_INTERFACE: 'lo', P2PCHAT_PORT: String(await findFreeUdpPort())};
	const terminal = openTerminal(process.execPath, [cliPath, '--name', 'Carol', ...words], {env});
	await terminal.until(output => output.includes('write a message'));
	await meanwhile();
	terminal.write('/quit\r');
	expect((await terminal.exited).exitCode).toBe(0);
}

const pass = (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms));

test('it is kept once a screen stood, taken at the next start, and made anew when it is damaged', async () => {
	const home = makeHome();
	const file = join(home, 'compiled');
	await visit(home, () => until(() => existsSync(file), 20_000));
	expect(statSync(file).mode & 0o777).toBe(0o600);
	const first = readFileSync(file);

	// Not taken, it would be written again by then.
	const {ino} = statSync(file);
	await visit(home, () => pass(3000));
	expect(statSync(file).ino).toBe(ino);

	for (const damage of [() => truncateSync(file, 1000), () => writeFileSync(file, Buffer.from(first).fill(0, 5000))]) {
		damage();
		const {ino: before} = statSync(file);
		await visit(home, () => until(() => statSync(file).ino !== before, 20_000));
		expect(statSync(file).size).toBeGreaterThan(100_000);
	}
});

test('with --no-log, or a data folder of one’s own choice, nothing is kept anywhere', async () => {
	const home = makeHome();
	const chosen = makeHome();
	await Promise.all([['--data-dir', chosen], ['--no-log']].map(words => visit(home, () => pass(3000), words)));
	expect([home, chosen].map(folder => existsSync(join(folder, 'compiled')))).toEqual([false, false]);
});
