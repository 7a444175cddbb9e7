/** Fuzz targets for small files that a user may edit. The files are in a temporary folder, deleted when the process ends. */
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {UsageError} from '../../../source/core/errors.js';
import {readConfigFile} from '../../../source/storage/config-file.js';
import {readRememberedPeers} from '../../../source/storage/remembered-peers.js';
import type {FuzzTarget} from './targets.js';

export function fileTargets(textSeeds: (...texts: readonly string[]) => Uint8Array[]): Record<string, FuzzTarget> {
	let folder: string | undefined;
	const place = (bytes: Uint8Array) => {
		if (!folder) {
			folder = mkdtempSync(join(tmpdir(), 'p2pchat-fuzz-'));
			process.on('exit', () => rmSync(folder ?? '', {recursive: true, force: true}));
		}

		const path = join(folder, 'file.json');
		writeFileSync(path, bytes);
		return path;
	};

	return {
		config: {
			seeds: textSeeds('{"name":"Ann","room":"lan","port":47474}', '{', '[]', '\uFEFF{}'),
			run(bytes) {
				try {
					return typeof readConfigFile(place(bytes))?.config;
				} catch (error) {
					if (error instanceof UsageError)
						return error.message
							.replace(/.*not JSON/, '')
							.replace(/\d+/g, '#')
							.slice(0, 40);
					throw error;
				}
			},
		},
		remembered: {
			seeds: textSeeds('[{"room":"0123456789abcdef","host":"10.0.0.1","port":4000,"worked":1}]', '[]', '{}'),
			run(bytes) {
				const {peers, warning} = readRememberedPeers(place(bytes));
				for (const {host, port} of peers)
					if (!/^[\w.:-]+$/.test(host) || port < 1) throw new Error(`took ${JSON.stringify(host)}`);
				return `${peers.length} ${warning
					?.replace(/.*cannot be read/, '')
					.replace(/\d+/g, '#')
					.slice(0, 30)}`;
			},
		},
	};
}
