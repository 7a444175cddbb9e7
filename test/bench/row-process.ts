/**
 * Runs one row of the benchmark in this process and sends its figures to the parent process. Argument: name of the row.
 */
import {rows} from './rows.js';

const row = rows.find(({name}) => name === process.argv[2]);
if (!row) throw new Error('no such row');
const figures = await row.run();
process.send?.(figures, () => process.exit(0));
