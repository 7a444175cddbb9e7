/** The systemd unit that `keep --print-unit` prints. It names the file of the secret and never contains the secret. */
import {resolve} from 'node:path';
import {DEFAULT_PORT} from '../../core/defaults.js';
import {UsageError} from '../../core/errors.js';
import type {Options} from '../options/options.js';

/**
 * `program`: path of cli.js. `node`: path of Node. Throws UsageError if there is a secret that does not come from a
 * file.
 */
export function systemdUnit(options: Options, {node, program}: {node: string; program: string}): string {
	const words = [node, program, ...keepArguments(options)].map(quoteForSystemd).join(' ');
	const unit = `p2pchat-keep-${options.room.replaceAll(/[^a-zA-Z0-9]/g, '_')}.service`;
	return [
		`# Save as ~/.config/systemd/user/${unit}, then run:`,
		`#     systemctl --user enable --now ${unit}`,
		'#     loginctl enable-linger        # keeps it running while you are not logged in',
		'[Unit]',
		`Description=p2pchat-ink, keeper of the room ${escapeSpecifiers(options.room)}`,
		'',
		'[Service]',
		`ExecStart=${words}`,
		'Restart=on-failure',
		'RestartSec=5',
		'UMask=0077',
		'NoNewPrivileges=yes',
		'',
		'[Install]',
		'WantedBy=default.target',
		'',
	].join('\n');
}

/** The arguments that start a keeper with these options in any directory. */
function keepArguments(options: Options): string[] {
	const {secret, log} = options;
	if (secret && secret.type !== 'file')
		throw new UsageError('A unit must not contain the secret. Write the secret to a file and use --secret-file FILE.');
	const path = (flag: string, value: string | undefined) => (value === undefined ? [] : [flag, resolve(value)]);
	return [
		'keep',
		'--room',
		options.room,
		...path('--secret-file', secret?.path),
		...(options.name === undefined ? [] : ['--name', options.name]),
		...(options.port === DEFAULT_PORT ? [] : ['--port', String(options.port)]),
		...(options.tcpPort === 0 ? [] : ['--tcp-port', String(options.tcpPort)]),
		...options.interfaces.flatMap(name => ['--interface', name]),
		...options.peers.flatMap(({host, port}) => ['--peer', `${host.includes(':') ? `[${host}]` : host}:${port}`]),
		...path('--data-dir', options.dataDir),
		...(log.type === 'file' ? path('--log', log.path) : []),
		...path('--download-dir', options.downloadDir),
		...(options.servesFiles ? [] : ['--serve', 'off']),
		...(options.takesWhispers ? [] : ['--refuse-whispers']),
		...(options.hook === undefined ? [] : ['--hook', options.hook]),
		...(options.identity ? [] : ['--no-identity']),
		...path('--debug', options.debug),
	];
}

/**
 * Quotes an argument of ExecStart (systemd.service, "Command lines"): `%` and `$` are doubled, because a single one has
 * a special meaning there.
 */
function quoteForSystemd(word: string): string {
	const escaped = escapeSpecifiers(word.replaceAll('\\', '\\\\').replaceAll('"', '\\"')).replaceAll('$', '$$$$');
	return /^[\w@%+=:,./$-]+$/.test(word) ? escaped : `"${escaped}"`;
}

/**
 * Doubles `%`, which begins a specifier of systemd. Throws UsageError for a control character: a line break would begin
 * another setting.
 */
function escapeSpecifiers(text: string): string {
	if (/\p{Cc}/u.test(text)) throw new UsageError('A unit cannot contain a path or a name with control characters.');
	return text.replaceAll('%', '%%');
}
