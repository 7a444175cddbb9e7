// Builds the attacker and runs it: `node attack.mjs TCP_PORT UDP_PORT`, on loopback only, until its input ends.
import {build} from './build.mjs';

await import(build()('attacker.js'));
