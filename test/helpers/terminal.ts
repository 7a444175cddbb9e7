/**
 * In-memory terminal: a pair of TTY streams for the program, with an @xterm/headless screen behind them. Tests check cells,
 * cursor and modes instead of escape sequences.
 */
import {EventEmitter} from 'node:events';
import {PassThrough, Writable} from 'node:stream';
import xterm from '@xterm/headless';

// Ink's colour library reads these variables when it loads, so this file must be imported before source/ui.
process.env.FORCE_COLOR ??= '2';
process.env.TZ ??= 'UTC';

export interface Cell {
	readonly text: string;
	readonly width: number;
	readonly bold: boolean;
	readonly dim: boolean;
	readonly inverse: boolean;
	/** Index of the colour, or -1 for the default. */
	readonly colour: number;
}

export class Terminal {
	readonly stdin: NodeJS.ReadStream;
	readonly stdout: NodeJS.WriteStream;
	/** Everything that the program wrote. */
	output = '';
	rawMode = false;
	title = '';
	bells = 0;
	readonly #screen: InstanceType<typeof xterm.Terminal>;
	readonly #input = new PassThrough();
	#pending = 0;
	readonly #changed = new EventEmitter();
	/** Callbacks of the writes that the terminal has not read yet; undefined while the terminal reads. */
	#untaken: (() => void)[] | undefined;

	constructor(columns = 80, rows = 24) {
		this.#changed.setMaxListeners(0);
		this.#screen = new xterm.Terminal({
			cols: columns,
			rows,
			allowProposedApi: true,
			scrollback: 1000,
			convertEol: true,
		});
		this.#screen.onBell(() => {
			this.bells++;
		});
		this.#screen.onTitleChange(title => {
			this.title = title;
		});
		const write = (text: string, done: () => void) => {
			const take = () => this.#write(text, done);
			if (this.#untaken) this.#untaken.push(take);
			else take();
		};
		const stdout = new Writable({
			decodeStrings: false,
			write(chunk: string | Buffer, _encoding, done) {
				write(chunk.toString(), done);
			},
		});
		this.stdout = Object.assign(stdout, {isTTY: true, columns, rows}) as unknown as NodeJS.WriteStream;
		this.stdin = Object.assign(this.#input, {
			isTTY: true,
			setRawMode: (enabled: boolean) => {
				this.rawMode = enabled;
				return this.stdin;
			},
			ref: () => this.stdin,
			unref: () => this.stdin,
		}) as unknown as NodeJS.ReadStream;
	}

	#write(text: string, done: () => void): void {
		this.output += text;
		this.#pending++;
		this.#screen.write(text, () => {
			this.#pending--;
			this.#changed.emit('changed');
		});
		done();
	}

	/** Sends text, which the program receives in one read. */
	type(text: string | Uint8Array): void {
		this.#input.write(typeof text === 'string' ? Buffer.from(text) : text);
	}

	/** Stops reading, as in the copy mode of a terminal multiplexer. */
	stopReading(): void {
		this.#untaken ??= [];
	}

	/** Reads again, beginning with what the program has written since `stopReading`. */
	startReading(): void {
		const untaken = this.#untaken ?? [];
		this.#untaken = undefined;
		for (const take of untaken) take();
	}

	/** Ends the input of the program. */
	hangUp(): void {
		this.#input.end();
	}

	resize(columns: number, rows: number): void {
		this.#screen.resize(columns, rows);
		Object.assign(this.stdout, {columns, rows});
		this.stdout.emit('resize');
	}

	/** Rows of the screen without trailing spaces. */
	rows(): string[] {
		const buffer = this.#screen.buffer.active;
		return Array.from(
			{length: this.#screen.rows},
			(_, row) => buffer.getLine(buffer.baseY + row)?.translateToString(true) ?? '',
		);
	}

	text(): string {
		return this.rows().join('\n');
	}

	/** Text of the normal buffer with its scrollback. A program on the alternate screen must not change it. */
	normalText(): string {
		const buffer = this.#screen.buffer.normal;
		return Array.from({length: buffer.length}, (_, row) => buffer.getLine(row)?.translateToString(true) ?? '')
			.join('\n')
			.trimEnd();
	}

	cell(column: number, row: number): Cell {
		const buffer = this.#screen.buffer.active;
		const cell = buffer.getLine(buffer.baseY + row)?.getCell(column);
		return {
			text: cell?.getChars() ?? '',
			width: cell?.getWidth() ?? 0,
			bold: Boolean(cell?.isBold()),
			dim: Boolean(cell?.isDim()),
			inverse: Boolean(cell?.isInverse()),
			colour: cell?.isFgDefault() ? -1 : (cell?.getFgColor() ?? -1),
		};
	}

	/** Index of the first row that contains a text, or -1. */
	rowOf(text: string): number {
		return this.rows().findIndex(row => row.includes(text));
	}

	get cursor(): {x: number; y: number; shown: boolean} {
		const buffer = this.#screen.buffer.active;
		const shown = this.output.lastIndexOf('\u001B[?25h') > this.output.lastIndexOf('\u001B[?25l');
		return {x: buffer.cursorX, y: buffer.cursorY, shown};
	}

	get alternate(): boolean {
		return this.#screen.buffer.active.type === 'alternate';
	}

	get modes() {
		const {bracketedPasteMode, sendFocusMode, wraparoundMode} = this.#screen.modes;
		return {bracketedPasteMode, sendFocusMode, wraparoundMode};
	}

	/** Resolves once `condition` is true. Rejects after `ms` with the content of the screen. */
	async until(condition: () => boolean, ms = 15_000): Promise<void> {
		const deadline = Date.now() + ms;
		while (this.#pending > 0 || !condition()) {
			const remainingMs = deadline - Date.now();
			if (remainingMs <= 0) throw new Error(`timed out:\n${this.text()}\n${condition.toString()}`);
			await new Promise<void>(resolve => {
				const finish = () => {
					clearTimeout(timer);
					this.#changed.off('changed', finish);
					resolve();
				};
				const timer = setTimeout(finish, Math.min(remainingMs, 50));
				this.#changed.once('changed', finish);
			});
		}
	}

	/** Resolves once the screen contains a text. A pattern is searched in each row. */
	async see(wanted: string | RegExp): Promise<void> {
		await this.until(() =>
			typeof wanted === 'string' ? this.text().includes(wanted) : this.rows().some(row => wanted.test(row)),
		);
	}

	/** Resolves once the screen does not contain a text. */
	async seeNot(text: string): Promise<void> {
		await this.until(() => !this.text().includes(text));
	}

	dispose(): void {
		this.#screen.dispose();
	}
}
