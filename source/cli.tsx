#!/usr/bin/env node
/**
 * Entry point, the only file that reads process.argv. It has no static imports and only plain syntax. Therefore a Node
 * that is too old can still run it as far as the error message, and `--version` loads neither React nor the network.
 */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const words = process.argv.slice(2);

/**
 * Reports that a file of the program itself cannot be read. The causes are a lack of free file descriptors and an
 * incomplete installation.
 */
function reportUnreadableProgram(error: unknown): void {
	const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
	process.stderr.write(
		`p2pchat-ink: The program cannot be loaded: ${reason}. Raise the limit of open files or install it again.\n`,
	);
	process.exitCode = 1;
}

if (major < 20 || (major === 20 && minor < 19)) {
	process.stderr.write(`p2pchat-ink needs Node 20.19 or newer; this is Node ${process.versions.node}\n`);
	process.exitCode = 1;
} else if (words.length === 1 && (words[0] === '--version' || words[0] === '-v')) {
	import('./cli/program-version.js').then(({printVersion}) => printVersion(), reportUnreadableProgram);
} else {
	// Must be set before React is loaded: without it, React uses its development build, which needs twice the memory.
	process.env.NODE_ENV = 'production';
	const secret = process.env.P2PCHAT_SECRET;
	delete process.env.P2PCHAT_SECRET;
	import('./cli/main.js').then(({main}) => main(words, secret), reportUnreadableProgram);
}
