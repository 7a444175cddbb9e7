// Builds and runs weigh.ts: `node weigh.mjs [BLOCKS] [ATTACK…]`, only on loopback. It is not part of any test run.
import {build} from './build.mjs';

await import(build()('weigh.js'));
