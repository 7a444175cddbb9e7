/** Memory and processor time of other processes, from /proc (Linux only). */
import {readdirSync, readFileSync} from 'node:fs';

function statusMb(file: string, field: string): number {
	const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(file, 'utf8'))?.[1];
	return Number(kilobytes ?? 0) / 1000;
}

/** Resident memory of a process in MB. Memory that it shares with other processes, such as the code of Node, counts as a whole. */
export const residentMb = (pid: number): number => statusMb(`/proc/${pid}/status`, 'VmRSS');

/**
 * Resident memory of a process in MB. Of memory that n processes share, each process counts one nth, so that the
 * figures of several processes can be added.
 */
export const proportionalMb = (pid: number): number => statusMb(`/proc/${pid}/smaps_rollup`, 'Pss');

/**
 * Processor time that a process has used so far, in ms: the sum over its threads from `schedstat` (ns). `stat` counts in steps of
 * 10 ms, which is too coarse for an idle process.
 */
export function processorMs(pid: number): number {
	const threads = `/proc/${pid}/task`;
	const spent = readdirSync(threads).map(id =>
		Number(readFileSync(`${threads}/${id}/schedstat`, 'utf8').split(' ')[0]),
	);
	return spent.reduce((sum, ns) => sum + ns, 0) / 1e6;
}
