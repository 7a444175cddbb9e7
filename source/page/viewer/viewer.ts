/** Entry of the script in the browser. The build bundles it into one file (`.config/build.mjs`). */
import type {PageInfo} from '../page-row.js';
import {elementById} from './elements.js';
import {startFilePage} from './file-page.js';
import {dateFormats} from './row-view.js';
import {startWindowPage} from './window-page.js';

const info: PageInfo = JSON.parse(elementById('info').textContent);
if (info.mode === 'window') startWindowPage(info);
else startFilePage(info);
// Creates the date formats in a separate task, between the first paint and the first row.
setTimeout(dateFormats);
