import {type ChildProcess, fork} from 'node:child_process';
import type {NodeRequest} from './node-process.js';

type ChildMessage = Readonly<Record<string, any>>;

export interface ChildNode {
	readonly child: ChildProcess;
	/** Resolves to the next message of this type from the child process. */
	nextMessage(type: string): Promise<ChildMessage>;
	tell(type: 'reset' | 'loop' | 'stop'): void;
	kill(): void;
}

export async function forkNode(request: Partial<NodeRequest> & {readonly path: string}): Promise<ChildNode> {
	const script = new URL('./node-process.js', import.meta.url).pathname;
	const child = fork(script, {execArgv: ['--max-old-space-size=8192']});
	const nextMessage = (type: string) =>
		new Promise<ChildMessage>((resolve, reject) => {
			const onMessage = (message: ChildMessage) => {
				if (message.type !== type) return;
				child.off('message', onMessage);
				resolve(message);
			};
			child.on('message', onMessage);
			child.once('exit', () => reject(new Error(`a node ended before it sent the message ${type}`)));
		});
	await nextMessage('up');
	child.send({fresh: false, targets: [], expected: Number.POSITIVE_INFINITY, echo: false, ...request});
	return {child, nextMessage, tell: type => void child.send({type}), kill: () => void child.kill('SIGKILL')};
}
