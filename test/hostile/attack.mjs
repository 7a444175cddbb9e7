// Builds the attacker and runs it: `node attack.mjs OWN_ADDRESS ADDRESS TCP_PORT UDP_PORT`, on loopback or in a
// network namespace only, until its input ends.
import {build} from './build.mjs';

await import(build()('attacker.js'));
