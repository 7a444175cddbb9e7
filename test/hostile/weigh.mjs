// Builds the scale and runs it: `node weigh.mjs [WORDS] [ATTACK…]`, on loopback only. Not part of any test run.
import {build} from './build.mjs';

await import(build()('weigh.js'));
