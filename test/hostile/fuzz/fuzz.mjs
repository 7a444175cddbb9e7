// Builds the fuzzer and runs it with the given arguments.
import {build} from '../build.mjs';

await import(build()('fuzz/run.js'));
