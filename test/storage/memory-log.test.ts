import {createMemoryLog} from '../../source/storage/memory-log.js';
import {testLog} from './log-acceptance.js';
import {SAMPLE_HEADER} from './log-samples.js';

testLog('memory log', async () => createMemoryLog(SAMPLE_HEADER).log);
