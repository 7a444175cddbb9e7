// Builds and runs weigh.ts: `node weigh.mjs [BLOCKS] [ATTACK…]`, on loopback only. It is not part of any test run.
import {build} from './build.mjs';

await import(build()('weigh.js'));
