import {execFileSync} from 'node:child_process';

/**
 * Lists the established TCP connections of these processes, as reported by `ss`, each once: as its two ports, the lower
 * one first.
 */
export function listConnections(pids: readonly number[]): string[] {
	const text = execFileSync('ss', ['-Htnp', 'state', 'established'], {encoding: 'utf8'});
	const pairs = new Set<string>();
	for (const line of text.split('\n')) {
		if (!pids.some(pid => line.includes(`pid=${pid},`))) continue;
		const ports = [...line.matchAll(/:(\d+)\s/g)].map(([, port]) => Number(port)).sort((a, b) => a - b);
		pairs.add(ports.join(' '));
	}
	return [...pairs];
}
